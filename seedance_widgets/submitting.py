"""The part of a `Studio` that goes from a request to a row: its images read, the budget asked, then kept."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import images, runtime, validation, wire
from .beside import Beside
from .budget import Budget, checked_limit
from .client.images import fetch_image
from .connector import Connector
from .errors import (
    ConfigurationError,
    InvalidRequestError,
    Money,
    NotFoundError,
    OverBudgetError,
    Problem,
    SeedanceError,
    StorageError,
)
from .estimate import Estimate
from .jobs import Carrier, Job
from .jobs.reported import error_to
from .ledger import ATTACHED, UNTOLD, Ledger, Record, new_id
from .library import Library
from .models import GenerationRequest, GuideImage, is_url
from .settings import SANDBOX, Connection
from .states import FETCHES, State

_PATIENCE: Final = 3.0
"""Seconds for which a service that is asked about an ID may stumble."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What would become of one request."""

    request: GenerationRequest
    """With its images read."""
    about: Estimate
    """Of a new take."""
    there: State | None
    """How the take stands that it has already; None where it has none."""
    parent: Job | None
    """The take whose end it begins with."""

    @property
    def has_take(self) -> bool:
        """It has one already, ready or on its way: asking for it costs nothing."""
        return self.there is not None


@dataclass(frozen=True, slots=True)
class Plan:
    """What would become of many requests."""

    connection: Connection
    takes: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """Room that is kept in a session's budget for takes that are asked for later."""

    give_back: Callable[[str, int], object]
    """Keep it again for a take, by its name, that was asked for and not sent."""
    let_go: Callable[[], object]
    """Keep none any more."""


def room_name(request: GenerationRequest, connection: Connection) -> str:
    """What a take is called in the rooms that are kept for it: the same request makes one take, whoever asks."""
    return f"{connection.identity} {request.fingerprint}"


def _goes_on_from(request: GenerationRequest) -> Job | None:
    """The take that stands for the first frame of a request whose images have not been read."""
    first = next(iter(request.images), None)
    return first if isinstance(first, Job) else None


