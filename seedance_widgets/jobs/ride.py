"""A job while it is carried, and the one way it changes: on disk first, then in memory and in sight."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from seedance_widgets import runtime
from seedance_widgets.client import AsyncSeedance
from seedance_widgets.errors import StorageError
from seedance_widgets.ledger import Ledger, Record, TakenOverError, new_id
from seedance_widgets.settings import Connection
from seedance_widgets.states import Reason, State, describe

from .job import Event, Job

_T = TypeVar("_T")

Connect = Callable[[Connection], Awaitable[AsyncSeedance]]
"""Gives the client for a connection. SeedanceError where there is none now."""

_log = logging.getLogger("seedance_widgets")


@dataclass(slots=True)
class Ride:
    """A job while it is carried."""

    job: Job
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    cancelled: bool = False
    patient: bool = False
    """A rate limit is waited out for as long as it takes before it is sent."""
    unsaved: bool = False
    """Its last change could not be written."""
    watching: bool = False
    stopping: bool = False
    """It is to be looked at no more, once it could be."""
    watch_until: float = 0.0
    failures: int = 0
    missing: int = 0
    """Looks in a row at which the service did not know the job."""
    missing_since: float = 0.0
    """When the first of them was, on the monotonic clock."""
    durations: list[float] = field(default_factory=list)
    missed: float = -math.inf
    """When its row was last looked at since its video is gone, on the monotonic clock."""

    def cancellable(self) -> bool:
        """Before sending, and while a request waits to be sent (again); never while it may be on the wire."""
        return "cancel" in self.job.info.actions


class Keeper:
    """Writes the changes of jobs. Nothing else does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def claim(self, ride: Ride) -> bool:
        """Take the job over, as its row has it now, from a kernel that is gone. False where its kernel is alive."""
        found = await _to_its_end(asyncio.to_thread(self.ledger.claim, ride.job.record))
        if found is None:
            return False
        if found is not ride.job.record:
            ride.job.adopt(found)
        return True

    async def catch_up(self, ride: Ride) -> None:
        """Write what could not be written when it happened: an ID that is nowhere else, perhaps."""
        if ride.unsaved:
            async with ride.lock:
                ride.unsaved = not await self._save(replace(ride.job.record), {}, must=False)
        elif self.ledger.is_behind(ride.job.id):
            async with ride.lock:
                await _to_its_end(asyncio.to_thread(self.ledger.write_back, replace(ride.job.record)))

    async def change(
        self,
        ride: Ride,
        state: State,
        reason: Reason | None = None,
        detail: dict[str, Any] | None = None,
        *,
        must: bool = False,
        **fields: Any,
    ) -> None:
        """Change a job: first on disk, then in memory and in sight. Nobody sees a job that is over while its step still
        runs. `must`: StorageError where it cannot be written; then nothing has changed. TakenOverError, and nothing has
        changed, where another kernel carries it by now.

        What must be written before a request leaves must be in the file where the job began: a row there that says
        "not sent" of one that was would have the next kernel call it free, and make it again.

        A take that was ready once stays that: where its file is gone and could not be fetched again, it says so, and is
        neither called failed nor made again by whoever asks for the same."""
        facts = detail or {}
        async with ride.lock:
            record = ride.job.record
            if record.media and describe(state, reason).over:
                state, reason, fields["finished"] = State.COMPLETED, None, record.finished
            changes = {**fields, "state": state, "reason": reason.value if reason else None, "updated": time.time()}
            ride.unsaved = not await self._save(replace(record, **changes), facts, must=must)
            if must and record.sent is None and self.ledger.is_behind(record.id):
                raise StorageError(
                    "The history could not be written, and nothing is sent without that.",
                    todo="Ask for it once more: it is then made in memory.",
                )
            for name, value in changes.items():
                setattr(record, name, value)
        ride.job.changed(Event(record.updated, state, record.reason, facts))

    async def keep_ids(self, ride: Ride, detail: dict[str, Any], **ids: Any) -> None:
        """Write what a generate request brought back. Where this kernel was taken for dead meanwhile, the IDs go into
        the job's row if that has none yet, else, for another kernel has sent it again, into a row of their own: then
        TakenOverError."""
        try:
            return await self.change(ride, State.PROCESSING, detail=detail, **ids)
        except TakenOverError:
            _log.warning("Job %s was taken over while it became generation %s", ride.job.id, ids["generation_id"])
            found = await _to_its_end(asyncio.to_thread(self.ledger.claim, ride.job.record))
            if found is not None and found.generation_id is None:
                ride.job.adopt(found)
                with contextlib.suppress(TakenOverError):
                    return await self.change(ride, State.PROCESSING, detail=detail, error=None, finished=None, **ids)
            other = replace(
                ride.job.record, **ids, id=new_id(), parent=ride.job.id, state=State.PROCESSING, reason=None,
                updated=time.time(), error=None, finished=None,
            )  # fmt: skip
            await _to_its_end(asyncio.to_thread(self.ledger.begin, other, reuse=False))
            raise

    async def _save(self, record: Record, detail: dict[str, Any], *, must: bool) -> bool:
        """Write a row. Whether it is written."""
        if must and runtime.leaving():  # nothing is sent any more: nobody would be there to take the reply
            raise asyncio.CancelledError
        try:
            await _to_its_end(asyncio.to_thread(self.ledger.save, record, detail))
        except TakenOverError:
            raise
        except StorageError:
            if must:
                raise
            known = f" (generation ID {record.generation_id})" if record.generation_id else ""
            _log.exception("Job %s is %s%s, and that could not be written", record.id, record.state.value, known)
            return False
        return True


async def _to_its_end(writing: Awaitable[_T]) -> _T:
    """Await what writes in a thread, to its end even where the step is cut short: the thread would write later than
    those who come after, or hold again what its kernel has let go of."""
    task = asyncio.ensure_future(writing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # nobody is left to be told; unasked for, asyncio would log it
        raise
