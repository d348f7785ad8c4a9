"""Land and water: chains of hills, rows of conifers, and what mirrors the sky."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from .canvas import Canvas, Noise, below, blend, rgba, step
from .mood import Colour, mix
from .painter import Painter, Plan

if TYPE_CHECKING:
    from .canvas import Floats


def ridge(
    painter: Painter, nearness: float, near: float, base: float, rise: float, bump: float,
    *, jagged: bool = False, pines: float = 0.0, snow: float = 0.0, ground: Colour | None = None, relief: float = 0.5,
) -> Plan:  # fmt: skip
    """A chain of hills: its foot `base` of the frame's height below the horizon, its crests `rise` units above."""
    frame = painter.frame
    foot = frame.horizon + base * frame.height
    noise, teeth = Noise(painter.seed()), Noise(painter.seed())

    def line(xs: Floats) -> Floats:
        x = xs / (bump * frame.unit)
        shape = noise.jagged(x) if jagged else 0.5 + 0.5 * noise.rough(x, 3, 0.36)
        ridge = foot - rise * frame.unit * shape
        if pines:
            ridge = ridge - _pine_row(xs / frame.unit, pines, teeth) * frame.unit
        return ridge.astype(np.float32)

    def paint(canvas: Canvas) -> Image.Image:
        ridge = line(canvas.xs)
        crest, deep = painter.tone(near, ground), painter.tone(near * 0.55, ground)
        picture = canvas.filled(crest)
        depth = (canvas.ys - ridge[None, :]) / frame.unit
        if relief and not pines:
            facing = _facing(canvas, line, painter.lamp_x, depth * frame.unit, lean=0.75 if jagged else 0.25)
            reach = np.exp(-np.clip(depth, 0, None) / ((0.6 if jagged else 0.35) * max(rise, 0.05))) * relief
            blend(picture, mix(crest, painter.mood.light.lamp, 0.4), np.clip(-facing * reach, 0, 1))
            blend(picture, mix(crest, (0, 0, 0.03), 0.4), np.clip(facing * reach, 0, 1))
        if snow:
            cap = step(0.0, 0.05, depth + 0.02 * teeth.rough(canvas.xs / frame.unit * 18)[None, :])
            height = step(foot - snow * rise * frame.unit, foot - (snow + 0.25) * rise * frame.unit, canvas.ys)
            blend(picture, mix(painter.tone(near * 0.3, (1, 1, 1)), (1, 1, 1), 0.15), height * (1 - 0.55 * cap))
        blend(picture, deep, 0.75 * step(0.0, max(0.12, rise), depth))
        return rgba(picture, below(canvas, ridge))

    highest = foot - (rise * 1.25 + pines * 1.3) * frame.unit - 4
    return Plan(nearness, highest, foot + 0.25 * rise * frame.unit + 2, paint)


def water(painter: Painter, nearness: float, top: float, near: float) -> Plan:
    """Water from `top` (share of the frame below the horizon) downwards, mirroring the sky."""
    frame, light = painter.frame, painter.mood.light
    edge = frame.horizon + top * frame.height
    seed = painter.seed()

    def paint(canvas: Canvas) -> Image.Image:
        rng = np.random.default_rng(seed)
        down = np.clip((canvas.ys - frame.horizon) / (frame.height - frame.horizon), 0, 1.4)
        own = painter.tone(0.9)
        picture = np.empty((canvas.rows, canvas.columns, 3), np.float32)
        mirrored = (
            light.horizon,
            mix(light.middle, own, 0.35),
            mix(light.zenith, own, 0.6),
            mix(own, (0, 0, 0.02), 0.35),
        )
        for channel in range(3):
            picture[..., channel] = np.interp(down, (0, 0.22, 0.6, 1.2), [c[channel] for c in mirrored])
        ripples = strokes(canvas, rng, near)
        blend(picture, light.horizon, np.clip(ripples, 0, 1) * (0.34 - 0.16 * near))
        blend(picture, (0.0, 0.02, 0.05), np.clip(-ripples, 0, 1) * 0.3)
        across = (canvas.xs[None, :] - painter.lamp_x) / frame.unit
        path = np.exp(-((across / (0.05 + 0.16 * down)) ** 2)) * step(-0.1, 0.7, ripples)
        blend(picture, light.lamp, (path * 1.1 * light.glow * np.exp(-1.1 * down)).astype(np.float32))
        wave = edge + 0.004 * frame.unit * near * np.sin(canvas.xs / frame.unit * 21)
        soft = below(canvas, wave.astype(np.float32)) if near else None
        return rgba(picture, soft)

    return Plan(nearness, edge - 0.01 * frame.unit * near, edge + 0.01 * frame.unit, paint, sway=2.0 + 5.0 * near)


