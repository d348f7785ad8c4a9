"""Notebook 04 tells the truth, is free to run again, and its file shows the pictures of a run to whoever only looks."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image, ImageStat

from tests.support.notebooks import Executed, books
from tests.support.sandbox import KEY, running_sandbox
from tools.notebook_pictures import MOMENT, NOTEBOOK, TAKE_ID, WHEN, run, with_pictures

pytestmark = pytest.mark.timeout(240)

TAKES = 13
"""Different requests in the notebook."""
KEEPER = "A lighthouse keeper stands at the end of a pier at dusk, slow dolly-in"
IN_HTML = re.compile(r'src="data:image/jpeg;base64,([^"]+)"')
PICTURE = re.compile(r"[A-Za-z0-9+/=\n]{1000,}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("iterate")


@pytest.fixture(scope="module")
def story(folder: Path) -> Executed:
    return run(folder)


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]


def pictures(notebook: Any) -> Iterator[Image.Image]:
    for output in outputs(notebook):
        data = output.get("data", {})
        for encoded in [*IN_HTML.findall(data.get("text/html", "")), *filter(None, [data.get("image/jpeg")])]:
            yield Image.open(io.BytesIO(base64.b64decode(encoded)))


def words(notebook: Any) -> str:
    """All of a notebook but its pictures: these may differ by a grey level from machine to machine."""
    return PICTURE.sub("(picture)", nbformat.writes(notebook))


# ---- its file


def test_the_pictures_in_its_file_decode_and_none_is_blank() -> None:
    found = list(pictures(nbformat.read(NOTEBOOK, as_version=4)))
    assert len(found) >= 9  # five takes, two that are compared, two contact sheets
    for picture in found:
        picture.load()
        assert picture.width >= 480
        assert min(ImageStat.Stat(picture.convert("L")).stddev) > 20


def test_its_file_is_small_and_holds_no_path_no_key_no_live_view_and_no_moment_of_its_own() -> None:
    assert NOTEBOOK.stat().st_size < 500_000
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    said = words(notebook)
    for unwanted in ("/tmp", "/home", "/root", "/Users", "C:\\\\", "127.0.0.1", "localhost", "sk-", "Bearer", "vnd."):
        assert unwanted not in said, unwanted
    assert {cell.execution_count for cell in notebook.cells if cell.cell_type == "code"} == {None}
    assert {output.output_type for output in outputs(notebook)} <= {"display_data", "execute_result", "stream"}
    assert [output for output in outputs(notebook) if output.get("name") == "stderr"] == []
    assert set(MOMENT.findall(said)) == {"22 Nov 2026, 12:00 UTC"}
    assert set(WHEN.findall(said)) == {"22 Nov 12:00"}
    assert {found[:-6] for found in TAKE_ID.findall(said)} == {"20261122-120000-"}


@pytest.mark.slow
def test_its_file_holds_what_its_cells_show_today(story: Executed) -> None:
    """Where this fails, the notebook or what it shows has changed: tools/notebook_pictures.py brings its file up to
    date."""
    shown = with_pictures(story)
    assert words(nbformat.read(NOTEBOOK, as_version=4)) == words(shown)
    assert [found.size for found in pictures(nbformat.read(NOTEBOOK, as_version=4))] == [
        found.size for found in pictures(shown)
    ]


# ---- what it tells


def test_it_runs_without_an_error_and_makes_each_take_once(story: Executed, folder: Path) -> None:
    assert story.errors() == []
    made = books(folder)
    assert len({(prompt, state) for prompt, state, _ in made}) == TAKES - 2  # one prompt in three sizes
    assert [state for _, state, _ in made] == ["rendered"] * TAKES


def test_a_remix_is_below_the_take_it_was_made_from(story: Executed) -> None:
    lines = story.text_of("for take in (first, keeper, wide)").splitlines()
    assert [len(line) - len(line.lstrip()) for line in lines] == [0, 2, 4]
    assert all(" · Ready · " in line for line in lines)
    assert "Remix: " in lines[1]
    assert "21:9" in lines[2]


def test_the_star_is_found_again_and_the_template_is_filled_in(story: Executed) -> None:
    assert KEEPER in story.text_of("keeper.star()")
    assert "Ready: A lighthouse keeper lowers his lantern" in story.text_of("%seedance --template")


def test_a_sweep_keeps_all_of_its_takes_as_a_table(story: Executed) -> None:
    assert "4 of 4 settled: 4 ready." in story.text_of("sweep = ")


def test_a_list_gives_back_the_takes_that_are_there_and_makes_the_new_one(story: Executed) -> None:
    rows = story.text_of("import pandas as pd").splitlines()
    assert [row.split()[-2:] for row in rows[-4:]] == [["True", "0"], ["True", "0"], ["True", "0"], ["False", "10"]]


@pytest.mark.slow
def test_run_all_again_sends_nothing_nor_does_it_where_there_is_a_key(
    story: Executed, folder: Path, tmp_path: Path
) -> None:
    before = books(folder)
    with running_sandbox(tmp_path / "service") as service:
        again = run(folder, SEEDANCE_API_KEY=KEY, SEEDANCE_BASE_URL=service.url)
        assert service.stats()["jobs"]["created"] == 0
    assert again.errors() == []
    assert books(folder) == before
    assert "4 of 4 settled: 4 from history." in again.text_of("sweep = ")
    assert again.text_of("import pandas as pd").count("True") == 4
    assert len(list((folder / "elsewhere" / "seedance").glob("*.mp4"))) == TAKES
