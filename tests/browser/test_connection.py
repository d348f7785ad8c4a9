"""The connection menu and the entry of a key, in a real notebook and by keyboard alone, against a service that demands
a key: what it does, and that it stays nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PICTURES
from tests.browser.test_states import AXE, JS
from tests.secrets.search import KEY, found_below, found_in
from tests.support.jupyter import JupyterServer
from tests.support.notebook_page import NotebookPage, play
from tests.support.sandbox import RunningSandbox, running_sandbox

MINUTE = 60_000
FORM = """import logging
logging.basicConfig(level=logging.DEBUG, filename="debug.log")
get_ipython().kernel.log.setLevel(logging.DEBUG)  # every message with its content
get_ipython().kernel.log.addHandler(logging.FileHandler("kernel.log"))
%xmode Verbose
from seedance_widgets import SeedanceForm, generate
from seedance_widgets.studio import default
form = SeedanceForm(prompt="A red fox trots through fresh snow", resolution="480p")
form"""


@pytest.fixture(scope="module")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    """A server that logs all there is."""
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"), debug=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def running_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("service"), "--speed", "20") as sandbox:
        yield sandbox


@pytest.fixture
def service(running_service: RunningSandbox) -> RunningSandbox:
    """A service that demands a key, without jobs or faults."""
    running_service.control.reset()
    return running_service


@pytest.fixture
def run(open_notebook: Callable[..., NotebookPage]) -> Callable[..., NotebookPage]:
    """Opens cells and runs them."""

    def run_all(cells: list[str], env: dict[str, str], **options: str) -> NotebookPage:
        notebook = open_notebook(cells, env=env, **options)
        notebook.run_all()
        notebook.wait_idle()
        return notebook

    return run_all


INSIDE = """(form) => {
  const [card, menu] = [form, form.querySelector('.sdw-connection-menu')].map((part) => part.getBoundingClientRect());
  return menu.width > 200 && menu.left >= card.left && menu.right <= card.right;
}"""


def form_in(notebook: NotebookPage) -> Locator:
    return notebook.output(0).get_by_role("form", name="New video")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_accessible(page: Page) -> None:
    page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
    found = page.evaluate(AXE.replace("'main'", "'.sdw'"))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_a_key_that_was_refused_is_replaced_in_the_cell_and_the_take_is_made_by_one_more_press(
    run: Callable[..., NotebookPage], service: RunningSandbox, jupyter: JupyterServer, theme: str
) -> None:
    """By keyboard alone: a bad key, 401, another key, Try again, a video. And the key is nowhere afterwards."""
    notebook = run(
        [FORM, "form.jobs[-1].error", "raise RuntimeError('the last words')"],
        {"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": "bad-key"},
        theme=theme,
    )
    page = notebook.page
    form_in(notebook).get_by_role("textbox", name="Prompt").press("Control+Enter")
    job = notebook.output(0).get_by_role("group", name="Video job")
    expect(job.get_by_role("status", name="Job status")).to_contain_text("Key not accepted", timeout=MINUTE)
    expect(job).to_contain_text("Use another key, then try again.")

    job.get_by_role("button", name="Use another key").press("Enter")
    field = job.get_by_label("API key")
    expect(field).to_be_focused()
    expect(field).to_have_attribute("type", "password")
    expect(field).to_have_attribute("autocomplete", "off")
    expect(job).to_contain_text("Kept in memory until the kernel ends, never in the notebook")
    page.keyboard.type("no key")
    press(page, "Enter")
    expect(job.get_by_role("alert").filter(has_text="holds characters no key has")).to_be_visible()
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    expect_accessible(page)
    job.screenshot(path=PICTURES / f"use-another-key-{theme}.png")

    page.keyboard.type(KEY)
    press(page, "Enter")
    again = job.get_by_role("button", name=re.compile("Try again"))
    expect(again).to_be_focused()
    expect(job).to_contain_text("The key is kept in memory until the kernel ends, and nowhere else.")
    assert service.stats()["jobs"]["created"] == 0, "nothing is sent by itself"
    press(page, "Enter")
    made = notebook.output(0).get_by_role("group", name="Video job").first
    expect(made.get_by_role("status", name="Job status")).to_contain_text("Ready", timeout=MINUTE)
    played = play(made.locator("video"))
    assert played.current_time > 0

    notebook.run_cell(1)
    notebook.run_cell(2)
    notebook.wait_idle()
    saved = notebook.save()
    assert "the last words" in str(saved)
    assert not found_in(str(saved))
    assert not found_in(page.content())
    fields = page.evaluate("() => [...document.querySelectorAll('input, textarea')].map((field) => field.value)")
    assert fields
    assert not found_in(str(fields))
    assert not found_below(notebook.path.parent, service.home), "notebook, ledger, media, the kernel's debug log"
    assert (notebook.path.parent / "debug.log").stat().st_size > 0
    assert "keep-key" in (notebook.path.parent / "kernel.log").read_text(), "messages are logged with their content"
    assert not found_below(jupyter.folder), "the server's log, and the history of IPython"


@pytest.mark.slow
def test_the_menu_switches_the_whole_session_by_keyboard_and_sets_its_budget(
    run: Callable[..., NotebookPage], service: RunningSandbox
) -> None:
    tell = "print(default().connection.label, default().budget, default().key_source)"
    notebook = run([FORM, tell, "form"], {"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": "a-key"})
    page, form = notebook.page, form_in(notebook)
    name = service.url.removeprefix("http://")
    other = notebook.output(2).get_by_role("form", name="New video")
    badge = form.get_by_role("button", name=f"Connection: {name}")
    expect(form.get_by_role("meter", name="Session budget")).to_be_visible()
    badge.press("Enter")
    expect(form.get_by_role("menuitemradio", name=name)).to_be_focused()
    expect(form.get_by_role("menuitemradio", name=name)).to_be_checked()
    expect(form.get_by_role("menu")).to_contain_text("Key from SEEDANCE_API_KEY, never saved in the notebook.")
    page.screenshot(path=PICTURES / "connection-menu.png")
    expect_accessible(page)
    press(page, "Escape")
    expect(badge).to_be_focused()

    press(page, "ArrowDown", "ArrowDown", "Enter")
    sandbox = form.get_by_role("button", name="Connection: Sandbox")
    expect(sandbox).to_be_focused()
    expect(form.get_by_role("group", name="Cost")).to_contain_text("Free")
    expect(other.get_by_role("button", name="Connection: Sandbox")).to_be_visible()
    expect(other.get_by_role("meter", name="Session budget")).to_be_hidden()

    press(page, "Enter", "End", "Enter")
    field = form.get_by_role("spinbutton", name="Credits")
    expect(field).to_be_focused()
    page.keyboard.type("-5")
    press(page, "Enter")
    expect(form.get_by_role("alert").filter(has_text="Write a whole number of credits")).to_be_visible()
    press(page, "Control+a")
    page.keyboard.type("800")
    press(page, "Enter")
    expect(form.get_by_role("menuitem", name="Session budget")).to_be_focused()
    expect(form.get_by_role("menu")).to_contain_text("800 credits")
    press(page, "Escape")
    notebook.run_cell(1)
    notebook.wait_idle()
    expect(notebook.output(1)).to_contain_text("Sandbox 800 SEEDANCE_API_KEY")
    assert service.stats()["jobs"]["created"] == 0


@pytest.mark.slow
def test_without_a_key_choosing_the_service_asks_for_one(
    run: Callable[..., NotebookPage],
) -> None:
    notebook = run([FORM], {}, viewport=(700, 800))  # type: ignore[arg-type]
    form = form_in(notebook)
    form.get_by_role("button", name="Connection: Sandbox").press("Enter")
    expect(form.get_by_role("menu")).to_contain_text("No key yet.")
    press(notebook.page, "ArrowUp", "Enter")
    field = form.get_by_label("API key")
    expect(field).to_be_focused()
    assert form.evaluate(INSIDE)
    notebook.page.keyboard.type(KEY)
    press(notebook.page, "Tab", "Tab")
    expect(form.get_by_role("button", name="Save")).to_be_focused()
    press(notebook.page, "Enter")
    expect(form.get_by_role("button", name="Connection: UlazAI")).to_be_visible()
    expect(form.get_by_role("menuitemradio", name="UlazAI")).to_be_focused()
    expect(form).to_contain_text("Videos are made on UlazAI from now on.")
    notebook.page.screenshot(path=PICTURES / "connection-menu-narrow.png")
    assert not found_in(notebook.page.content())
