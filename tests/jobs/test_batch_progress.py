"""How a wait for many takes is shown: a bar of the real tqdm, lines, or nothing."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from seedance_widgets import Batch
from seedance_widgets.errors import WaitTimeoutError
from tests.support.faulty import FaultyServer

from .test_batch import PROMPTS, RENDERING
from .test_job import WAIT

tqdm = pytest.importorskip("tqdm", reason="`make environment` installs it").tqdm


def test_a_bar_counts_the_takes_and_is_closed_when_they_are_over(
    many: Callable[..., Batch], capsys: pytest.CaptureFixture[str]
) -> None:
    many([*PROMPTS[:2], PROMPTS[0]], progress=None).wait(WAIT)
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err
    assert err.endswith("\n")  # as a bar leaves it that is closed
    assert not tqdm._instances
    many(PROMPTS[:1], progress=False).wait(WAIT)
    assert capsys.readouterr() == ("", "")


def test_what_is_printed_between_two_takes_has_its_line_for_itself(
    many: Callable[..., Batch], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in many(PROMPTS[:2], progress=None):
        sys.stderr.write("said\n")
    shown = [on_screen(line).strip() for line in capsys.readouterr().err.split("\n")]
    assert shown[:2] == ["said", "said"]
    assert "2/2" in shown[2]


def on_screen(line: str) -> str:
    """What is left of a line in which a carriage return goes back to its start."""
    left = ""
    for part in line.split("\r"):
        left = part + left[len(part) :]
    return left


def test_a_bar_is_closed_also_where_nobody_waits_to_the_end(
    many: Callable[..., Batch], service: FaultyServer, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = many(PROMPTS[:2], progress=None)
    for _ in batch:
        break
    assert not tqdm._instances
    service.always("status", RENDERING)
    held = many(PROMPTS[2:3], progress=None)
    with pytest.raises(WaitTimeoutError):
        held.wait(0.05)
    assert not tqdm._instances
    assert "1/2" in capsys.readouterr().err


def test_no_bar_by_itself_where_a_view_shows_how_it_goes(
    many: Callable[..., Batch], capsys: pytest.CaptureFixture[str]
) -> None:
    batch = many(PROMPTS[:2], progress=None, start=False)
    end = batch.subscribe(lambda: None)
    batch.start().wait(WAIT)
    assert capsys.readouterr() == ("", "")
    end()
    batch.wait(WAIT)
    assert "2/2" in capsys.readouterr().err


def test_without_tqdm_there_are_lines_on_request(
    many: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)  # as where it is not installed
    many(PROMPTS[:1], progress=None).wait(WAIT)
    assert capsys.readouterr() == ("", "")
    many([PROMPTS[0], PROMPTS[0]], progress=True).wait(WAIT)
    assert capsys.readouterr() == ("2 of 2: Ready · A red fox in snow\n", "")