class Submitting(ABC):
    """See `Studio`, which it is a part of."""

    ledger: Ledger
    library: Library
    place: Path | None
    _beside: Beside
    _budget: Budget
    _carrier: Carrier
    _connector: Connector
    _turn: asyncio.Lock
    """One begins after the other."""

    @abstractmethod
    def _job(self, record: Record, request: GenerationRequest | None = None) -> Job:
        """The one Job of a row in this kernel."""

    @abstractmethod
    def estimate(self, request: GenerationRequest, connection: Connection | None = None) -> Estimate:
        """About how many credits a request uses."""

    @abstractmethod
    def estimates(self, requests: Sequence[GenerationRequest], connection: Connection | None = None) -> list[Estimate]:
        """The same of each of many."""

    async def submit_async(
        self,
        request: GenerationRequest,
        *,
        new: bool = False,
        parent: Job | None = None,
        max_credits: int | None = None,
        over_budget: bool = False,
        rehearse: bool = False,
        patient: bool = False,
        on: Connection | None = None,
        out_of: str = "",
    ) -> Job:
        """As `submit`, on the background loop. `rehearse`: in the embedded sandbox, wherever the session talks to.
        `patient`: a rate limit is waited out for as long as it takes. `on`: on this connection or not at all. `out_of`:
        the name by which a room is kept for it in the budget, where that is not its `room_name`."""
        checked_limit(max_credits, "max_credits")
        left = on is not None and on.identity == SANDBOX != self._connector.connection.identity
        connection = self._connector.check(rehearse=rehearse or left)
        if on is not None and on.identity != connection.identity:
            raise ConfigurationError(
                f"This was to be made on {on.label}, and the session uses {connection.label} by now.",
                todo="Ask for it again.",
            )
        parent = parent or _goes_on_from(request)
        request = await self.read(request)
        record = self._record(request, connection, parent)
        if not new:
            await asyncio.to_thread(self._beside.adopt, record)
        about = await asyncio.to_thread(self.estimate, request, connection)
        await asyncio.to_thread(self._make_room, record, new)
        name = out_of or ("" if new else room_name(request, connection))
        hold = functools.partial(
            self._budget.hold, record.id, about, max_credits=max_credits, over_budget=over_budget, out_of=name
        )
        try:
            async with self._turn:  # whoever finds the row finds that it is carried
                begun = await self._begun(record, hold, reuse=not new)
                job = self._job(begun, request)
                if begun is not record and not job.info.reusable:  # its end could not be written; its row lags behind
                    await asyncio.to_thread(self.ledger.save, job.record)
                    begun = await self._begun(record, hold, reuse=not new)
                    job = self._job(begun, request)
                if begun is record:
                    self._budget.count(job, about)
                    self._carrier.start(job, patient=patient)
                    return job
        finally:
            self._budget.let_go(record.id)
        job.reused_at = record.created
        if not job.over:
            self._carrier.resume(job)
        elif FETCHES & set(job.info.actions):
            self._carrier.watch(job)
        return job

    def attach(self, generation_id: str) -> Job:
        """The take of a generation ID, as the service's dashboard shows it: that of the history, else one that is
        entered now, followed, and saved once it is ready. The service is asked whether it knows it, which costs
        nothing; nothing is sent.

        Of one that was not asked for here the service does not say what was asked. Its prompt is that of the answer if
        there is one, its size, length and sound are read from the video, and it answers no request: the same prompt
        asked for here makes a new take. Its recipe says what is known, which answers no request either.

        ValueError for text that can be no ID; SeedanceError where the service does not know it, or cannot be asked.
        """
        return runtime.block(self.attach_async(generation_id))

    async def attach_async(self, generation_id: str) -> Job:
        """As `attach`, on the background loop."""
        wanted = wire.generation_id_of(generation_id)
        known = await asyncio.to_thread(self.ledger.with_generation_id, wanted)
        if known is not None:
            return self._job(known)
        if any(row.generation_id == wanted for row in await asyncio.to_thread(self.ledger.in_trash)):
            raise SeedanceError("The take of this ID was removed.", todo="studio.restore(job) of studio.trash().")
        connection = self._connector.check()
        try:
            client = await self._connector.connect(connection)
            told = await client.status(wanted, patience=_PATIENCE)
        except NotFoundError:
            todo = "Copy it from the dashboard of the account that this session's key belongs to."
            if connection.free:
                todo = "If it is of a service, let that serve this session first: the form's connection menu."
            raise SeedanceError(f"{connection.label} knows no generation with this ID.", todo=todo) from None
        except SeedanceError as error:
            error.money = Money.NOTHING  # of a look
            raise
        record = self._record(GenerationRequest(told.prompt or UNTOLD), connection)
        record.fingerprint, record.request = f"{ATTACHED}{wanted}", {"prompt": told.prompt or UNTOLD}
        record.state, record.generation_id, record.credits_used = State.PROCESSING, wanted, told.credits_used
        record.place = None  # nobody asked for it here
        begun = await asyncio.to_thread(
            self.ledger.begin, record, reuse=True
        )  # two cells that attach it at once make one
        job = self._job(begun)
        self._carrier.resume(job)
        return job

    async def plan(
        self,
        requests: Mapping[int, GenerationRequest],
        found: Iterable[tuple[int, Problem]] = (),
        *,
        rehearse: bool = False,
    ) -> Plan:
        """What would become of many requests, by their rows: their images read, what each is estimated at, whether it
        has a take. `rehearse`: in the embedded sandbox, wherever the session talks to. InvalidRequestError with every
        problem of all rows at once; `found` are those known already."""
        connection = self._connector.check(rehearse=rehearse)
        images_read: dict[object, Any] = {}
        read: list[GenerationRequest] = []
        problems = list(found)
        for number, request in requests.items():
            keys = [
                (index, image if isinstance(image, str) else id(image)) for index, image in enumerate(request.images)
            ]
            known = [images_read.get(key, image) for key, image in zip(keys, request.images, strict=True)]
            try:
                read.append(await self.read(request.replace(images=tuple(known))))
            except InvalidRequestError as error:
                problems += ((number, problem) for problem in error.problems)
            else:
                images_read.update(zip(keys, read[-1].images, strict=True))
        validation.check_rows(problems)
        abouts = await asyncio.to_thread(self.estimates, read, connection)
        records = [self._record(request, connection) for request in read]
        have = await asyncio.to_thread(lambda: [self._beside.state_of(record) for record in records])
        parents = [_goes_on_from(request) for request in requests.values()]
        return Plan(connection, tuple(map(Planned, read, abouts, have, parents)))

    async def follow(self, request: GenerationRequest, on: Connection) -> None:
        """Look on at the take that a request with its images read has already, where that is under way: it may be of a
        kernel that is gone. Sends nothing."""
        record = self._record(request, on)
        known = await asyncio.to_thread(self.ledger.reusable, record)
        if known is not None and not (job := self._job(known, request)).over:
            self._carrier.resume(job)

    def unsent(self, request: GenerationRequest, on: Connection, error: SeedanceError | None) -> Job:
        """A job that is no more than a result: cancelled, and not in the history, since nothing was sent."""
        record = self._record(request, on)
        record.state, record.finished = State.CANCELLED, record.created
        record.error = error_to(error) if error is not None else None
        return Job(record, request, on, self._carrier, self.library)

    def keep_room(
        self,
        takes: Mapping[str, int],
        about: Estimate,
        dearest: Estimate,
        *,
        max_credits: int | None,
        over_budget: bool,
    ) -> Room:
        """Keep room in the session's budget for takes that are asked for later, each by its name (see `room_name`):
        `about` is all of them together. OverBudgetError as for `submit`; what any one may cost is asked of the
        `dearest`."""
        checked_limit(max_credits, "max_credits")
        name = f"room {new_id()}"
        self._budget.keep_room(name, takes, about, dearest, max_credits=max_credits, over_budget=over_budget)
        return Room(functools.partial(self._budget.give_back, name), functools.partial(self._budget.let_go, name))

    async def read(self, request: GenerationRequest) -> GenerationRequest:
        """The request with its images read, judged and copied into the library. InvalidRequestError with every problem
        of settings and images at once."""
        read: list[Any] = []
        found: list[Problem] = []
        for index, image in enumerate(request.images):
            try:
                read.append(await self._read_image(image, index))
            except InvalidRequestError as error:
                found += error.problems
        validation.check(request, found)
        return request.replace(images=tuple(read))

    async def _begun(self, record: Record, first: Callable[[], object], *, reuse: bool) -> Record:
        """`Ledger.begin`; a cell that is interrupted meanwhile leaves no row behind that waits for ever to be sent."""
        beginning = asyncio.ensure_future(asyncio.to_thread(self.ledger.begin, record, reuse=reuse, first=first))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            with contextlib.suppress(StorageError, OverBudgetError):
                if await beginning is record:
                    record.state, record.finished = State.CANCELLED, time.time()
                    await asyncio.to_thread(self.ledger.save, record)
            raise

    def _make_room(self, record: Record, new: bool) -> None:
        """Find a folder for the video before it is paid for. StorageError where there is none, and no take either."""
        try:
            self.library.folder("media")
        except StorageError:
            if new or self.ledger.reusable(record) is None:
                raise

    def _record(self, request: GenerationRequest, connection: Connection, parent: Job | None = None) -> Record:
        """A row for a request that is made now, and in this folder: a later cell may change to another."""
        now = time.time()
        place = None
        if self.place is not None:
            with contextlib.suppress(OSError):  # there is no current folder any more
                place = str(self.place.absolute())
        return Record(
            id=new_id(now),
            connection=connection.identity,
            label=connection.label,
            model=request.model.id,
            request=request.to_dict(),
            fingerprint=request.fingerprint,
            created=now,
            updated=now,
            parent=parent.id if parent else None,
            place=place,
        )

    async def _read_image(self, image: Any, index: int) -> Any:
        if is_url(image):
            image = await fetch_image(image)
        elif isinstance(image, GuideImage) and image.path is None:  # from a recipe: its copy may be here
            image = self.library.find_image(image)
        loaded = await asyncio.to_thread(images.load, image, index=index)
        return await asyncio.to_thread(self.library.keep_image, loaded)
