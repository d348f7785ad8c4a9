"""A job while it is carried, and the one way it changes: on disk first, then in sight."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from seedance_widgets.client import AsyncSeedance
from seedance_widgets.errors import StorageError
from seedance_widgets.ledger import Ledger
from seedance_widgets.settings import Connection
from seedance_widgets.states import Reason, State

from .job import Event, Job

Connect = Callable[[Connection], Awaitable[AsyncSeedance]]
"""Gives the client for a connection. SeedanceError where there is none now."""

_log = logging.getLogger("seedance_widgets")

_BEFORE_SENDING: Final = (State.DRAFT, State.UPLOADING)


@dataclass(slots=True)
class Ride:
    """A job while it is carried."""

    job: Job
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    nudge: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None
    cancelled: bool = False
    watching: bool = False
    watch_until: float = 0.0
    failures: int = 0
    missing: int = 0
    durations: list[float] = field(default_factory=list)

    def cancellable(self) -> bool:
        """Before sending, and while a request waits to be sent (again); never while it may be on the wire."""
        record = self.job.record
        return record.state in _BEFORE_SENDING or (record.state is State.SUBMITTING and record.reason is not None)


class Keeper:
    """Writes the changes of jobs. Nothing else does."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    async def claim(self, ride: Ride) -> bool:
        """Take the job over from a kernel that is gone. False where its kernel is alive."""
        return await asyncio.to_thread(self.ledger.claim, ride.job.record)

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
        """Change a job: first in memory and on disk, then in sight. `must`: StorageError where it cannot be written."""
        record = ride.job.record
        record.state, record.reason = state, reason.value if reason else None
        for name, value in fields.items():
            setattr(record, name, value)
        facts = detail or {}
        async with ride.lock:
            record.updated = time.time()
            try:
                await asyncio.to_thread(self.ledger.save, replace(record), facts)
            except StorageError:
                if must:
                    raise
                _log.exception("Job %s is %s, and that could not be written", record.id, state.value)
        ride.job.changed(Event(record.updated, state, record.reason, facts))
