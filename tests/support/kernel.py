"""A real kernel driven the way a front end drives it: cells, widget messages, interrupts, restarts, sudden death.

Nothing reads the sockets in the background: messages queue up and are taken in order whenever the test waits for
something (`run`, `until`, ...). So `messages` is the order in which a front end sees them, and a test compares
positions in it, never times.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import zmq
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager

from tests.support.environment import child_environment

ANSI = re.compile(r"\x1b\[[0-9;]*m")
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
Message = dict[str, Any]


@dataclass
class Cell:
    """One execution and all that the kernel has said of it so far."""

    code: str
    id: str
    status: str = "pending"
    """pending, then what the kernel replied: ok, error or aborted."""
    idle: bool = False
    stdout: str = ""
    stderr: str = ""
    displays: list[dict[str, Any]] = field(default_factory=list)
    """The MIME bundles shown under the cell: display_data and the cell's value, later updates of a display included."""
    error: str = ""
    """The error as text, without colours: `Name: message`, empty where there is none."""
    traceback: str = ""

    @property
    def done(self) -> bool:
        return self.idle and self.status != "pending"

    @property
    def widgets(self) -> list[str]:
        """Model ids of the widgets shown under this cell."""
        return [bundle[WIDGET_VIEW]["model_id"] for bundle in self.displays if WIDGET_VIEW in bundle]

    @property
    def text(self) -> str:
        """What a person reads: printed text, then the plain text of what is shown."""
        return self.stdout + "\n".join(str(bundle.get("text/plain", "")) for bundle in self.displays)


@dataclass
class Model:
    """A widget as a front end knows it: its synced state, and the custom messages it was sent."""

    state: dict[str, Any]
    received: list[tuple[dict[str, Any], list[bytes]]] = field(default_factory=list)
    closed: bool = False


