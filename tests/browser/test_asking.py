"""What costs is asked about first, and an impatient press costs once: counted at a service that charges."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import PICTURES
from tests.support.notebook_page import NotebookPage
from tests.support.sandbox import KEY, RunningSandbox, running_sandbox

MINUTE = 60_000
PROMPT = "A red fox trots through fresh snow"
FORM = f"""from seedance_widgets import JobView, SeedanceForm, generate
from seedance_widgets.studio import default
form = SeedanceForm(prompt={PROMPT!r}, resolution="480p")
form"""
BOTH = "([first, second]) => { first.click(); second.click(); }"


@pytest.fixture(scope="module")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("service"), "--speed", "20") as sandbox:
        yield sandbox


@pytest.fixture
def service(running_service: RunningSandbox) -> RunningSandbox:
    """A service that charges, without jobs or faults."""
    running_service.control.reset()
    return running_service


@pytest.fixture
def run(open_notebook: Callable[..., NotebookPage], service: RunningSandbox) -> Callable[..., NotebookPage]:
    """Opens cells against the service and runs them."""

    def run_all(cells: list[str], **options: Any) -> NotebookPage:
        env = {"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": KEY}
        notebook = open_notebook(cells, env=env, **options)
        notebook.run_all()
        notebook.wait_idle()
        return notebook

    return run_all


def form_in(notebook: NotebookPage, cell: int = 0) -> Locator:
    return notebook.output(cell).get_by_role("form", name="New video")


def job_in(notebook: NotebookPage, cell: int = 0) -> Locator:
    return notebook.output(cell).get_by_role("group", name="Video job")


def expect_state(job: Locator, title: str) -> None:
    expect(job.get_by_role("status", name="Job status")).to_contain_text(title, timeout=MINUTE)


def made(service: RunningSandbox) -> int:
    count: int = service.stats()["requests"].get("generate", 0)
    return count


@pytest.mark.slow
@pytest.mark.parametrize(("theme", "width"), [("light", 1280), ("dark", 480)])
def test_over_budget_the_form_asks_with_the_figures_and_sends_after_a_yes(run, service, theme, width):
    notebook = run([f"{FORM.removesuffix('form')}default().budget = 5\nform"], theme=theme, viewport=(width, 900))
    form = form_in(notebook)
    expect(form.get_by_role("group", name="Cost")).to_contain_text("Session: 0 of 5 credits used")
    generate = form.get_by_role("button", name="Generate")
    generate.click()
    dialog = notebook.page.get_by_role("alertdialog", name="Go over the budget of this session?")
    expect(dialog).to_contain_text("About 10 credits.")
    expect(dialog).to_contain_text("This session has used 0 of its 5 credits; with this it would be 10.")
    expect(dialog).to_have_css("border-top-left-radius", "8px")  # it has its looks where no job was shown yet
    notebook.page.screenshot(path=PICTURES / f"over-budget-{theme}-{width}.png")
    dialog.get_by_role("button", name="Cancel").click()
    expect(dialog).to_have_count(0)
    expect(generate).to_be_focused()
    assert made(service) == 0

    generate.press("Control+Enter")
    dialog.get_by_role("button", name="Generate, about 10 credits").click()
    expect(form.get_by_role("group", name="Cost")).to_contain_text("Session: 10 of 5 credits used")
    expect_state(job_in(notebook), "Ready")
    assert made(service) == 1

    job_in(notebook).get_by_role("button", name=re.compile("New take")).click()
    asked = notebook.page.get_by_role("alertdialog", name="Go over the budget of this session?")
    expect(asked).to_contain_text("This session has used 10 of its 5 credits; with this it would be 20.")
    asked.get_by_role("button", name="Cancel").click()
    expect(asked).to_have_count(0)
    assert made(service) == 1


@pytest.mark.slow
def test_over_the_limit_for_one_take_the_form_says_how_to_raise_it_and_asks_nothing(run, service):
    notebook = run([f"{FORM.removesuffix('form')}default().max_credits = 5\nform", "default().max_credits = 10"])
    cost = form_in(notebook).get_by_role("group", name="Cost")
    notebook.run_cell(0)  # the limit as it was: the cell below has raised it
    notebook.wait_idle()
    expect(cost).to_contain_text("over the 5 for one take")
    form_in(notebook).get_by_role("button", name="Generate").click()
    problem = cost.get_by_role("alert")
    expect(problem).to_contain_text("About 10 credits, and 5 is the most you allow for one take.")
    expect(problem).to_contain_text("%config SeedanceMagics.max_credits = 10, or Studio.max_credits in Python")
    expect(notebook.page.get_by_role("alertdialog")).to_have_count(0)
    notebook.page.screenshot(path=PICTURES / "over-limit.png")
    assert made(service) == 0
    notebook.run_cell(1)
    expect(problem).to_be_hidden()
    form_in(notebook).get_by_role("button", name="Generate").click()
    expect_state(job_in(notebook), "Ready")
    assert made(service) == 1


def test_a_double_click_impatient_keys_and_two_views_of_a_form_make_one_job(run, service):
    notebook = run([FORM, "form", "print(len(form.jobs), 'job')"])
    first, second = form_in(notebook, 0), form_in(notebook, 1)
    buttons = [form.get_by_role("button", name="Generate") for form in (first, second)]
    with service.faults("stuck_job"):  # under way for as long as this lasts
        notebook.page.evaluate(BOTH, [button.element_handle() for button in buttons])
        buttons[0].dblclick()
        prompt = second.get_by_role("textbox", name="Prompt")
        prompt.focus()
        for _ in range(5):
            notebook.page.keyboard.press("Control+Enter")
        for cell in (0, 1):
            expect_state(job_in(notebook, cell), "Rendering")
        expect(buttons[0]).to_have_attribute("aria-disabled", "false")
        notebook.run_cell(2)
        notebook.wait_idle()
        expect(notebook.output(2)).to_contain_text("1 job")
        for cell in (0, 1):
            expect(job_in(notebook, cell)).to_have_count(1)
        assert made(service) == 1


@pytest.mark.slow
def test_new_take_in_two_views_of_one_job_makes_one_take(run, service):
    notebook = run(
        [
            f"from seedance_widgets import JobView, generate\njob = generate({PROMPT!r}, resolution='480p')",
            "JobView(job)",
            "JobView(job)",
        ]
    )
    views = [job_in(notebook, cell).first for cell in (1, 2)]
    buttons = [view.get_by_role("button", name=re.compile("New take about")) for view in views]
    for view, button in zip(views, buttons, strict=True):
        expect_state(view, "Ready")
        expect(button).to_be_visible()
    with service.faults("stuck_job"):
        notebook.page.evaluate(BOTH, [button.element_handle() for button in buttons])
        expect(job_in(notebook, 1)).to_have_count(2)
        dialog = notebook.page.get_by_role("alertdialog", name="Make one more take?")
        refusal = views[1].get_by_text("That is on its way already.")
        expect(dialog.or_(refusal)).to_be_visible()  # as the first press was still on its way to the history, or there
        if dialog.is_visible():
            dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_have_count(0)
        expect_state(job_in(notebook, 1).nth(1), "Rendering")
        buttons[1].dblclick()  # it is on its way: one more is made only where that is meant
        expect(dialog).to_contain_text("About 10 credits.")
        dialog.get_by_role("button", name="Cancel").click()
        expect(dialog).to_have_count(0)
        expect(buttons[1]).to_be_focused()
        assert made(service) == 2
        buttons[1].click()
        dialog.get_by_role("button", name="New take, about 10 credits").click()
        expect(job_in(notebook, 2)).to_have_count(2)
        expect_state(job_in(notebook, 2).nth(1), "Rendering")
        assert made(service) == 3


@pytest.mark.slow
def test_an_id_in_a_broken_reply_is_suggested_and_attached_only_by_a_person(run, service):
    body = {"error": "upstream timed out", "generation_id": "abc12345-1234"}
    with service.faults("status", "generate", 1, code=502, body=body):
        notebook = run([f"from seedance_widgets import generate\ngenerate({PROMPT!r}, resolution='480p')"])
        job = job_in(notebook)
        expect_state(job, "Uncertain")
    field = job.get_by_role("textbox", name="Generation ID")
    expect(field).to_have_value("abc12345-1234")
    expect(job).to_contain_text("From the reply. Look whether your dashboard shows it before you attach it.")
    assert service.stats()["requests"].get("status", 0) == 0
    job.get_by_role("button", name="Attach").click()
    expect_state(job, "Rendering")
