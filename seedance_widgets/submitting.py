"""The part of a `Studio` that goes from a request to a row: its images read, the budget asked, then kept."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import images, validation
from .beside import Beside
from .budget import Budget
from .client.images import fetch_image
from .connector import Connector
from .errors import InvalidRequestError, OverBudgetError, Problem, StorageError
from .estimate import Estimate
from .jobs import Carrier, Job
from .ledger import Ledger, Record, new_id
from .library import Library
from .models import GenerationRequest, GuideImage, is_url
from .settings import Connection
from .states import FETCHES, State


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

    async def submit_async(
        self,
        request: GenerationRequest,
        *,
        new: bool = False,
        parent: Job | None = None,
        max_credits: int | None = None,
        over_budget: bool = False,
        rehearse: bool = False,
    ) -> Job:
        """As `submit`, on the background loop. `rehearse`: in the embedded sandbox, wherever the session talks to."""
        connection = self._connector.check(rehearse=rehearse)
        if parent is None and request.images and isinstance(request.images[0], Job):
            parent = request.images[0]
        request = await self.read(request)
        record = self._record(request, connection, parent)
        if not new:
            await asyncio.to_thread(self._beside.adopt, record)
        about = await asyncio.to_thread(self.estimate, request, connection)
        await asyncio.to_thread(self._make_room, record, new)
        hold = functools.partial(self._budget.hold, record.id, about, max_credits=max_credits, over_budget=over_budget)
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
                    self._carrier.start(job)
                    return job
        finally:
            self._budget.let_go(record.id)
        job.reused_at = record.created
        if not job.over:
            self._carrier.resume(job)
        elif FETCHES & set(job.info.actions):
            self._carrier.watch(job)
        return job

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
