"""Follows jobs at the service until they are over, each looked at when it is due."""

from __future__ import annotations

import asyncio
import functools
import logging
import math
import time
from collections.abc import Callable

from seedance_widgets import polling, wire
from seedance_widgets.errors import (
    AuthenticationError,
    JobExpiredError,
    JobFailedError,
    Money,
    NotFoundError,
    OfflineError,
    RateLimitedError,
    SeedanceError,
    StorageError,
)
from seedance_widgets.ledger import TakenOverError
from seedance_widgets.runtime import PollScheduler
from seedance_widgets.states import Reason, State

from .fetching import relative_address
from .reported import error_to
from .ride import Connect, Keeper, Ride

_log = logging.getLogger("seedance_widgets")

STUMBLED = "This package stumbled over itself; the log has the details."


class Watcher:
    """Looks at jobs; hands a finished one to `fetch`, and one that another kernel carries by now to `let_go`."""

    def __init__(
        self,
        keeper: Keeper,
        connect: Connect,
        scheduler: PollScheduler,
        fetch: Callable[[Ride], object],
        let_go: Callable[[Ride], object],
    ) -> None:
        self._keeper = keeper
        self._connect = connect
        self._scheduler = scheduler
        self._fetch = fetch
        self._let_go = let_go

    async def watch(self, ride: Ride, delay: float | None = None, *, lost: bool = False) -> None:
        """Follow a job that has an id, from `delay` seconds from now (None: when it may be done). `lost`: the service
        did not know it when it was last looked at, for long enough; not to know it once more is believed at once."""
        record = ride.job.record
        try:
            ride.durations = await asyncio.to_thread(self._keeper.ledger.durations, record.connection, record.request)
        except StorageError:  # then nobody knows how long it may take
            ride.durations = []
        ride.job.usual, ride.job.usual_runs = polling.usual_band(ride.durations), len(ride.durations)
        if ride.stopping:
            await self._keeper.change(ride, State.PROCESSING, Reason.NOT_WATCHING)
            return
        ride.watching, ride.failures = True, 0
        ride.missing, ride.missing_since = (polling.NOT_FOUND_PATIENCE, -math.inf) if lost else (0, 0.0)
        ride.watch_until = time.monotonic() + polling.WATCH_LIMIT
        first = polling.next_look(self._elapsed(ride), ride.durations) if delay is None else delay
        self._tell_next(ride, first)
        self._scheduler.follow(ride.job.id, functools.partial(self._look, ride), first)

    def unwatch(self, ride: Ride) -> None:
        """Follow it no more."""
        ride.watching = False
        ride.job.next_check = None
        self._scheduler.drop(ride.job.id)

    def _elapsed(self, ride: Ride) -> float:
        return max(0.0, time.time() - (ride.job.record.sent or time.time()))

    def _tell_next(self, ride: Ride, delay: float) -> None:
        ride.job.next_check = time.time() + delay
        ride.job.changed(None)

    async def _look(self, ride: Ride) -> float | None:
        """One look at a followed job. Returns seconds until the next, or None when there is none."""
        try:
            delay = await self._look_once(ride)
        except TakenOverError:
            self._let_go(ride)
            return None
        except Exception:  # noqa: BLE001  whatever went wrong, the job is looked at again, until its time is up
            _log.exception("A look at job %s failed", ride.job.id)
            delay = await self._stumbled(ride)
        if delay is None or not ride.watching:
            ride.job.next_check = None
            return None
        self._tell_next(ride, delay)
        return delay

    async def _stumbled(self, ride: Ride) -> float | None:
        """After a fault of this package: less and less often, and not without end."""
        ride.failures += 1
        if time.monotonic() <= ride.watch_until:
            return polling.backoff(ride.failures)
        self.unwatch(ride)
        fault = SeedanceError(STUMBLED, money=Money.SPENT, todo="Please report it, then watch the job again.")
        await self._keeper.change(ride, State.PROCESSING, Reason.NOT_WATCHING, error=error_to(fault))
        return None

    async def _look_once(self, ride: Ride) -> float | None:
        await self._keeper.catch_up(ride)
        record = ride.job.record
        try:
            client = await self._connect(ride.job.connection)
            ride.job.base_url = client.connection.base_url
            reply = await client.status(record.generation_id or "", patience=0)
        except SeedanceError as error:
            return await self._look_failed(ride, error) if ride.watching else None
        if not ride.watching:
            return None
        ride.failures = ride.missing = 0
        if reply.credits_used is not None:
            record.credits_used = record.credits_used or reply.credits_used
        if reply.progress is wire.Progress.DEAD:
            self.unwatch(ride)
            said = reply.error or reply.message or f"the job is “{reply.status}”, and no reason is given"
            money = Money.REFUNDED if reply.credits_refunded else Money.NOT_KNOWN
            failure: SeedanceError = JobFailedError(
                f"{ride.job.connection.label} could not make the video: {said}", money=money
            )
            if record.media:
                failure = JobExpiredError(
                    f"{ride.job.connection.label} has the video no more: {said}", money=Money.SPENT
                )
            await self._keeper.change(ride, State.FAILED, error=error_to(failure), finished=time.time())
            return None
        if reply.progress is wire.Progress.DONE and reply.video_url:
            self.unwatch(ride)
            await self._keeper.change(
                ride, State.PROCESSING, Reason.DOWNLOADING, video_url=relative_address(reply.video_url, client)
            )
            self._fetch(ride)
            return None
        if time.monotonic() > ride.watch_until:
            self.unwatch(ride)
            await self._keeper.change(ride, State.PROCESSING, Reason.NOT_WATCHING)
            return None
        if record.reason is not None:
            await self._keeper.change(ride, State.PROCESSING)
        return polling.next_look(self._elapsed(ride), ride.durations)

    async def _look_failed(self, ride: Ride, error: SeedanceError) -> float | None:
        ride.failures += 1
        now = time.monotonic()
        if not isinstance(error, NotFoundError):
            ride.missing = 0
        else:
            ride.missing_since = ride.missing_since if ride.missing else now
            ride.missing += 1
        believed = ride.missing >= polling.NOT_FOUND_PATIENCE and now - ride.missing_since >= polling.NOT_FOUND_TIME
        final = believed or isinstance(error, AuthenticationError)
        if final or now > ride.watch_until:
            self.unwatch(ride)
            if ride.missing:
                error.money = Money.SPENT if ride.job.record.media else Money.NOT_KNOWN
                # Found so once more, it ended when it first did: `resume` does not look for ever.
                ended = ride.job.record.finished or time.time()
                await self._keeper.change(ride, State.FAILED, Reason.NOT_FOUND, error=error_to(error), finished=ended)
            else:
                reason = Reason.BAD_KEY if isinstance(error, AuthenticationError) else Reason.NOT_WATCHING
                error.money = Money.SPENT
                await self._keeper.change(ride, State.PROCESSING, reason, error=error_to(error))
            return None
        if isinstance(error, RateLimitedError):
            reason = Reason.RATE_LIMITED
        else:
            reason = Reason.OFFLINE if isinstance(error, OfflineError) else Reason.SERVER_TROUBLE
        if ride.failures > 1 and ride.job.record.reason != reason:  # one hiccup is nobody's business
            await self._keeper.change(ride, State.PROCESSING, reason)
        return polling.backoff(ride.failures, asked=getattr(error, "retry_after", None))
