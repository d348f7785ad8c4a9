"""Where a guide image is cut to the shape of the video. Pure arithmetic; `images.cut` does it.

A crop is as large as the picture allows, so it can move along one side only. Where it lies is kept as the point of the
picture at its middle, in fractions: the same point serves when another shape is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels of the upright picture."""
Point = tuple[float, float]
"""Across and down, each from 0 to 1."""

CENTRE: Final[Point] = (0.5, 0.5)
"""Where a crop lies until it is moved, and where the service is said to cut what it is given uncut (upstream)."""

_SAME_SHAPE: Final = 0.025
"""How far from a ratio still counts as it. The clips themselves are up to 2 % off theirs (864 x 496 is called 16:9),
and the last frame of one is the first of the next, uncut."""

_SIDE_MAX: Final = 1 << 20
"""Pixels: more than any picture has. A recipe may claim what it likes."""

_FAR: Final = 0.1
"""From where on another ratio is proposed: that part of the picture would be cut off."""


def value(ratio: object) -> float | None:
    """Width / height of a ratio in words ("16:9"); None for what is none."""
    across, _, down = ratio.partition(":") if isinstance(ratio, str) and len(ratio) < 10 else ("", "", "")
    if not (across.isdecimal() and down.isdecimal() and int(across) and int(down)):
        return None
    return int(across) / int(down)


def box(width: int, height: int, ratio: str, at: Point | None = None) -> Box | None:
    """What of a picture is used for a ratio; None where that is all of it, or the ratio is none."""
    wanted = value(ratio)
    if (
        wanted is None
        or not (0 < width < _SIDE_MAX and 0 < height < _SIDE_MAX)
        or abs(width / height / wanted - 1) < _SAME_SHAPE
    ):
        return None
    across, down = at or CENTRE
    if width / height > wanted:
        wide = max(1, round(height * wanted))
        left = _place(across, wide, width)
        return left, 0, left + wide, height
    high = max(1, round(width / wanted))
    top = _place(down, high, height)
    return 0, top, width, top + high


def moved(width: int, height: int, ratio: str, at: Point | None) -> Box | None:
    """The box where it differs from the one at the centre; None where moving it changed nothing."""
    found = box(width, height, ratio, at)
    return None if found == box(width, height, ratio) else found


def point(given: object) -> Point:
    """A place of a crop from outside. ValueError for what is none."""
    if isinstance(given, (list, tuple)) and len(given) == 2:
        across, down = given
        if all(type(part) in (int, float) and math.isfinite(part) and 0 <= part <= 1 for part in given):
            return float(across), float(down)
    raise ValueError("A crop lies at two numbers from 0 to 1: across and down.")


def nearest(width: int, height: int, ratios: Iterable[str]) -> str:
    """The ratio closest to a picture's."""
    shape = math.log(width / height)
    return min(ratios, key=lambda ratio: abs(shape - math.log(value(ratio) or math.inf)))


def proposal(width: int, height: int, ratio: str, ratios: Iterable[str]) -> str:
    """A ratio that keeps more of a picture, where the chosen one would cut off much of it; else empty."""
    cut = box(width, height, ratio)
    if cut is None:
        return ""
    kept = (cut[2] - cut[0]) * (cut[3] - cut[1]) / (width * height)
    best = nearest(width, height, ratios)
    return best if best != ratio and 1 - kept > _FAR else ""


def _place(middle: float, part: int, whole: int) -> int:
    return min(max(0, round(middle * whole - part / 2)), whole - part)
