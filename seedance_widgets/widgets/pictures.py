"""Pictures and videos of takes, handed to the page that asks for those in view."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import images, library, rendering, runtime
from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.models import GuideImage

from . import protocol
from .video_push import VideoPush

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job

_log = logging.getLogger("seedance_widgets")

_MESSAGE_BYTES: Final = 2 * 1024 * 1024
"""Of the pictures of one message."""
_MOST: Final = 60
"""Pictures of one answer."""
_POSTER_BYTES: Final = 60_000
_SIDE: Final = 480
"""Pixels of a guide image that stands for a video."""

Send = Callable[[dict[str, Any], list[bytes]], object]


async def hand_posters(ids: Iterable[str], read: Callable[[str], bytes], send: Send) -> None:
    """Send the pictures of takes by their ids, a few messages where they are many; nothing for one that has none.
    `read` blocks, and so is called on another thread."""
    tokens: list[str] = []
    pictures: list[bytes] = []
    for job_id in ids:
        picture = await asyncio.to_thread(read, job_id)
        tokens.append(job_id)
        pictures.append(picture)
        if sum(map(len, pictures)) > _MESSAGE_BYTES:
            send({"kind": "posters", "takes": tokens}, pictures)
            tokens, pictures = [], []
    if tokens:
        send({"kind": "posters", "takes": tokens}, pictures)


class Pictures:
    """Those of a few jobs that a view holds: "posters", "video-want" and "video-have" of its page, with the ids of jobs
    as tokens. Several videos may be on their way at once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._pushes: dict[str, VideoPush] = {}

    async def give(self, kind: str, message: Mapping[str, Any], jobs: Iterable[Job]) -> None:
        """What a page asks for. What cannot be given is not: it shows the take without it."""
        known = {job.id: job for job in jobs}
        try:
            if kind == "posters":
                ids = [each for each in protocol.ids_of(message, "takes", _MOST) if each in known]
                await hand_posters(ids, lambda job_id: _poster(known[job_id]), self._send)
            elif (job := known.get(protocol.text_of(message, "token") or "")) is not None:
                await self._give_video(kind, job)
        except Exception:  # noqa: BLE001  a take without its picture is still a take
            _log.exception("%s could not be given", kind)

    async def _give_video(self, kind: str, job: Job) -> None:
        path, push = job.path, self._pushes.setdefault(job.id, VideoPush(self._send))
        if kind == "video-have":
            push.have(job.id)
        elif path is not None:
            size = await asyncio.to_thread(lambda: path.stat().st_size)
            push.wanted(path, rendering.Media(job.id, path.name, size))

    def stop(self) -> None:
        """Send no more. From any thread."""
        for push in tuple(self._pushes.values()):
            runtime.call_soon(push.stop)


def _poster(job: Job) -> bytes:
    """The first frame of a video that is there; of one that is not yet, the picture with which it is to begin."""
    if job.poster is not None:
        return library.small_poster(job.poster, _POSTER_BYTES)
    first = next(iter(job.request.images), None)
    if not isinstance(first, GuideImage) or first.path is None:
        return b""
    try:
        return images.thumbnail(images.load(first), longest=_SIDE)
    except (InvalidRequestError, OSError, ValueError):
        return b""
