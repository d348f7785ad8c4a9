"""Notebook 03 tells the truth: what it shows of jobs and money is what the sandbox has in its books."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.support.kernel import Kernel
from tests.support.notebooks import NOTEBOOKS, Executed, books, execute

pytestmark = pytest.mark.timeout(240)

NAME = "03_when_things_go_wrong.ipynb"
FOX = "A red fox trots through fresh snow at dawn"
WAVES = "Waves roll onto a black beach at dusk"
BOAT = "A paper boat drifts down a gutter in the rain"
MASK = "A dancer lifts a paper mask from her face"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("wrong")


@pytest.fixture(scope="module")
def first(folder: Path) -> tuple[Executed, list[tuple[str, str, int]]]:
    """The notebook as it ran, and the sandbox's books after it."""
    done = execute(NOTEBOOKS / NAME, folder, folder / ".home", Path(sys.executable))
    return done, books(folder)


@pytest.fixture(scope="module")
def story(first: tuple[Executed, list[tuple[str, str, int]]]) -> Executed:
    return first[0]


def test_it_runs_without_an_error(story: Executed) -> None:
    assert story.errors() == []


def test_the_sandbox_has_one_job_for_each_story_and_charged_for_three(
    first: tuple[Executed, list[tuple[str, str, int]]],
) -> None:
    assert first[1] == [
        (FOX, "rendered", 10), (WAVES, "rendered", 10), (BOAT, "rendered", 10), (MASK, "failed", 0)
    ]  # fmt: skip


def test_a_lost_reply_is_shown_as_uncertain_and_the_attached_job_is_finished(story: Executed) -> None:
    said = story.text_of("print(fox.status)")
    assert said.startswith("uncertain\n")
    for words in ("no reply came back", "Credits may have been charged.", "It was not sent again.", "attach"):
        assert words in said
    assert "At the sandbox: 1 job, 10 credits." in story.text_of("found = books(fox)")
    finished = story.text_of("for entry in found")
    assert "completed  10 credits" in finished
    assert "At the sandbox: 1 job, 10 credits." in finished


def test_a_rate_limit_is_waited_out_and_makes_one_job(story: Executed) -> None:
    lines = story.text_of("waves.wait()").splitlines()
    states = [line.strip() for line in lines[:-2]]
    assert states[states.index("submitting rate_limited") :][:3] == [
        "submitting rate_limited", "submitting", "processing"
    ]  # fmt: skip
    assert states[-1] == "completed"
    assert lines[-1] == "At the sandbox: 1 job, 10 credits."


def test_what_a_killed_kernel_had_sent_is_found_again_and_made_once(story: Executed) -> None:
    assert story.text_of("import subprocess") == "1"  # the exit status of the one that was killed
    assert f": {BOAT}" in story.text_of("%seedance_resume")
    assert story.text_of("boat = generate").endswith("completed  10 credits\nAt the sandbox: 1 job, 10 credits.\n")


def test_a_failed_job_says_why_and_what_of_the_credits(story: Executed) -> None:
    said = story.text_of("try:")
    assert "A face in the picture cannot be shown. The service says the credits were refunded." in said
    assert said.endswith("failed  10 credits, given back\nAt the sandbox: 1 job, 0 credits.\n")


def test_running_all_of_it_again_sends_nothing_but_the_failed_one(story: Executed, folder: Path) -> None:
    assert story.text_of("before = ").splitlines() == [
        f"True {FOX}", f"True {WAVES}", f"True {BOAT}", "That cost 0 credits."
    ]  # fmt: skip
    again = execute(NOTEBOOKS / NAME, folder, folder / ".home", Path(sys.executable))
    assert again.errors() == []
    assert again.text_of('with sandbox.faults("lost_reply"').removeprefix("<JobView>").startswith("Ready: ")
    assert again.text_of("%seedance_resume") == "No unfinished jobs.\n"
    assert books(folder) == [
        (FOX, "rendered", 10), (WAVES, "rendered", 10), (BOAT, "rendered", 10), (MASK, "failed", 0), (MASK, "failed", 0)
    ]  # fmt: skip
    assert len(list((folder / "seedance").glob("*.mp4"))) == 3


def test_with_a_key_the_first_cell_says_so_and_nothing_is_sent(tmp_path: Path) -> None:
    first_cell = next(cell for cell in json.loads((NOTEBOOKS / NAME).read_text("utf-8"))["cells"] if "outputs" in cell)
    kernel = Kernel(
        Path(sys.executable), tmp_path, tmp_path / ".home", {"SEEDANCE_API_KEY": "sk-a-key-that-is-worth-money"}
    )
    kernel.start()
    try:
        cell = kernel.run("".join(first_cell["source"]), check=False)
    finally:
        kernel.shutdown()
    assert cell.status == "error"
    assert cell.error.startswith(
        "ConfigurationError: This session talks to UlazAI, and faults can only be rehearsed in the sandbox."
    )
    assert not (tmp_path / ".home" / "sandbox").exists()
