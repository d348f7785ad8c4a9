"""A batch from a table, and a table of a batch: rows stay with their rows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
from PIL import Image

from seedance_widgets import Batch, expand
from seedance_widgets.capabilities import SETTINGS
from tests.support.faulty import FaultyServer

from .test_batch import PROMPTS
from .test_job import WAIT


def test_results_of_a_table_have_its_labels_so_that_they_go_back_into_its_rows(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    table = pd.DataFrame({"prompt": [*PROMPTS[:2], PROMPTS[0], None], "Duration": [4, 8, 4, None]}, index=list("bacd"))
    batch = many(table, concurrency=1).wait(WAIT)
    frame = batch.frame()
    assert list(frame.index) == ["b", "a", "c"]  # what is empty below a table is no row
    assert list(frame["take"]) == [1, 2, 3]
    assert list(frame["prompt"]) == list(table["prompt"][:3])
    table["path"] = frame["path"]
    assert [str(job.path) for job in batch.jobs] == list(table["path"][:3])
    column = many(table["prompt"][:2])
    assert list(column.frame().index) == ["b", "a"]
    assert column.to_make == 1  # at 4 s
    double = pd.DataFrame({"prompt": PROMPTS[:2]}, index=[7, 7])
    double["state"] = many(double).wait(WAIT).frame()["state"]
    assert list(double["state"]) == ["completed"] * 2
    assert service.made == 3


def test_a_table_of_results_is_asked_for_again_at_no_cost(
    many: Callable[..., Batch], service: FaultyServer, tmp_path: Path
) -> None:
    Image.new("RGB", (400, 300), "#cc0000").save(tmp_path / "hero.png")
    points = expand("A fox, {move}", move=["static", "orbit"], duration=[4, 8], images=str(tmp_path / "hero.png"))
    batch = many(points).wait(WAIT)
    frame = batch.frame()
    assert list(frame.columns[:3]) == ["move", "prompt", "aspect_ratio"]
    assert list(frame["move"]) == ["static", "static", "orbit", "orbit"]
    assert list(frame["duration"]) == [4, 8, 4, 8]
    assert list(frame["images"]) == [1] * 4
    settings = [name for name in SETTINGS if name != "images"]
    again = many(frame[[*settings, "first_frame", "last_frame"]])
    assert again.to_make == 0
    assert again.wait(WAIT).jobs == batch.jobs
    assert again.frame().index.equals(frame.index)
    assert service.made == 4


def test_a_table_in_a_notebook_of_very_many_takes_shows_the_first(many: Callable[..., Batch]) -> None:
    batch = many([f"A fox, number {number}" for number in range(1203)], start=False)
    shown = batch._repr_html_()
    assert shown.count("<tr>") == 201
    assert "And 1,003 more: frame() has them all." in shown
    assert len(batch.frame()) == 1203
