"""Buildings, their lights, and the wet street that holds them."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import Canvas, blend, rgba
from .land import strokes
from .mood import Colour, in_bytes, mix
from .painter import Painter, Plan

_NEON: Final = ((1.0, 0.25, 0.62), (0.18, 0.88, 0.94), (1.0, 0.72, 0.25), (0.6, 0.4, 1.0))


def skyline(painter: Painter, nearness: float, near: float, tallest: float, lit: float) -> Plan:
    """A row of buildings with lit windows, and neon signs where the night wants them."""
    frame = painter.frame
    foot = frame.horizon + 0.03 * frame.height
    seed = painter.seed()
    neon = painter.mood.time == "neon" and near > 0.4

    def paint(canvas: Canvas) -> Image.Image:
        rng = np.random.default_rng(seed)
        body, zoom = painter.tone(near), canvas.density * frame.unit
        picture = Image.new("RGBA", (canvas.columns, canvas.rows), (*in_bytes(body), 0))
        glow = Image.new("RGB", picture.size)
        pen, bright = ImageDraw.Draw(picture), ImageDraw.Draw(glow)
        x = -2.2
        while x < 4.0:
            wide = rng.uniform(0.06, 0.15) * (0.7 + near)
            high = tallest * rng.uniform(0.35, 1.0) ** 1.3
            tone = mix(body, painter.mood.light.horizon, float(rng.uniform(0, 0.1)))
            left, right = (int((edge * frame.unit - canvas.left) * canvas.density) for edge in (x, x + wide))
            top = int((foot - high * frame.unit - canvas.top) * canvas.density)
            windows = rng.random((int(high / 0.022) + 1, int(wide / 0.014) + 1)) < lit * rng.uniform(0.3, 1.3)
            sign = rng.random(4)
            x += wide * rng.uniform(0.92, 1.12)
            if right < 0 or left > canvas.columns:
                continue
            pen.rectangle((left, top, right, canvas.rows), (*in_bytes(tone), 255))
            if sign[3] < 0.3:
                pen.line(
                    ((left + right) // 2, top, (left + right) // 2, top - int(0.04 * zoom)),
                    (*in_bytes(tone), 255),
                    max(1, int(0.002 * zoom)),
                )
            warm = mix((1.0, 0.82, 0.5), _NEON[int(sign[0] * 4)], 0.75 if neon and sign[1] < 0.4 else 0.0)
            _windows(pen, bright, windows, (left, top), 0.014 * zoom, 0.022 * zoom, mix(tone, warm, 0.35 + 0.5 * near))
            if neon and sign[2] < 0.55:
                hue = _NEON[int(sign[1] * 4)]
                place = (left + int((right - left) * 0.25), top + int(0.05 * zoom))
                box = (*place, place[0] + max(3, int(0.016 * zoom)), place[1] + int((0.05 + 0.1 * sign[0]) * zoom))
                pen.rounded_rectangle(box, 0.004 * zoom, (*in_bytes(mix(hue, (1, 1, 1), 0.35)), 255))
                bright.rectangle(box, in_bytes(hue))
        return _lit(picture, glow, 0.022 * zoom, 1.6 if neon else 0.5)

    return Plan(nearness, foot - (tallest + 0.06) * frame.unit, foot, paint)


def street(painter: Painter, nearness: float) -> Plan:
    """The ground before a skyline; wet, it holds the lights."""
    frame, mood = painter.frame, painter.mood
    seed = painter.seed()

    def paint(canvas: Canvas) -> Image.Image:
        rng = np.random.default_rng(seed)
        dark = mix(painter.tone(0.95), (0.02, 0.02, 0.04), 0.35)
        picture = canvas.filled(dark)
        down = np.clip((canvas.ys - frame.horizon) / (frame.height - frame.horizon), 0, 1.5)
        blend(
            picture,
            mix(mood.light.horizon, dark, 0.5),
            0.6 * np.exp(-down * 5) * np.ones((1, canvas.columns), np.float32),
        )
        lamps = mood.time in ("neon", "night", "dusk")
        ripple = strokes(canvas, rng, 0.6)
        for _ in range(46 if lamps else 0):
            x = frame.unit * rng.uniform(-2.0, 4.0)
            hue = _NEON[int(rng.integers(4))] if mood.time == "neon" else (1.0, 0.8, 0.5)
            spread = frame.unit * rng.uniform(0.008, 0.03)
            offset = (canvas.xs[None, :] - x) / (spread * (1 + 1.5 * down))
            streak = np.exp(-(offset**2)) * np.exp(-down * rng.uniform(1.2, 4)) * (0.6 + 0.5 * ripple)
            blend(picture, hue, np.clip(0.85 * streak, 0, 1).astype(np.float32))
        return rgba(picture)

    return Plan(nearness, frame.horizon + 0.02 * frame.height, frame.horizon + 0.03 * frame.height, paint)


def _windows(
    pen: ImageDraw.ImageDraw, bright: ImageDraw.ImageDraw, lit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    corner: tuple[int, int], across: float, down: float, hue: Colour,
) -> None:  # fmt: skip
    paint = in_bytes(hue)
    for row, column in zip(*np.nonzero(lit[1:-1, 1:-1]), strict=True):
        x, y = corner[0] + (column + 1) * across, corner[1] + (row + 0.6) * down
        box = (x, y, x + max(1.0, across * 0.55), y + max(1.0, down * 0.5))
        pen.rectangle(box, (*paint, 255))
        bright.rectangle(box, paint)


def _lit(picture: Image.Image, glow: Image.Image, radius: float, strength: float) -> Image.Image:
    """The picture with a halo around its lights, also beyond its own edges."""
    small = glow.resize((max(1, glow.width // 4), max(1, glow.height // 4)), Image.Resampling.BOX)
    halo = np.asarray(small.filter(ImageFilter.GaussianBlur(radius / 4)).resize(glow.size), np.float32) / 255 * strength
    whole = np.asarray(picture, np.float32) / 255
    halo_alpha = np.clip(halo.max(axis=2), 0, 1)
    alpha = whole[..., 3] + halo_alpha * (1 - whole[..., 3])
    lit = whole[..., :3] * whole[..., 3:] + halo
    return rgba(np.clip(lit / np.maximum(alpha, 1e-3)[..., None], 0, 1).astype(np.float32), alpha.astype(np.float32))
