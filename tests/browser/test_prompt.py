"""The prompt of the form in a real notebook: variables, menus and hints, by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_form import MINUTE, open_form
from tests.support.notebook_page import NotebookPage

FORM = (
    "from seedance_widgets import SeedanceForm\n"
    "subject = 'lighthouse keeper'\n"
    "form = SeedanceForm(resolution='480p', fixed_lens=True)\n"
    "form"
)


def field(form: Locator, name: str) -> Locator:
    return form.get_by_role("textbox", name=name, exact=True)


def test_variables_menus_and_a_hint_by_keyboard_up_to_the_video(open_notebook):
    """Typed, completed from the notebook, a phrase from the menu, a value, a fix, and then the video."""
    notebook: NotebookPage = open_notebook([FORM, "print(form.jobs[-1].request.prompt)\nprint(form.prompt)"])
    form = open_form(notebook)
    keyboard = notebook.page.keyboard
    prompt = field(form, "Prompt")
    prompt.focus()

    keyboard.type("A {sub")
    expect(form.get_by_role("option", name="subject lighthouse keeper")).to_be_visible()
    keyboard.press("Enter")
    expect(prompt).to_have_value("A {subject}")
    expect(field(form, "Value for subject")).to_have_value("lighthouse keeper")
    expect(form.get_by_text("19 / 2,500")).to_be_visible()  # as sent: "A lighthouse keeper"

    keyboard.type(" walks in {weather} /")
    menu = form.get_by_role("dialog", name="Camera, sound and shots")
    expect(menu.get_by_role("combobox")).to_be_focused()
    keyboard.type("dolly")
    keyboard.press("ArrowDown")
    expect(menu.get_by_role("option", name="Dolly out")).to_have_attribute("aria-selected", "true")
    expect(menu).to_contain_text("Fixed lens is on. A camera move may be ignored.")
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    expect(menu).to_have_count(0)
    expect(prompt).to_be_focused()
    inserted = "A {subject} walks in {weather}. Slow dolly-in, from a wide shot to a close view of the face."
    expect(prompt).to_have_value(inserted)
    keyboard.press("Control+z")
    expect(prompt).to_have_value("A {subject} walks in {weather} /")
    keyboard.press("Control+Shift+z")
    expect(prompt).to_have_value(inserted)

    hint = form.get_by_role("status", name="Prompt check")
    expect(hint).to_contain_text("Fixed lens is on, but the prompt asks for a dolly-in.")
    expect(form.get_by_text("Generate waits for 1 value.")).to_be_visible()
    keyboard.press("Control+Enter")
    weather = field(form, "Value for weather")
    expect(weather).to_be_focused()
    expect(form.get_by_text("{weather} has no value.")).to_be_visible()
    keyboard.type("mist")
    expect(form.get_by_text("{weather} has no value.")).to_be_hidden()
    keyboard.press("Tab")
    expect(hint.get_by_role("button", name="Turn off Fixed lens")).to_be_focused()
    keyboard.press("Enter")
    expect(form.get_by_role("switch", name="Fixed lens")).not_to_be_checked()
    expect(hint).to_be_empty()
    expect(prompt).to_be_focused()

    keyboard.press("Control+Enter")
    job = notebook.output(0).get_by_role("group", name="Video job")
    expect(job.get_by_role("status", name="Job status")).to_contain_text("Ready", timeout=MINUTE)
    assert notebook.page.locator(".jp-Notebook .jp-Cell").count() == 2
    notebook.run_cell(1)
    notebook.wait_idle()
    said = notebook.output(1)
    expect(said).to_contain_text("A lighthouse keeper walks in mist. Slow dolly-in")
    expect(said).to_contain_text("A {subject} walks in {weather}. Slow dolly-in")


@pytest.mark.slow
def test_values_follow_the_notebook_and_menus_are_closed_by_escape_and_by_leaving(open_notebook):
    notebook: NotebookPage = open_notebook([FORM, "subject = 'sailor'\nform.prompt = 'A {subject} waves'"])
    form = open_form(notebook)
    notebook.run_cell(1)
    notebook.wait_idle()
    expect(field(form, "Value for subject")).to_have_value("sailor")
    camera = form.get_by_role("button", name="Camera")
    menu = form.get_by_role("dialog", name="Camera")
    camera.click()
    expect(menu.get_by_role("option", name="Low angle")).to_be_visible()
    expect(camera).to_have_attribute("aria-expanded", "true")
    notebook.page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(field(form, "Prompt")).to_be_focused()
    camera.click()
    camera.click()
    expect(menu).to_have_count(0)
    form.get_by_role("button", name="Sound").click()
    form.get_by_role("option", name="Rain").click()
    expect(field(form, "Prompt")).to_have_value("A {subject} waves. The sound of steady rain on leaves.")
    form.get_by_role("button", name="Shots").click()
    form.get_by_role("radio", name="8 s").focus()
    expect(form.get_by_role("dialog", name="Shots")).to_have_count(0)
