"""Rendering beside the server: worker processes, and the loop that gives them the jobs this server has claimed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
import uuid
from collections import Counter
from types import TracebackType
from typing import Any, Final, Self

from .place import EXAMPLE_IMAGE, SandboxFolder
from .process import child_environment
from .store import LEASE_SECONDS, Job, Store

_WORKERS_MAX: Final = max(1, min(4, os.cpu_count() or 1))
_LOOK_SECONDS: Final = 0.5
"""How often the loop looks for jobs that another server left behind; own jobs wake it at once."""
_STALE_SECONDS: Final = 3600
_CRASHED: Final = "The sandbox could not render this request: its renderer stopped."


class Worker:
    """One renderer process: a line of JSON in, a clip and a line of JSON out. It ends with its standard input."""

    def __init__(
        self, process: asyncio.subprocess.Process, tasks: asyncio.StreamWriter, answers: asyncio.StreamReader
    ) -> None:
        self._process = process
        self._tasks = tasks
        self._answers = answers

    @classmethod
    async def start(cls) -> Worker:
        """A renderer that is ready for tasks."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "seedance_widgets.sandbox.render",
            env=child_environment(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("a renderer without pipes")
        return cls(process, process.stdin, process.stdout)

    async def render(self, task: dict[str, Any]) -> dict[str, Any] | None:
        """The worker's answer, or None when its process ended."""
        try:
            self._tasks.write(json.dumps(task).encode("ascii") + b"\n")
            await self._tasks.drain()
            line = await self._answers.readline()
        except ConnectionError:
            return None
        answer: dict[str, Any] | None = json.loads(line) if line else None
        return answer

    async def stop(self) -> None:
        """End the process, whatever it is doing."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class Renders:
    """All rendering of one server. Use as an async context manager."""

    def __init__(self, home: SandboxFolder, store: Store) -> None:
        self._home = home
        self._store = store
        self._owner = uuid.uuid4().hex
        self._idle: list[Worker] = []
        self._running: set[asyncio.Task[None]] = set()
        self._loops: list[asyncio.Task[None]] = []
        self._woken = asyncio.Event()
        self._counts: Counter[str] = Counter()
        self._last: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        self._sweep()
        self._idle.append(await Worker.start())  # importing the video libraries takes its time: begin now
        self._loops = [asyncio.create_task(self._assign()), asyncio.create_task(self._keep_claims())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = [*self._loops, *self._running]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for worker in self._idle:
            await worker.stop()
        self._store.release(self._owner)

    def wake(self) -> None:
        """There is a new job."""
        self._woken.set()

    def counts(self) -> dict[str, Any]:
        """How many renders ended how, and the last one's seconds beside the seconds of its clip."""
        return {"done": 0, "failed": 0, "crashed": 0, **self._counts, "last": self._last}

    async def _assign(self) -> None:
        while True:
            self._woken.clear()
            while len(self._running) < _WORKERS_MAX and (job := self._store.claim(self._owner)) is not None:
                task = asyncio.create_task(self._render(job))
                self._running.add(task)
                task.add_done_callback(self._ended)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), _LOOK_SECONDS)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._woken.set()

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 4)
            if self._running:
                self._store.renew(self._owner)

    async def _render(self, job: Job) -> None:
        worker = self._idle.pop() if self._idle else await Worker.start()
        part = self._home.outputs / f"{job.id}.{self._owner}.part.mp4"
        images = [None if name == EXAMPLE_IMAGE else str(self._home.images / name) for name in job.images]
        task = {"request": job.request, "take": job.take, "images": images, "path": str(part)}
        started = time.monotonic()
        try:
            answer = await worker.render(task)
        except asyncio.CancelledError:
            await worker.stop()
            part.unlink(missing_ok=True)
            raise
        if answer is None:
            await worker.stop()
            self._counts["crashed"] += 1
            self._store.render_failed(job, _CRASHED, again=True)
        elif "error" in answer:
            self._idle.append(worker)
            self._counts["failed"] += 1
            self._store.render_failed(job, answer["error"], again=False)
        else:
            self._idle.append(worker)
            part.replace(self._home.clip(job.id))
            if not self._store.rendered(job.id):
                self._home.clip(job.id).unlink(missing_ok=True)
            self._counts["done"] += 1
            self._last = {"seconds": round(time.monotonic() - started, 3), "clip_seconds": job.request["duration"]}
        if answer is None or "error" in answer:
            part.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what a killed server left half written."""
        old = time.time() - _STALE_SECONDS
        for folder in (self._home.outputs, self._home.images):
            for path in folder.glob("*.part*"):
                with contextlib.suppress(OSError):
                    if path.stat().st_mtime < old:
                        path.unlink()
