"""Real kernels and a saved notebook: what a front end is sent, and what a file keeps, holds no key."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from tests.secrets.faults import QUOTING, ROUTES
from tests.secrets.search import KEY, bearers, found_below, found_in, found_in_messages
from tests.support.environment import child_environment
from tests.support.faulty import FaultyServer
from tests.support.kernel import Kernel, sockets, write_spec

PYTHON = Path(sys.executable)
"""With ipykernel 7; what differs in the older one is told by tests/kernel."""

FIRST = """
import asyncio, logging, os
import keyring, keyring.backend, keyring.errors
logging.basicConfig(level=logging.DEBUG, filename="debug.log")

class InMemory(keyring.backend.KeyringBackend):
    priority = 1
    kept = {}
    def get_password(self, service, name):
        return self.kept.get((service, name))
    def set_password(self, service, name, password):
        self.kept[service, name] = password

keyring.set_keyring(InMemory())
get_ipython().kernel.getpass = lambda prompt, stream=None: open(os.environ["TYPED"]).read()

from seedance_widgets import AsyncSeedance, GenerationRequest, JobView, Seedance, SeedanceForm, Studio, generate
from seedance_widgets.studio import default
%load_ext seedance_widgets
%xmode Verbose
default().budget = 100_000
"""

FEATURES = (
    "%seedance_login",
    "print(default().key_source, default())",
    "fox = %seedance A red fox trots through fresh snow -r 480p --wait",
    "fox.path, fox.recipe(), fox",
    "form = SeedanceForm(prompt='A red fox trots', resolution='480p')\nform",
    "again = generate('A red fox trots at dusk', resolution='480p')\nawait again\nagain.save('fox.mp4')",
    "%seedance_history",
    "%seedance_resume",
    "%seedance --dry-run A red fox trots",
    "%seedance_form A red fox trots",
    "vars(fox), vars(form), vars(default()), default()._connector.__dict__",
    "form.get_state(), JobView(fox).get_state(), form.get_manager_state() if hasattr(form, 'get_manager_state') else 0",
)

FAILURES = (
    "Seedance(open(os.environ['TYPED']).read(), default().connection.base_url).status('gen-1', patience=0)",
    "await default()._connector._client.status('gen-1', patience=0)",
    "await default()._connector._client.upload('hero.png', patience=0)",
    "await default()._connector._client.generate(GenerationRequest('A red fox trots'), patience=0)",
    "await default()._connector._client.download(default().connection.base_url + '/media/a.mp4', 'a.mp4', timeout=0.1)",
    "await default()._connector._client.wait('gen-1', timeout=0.1)",
    "%seedance A fox that is refused -r 480p --wait",
    "generate('A fox that is refused too', resolution='480p').wait(1)",
    "default().login(open(os.environ['TYPED']).read() + ' and more')",
    "Studio(api_key=open(os.environ['TYPED']).read() + ' and more')",
    "Studio(api_key=open(os.environ['TYPED']).read(), base_url='http://api.example')",
    "Studio(api_key=open(os.environ['TYPED']).read(), embed='all of it')",
    "Studio(base_url='http://api.example')",
    "default().submit('no request')",
    "SeedanceForm(studio=default(), no_such_setting=1)",
    "fox.save('fox.mp4')",
    "default()._connector._client._auth.auth_flow(None).__next__()",
    "default()._connector._settings.key.hide_in(None)",
    "%seedance_login with words",
    "os.environ['TYPED'] += '.bad'\n%seedance_login",
    "raise RuntimeError('the last words')",
)
"""Cells that raise, with the package's frames and their locals in the traceback."""


@pytest.fixture
def typed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is typed where a key is asked for, outside of what is searched; and beside it what is no key."""
    path = tmp_path_factory.mktemp("typed") / "typed"
    path.write_text(KEY)
    path.with_name("typed.bad").write_text(f"{KEY} and\nmore")
    return path


@pytest.fixture
def kernel(tmp_path: Path, home: Path, typed: Path, server: FaultyServer) -> Iterator[Kernel]:
    folder = tmp_path / "kernel"
    folder.mkdir()
    running = Kernel(PYTHON, folder, home, {"TYPED": str(typed), "SEEDANCE_BASE_URL": server.url})
    running.start()
    yield running
    running.shutdown()


@pytest.mark.kernel
def test_a_kernel_sends_its_front_end_no_key(kernel: Kernel, server: FaultyServer, tmp_path: Path) -> None:
    kernel.run(FIRST)
    for cell in FEATURES:
        kernel.run(cell)
    form = kernel.run("SeedanceForm(prompt='A fox from the form', resolution='480p')").widgets[0]
    fields = {
        name: kernel.models[form].state[name]
        for name in ("prompt", "aspect_ratio", "resolution", "duration", "fixed_lens", "generate_audio")
    } | {"prompt_directory_optin": False}
    for number, fault in enumerate(list(QUOTING.values())[:4]):
        server.always("generate", fault)
        content = {"kind": "submit", "id": f"m{number}", "fields": {**fields, "prompt": f"A fox, take {number}"}}
        before = server.count("generate")
        kernel.send_custom(form, content)
        kernel.until(lambda: server.count("generate") > before, "the form's request")  # noqa: B023
        server.always("generate", lambda exchange: exchange.send(server.proper_reply(exchange)))
    raised = []
    for number, cell in enumerate(FAILURES):
        for route in ROUTES:
            server.always(route, list(QUOTING.values())[number % len(QUOTING)])
        ran = kernel.run(cell, check=False)
        raised.append(ran.error)
        assert ran.status == "error", cell
        assert not found_in(ran.traceback), f"{cell}\n{ran.traceback}"
    assert "the last words" in raised[-1]
    assert not found_in_messages(kernel.messages)
    assert not found_in(repr(kernel.models))
    assert not found_below(tmp_path)
    assert "httpcore" in (kernel.folder / "debug.log").read_text()
    assert (("status", f"Bearer {KEY}")) in bearers(server.requests), "the key that was typed was used"


ENTERED = (
    [f"{KEY}\n".encode()],
    [f"{KEY} {KEY}".encode()],
    [f"{KEY}\u00e4".encode()],
    [KEY.encode() + b"\xff\xfe"],
    [KEY.encode() * 30_000],
    [KEY.encode(), KEY.encode()],
    [],
)
"""Buffers of messages that bring a key: the first is one."""

LOGGED = """
get_ipython().kernel.log.setLevel(logging.DEBUG)  # every message with its content
get_ipython().kernel.log.addHandler(logging.FileHandler("kernel.log"))
"""

IN_THE_WAY = """
from seedance_widgets.studio import Studio
def stumbles(self, key):
    raise RuntimeError("no login")
