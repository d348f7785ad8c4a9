"""Many takes at once: asked for together, sent a few at a time, each kept whatever becomes of the others."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

from . import runtime
from .batch_run import BatchRun
from .errors import Money, SeedanceError, WaitTimeoutError
from .estimate import Estimate, total
from .progress import Bar
from .rendering import batch_html, batch_line
from .sheet import contact_sheet
from .submitting import room_name
from .takes import Take, frame

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from .jobs import Job
    from .studio import Studio
    from .submitting import Plan, Room

_log = logging.getLogger("seedance_widgets")

_running: Final[dict[Batch, None]] = {}
"""Those that have takes to send, in the order in which they were begun: they go on also where nobody holds on to them,
and a loop holds its tasks weakly."""

_GOES_ON: Final = "The batch goes on. Batch.running()[-1].cancel() sends no more of it; .wait() waits for it again."


class Batch(BatchRun):
    """Takes that are made together, a few at a time. Iterate over it for jobs, each once it is over:

        for job in generate_many(["A red fox", "An owl"]):
            print(job.status, job.path)

    or `async for`. Takes that fail are results like others: nothing is raised for them. `wait()` (or `await`) waits for
    all. As the last line of a cell it is shown live, also where it is begun later. It goes on by itself in the
    background. Where the kernel ends before it does, run the same again: takes that are there are given back, those
    under way are followed, and only the rest is sent.
    """

    def __init__(
        self,
        studio: Studio,
        plan: Plan,
        *,
        concurrency: int = 4,
        new: bool = False,
        progress: bool | None = None,
        coordinates: Sequence[Mapping[str, Any]] = (),
        labels: pd.Index[Any] | None = None,
    ) -> None:
        self._changed = asyncio.Event()
        self._watchers: list[Callable[[], object]] = []
        self.concurrency = concurrency
        self.studio = studio
        self.connection = plan.connection
        """Where they are made, also where the session uses another by now."""
        self.takes: tuple[Take, ...] = tuple(
            Take(number, one.request, one.about, place, one.has_take and not new, one.parent, one.there)
            for number, (one, place) in enumerate(
                zip(plan.takes, coordinates or [{}] * len(plan.takes), strict=True), 1
            )
        )
        """What was asked for, in its order."""
        self.labels = labels
        """Those of the rows of the pandas table it was made from; None where it was made from none."""
        self.new = new
        """Whether another take of each is made, also of those that have one."""
        self._progress = progress
        self._groups = self._grouped()
        self._abouts = [group[0].about for group in self._groups if not group[0].reused]
        self.estimate: Estimate = total(self._abouts, free=plan.connection.free)
        """About how many credits all of it uses. Takes that are there already cost nothing."""
        self.to_make = len(self._abouts)
        """How many takes are new; the others were there when it was made."""
        self.started = False
        """Whether it was begun; before, nothing is sent."""
        self.paused = False
        """Whether nothing new is sent for now."""
        self._cancelled = False
        self._begin = threading.Lock()
        self.process = os.getpid()
        """The one that carries it: in a forked child, a batch that was begun before is its parent's."""
        self._room: Room | None = None
        self._over_budget = False
        self._agreed: int | None = None
        self._held_back: SeedanceError | None = None
        self._settled: list[list[Take]] = []

    @property
    def concurrency(self) -> int:
        """How many jobs are under way at the service at once, at most. May be changed while it runs."""
        return self._concurrency

    @concurrency.setter
    def concurrency(self, most: int) -> None:
        if type(most) is not int:
            raise TypeError(f"concurrency is a whole number of jobs, as in concurrency=4, not {most!r}.")
        if most < 1:
            raise ValueError(f"concurrency is a number of jobs from 1, as in concurrency=4, not {most}.")
        self._concurrency = most
        runtime.call_soon(self._tell)

    @property
    def jobs(self) -> list[Job]:
        """The job of each request, in the order of the requests: of those that have one so far, of all once it is over.
        One that was not sent is cancelled, and its `error` says why."""
        return [take.job for take in self.takes if take.job is not None]

    @property
    def over(self) -> bool:
        """Whether all are settled."""
        return len(self._settled) == len(self._groups)

    @property
    def tally(self) -> Counter[str]:
        """How many takes are "ready", "from history", "rendering", "sending", "uncertain", "failed", "not watched",
        "not sent" or "waiting"."""
        return Counter(take.kind for take in self.takes)

    def start(self, *, max_credits: int | None = None, over_budget: bool = False) -> Self:
        """Begin, where it was made with `start=False`; later it does nothing. Where all of it together is estimated at
        more than `max_credits`, or than what is left of the session's budget, nothing is sent: OverBudgetError with the
        figures. `over_budget` passes the budget; with `max_credits` up to about that sum: where takes turn out to cost
        more than they were estimated at, those that would go more than a quarter beyond it are not sent."""
        with self._begin:  # two threads, as those of a cell and of a button, begin it once
            if not self.started:
                self._room = self._keep_room(max_credits=max_credits, over_budget=over_budget)
                self._over_budget, self._agreed = over_budget, max_credits
                self.started, self.process = True, os.getpid()
                _running[self] = None
                runtime.submit(self._run()).add_done_callback(lambda _: _running.pop(self, None))
                runtime.call_soon(self._tell)  # a view shows that it is begun, also where it is paused
        return self

    @classmethod
    def running(cls) -> list[Self]:
        """Those of this kernel that have takes to send yet, the oldest first: also those that a cell began and no
        variable holds.

            Batch.running()[-1].cancel()
        """
        here = os.getpid()
        return [batch for batch in tuple(_running) if isinstance(batch, cls) and batch.process == here]

    def check(self, *, max_credits: int | None = None, over_budget: bool = False) -> None:
        """Raise the OverBudgetError that `start` would raise now, and begin nothing."""
        self._keep_room(max_credits=max_credits, over_budget=over_budget).let_go()

    def pause(self) -> None:
        """Send nothing new. What is under way at the service goes on, and costs what it costs."""
        self.paused = True
        runtime.call_soon(self._tell)

    def resume(self) -> None:
        """Go on after `pause`."""
        self.paused = False
        runtime.call_soon(self._tell)

    def cancel(self) -> None:
        """Send nothing more, for good: the rest is cancelled. What is under way at the service goes on."""
        self._cancelled = True
        runtime.call_soon(self._tell)

    def wait(self, timeout: float | None = None) -> Self:
        """Block until all are settled, however long it is paused. An interrupt ends the wait, not the batch. `timeout`
        in seconds; WaitTimeoutError when it is up. Nothing is raised for takes that failed."""
        end = None if timeout is None else time.monotonic() + timeout
        try:
            for _ in self._in_turn(end):
                pass
        except TimeoutError:
            raise WaitTimeoutError(
                f"The takes were not all over after {timeout:g} s. They go on.",
                money=Money.NOTHING if self.connection.free else Money.POSSIBLE,
                todo="Wait for them again.",
            ) from None
        return self

    def __iter__(self) -> Iterator[Job]:
        """The jobs, each once it is over. One that was asked for twice comes once."""
        return self._in_turn(None)

    async def __aiter__(self) -> AsyncIterator[Job]:
        """The same on any event loop."""
        self._check_started()
        with self._bar() as bar:
            for place in range(len(self._groups)):
                job = self._shown(await runtime.hop(runtime.submit(self._settled_at(place))), bar)
                with bar.aside():
                    yield job

    def __await__(self) -> Generator[Any, None, Self]:
        """The batch once all are settled, on any event loop."""
        return self._awaited().__await__()

    async def _awaited(self) -> Self:
        async for _ in self:
            pass
        return self

    def frame(self) -> pd.DataFrame:
        """A pandas DataFrame as it is now, one row a request, in their order.

            table["path"] = generate_many(table).wait().frame()["path"]

        Its index is that of the DataFrame or column it was made from, and `take` a column then; else it is `take`: the
        number of each, from 1. Its columns:

        - one for each axis of a sweep that is no setting;
        - the settings by their names; `first_frame`, `last_frame` (files here) and their `..._sha256`; `images`, how
          many there are;
        - `state`, `reason`, and `error`, what went wrong in words;
        - `reused`: it was there; `credits` that were used for it here, 0 where it was there, 0 in the sandbox, which is
          free, and empty while that is not known; `expected`, about how many credits it was to use, in the sandbox
          about how many it would at the service;
        - `path` of the video here, `placed` that of its copy beside the notebook, `poster`;
        - `generation_id` at the service, and `id`, the take's own.

        ConfigurationError where there is no pandas.
        """
        return frame(self.takes, self.labels)

    def contact_sheet(self, path: str | os.PathLike[str]) -> Path:
        """Write the posters of its takes as a PNG, in a labelled grid. Returns the path; errors as for
        `sheet.contact_sheet`."""
        return contact_sheet(self.takes, path)

    def subscribe(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call `watcher()` on the background loop's thread after every change, of any of its jobs too. Returns what
        ends it."""
        self._watchers.append(watcher)

        def unsubscribe() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return unsubscribe

    def __repr__(self) -> str:
        return f"<Batch: {batch_line(self)}>"

    def _repr_html_(self) -> str:
        return batch_html(self)

    async def send_again(self, take: Take, **terms: Any) -> None:
        """Ask once more for one of its takes that failed, on the background loop. Terms and errors as for
        `Studio.submit`."""
        job = await self.studio.submit_async(
            take.request, new=self.new, parent=take.parent, patient=True, on=self.connection, **terms
        )
        self.put(take, job, reused=job.reused_at is not None)

    def put(self, take: Take, job: Job, *, reused: bool) -> None:
        """Let a job stand in the place of one that failed, on the background loop."""
        failed = take.job
        if failed is not None and failed is not job:
            take.failed.append(failed)
            for other in self.takes:
                if other.job is failed:  # it was asked for more than once
                    other.job = job
        take.job, take.reused = job, reused
        self._listen(job)
        self._tell()

    def _keep_room(self, *, max_credits: int | None, over_budget: bool) -> Room:
        takes = {self._name(group[0]): group[0].about.credits or 0 for group in self._groups if not group[0].reused}
        dearest = max(self._abouts, key=lambda about: about.credits or 0, default=self.estimate)
        return self.studio.keep_room(takes, self.estimate, dearest, max_credits=max_credits, over_budget=over_budget)

    def _grouped(self) -> list[list[Take]]:
        """The takes, those that are one and the same request together."""
        groups: dict[object, list[Take]] = {}
        for take in self.takes:
            groups.setdefault(take.number if self.new else take.request.fingerprint, []).append(take)
        for _, *others in groups.values():
            for take in others:
                take.reused = True
        return list(groups.values())

    def _name(self, take: Take) -> str:
        """By which the budget keeps room for it: another batch with the same request means the same take, but where
        each is to be a new one."""
        return f"{id(self)} {take.number}" if self.new else room_name(take.request, self.connection)

    # ---- for whoever waits

    def _check_started(self) -> None:
        if not self.started:
            raise SeedanceError("Nothing is sent yet, so there is nothing to wait for.", todo="Call start() first.")
        if self.process != os.getpid() and not self.over:
            raise SeedanceError(
                "These takes go on in the process that this one was forked from.",
                todo="Wait for them there, or ask for the same again here, which follows them.",
            )

    def _in_turn(self, end: float | None) -> Iterator[Job]:
        self._check_started()
        with self._bar() as bar:
            for place in range(len(self._groups)):
                try:
                    group = runtime.block(self._settled_at(place, end))
                except KeyboardInterrupt as stop:
                    stop.add_note(_GOES_ON)
                    raise
                job = self._shown(group, bar)
                with bar.aside():
                    yield job

    def _bar(self) -> Bar:
        """For a wait; none by itself where a view shows how it goes."""
        return Bar(len(self.takes), False if self._progress is None and self._watchers else self._progress)

    async def _settled_at(self, place: int, end: float | None = None) -> list[Take]:
        async with asyncio.timeout(None if end is None else max(0.0, end - time.monotonic())):
            while len(self._settled) <= place:
                await self._changed.wait()
        return self._settled[place]

    def _shown(self, group: list[Take], bar: Bar) -> Job:
        job = group[0].job
        assert job is not None  # noqa: S101  it is settled
        bar.show(job, len(group))
        return job

    def _tell(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for watcher in tuple(self._watchers):
            try:
                watcher()
            except Exception:  # noqa: BLE001  a view that fails must not stop the batch
                _log.exception("A watcher of a batch failed")
