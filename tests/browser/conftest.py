"""Browser tests: one Jupyter server and one Chromium for the lot, a fresh notebook and page for each test.

Every test leaves `artifacts/browser/<test>.png`; a failed one also leaves a trace (`playwright show-trace ...`). A test
fails on any error in the page and on any request to another host.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.environment import ARTIFACTS
from tests.support.jupyter import CHROMIUM_FLAGS, JupyterServer, find_chromium
from tests.support.notebook_page import App, NotebookPage
from tests.support.states_page import served_states

PICTURES = ARTIFACTS / "browser"
FAILED = pytest.StashKey[bool]()

expect.set_options(
    timeout=30_000
)  # milliseconds: on two busy cores a cell may take longer to be drawn than the usual 5 s


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report: Any = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    server = JupyterServer(tmp_path_factory.mktemp("jupyter"))
    server.start()
    yield server
    server.stop()


# Not for the whole session: while Playwright's blocking API is in use, its event loop counts as running in this thread,
# and no async test could run here after.
@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_notebook(
    request: pytest.FixtureRequest, jupyter: JupyterServer, chromium: Browser
) -> Iterator[Callable[..., NotebookPage]]:
    """A function that writes a notebook and opens it; what it takes is at `open_one`."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")
    opened: list[NotebookPage] = []

    def open_one(
        cells: Sequence[str],
        *,
        app: App = "lab",
        theme: Literal["light", "dark"] = "light",
        viewport: tuple[int, int] = (1280, 900),
        env: dict[str, str] | None = None,
        python: Path | None = None,
    ) -> NotebookPage:
        """Open `cells`. `env` goes to the kernel: with no SEEDANCE_ setting in it, the embedded sandbox serves."""
        folder = f"{name[:50]}-{zlib.crc32(name.encode()):x}-{len(opened)}"  # short, and no two tests share one
        path = jupyter.write_notebook(folder, cells, env=env, python=python)
        context = chromium.new_context(
            viewport={"width": viewport[0], "height": viewport[1]}, color_scheme=theme, accept_downloads=True
        )
        context.tracing.start(screenshots=True, snapshots=True)
        notebook = NotebookPage(context, context.new_page(), jupyter, path, app)
        opened.append(notebook)
        notebook.open()
        return notebook

    yield open_one

    failed = request.node.stash.get(FAILED, False)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for number, notebook in enumerate(opened):
        target = PICTURES / (f"{name}-{number}" if number else name)
        notebook.page.screenshot(path=target.with_suffix(".png"))
        notebook.context.tracing.stop(path=target.with_suffix(".zip") if failed else None)
        notebook.shut_down_kernel()
        notebook.context.close()
    complaints = [complaint for notebook in opened for complaint in notebook.complaints()]
    assert not complaints, "\n".join(["The page complained:", *complaints])


@pytest.fixture(scope="session")
def states_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served_states(tmp_path_factory.mktemp("states")) as address:
        yield address


@pytest.fixture
def open_states(chromium: Browser, states_address: str) -> Iterator[Callable[..., Page]]:
    """A function that opens the page of states; a test that used it fails on any error in the page."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_at(width: int, theme: str = "light", *, only: str = "", clip: str = "", **options: Any) -> Page:
        """`only`: one state alone. `clip`: the video of those that are ready. `options` go to the browser's context."""
        script = options.pop("init_script", None)
        context = chromium.new_context(**{"viewport": {"width": width, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if script:
            page.add_init_script(script)
        page.goto(f"{states_address}?theme={theme}&only={only}&clip={clip}")
        page.wait_for_function("() => document.documentElement.dataset.drawn === 'yes'")
        return page

    yield open_at
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(["The page complained:", *complaints])
