"""Past prompts in a real notebook, by keyboard alone, and a draft that outlives its form."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.test_form import open_form
from tests.browser.test_prompt import field
from tests.support.notebook_page import NotebookPage

FORM = "from seedance_widgets import SeedanceForm\nform = SeedanceForm(resolution='480p')\nform"

HOSTILE = "<img src=x onerror=alert(1)> \u202egnp.exe\0 and {braces}"

PAST = f"""
from seedance_widgets import studio
from seedance_widgets.ledger import Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
maker = studio.default()
prompts = [f'Fox number {{number}}' for number in range(45)] + [{HOSTILE!r}, 'An owl\\nthat sits\\nquite still']
for number, prompt in enumerate(prompts):
    request = GenerationRequest(prompt, duration=12)
    label, when = ('UlazAI', 'Sandbox')[number % 2], 1790000000.0 + number
    facts = dict(connection=label.lower(), label=label, model=request.model.id, request=request.to_dict())
    facts |= dict(fingerprint=request.fingerprint, created=when, updated=when, state=State.COMPLETED)
    _ = maker.ledger.begin(Record(id=f'take-{{number:03}}', **facts), reuse=False)
"""

CARET = "(field) => [field.selectionStart, field.selectionEnd]"


def status(form: Locator, text: str) -> None:
    expect(form.locator(".sdw-notice").get_by_role("status")).to_have_text(text)


def test_up_and_down_walk_through_prompts_and_never_take_a_key_of_the_caret(open_notebook):
    notebook: NotebookPage = open_notebook([PAST, FORM])
    notebook.run_cell(0)
    notebook.wait_idle()
    form = open_form(notebook, cell=1)
    keyboard = notebook.page.keyboard
    prompt = field(form, "Prompt")
    prompt.focus()
    keyboard.type("Typed")
    keyboard.press("ArrowUp")  # on the first line, and not at its start: the caret goes there
    expect(prompt).to_have_value("Typed")
    assert prompt.evaluate(CARET) == [0, 0]
    keyboard.press("ArrowUp")
    owl = "An owl\nthat sits\nquite still"
    expect(prompt).to_have_value(owl)
    status(form, "Prompt 1 of 47")
    expect(form.get_by_role("radio", name="4 s")).to_be_checked()  # the words alone

    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    assert prompt.evaluate(CARET) == [17, 17]  # the start of the third line
    keyboard.press("ArrowUp")
    assert prompt.evaluate(CARET) == [7, 7]
    expect(prompt).to_have_value(owl)
    keyboard.press("Control+Home")
    keyboard.press("ArrowUp")
    expect(prompt).to_have_value("<img src=x onerror=alert(1)> \u202egnp.exe\0 and {{braces}}")
    keyboard.press("Control+End")
    keyboard.press("ArrowDown")
    expect(prompt).to_have_value(owl)
    keyboard.press("ArrowDown")
    expect(prompt).to_have_value("Typed")
    status(form, "What you typed.")
    keyboard.press("Control+z")
    expect(prompt).to_have_value(owl)
    keyboard.press("Control+Home")
    keyboard.type("/")
    expect(form.get_by_role("dialog", name="Camera, sound and shots")).to_be_visible()
    keyboard.press("ArrowUp")
    expect(prompt).to_have_value(f"/{owl}")


def test_a_draft_outlives_the_run_of_its_cell(open_notebook):
    notebook: NotebookPage = open_notebook([FORM])
    form = open_form(notebook)
    keyboard = notebook.page.keyboard
    prompt = field(form, "Prompt")
    prompt.focus()
    keyboard.type("Written for minutes, and not sent")
    form.get_by_role("radio", name="12 s").check()
    form = open_form(notebook)
    expect(prompt).to_have_value("")
    prompt.focus()
    keyboard.press("ArrowUp")
    expect(prompt).to_have_value("Written for minutes, and not sent")
    status(form, "What you had is back.")
    expect(form.get_by_role("radio", name="12 s")).to_be_checked()
    notebook.page.locator(".jp-Notebook .jp-Cell").first.scroll_into_view_if_needed()
