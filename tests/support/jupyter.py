"""A Jupyter server of its own for tests and screenshots: JupyterLab and Notebook 7 at one address.

Nothing of the user's Jupyter is read or written. Each notebook gets a folder, a kernel spec and a SEEDANCE_HOME of its
own, so that no test finds another one's takes.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat

from tests.support.environment import child_environment

CONFIG = """
c = get_config()
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.LabApp.news_url = None                    # asks the network otherwise
c.LabApp.extension_manager = "readonly"     # the same
c.LabApp.expose_app_in_browser = True       # window.jupyterapp: commands are run by name, not through menus
c.JupyterNotebookApp.expose_app_in_browser = True
c.KernelManager.transport = "ipc"           # a port that was free a moment ago may not be any more
"""

SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # The page's light or dark follows the browser's preference, which Playwright sets per page.
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    # A test saves when it means to.
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # Every output stays in the page, however long the notebook.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}


class JupyterServer:
    """One server process. `folder` holds its settings and log; notebooks are made below `folder/notebooks`.
    `debug`: the log says all there is to say."""

    def __init__(self, folder: Path, *, debug: bool = False) -> None:
        self.folder = folder
        self._debug = debug
        self.root = folder / "notebooks"
        self.token = secrets.token_hex(8)
        self._kernels = folder / "data" / "kernels"
        self._port = _free_port()
        self._runtime = tempfile.TemporaryDirectory(prefix="jupyter-")  # sockets lie there: a long path is none
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        self.root.mkdir(parents=True)
        self._kernels.mkdir(parents=True)
        config = self.folder / "config"
        (config / "labconfig").mkdir(parents=True)
        (config / "jupyter_server_config.py").write_text(CONFIG)
        (config / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
        environment = child_environment(
            self.folder / "no-notebook-uses-this-home",
            JUPYTER_CONFIG_DIR=str(config),
            JUPYTER_DATA_DIR=str(self.folder / "data"),
            JUPYTER_RUNTIME_DIR=self._runtime.name,
            JUPYTERLAB_SETTINGS_DIR=str(self.folder / "settings"),
            JUPYTERLAB_WORKSPACES_DIR=str(self.folder / "workspaces"),
            IPYTHONDIR=str(self.folder / "ipython"),
            JUPYTER_PLATFORM_DIRS="1",
            JUPYTER_TOKEN=self.token,
        )
        command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={self.root}", f"--port={self._port}"]
        command += ["--debug"] if self._debug else []
        with self.log.open("wb") as log:
            # In this process's group: a run that is stopped as a whole leaves no server behind.
            self._process = subprocess.Popen(
                command, env=environment, cwd=self.root, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait_until_it_answers()

    def stop(self) -> None:
        """Ask it to leave, kernels included; a server that does not is ended."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._runtime.cleanup()

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    def write_notebook(
        self,
        name: str,
        cells: Sequence[str],
        *,
        env: Mapping[str, str] | None = None,
        python: Path | None = None,
    ) -> Path:
        """A notebook of code cells in a folder of its own, bound to a kernel of its own (`env`, `python`)."""
        folder = self.root / name
        folder.mkdir()
        self._write_kernel(
            name, python or Path(sys.executable), {"SEEDANCE_HOME": str(folder / ".home"), **(env or {})}
        )
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        # Without it the page asks which kernel to take.
        notebook.metadata["kernelspec"] = {"name": name, "display_name": name, "language": "python"}
        path = folder / "notebook.ipynb"
        nbformat.write(notebook, path)
        return path

    def _write_kernel(self, name: str, python: Path, env: Mapping[str, str]) -> None:
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec: dict[str, Any] = {"argv": argv, "display_name": name, "language": "python", "env": dict(env)}
        (self._kernels / name).mkdir()
        (self._kernels / name / "kernel.json").write_text(json.dumps(spec))

    def _wait_until_it_answers(self) -> None:
        assert self._process is not None
        deadline = time.monotonic() + 110
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{self.url}/api/status?token={self.token}", timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        self.stop()
        raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()[-3000:]}")


def find_chromium() -> str | None:
    """The Chromium on this machine; None leaves it to Playwright's own. CHROMIUM names another one."""
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


CHROMIUM_FLAGS = (
    "--no-sandbox",  # root in a container has no user namespace to build one from
    "--disable-dev-shm-usage",  # /dev/shm is 64 MB in many containers
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
    "--mute-audio",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing beyond this machine is reached
)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
