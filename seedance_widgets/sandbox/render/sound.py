"""An audio track that belongs to the clip."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .encode import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy.typing as npt


def compose(prompt: str, samples: int, *, seed: int, take_seed: int) -> npt.NDArray[np.float32]:
    rng = np.random.default_rng(seed)
    t = np.arange(samples, dtype=np.float32) / SAMPLE_RATE
    tone = sum(np.sin(2 * np.pi * f * t + p) for f, p in zip(rng.uniform(80, 400, 4), rng.uniform(0, 6, 4)))
    return np.stack([tone, tone]).astype(np.float32) * 0.1
