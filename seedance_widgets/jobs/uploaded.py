"""Which images the service has already: the same one is not uploaded twice in a session."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Final

Key = tuple[str, str]
"""(Where it was sent to, what was sent). An address is never used at another host than the one that gave it."""

_LIFE: Final = 3600.0
"""Seconds for which an address is used again. How long the service keeps an image is not documented; while somebody
works on one idea, an hour is long, and most uploads are spared."""


class Uploaded:
    """The addresses of images at the service, for as long as they are trusted. On the background loop only."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[str, float]] = {}
        self._locks: defaultdict[Key, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def address(self, key: Key, upload: Callable[[], Awaitable[str]]) -> str:
        """The address of an image; where none is trusted it is uploaded, by one job at a time."""
        async with self._locks[key]:
            url, since = self._known.get(key, ("", 0.0))
            if url and time.monotonic() - since < _LIFE:
                return url
            url = await upload()
            self._known[key] = url, time.monotonic()
            return url

    def forget(self, addresses: list[str]) -> None:
        """Trust these addresses no more."""
        self._known = {key: entry for key, entry in self._known.items() if entry[0] not in addresses}
