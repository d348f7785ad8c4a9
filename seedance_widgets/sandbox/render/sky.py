"""The far end of every scene: sky, deep water, space, or a dim room."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from .canvas import Canvas, Noise, blend, clouds, rgba, step
from .mood import Mood, mix

if TYPE_CHECKING:
    from .canvas import Floats


def paint_sky(canvas: Canvas, mood: Mood, rng: np.random.Generator, lamp_x: float) -> Image.Image:
    """The backdrop of a mood, with its sun or moon at `lamp_x` (world pixels)."""
    if mood.place == "studio":
        return _room(canvas, mood, rng)
    light, frame = mood.light, canvas.frame
    height = frame.horizon
    if mood.place in ("underwater", "space"):
        height = float(frame.height)
    up = np.clip((height - canvas.ys) / height, 0, 1.4)
    picture = np.empty((canvas.rows, canvas.columns, 3), np.float32)
    stops = (0.0, 0.14, 0.45, 1.0, 1.4)
    colours = (light.horizon, mix(light.horizon, light.middle, 0.35), light.middle, light.zenith, light.zenith)
    for channel in range(3):
        picture[..., channel] = np.interp(up, stops, [c[channel] for c in colours])
    lamp_y = height * (1 - light.lamp_height)
    across, down = (canvas.xs[None, :] - lamp_x) / frame.unit, (canvas.ys - lamp_y) / frame.unit
    distance = np.sqrt(across * across + down * down)
    if light.stars:
        _stars(picture, canvas, rng, light.stars, up[:, 0])
    if mood.place == "underwater":
        _shafts(picture, canvas, light.lamp, rng, lamp_x)
    elif mood.place == "space":
        haze = clouds(canvas.rows, canvas.columns, (2, 3), rng)
        blend(picture, mix(light.horizon, (0.75, 0.25, 0.6), 0.5), step(0.5, 1.0, haze) * 0.55)
        haze = clouds(canvas.rows, canvas.columns, (2, 4), rng)
        blend(picture, (0.15, 0.4, 0.75), step(0.55, 1.0, haze) * 0.4)
    else:
        _clouds(picture, canvas, mood, rng, up)
    glow = light.glow * (0.55 * np.exp(-((distance / 0.16) ** 2)) + 0.32 * np.exp(-distance / 0.42))
    if mood.place != "underwater":
        blend(picture, light.lamp, np.clip(glow, 0, 1))
    band = np.exp(-(((canvas.ys - height) / (0.16 * frame.unit)) ** 2)) * np.exp(-(((across) / 0.9) ** 2))
    blend(picture, light.lamp, (0.35 * light.glow * band).astype(np.float32))
    if light.lamp_size:
        edge = 2.0 / (frame.unit * canvas.density)
        disc = 1 - step(light.lamp_size - edge, light.lamp_size + edge, distance)
        blend(picture, mix(light.lamp, (1, 1, 1), 0.55), disc)
    return rgba(picture)


def _stars(picture: Floats, canvas: Canvas, rng: np.random.Generator, strength: float, up: Floats) -> None:
    number = int(260 * strength * canvas.columns / max(canvas.frame.width * canvas.density, 1))
    rows = rng.integers(0, canvas.rows - 1, number)
    columns = rng.integers(0, canvas.columns - 1, number)
    bright = rng.uniform(0.15, 1.0, number) ** 2 * np.clip(up[rows] * 1.6 - 0.25, 0, 1)
    large = rng.random(number) < 0.12
    for row, column, level, big in zip(rows, columns, bright, large, strict=True):
        span = 2 if big else 1
        patch = picture[row : row + span, column : column + span]
        patch += (1 - patch) * level


def _clouds(picture: Floats, canvas: Canvas, mood: Mood, rng: np.random.Generator, up: Floats) -> None:
    """Long soft bands, lit from below near the horizon."""
    light = mood.light
    grey = mood.time in ("overcast", "storm")
    noise = clouds(canvas.rows, canvas.columns, (7, 3), rng, 5)
    low, high = (0.3, 0.85) if grey else (0.52, 0.95)
    cover = step(low, high, noise) * step(0.02, 0.2, up) * (1 - 0.5 * step(0.6, 1.1, up))
    lit = mix(light.horizon, light.lamp, 0.5) if not grey else mix(light.horizon, (1, 1, 1), 0.25)
    strength = {"night": 0.12, "neon": 0.2, "storm": 0.6, "overcast": 0.55}.get(mood.time, 0.5)
    blend(picture, lit, cover * strength)
    shadow = step(0.5, 0.9, np.roll(noise, -max(2, canvas.rows // 40), axis=0)) * cover
    blend(picture, mix(light.middle, light.zenith, 0.5), shadow * strength * 0.5)


def _shafts(
    picture: Floats, canvas: Canvas, lamp: tuple[float, float, float], rng: np.random.Generator, x: float
) -> None:
    """Light falling through water."""
    frame = canvas.frame
    angle = np.arctan2(canvas.xs[None, :] - x, canvas.ys + 0.9 * frame.height)
    noise = Noise(int(rng.integers(2**31)))
    beams = step(0.05, 0.9, noise.rough((angle * 11).astype(np.float32), 3))
    depth = np.exp(-np.clip(canvas.ys, 0, None) / (0.62 * frame.height))
    near = np.exp(-((angle / 0.75) ** 2))
    blend(picture, lamp, np.clip(0.75 * beams * depth * near, 0, 1).astype(np.float32))


def _room(canvas: Canvas, mood: Mood, rng: np.random.Generator) -> Image.Image:
    """A dim warm room out of focus, with a lamp somewhere."""
    frame, light = canvas.frame, mood.light
    cold = mood.time in ("night", "neon", "storm", "overcast")
    dark = (0.035, 0.045, 0.075) if cold else (0.085, 0.05, 0.04)
    tint = mix((0.36, 0.26, 0.5), light.middle, 0.4) if cold else mix((0.78, 0.44, 0.2), light.horizon, 0.25)
    picture = canvas.filled(dark)
    for _ in range(3):
        x = frame.width * rng.uniform(0.1, 0.9)
        y = frame.height * rng.uniform(0.08, 0.5)
        across, down = (canvas.xs[None, :] - x) / frame.unit, (canvas.ys - y) / frame.unit
        blend(
            picture,
            tint,
            (rng.uniform(0.3, 0.62) * np.exp(-(across**2 + down**2) / rng.uniform(0.1, 0.34))).astype("f4"),
        )
    return rgba(picture)


def paint_bokeh(
    canvas: Canvas, mood: Mood, rng: np.random.Generator, sizes: tuple[float, float], number: int
) -> Image.Image:
    """Lights out of focus: soft discs with a brighter rim, on nothing."""
    frame = canvas.frame
    cold = mood.time in ("night", "neon", "storm", "overcast")
    hues = (
        ((0.4, 0.62, 1.0), (0.95, 0.4, 0.75), (0.45, 0.95, 0.9))
        if cold
        else ((1.0, 0.75, 0.4), (1.0, 0.56, 0.3), (1.0, 0.87, 0.62))
    )
    picture = canvas.filled(hues[0])
    alpha = np.zeros((canvas.rows, canvas.columns), np.float32)
    for _ in range(number):
        x = canvas.left + rng.random() * (canvas.right - canvas.left)
        y = frame.height * rng.normal(0.32, 0.16)
        radius = frame.unit * rng.uniform(*sizes)
        hue = hues[int(rng.integers(len(hues)))]
        left, right = (int((x + side * radius * 1.1 - canvas.left) * canvas.density) for side in (-1, 1))
        top, bottom = (int((y + side * radius * 1.1 - canvas.top) * canvas.density) for side in (-1, 1))
        rows, columns = slice(max(0, top), max(0, bottom)), slice(max(0, left), max(0, right))
        across, down = canvas.xs[None, columns] - x, canvas.ys[rows] - y
        distance = np.sqrt(across**2 + down**2) / radius
        disc = (1 - step(0.93, 1.0, distance)) * (0.55 + 0.45 * step(0.6, 0.97, distance)) * rng.uniform(0.14, 0.5)
        old = alpha[rows, columns]
        total = disc + old * (1 - disc)
        share = disc / np.maximum(total, 1e-4)
        patch = picture[rows, columns]
        patch += (np.array(hue, np.float32) - patch) * share[..., None]
        alpha[rows, columns] = total
    return rgba(picture, alpha).filter(ImageFilter.GaussianBlur(max(0.6, frame.unit * canvas.density / 700)))
