"""The notebooks run as they are, headless, on the sandbox, and show what they say they show."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import av
import pytest

from tests.support.notebooks import NOTEBOOKS, Executed, execute

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    return run("01_quickstart.ipynb", tmp_path_factory.mktemp("quickstart"))


@pytest.fixture(scope="module")
def magics(tmp_path_factory: pytest.TempPathFactory) -> Executed:
    return run("02_magics.ipynb", tmp_path_factory.mktemp("magics"))


def run(name: str, folder: Path) -> Executed:
    return execute(NOTEBOOKS / name, folder, folder / ".home", Path(sys.executable))


def frames(path: Path) -> int:
    """How many frames decode."""
    with av.open(path) as clip:
        return sum(1 for _ in clip.decode(video=0))


@pytest.mark.parametrize(
    "path",
    [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name != "04_iterate.ipynb"],  # it keeps its pictures
    ids=lambda path: path.stem,
)
def test_notebooks_are_kept_without_outputs(path):
    cells = json.loads(path.read_text("utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_quickstart_runs_without_an_error(quickstart: Executed):
    assert quickstart.errors() == []


def test_quickstart_leaves_videos_that_decode_and_their_recipes(quickstart: Executed):
    clips = sorted((quickstart.folder / "seedance").glob("*.mp4"))
    assert len(clips) == 2
    assert all(96 <= frames(clip) <= 97 for clip in clips)
    recipes = [json.loads(clip.with_suffix(".json").read_text("utf-8")) for clip in clips]
    assert all(recipe["prompt"] for recipe in recipes)


def test_quickstart_shows_that_running_again_is_free(quickstart: Executed):
    assert quickstart.text_of("again = ").endswith("True")


def test_magics_runs_with_no_error_but_those_on_purpose(magics: Executed):
    assert magics.errors() == []


def test_magics_shows_each_error_as_one_line(magics: Executed):
    on_purpose = [cell for cell in magics.code_cells if "raises-exception" in cell.metadata.get("tags", [])]
    assert len(on_purpose) == 2
    for cell in on_purpose:
        shown = " ".join(output.get("text", "") or output.get("evalue", "") for output in cell.outputs)
        assert shown.strip(), cell.source
        assert "Traceback" not in shown


def test_magics_fills_in_variables_and_keeps_quotes(magics: Executed):
    printed = magics.text_of("print(keeper.request.prompt)")
    assert "a lighthouse keeper in a yellow coat climbs the last steps -- slowly" in printed
    assert '"It\'s only weather."' in printed


def test_magics_gives_back_the_same_take_and_makes_a_new_one_when_asked(magics: Executed):
    assert magics.text_of("fox.wait()").strip() == "True False"
    assert frames(magics.folder / "fox.mp4") >= 96
