"""Kernels, a bad line and a real sandbox: what a schedule of faults acts upon, and what must hold afterwards."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Job, Studio, polling
from seedance_widgets.client import AsyncSeedance, client, download
from seedance_widgets.errors import Money, StorageError
from seedance_widgets.jobs import carrier, sending
from seedance_widgets.ledger import Record
from seedance_widgets.sandbox.place import SandboxFolder
from seedance_widgets.states import ACTIVE_STATES, Reason, State, describe, rows
from seedance_widgets.wire import GenerateReply
from tests.support.sandbox import RunningSandbox

from .line import Line, Trouble

SETTLED = 60.0
"""Seconds in which everything comes to its end once the faults have; a deadlock takes longer."""

_numbers = count(1)


def _picture(color: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 300), color).save(out, "PNG")
    return out.getvalue()


RED, BLUE = _picture("red"), _picture("blue")
IMAGES: tuple[tuple[bytes, ...], ...] = ((), (), (RED,), (RED, RED), (RED, BLUE))
"""The guide images of each prompt, by its number."""

LOST = ((State.EXPIRED, None), (State.FAILED, Reason.NOT_FOUND))
"""Ends of a paid take that are a service's trouble, and over once that is: nobody who asks for the same means to pay
for another."""


@dataclass
class Charged:
    """A job at the sandbox."""

    id: str
    prompt: str
    state: str


class Service:
    """The sandbox, with the renderer left out: a clip made beforehand is put in place when it is asked for, since a
    render takes a second of processor and has no part in who pays."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self._home = SandboxFolder(sandbox.home)
        sandbox.clip("A clip for all")
        self._clip = next(self._home.outputs.glob("*.mp4"))
        sandbox.control.set_credits(10**9)
        with self._database() as db:
            db.execute(
                "CREATE TRIGGER unrendered AFTER INSERT ON jobs WHEN NEW.state = 'queued'"
                " BEGIN UPDATE jobs SET state = 'stuck' WHERE id = NEW.id; END"
            )

    @contextlib.contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self._home.database, timeout=30)
        with contextlib.closing(db), db:
            yield db

    def render(self) -> None:
        """Finish every clip that was asked for by now."""
        with self._database() as db:
            for (job,) in db.execute("SELECT id FROM jobs WHERE state = 'stuck'").fetchall():
                with contextlib.suppress(FileExistsError):
                    os.link(self._clip, self._home.clip(job))
                db.execute(
                    "UPDATE jobs SET state = 'rendered', rendered_at = ? WHERE id = ? AND state = 'stuck'",
                    (time.time(), job),
                )

    def charged(self, number: str) -> list[Charged]:
        """Jobs made for the prompts of one world."""
        with self._database() as db:
            found = db.execute("SELECT id, request, state FROM jobs").fetchall()
        jobs = [Charged(job, json.loads(request)["prompt"], state) for job, request, state in found]
        return [job for job in jobs if job.prompt.startswith(number)]


@contextlib.contextmanager
def hasty() -> Iterator[None]:
    """Waits are short, so that a schedule takes a second and not an hour."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polling, "REQUEST_LIMIT", 0.3)
        patch.setattr(client, "_UPLOAD_LIMIT", 0.3)
        patch.setattr(download, "_STALL_WINDOW", 0.3)
        patch.setattr(sending, "_OFFLINE_PATIENCE", 0.5)
        with brisk():
            yield


@contextlib.contextmanager
def brisk() -> Iterator[None]:
    """Pauses are short; what an answer may take is as it is for everyone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polling, "BACKOFF_FIRST", 0.01)
        patch.setattr(polling, "BACKOFF_MOST", 0.03)
        patch.setattr(polling, "NOT_FOUND_TIME", 0.0)
        patch.setattr(polling, "next_look", lambda *_: 0.03)
        patch.setattr(carrier, "_SHADOW_GAP", 0.03)
        patch.setattr(carrier, "_BLIND_GAP", 0.05)
        yield


