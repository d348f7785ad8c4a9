"""Guide images in a real notebook: dropped, pasted, cropped by keyboard; what arrives is what was shown."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.browser.test_form import FORM, MINUTE, PROMPT, drop, open_form
from tests.support.clips import spoken_clip
from tests.support.sandbox import RunningSandbox, running_sandbox

PICTURE = """import numpy as np
from PIL import Image
rows = np.zeros((300, 400, 3), np.uint8)
rows[..., 0] = np.minimum(np.arange(300), 255)[:, None]
rows[..., 1] = np.maximum(np.arange(300) - 255, 0)[:, None]
Image.fromarray(rows)"""
"""Each row of it says which it is: red and green together are its number."""

PASTE = """(place, [base64, type]) => {
  const data = new DataTransfer();
  if (type === 'text/plain') data.setData(type, base64);
  else {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], 'image.png', { type }));
  }
  place.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--speed", "20") as running:
        yield running


def arrived(sandbox: RunningSandbox) -> list[bytes]:
    files = [path for path in Path(sandbox.home).rglob("seedance_images/*") if path.is_file()]
    return [path.read_bytes() for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]


def test_an_output_image_is_dropped_cropped_by_keyboard_and_sent_as_shown(open_notebook, sandbox):
    env = {"SEEDANCE_BASE_URL": sandbox.url, "SEEDANCE_API_KEY": "a-key"}
    notebook = open_notebook([FORM, PICTURE], env=env, viewport=(1280, 1600))
    notebook.run_cell(1)
    form = open_form(notebook)
    image = notebook.output(1).locator("img")
    image.drag_to(form.get_by_role("button", name="Add first frame"))
    expect(form.get_by_text("This picture is 4:3.")).to_be_visible()
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == 2

    form.get_by_role("button", name="Adjust crop of first frame").press("Enter")
    crop = form.get_by_role("slider", name="Crop of first frame")
    expect(crop).to_be_focused()
    for key in ("ArrowDown", "ArrowDown", "Shift+ArrowDown", "ArrowUp"):
        crop.press(key)
    expect(crop).to_have_attribute("aria-valuetext", "49 of 75 px from the top")
    crop.press("Escape")
    expect(form.get_by_role("button", name="Adjust crop of first frame")).to_be_focused()
    expect(form.get_by_text("This picture is 4:3.")).to_be_hidden()

    form.get_by_role("textbox", name="Prompt").fill(PROMPT)
    form.get_by_role("radio", name="480p").check()
    for length, jobs in (("4 s", 1), ("8 s", 2)):
        form.get_by_role("radio", name=length).check()
        form.get_by_role("button", name="Generate").click()
        cards = notebook.output(0).get_by_role("group", name="Video job")
        expect(cards).to_have_count(jobs)
        status = cards.first.get_by_role("status", name="Job status")
        expect(status).to_contain_text("Ready", timeout=MINUTE)
    assert sandbox.stats()["uploads"] == 1
    sent = np.asarray(Image.open(io.BytesIO(arrived(sandbox)[-1]))).astype(int)
    assert sent.shape == (225, 400, 3)
    assert (sent[:, 0, 0] + sent[:, 0, 1] == np.arange(49, 49 + 225)).all()


@pytest.mark.slow
def test_an_image_is_pasted_and_what_is_none_is_refused_in_words(open_notebook):
    notebook = open_notebook([FORM])
    form = open_form(notebook)
    slot = form.get_by_role("button", name="Add first frame")
    slot.evaluate(PASTE, ["iVBORw0KGgo=", "image/png"])
    expect(form.get_by_role("alert").filter(has_text="damaged")).to_be_visible()
    form.get_by_role("button", name="Dismiss first frame").click()
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(out, "PNG")
    slot.evaluate(PASTE, [base64.b64encode(out.getvalue()).decode(), "image/png"])
    expect(form.get_by_text("fits 16:9")).to_be_visible()
    drop(form.get_by_role("button", name="Add last frame"), b"GIF89a" + bytes(40), "a.gif", "image/gif")
    expect(form.get_by_role("alert").filter(has_text="is a GIF file. Use JPG, PNG or WebP.")).to_be_visible()


HEARD = """() => {
  window.heard = [];
  const note = (event) => window.heard.push(event.type);
  for (const kind of ['keydown', 'paste', 'dragenter', 'dragover', 'drop']) {
    document.querySelector('.jp-Notebook').addEventListener(kind, note);
  }
}"""
CELLS = """() => {
  const { content } = window.jupyterapp.shell.currentWidget;
  return [content.widgets.map((cell) => cell.model.type), content.activeCellIndex, content.mode];
}"""
COMMANDS = ("d", "d", "b", "a", "x", "m", "y", "j", "k", "ArrowDown", "ArrowUp", "Shift+Enter")
"""Keys with which a notebook in command mode deletes, adds, cuts, turns, leaves and runs cells."""


def drag(path: Path, *places: Locator) -> None:
    """A file from outside, over one place after another and dropped on the last, as the browser itself sees it: where
    nobody takes it, the page is left for it."""
    page = places[0].page
    session = page.context.new_cdp_session(page)
    for place, kinds in zip(places, [["dragEnter", "dragOver"]] + [["dragOver"]] * (len(places) - 1), strict=True):
        box = place.bounding_box()
        assert box
        there = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        for kind in kinds if place is not places[-1] else [*kinds, "drop"]:
            data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
            session.send("Input.dispatchDragEvent", {"type": kind, **there, "data": data})
    session.detach()


@pytest.mark.slow
def test_the_notebook_hears_neither_the_drops_nor_the_keys_of_a_slot(open_notebook, tmp_path):
    clip = tmp_path / "pier.mp4"
    spoken_clip(clip, size=(320, 240))
    notebook = open_notebook([FORM, "1 + 1"], viewport=(1280, 1200))
    form = open_form(notebook)
    page, keyboard = notebook.page, notebook.page.keyboard
    address = page.url
    page.evaluate(HEARD)
    cells = page.evaluate(CELLS)

    drag(clip, form.get_by_role("button", name="Add first frame"))
    expect(form.get_by_text("Its last frame, taken at 2.00 s")).to_be_visible()
    drag(clip, form.get_by_role("button", name="Add last frame"), form.get_by_role("heading", name="New video"))
    expect(form.get_by_text("Drop to use as last frame")).to_be_hidden()
    form.get_by_role("button", name="Add last frame").evaluate(PASTE, ["R0lGODlh", "image/gif"])
    expect(form.get_by_role("alert").filter(has_text="is a GIF file")).to_be_visible()
    assert page.url == address

    for name in ("Replace first frame", "Adjust crop of first frame", "Choose another last frame"):
        form.get_by_role("button", name=name).focus()
        for key in COMMANDS:
            if not (key == "Shift+Enter" and name != "Adjust crop of first frame"):  # it presses the others
                keyboard.press(key)
    crop = form.get_by_role("slider", name="Crop of first frame")
    if not crop.is_visible():
        form.get_by_role("button", name="Adjust crop of first frame").press("Enter")
    expect(crop).to_be_focused()
    for key in (*COMMANDS[:-1], "Escape"):
        keyboard.press(key)
    expect(form.get_by_role("button", name="Adjust crop of first frame")).to_be_focused()
    assert page.evaluate("() => window.heard") == []
    assert page.evaluate(CELLS) == cells
    expect(notebook.cell(1).locator(".jp-OutputArea-output")).to_have_count(0)
