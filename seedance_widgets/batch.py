"""Many takes at once: asked for together, sent a few at a time, each kept whatever becomes of the others."""

from __future__ import annotations

import asyncio
import logging
import time
import weakref
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Self

from . import runtime
from .errors import ConfigurationError, Money, RateLimitedError, SeedanceError, WaitTimeoutError
from .estimate import Estimate, total
from .progress import Bar
from .rendering import batch_html, batch_line
from .sheet import contact_sheet
from .states import Reason, State
from .takes import Take, frame

if TYPE_CHECKING:
    import os
    from pathlib import Path

    import pandas as pd

    from .jobs import Job
    from .studio import Studio
    from .submitting import Plan, Room

_log = logging.getLogger("seedance_widgets")

_SENDING: Final = frozenset({State.DRAFT, State.UPLOADING, State.SUBMITTING})
_HOPELESS: Final = frozenset({Reason.NO_CREDITS, Reason.BAD_KEY, Reason.MODEL_GONE})
"""Why a take failed where the next one would fail the same way: it is not sent."""

_running: Final[set[Batch]] = set()
"""Those that have takes to send: they go on also where nobody holds on to them, and a loop holds its tasks weakly."""


class Batch:
    """Takes that are made together, a few at a time. Iterate over it for jobs, each once it is over:

        for job in generate_many(["A red fox", "An owl"]):
            print(job.status, job.path)

    or `async for`. Takes that fail are results like others: nothing is raised for them. `wait()` (or `await`) waits for
    all. It goes on by itself in the background. Where the kernel ends before it does, run the same again: takes that
    are there are given back, those under way are followed, and only the rest is sent.
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
    ) -> None:
        self._changed = asyncio.Event()
        self._watchers: list[Callable[[], object]] = []
        self.concurrency = concurrency
        self.studio = studio
        self.connection = plan.connection
        """Where they are made, also where the session uses another by now."""
        self.takes: tuple[Take, ...] = tuple(
            Take(number, planned.request, planned.about, place, planned.has_take and not new, planned.parent)
            for number, (planned, place) in enumerate(
                zip(plan.takes, coordinates or [{}] * len(plan.takes), strict=True), 1
            )
        )
        """What was asked for, in its order."""
        self._new = new
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
        self._room: Room | None = None
        self._over_budget = False
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
        figures. `over_budget` passes the budget."""
        if not self.started:
            self._room = self._keep_room(max_credits=max_credits, over_budget=over_budget)
            self._over_budget, self.started = over_budget, True
            _running.add(self)
            runtime.submit(self._run())
        return self

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
        with Bar(len(self.takes), self._progress) as bar:
            for place in range(len(self._groups)):
                yield self._shown(await runtime.hop(runtime.submit(self._settled_at(place))), bar)

    def __await__(self) -> Generator[Any, None, Self]:
        """The batch once all are settled, on any event loop."""
        return self._awaited().__await__()

    async def _awaited(self) -> Self:
        async for _ in self:
            pass
        return self

    def frame(self) -> pd.DataFrame:
        """A pandas DataFrame as it is now, one row a request, by its number: where it stands in a sweep, its settings,
        state, the credits that were used for it here (0 for a take that was there), path, poster, error, ids.
        ConfigurationError where there is no pandas."""
        return frame(self.takes)

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

    def _keep_room(self, *, max_credits: int | None, over_budget: bool) -> Room:
        dearest = max(self._abouts, key=lambda about: about.credits or 0, default=self.estimate)
        return self.studio.keep_room(self.estimate, dearest, max_credits=max_credits, over_budget=over_budget)

    # ---- for whoever waits

    def _check_started(self) -> None:
        if not self.started:
            raise SeedanceError("Nothing is sent yet, so there is nothing to wait for.", todo="Call start() first.")

    def _in_turn(self, end: float | None) -> Iterator[Job]:
        self._check_started()
        with Bar(len(self.takes), self._progress) as bar:
            for place in range(len(self._groups)):
                yield self._shown(runtime.block(self._settled_at(place, end)), bar)

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

    # ---- on the background loop

    def _grouped(self) -> list[list[Take]]:
        """The takes, those that are one and the same request together."""
        groups: dict[object, list[Take]] = {}
        for take in self.takes:
            groups.setdefault(take.number if self._new else take.request.fingerprint, []).append(take)
        for _, *others in groups.values():
            for take in others:
                take.reused = True
        return list(groups.values())

    async def _run(self) -> None:
        try:
            # Those that are there or on their way first: they cost nothing, and the service is busy with some of them.
            for group in sorted(self._groups, key=lambda group: not group[0].reused):
                await self._make(group)
        except Exception as error:  # noqa: BLE001  whoever waits must not wait for ever
            _log.exception("A batch was stopped by a fault")
            fault = SeedanceError(
                f"The batch was stopped by a fault of this package: {error}", todo="Please report it."
            )
            for group in self._groups:
                if not group[0].job:
                    self._leave(group, fault)
        finally:
            _running.discard(self)
            if self._room is not None:
                self._room.let_go()

    async def _make(self, group: list[Take]) -> None:
        """See a request through its sending. There is one at a time: a service that asks for a pause is not asked by
        several, and a kernel that dies leaves one behind, at most, of which nobody knows whether it arrived."""
        while group[0].job is None:
            while not (self._is_stopped() or group[0].reused or self._has_room()):
                await self._changed.wait()
            if self._is_stopped():
                self._leave(group, self._held_back)
            else:
                await self._ask(group)
                await self._sent(group)

    def _is_stopped(self) -> bool:
        return self._cancelled or self._held_back is not None

    def _has_room(self) -> bool:
        under_way = sum(group[0].job is not None and not group[0].settled for group in self._groups)
        return not self.paused and under_way < self._concurrency

    async def _ask(self, group: list[Take]) -> None:
        take = group[0]
        if self._room is not None and not take.reused:
            self._room.use(take.about.credits or 0)
        try:
            job = await self.studio.submit_async(
                take.request,
                new=self._new,
                parent=take.parent,
                max_credits=0 if take.reused else None,  # what was to cost nothing is not paid for
                over_budget=self._over_budget,
                patient=True,
                on=self.connection,
            )
        except SeedanceError as error:
            if isinstance(error, ConfigurationError):
                self._held_back = error
            self._leave(group, error)
            return
        for each in group:
            each.job = job
            each.reused = each.reused or job.reused_at is not None
        self._listen(job)
        self._follow(group, job)
        self._tell()

    async def _sent(self, group: list[Take]) -> None:
        """Wait until a job is sent. Where it waits itself and a pause is wished, it goes back to those to be sent."""
        recalled = -1
        while (job := group[0].job) and not group[0].settled and (job.over or job.record.state in _SENDING):
            waits = "cancel" in job.info.actions and not group[0].reused and recalled != len(job.events)
            if waits and (self.paused or self._is_stopped()):
                recalled = len(job.events)
                group[0].recalled = True
                job.cancel()
            await self._changed.wait()

    def _listen(self, job: Job) -> None:
        """Be told of every change of a job, for as long as somebody holds on to the batch: jobs outlive it."""
        me = weakref.ref(self)

        def told(_job: Job) -> None:
            batch = me()
            if batch is not None:
                batch._tell()  # noqa: SLF001  its own
            else:
                end()

        end = job.subscribe(told)

    def _follow(self, group: list[Take], job: Job) -> None:
        over, forget = job.when_over()
        over.add_done_callback(lambda _: self._ended(group, job, forget))

    def _ended(self, group: list[Take], job: Job, forget: Callable[[], None]) -> None:
        forget()
        recalled, group[0].recalled = group[0].recalled, False
        if job.reason == Reason.NOT_WATCHING and isinstance(job.error, RateLimitedError):
            job.watch_again()  # it took so long since it was to be looked at less often
            self._follow(group, job)
        elif recalled and job.record.state is State.CANCELLED and not self._is_stopped():
            for take in group:
                take.job = None
        else:
            if job.record.state is State.FAILED and job.reason in _HOPELESS and not group[0].reused:
                self._held_back = job.error
            self._settle(group)
        self._tell()

    def _leave(self, group: list[Take], error: SeedanceError | None) -> None:
        """Keep as a result that a take was not sent."""
        job = self.studio.unsent(group[0].request, self.connection, error)
        for take in group:
            take.job, take.reused = job, False
        self._settle(group)
        self._tell()

    def _settle(self, group: list[Take]) -> None:
        for take in group:
            take.settled = True
        self._settled.append(group)
