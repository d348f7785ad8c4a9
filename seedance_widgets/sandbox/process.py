"""The sandbox as a child process of the product: started at first use, ended with its parent."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Final

MISSING_EXTRA: Final = 'The sandbox needs its extra: pip install "seedance-widgets[sandbox]"'
_NEEDED: Final = ("starlette", "uvicorn", "python_multipart", "av", "numpy")
_URL_LINE: Final = re.compile(r"Seedance sandbox: (http://127\.0\.0\.1:\d+)\s*")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 5.0
_TOLD_LINES: Final = 20


class SandboxUnavailable(RuntimeError):  # noqa: N818  the state of things, and it reads so
    """The sandbox cannot run here; the message says why and what to do."""


class SandboxProcess:
    """The embedded sandbox of this process: at most one child, whoever asks first starts it. Safe across threads."""

    def __init__(self, home: Path | str | None = None, *, speed: float = 1.0) -> None:
        self._home = home
        self._speed = speed
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._url: str | None = None

    @property
    def url(self) -> str:
        """Address of the running sandbox. SandboxUnavailable when it is not running."""
        url = self._url
        if url is None or not self.alive:
            raise SandboxUnavailable("The sandbox is not running.")
        return url

    @property
    def alive(self) -> bool:
        """Whether the child runs."""
        process = self._process
        return process is not None and process.poll() is None

    def start(self) -> str:
        """Start the sandbox unless it runs already, wait until it answers, and give its address.

        Raises SandboxUnavailable when its parts are not installed or the child does not come up.
        """
        with self._lock:
            if self.alive and self._url is not None:
                return self._url
            if any(find_spec(name) is None for name in _NEEDED):
                raise SandboxUnavailable(MISSING_EXTRA)
            if self._process is not None:  # it died
                _end(self._process)
            self._process, self._url = self._spawn()
            return self._url

    def stop(self) -> None:
        """End the child and wait for its end. Nothing happens when it does not run."""
        with self._lock:
            process, self._process, self._url = self._process, None, None
            if process is not None:
                _end(process)

    def _spawn(self) -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-P", "-m", "seedance_widgets.sandbox", "--port", "0", "--watch-parent"]
        command += ["--speed", str(self._speed)]
        if self._home is not None:
            command += ["--home", str(self._home)]
        # What it says goes into a file without a name: a thread that read it from a pipe would be woken by the end of
        # the child, perhaps while this interpreter is taken apart, and the process would die of that.
        try:
            with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
                return _begin(command, said)
        except OSError as error:
            raise SandboxUnavailable(f"The sandbox could not be started: {error}") from error


def _begin(command: list[str], said: IO[str]) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(  # noqa: S603  our own module, no shell
        command, env=child_environment(), text=True, encoding="utf-8", errors="replace",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
        start_new_session=True,  # interrupting the kernel must not interrupt the sandbox
    )  # fmt: skip
    if process.stdout is None:
        raise SandboxUnavailable("The sandbox could not be started: no pipes.")
    timer = threading.Timer(_START_SECONDS, process.kill)
    timer.start()
    try:
        line = process.stdout.readline()
    except BaseException:  # an interrupted cell leaves no child behind
        _end(process)
        raise
    finally:
        timer.cancel()
    match = _URL_LINE.fullmatch(line)
    if match is None:
        _end(process)
        said.seek(0)
        reason = "".join(said.readlines()[-_TOLD_LINES:]).strip() or f"it ended with status {process.returncode}"
        raise SandboxUnavailable(f"The sandbox could not be started: {reason}")
    return process, match[1]


def child_environment() -> dict[str, str]:
    """The environment for the sandbox: without the API key, and able to import this package from where it lies."""
    environment = {name: value for name, value in os.environ.items() if name != "SEEDANCE_API_KEY"}
    root = Path(__file__).resolve().parents[2]
    if root.name not in ("site-packages", "dist-packages"):  # a source checkout that may not be installed
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = f"{known}{os.pathsep}{root}" if known else str(root)
    return environment


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None:
        process.stdin.close()
    if process.stdout is not None:
        process.stdout.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
