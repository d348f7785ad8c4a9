"""What all painters of layers share: the plan of a layer, and the colours of a mood at every distance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PIL import Image

from .canvas import Canvas, Frame
from .mood import GROUNDS, Colour, Mood, mix


@dataclass(frozen=True, slots=True)
class Plan:
    """One layer to paint: how near, from which height (world pixels), opaque below which, and by whom."""

    nearness: float
    top: float
    solid_from: float
    paint: Callable[[Canvas], Image.Image]
    sway: float = 0.0
    """How far it moves to and fro by itself, in world pixels: water."""
    speed: float = 0.0
    """How fast it goes to the right, in world pixels a second: subjects."""
    bob: float = 0.0
    """How far it moves up and down by itself, in world pixels: subjects."""
    place: tuple[float, float] | None = None
    """Corner of a layer that has its own size, in world pixels; None covers all the camera will see."""
    height: float = 0.0
    """Height of such a layer, in world pixels."""


class Painter:
    """The mood, the geometry and the chance by which the layers of one scene are painted."""

    def __init__(self, mood: Mood, frame: Frame, seed: int, lamp_x: float) -> None:
        self.mood = mood
        self.frame = frame
        self.lamp_x = lamp_x
        self._rng = np.random.default_rng(seed)

    def seed(self) -> int:
        """The seed of the next layer."""
        return int(self._rng.integers(2**31))

    def tone(self, near: float, ground: Colour | None = None) -> Colour:
        """The colour of ground at a distance: hazy far away (0), deep and dark at hand (1)."""
        light = self.mood.light
        own = ground or GROUNDS[self.mood.place]
        lit = (own[0] * light.ambient[0], own[1] * light.ambient[1], own[2] * light.ambient[2])
        if self.mood.place == "snow" and ground is None:  # snow shines back what light there is
            lit = mix(lit, light.horizon, 0.3)
        haze = mix(mix(light.horizon, light.middle, 0.42), lit, 0.34 if self.mood.place in ("forest", "hills") else 0.0)
        bright = self.mood.place in ("snow", "desert")
        return mix(mix(haze, lit, min(1.0, 0.18 + near)), (0.01, 0.015, 0.03), (0.3 if bright else 0.62) * near)
