"""Values as they are typed after a name: `move=static,"slow dolly-in, then hold"`, in the way of CSV. Pure."""

from __future__ import annotations

import re
from typing import Final

QUOTES: Final = ("'", '"')
NAMED: Final = re.compile(r"([\w-]+)=")


class OpenQuoteError(ValueError):
    """A quote that is never closed."""


def inline(text: str, place: int) -> tuple[list[tuple[str, bool]], int]:
    """The values that stand at a place, up to the first space outside quotes, and where they end. Each comes with
    whether it was quoted: then commas and spaces are part of it, and a quote that is doubled is a quote."""
    found: list[tuple[str, bool]] = []
    while True:
        value, quoted, place = _one(text, place, r"[^\s,]*")
        found.append((value, quoted))
        if text[place : place + 1] != ",":
            return found, place
        place += 1


def whole(text: str) -> list[tuple[str, bool]]:
    """The values of a text that holds nothing else: there may be spaces around and inside them."""
    found: list[tuple[str, bool]] = []
    place = 0
    while True:
        place += len(text[place:]) - len(text[place:].lstrip())
        value, quoted, place = _one(text, place, r"[^,]*")
        rest = text[place:].partition(",")
        found.append((f"{value}{rest[0]}".strip(), quoted))
        place += len(rest[0]) + 1
        if not rest[1]:
            return found


def pairs(text: str) -> dict[str, str] | None:
    """`subject="A red fox" light=dusk` as names and values; None for text that is anything else."""
    found: dict[str, str] = {}
    place = 0
    while text[place:].strip():
        place += len(text[place:]) - len(text[place:].lstrip())
        name = NAMED.match(text, place)
        if name is None or not name[1].isidentifier():
            return None
        found[name[1]], _, place = _one(text, name.end(), r"\S*")
        if text[place : place + 1].strip():
            return None
    return found


def _one(text: str, place: int, bare: str) -> tuple[str, bool, int]:
    quote = text[place : place + 1]
    if quote not in QUOTES:
        match = re.compile(bare).match(text, place)
        assert match is not None  # noqa: S101  it may be empty
        return match[0], False, match.end()
    inside = re.compile(f"{quote}((?:[^{quote}]|{quote}{quote})*){quote}").match(text, place)
    if inside is None:
        raise OpenQuoteError(text[place : place + 40])
    return inside[1].replace(quote * 2, quote), True, inside.end()