Studio.login = stumbles
"""


@pytest.mark.kernel
def test_a_key_that_is_entered_in_the_page_stays_nowhere(kernel: Kernel, server: FaultyServer, tmp_path: Path) -> None:
    """In the form and in the cell of a job, what can be no key too, and where the login itself fails."""
    kernel.run(FIRST + LOGGED)
    form = kernel.run("form = SeedanceForm(resolution='480p')\nform").widgets[0]
    kernel.run("import os; os.environ['SEEDANCE_API_KEY'] = 'a-first-key'")
    view = kernel.run("job = generate('A red fox trots', resolution='480p')\nview = JobView(job)\nview").widgets[0]
    kernel.run("job.wait(60)")

    def enter(model: str, number: int) -> dict[str, Any]:
        message_id = f"{model} {number}"
        kernel.send_custom(model, {"kind": "keep-key", "id": message_id}, ENTERED[number % len(ENTERED)])

        def answers() -> list[dict[str, Any]]:
            return [content for content, _ in kernel.models[model].received if content.get("id") == message_id]

        return dict(kernel.until(answers, f"an answer to {message_id}")[0])

    for model in (form, view):
        assert enter(model, 0)["ok"]
        for number in range(1, len(ENTERED)):
            said = enter(model, number)
            assert not said["ok"]
            assert "holds characters no key has" in said["message"]
    kernel.run("generate('A red fox trots at dusk', resolution='480p').wait(60)")
    kernel.run(IN_THE_WAY)
    assert not enter(form, len(ENTERED))["ok"]
    for cell in ("1 / 0", *FEATURES[-2:], "default()._connector.use('nowhere')", "%history -g"):
        ran = kernel.run(cell.replace("fox", "job"), check=False)
        assert not found_in(ran.text + ran.traceback), cell
    assert not found_in_messages(kernel.messages)
    assert not found_in(repr(kernel.models))
    assert not found_below(tmp_path)
    assert "keep-key" in (kernel.folder / "kernel.log").read_text(), "messages are logged with their content"
    assert "no login" in (kernel.folder / "debug.log").read_text()
    assert ("generate", f"Bearer {KEY}") in bearers(server.requests), "the key that was entered was used"


@pytest.mark.kernel
def test_a_saved_notebook_holds_no_key(tmp_path: Path, home: Path, typed: Path, server: FaultyServer) -> None:
    """Run as `jupyter execute` does, with every cell's output and the state of every widget in the file."""
    folder = tmp_path / "notebooks"
    folder.mkdir()
    fault = QUOTING["401 with the key"]
    cells = [nbformat.v4.new_code_cell(source) for source in (FIRST, *FEATURES)]
    cells += [nbformat.v4.new_code_cell(source, metadata={"tags": ["raises-exception"]}) for source in FAILURES]
    notebook = nbformat.v4.new_notebook(cells=cells)
    specs = KernelSpecManager(kernel_dirs=[str(write_spec(PYTHON, folder))])
    manager = AsyncKernelManager(kernel_name="test", kernel_spec_manager=specs, **sockets())

    def refuse_from_the_first_failure_on(cell: Any, cell_index: int) -> None:
        if cell_index == 1 + len(FEATURES):
            for route in ROUTES:
                server.always(route, fault)

    client = NotebookClient(
        notebook,
        km=manager,
        timeout=60,
        resources={"metadata": {"path": str(folder)}},
        on_cell_start=refuse_from_the_first_failure_on,
    )
    extra = {"TYPED": str(typed), "SEEDANCE_BASE_URL": server.url, "IPYTHONDIR": str(folder / ".ipython")}
    client.execute(cleanup_kc=True, env=child_environment(home, **extra))
    nbformat.write(notebook, folder / "saved.ipynb")
    saved = (folder / "saved.ipynb").read_text("utf-8")
    state = notebook.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    names = {model["model_name"] for model in state.values()}
    assert "AnyModel" in names
    assert "the last words" in saved
    assert "[key]" in saved, "the server quoted the key, and its words are in the notebook"
    assert not found_in(saved)
    assert not found_below(tmp_path)
    assert (("status", f"Bearer {KEY}")) in bearers(server.requests)