def pines(
    painter: Painter, nearness: float, near: float, base: float, height: float, gap: tuple[float, float],
    *, every: float = 0.125, needles: Colour | None = None,
) -> Plan:  # fmt: skip
    """Conifers, one for each share `every` of the frame's width, leaving the gap (shares of the width) free.

    `needles`: the colour of the trees where it is not that of the ground.
    """
    frame = painter.frame
    foot = frame.horizon + base * frame.height
    seed = painter.seed()
    hill = Noise(seed)

    def paint(canvas: Canvas) -> Image.Image:
        fine = replace(canvas, columns=2 * canvas.columns, rows=2 * canvas.rows, density=2 * canvas.density)
        drawn = Image.new("L", (fine.columns, fine.rows))
        pen = ImageDraw.Draw(drawn)
        for slot in range(round(-3 / every), round(4 / every)):
            own = np.random.default_rng((seed, slot + 10**6))
            x = (slot + own.uniform(-0.4, 0.4)) * every * frame.width
            tall = height * frame.unit * own.uniform(0.5, 1.15)
            free = gap[0] * frame.width < x < gap[1] * frame.width or own.random() < 0.2
            if not free and canvas.left - tall < x < canvas.right + tall:
                _pine(pen, fine, x, foot + 0.02 * frame.unit, tall, own)
        trees = np.asarray(drawn.reduce(2), np.float32) / 255
        rise = 0.03 * frame.unit * hill.rough(canvas.xs / frame.unit * 2, 3)
        ground = below(canvas, foot + rise)
        picture = canvas.filled(painter.tone(near))
        if needles:
            blend(picture, painter.tone(near, needles), trees * (1 - ground))
        dark = painter.tone(near, needles)
        deep = mix(dark, (0, 0, 0), 0.45) if near > 0.8 else mix(dark, painter.tone(0.0), 0.5)  # mist between the rows
        share = step(foot - 0.6 * height * frame.unit, foot + 0.16 * frame.unit, canvas.ys)
        blend(picture, deep, share * (trees * (1 - ground) if needles else np.ones_like(trees)))
        return rgba(picture, np.maximum(trees, ground))

    return Plan(nearness, foot - height * 1.2 * frame.unit, foot + 0.06 * frame.unit, paint)


def _facing(canvas: Canvas, line: Callable[[Floats], Floats], lamp_x: float, depth: Floats, *, lean: float) -> Floats:
    """How much each place of a slope is turned from the light, -1..1: its spurs run down to both sides."""
    slope: Floats = np.tanh(np.gradient(line(canvas.xs)) * canvas.density * 1.6)
    start = canvas.xs[None, :] - lean * np.clip(depth, 0, None) * np.sign(slope)[None, :]
    turned = np.interp(start.ravel(), canvas.xs, slope).reshape(start.shape)
    facing: Floats = turned * np.sign(canvas.xs - lamp_x)
    return facing


def _pine_row(x: Floats, height: float, noise: Noise) -> Floats:
    """Heights of a far row of conifers: teeth of uneven size, in units."""
    spacing = height * 0.24
    place = x / spacing
    number = np.floor(place)
    total = np.zeros_like(x)
    for shift in (-1, 0, 1):
        own = number + shift
        centre = own + 0.5 + 0.3 * noise.at(own * 7.31)
        tall = 0.7 + 0.5 * noise.at(own * 3.77 + 91)
        total = np.maximum(total, height * tall * np.clip(1 - np.abs(place - centre) / 0.7, 0, 1) ** 1.5)
    return total.astype(np.float32)


def _pine(
    pen: ImageDraw.ImageDraw, canvas: Canvas, x: float, foot: float, tall: float, rng: np.random.Generator
) -> None:
    """One conifer: a stack of drooping skirts."""
    tiers = 7
    column, ground = (x - canvas.left) * canvas.density, (foot - canvas.top) * canvas.density
    tall *= canvas.density
    pen.rectangle((column - 0.014 * tall, ground - 0.14 * tall, column + 0.014 * tall, ground + 0.1 * tall), 255)
    for tier in range(tiers):
        low = 0.08 + 0.8 * tier / tiers
        wide = tall * 0.2 * (1 - low) ** 0.9 * rng.uniform(0.9, 1.1)
        peak = min(1.0, low + 0.26)
        lean = rng.uniform(-0.015, 0.015) * tall
        points = [
            (column - wide, ground - (low - 0.02) * tall), (column - wide * 0.4, ground - (low + 0.035) * tall),
            (column + lean, ground - peak * tall), (column + wide * 0.4, ground - (low + 0.03) * tall),
            (column + wide, ground - (low - 0.02) * tall), (column, ground - (low + 0.015) * tall),
        ]  # fmt: skip
        pen.polygon(points, 255)


def strokes(canvas: Canvas, rng: np.random.Generator, near: float) -> Floats:
    """Ripples: long across, short down, larger towards the camera; about -1..1."""
    frame = canvas.frame
    fine, coarse = Noise(int(rng.integers(2**31))), Noise(int(rng.integers(2**31)))
    down = np.clip((canvas.ys - frame.horizon) / frame.unit, 0.003, None)
    row = np.log(down * 60 + 1) * 9
    across = canvas.xs[None, :] / frame.unit / (0.1 + down)
    a = fine.at((row * 2.3 + 0.6 * coarse.at((across * 1.3 + row).astype(np.float32))).astype(np.float32))
    b = coarse.at((across * 2.4 + 13 * fine.at((row * 1.7).astype(np.float32))).astype(np.float32))
    return (a * (0.55 + 0.45 * b) * (0.8 + 0.4 * near)).astype(np.float32)
