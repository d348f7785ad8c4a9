"""From a finished job at the service to a file that is safe here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from pathlib import Path
from typing import Any, Final

from seedance_widgets import footage
from seedance_widgets import library as files
from seedance_widgets.client import AsyncSeedance
from seedance_widgets.errors import JobExpiredError, MediaError, MediaExpiredError, Money, SeedanceError, StorageError
from seedance_widgets.library import Library
from seedance_widgets.states import Reason, State

from .job import Job
from .reported import error_to
from .ride import Connect, Keeper, Ride

_log = logging.getLogger("seedance_widgets")

_AT_ONCE: Final = 3
_TRIES: Final = 3
_LENGTH: Final = 0.5
"""Seconds by which a video may miss the length that was asked for."""


class Fetcher:
    """Downloads, checks and keeps videos, a few at a time."""

    def __init__(self, keeper: Keeper, connect: Connect, library: Library) -> None:
        self._keeper = keeper
        self._connect = connect
        self._library = library
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def fetch(self, ride: Ride) -> None:
        """Download, check and keep a finished video. The job completes only once its file is safe."""
        record = ride.job.record
        path = self._library.video_path(record.id)
        finished = record.finished if record.media else None
        trouble: SeedanceError | None = None
        for _ in range(_TRIES):
            client = await self._connect(ride.job.connection)
            try:
                async with self._slots:
                    await client.download(whole_address(record.video_url or "", client), path, keep_part=True)
                    await asyncio.to_thread(_learn, ride.job, path)
                    kept = await asyncio.to_thread(self._library.keep_video, path, ride.job.recipe())
                break
            except MediaExpiredError as error:
                trouble = JobExpiredError(error.what, money=Money.SPENT)
                if fresh := await self._fresh_address(client, ride):
                    record.video_url = relative_address(fresh, client)
            except MediaError as error:
                trouble = error
            except StorageError as error:
                if not await asyncio.to_thread(self._library.has_left, path.parent, error):
                    raise
                with contextlib.suppress(OSError):  # what has come of it takes room there, and helps nobody here
                    for left in (path, *path.parent.glob(f".{path.name}.*")):
                        left.unlink(missing_ok=True)
                path, trouble = self._library.video_path(record.id), error
        else:
            trouble = trouble or MediaError("The video could not be fetched.", money=Money.SPENT)
            state, reason = (
                (State.EXPIRED, None) if isinstance(trouble, JobExpiredError) else (State.PROCESSING, Reason.NOT_SAVED)
            )
            # Found so once more, it ended when it first did: `resume` does not look for ever.
            ended = record.finished or time.time()
            await self._keeper.change(ride, state, reason, error=error_to(trouble), finished=ended)
            return
        record.media, record.media_sha256, record.poster = kept.media, kept.sha256, kept.poster
        record.finished = finished or time.time()
        placed = await asyncio.to_thread(self._put_beside, ride.job)
        await self._keeper.change(ride, State.COMPLETED, error=None, placed=placed)

    async def _fresh_address(self, client: AsyncSeedance, ride: Ride) -> str | None:
        try:
            return (await client.status(ride.job.record.generation_id or "", patience=20)).video_url
        except SeedanceError:
            return None

    def _put_beside(self, job: Job) -> str | None:
        """The copy beside the notebook. A folder that cannot be written costs the copy, not the take."""
        folder = job.record.place
        if folder is None or job.path is None:
            return None
        try:
            name = files.take_name(job.request.prompt, job.created)
            return str(self._library.place(job.path, Path(folder), name, job.recipe()))
        except (OSError, StorageError) as error:
            _log.warning("The take could not be copied to %s (%s); it is kept at %s", folder, error, job.path)
            return None


def _learn(job: Job, path: Path) -> None:
    """What was asked for by somebody else, as far as the video tells."""
    shape = footage.shape(path) if job.record.known is not None else None
    if shape is None:
        return
    model = job.request.model
    pair = next((pair for pair, size in model.pixels.items() if size == (shape.width, shape.height)), None)
    length = next((seconds for seconds in model.durations if abs(seconds - shape.seconds) < _LENGTH), None)
    told: dict[str, Any] = {"generate_audio": shape.audio}
    told |= {} if length is None else {"duration": length}
    told |= {} if pair is None else {"resolution": pair[0], "aspect_ratio": pair[1]}
    job.request = job.request.replace(**told)
    job.record.request = {**job.record.request, **told}


def relative_address(url: str, client: AsyncSeedance) -> str:
    """An address on the service's own host, without that host: an embedded sandbox has another port next time."""
    base = client.connection.base_url
    return url[len(base) :] if url.startswith(f"{base}/") else url


def whole_address(url: str, client: AsyncSeedance) -> str:
    """The inverse of `relative_address`."""
    return client.connection.base_url + url if url.startswith("/") else url
