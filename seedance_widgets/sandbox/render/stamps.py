"""Small translucent pictures laid on finished frames: writing, flakes, drops."""

from __future__ import annotations

from itertools import islice

from PIL import Image

from .planes import Planes, to_planes

_LEVELS = 16


class Stamp:
    """A translucent picture laid on frames. Its size and places are made even, for half-size chroma."""

    def __init__(self, picture: Image.Image, at: tuple[int, int] = (0, 0), *, luma_only: bool = False) -> None:
        """`luma_only`: too thin to have a colour that anybody sees, and three times as fast."""
        width, height = picture.width & ~1, picture.height & ~1
        picture = picture.crop((0, 0, width, height))
        self.size = picture.size
        self._at = at
        self._planes = to_planes(picture.convert("RGB"))
        self._drawn = 1 if luma_only else 3
        alpha = picture.getchannel("A")
        half = alpha.resize((width // 2, height // 2), Image.Resampling.BOX)
        self._alphas = {
            level: tuple(mask.point([k * level // _LEVELS for k in range(256)]) for mask in (alpha, half, half))
            for level in range(1, _LEVELS + 1)
        }

    def onto(self, frame: Planes, strength: float = 1.0, at: tuple[float, float] | None = None) -> None:
        """Lay it on `frame` (in place), with its corner `at`; `strength` 0..1 fades it."""
        level = round(strength * _LEVELS)
        if level <= 0:
            return
        left, top = (int(edge) & ~1 for edge in (at or self._at))
        parts = zip((1, 2, 2), frame, self._planes, self._alphas[min(level, _LEVELS)], strict=True)
        for divisor, plane, source, alpha in islice(parts, self._drawn):
            plane.paste(source, (left // divisor, top // divisor), alpha)
