"""Files that come from the page in chunks, put together again. Bounded: nothing sent can fill the memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import protocol


@dataclass(slots=True)
class _Arriving:
    id: str
    count: int
    size: int
    chunks: dict[int, bytes] = field(default_factory=dict)
    received: int = 0


class Uploads:
    """One file at a time for each slot; a newer one takes the place of one that is not finished."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._arriving: dict[str, _Arriving] = {}
        self._given_up: dict[str, str] = {}

    def add(self, slot: str, message: Mapping[str, Any], parts: list[bytes]) -> bytes | int | None:
        """Take one chunk. The whole file once it is complete; until then how many bytes of it are here. None for what
        still comes of a file that was given up. ValueError for a chunk that makes no sense: its file is given up."""
        upload_id = protocol.text_of(message, "id")
        if upload_id is not None and upload_id == self._given_up.get(slot):
            return None
        try:
            return self._add(slot, upload_id, message, parts)
        except ValueError:
            self._give_up(slot, upload_id)
            raise

    def forget(self, slot: str) -> None:
        """Drop what has arrived for a slot, and what is still to come of it."""
        if (arriving := self._arriving.get(slot)) is not None:
            self._give_up(slot, arriving.id)

    def _add(self, slot: str, upload_id: str | None, message: Mapping[str, Any], parts: list[bytes]) -> bytes | int:
        index, count, size = (protocol.count_of(message, name) for name in ("index", "count", "size"))
        if upload_id is None or index is None or count is None or size is None or len(parts) != 1:
            raise ValueError("not a chunk")
        if size > self._most or index >= count or count > max(1, size) or len(parts[0]) > protocol.CHUNK_BYTES:
            raise ValueError("a chunk out of bounds")
        arriving = self._arriving.get(slot)
        if arriving is None or arriving.id != upload_id:
            self.forget(slot)
            arriving = self._arriving[slot] = _Arriving(upload_id, count, size)
        if (arriving.count, arriving.size) != (count, size):
            raise ValueError("a chunk that contradicts the others")
        if index in arriving.chunks:
            return arriving.received
        if arriving.received + len(parts[0]) > size:
            raise ValueError("more bytes than announced")
        arriving.chunks[index] = parts[0]
        arriving.received += len(parts[0])
        if len(arriving.chunks) < count:
            return arriving.received
        if arriving.received != size:
            raise ValueError("fewer bytes than announced")
        del self._arriving[slot]
        return b"".join(arriving.chunks[place] for place in range(count))

    def _give_up(self, slot: str, upload_id: str | None) -> None:
        self._arriving.pop(slot, None)
        if upload_id is not None:
            self._given_up[slot] = upload_id
