"""How two prompts differ, word by word; and what settings differ between takes."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import groupby
from typing import Final, Literal, NamedTuple

from seedance_widgets.models import GenerationRequest, GuideImage

Kind = Literal["same", "removed", "added"]


class Piece(NamedTuple):
    """A stretch of words with one fate."""

    kind: Kind
    text: str


class Setting(NamedTuple):
    """One setting of one request, as people read it."""

    name: str
    """Which it is: the same for all requests."""
    label: str
    """"Duration"."""
    text: str
    """"8 s"."""
    brief: str
    """The same where no label stands beside it: "fixed lens off". Empty where it is not worth a mention."""
    identity: str
    """Two with the same are the same."""


_MOST_PAIRS: Final = 1_000_000
"""Pairs of equal words up to which two prompts are compared word by word; a second or so on a slow machine. Only texts
that repeat themselves hundreds of times reach it."""

_JOINER: Final = "\u200d"
_WITHOUT_SPACES: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals of CJK
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
"""Scripts that put no spaces between words: each character counts as a word."""


def word_diff(before: str, after: str) -> list[Piece]:
    """How to get from one text to the other, in whole words. The pieces that are not `added` make up the first text,
    those that are not `removed` the second, to the letter."""
    old, new = list(words(before)), list(words(after))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = old[start : len(old) - end], new[start : len(new) - end]
    pieces = [Piece("same", word) for word in old[:start]]
    pieces += _changes(*middle)
    pieces += [Piece("same", word) for word in old[len(old) - end :]]
    return _joined(_bridged(_joined(pieces)))


def words(text: str) -> Iterator[str]:
    """Words, marks and runs of spaces: together they are the text. What is one character to a reader (an emoji of
    several code points, a letter with its accent) is never cut."""
    for kind, group in groupby(_characters(text), key=_kind_of):
        if kind in ("word", "space"):
            yield "".join(group)
        else:
            yield from group


def settings_of(request: GenerationRequest) -> list[Setting]:
    """The settings of a request, in the order of the form."""
    rows = [
        _plain("aspect_ratio", "Aspect ratio", str(request.aspect_ratio)),
        _plain("resolution", "Resolution", str(request.resolution)),
        _plain("duration", "Duration", f"{request.duration} s"),
        _switch("generate_audio", "Native audio", on=request.generate_audio, brief=("sound", "no sound")),
        _switch("fixed_lens", "Fixed lens", on=request.fixed_lens, brief=("fixed lens", "fixed lens off")),
        _switch("prompt_directory_optin", "Share prompt", on=request.prompt_directory_optin, brief=("shared", "")),
    ]
    for index, label in enumerate(("First frame", "Last frame")):
        rows.append(_image(request, index, label))
    return rows


def _plain(name: str, label: str, text: str) -> Setting:
    return Setting(name, label, text, text, text)


def _switch(name: str, label: str, *, on: bool, brief: tuple[str, str]) -> Setting:
    return Setting(name, label, "on" if on else "off", brief[0] if on else brief[1], str(bool(on)))


def _image(request: GenerationRequest, index: int, label: str) -> Setting:
    name = label.lower().replace(" ", "_")
    if index >= len(request.images):
        return Setting(name, label, "none", "", "")
    image = request.images[index]
    if not isinstance(image, GuideImage):
        return Setting(name, label, str(image), f"{label.lower()} {image}", str(image))
    moved = ", moved crop" if " " in image.identity(request.aspect_ratio) else ""
    return Setting(name, label, image.name + moved, image.name, image.identity(request.aspect_ratio))


def _common(old: Sequence[str], new: Sequence[str]) -> int:
    count = 0
    for one, other in zip(old, new, strict=False):
        if one != other:
            break
        count += 1
    return count


def _changes(old: list[str], new: list[str]) -> Iterator[Piece]:
    theirs = Counter(new)
    if sum(count * theirs[word] for word, count in Counter(old).items()) > _MOST_PAIRS:
        yield Piece("removed", "".join(old))
        yield Piece("added", "".join(new))
        return
    for _, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i1:i2] == new[j1:j2]:
            yield Piece("same", "".join(old[i1:i2]))
            continue
        yield Piece("removed", "".join(old[i1:i2]))
        yield Piece("added", "".join(new[j1:j2]))


def _joined(pieces: Iterable[Piece]) -> list[Piece]:
    """Between two stretches that stay, what is removed is one piece, and what is added one more."""
    found: list[Piece] = []
    for stays, group in groupby(pieces, key=lambda piece: piece.kind == "same"):
        held = list(group)
        kinds: tuple[Kind, ...] = ("same",) if stays else ("removed", "added")
        for kind in kinds:
            text = "".join(piece.text for piece in held if piece.kind == kind)
            if text:
                found.append(Piece(kind, text))
    return found


def _bridged(pieces: Sequence[Piece]) -> Iterator[Piece]:
    """A space alone between two changes is no stretch that stays: "cold teal" is replaced, not "cold" and "teal"."""
    for index, piece in enumerate(pieces):
        inside = 0 < index < len(pieces) - 1
        if piece.kind == "same" and piece.text.isspace() and "\n" not in piece.text and inside:
            yield Piece("removed", piece.text)
            yield Piece("added", piece.text)
        else:
            yield piece


def _characters(text: str) -> Iterator[str]:
    """Characters as readers count them, near enough: marks, joiners, skin tones and flags stay with their letter."""
    held = ""
    for letter in text:
        if held and _belongs(held, letter):
            held += letter
            continue
        if held:
            yield held
        held = letter
    if held:
        yield held


def _belongs(held: str, letter: str) -> bool:
    if held[-1] == _JOINER or letter == _JOINER:
        return not held.isspace()
    if unicodedata.category(letter) in ("Mn", "Me", "Mc") or "\U0001f3fb" <= letter <= "\U0001f3ff":
        return not held.isspace()
    return _is_flag(letter) and len(held) == 1 and _is_flag(held)


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _kind_of(character: str) -> str:
    first = character[0]
    if first.isspace():
        return "space"
    if any(low <= ord(first) <= high for low, high in _WITHOUT_SPACES):
        return "alone"
    return "word" if first.isalnum() or first in "_'\u2019-\u2010\u2011" else "mark"
