"""The history as a gallery in a real notebook."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.environment import ROOT
from tests.support.notebook_page import NotebookPage, play

MAKE = (
    "from seedance_widgets import generate\n"
    "fox = generate('A red fox trots through fresh snow', resolution='480p').wait()\n"
    "owl = generate('A grey owl turns its head', resolution='480p').wait()\n"
    "dusk = owl.remix('A grey owl turns its head at dusk').wait()"
)
SHOW = "from seedance_widgets import Gallery\nGallery()"
LOOK = """(element) => {
  const look = getComputedStyle(element);
  return ["color", "backgroundColor", "borderTopColor", "padding", "minHeight"].map((name) => look[name]);
}"""
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
def test_selected_takes_are_compared_below_until_that_is_closed_for_good(open_notebook):
    notebook = open_notebook([MAKE, SHOW])
    notebook.run_all()
    notebook.wait_idle()
    gallery = gallery_in(notebook)
    bar = gallery.get_by_role("toolbar", name="Selection")
    takes_in(gallery).nth(1).get_by_role("checkbox", name="Select").check(force=True)
    expect(bar.get_by_role("button", name="Compare")).to_have_attribute("aria-disabled", "true")
    expect(bar).to_contain_text("2 to 4 can be compared")
    gallery.get_by_role("article", name=FOX).get_by_role("checkbox", name="Select").check(force=True)
    button = bar.get_by_role("button", name="Compare 2")
    before = button.evaluate(LOOK)
    button.click()
    compare = notebook.output(1).get_by_role("region", name="Compare")
    expect(compare.get_by_role("group", name="Take B")).to_be_visible()
    expect(compare).to_contain_text(f"2 takes of {OWL}")
    assert button.evaluate(LOOK) == before  # the styles that Compare brought have changed nothing

    compare.get_by_role("button", name="Remix take B").click()
    form = notebook.output(1).get_by_role("form", name="New video")
    expect(form.get_by_role("textbox", name="Prompt")).to_have_value(FOX)
    compare.get_by_role("button", name="Close compare").press("Enter")
    expect(compare).to_have_count(0)
    expect(button).to_be_focused()
    expect(form).to_be_visible()
    notebook.wait_idle()
    notebook.save()
    notebook.reload()
    expect(takes_in(gallery_in(notebook))).to_have_count(3)
    expect(form).to_be_visible()
    expect(compare).to_have_count(0)


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
    expect(asked.get_by_role("radio", name="Move the files to the trash")).to_be_checked()
    expect(asked.get_by_role("checkbox", name="Keep the copies beside the notebook")).to_be_checked()
    notebook.page.add_script_tag(path=ROOT / "js/node_modules/axe-core/axe.min.js")
    assert notebook.page.evaluate(AXE.replace(".sdw-shelf", ".sdw-dialog")) == []
    asked.get_by_role("button", name="Remove", exact=True).click()
    expect(takes_in(gallery)).to_have_count(2)
    expect(gallery.get_by_role("button", name="Undo")).to_be_visible()
    assert notebook.page.evaluate(AXE) == []
    home = notebook.path.parent / ".home"
    assert len(list((home / "media").glob("*.mp4"))) == 2
    assert len(list((home / "trash").rglob("*.mp4"))) == 1
    assert len(list((notebook.path.parent / "seedance").glob("*.mp4"))) == 3
    notebook.wait_idle()
    notebook.save()
    notebook.reload()
    gallery.get_by_role("button", name="Undo").press("Enter")
    expect(takes_in(gallery)).to_have_count(3)
    expect(gallery.get_by_role("button", name="Undo")).to_be_hidden()
    assert len(list((home / "media").glob("*.mp4"))) == 3


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


FRAMED = """from PIL import Image
from seedance_widgets import generate
from seedance_widgets.images import load
Image.linear_gradient('L').resize((640, 400)).save('dusk.png')
aside = load('dusk.png').info.cut_at(0.3, 0.5)
fox = generate('A red fox says "Hello"', images=[aside, 'dusk.png'], aspect_ratio='1:1', resolution='480p',
    duration=8, fixed_lens=True, generate_audio=True, prompt_directory_optin=True).wait()"""


@pytest.mark.slow
def test_a_remix_begins_with_everything_the_take_was_made_of_and_is_its_child(open_notebook):
    notebook = open_notebook([FRAMED, SHOW], viewport=(1280, 1600))
    notebook.run_all()
    gallery = gallery_in(notebook)
    asked = 'A red fox says "Hello"'
    fox = gallery.get_by_role("article", name=asked)
    fox.hover()
    fox.get_by_role("button", name="Remix").click()
    form = notebook.output(1).get_by_role("form", name="New video")
    expect(form.get_by_role("textbox", name="Prompt")).to_have_value(asked)
    for name in ("1:1", "480p", "8 s"):
        expect(form.get_by_role("radio", name=name)).to_be_checked()
    for name in ("Fixed lens", "Native audio", "Share prompt"):
        expect(form.get_by_role("switch", name=name)).to_be_checked()
    for slot, place in (("first", "0 of 240 px from the left"), ("last", "120 of 240 px from the left")):
        form.get_by_role("button", name=f"Adjust crop of {slot} frame").press("Enter")
        crop = form.get_by_role("slider", name=f"Crop of {slot} frame")
        expect(crop).to_have_attribute("aria-valuetext", place)
        crop.press("Escape")
    form.get_by_role("textbox", name="Prompt").fill("A red fox sleeps")
    form.get_by_role("button", name="Generate").click()
    child = gallery.get_by_role("article", name="A red fox sleeps")
    expect(child.get_by_role("button", name=f"Remix of {asked}")).to_be_visible(timeout=60_000)
    request = notebook.output(1).get_by_role("group", name="Video job").first
    for fact in ("1:1", "480p", "8 s", "Sound", "Fixed lens", "First and last frame", "Prompt shared"):
        expect(request.get_by_text(fact, exact=True)).to_be_visible()


THOUSANDS = """import time
from seedance_widgets import Gallery, studio
from seedance_widgets.ledger import Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
maker, now = studio.default(), time.time()
with maker.ledger._write() as db:
    for number in range(5000):
        request, when = GenerationRequest(f'Fox number {number}'), now - 400_000 + 80 * number
        maker.ledger._insert(db, Record(
            id=f'take-{number:04}', connection='ulazai', label='UlazAI', model=request.model.id, state=State.COMPLETED,
            request=request.to_dict(), fingerprint=request.fingerprint, created=when, updated=when, credits_used=50))
