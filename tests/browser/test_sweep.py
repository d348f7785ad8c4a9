"""A sweep in a real notebook: from what it would cost to its takes in their grid."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.notebook_page import NotebookPage

CELL = (
    "from seedance_widgets import Sweep\n"
    "moves, shapes = ['static', 'orbit'], ['16:9', '1:1']\n"
    "sweep = Sweep('A red fox at dusk, {move}', move=moves, aspect_ratio=shapes, resolution='480p'%s)\n"
    "sweep"
)
LONG = 120_000


def sweep_in(notebook: NotebookPage, cell: int = 0) -> Locator:
    return notebook.output(cell).get_by_role("region", name="Sweep")


def ready_in(sweep: Locator) -> Locator:
    """The takes that are there, each with its picture."""
    return sweep.get_by_role("grid", name="Sweep results").locator("img:visible")


def test_a_sweep_goes_from_its_cell_over_its_cost_to_a_grid_of_videos(open_notebook):
    notebook = open_notebook([CELL % ""])
    notebook.run_all()
    sweep = sweep_in(notebook)
    cost = sweep.get_by_role("group", name="Cost of sweep")
    expect(cost).to_contain_text("Free in the sandbox")
    expect(sweep.get_by_role("switch", name="Reuse videos from history")).to_be_checked()
    expect(notebook.output(0).locator(".sdw-static")).to_be_hidden()
    cost.get_by_role("button", name="Render 4 videos").click()
    grid = sweep.get_by_role("grid", name="Sweep results")
    expect(grid.get_by_role("columnheader")).to_contain_text(["static", "orbit"])
    expect(grid.get_by_role("rowheader")).to_contain_text(["16:9", "1:1"])
    expect(ready_in(sweep)).to_have_count(4, timeout=LONG)
    expect(sweep).to_contain_text("4 of 4 settled")
    grid.get_by_role("button", name="Star: orbit, 1:1").click()
    expect(grid.get_by_role("button", name="Star: orbit, 1:1")).to_have_attribute("aria-pressed", "true")


@pytest.mark.slow
def test_after_a_restart_in_the_middle_the_rest_is_confirmed_and_nothing_is_made_twice(open_notebook):
    notebook = open_notebook(
        [CELL % ", concurrency=1", "from seedance_widgets.studio import default\nlen(default().history())"]
    )
    notebook.run_cell(0)
    sweep_in(notebook).get_by_role("button", name="Render 4 videos").click()
    expect(sweep_in(notebook)).to_contain_text("1 rendering")
    sweep_in(notebook).get_by_role("button", name="Pause").click()
    expect(sweep_in(notebook)).not_to_contain_text("rendering", timeout=LONG)  # what was under way goes on
    notebook.wait_idle()
    notebook.save()
    notebook.reload()
    expect(ready_in(sweep_in(notebook))).not_to_have_count(0, timeout=LONG)
    sweep_in(notebook).get_by_role("button", name="Resume").click()
    expect(sweep_in(notebook)).to_contain_text("1 rendering")
    notebook.restart_kernel()
    notebook.run_cell(0)
    sweep = sweep_in(notebook)
    rest = sweep.get_by_role("button", name=re.compile("Render (the other )?(.* )?videos?"))
    expect(sweep).to_contain_text(re.compile("[123] of 4 (is|are) "))
    rest.click()
    expect(ready_in(sweep)).to_have_count(4, timeout=LONG)
    notebook.run_cell(1)
    notebook.wait_idle()
    expect(notebook.output(1)).to_have_text(re.compile("4$"))
    notebook.restart_kernel()
    notebook.run_cell(0)  # all of it is there
    expect(ready_in(sweep_in(notebook))).to_have_count(4, timeout=LONG)
    notebook.wait_idle()
    outputs = notebook.save()["cells"][0]["outputs"]
    kept = next(out["data"] for out in outputs if "<table>" in "".join(out["data"].get("text/html", "")))
    assert "4 of 4 settled: 4 from history" in "".join(kept["text/plain"])


@pytest.mark.slow
def test_axes_are_changed_by_their_names_and_a_take_is_opened_below(open_notebook):
    notebook = open_notebook([CELL % ""], theme="dark")
    notebook.run_all()
    sweep = sweep_in(notebook)
    sweep.get_by_role("button", name="Remove 1:1").click()
    expect(sweep.get_by_role("button", name="Render 2 videos")).to_be_visible()
    sweep.get_by_role("button", name="Remove orbit").click()
    expect(sweep.get_by_role("button", name="Render 1 video")).to_be_visible()
    sweep.get_by_role("button", name="Render 1 video").dblclick()
    expect(ready_in(sweep)).to_have_count(1, timeout=LONG)
    with notebook.page.expect_download() as waiting:
        sweep.get_by_role("button", name="Contact sheet").click()
    assert waiting.value.suggested_filename == "contact-sheet.png"
    assert waiting.value.path().read_bytes().startswith(b"\x89PNG")
    sweep.get_by_role("button", name="Play all").click()
    playing = "(videos) => videos.length === 1 && videos.every((video) => video.muted && video.currentTime > 0.2)"
    notebook.page.wait_for_function("() => document.querySelector('.sdw-sweep video')?.currentTime > 0.2")
    assert sweep.locator("video").evaluate_all(playing)
    sweep.get_by_role("button", name="Stop all").click()
    sweep.get_by_role("group", name="static, 16:9").press("Enter")
    expect(notebook.output(0).get_by_role("group", name="Video job")).to_be_visible()


@pytest.mark.slow
def test_a_list_of_prompts_is_shown_live_by_its_prompts(open_notebook):
    cell = "from seedance_widgets import generate_many\ngenerate_many(['A fox', 'An owl', 'A hare'], resolution='480p')"
    notebook = open_notebook([cell])
    notebook.run_all()
    videos = notebook.output(0).get_by_role("region", name="Batch")
    pictures = videos.get_by_role("grid", name="Batch results").locator("img:visible")
    expect(pictures).to_have_count(3, timeout=LONG)
    for name in ("A fox", "An owl", "A hare"):
        expect(videos.get_by_role("group", name=f"{name}: Ready")).to_be_visible()
    expect(videos).to_contain_text("3 of 3 settled")
    expect(notebook.output(0).locator(".sdw-static")).to_be_hidden()