class Kernel:
    """A kernel with its own working directory and SEEDANCE_HOME, and no key.

    `python` is the interpreter that runs it; `env` is added to its environment.
    """

    def __init__(self, python: Path, folder: Path, home: Path, env: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.home = home
        self.messages: list[Message] = []
        """Everything on iopub so far, in order, over restarts too."""
        self.models: dict[str, Model] = {}
        self._cells: dict[str, Cell] = {}
        self._env = child_environment(home, IPYTHONDIR=str(folder / ".ipython"), **(env or {}))
        self._specs = KernelSpecManager(kernel_dirs=[str(write_spec(python, folder / ".kernels"))])
        self._manager: KernelManager | None = None
        self._client: BlockingKernelClient | None = None

    # Life

    def start(self) -> None:
        self._manager = KernelManager(kernel_name="test", kernel_spec_manager=self._specs, **sockets())
        self._manager.start_kernel(cwd=str(self.folder), env=self._env)
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=110)

    def restart(self) -> None:
        """Restart as the button does: the process is asked to leave, and a new one answers on the same ports."""
        assert self._manager is not None
        self._manager.restart_kernel(now=False)
        self.client.wait_for_ready(timeout=110)
        self.models.clear()

    def kill(self) -> None:
        """SIGKILL: no exit handler runs. `start()` begins a new kernel on the same folder and home."""
        os.kill(self.pid, signal.SIGKILL)
        self.shutdown()

    def shutdown(self) -> None:
        if self._client is not None:
            self._client.stop_channels()
        if self._manager is not None:
            with contextlib.suppress(RuntimeError):  # it may be dead already: that is what some tests are about
                self._manager.shutdown_kernel(now=True)
        self._client = self._manager = None
        self.models.clear()

    def interrupt(self) -> None:
        assert self._manager is not None
        self._manager.interrupt_kernel()

    @property
    def pid(self) -> int:
        assert self._manager is not None
        return int(self._manager.provisioner.process.pid)  # type: ignore[union-attr]

    @property
    def client(self) -> BlockingKernelClient:
        assert self._client is not None, "The kernel is not running."
        return self._client

    # Cells

    def run(self, code: str, *, check: bool = True, timeout: float = 110) -> Cell:
        """Run a cell to its end. With `check`, a cell that raises fails the test and shows its traceback."""
        return self.finish(self.send(code), check=check, timeout=timeout)

    def pipeline(self, codes: Sequence[str], *, check: bool = True, timeout: float = 120) -> list[Cell]:
        """Send every cell before the first has answered, as Run All does, then wait for all of them."""
        cells = [self.send(code) for code in codes]
        return [self.finish(cell, check=check, timeout=timeout) for cell in cells]

    def send(self, code: str) -> Cell:
        """Queue a cell and return at once; `finish` or `until` waits."""
        cell = Cell(code, self.client.execute(code, allow_stdin=False, stop_on_error=True))
        self._cells[cell.id] = cell
        return cell

    def finish(self, cell: Cell, *, check: bool = True, timeout: float = 110) -> Cell:
        self.until(lambda: cell.done, f"the end of this cell:\n{cell.code}", timeout=timeout)
        assert not check or cell.status == "ok", f"{cell.status}: {cell.code}\n{cell.traceback}"
        return cell

    def value(self, expression: str) -> Any:
        """The value of an expression, brought over as JSON."""
        mark = uuid.uuid4().hex
        cell = self.run(f"import json as _json; print({mark!r} + _json.dumps({expression}))")
        return json.loads(cell.stdout.split(mark, 1)[1])

    # Waiting

    def until(self, condition: Callable[[], Any], what: str, *, timeout: float = 110) -> Any:
        """Take messages until `condition()` holds, and return what it gave. `what` names it where it never does."""
        deadline = time.monotonic() + timeout
        while not (held := condition()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"Waited {timeout:g} s in vain for {what}\n{self._recent()}")
            self._take(min(left, 0.2))
        return held

    def position(self, wanted: Callable[[Message], bool]) -> int:
        """Where in `messages` the first wanted one stands; it is waited for."""
        return int(
            self.until(lambda: next((n for n, m in enumerate(self.messages, 1) if wanted(m)), 0), "a message") - 1
        )

    # Widgets, from the front end's side

    def send_custom(
        self, model: str, content: Mapping[str, Any], buffers: Iterable[bytes] = (), subshell: str | None = None
    ) -> str:
        """A custom message to a widget, as `model.send` in the browser. Returns the id of the message."""
        return self._send_comm(model, {"method": "custom", "content": dict(content)}, buffers, subshell)

    def set_traits(self, model: str, *, subshell: str | None = None, **state: Any) -> str:
        """A change of synced state, as `model.set` and `save_changes` in the browser."""
        return self._send_comm(model, {"method": "update", "state": state, "buffer_paths": []}, (), subshell)

    def create_subshell(self) -> str:
        """A subshell, as JupyterLab makes for widget messages. Kernels before ipykernel 7 have none: KeyError."""
        client = self.client
        request = client.session.msg("create_subshell_request", {})
        client.control_channel.send(request)
        while True:
            reply = client.control_channel.get_msg(timeout=20)
            if reply["parent_header"].get("msg_id") == request["header"]["msg_id"]:
                return str(reply["content"]["subshell_id"])

    # Inside

    def _send_comm(self, model: str, data: Message, buffers: Iterable[bytes], subshell: str | None) -> str:
        message = self.client.session.msg("comm_msg", {"comm_id": model, "data": data})
        message["header"]["subshell_id"] = subshell
        sent = self.client.session.send(self.client.shell_channel.socket, message, buffers=list(buffers))
        return str(sent["header"]["msg_id"])

    def _take(self, timeout: float) -> None:
        """Take all that is there, and where nothing is, wait up to `timeout` seconds for something."""
        client = self.client
        poller = zmq.Poller()
        channels = {channel.socket: channel for channel in (client.iopub_channel, client.shell_channel)}
        for socket in channels:
            poller.register(socket, zmq.POLLIN)
        for socket, _ in poller.poll(timeout * 1000):
            channel = channels[socket]
            while channel.msg_ready():
                message = channel.get_msg(timeout=0)
                if channel is client.shell_channel:
                    self._on_reply(message)
                else:
                    self._on_broadcast(message)

    def _on_reply(self, message: Message) -> None:
        cell = self._cells.get(message["parent_header"].get("msg_id", ""))
        if cell is not None and message["msg_type"] == "execute_reply":
            cell.status = message["content"]["status"]

    def _on_broadcast(self, message: Message) -> None:
        self.messages.append(message)
        kind, content = message["msg_type"], message["content"]
        if kind.startswith("comm_"):
            self._on_comm(kind, content, [bytes(buffer) for buffer in message["buffers"]])
            return
        cell = self._cells.get(message["parent_header"].get("msg_id", ""))
        if cell is None:
            return
        if kind == "stream":
            setattr(cell, content["name"], getattr(cell, content["name"]) + content["text"])
        elif kind in {"display_data", "execute_result", "update_display_data"}:
            cell.displays.append(content["data"])
        elif kind == "error":
            cell.error = ANSI.sub("", f"{content['ename']}: {content['evalue']}")
            cell.traceback = ANSI.sub("", "\n".join(content["traceback"]))
        elif kind == "status" and content["execution_state"] == "idle":
            cell.idle = True

    def _on_comm(self, kind: str, content: Message, buffers: list[bytes]) -> None:
        key, data = content["comm_id"], content["data"]
        if kind == "comm_open":
            self.models[key] = Model(_with_buffers(data.get("state", {}), data.get("buffer_paths", []), buffers))
        elif key in self.models:
            model = self.models[key]
            if kind == "comm_close":
                model.closed = True
            elif data.get("method") in {"update", "echo_update"}:
                model.state |= _with_buffers(data["state"], data.get("buffer_paths", []), buffers)
            elif data.get("method") == "custom":
                model.received.append((data["content"], buffers))

    def _recent(self) -> str:
        def line(message: Message) -> str:
            return f"  {message['msg_type']}: {json.dumps(message['content'], default=str)[:200]}"

        return "The last messages were:\n" + "\n".join(line(message) for message in self.messages[-12:])


def _with_buffers(state: dict[str, Any], paths: list[list[Any]], buffers: list[bytes]) -> dict[str, Any]:
    """Put binary values back where the widget protocol took them out."""
    for path, data in zip(paths, buffers, strict=True):
        *parents, last = path
        place: Any = state
        for step in parents:
            place = place[step]
        place[last] = data
    return state


def sockets() -> dict[str, str]:
    """For a kernel manager: sockets as files, since a port that was free a moment ago may not be any more. The manager
    removes them."""
    return {"transport": "ipc", "ip": f"{tempfile.gettempdir()}/kernel-{uuid.uuid4().hex}"}


def write_spec(python: Path, kernels: Path) -> Path:
    """Make `kernels` a folder of kernel specs with one in it, "test", which runs on `python`."""
    argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernels / "test").mkdir(parents=True, exist_ok=True)
    spec = {"argv": argv, "display_name": "Test", "language": "python", "metadata": {"debugger": False}}
    (kernels / "test" / "kernel.json").write_text(json.dumps(spec))
    return kernels
