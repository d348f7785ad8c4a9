"""What stands in a scene by itself: subjects, a pier, a table, lights out of focus, a planet."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

from .canvas import Canvas, Noise, below, blend, rgba, step
from .mood import in_bytes, mix
from .painter import Painter, Plan
from .sky import paint_bokeh
from .subjects import place_subject


def bokeh(painter: Painter, nearness: float, sizes: tuple[float, float], number: int) -> Plan:
    """Lights out of focus."""
    seed = painter.seed()

    def paint(canvas: Canvas) -> Image.Image:
        return paint_bokeh(canvas, painter.mood, np.random.default_rng(seed), sizes, number)

    return Plan(nearness, -0.3 * painter.frame.height, float("inf"), paint)


def table(painter: Painter, nearness: float) -> Plan:
    """A surface at the lower edge that catches the light."""
    frame = painter.frame
    edge = frame.height * 0.8

    def paint(canvas: Canvas) -> Image.Image:
        picture = canvas.filled((0.07, 0.045, 0.035))
        down = (canvas.ys - edge) / frame.unit
        across = np.exp(-(((canvas.xs[None, :] - painter.lamp_x) / (0.7 * frame.unit)) ** 2))
        blend(picture, (0.85, 0.55, 0.3), (0.55 * across * np.exp(-np.clip(down, 0, None) / 0.09)).astype(np.float32))
        return rgba(picture, below(canvas, np.full(canvas.columns, edge, np.float32)))

    return Plan(nearness, edge - 4, edge + 4, paint)


def subject(painter: Painter, name: str, *, alone: bool, followed: float) -> Plan:
    """What the prompt is about."""
    body = mix(painter.tone(0.95), (0.02, 0.025, 0.04), 0.35)
    rng = np.random.default_rng(painter.seed())
    placed = place_subject(name, painter.mood, painter.frame, body, painter.lamp_x, rng, alone=alone, followed=followed)
    return Plan(
        placed.nearness, placed.top, float("inf"), lambda _canvas: placed.picture, speed=placed.speed,
        bob=placed.bob, place=(placed.left, placed.top), height=placed.picture.height,
    )  # fmt: skip


def pier(painter: Painter, walker: Plan) -> Plan:
    """A wooden pier from the camera to whoever stands at its end."""
    frame = painter.frame
    end = walker.solid_from if walker.place is None else walker.place[1] + walker.height
    x = frame.width * 0.5 if walker.place is None else walker.place[0] + 0.3 * walker.height
    tall = round((frame.height * 1.15 - end) * 1.02)
    wide = 2 * round(0.62 * frame.unit)
    wood = mix(painter.tone(0.95, (0.45, 0.32, 0.24)), (0.02, 0.02, 0.03), 0.25)

    def paint(_canvas: Canvas) -> Image.Image:
        big = 2
        picture = Image.new("RGBA", (big * wide, big * tall), (*in_bytes(wood), 0))
        pen = ImageDraw.Draw(picture)
        middle, near, far = big * wide / 2, big * 0.5 * wide * 0.96, big * 0.075 * frame.unit
        planks = 34
        for plank in range(planks):
            low, high = ((edge / planks) ** 2.2 for edge in (plank + 1, plank + 0.12))
            a, b = (far + (near - far) * share for share in (high, low))
            tone = mix(wood, painter.mood.light.horizon, 0.18 * (1 - low) + 0.05 * (plank % 3))
            y0, y1 = big * tall * high, big * tall * low
            pen.polygon(
                [(middle - a, y0), (middle + a, y0), (middle + b, y1), (middle - b, y1)], (*in_bytes(tone), 255)
            )
        for share in (0.0, 0.05, 0.16, 0.36, 0.7):
            half, post = far + (near - far) * share, big * frame.unit * (0.006 + 0.02 * share)
            for side in (-1, 1):
                edge, foot = middle + side * half, big * tall * share
                pen.rectangle(
                    (edge - post, foot - 3.4 * post, edge + post, foot + 5 * post),
                    (*in_bytes(mix(wood, (0, 0, 0), 0.5)), 255),
                )
        return picture.resize((wide, tall), Image.Resampling.LANCZOS)

    return Plan(1.1, end, float("inf"), paint, place=(x - wide / 2, end - 0.012 * frame.unit))


def planet(painter: Painter, nearness: float) -> Plan:
    """A world half in the light."""
    frame, light = painter.frame, painter.mood.light
    rng = np.random.default_rng(painter.seed())
    radius = frame.unit * rng.uniform(0.34, 0.46)
    x, y = frame.width * rng.uniform(0.22, 0.4), frame.height * rng.uniform(0.55, 0.7)
    hue = ((0.86, 0.52, 0.3), (0.3, 0.56, 0.8), (0.7, 0.64, 0.5), (0.36, 0.62, 0.55))[int(rng.integers(4))]
    bands = Noise(painter.seed())

    def paint(canvas: Canvas) -> Image.Image:
        across, down = (canvas.xs[None, :] - x) / radius, (canvas.ys - y) / radius
        distance = np.sqrt(across**2 + down**2)
        depth = np.sqrt(np.clip(1 - distance**2, 0, 1))
        shine = np.clip(0.62 * across - 0.5 * down + 0.55 * depth, 0, 1)
        tilt = (down + 0.25 * across) * 4
        tint = bands.rough(tilt.astype(np.float32).ravel(), 4).reshape(tilt.shape)
        picture = canvas.filled(hue)
        blend(picture, mix(hue, (1, 0.95, 0.85), 0.6), np.clip(tint * 0.5, 0, 1))
        blend(picture, mix(hue, (0, 0, 0.1), 0.6), np.clip(-tint * 0.5, 0, 1))
        picture *= (0.04 + 0.96 * shine)[..., None]
        edge = 1.5 / (radius * canvas.density)
        rim = np.exp(-np.clip(distance - 1, 0, None) / 0.045) * np.clip(0.5 * across - 0.5 * down + 0.3, 0, 1) * 0.55
        disc = 1 - step(1 - edge, 1 + edge, distance)
        blend(picture, mix(hue, light.lamp, 0.6), (1 - disc) * 1.0)
        return rgba(picture, np.maximum(disc, rim * (distance > 1)).astype(np.float32))

    return Plan(nearness, y - radius * 1.3, float("inf"), paint)
