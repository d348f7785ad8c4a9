"""Weather in the air: snow, rain, bubbles, embers, leaves. It moves by itself, and a little with the camera."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .mood import Colour, colour, in_bytes
from .planes import Planes
from .stamps import Stamp


@dataclass(frozen=True, slots=True)
class _Kind:
    """How one kind of particle looks and moves; lengths in units, times in seconds."""

    number: int
    sizes: tuple[float, ...]
    paint: tuple[Colour, ...]
    fall: float
    drift: float
    flutter: float
    strength: tuple[float, float]
    streak: float = 0.0
    twinkle: bool = False
    ring: bool = False


_KINDS: Final = {
    "snow": _Kind(170, (0.0024, 0.0038, 0.0062), (colour("ffffff"),), 0.13, 0.02, 0.02, (0.4, 0.95)),
    "rain": _Kind(170, (0.0022, 0.003), (colour("dfe9f5"),), 1.5, -0.12, 0.0, (0.16, 0.42), streak=0.07),
    "bubbles": _Kind(46, (0.008, 0.013, 0.02), (colour("e6ffff"),), -0.09, 0.0, 0.015, (0.25, 0.6), ring=True),
    "embers": _Kind(
        60, (0.004, 0.006, 0.008), (colour("ffb04a"), colour("ff7a2a")), -0.16, 0.03, 0.03, (0.4, 1.0), twinkle=True
    ),
    "fireflies": _Kind(
        40, (0.008, 0.012), (colour("fff2a0"), colour("c8ff9a")), -0.01, 0.01, 0.05, (0.3, 1.0), twinkle=True
    ),
    "leaves": _Kind(
        34, (0.012, 0.017), (colour("d9822b"), colour("c2502a"), colour("e8b84a")), 0.12, 0.06, 0.06, (0.7, 1.0)
    ),
    "dust": _Kind(60, (0.003, 0.005), (colour("fff0d0"),), -0.008, 0.03, 0.02, (0.15, 0.5), twinkle=True),
}  # fmt: skip


class Particles:
    """All particles of a clip."""

    def __init__(self, name: str, size: tuple[int, int], unit: float, seed: int) -> None:
        kind = _KINDS[name]
        rng = np.random.default_rng(seed)
        self._kind, self._size, self._unit = kind, size, unit
        self._stamps = [_stamp(kind, radius * unit, paint, unit) for radius in kind.sizes for paint in kind.paint]
        number = round(kind.number * max(1.0, size[0] * size[1] / (1.78 * unit * unit)))
        self._which = rng.integers(0, len(self._stamps), number)
        self._start = rng.uniform(0, 1, (number, 2))
        self._speed = rng.uniform(0.6, 1.3, number) * (0.5 + 0.5 * (self._which + 1) / len(self._stamps))
        self._phase = rng.uniform(0, 2 * math.pi, number)
        self._rate = rng.uniform(0.4, 1.1, number)
        self._strength = rng.uniform(*kind.strength, number)

    def onto(self, frame: Planes, seconds: float, shift: tuple[float, float]) -> None:
        """Draw them on `frame`, in place, at a time; `shift` (pixels) is how far the camera moves near things."""
        kind, unit = self._kind, self._unit
        margin = 2 * max(stamp.size[1] for stamp in self._stamps)
        spans = [side + 2 * margin for side in self._size]
        wave = np.sin(2 * math.pi * self._rate * 0.5 * seconds + self._phase)
        x = self._start[:, 0] * spans[0] + (kind.drift * self._speed * seconds + kind.flutter * wave) * unit + shift[0]
        y = self._start[:, 1] * spans[1] + kind.fall * self._speed * seconds * unit + shift[1]
        strength = self._strength
        if kind.twinkle:
            strength = strength * (0.5 + 0.5 * np.sin(2 * math.pi * self._rate * seconds + self._phase * 3))
        for which, left, top, level in zip(
            self._which, x % spans[0] - margin, y % spans[1] - margin, strength, strict=True
        ):
            self._stamps[which].onto(frame, float(level), (float(left), float(top)))


def _stamp(kind: _Kind, radius: float, paint: Colour, unit: float) -> Stamp:
    pixels = max(1.0, radius)
    tall = max(pixels, kind.streak * unit)
    half = math.ceil(pixels * 2.4) + 2, math.ceil(tall + pixels) + 2
    picture = Image.new("L", (8 * half[0], 8 * half[1]))
    pen = ImageDraw.Draw(picture)
    middle = 4 * half[0], 4 * half[1]
    if kind.streak:
        lean = kind.drift / kind.fall * tall * 4
        pen.line(
            (middle[0] - lean, middle[1] - 4 * tall, middle[0] + lean, middle[1] + 4 * tall), 255, round(4 * pixels)
        )
    else:
        box = (middle[0] - 4 * pixels, middle[1] - 4 * pixels, middle[0] + 4 * pixels, middle[1] + 4 * pixels)
        if kind.ring:
            pen.ellipse(box, 60, 255, max(2, round(1.1 * pixels)))
        else:
            pen.ellipse(box, 255)
    alpha = picture.resize((2 * half[0], 2 * half[1]), Image.Resampling.BOX)
    if not kind.ring and not kind.streak:
        alpha = alpha.filter(ImageFilter.GaussianBlur(pixels * 0.35))
    stamp = Image.new("RGBA", alpha.size, (*in_bytes(paint), 255))
    stamp.putalpha(alpha)
    return Stamp(stamp, luma_only=bool(kind.streak))
