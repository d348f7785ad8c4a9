"""The part of a `Batch` that runs on the background loop: each of its takes sent in its turn, and followed."""

from __future__ import annotations

import asyncio
import logging
import weakref
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from .errors import ConfigurationError, OverBudgetError, RateLimitedError, SeedanceError
from .settings import Connection
from .states import Reason, State
from .takes import Take

if TYPE_CHECKING:
    from .jobs import Job
    from .studio import Studio
    from .submitting import Room

_log = logging.getLogger("seedance_widgets")

_SENDING: Final = frozenset({State.DRAFT, State.UPLOADING, State.SUBMITTING})
_HOPELESS: Final = frozenset({Reason.NO_CREDITS, Reason.BAD_KEY, Reason.MODEL_GONE})
"""Why a take failed where the next one would fail the same way: it is not sent."""

_ABOUT: Final = 1.25
"""How far beyond the sum that was agreed to it may go: that was an estimate, and is not missed by a credit or two."""


class BatchRun(ABC):
    """See `Batch`, which it is a part of."""

    studio: Studio
    connection: Connection
    paused: bool
    _concurrency: int
    _changed: asyncio.Event
    _groups: list[list[Take]]
    """The takes, those that are one and the same request together."""
    _settled: list[list[Take]]
    new: bool
    _over_budget: bool
    _agreed: int | None
    """Credits up to about which it may pass the budget; None where no sum was said."""
    _cancelled: bool
    _held_back: SeedanceError | None
    """Why no more of it is sent; None where it is."""
    _room: Room | None

    @abstractmethod
    def _tell(self) -> None:
        """That something has changed."""

    @abstractmethod
    def _name(self, take: Take) -> str:
        """By which the budget keeps room for it."""

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
        over_budget = self._over_budget and await self._is_agreed(take)
        try:
            job = await self.studio.submit_async(
                take.request,
                new=self.new,
                parent=take.parent,
                max_credits=0 if take.reused else None,  # what was to cost nothing is not paid for
                over_budget=over_budget,
                patient=True,
                on=self.connection,
                out_of=self._name(take),
            )
        except SeedanceError as error:
            if isinstance(error, ConfigurationError):
                self._held_back = error
            if isinstance(error, OverBudgetError) and (take.reused or over_budget is not self._over_budget):
                error = _gone(error) if take.reused else _beyond(self._agreed)
            self._leave(group, error)
            return
        for each in group:
            each.job = job
            each.reused = each.reused or job.reused_at is not None
        self._listen(job)
        self._follow(group, job)
        self._tell()

    async def _is_agreed(self, take: Take) -> bool:
        """Whether one more is about within the sum to which somebody has agreed: takes may turn out to cost more."""
        if self._agreed is None or take.reused:
            return True
        about = await asyncio.to_thread(self.studio.estimate, take.request, self.connection)
        sent = [group[0] for group in self._groups if group[0].job is not None]
        used = sum((each.about.credits or 0) if each.credits is None else each.credits for each in sent)
        return used + (about.credits or 0) <= self._agreed * _ABOUT

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
            if self._room is not None:
                self._room.give_back(self._name(group[0]), group[0].about.credits or 0)
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


def _gone(error: OverBudgetError) -> OverBudgetError:
    """Why a take that was to cost nothing is not made."""
    about = "an unknown number of" if error.expected is None else f"about {error.expected}"
    return OverBudgetError(
        f"This take was there when all of it was priced, and is not any more. Another would use {about} credits.",
        todo="Ask for the same once more: what is missing is priced anew.",
    )


def _beyond(agreed: int | None) -> OverBudgetError:
    """Why one is not sent that costs more than was agreed to."""
    return OverBudgetError(
        f"Takes cost more than was estimated: this one would go far beyond the {agreed} credits that were agreed to.",
        todo="Ask for the same once more: what is missing is priced anew.",
    )
