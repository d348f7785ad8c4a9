"""A notebook open in a browser, in the words of a person: run all, look at a cell, play the video, save, restart.

Commands go through `window.jupyterapp`, which JupyterLab and Notebook 7 share; what is looked at is the page itself.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request

from tests.support.jupyter import JupyterServer

App = Literal["lab", "notebook"]

NOT_OURS = {
    # Notebook 7 itself, on every page it opens.
    r"Cannot read properties of undefined \(reading 'schema'\)": "its settings, read before they are loaded",
    r"Command 'filebrowser:open-path' not registered": "its tree page, closed by then",
    # JupyterLab itself, where a kernel ends right after the page was loaded.
    r"Canceled future for create_subshell_request": "its question to the kernel that was not answered any more",
}
"""Errors of the front ends' own, by pattern, with what causes them."""

PANEL = "window.jupyterapp.shell.currentWidget"

KERNEL_IS_IDLE = f"""() => {{
  const session = window.jupyterapp && {PANEL} && {PANEL}.sessionContext && {PANEL}.sessionContext.session;
  return Boolean(session && session.kernel && session.kernel.status === 'idle');
}}"""

# Commands are counted while they run, since "no cell is running" also holds before the first one starts.
START = """([command, args]) => {
  window.commandsRunning = (window.commandsRunning || 0) + 1;
  window.jupyterapp.commands.execute(command, args).finally(() => { window.commandsRunning -= 1; });
}"""

ALL_DONE = f"() => !window.commandsRunning && ({KERNEL_IS_IDLE})()"

PLAY = """async (video, seconds) => {
  const until = async (holds, what) => {
    for (const limit = performance.now() + 20000; !holds(); await new Promise((r) => setTimeout(r, 40))) {
      if (video.error) throw new Error(`The video cannot be played: ${video.error.message || video.error.code}`);
      if (performance.now() > limit) throw new Error(`Waited in vain for ${what}`);
    }
  };
  await until(() => video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA, 'the first frame');
  video.muted = true;
  const before = video.currentTime;
  await video.play();
  await until(() => video.currentTime >= Math.min(before + seconds, video.duration), 'the video to advance');
  const played = {
    current_time: video.currentTime, duration: video.duration, width: video.videoWidth, height: video.videoHeight,
    audio_bytes: video.webkitAudioDecodedByteCount, video_bytes: video.webkitVideoDecodedByteCount,
  };
  video.pause();
  return played;
}"""


@dataclass(frozen=True)
class Played:
    """What a video did when it was played for a moment."""

    current_time: float
    """Seconds: where the playhead was after playing."""
    duration: float
    width: int
    """Pixels of the picture itself, not of its place in the page."""
    height: int
    audio_bytes: int
    """Bytes of sound decoded: 0 where the clip is silent."""
    video_bytes: int


def play(video: Locator, seconds: float = 0.3) -> Played:
    """Play a <video> for a moment of its own time. AssertionError where it does not load or does not advance."""
    return Played(**video.evaluate(PLAY, seconds))


@dataclass
class NotebookPage:
    """One notebook in one page. What went wrong in the page is collected, and `complaints()` tells of it."""

    context: BrowserContext
    page: Page
    server: JupyterServer
    path: Path
    app: App
    errors: list[str] = field(default_factory=list)
    external: list[str] = field(default_factory=list)
    """Addresses asked for beyond the Jupyter server."""
    _tolerated: list[re.Pattern[str]] = field(default_factory=lambda: [re.compile(pattern) for pattern in NOT_OURS])

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self._on_console)
        self.context.on("request", self._on_request)

    # Coming and going

    def open(self) -> None:
        """Open the page and wait until the notebook is drawn and its kernel is ready."""
        place = self.path.relative_to(self.server.root).as_posix()
        # A workspace of its own: else JupyterLab reopens what the last page had open.
        lead = f"lab/workspaces/{uuid.uuid4().hex}/tree" if self.app == "lab" else "notebooks"
        self.page.goto(f"{self.server.url}/{lead}/{place}?token={self.server.token}")
        self._wait_until_drawn()
        self.page.wait_for_function(KERNEL_IS_IDLE)

    def reload(self) -> None:
        """Reload the page, as a person does, without waiting for the kernel: a cell may be running."""
        self.page.reload()
        self._wait_until_drawn()

    def shut_down_kernel(self) -> None:
        self.page.evaluate(f"async () => {{ await {PANEL}.sessionContext.shutdown(); }}")

    def restart_kernel(self) -> None:
        self.page.evaluate(f"async () => {{ await {PANEL}.sessionContext.session.kernel.restart(); }}")
        self.page.wait_for_function(KERNEL_IS_IDLE)

    def interrupt_kernel(self) -> None:
        self.page.evaluate(f"async () => {{ await {PANEL}.sessionContext.session.kernel.interrupt(); }}")

    # Cells

    def run_all(self) -> None:
        """Start Run All and return; `wait_idle` waits for the end."""
        self.page.evaluate(START, ["notebook:run-all-cells", {}])

    def run_cell(self, index: int) -> None:
        """Start one cell and return; `wait_idle` waits for the end."""
        self.page.evaluate(f"(index) => {{ {PANEL}.content.activeCellIndex = index; }}", index)
        self.page.evaluate(START, ["notebook:run-cell", {}])

    def wait_idle(self, timeout: float = 110) -> None:
        """Wait until all that was started has ended, at most `timeout` seconds."""
        self.page.wait_for_function(ALL_DONE, timeout=timeout * 1000)

    def cell(self, index: int) -> Locator:
        """A cell, with its input and output; inside it, find things by role and name."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def output(self, index: int) -> Locator:
        return self.cell(index).locator(".jp-Cell-outputArea")

    def is_running(self, index: int) -> bool:
        """Whether the cell's prompt shows the star of a cell that runs or waits."""
        return "[*]" in self.cell(index).locator(".jp-InputPrompt").inner_text()

    # The file

    def save(self) -> dict[str, Any]:
        """Save, and return what the file holds now."""
        self.page.evaluate("async () => { await window.jupyterapp.commands.execute('docmanager:save'); }")
        saved: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return saved

    # What went wrong

    def tolerate(self, pattern: str) -> None:
        """Let console and page errors that match pass in this test: they are what it is about."""
        self._tolerated.append(re.compile(pattern))

    def complaints(self) -> list[str]:
        """Errors of the page and requests to other hosts."""
        errors = [error for error in self.errors if not any(known.search(error) for known in self._tolerated)]
        return [f"error: {error}" for error in errors] + [f"asked another host: {url}" for url in self.external]

    def _wait_until_drawn(self) -> None:
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        self.page.wait_for_function(f"() => Boolean(window.jupyterapp && {PANEL} && {PANEL}.sessionContext)")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def _on_request(self, request: Request) -> None:
        own: Sequence[str] = (self.server.url, self.server.url.replace("http", "ws", 1), "blob:", "data:", "about:")
        if not request.url.startswith(tuple(own)):
            self.external.append(request.url)
