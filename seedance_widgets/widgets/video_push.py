"""Sends a finished video to the page unasked: a page's questions wait while a cell keeps the kernel busy."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import library
from seedance_widgets.rendering import Media

from .protocol import CHUNK_BYTES

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job

_log = logging.getLogger("seedance_widgets")

_AGAIN_AFTER: Final = (2.0, 4.0)
"""Seconds to wait for "have" before sending again: the page may have been loading its script."""


def saved_video(job: Job) -> Media | None:
    """The video of a job as a page is told of it; None where it is not on this machine."""
    path = job.path
    try:
        size = path.stat().st_size if path is not None else 0
    except OSError:
        size = 0
    if not size:
        return None
    placed = job.placed
    name = placed.name if placed is not None else f"{library.take_name(job.request.prompt, job.created)}.mp4"
    return Media(token=job.media_sha256 or f"{job.id}-{size}", name=name, size=size)


class VideoPush:
    """Pushes one file at a time over a widget's messages. Belongs to the background loop."""

    def __init__(
        self, send: Callable[[dict[str, Any], list[bytes]], object], waits: tuple[float, ...] = _AGAIN_AFTER
    ) -> None:
        self._send = send
        self._waits = waits
        self._had: set[str] = set()
        self._got = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._sending = ""

    def push(self, path: Path, media: Media) -> None:
        """Send a file that has just been finished, again and again until a page has it, three times at most."""
        self._start(media.token, self._insist(path, media))

    def wanted(self, path: Path, media: Media) -> None:
        """A page that opened late asks for the file."""
        if self._sending != media.token:  # what is being sent reaches that page too; it asks again for what it missed
            self._start(media.token, self._once(path, media))

    def have(self, token: str) -> None:
        """A page has the file."""
        self._had.add(token)
        self._got.set()

    def stop(self) -> None:
        """Send no more."""
        if self._task is not None:
            self._task.cancel()

    def _start(self, token: str, work: Any) -> None:
        self.stop()
        self._sending = token
        self._task = asyncio.get_running_loop().create_task(self._guarded(work))

    async def _guarded(self, work: Any) -> None:
        task = asyncio.current_task()
        try:
            await work
        except OSError as error:
            _log.warning("A video could not be shown: %s", error)
        finally:
            if self._task is task:
                self._sending = ""

    async def _insist(self, path: Path, media: Media) -> None:
        await self._once(path, media)
        self._sending = ""
        for wait in self._waits:
            self._got.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait):
                    while media.token not in self._had:
                        await self._got.wait()
                        self._got.clear()
            if media.token in self._had:
                return
            await self._once(path, media)

    async def _once(self, path: Path, media: Media) -> None:
        count = max(1, -(-media.size // CHUNK_BYTES))
        facts = {"token": media.token, "count": count, "size": media.size, "type": media.type}
        with path.open("rb") as file:
            for index in range(count):
                chunk = await asyncio.to_thread(file.read, CHUNK_BYTES)
                if index < count - 1 and len(chunk) < CHUNK_BYTES:
                    raise OSError(f"{path} is shorter than it was")
                self._send({"kind": "video-chunk", "index": index, **facts}, [chunk])
