"""The `Carrier` moves jobs along: upload, send once, look until it is over, fetch, keep. It lives on the background
loop.

The order of things is the promise: the row says *submitting* before the request leaves, and the ids are in the row
before anything else happens with them.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from seedance_widgets import runtime, wire
from seedance_widgets.errors import (
    ApiError,
    ConfigurationError,
    Money,
    OfflineError,
    SeedanceError,
    StorageError,
    UncertainError,
)
from seedance_widgets.ledger import Ledger, Record, TakenOverError
from seedance_widgets.library import Library
from seedance_widgets.states import NOT_IN_HISTORY, Reason, State, describe

from .actions import Carried
from .fetching import Fetcher
from .job import Job
from .reported import error_to, reason_of, was_lost
from .ride import Connect, Keeper, Ride
from .sending import Sender
from .watching import STUMBLED, Watcher

_T = TypeVar("_T")

_log = logging.getLogger("seedance_widgets")

_SHADOW_GAP: Final = 0.5
"""Seconds between looks into the ledger at a job that another kernel carries."""

_BLIND_GAP: Final = 5.0
"""The same while the ledger cannot be read or written."""

_REFUSALS: Final = (OfflineError, ApiError, ConfigurationError)
"""The errors of a generate request that prove that no job was made. (`UncertainError` is none of them.)"""


def _may_be_made(record: Record, error: BaseException) -> bool:
    """Whether a request that ended in an error may have become a job, or has."""
    on_the_wire = record.state is State.SUBMITTING and record.reason is None
    return record.generation_id is not None or (on_the_wire and not isinstance(error, _REFUSALS))


class Carrier:
    """Carries the jobs of one connection. It implements `Actions`; these may be called from any thread."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        library: Library,
        connect: Connect,
        submit: Callable[..., Job],
        not_saved: Callable[[Job], str],
        check_again: Callable[[Job], object],
        count_again: Callable[[Job], Awaitable[Callable[[], object]]],
    ) -> None:
        """`check_again` raises where a job may not be sent once more. `count_again` is told of it before it is, and
        gives what takes that back."""
        self.submit = submit
        self._not_saved = not_saved
        self._check_again = check_again
        self._count_again = count_again
        self._keeper = Keeper(ledger)
        self._scheduler = runtime.PollScheduler()
        self._rides: dict[str, Ride] = {}
        self._sender = Sender(self._keeper, connect)
        self._fetcher = Fetcher(self._keeper, connect, library)
        self._watcher = Watcher(self._keeper, connect, self._scheduler, self._fetch, self._let_go)

    # ---- what is asked of it, from any thread

    def start(self, job: Job, *, patient: bool = False) -> None:
        """Carry a new job whose row is written. `patient`: a rate limit is waited out for as long as it takes."""
        self._ride(job).patient = patient
        runtime.call_soon(lambda: self._begin(self._ride(job), self._carry))

    def resume(self, job: Job) -> None:
        """Go on with a job from the history: follow it, fetch it, or find out that its fate is not known. Sends
        nothing. A job that a live kernel carries is watched through the ledger."""
        runtime.call_soon(lambda: self._begin(self._ride(job), self._pick_up))

    async def close(self) -> None:
        """Carry nothing any more, as at the end of a kernel: the rows stay as they are, for the next one to pick up."""
        tasks = []
        for ride in self._rides.values():
            self._watcher.unwatch(ride)
            if ride.task is not None:
                ride.task.cancel()
                tasks.append(ride.task)
        await asyncio.gather(*tasks, self._scheduler.close(), return_exceptions=True)

    def carried(self, job: Job) -> Carried:
        """Who carries a job. Looks at the lock of another kernel, where its row names one."""
        owner, ledger = job.record.owner, self._keeper.ledger
        if owner is None or not job.info.active:
            return "nowhere"
        if owner == ledger.owner:
            return "here"
        return "elsewhere" if ledger.is_alive(owner) else "nowhere"

    def forked(self) -> None:
        """For a forked child: what is under way is its parent's."""
        self._rides.clear()
        self._sender.forked()
        self._scheduler.forked()

    def cancel(self, job: Job) -> None:
        """Stop before the request is sent."""

        def act() -> None:
            ride = self._ride(job)
            if ride.cancellable() and ride.task is not None:
                ride.cancelled = True
                ride.task.cancel()

        runtime.call_soon(act)

    def catch_up(self, job: Job, record: Record) -> None:
        """Show what another kernel has done with a job: `record` is its row as it is now."""
        job.record = record
        runtime.call_soon(lambda: job.adopt(record))

    def hurry(self, job: Job) -> None:
        """Look now, or send what waits."""

        def act() -> None:
            self._ride(job).nudge.set()
            self._scheduler.nudge(job.id)

        runtime.call_soon(act)

    def stop_watching(self, job: Job) -> None:
        """Look no more; where there is nothing to look at yet, as soon as there is."""

        async def tell(ride: Ride) -> None:
            await self._keeper.change(ride, State.PROCESSING, Reason.NOT_WATCHING)

        def act() -> None:
            ride = self._ride(job)
            if ride.watching:
                self._watcher.unwatch(ride)
                runtime.submit(self._guarded(ride, tell))
            elif self.busy(job):
                ride.stopping = True

        runtime.call_soon(act)

    def watch(self, job: Job) -> None:
        """Follow again what the service knows by an id, also where the file of a finished take is gone."""

        async def act(ride: Ride) -> None:
            if ride.watching or not job.generation_id or not await self._claimed(ride):
                return
            here = job.record.state is State.COMPLETED and job.path is not None
            if job.generation_id and not here:
                made = Reason.DOWNLOADING if job.record.media else None
                lost = was_lost(job.record)
                await self._keeper.change(ride, State.PROCESSING, made, error=None)
                await self._watcher.watch(ride, 0.0, lost=lost)

        runtime.call_soon(lambda: self._begin(self._ride(job), act))

    def attach(self, job: Job, generation_id: str) -> None:
        """Follow an uncertain job under the id its owner found. ValueError for text that can be no id."""
        wanted = wire.generation_id_of(generation_id)

        async def act(ride: Ride) -> None:
            if await self._still_uncertain(ride):
                await self._keeper.change(ride, State.PROCESSING, generation_id=wanted, error=None, finished=None)
                await self._watcher.watch(ride, 0.0)

        runtime.call_soon(lambda: self._begin(self._ride(job), act))

    def send_again(self, job: Job) -> None:
        """Send an uncertain request once more; whoever calls has named the cost to the person. OverBudgetError where
        it costs more than one take may."""
        if job.record.state is State.UNCERTAIN:
            self._check_again(job)

        async def act(ride: Ride) -> None:
            if await self._still_uncertain(ride):
                take_back = await self._count_again(job)
                try:
                    await self._keeper.change(ride, State.DRAFT, None, error=None, finished=None)
                    await self._carry(ride)
                except BaseException as error:
                    if not _may_be_made(job.record, error):
                        take_back()
                    raise

        runtime.call_soon(lambda: self._begin(self._ride(job), act))

    def missed(self, job: Job) -> None:
        """Look into the ledger whether another kernel has forgotten a take whose video is gone: that is told nobody."""
        ride, now = self._ride(job), time.monotonic()
        if now >= ride.missed + _BLIND_GAP and not self.busy(job):
            ride.missed = now
            look = functools.partial(self._look_up, ride)
            runtime.call_soon(lambda: self._scheduler.follow(("missed", job.id), look))

    def not_saved(self, job: Job) -> str:
        """What of a job is not kept beyond this session, in words."""
        return self._not_saved(job)

    def mark(self, job: Job, *, starred: bool | None = None, note: str | None = None) -> None:
        """Keep a star or a note: on disk first, whichever kernel carries the job, and then in sight."""
        self._keeper.ledger.mark(job.id, starred=starred, note=note)
        job.marked(starred=starred, note=note)

    # ---- on the background loop

    def busy(self, job: Job) -> bool:
        """Whether what was asked for a job is still being done."""
        task = self._ride(job).task
        return task is not None and not task.done()

    async def erase(self, job: Job, erase: Callable[[], tuple[Record, _T]]) -> _T:
        """Let a job be removed, put back or forgotten: `erase` does it, in a thread, and gives its row and what is
        returned. Nothing else is done with the job meanwhile. SeedanceError where something is."""
        ride = self._ride(job)
        if ride.watching or self.busy(job):
            raise SeedanceError(
                "This take is still under way, so it stays in the history.",
                money=job.info.money,
                todo="Wait until it is over, or stop watching it, then ask again.",
            )

        erasing = asyncio.ensure_future(asyncio.to_thread(erase))

        async def act() -> None:
            record, _ = await erasing
            job.adopt(record)

        ride.task = asyncio.get_running_loop().create_task(act())
        ride.task.add_done_callback(lambda _task: job.changed(None))
        await asyncio.shield(ride.task)
        return erasing.result()[1]

    def _ride(self, job: Job) -> Ride:
        return self._rides.setdefault(job.id, Ride(job))

    def _begin(self, ride: Ride, step: Callable[[Ride], Awaitable[None]]) -> None:
        ride.stopping = False  # whoever asks for more wants it followed
        if ride.task is None or ride.task.done():
            ride.task = asyncio.get_running_loop().create_task(self._guarded(ride, step))
            ride.task.add_done_callback(functools.partial(self._ended, ride))

    def _ended(self, ride: Ride, task: asyncio.Task[None]) -> None:
        if task.cancelled() and ride.cancelled:  # before its first step, which would have said so
            ride.cancelled = False
            self._begin(ride, functools.partial(self._unsent, why="It was cancelled."))
        else:
            ride.job.changed(None)  # whoever waits for its end looks now

    def _fetch(self, ride: Ride) -> None:
        """Fetch the video, after whatever else is being done with the job: nobody would ask for it again."""
        if ride.task is not None and not ride.task.done():
            ride.task.add_done_callback(lambda task: None if task.cancelled() else self._fetch(ride))
        elif ride.job.reason == Reason.DOWNLOADING:
            self._begin(ride, self._fetcher.fetch)

    async def _guarded(self, ride: Ride, step: Callable[[Ride], Awaitable[None]]) -> None:
        """No step ends without the job saying so, as long as it is this kernel's to say."""
        try:
            await self._to_its_word(ride, step)
        except TakenOverError:
            self._let_go(ride)

    async def _to_its_word(self, ride: Ride, step: Callable[[Ride], Awaitable[None]]) -> None:
        try:
            await step(ride)
        except TakenOverError:
            raise
        except asyncio.CancelledError:
            if not ride.cancelled:
                raise
            ride.cancelled = False
            await self._unsent(ride, "It was cancelled.")
        except SeedanceError as error:
            await self._stopped(ride, error)
        except Exception:  # noqa: BLE001  the job says that it was stopped, and the log has all of it
            _log.exception("Job %s was stopped by a fault", ride.job.id)
            await self._stopped(ride, SeedanceError(STUMBLED))

    async def _stopped(self, ride: Ride, error: SeedanceError) -> None:
        """Where an error leaves a job. What the service may have of it decides, and only then what went wrong: a take
        that is paid for, or may be, is never called failed for a full disk."""
        record = ride.job.record
        if record.generation_id:
            error.money = Money.SPENT
            reason = Reason.NOT_SAVED if record.video_url else Reason.NOT_WATCHING
            await self._keeper.change(ride, State.PROCESSING, reason, error=error_to(error))
        elif isinstance(error, UncertainError) or record.sent or _may_be_made(record, error):
            error.money = Money.POSSIBLE
            now = time.time()
            await self._keeper.change(
                ride, State.UNCERTAIN, error=error_to(error), sent=record.sent or now, finished=now
            )
        else:
            await self._keeper.change(ride, State.FAILED, reason_of(error), error=error_to(error), finished=time.time())

    async def _unsent(self, ride: Ride, why: str) -> None:
        """The end of a job that was not sent; of one that had been sent before, that end is as uncertain as it was."""
        if ride.job.sent:
            await self._stopped(ride, UncertainError(f"{why} Its first reply was lost."))
        else:
            await self._keeper.change(ride, State.CANCELLED, detail={"said": why}, finished=time.time())

    async def _claimed(self, ride: Ride) -> bool:
        """Whether the job is for this kernel to carry. Where another carries it, what that one does is shown."""
        try:
            if await self._keeper.claim(ride):
                return True
            gap = _SHADOW_GAP
        except StorageError as error:  # whose it is cannot be told: then nothing is written over it
            _log.warning("Job %s is left alone for now: %s", ride.job.id, error.what)
            gap = _BLIND_GAP
        self._scheduler.follow(ride.job.id, functools.partial(self._shadow, ride), gap)
        return False

    async def _still_uncertain(self, ride: Ride) -> bool:
        """Whether the fate of the job is not known, here or to another kernel: looked up before it is acted upon."""
        uncertain = ride.job.record.state is State.UNCERTAIN and await self._claimed(ride)
        return uncertain and ride.job.record.state is State.UNCERTAIN

    def _let_go(self, ride: Ride) -> None:
        """Watch what another kernel does with the job: it took it over while this one seemed dead."""
        self._watcher.unwatch(ride)
        self._scheduler.follow(ride.job.id, functools.partial(self._shadow, ride), _SHADOW_GAP)

    async def _carry(self, ride: Ride) -> None:
        await self._sender.send(ride)
        await self._watcher.watch(ride)

    async def _pick_up(self, ride: Ride) -> None:
        if not ride.job.info.active or ride.watching or not await self._claimed(ride) or not ride.job.info.active:
            return
        if ride.cancellable():
            await self._unsent(ride, "The kernel ended before it was sent.")
        elif ride.job.generation_id is None:
            raise UncertainError("The kernel ended while the request was on its way.")
        else:
            await self._keeper.change(ride, State.PROCESSING, Reason.RESUMED)
            await self._watcher.watch(ride, 0.0)

    async def _look_up(self, ride: Ride) -> float | None:
        """Adopt the row of a take that was removed or forgotten. Its files go first, so its row is looked at twice."""
        try:
            found = await asyncio.to_thread(self._keeper.ledger.get, ride.job.id)
        except StorageError:
            found = None
        if found is not None and found.reason in NOT_IN_HISTORY:
            if ride.job.record.reason != found.reason:
                ride.job.adopt(found)
            return None
        return _BLIND_GAP if time.monotonic() < ride.missed + _BLIND_GAP else None

    async def _shadow(self, ride: Ride) -> float | None:
        """A look, through the ledger, at a job that another kernel carries; taken over once that kernel is gone."""
        try:
            found = await asyncio.to_thread(self._keeper.ledger.get, ride.job.id)
        except StorageError:
            return _BLIND_GAP
        if found is None:
            return None
        if found != ride.job.record:
            ride.job.adopt(found)
        if not describe(found.state, found.reason).active:
            return None
        alive = found.owner is not None and await asyncio.to_thread(self._keeper.ledger.is_alive, found.owner)
        if alive:
            return _SHADOW_GAP
        self._begin(ride, self._pick_up)
        return None
