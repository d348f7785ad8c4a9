"""Writing in the picture: the sandbox mark, and the prompt as a slate."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from .planes import Planes, to_planes

_MARK_HEIGHT: Final = 0.034
"""Height of the mark as a share of the frame's shorter side: small and clear."""


class Stamp:
    """A translucent picture laid on frames at one place. Position and size are made even, for half-size chroma."""

    def __init__(self, picture: Image.Image, left: int, top: int) -> None:
        width, height = picture.width & ~1, picture.height & ~1
        picture = picture.crop((0, 0, width, height))
        self.size = picture.size
        self._at = left & ~1, top & ~1
        self._planes = to_planes(picture.convert("RGB"))
        alpha = picture.getchannel("A")
        self._alphas = (alpha, *[alpha.resize((width // 2, height // 2), Image.Resampling.BOX)] * 2)

    def onto(self, frame: Planes, strength: float = 1.0) -> None:
        """Lay it on `frame`, in place; `strength` 0..1 fades it."""
        if strength <= 0:
            return
        for divisor, plane, source, alpha in zip((1, 2, 2), frame, self._planes, self._alphas, strict=True):
            at = self._at[0] // divisor, self._at[1] // divisor
            plane.paste(source, at, alpha if strength >= 1 else alpha.point([int(k * strength) for k in range(256)]))


@lru_cache(maxsize=16)
def font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font: no system font can be taken for granted."""
    loaded = ImageFont.load_default(size=max(8, size))
    assert isinstance(loaded, ImageFont.FreeTypeFont)
    return loaded


def mark(size: tuple[int, int], take: int) -> Stamp:
    """The small pill in the lower right corner that says this is the sandbox, and which take."""
    width, height = size
    tall = max(16, round(min(size) * _MARK_HEIGHT) & ~1)
    text = "SANDBOX" if take == 1 else f"SANDBOX  take {take}"
    face = font(round(tall * 0.56))
    wide = round(face.getlength(text)) + tall
    pill = Image.new("RGBA", (4 * wide, 4 * tall), (12, 16, 24, 0))
    ImageDraw.Draw(pill).rounded_rectangle((0, 0, 4 * wide - 1, 4 * tall - 1), 2 * tall, (12, 16, 24, 150))
    pill = pill.resize((wide, tall), Image.Resampling.LANCZOS)
    ImageDraw.Draw(pill).text((wide / 2, tall / 2), text, (255, 255, 255, 235), face, anchor="mm")
    margin = round(min(size) * 0.028)
    return Stamp(pill, width - wide - margin, height - tall - margin)


def readable(text: str) -> str:
    """The text on one line, without control characters and other things no font can draw."""
    kept = (" " if character.isspace() else character for character in text)
    return " ".join("".join(c for c in kept if c == " " or unicodedata.category(c)[0] != "C").split())
