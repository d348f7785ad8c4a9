"""The recipe of a take inside its own video: one more box at the end of the MP4, which players pass over.

No library is needed to read a recipe, and the picture is not touched.
"""

from __future__ import annotations

import json
import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

_KIND: Final = bytes.fromhex("5eeda9ce0f114e0d8a5c2b7d4c1b9e63")
"""What says that a `uuid` box is ours (ISO 14496-12 leaves such boxes to whoever names them)."""

_HEADER: Final = struct.Struct(">I4s")
_LONG: Final = struct.Struct(">Q")
_MOST: Final = 1 << 16
"""Bytes of a recipe at most: the longest prompt, escaped, has half of that."""
_MOST_BOXES: Final = 1_000
"""Of a file, at top level: a clip has four, and two a frame where it is cut into fragments."""


def box(recipe: Mapping[str, Any]) -> bytes:
    """The box that holds a recipe, to be put behind the last byte of an MP4."""
    payload = _KIND + json.dumps(recipe, ensure_ascii=True).encode()
    return _HEADER.pack(_HEADER.size + len(payload), b"uuid") + payload


def can_hold(file: BinaryIO) -> bool:
    """Whether a box may be put behind the last byte: the file is a whole MP4, and its last box says where it ends."""
    end = file.seek(0, 2)
    place = 0
    first = b""
    for kind, start, size in _boxes(file, end):
        first = first or kind
        place = start + size if size else -1
    return first == b"ftyp" and place == end


def find(file: BinaryIO) -> dict[str, Any] | None:
    """The last recipe in a file, None where there is none. Never fails on a file that is damaged or hostile."""
    end = file.seek(0, 2)
    found: dict[str, Any] | None = None
    for kind, start, size in list(_boxes(file, end)):
        if kind != b"uuid" or not _HEADER.size + len(_KIND) < size <= _MOST:
            continue
        file.seek(start + _HEADER.size)
        payload = file.read(size - _HEADER.size)
        recipe = _read(payload[len(_KIND) :]) if payload.startswith(_KIND) else None
        found = found if recipe is None else recipe
    return found


def of_file(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The recipe of a video: the one inside the MP4, else the JSON beside it. Takes that JSON too. OSError where there
    is no such file, ValueError where it holds no recipe."""
    given = Path(path)
    beside = given.with_suffix(".json")
    found = None
    if given != beside:
        with given.open("rb") as file:
            found = find(file)
    if found is None and (given == beside or beside.exists()):
        with beside.open("rb") as file:
            found = read(file)
    if found is None:
        raise ValueError(f"{given.name} holds no recipe: it was not made here, or another program saved it.")
    return found


def read(file: BinaryIO) -> dict[str, Any] | None:
    """A recipe from a file of its own (JSON), None where it holds none."""
    return _read(file.read(_MOST))


def _read(payload: bytes) -> dict[str, Any] | None:
    try:
        recipe = json.loads(payload)
    except (ValueError, RecursionError):
        return None
    return recipe if isinstance(recipe, dict) else None


def _boxes(file: BinaryIO, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start, size) of the boxes at top level, up to the first that makes no sense; size 0 where a box does not
    say where it ends."""
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        header = file.read(_HEADER.size)
        if len(header) < _HEADER.size:
            return
        size, kind = _HEADER.unpack(header)
        least = _HEADER.size
        if size == 1:
            longer = file.read(_LONG.size)
            if len(longer) < _LONG.size:
                return
            (size,) = _LONG.unpack(longer)
            least += _LONG.size
        if size == 0:
            yield kind, place, 0
            return
        if size < least or place + size > end:
            return
        yield kind, place, size
        place += size
