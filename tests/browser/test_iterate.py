"""Notebook 04 as a person has it in JupyterLab: its pictures before anything is run, and all of it live after that."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Locator, expect

from tests.support.environment import ARTIFACTS, ROOT
from tests.support.notebook_page import NotebookPage, play

from .test_states import AXE, LIGHT_AND_DARK

NOTEBOOK = ROOT / "notebooks" / "04_iterate.ipynb"
KEEPER = "A lighthouse keeper stands at the end of a pier at dusk, slow dolly-in"
BRIEF = "A lighthouse keeper … dusk, slow dolly-in"
"""What a table has of it, where others begin alike."""
DRAWN = "(images) => images.filter((image) => image.complete && image.naturalWidth >= 480).length"
TAKES = 13


def put_in_place(notebook: NotebookPage) -> None:
    """The file of the project in place of the one that is open, with the kernel that is there."""
    kernel = json.loads(notebook.path.read_text("utf-8"))["metadata"]["kernelspec"]
    content = json.loads(NOTEBOOK.read_text("utf-8"))
    content["metadata"]["kernelspec"] = kernel
    notebook.path.write_text(json.dumps(content), "utf-8")
    notebook.reload()


def cell_of(notebook: NotebookPage, start: str) -> Locator:
    """The cell whose source begins so."""
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    (index,) = [index for index, cell in enumerate(cells) if "".join(cell["source"]).startswith(start)]
    return notebook.cell(index)


def axe(notebook: NotebookPage, within: str) -> list[str]:
    notebook.page.add_script_tag(path=ROOT / "js/node_modules/axe-core/axe.min.js")
    found: list[str] = notebook.page.evaluate(AXE.replace("'main'", f"'{within}'"))
    return found


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("theme", LIGHT_AND_DARK)
def test_it_shows_its_pictures_before_it_is_run_and_plays_and_compares_after_run_all(open_notebook, theme):
    notebook: NotebookPage = open_notebook(["1"], theme=theme)
    put_in_place(notebook)
    images = notebook.page.locator(".jp-OutputArea-output img:visible")
    expect(images).to_have_count(9)
    expect(cell_of(notebook, "await dawn").locator("table")).to_contain_text(BRIEF)
    assert images.evaluate_all(DRAWN) == 9
    assert axe(notebook, ".sdw-static") == []

    notebook.run_all()
    notebook.wait_idle(timeout=300)
    first = cell_of(notebook, "first = ").get_by_role("group", name="Video job")
    expect(first).to_contain_text("Ready")
    assert play(first.locator("video")).video_bytes > 0
    compare = cell_of(notebook, "Compare(").get_by_role("region", name="Compare")
    expect(compare.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(compare.locator("ins")).to_have_count(2)
    sweep = cell_of(notebook, "sweep = ").get_by_role("region", name="Sweep")
    sweep.scroll_into_view_if_needed()
    expect(sweep).to_contain_text("4 of 4 settled")
    expect(sweep.locator("img:visible")).to_have_count(4)
    gallery = cell_of(notebook, "await dawn").get_by_role("region", name="History")
    gallery.scroll_into_view_if_needed()
    expect(gallery.get_by_role("article")).to_have_count(TAKES)
    expect(gallery.get_by_role("article", name=KEEPER).locator("img:visible").first).to_be_visible()
    expect(
        notebook.page.locator(".jp-OutputArea-output[data-mime-type*=error], .jp-RenderedText[data-mime-type*=stderr]")
    ).to_have_count(0)
    expect(notebook.page.locator(".sdw-static:visible")).to_have_count(0)
    (ARTIFACTS / "browser").mkdir(parents=True, exist_ok=True)
    for name, widget in (("compare", compare), ("sweep", sweep), ("gallery", gallery)):
        widget.screenshot(path=ARTIFACTS / "browser" / f"iterate-{name}-{theme}.png")
    assert axe(notebook, ".sdw") == []
