"""A moving graded scene for a prompt without guide images."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .camera import Move
from .picture import Film
from .planes import Planes


class Scene:
    """Placeholder scene: a graded sky, filmed."""

    def __init__(
        self, prompt: str, size: tuple[int, int], move: Move, fps: int, frames: int, *, seed: int, take_seed: int
    ) -> None:
        self._film = Film([_graded(size, seed)], size, move, fps, frames)

    def frame(self, number: int) -> Planes:
        return self._film.frame(number)


def _graded(size: tuple[int, int], seed: int) -> Image.Image:
    rng = np.random.default_rng(seed)
    noise = Image.fromarray(rng.integers(0, 255, (9, 16, 3), np.uint8))
    return noise.resize(size, Image.Resampling.BICUBIC)


def paint_sample(size: tuple[int, int]) -> Image.Image:
    return _graded(size, 1)