Gallery()"""

SCROLL = """async (frame) => {
  const most = { cards: 0, nodes: 0 };
  for (let step = 0; step <= 60; step += 1) {
    frame.scrollTop = (frame.scrollHeight - frame.clientHeight) * (step / 60);
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    most.cards = Math.max(most.cards, frame.querySelectorAll('article').length);
    most.nodes = Math.max(most.nodes, frame.querySelectorAll('*').length);
  }
  return most;
}"""


@pytest.mark.slow
def test_of_five_thousand_takes_no_more_than_a_screenful_is_in_the_page_and_keys_reach_the_last(open_notebook):
    notebook = open_notebook([THOUSANDS])
    notebook.run_all()
    gallery = gallery_in(notebook, 0)
    expect(gallery).to_contain_text("5,000 videos · 250,000 credits")
    most = gallery.locator(".sdw-shelf-scroll").evaluate(SCROLL)
    assert most["cards"] <= 32, most
    assert most["nodes"] < 2500, most
    takes_in(gallery).first.focus()
    notebook.page.keyboard.press("End")
    expect(gallery.get_by_role("article", name="Fox number 0", exact=True)).to_be_focused()
    notebook.page.keyboard.press("Home")
    expect(gallery.get_by_role("article", name="Fox number 4999", exact=True)).to_be_focused()
    gallery.get_by_role("searchbox", name="Search prompts").fill("number 2718")
    expect(takes_in(gallery)).to_have_count(1)


AXE = """async () => {
  const { violations } = await axe.run('.sdw-shelf', { rules: { region: { enabled: false } } });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}"""


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_page_that_is_reloaded_in_the_middle_shows_what_was_chosen_and_a_new_kernel_begins_anew(open_notebook, theme):
    notebook = open_notebook([MAKE, SHOW], theme=theme)
    notebook.run_all()
    gallery = gallery_in(notebook)
    gallery.get_by_role("article", name=FOX).get_by_role("button", name="Star").click(force=True)
    gallery.get_by_role("button", name="Starred").press("Enter")
    expect(takes_in(gallery)).to_have_count(1)
    gallery.get_by_role("button", name="Date: Last 7 days").press("Enter")
    gallery.get_by_role("menuitem", name="All time").press("Enter")
    expect(gallery.get_by_role("button", name="Date: All time")).to_be_focused()
    fox = gallery.get_by_role("article", name=FOX)
    fox.focus()
    fox.press("Shift+F10")
    expect(fox.get_by_role("menuitem", name="Open")).to_be_focused()
    notebook.page.add_script_tag(path=ROOT / "js/node_modules/axe-core/axe.min.js")
    assert notebook.page.evaluate(AXE) == []
    fox.get_by_role("menuitem", name="Open").press("Escape")
    expect(fox.get_by_role("button", name="More actions")).to_be_focused()

    notebook.wait_idle()
    notebook.save()
    notebook.reload()
    gallery = gallery_in(notebook)
    expect(takes_in(gallery)).to_have_count(1)
    expect(gallery.get_by_role("button", name="Starred")).to_have_attribute("aria-pressed", "true")
    expect(gallery.get_by_role("button", name="Date: All time")).to_be_visible()

    notebook.restart_kernel()
    gallery.get_by_role("radio", name="Running 0").click(force=True)
    expect(gallery).to_contain_text(re.compile("run this cell again", re.IGNORECASE))
    expect(takes_in(gallery)).to_have_count(1)
    notebook.run_cell(1)
    expect(takes_in(gallery_in(notebook))).to_have_count(3)
    notebook.wait_idle()
    notebook.save()
    notebook.tolerate("widget model not found")
    notebook.shut_down_kernel()
    notebook.reload()
    expect(notebook.output(1).get_by_role("row")).to_have_count(4)
    expect(notebook.output(1).get_by_text("Run the cell for the gallery")).to_be_visible()
    expect(notebook.output(1).get_by_text("Error displaying widget")).to_be_hidden()
