"""Painting with arrays: a canvas in world pixels, noise, and the shapes that scenes are made of."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from .mood import Colour

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The geometry all layers of a scene share, in world pixels."""

    width: int
    height: int
    horizon: float
    """Height of the horizon, from the top."""

    @property
    def unit(self) -> float:
        """The length by which shapes are sized: the frame's height at 16:9, less in tall frames, more in wide ones."""
        return 0.75 * math.sqrt(self.width * self.height)


@dataclass(frozen=True, slots=True)
class Canvas:
    """The part of the world a layer covers: its corner, its size in pixels, and pixels a world pixel."""

    frame: Frame
    left: float
    top: float
    columns: int
    rows: int
    density: float

    @property
    def xs(self) -> Floats:
        """World position of each column."""
        return (self.left + (np.arange(self.columns, dtype=np.float32) + 0.5) / self.density).astype(np.float32)

    @property
    def ys(self) -> Floats:
        """World position of each row, as a column vector."""
        rows = self.top + (np.arange(self.rows, dtype=np.float32) + 0.5) / self.density
        return rows.astype(np.float32)[:, None]

    @property
    def right(self) -> float:
        """World position of the right edge."""
        return self.left + self.columns / self.density

    @property
    def bottom(self) -> float:
        """World position of the bottom edge."""
        return self.top + self.rows / self.density

    def filled(self, paint: Colour) -> Floats:
        """A picture (rows x columns x 3) of one colour."""
        return np.broadcast_to(np.array(paint, np.float32), (self.rows, self.columns, 3)).copy()


class Noise:
    """Smooth noise over the whole number line, about -1..1, repeatable by its seed."""

    def __init__(self, seed: int) -> None:
        self._values = np.random.default_rng(seed).uniform(-1, 1, 1024).astype(np.float32)

    def at(self, x: Floats) -> Floats:
        """One octave: bumps about 1 apart."""
        whole = np.floor(x)
        part = x - whole
        part = part * part * (3 - 2 * part)
        index = whole.astype(np.int64)
        a, b = self._values[index % 1024], self._values[(index + 1) % 1024]
        return (a + (b - a) * part).astype(np.float32)

    def rough(self, x: Floats, octaves: int = 4, rough: float = 0.5) -> Floats:
        """Several octaves, each twice as fine and `rough` times as strong as the one before."""
        total = np.zeros_like(x)
        for octave in range(octaves):
            total += self.at(x * 2**octave + 37.7 * octave) * rough**octave
        return total

    def jagged(self, x: Floats, octaves: int = 5) -> Floats:
        """Sharp crests and round valleys, about 0..1."""
        total = np.zeros_like(x)
        for octave in range(octaves):
            total += (1 - np.abs(self.at(x * 2**octave + 11.3 * octave))) * 0.5**octave
        return total / 1.9


def clouds(rows: int, columns: int, cells: tuple[int, int], rng: np.random.Generator, octaves: int = 4) -> Floats:
    """Cloudy noise 0..1 of a size, its coarsest octave `cells` (down, across)."""
    total = np.zeros((rows, columns), np.float32)
    for octave in range(octaves):
        small = rng.uniform(0, 255, (cells[0] * 2**octave + 1, cells[1] * 2**octave + 1)).astype(np.float32)
        wide = Image.fromarray(small).resize((columns, rows), Image.Resampling.BICUBIC)
        total += np.asarray(wide, np.float32) / 255 * 0.5**octave
    low, high = float(total.min()), float(total.max())
    return (total - low) / max(high - low, 1e-6)


def step(edge0: float, edge1: float, x: Floats) -> Floats:
    """0 before `edge0`, 1 after `edge1`, soft in between."""
    share: Floats = np.clip((x - edge0) / (edge1 - edge0), 0, 1)
    return (share * share * (3 - 2 * share)).astype(np.float32)


def blend(picture: Floats, paint: Colour, share: Floats) -> None:
    """Mix a colour into a picture, in place, by a share (rows x columns)."""
    picture += (np.array(paint, np.float32) - picture) * share[..., None]


def rgba(picture: Floats, alpha: Floats | None = None) -> Image.Image:
    """The picture (0..1) as an image, with its transparency."""
    rows, columns, _ = picture.shape
    whole = np.empty((rows, columns, 4), np.uint8)
    whole[..., :3] = np.clip(picture * 255 + 0.5, 0, 255)
    whole[..., 3] = 255 if alpha is None else np.clip(alpha * 255 + 0.5, 0, 255)
    return Image.fromarray(whole)


def below(canvas: Canvas, ridge: Floats) -> Floats:
    """How much of each pixel lies below a ridge line (world heights for each column): an antialiased silhouette."""
    slope = np.gradient(ridge) * canvas.density
    sharp = canvas.density / np.sqrt(1 + np.minimum(slope * slope, 8.0))
    covered: Floats = np.clip((canvas.ys - ridge[None, :]) * sharp[None, :] + 0.5, 0, 1)
    return covered.astype(np.float32)