class World:
    """One SEEDANCE_HOME with its kernels (studios), on a line to the sandbox. Its public methods that return nothing
    are the steps of schedules."""

    def __init__(self, service: Service, line: Line, home: Path, *, instant: bool = True) -> None:
        self.service = service
        self.line = line
        self.home = home
        self.number = f"World {next(_numbers)}:"
        self.submitted: dict[str, str] = {}
        """The prompt of each row that a submit made."""
        self.unmeant: set[str] = set()
        """Those among them that were made though a paid take of the same could be looked for."""
        self.confirmed: Counter[str] = Counter()
        """How often someone said "send again", by row."""
        self._kernels: dict[int, Studio] = {}
        self._lock = threading.Lock()
        self.reached: list[str] = []
        """The IDs that came back to a kernel, in order."""
        line.sent.clear()
        line.on_reply = service.render if instant else lambda: None

    def kernel(self, which: int) -> Studio:
        """A running kernel."""
        if which not in self._kernels:
            self._kernels[which] = Studio(api_key="a-key", base_url=self.line.url, home=self.home, place=None)
        return self._kernels[which]

    @contextlib.contextmanager
    def overheard(self) -> Iterator[None]:
        """Note every ID that a kernel is told."""
        generate_once = AsyncSeedance.generate_once

        async def noted(client: AsyncSeedance, body: dict[str, Any]) -> GenerateReply:
            reply = await generate_once(client, body)
            self.reached.append(reply.generation_id)
            return reply

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AsyncSeedance, "generate_once", noted)
            yield

    # ---- what people do

    def submit(self, kernel: int, what: int, new: bool) -> None:
        request = GenerationRequest(f"{self.number} fox {what}", resolution="480p", images=IMAGES[what])
        studio = self.kernel(kernel)
        lost = set() if new else self._lost(studio, request.prompt)
        job = studio.submit(request, new=new)
        still_lost = lost & self._lost(studio, request.prompt) if lost else lost
        with self._lock:
            if still_lost and job.id not in self.submitted:
                self.unmeant.add(job.id)
            elif new:
                self.unmeant.discard(job.id)  # it was given to another click before this one said that it made it
            self.submitted[job.id] = request.prompt

    def double_submit(self, kernel: int, what: int, new: bool) -> None:
        """An impatient second click."""
        self.kernel(kernel)
        self._at_once([lambda: self.submit(kernel, what, new), lambda: self.submit(kernel, what, False)])

    def race(self, what: int) -> None:
        """Two kernels ask for the same at the same time."""
        self.kernel(0), self.kernel(1)
        self._at_once([lambda: self.submit(0, what, False), lambda: self.submit(1, what, False)])

    def cancel(self, kernel: int, nth: int) -> None:
        for job in self._nth(kernel, nth):
            job.cancel()

    def check_now(self, kernel: int, nth: int) -> None:
        for job in self._nth(kernel, nth):
            job.check_now()

    def stop_watching(self, kernel: int, nth: int) -> None:
        for job in self._nth(kernel, nth):
            job.stop_watching()

    def watch_again(self, kernel: int, nth: int) -> None:
        for job in self._nth(kernel, nth):
            job.watch_again()

    def send_again(self, kernel: int, nth: int) -> None:
        """For a job whose fate is not known, after being told what it may cost."""
        self.settle()
        for job in self._nth(kernel, nth, State.UNCERTAIN):
            with self._lock:
                self.confirmed[job.id] += 1
            job.send_again()

    def send_again_everywhere(self, nth: int) -> None:
        """One confirmation each, in two kernels at once."""
        self.kernel(0), self.kernel(1)
        self._at_once([lambda: self.send_again(0, nth), lambda: self.send_again(1, nth)])

    def attach(self, kernel: int, nth: int) -> None:
        """Say which job at the service an uncertain one is, as its list there shows."""
        self.settle()
        for job in self._nth(kernel, nth, State.UNCERTAIN):
            known = {row.generation_id for row in self.kernel(kernel).ledger.history(limit=1000)}
            for made in self.service.charged(self.number):
                if made.prompt == job.request.prompt and made.id not in known:
                    job.attach(made.id)
                    return

    def resume(self, kernel: int) -> None:
        self.kernel(kernel).resume()

    # ---- what happens to them

    def die(self, kernel: int) -> None:
        """All work of a kernel ends where it is, its rows stay as they are, and its lock is free."""
        if studio := self._kernels.pop(kernel, None):
            studio.close()

    def down(self) -> None:
        self.line.down()

    def up(self) -> None:
        self.line.up()

    def trouble(self, route: str, trouble: Trouble) -> None:
        self.line.plan(route, trouble)

    def fault(self, kind: str, route: str, times: int, params: dict[str, Any]) -> None:
        self.service.sandbox.control.add_fault(kind, route, times, **params)

    def render(self) -> None:
        self.service.render()

    def settle(self, seconds: float = 0.5) -> None:
        """Let things go on until nothing more happens by itself, or for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and any(
            not job.over for kernel in tuple(self._kernels.values()) for job in tuple(kernel._jobs.values())
        ):
            time.sleep(0.005)

    # ---- the end of it

    def calm(self) -> None:
        """Every kernel dies and every fault ends; then the next kernel takes up what there is, to its end."""
        for kernel in tuple(self._kernels):
            self.die(kernel)
        self.service.sandbox.control.clear_faults()
        self.line.calm()
        self.service.render()

    def resumed(self) -> Studio:
        """The next kernel, when all that it found has come to its end."""
        studio = self.kernel(9)
        studio.resume()
        end = time.monotonic() + SETTLED
        while left := [row for row in studio.ledger.history(limit=1000) if _goes_on(row)]:
            assert time.monotonic() < end, f"never came to an end: {left}"
            time.sleep(0.005)
        return studio

    def check(self) -> None:
        """Nobody paid twice, and nothing is lost."""
        studio = self.resumed()
        kept = {row.id: row for row in studio.ledger.history(limit=1000)}
        charged = self.service.charged(self.number)
        for prompt in sorted({job.prompt for job in charged} | set(self.submitted.values())):
            mine = [job_id for job_id, asked in self.submitted.items() if asked == prompt]
            sends = len(set(mine) - self.unmeant) + sum(self.confirmed[job_id] for job_id in mine)
            made = sum(job.prompt == prompt for job in charged)
            assert made <= sends, f"{made} jobs charged for {sends} confirmed sends of {prompt!r}"
            went = [sent for sent in self.line.sent if sent.prompt == prompt and not sent.refused]
            assert len(went) <= sends, f"{len(went)} requests went out for {sends} confirmed sends of {prompt!r}"
            admitted = sum(
                1 + self.confirmed[job_id]
                for job_id in mine
                if describe(kept[job_id].state, kept[job_id].reason).money is not Money.NOTHING
            )
            assert made <= admitted, f"{made} jobs charged for {prompt!r}, and rows admit to {admitted}"
        assert self.submitted.keys() <= kept.keys()
        assert all((row.state, row.reason) in rows() for row in kept.values())
        named = [row.generation_id for row in kept.values() if row.generation_id]
        assert len(named) == len(set(named))
        assert set(self.reached) <= set(named), "an ID came back, and no row has it"
        states = {job.id: job.state for job in charged}
        for row in kept.values():
            if row.generation_id is None:
                assert row.state is not State.COMPLETED
            elif states[row.generation_id] == "failed":
                assert row.state is State.FAILED, row
            else:
                assert row.state is State.COMPLETED, row
                assert row.media
                assert (self.home / row.media).stat().st_size

    def close(self) -> None:
        """Nothing of it goes on."""
        for kernel in tuple(self._kernels):
            self.die(kernel)
        self.service.sandbox.control.clear_faults()
        self.line.calm()
        shutil.rmtree(self.home, ignore_errors=True)

    # ---- inside

    @staticmethod
    def _lost(studio: Studio, prompt: str) -> set[str]:
        """The paid takes of a prompt that ended in a service's trouble."""
        rows = studio.ledger.history(limit=1000)
        return {
            row.id
            for row in rows
            if row.request["prompt"] == prompt and row.generation_id and (row.state, row.reason) in LOST
        }

    def _nth(self, kernel: int, nth: int, state: State | None = None) -> list[Job]:
        """One job of a kernel, or none; in the order they were asked for."""
        jobs = [job for job in self.kernel(kernel).history() if state is None or job.record.state is state]
        jobs.sort(key=lambda job: list(self.submitted).index(job.id))
        return [jobs[nth % len(jobs)]] if jobs else []

    def _at_once(self, calls: list[Callable[[], None]]) -> None:
        ready = threading.Barrier(len(calls))
        failed: list[BaseException] = []

        def run(call: Callable[[], None]) -> None:
            ready.wait()
            try:
                call()
            except StorageError as error:
                failed.append(error)

        threads = [threading.Thread(target=run, args=(call,)) for call in calls]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failed, failed


def _goes_on(row: Record) -> bool:
    """Whether a job is not over, or ended by a fault that is gone."""
    return row.state in ACTIVE_STATES or (row.state, row.reason) in LOST
