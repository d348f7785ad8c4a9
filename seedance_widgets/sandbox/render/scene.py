"""A moving, graded world for a prompt without guide images: layers at many depths, filmed by the prompt's camera."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
from PIL import Image

from .camera import Move, Pose
from .canvas import Canvas, Frame
from .layers import Layer, Lens, lens
from .mood import read_mood
from .painter import Plan
from .particles import Particles
from .planes import Planes, enlarged
from .sky import paint_sky
from .terrain import plan_terrain

_SKY_NEARNESS = 0.03
_SKY_DENSITY = 0.5  # it is soft, and by far the largest layer
_DENSITY_MAX = 1.5
_PIXELS_MAX = 925_000
"""Larger frames are painted at this size and enlarged: the soft shapes of a scene stand it, and it is in time."""
_MARGIN = 0.02


class Scene:
    """The frames of a clip without guide images."""

    def __init__(
        self, prompt: str, size: tuple[int, int], move: Move, fps: int, frames: int, *, seed: int, take_seed: int
    ) -> None:
        self._out = size
        shrink = min(1.0, math.sqrt(_PIXELS_MAX / (size[0] * size[1])))
        size = 2 * round(size[0] * shrink / 2), 2 * round(size[1] * shrink / 2)
        self._size, self._move, self._fps, self._last = size, move, fps, frames - 1
        self._mood = read_mood(prompt, seed)
        rng = np.random.default_rng(take_seed)
        frame = Frame(*size, horizon=self._mood.horizon * size[1])
        lamp_x = size[0] * float(np.random.default_rng(seed).uniform(0.3, 0.7) + rng.uniform(-0.07, 0.07))
        followed = move.stops[-1].truck * size[0] * fps / frames
        plans = plan_terrain(self._mood, frame, seed ^ (take_seed & 0xFFFF), lamp_x, followed)
        sky_seed = int(rng.integers(2**31))
        sky = Plan(
            _SKY_NEARNESS, -math.inf, -math.inf,
            lambda canvas: paint_sky(canvas, self._mood, np.random.default_rng(sky_seed), lamp_x),
        )  # fmt: skip
        self._plans = [sky, *plans]
        self._layers = [self._painted(plan, frame) for plan in self._plans]
        weather = self._mood.weather
        self._particles = Particles(weather, size, frame.unit, int(rng.integers(2**31))) if weather else None

    def frame(self, number: int) -> Planes:
        """The picture at one moment of the clip."""
        seconds = number / self._fps
        pose = self._pose(number / self._last, seconds)
        width, height = self._size
        views = [_moved(self._view(pose, plan.nearness), plan, seconds) for plan in self._plans]
        below = [float(height)] * len(views)
        for index in range(len(views) - 2, -1, -1):
            nearer = views[index + 1].y(self._plans[index + 1].solid_from) if index + 1 < len(views) else math.inf
            below[index] = min(below[index + 1], nearer + 2)
        planes = Planes(
            Image.new("L", (width, height), 16), Image.new("L", (width // 2, height // 2), 128),
            Image.new("L", (width // 2, height // 2), 128),
        )  # fmt: skip
        for layer, view, edge in zip(self._layers, views, below, strict=True):
            layer.onto(planes, view, edge)
        if self._particles:
            near = self._view(pose, 1.3)
            self._particles.onto(planes, seconds, (near.shift_x, near.shift_y))
        return planes if self._size == self._out else enlarged(planes, self._out)

    def _pose(self, moment: float, seconds: float) -> Pose:
        return self._move.pose(moment).plus(self._move.tremor(seconds))

    def _view(self, pose: Pose, nearness: float) -> Lens:
        return lens(pose, nearness, self._size, self._mood.horizon)

    def _painted(self, plan: Plan, frame: Frame) -> Layer:
        """Paint just as much of a layer as the camera will see on its way."""
        if plan.place is not None:
            canvas = Canvas(frame, *plan.place, 0, 0, 1.0)
            return Layer(plan.paint(canvas), plan.place, 1.0, plan.nearness, solid_from=plan.solid_from)
        views = [self._view(pose, plan.nearness) for pose in self._move.stops]
        corners = [
            Lens(a.centre_x, a.centre_y, b.scale, c.shift_x, c.shift_y) for a, b, c in product(views, views, views)
        ]
        width, height = self._size
        slack = _MARGIN * max(self._size) + 2 * plan.sway + 4
        left = min(view.world_x(0) for view in corners) - slack
        right = max(view.world_x(width) for view in corners) + slack
        top = max(plan.top, min(view.world_y(0) for view in corners) - slack)
        bottom = max(view.world_y(height) for view in corners) + slack
        density = min(_DENSITY_MAX, max(1.0, math.sqrt(max(view.scale for view in views))))
        if plan.nearness == _SKY_NEARNESS:
            density = _SKY_DENSITY
        columns, rows = 2 * math.ceil((right - left) * density / 2), 2 * math.ceil((bottom - top) * density / 2)
        canvas = Canvas(frame, left, top, columns, max(2, rows), density)
        return Layer(plan.paint(canvas), (left, top), density, plan.nearness, solid_from=plan.solid_from)


def _moved(view: Lens, plan: Plan, seconds: float) -> Lens:
    """The lens of a layer that also moves by itself."""
    wave = math.sin(2 * math.pi * seconds / 3.7 + 5 * plan.nearness)
    across = plan.speed * seconds + plan.sway * (wave - math.sin(5 * plan.nearness))
    down = plan.bob * math.sin(2 * math.pi * seconds * 0.9)
    return replace(view, shift_x=view.shift_x + across * view.scale, shift_y=view.shift_y + down * view.scale)


def paint_sample(size: tuple[int, int]) -> Image.Image:
    """The picture that stands for the image named in the reference's examples."""
    frame = Frame(*size, horizon=0.6 * size[1])
    canvas = Canvas(frame, 0, 0, size[0], size[1], 1.0)
    return paint_sky(canvas, read_mood("golden hills", 1), np.random.default_rng(1), size[0] * 0.6).convert("RGB")
