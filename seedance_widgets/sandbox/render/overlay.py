"""Writing in the picture: the sandbox mark, and the prompt as a slate."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .stamps import Stamp

_MARK_HEIGHT: Final = 0.036
_SLATE_LINES: Final = 3
_SLATE_SECONDS: Final = (0.15, 0.6, 2.1, 2.7)
"""When the slate begins to appear, is there, begins to go, is gone."""


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font: no system font can be taken for granted."""
    loaded = ImageFont.load_default(size=max(8, size))
    if not isinstance(loaded, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return loaded


def mark(size: tuple[int, int], take: int) -> Stamp:
    """The small pill in the upper right corner that says this is the sandbox, and which take."""
    width, _ = size
    tall = max(18, round(min(size) * _MARK_HEIGHT) & ~1)
    text = "SANDBOX" if take == 1 else f"SANDBOX  take {take}"
    face = _font(round(tall * 0.56))
    wide = round(face.getlength(text)) + tall
    pill = Image.new("RGBA", (4 * wide, 4 * tall), (12, 16, 24, 0))
    ImageDraw.Draw(pill).rounded_rectangle((0, 0, 4 * wide - 1, 4 * tall - 1), 2 * tall, (12, 16, 24, 140))
    pill = pill.resize((wide, tall), Image.Resampling.LANCZOS)
    ImageDraw.Draw(pill).text((wide / 2, tall / 2), text, (255, 255, 255, 235), face, anchor="mm")
    margin = round(min(size) * 0.03)
    return Stamp(pill, (width - wide - margin, margin))


def slate(size: tuple[int, int], prompt: str, facts: str) -> Stamp:
    """The prompt as a caption in the lower third, over a soft shade, with one line of facts above it."""
    width, height = size
    unit = min(size)
    face, small = _font(round(unit * 0.035)), _font(round(unit * 0.024))
    margin = round(unit * 0.06)
    lines = _wrapped(_readable(prompt), face, width - 2 * margin - round(unit * 0.05))
    step = round(unit * 0.048)
    tall = round(unit * 0.2) + step * len(lines)
    shade = np.zeros((tall, width, 4), np.uint8)
    shade[..., :3] = (6, 8, 14)
    shade[..., 3] = (170 * np.linspace(0, 1, tall)[:, None] ** 0.8).astype(np.uint8)
    picture = Image.fromarray(shade)
    pen = ImageDraw.Draw(picture)
    top = tall - margin - step * len(lines)
    pen.rectangle(
        (margin, top - round(unit * 0.034), margin + max(2, unit // 240), tall - margin), (255, 255, 255, 210)
    )
    left = margin + round(unit * 0.025)
    pen.text((left, top - round(unit * 0.036)), facts, (255, 255, 255, 190), small)
    for number, line in enumerate(lines):
        pen.text((left, top + step * number + round(unit * 0.004)), line, (255, 255, 255, 250), face)
    return Stamp(picture, (0, height - (tall & ~1)))


def slate_strength(seconds: float) -> float:
    """How visible the slate is at a moment of the clip, 0..1."""
    return float(np.interp(seconds, _SLATE_SECONDS, (0, 1, 1, 0)))


def _readable(text: str) -> str:
    """The text on one line, without what the font cannot draw."""
    kept = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in kept if c == " " or _drawable(c)).split())


@cache
def _drawable(character: str) -> bool:
    if unicodedata.category(character)[0] == "C":
        return False
    face = _font(20)
    return bytes(face.getmask(character)) != bytes(face.getmask("\uffff"))


def _wrapped(text: str, face: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The text in lines of at most `width` pixels; the last one ends in an ellipsis when not all of it fits."""
    lines, rest = [""], text[:600].split(" ")
    while rest:
        word = rest.pop(0)
        joined = f"{lines[-1]} {word}".strip()
        if face.getlength(joined) <= width:
            lines[-1] = joined
        elif not lines[-1]:  # a word wider than the line
            cut = next(k for k in range(len(word), 0, -1) if k == 1 or face.getlength(word[:k]) <= width)
            lines[-1] = word[:cut]
            rest.insert(0, word[cut:])
            lines.append("")
        else:
            rest.insert(0, word)
            lines.append("")
    lines = [line for line in lines if line]
    if len(lines) > _SLATE_LINES:
        last = lines[_SLATE_LINES - 1]
        while last and face.getlength(f"{last}…") > width:
            last = last[:-1]
        lines = [*lines[: _SLATE_LINES - 1], f"{last.rstrip()}…"]
    return lines
