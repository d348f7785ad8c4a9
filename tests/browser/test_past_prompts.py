"""Past prompts in a real notebook, by keyboard alone; a form restored from a video; a draft that outlives its form."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.test_form import MINUTE, drop, open_form
from tests.browser.test_prompt import field
from tests.support.environment import ROOT
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

# The rule about a whole page is about JupyterLab's.
AXE = """async () => {
  const { violations } = await axe.run('.sdw-form', { rules: { region: { enabled: false } } });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(' ')}`));
}"""

CARET = "(field) => [field.selectionStart, field.selectionEnd]"


def axe(notebook: NotebookPage) -> list[str]:
    notebook.page.add_script_tag(path=ROOT / "js/node_modules/axe-core/axe.min.js")
    found: list[str] = notebook.page.evaluate(AXE)
    return found


def status(form: Locator, text: str) -> None:
    expect(form.locator(".sdw-notice").get_by_role("status")).to_have_text(text)


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_past_prompt_is_found_and_used_by_keyboard_and_what_was_there_comes_back(open_notebook, theme):
    notebook: NotebookPage = open_notebook([PAST, FORM], theme=theme)
    notebook.run_cell(0)
    notebook.wait_idle()
    form = open_form(notebook, cell=1)
    keyboard = notebook.page.keyboard
    prompt = field(form, "Prompt")
    prompt.focus()
    keyboard.type("Typed, and not sent")
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    keyboard.press("Shift+Tab")
    button = form.get_by_role("button", name="Prompt history")
    while not button.evaluate("(button) => button === document.activeElement"):
        keyboard.press("Shift+Tab")
    keyboard.press("Enter")
    history = form.get_by_role("dialog", name="Prompt history")
    expect(history.get_by_role("option")).to_have_count(20)
    expect(history.get_by_role("option").nth(1)).to_contain_text("<img src=x onerror=alert(1)>")
    expect(history.get_by_role("option").nth(0)).to_contain_text("UlazAI")
    assert axe(notebook) == []
    keyboard.press("ArrowUp")  # round to the last, which asks for more
    expect(history.get_by_role("option")).to_have_count(40)

    keyboard.type("number 7")
    expect(history.get_by_role("option")).to_have_count(1)
    keyboard.press("Enter")
    expect(history).to_have_count(0)
    expect(prompt).to_be_focused()
    expect(prompt).to_have_value("Fox number 7")
    expect(form.get_by_role("radio", name="12 s")).to_be_checked()
    status(form, "Prompt and settings are in the form.")

    button.focus()
    keyboard.press("Enter")
    first = history.get_by_role("option").first
    expect(first).to_contain_text("What you had")
    keyboard.press("Escape")
    expect(button).to_be_focused()
    keyboard.press("Enter")
    expect(first).to_have_attribute("aria-selected", "true")
    keyboard.press("Enter")
    expect(prompt).to_have_value("Typed, and not sent")
    expect(form.get_by_role("radio", name="4 s")).to_be_checked()
    expect(form.get_by_role("radio", name="480p")).to_be_checked()
    button.click()
    expect(history.get_by_role("option")).to_have_count(20)


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_form_is_restored_from_the_video_it_made_chosen_or_dropped(open_notebook):
    made = (
        "job = form._maker().submit(form.request.replace(prompt='A red fox', duration=4))\nprint(job.wait(60).status)"
    )
    told = "print(form.prompt, form.duration, form._parent is job)"
    notebook: NotebookPage = open_notebook([FORM, made, told])
    form = open_form(notebook)
    notebook.run_cell(1)
    expect(notebook.output(1)).to_contain_text("completed", timeout=MINUTE)
    (video,) = notebook.path.parent.glob("seedance/*.mp4")
    prompt = field(form, "Prompt")
    prompt.fill("Typed, and not sent")
    form.get_by_role("radio", name="12 s").check()
    with notebook.page.expect_file_chooser() as chooser:
        form.get_by_role("button", name="Restore from a video file").press("Enter")
    chooser.value.set_files(video)
    expect(prompt).to_have_value("A red fox")
    expect(form.get_by_role("radio", name="4 s")).to_be_checked()
    status(form, f"Restored from {video.name}. Its take is in the history: what you make next is a remix of it.")
    expect(form.get_by_role("button", name="Dismiss message")).to_be_visible()
    assert axe(notebook) == []
    notebook.run_cell(2)
    notebook.wait_idle()
    expect(notebook.output(2)).to_contain_text("A red fox 4 True")

    prompt.fill("Typed once more")
    box = form.locator(".sdw-prompt-box")
    drop(box, video.read_bytes()[:-100], "cut.mp4", "video/mp4")
    status(form, "cut.mp4 is not whole: it ends in the middle. Copy or download it again.")
    drop(box, b'{"prompt": 7}', "notes.json", "application/json")
    status(form, "notes.json holds no recipe. Choose a video made here, or the JSON that lies beside it.")
    expect(prompt).to_have_value("Typed once more")
    drop(form.locator(".sdw-head"), video.with_suffix(".json").read_bytes(), "fox.json", "application/json")
    expect(prompt).to_have_value("A red fox")
