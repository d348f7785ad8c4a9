"""A scene is made of layers at different depths; the camera's pose says where each of them is seen."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from .camera import Pose
from .planes import Planes, to_planes

if TYPE_CHECKING:
    import numpy.typing as npt

_STRIP: Final = 64
"""Columns looked at together for whether a layer has anything there."""


@dataclass(frozen=True, slots=True)
class Lens:
    """Where things of one depth are seen: `screen = centre + (world - centre) * scale + shift`, in pixels."""

    centre_x: float
    centre_y: float
    scale: float
    shift_x: float
    shift_y: float

    def x(self, world: float) -> float:
        """Screen position of a world position across."""
        return self.centre_x + (world - self.centre_x) * self.scale + self.shift_x

    def y(self, world: float) -> float:
        """Screen position of a world position down."""
        return self.centre_y + (world - self.centre_y) * self.scale + self.shift_y

    def world_x(self, screen: float) -> float:
        """World position across of a screen position."""
        return self.centre_x + (screen - self.centre_x - self.shift_x) / self.scale

    def world_y(self, screen: float) -> float:
        """World position down of a screen position."""
        return self.centre_y + (screen - self.centre_y - self.shift_y) / self.scale


def lens(pose: Pose, nearness: float, size: tuple[int, int], horizon: float) -> Lens:
    """How a pose sees things of a depth: nearness 0 is the sky, 1 medium distance, more is nearer."""
    width, height = size
    return Lens(
        centre_x=width / 2,
        centre_y=horizon * height,
        scale=math.exp(pose.zoom + pose.dolly * nearness),
        shift_x=-(pose.pan + pose.truck * nearness + pose.orbit * (nearness - 1.0)) * width,
        shift_y=(pose.tilt + pose.crane * nearness) * height,
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A rectangle of a layer that has something in it, in world pixels."""

    left: float
    top: float
    right: float
    bottom: float
    opaque: bool


class Layer:
    """A picture at one depth, in world pixels: 1 world pixel is 1 screen pixel at the start of the clip."""

    def __init__(
        self, picture: Image.Image, at: tuple[float, float], density: float, nearness: float, *, solid_from: float
    ) -> None:
        """`picture` (RGBA) lies with its corner `at`, `density` pixels a world pixel, opaque below `solid_from`."""
        self.nearness = nearness
        self.solid_from = solid_from
        self._at = at
        self._density = density
        picture = picture.crop((0, 0, picture.width & ~1, picture.height & ~1))
        self._planes = to_planes(picture.convert("RGB"))
        alpha = picture.getchannel("A")
        half = alpha.resize((alpha.width // 2, alpha.height // 2), Image.Resampling.BOX)
        self._alphas = alpha, half, half
        self._parts = tuple(self._find_parts(alpha))

    def _find_parts(self, alpha: Image.Image) -> Iterator[_Part]:
        """What must be drawn: the opaque ground as one part, and above it only the columns that are not empty."""
        left, top = self._at
        bottom = top + alpha.height / self._density
        seam = math.ceil(min(max((self.solid_from - top) * self._density, 0.0), float(alpha.height)))
        if seam < alpha.height:
            yield _Part(left, top + seam / self._density, left + alpha.width / self._density, bottom, opaque=True)
        if seam == 0:
            return
        upper = np.asarray(alpha)[:seam]
        starts = range(0, alpha.width, _STRIP)
        tops = [_first_row(upper[:, start : start + _STRIP]) for start in starts]
        for used, run in groupby(zip(starts, tops, strict=True), key=lambda strip: strip[1] is not None):
            strips = list(run)
            if used:
                highest = min(row for _, row in strips if row is not None)
                right = min(strips[-1][0] + _STRIP, alpha.width)
                yield _Part(
                    left + strips[0][0] / self._density, top + highest / self._density,
                    left + right / self._density, top + seam / self._density, opaque=False,
                )  # fmt: skip

    def onto(self, frame: Planes, view: Lens, below: float) -> None:
        """Draw the layer on `frame`, in place. Rows from `below` on are hidden by nearer layers."""
        for part in self._parts:
            self._draw(part, frame, view, below)

    def _draw(self, part: _Part, frame: Planes, view: Lens, below: float) -> None:
        width, height = frame.y.size
        # Even edges, so that the half-size chroma planes fall on the same place; neighbouring parts share an edge.
        x0, x1 = (2 * round(min(max(0.0, view.x(edge)), width) / 2) for edge in (part.left, part.right))
        y0, y1 = (2 * round(min(max(0.0, view.y(edge)), height) / 2) for edge in (part.top, part.bottom))
        y1 = min(y1, 2 * math.ceil(max(0.0, below) / 2))
        if x1 <= x0 or y1 <= y0:
            return
        for divisor, plane, source, alpha in zip((1, 2, 2), frame, self._planes, self._alphas, strict=True):
            scale = self._density / divisor
            box = (
                max(0.0, (view.world_x(x0) - self._at[0]) * scale),
                max(0.0, (view.world_y(y0) - self._at[1]) * scale),
                min(float(source.width), (view.world_x(x1) - self._at[0]) * scale),
                min(float(source.height), (view.world_y(y1) - self._at[1]) * scale),
            )
            if box[2] - box[0] < 0.5 or box[3] - box[1] < 0.5:
                return
            size = (x1 - x0) // divisor, (y1 - y0) // divisor
            patch = source.resize(size, Image.Resampling.BILINEAR, box=box)
            mask = None if part.opaque else alpha.resize(size, Image.Resampling.BILINEAR, box=box)
            plane.paste(patch, (x0 // divisor, y0 // divisor), mask)


def _first_row(strip: npt.NDArray[np.uint8]) -> int | None:
    """The first row with anything in it."""
    rows = np.flatnonzero(strip.max(axis=1))
    return int(rows[0]) if rows.size else None
