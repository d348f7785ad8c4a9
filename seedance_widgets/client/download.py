"""Fetch one video to a file: streamed, resumed by Range, checked for size, never with the key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import httpx

from seedance_widgets import polling
from seedance_widgets.errors import MediaError, MediaExpiredError, Money, StorageError

from . import addresses
from .exchange import NoAnswerError, opened, pieces
from .part import LEAST, Kind, Part

Progress = Callable[[int, int | None], object]
"""Called with bytes received and, where known, bytes in all."""

SIZE_CAP: Final = 1 << 30
"""Bytes of a video at most: the longest 1080p clip has some tens of megabytes."""

_REDIRECTS: Final = 5
_REFUSALS: Final = 4
"""Times in a row an address may answer 4xx, or with something that is no video, before that is believed."""

_STALL_WINDOW: Final = 15.0
_STALL_BYTES: Final = 32 * 1024
"""A line that brings less than this in a window (seconds) is dripping: dropped, and resumed on a new one."""


class _TryAgainError(Exception):
    def __init__(self, why: str, *, asked: float | None = None, refused: bool = False, status: int = 0) -> None:
        super().__init__(why)
        self.asked, self.refused, self.status = asked, refused, status


@dataclass(slots=True)
class Download:
    """One download; `run` it once."""

    client: httpx.AsyncClient
    url: str
    path: Path
    base_url: str
    progress: Progress | None = None
    keep_part: bool = False
    _address: str = field(default="", init=False)

    async def run(self, timeout: float) -> Path:
        """Fetch within `timeout` seconds. MediaError where it cannot be had, StorageError where it cannot be written;
        then `path` is as it was before."""
        try:
            with Part(self.path, self.url, keep=self.keep_part) as part:
                await self._all(part, asyncio.get_running_loop().time() + timeout)
                part.finish()
        except OSError as error:  # no answer of a server becomes one: this is the disk
            why = error.strerror or type(error).__name__
            what = f"The video cannot be written to {self.path}: {why}."
            raise StorageError(what, money=Money.SPENT, code=error.errno) from None
        return self.path

    async def _all(self, part: Part, end: float) -> None:
        """Try until the file is whole."""
        loop = asyncio.get_running_loop()
        failures = refusals = 0
        while True:
            before = part.received
            try:
                return await self._attempt(part, end)
            except _TryAgainError as again:
                failures = 1 if part.received > before else failures + 1
                refusals = refusals + 1 if again.refused else 0
                pause = polling.backoff(failures, asked=again.asked)
                reason, status = str(again), again.status
            if refusals >= _REFUSALS or loop.time() + pause > end:
                raise _unavailable(reason, status)
            await asyncio.sleep(pause)

    async def _attempt(self, part: Part, end: float) -> None:
        self._address = self.url
        for _ in range(_REDIRECTS):
            try:
                async with asyncio.timeout_at(end):
                    await addresses.check(self._address, self.base_url)
            except TimeoutError:
                raise _TryAgainError("The name of the video's host was not found in time.") from None
            if await self._fetch(part, end):
                return
        raise MediaError("The address of the video redirects without end.", money=Money.SPENT)

    async def _fetch(self, part: Part, end: float) -> bool:
        """One request. True when the file is whole, False after a redirect (a new address to check and ask)."""
        headers = {}
        if part.received and part.kind.validator:
            headers = {"Range": f"bytes={part.received}-", "If-Range": part.kind.validator}
        try:
            async with opened(
                self.client,
                lambda more: self.client.build_request("GET", self._address, headers=headers, extensions=more),
                deadline=min(end, asyncio.get_running_loop().time() + polling.REQUEST_LIMIT),
            ) as response:
                if 300 <= response.status_code < 400 and response.headers.get("location"):
                    self._address = _join(self._address, response.headers["location"])
                    return False
                self._begin(response, part)
                await self._read(response, part, end)
                return True
        except NoAnswerError as error:
            why = error.why
        except (httpx.HTTPError, httpx.StreamError, TimeoutError):
            why = "the connection broke"
        raise _TryAgainError(f"The video did not arrive whole: {why}.")

    def _begin(self, response: httpx.Response, part: Part) -> None:
        code = response.status_code
        if code == 206 and part.received and _continues(response, part):
            return
        if code in (206, 416):  # not the part that was asked for: begin again
            part.begin(Kind())
            raise _TryAgainError("The server sent another part of the video than was asked for.")
        if code != 200:
            clock = polling.http_date(response.headers.get("date"))
            asked = polling.retry_after(response.headers.get("retry-after"), clock)
            refused = 400 <= code < 500 and code != 429
            raise _TryAgainError(f"The server answered HTTP {code}.", asked=asked, refused=refused, status=code)
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise _TryAgainError("The server sent the video packed in a way that was not asked for.", refused=True)
        total = _number(response.headers.get("content-length", ""))
        etag = response.headers.get("etag", "")
        strong = etag if etag and not etag.startswith("W/") else ""
        part.begin(Kind(strong or response.headers.get("last-modified"), total))
        if total is not None and total > SIZE_CAP:
            raise _too_large(part)

    async def _read(self, response: httpx.Response, part: Part, end: float) -> None:
        loop = asyncio.get_running_loop()
        window_end, window_bytes = min(end, loop.time() + _STALL_WINDOW), 0
        # As the bytes come: chunks of a size of one's own lose what had come of the next one when the line breaks.
        chunks = pieces(response)
        head = b"" if part.received == 0 else None
        total = part.kind.total
        while True:
            async with asyncio.timeout_at(window_end):
                chunk = await anext(chunks, None)
            if chunk is None:
                break
            if head is not None and len(head) < LEAST:
                head += chunk[:LEAST]
                if len(head) >= 8 and not _may_be_video(head, response.headers):
                    raise _TryAgainError("What the server sent is no video.", refused=True)
            part.write(chunk)
            window_bytes += len(chunk)
            if part.received > SIZE_CAP:
                raise _too_large(part)
            if self.progress is not None:
                self.progress(part.received, total)
            if window_bytes >= _STALL_BYTES:
                window_end, window_bytes = min(end, loop.time() + _STALL_WINDOW), 0
        if total is not None and part.received < total:
            raise _TryAgainError("The video broke off.")
        if part.received < 8:
            raise _TryAgainError("What the server sent is no video.", refused=True)


def _join(address: str, location: str) -> str:
    try:
        return urljoin(address, location)
    except ValueError:
        raise MediaError("The address of the video redirects to one that is none.", money=Money.SPENT) from None


def _continues(response: httpx.Response, part: Part) -> bool:
    """Whether a 206 goes on where the part ends, with the same file: not every server minds If-Range."""
    place, _, total = response.headers.get("content-range", "").removeprefix("bytes ").partition("/")
    named = "etag" if (part.kind.validator or "").startswith('"') else "last-modified"
    return (
        _number(place.split("-", 1)[0]) == part.received
        and response.headers.get(named, part.kind.validator) == part.kind.validator
        and (part.kind.total is None or _number(total) in (None, part.kind.total))
    )


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _too_large(part: Part) -> MediaError:
    part.begin(Kind())  # nothing to go on from
    return MediaError(f"The video is larger than {SIZE_CAP >> 20} MB. It was not fetched.", money=Money.SPENT)


def _may_be_video(start: bytes, headers: Any) -> bool:
    """MP4 or WebM by its first bytes, or said to be a video and not looking like a page or JSON."""
    if start[4:8] == b"ftyp" or start.startswith(b"\x1a\x45\xdf\xa3"):
        return True
    said = str(headers.get("content-type", "")).lower().startswith("video/")
    return said and start.lstrip()[:1] not in (b"<", b"{", b"[")


def _unavailable(reason: str, status: int) -> MediaError:
    if status in (403, 404, 410):
        return MediaExpiredError("The address of the video has expired.", money=Money.SPENT, todo="Ask for a new one.")
    return MediaError(reason, money=Money.SPENT, todo="Try again later: the job is kept.")
