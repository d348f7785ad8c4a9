"""Guide images in a real notebook: dropped, pasted, cropped by keyboard; what arrives is what was shown."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.test_form import FORM, MINUTE, PROMPT, drop, open_form
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
