"""The form in a real notebook: what a person types, chooses, drops and presses."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from tests.support.environment import ROOT
from tests.support.notebook_page import NotebookPage, play

FORM = "from seedance_widgets import SeedanceForm\nform = SeedanceForm()\nform"
PROMPT = "A red fox trots through fresh snow, slow pan left"
MINUTE = 60_000
OLDER_KERNEL = ROOT / ".venv-ipykernel6/bin/python"

DROP = """(slot, [base64, name, type]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  for (const kind of ['dragenter', 'dragover', 'drop']) {
    slot.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
  }
}"""


def png(width: int = 1280, height: int = 720) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(out, "PNG")
    return out.getvalue()


def drop(target: Locator, data: bytes, name: str, media_type: str = "image/png") -> None:
    target.evaluate(DROP, [base64.b64encode(data).decode(), name, media_type])


def open_form(notebook: NotebookPage, cell: int = 0) -> Locator:
    notebook.run_cell(cell)
    notebook.wait_idle()
    form = notebook.output(cell).get_by_role("form", name="New video")
    expect(form).to_be_visible()
    return form


@pytest.mark.slow
@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_dropped_image_and_a_prompt_become_a_video(open_notebook, app):
    notebook = open_notebook([FORM], app=app)
    form = open_form(notebook)
    expect(form.get_by_label("Connection: Sandbox")).to_be_visible()

    form.get_by_role("textbox", name="Prompt").fill(PROMPT)
    drop(form.get_by_role("button", name="Add first frame"), png(), "snow.png")
    expect(form.get_by_role("button", name="Remove first frame")).to_be_visible()
    form.get_by_role("radio", name="480p").check()
    form.get_by_role("switch", name="Native audio").check()
    form.get_by_role("button", name="Generate").click()

    job = notebook.output(0).get_by_role("group", name="Video job")
    expect(job.get_by_role("status", name="Job status")).to_contain_text("Ready", timeout=MINUTE)
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")
    played = play(job.locator("video"))
    assert (played.width, played.height) == (864, 496)
    assert played.audio_bytes > 0
    assert 3.9 < played.duration < 4.2


@pytest.mark.slow
def test_bad_input_is_named_at_its_field_and_never_reaches_the_server(open_notebook):
    notebook = open_notebook([FORM, "print(len(form.jobs), form._maker().history())"])
    form = open_form(notebook)
    prompt = form.get_by_role("textbox", name="Prompt")
    prompt.fill("A")
    prompt.press("Control+Enter")
    expect(form.get_by_text("Write a prompt of at least 3 characters.")).to_be_visible()
    expect(prompt).to_be_focused()
    expect(prompt).to_have_attribute("aria-invalid", "true")
    drop(
        form.get_by_role("button", name="Add first frame"), b"\0\0\0\x18ftypheic\0\0\0\0", "IMG_2041.heic", "image/heic"
    )
    expect(form.get_by_role("alert").filter(has_text="HEIC")).to_be_visible()
    notebook.run_cell(1)
    notebook.wait_idle()
    expect(notebook.output(1)).to_contain_text("0 []")

    prompt.fill("A fox")
    expect(form.get_by_text("Write a prompt of at least 3 characters.")).to_be_hidden()


@pytest.mark.slow
def test_a_double_press_makes_one_job(open_notebook):
    notebook = open_notebook([FORM, "print(len(form.jobs), 'job')"])
    form = open_form(notebook)
    form.get_by_role("textbox", name="Prompt").fill(PROMPT)
    form.get_by_role("radio", name="480p").check()
    form.get_by_role("button", name="Generate").dblclick()
    expect(notebook.output(0).get_by_role("group", name="Video job")).to_have_count(1)
    notebook.run_cell(1)
    notebook.wait_idle()
    expect(notebook.output(1)).to_contain_text("1 job")


@pytest.mark.slow
def test_fields_are_the_same_in_the_page_and_in_python(open_notebook):
    python = (
        "form.duration = 12\nform.prompt = form.prompt + ' at dusk'\nprint(form.request.aspect_ratio, form.fixed_lens)"
    )
    notebook = open_notebook([FORM, python])
    form = open_form(notebook)
    prompt = form.get_by_role("textbox", name="Prompt")
    prompt.press_sequentially("A 🦊 in snow")
    expect(form.get_by_text("11 / 2,500")).to_be_visible()
    form.get_by_role("radio", name="9:16").check()
    form.get_by_role("switch", name="Fixed lens").check()
    notebook.run_cell(1)
    notebook.wait_idle()
    expect(notebook.output(1)).to_contain_text("9:16 True")
    expect(form.get_by_role("radio", name="12 s")).to_be_checked()
    expect(prompt).to_have_value("A 🦊 in snow at dusk")
    expect(form.get_by_text("720 \N{MULTIPLICATION SIGN} 1280 px")).to_be_visible()


def test_the_keyboard_works_the_form_and_not_the_notebook(open_notebook):
    notebook = open_notebook([FORM, "1 + 1"])
    form = open_form(notebook)
    form.get_by_role("radio", name="16:9").focus()
    notebook.page.keyboard.press("ArrowRight")
    expect(form.get_by_role("radio", name="4:3")).to_be_checked()
    for key in ("d", "d", "b", "x", "a"):  # in command mode these delete, add and cut cells
        notebook.page.keyboard.press(key)
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == 2
    form.get_by_role("textbox", name="Prompt").press("Shift+Enter")
    notebook.wait_idle()
    expect(notebook.cell(1).locator(".jp-OutputArea-output")).to_have_count(0)
    notebook.page.keyboard.press("Control+s")
    notebook.page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")


INSIDE = """(form) => {
  const place = form.closest('.jp-OutputArea-output').getBoundingClientRect();
  return form.scrollWidth <= form.clientWidth + 1 && form.getBoundingClientRect().right <= place.right + 1;
}"""


@pytest.mark.parametrize("width", [480, pytest.param(700, marks=pytest.mark.slow)])
def test_nothing_overflows_where_it_is_narrow(open_notebook, width):
    notebook = open_notebook([FORM], viewport=(width, 900))
    assert open_form(notebook).evaluate(INSIDE)


@pytest.mark.slow
@pytest.mark.skipif(not OLDER_KERNEL.exists(), reason="`make environment` makes it")
def test_the_form_works_on_the_older_kernel(open_notebook):
    notebook = open_notebook([FORM], python=OLDER_KERNEL)
    form = open_form(notebook)
    form.get_by_role("textbox", name="Prompt").fill(PROMPT)
    form.get_by_role("radio", name="480p").check()
    form.get_by_role("button", name="Generate").click()
    job = notebook.output(0).get_by_role("group", name="Video job")
    expect(job.get_by_role("status", name="Job status")).to_contain_text("Ready", timeout=MINUTE)
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")


def test_a_whole_generation_in_dark_without_a_mouse(open_notebook):
    notebook = open_notebook([FORM], theme="dark")
    form = open_form(notebook)
    keyboard = notebook.page.keyboard
    form.get_by_role("textbox", name="Prompt").focus()
    keyboard.type(PROMPT)
    for name in ("Camera", "Sound", "Shots", "Add first frame"):
        keyboard.press("Tab")
        expect(form.get_by_role("button", name=name)).to_be_focused()
    keyboard.press("Tab")
    expect(form.get_by_role("radio", name="16:9")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("ArrowLeft")
    expect(form.get_by_role("radio", name="480p")).to_be_checked()
    keyboard.press("Control+Enter")
    job = notebook.output(0).get_by_role("group", name="Video job")
    expect(job.get_by_role("status", name="Job status")).to_contain_text("Ready", timeout=MINUTE)
    job.get_by_role("button", name="Play").focus()
    keyboard.press("Space")
    expect(job.get_by_role("button", name="Pause")).to_be_focused()
    job.scroll_into_view_if_needed()
