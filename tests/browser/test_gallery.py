"""The history as a gallery in a real notebook."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.notebook_page import NotebookPage, play

MAKE = (
    "from seedance_widgets import generate\n"
    "fox = generate('A red fox trots through fresh snow', resolution='480p').wait()\n"
    "owl = generate('A grey owl turns its head', resolution='480p').wait()\n"
    "dusk = owl.remix('A grey owl turns its head at dusk').wait()"
)
SHOW = "from seedance_widgets import Gallery\nGallery()"
FOX = "A red fox trots through fresh snow"
OWL = "A grey owl turns its head"


def gallery_in(notebook: NotebookPage, cell: int = 1) -> Locator:
    return notebook.output(cell).get_by_role("region", name="History")


def takes_in(gallery: Locator) -> Locator:
    return gallery.get_by_role("article")


@pytest.mark.slow
def test_takes_are_found_chosen_opened_and_there_after_a_reload_and_a_restart(open_notebook):
    notebook = open_notebook([MAKE, SHOW])
    notebook.run_all()
    gallery = gallery_in(notebook)
    expect(takes_in(gallery)).to_have_count(3)
    expect(gallery.locator("article img:visible")).to_have_count(3)
    expect(gallery).to_contain_text("3 videos · free · 12 s")
    expect(notebook.output(1).locator("table")).to_be_hidden()

    gallery.get_by_role("searchbox", name="Search prompts").fill("OWL")
    expect(takes_in(gallery)).to_have_count(2)
    expect(gallery.get_by_role("radio", name="Ready 2")).to_be_visible()
    dusk = gallery.get_by_role("article", name=f"{OWL} at dusk")
    dusk.focus()
    dusk.press("x")
    expect(gallery.get_by_role("toolbar", name="Selection")).to_contain_text("1 selected")
    dusk.press("ArrowRight")
    owl = gallery.get_by_role("article", name=OWL, exact=True)
    expect(owl).to_be_focused()
    owl.press("Escape")
    expect(gallery.get_by_role("toolbar", name="Selection")).to_be_hidden()
    owl.press("Enter")
    job = notebook.output(1).get_by_role("group", name="Video job")
    expect(job).to_contain_text(OWL)
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")
    assert play(job.locator("video")).video_bytes > 0

    notebook.wait_idle()
    notebook.save()
    notebook.reload()
    expect(takes_in(gallery_in(notebook))).to_have_count(2)
    expect(gallery_in(notebook).locator("article img:visible")).to_have_count(2)
    notebook.restart_kernel()
    notebook.run_cell(1)
    expect(takes_in(gallery_in(notebook))).to_have_count(3)
    expect(gallery_in(notebook).get_by_role("button", name=f"Remix of {OWL}")).to_be_visible()


@pytest.mark.slow
def test_a_take_is_remixed_downloaded_and_removed_from_the_gallery(open_notebook):
    notebook = open_notebook([MAKE, SHOW])
    notebook.run_all()
    gallery = gallery_in(notebook)
    fox = gallery.get_by_role("article", name=FOX)
    fox.hover()
    fox.get_by_role("button", name="Remix").click()
    form = notebook.output(1).get_by_role("form", name="New video")
    expect(form.get_by_role("textbox", name="Prompt")).to_have_value(FOX)
    fox.get_by_role("checkbox", name="Select").check(force=True)
    bar = gallery.get_by_role("toolbar", name="Selection")
    with notebook.page.expect_download() as waiting:
        bar.get_by_role("button", name="Download").click()
    assert re.fullmatch(r"red-fox-trots-fresh-\d{4}\.mp4", waiting.value.suggested_filename)
    saved = list((notebook.path.parent / ".home" / "media").glob("*.mp4"))
    assert waiting.value.path().read_bytes() in [each.read_bytes() for each in saved]
    bar.get_by_role("button", name="Remove from history").click()
    asked = notebook.page.get_by_role("alertdialog", name="Remove this take?")
    expect(asked.get_by_role("checkbox", name="Keep the copies beside the notebook")).to_be_checked()
    asked.get_by_role("button", name="Remove", exact=True).click()
    expect(takes_in(gallery)).to_have_count(2)
    assert len(list((notebook.path.parent / ".home" / "media").glob("*.mp4"))) == 2
    assert len(list((notebook.path.parent / "seedance").glob("*.mp4"))) == 3


@pytest.mark.slow
def test_a_new_take_appears_while_another_cell_keeps_the_kernel_busy(open_notebook):
    notebook = open_notebook(
        [MAKE, "%load_ext seedance_widgets\n%seedance_history", "fox.remix('A hare')\nimport time\ntime.sleep(30)"]
    )
    notebook.run_all()
    gallery = gallery_in(notebook)
    hare = gallery.get_by_role("article", name="A hare")
    expect(hare.get_by_text("0:04", exact=True)).to_be_visible(timeout=60_000)
    assert notebook.is_running(2)
    notebook.interrupt_kernel()
    notebook.wait_idle()
