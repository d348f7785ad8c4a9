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

    def add(self, slot: str, message: Mapping[str, Any], parts: list[bytes]) -> bytes | None:
        """Take one chunk. The whole file once it is complete, else None. ValueError for a chunk that makes no sense."""
        upload_id = protocol.text_of(message, "id")
        index, count, size = (protocol.count_of(message, name) for name in ("index", "count", "size"))
        if upload_id is None or index is None or count is None or size is None or len(parts) != 1:
            raise ValueError("not a chunk")
        if size > self._most or index >= count or count > max(1, size) or len(parts[0]) > protocol.CHUNK_BYTES:
            raise ValueError("a chunk out of bounds")
        arriving = self._arriving.get(slot)
        if arriving is None or arriving.id != upload_id:
            arriving = self._arriving[slot] = _Arriving(upload_id, count, size)
        if (arriving.count, arriving.size) != (count, size):
            raise ValueError("a chunk that contradicts the others")
        if index in arriving.chunks:
            return None
        if arriving.received + len(parts[0]) > size:
            del self._arriving[slot]
            raise ValueError("more bytes than announced")
        arriving.chunks[index] = parts[0]
        arriving.received += len(parts[0])
        if len(arriving.chunks) < count:
            return None
        del self._arriving[slot]
        if arriving.received != size:
            raise ValueError("fewer bytes than announced")
        return b"".join(arriving.chunks[place] for place in range(count))

    def forget(self, slot: str) -> None:
        """Drop what has arrived for a slot."""
        self._arriving.pop(slot, None)
