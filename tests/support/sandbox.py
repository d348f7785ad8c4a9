"""The real sandbox command as a child process, for any test that needs a server."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import httpx

from seedance_widgets.sandbox import Control
from seedance_widgets.sandbox.process import child_environment

KEY = "sandbox-test-key"
DEADLINE_SECONDS = 90.0


class RunningSandbox:
    """One sandbox server: its address, its admin side, and an HTTP client that carries a key."""

    def __init__(self, url: str, process: subprocess.Popen[str], home: Path) -> None:
        self.url = url
        self.process = process
        self.home = home
        self.control = Control(url)
        self.http = httpx.Client(base_url=url, headers={"Authorization": f"Bearer {KEY}"}, timeout=60, trust_env=False)

    def stats(self) -> dict[str, Any]:
        """Counters of the server, see `GET /admin/stats`."""
        return self.control.stats()

    def faults(
        self, kind: str, route: str | None = None, count: int | None = None, **params: Any
    ) -> AbstractContextManager[dict[str, Any]]:
        """A fault for the length of a `with` block, see `seedance_widgets.sandbox.faults`."""
        return self.control.faults(kind, route, count, **params)

    def upload(self, data: bytes, name: str = "guide.png") -> str:
        """Upload image bytes; the image's address."""
        reply = self.http.post("/seedance/upload/", files={"file": (name, data)})
        assert reply.status_code == 200, reply.text
        url: str = reply.json()["url"]
        return url

    def create(self, prompt: str, **settings: Any) -> str:
        """Start a clip (480p unless asked otherwise); its generation id."""
        reply = self.http.post("/seedance/generate/", json={"prompt": prompt, "resolution": "480p", **settings})
        assert reply.status_code == 200, reply.text
        generation_id: str = reply.json()["generation_id"]
        return generation_id

    def finished(self, generation_id: str) -> dict[str, Any]:
        """The status answer once the job is no longer processing."""
        end = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < end:
            status: dict[str, Any] = self.http.get(f"/seedance/status/{generation_id}/").json()
            if status["status"] != "processing":
                return status
            time.sleep(0.05)
        raise AssertionError(f"{generation_id} is still processing after {DEADLINE_SECONDS} s")

    def clip(self, prompt: str, **settings: Any) -> bytes:
        """Make a clip and fetch it: the MP4's bytes."""
        status = self.finished(self.create(prompt, **settings))
        assert status["status"] == "completed", status
        return self.http.get(status["video_url"]).content

    def children(self) -> list[str]:
        """Command lines of the server's child processes (Linux)."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        pids = [pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()]
        return [Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ") for pid in pids]

    def kill(self) -> None:
        """End the server as `kill -9` does."""
        self.process.kill()
        self.process.wait()


@contextmanager
def running_sandbox(home: Path | str, *args: str) -> Iterator[RunningSandbox]:
    """`python -m seedance_widgets.sandbox` on a free port over `home`, ended with the block.

    Further command line arguments go through, such as `"--speed", "50"`.
    """
    command = [sys.executable, "-m", "seedance_widgets.sandbox", "--port", "0", "--home", str(home), "--watch-parent"]
    process = subprocess.Popen(
        [*command, *args], env=child_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        line = process.stdout.readline()
        assert line.startswith("Seedance sandbox: http://127.0.0.1:"), line
        sandbox = RunningSandbox(line.split()[-1], process, Path(home))
        with sandbox.http:
            yield sandbox
    finally:
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()
