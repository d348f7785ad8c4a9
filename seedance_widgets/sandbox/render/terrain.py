"""The ground of each place: ridges, water, trees, buildings, one painter a layer, from far to near."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .canvas import Canvas, Frame, Noise, below, blend, rgba, step
from .mood import GROUNDS, Colour, Mood, mix
from .sky import paint_bokeh
from .subjects import place_subject

if TYPE_CHECKING:
    from .canvas import Floats

_NEON: Final = ((1.0, 0.25, 0.62), (0.18, 0.88, 0.94), (1.0, 0.72, 0.25), (0.6, 0.4, 1.0))


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


def plan_terrain(mood: Mood, frame: Frame, seed: int, lamp_x: float) -> list[Plan]:
    """The layers of a mood's place, from far to near."""
    painter = _Painter(mood, frame, seed, lamp_x)
    plans = _PLACES[mood.place](painter)
    for name in mood.subjects:
        plans.append(painter.subject(name, alone=len(mood.subjects) == 1))
        if name == "person" and mood.place in ("sea", "lake"):  # nobody walks on water
            plans.append(painter.pier(plans[-1]))
    return sorted(plans, key=lambda plan: plan.nearness)


class _Painter:
    """Paints the layers of one place; every choice comes from its seed."""

    def __init__(self, mood: Mood, frame: Frame, seed: int, lamp_x: float) -> None:
        self.mood = mood
        self.frame = frame
        self.lamp_x = lamp_x
        self._rng = np.random.default_rng(seed)

    def seed(self) -> int:
        return int(self._rng.integers(2**31))

    def tone(self, near: float, ground: Colour | None = None) -> Colour:
        """The colour of ground at a distance: hazy far away (0), deep and dark at hand (1)."""
        light = self.mood.light
        own = ground or GROUNDS[self.mood.place]
        lit = (own[0] * light.ambient[0], own[1] * light.ambient[1], own[2] * light.ambient[2])
        haze = mix(mix(light.horizon, light.middle, 0.42), lit, 0.34 if self.mood.place in ("forest", "hills") else 0.0)
        bright = self.mood.place in ("snow", "desert")
        return mix(mix(haze, lit, min(1.0, 0.18 + near)), (0.01, 0.015, 0.03), (0.3 if bright else 0.62) * near)

    def ridge(
        self, nearness: float, near: float, base: float, rise: float, bump: float,
        *, jagged: bool = False, pines: float = 0.0, snow: float = 0.0, ground: Colour | None = None, relief: float = 0.5,
    ) -> Plan:  # fmt: skip
        """A chain of hills: its foot `base` of the frame's height below the horizon, its crests `rise` units above."""
        frame = self.frame
        foot = frame.horizon + base * frame.height
        noise, teeth = Noise(self.seed()), Noise(self.seed())

        def line(xs: Floats) -> Floats:
            x = xs / (bump * frame.unit)
            shape = noise.jagged(x) if jagged else 0.5 + 0.5 * noise.rough(x, 3, 0.36)
            ridge = foot - rise * frame.unit * shape
            if pines:
                ridge = ridge - _pine_row(xs / frame.unit, pines, teeth) * frame.unit
            return ridge.astype(np.float32)

        def paint(canvas: Canvas) -> Image.Image:
            ridge = line(canvas.xs)
            crest, deep = self.tone(near, ground), self.tone(near * 0.55, ground)
            picture = canvas.filled(crest)
            depth = (canvas.ys - ridge[None, :]) / frame.unit
            if relief and not pines:
                facing = _facing(canvas, line, self.lamp_x, depth * frame.unit, lean=0.75 if jagged else 0.25)
                reach = np.exp(-np.clip(depth, 0, None) / ((0.6 if jagged else 0.35) * max(rise, 0.05))) * relief
                blend(picture, mix(crest, self.mood.light.lamp, 0.4), np.clip(-facing * reach, 0, 1))
                blend(picture, mix(crest, (0, 0, 0.03), 0.4), np.clip(facing * reach, 0, 1))
            if snow:
                cap = step(0.0, 0.05, depth + 0.02 * teeth.rough(canvas.xs / frame.unit * 18)[None, :])
                height = step(foot - snow * rise * frame.unit, foot - (snow + 0.25) * rise * frame.unit, canvas.ys)
                blend(picture, mix(self.tone(near * 0.3, (1, 1, 1)), (1, 1, 1), 0.15), height * (1 - 0.55 * cap))
            blend(picture, deep, 0.75 * step(0.0, max(0.12, rise), depth))
            return rgba(picture, below(canvas, ridge))

        highest = foot - (rise * 1.25 + pines * 1.3) * frame.unit - 4
        return Plan(nearness, highest, foot + 0.25 * rise * frame.unit + 2, paint)

    def water(self, nearness: float, top: float, near: float) -> Plan:
        """Water from `top` (share of the frame below the horizon) downwards, mirroring the sky."""
        frame, light = self.frame, self.mood.light
        edge = frame.horizon + top * frame.height
        seed = self.seed()

        def paint(canvas: Canvas) -> Image.Image:
            rng = np.random.default_rng(seed)
            down = np.clip((canvas.ys - frame.horizon) / (frame.height - frame.horizon), 0, 1.4)
            own = self.tone(0.9)
            picture = np.empty((canvas.rows, canvas.columns, 3), np.float32)
            mirrored = (
                light.horizon,
                mix(light.middle, own, 0.35),
                mix(light.zenith, own, 0.6),
                mix(own, (0, 0, 0.02), 0.35),
            )
            for channel in range(3):
                picture[..., channel] = np.interp(down, (0, 0.22, 0.6, 1.2), [c[channel] for c in mirrored])
            strokes = _strokes(canvas, rng, near)
            blend(picture, light.horizon, np.clip(strokes, 0, 1) * (0.34 - 0.16 * near))
            blend(picture, (0.0, 0.02, 0.05), np.clip(-strokes, 0, 1) * 0.3)
            across = (canvas.xs[None, :] - self.lamp_x) / frame.unit
            path = np.exp(-((across / (0.05 + 0.16 * down)) ** 2)) * step(-0.1, 0.7, strokes)
            blend(picture, light.lamp, (path * 1.1 * light.glow * np.exp(-1.1 * down)).astype(np.float32))
            wave = edge + 0.004 * frame.unit * near * np.sin(canvas.xs / frame.unit * 21)
            soft = below(canvas, wave.astype(np.float32)) if near else None
            return rgba(picture, soft)

        return Plan(nearness, edge - 0.01 * frame.unit * near, edge + 0.01 * frame.unit, paint, sway=2.0 + 5.0 * near)

    def pines(
        self,
        nearness: float,
        near: float,
        base: float,
        height: float,
        gap: tuple[float, float],
        *,
        every: float = 0.125,
    ) -> Plan:
        """Conifers, one for each share `every` of the frame's width, leaving the gap (shares of the width) free."""
        frame = self.frame
        foot = frame.horizon + base * frame.height
        seed = self.seed()
        hill = Noise(seed)

        def paint(canvas: Canvas) -> Image.Image:
            dark = self.tone(near)
            trees = Image.new("L", (canvas.columns, canvas.rows))
            pen = ImageDraw.Draw(trees)
            for slot in range(round(-3 / every), round(4 / every)):
                own = np.random.default_rng((seed, slot + 10**6))
                x = (slot + own.uniform(-0.4, 0.4)) * every * frame.width
                tall = height * frame.unit * own.uniform(0.5, 1.15)
                free = gap[0] * frame.width < x < gap[1] * frame.width or own.random() < 0.2
                if not free and canvas.left - tall < x < canvas.right + tall:
                    _pine(pen, canvas, x, foot + 0.02 * frame.unit, tall, own)
            ground = below(
                canvas, (foot + 0.03 * frame.unit * hill.rough(canvas.xs / frame.unit * 2, 3)).astype(np.float32)
            )
            alpha = np.maximum(np.asarray(trees, np.float32) / 255, ground)
            picture = canvas.filled(dark)
            deep = mix(dark, (0, 0, 0), 0.45) if near > 0.8 else mix(dark, self.tone(0.0), 0.5)  # mist between the rows
            blend(
                picture,
                deep,
                step(foot - 0.6 * height * frame.unit, foot + 0.16 * frame.unit, canvas.ys) * np.ones_like(alpha),
            )
            return rgba(picture, alpha)

        return Plan(nearness, foot - height * 1.2 * frame.unit, foot + 0.06 * frame.unit, paint)

    def skyline(self, nearness: float, near: float, tallest: float, lit: float) -> Plan:
        """A row of buildings with lit windows, and neon signs where the night wants them."""
        frame = self.frame
        foot = frame.horizon + 0.03 * frame.height
        seed = self.seed()
        neon = self.mood.time == "neon" and near > 0.4

        def paint(canvas: Canvas) -> Image.Image:
            rng = np.random.default_rng(seed)
            body, zoom = self.tone(near), canvas.density * frame.unit
            picture = Image.new("RGBA", (canvas.columns, canvas.rows), (*_bytes(body), 0))
            glow = Image.new("RGB", picture.size)
            pen, bright = ImageDraw.Draw(picture), ImageDraw.Draw(glow)
            x = -2.2
            while x < 4.0:
                wide = rng.uniform(0.06, 0.15) * (0.7 + near)
                high = tallest * rng.uniform(0.35, 1.0) ** 1.3
                tone = mix(body, self.mood.light.horizon, float(rng.uniform(0, 0.1)))
                left, right = (int((edge * frame.unit - canvas.left) * canvas.density) for edge in (x, x + wide))
                top = int((foot - high * frame.unit - canvas.top) * canvas.density)
                windows = rng.random((int(high / 0.022) + 1, int(wide / 0.014) + 1)) < lit * rng.uniform(0.3, 1.3)
                sign = rng.random(4)
                x += wide * rng.uniform(0.92, 1.12)
                if right < 0 or left > canvas.columns:
                    continue
                pen.rectangle((left, top, right, canvas.rows), (*_bytes(tone), 255))
                if sign[3] < 0.3:
                    pen.line(
                        ((left + right) // 2, top, (left + right) // 2, top - int(0.04 * zoom)),
                        (*_bytes(tone), 255),
                        max(1, int(0.002 * zoom)),
                    )
                warm = mix((1.0, 0.82, 0.5), _NEON[int(sign[0] * 4)], 0.75 if neon and sign[1] < 0.4 else 0.0)
                _windows(
                    pen, bright, windows, (left, top), 0.014 * zoom, 0.022 * zoom, mix(tone, warm, 0.35 + 0.5 * near)
                )
                if neon and sign[2] < 0.55:
                    hue = _bytes(_NEON[int(sign[1] * 4)])
                    place = (left + int((right - left) * 0.25), top + int(0.05 * zoom))
                    box = (*place, place[0] + max(3, int(0.016 * zoom)), place[1] + int((0.05 + 0.1 * sign[0]) * zoom))
                    pen.rounded_rectangle(box, 0.004 * zoom, (*mix_bytes(hue, 0.35), 255))
                    bright.rectangle(box, hue)
            return _lit(picture, glow, 0.022 * zoom, 1.6 if neon else 0.5)

        return Plan(nearness, foot - (tallest + 0.06) * frame.unit, foot, paint)

    def street(self, nearness: float) -> Plan:
        """The ground before a skyline; wet, it holds the lights."""
        frame, mood = self.frame, self.mood
        seed = self.seed()

        def paint(canvas: Canvas) -> Image.Image:
            rng = np.random.default_rng(seed)
            dark = mix(self.tone(0.95), (0.02, 0.02, 0.04), 0.35)
            picture = canvas.filled(dark)
            down = np.clip((canvas.ys - frame.horizon) / (frame.height - frame.horizon), 0, 1.5)
            blend(
                picture,
                mix(mood.light.horizon, dark, 0.5),
                0.6 * np.exp(-down * 5) * np.ones((1, canvas.columns), np.float32),
            )
            lamps = mood.time in ("neon", "night", "dusk")
            ripple = _strokes(canvas, rng, 0.6)
            for _ in range(46 if lamps else 0):
                x = frame.unit * rng.uniform(-2.0, 4.0)
                hue = _NEON[int(rng.integers(4))] if mood.time == "neon" else (1.0, 0.8, 0.5)
                spread = frame.unit * rng.uniform(0.008, 0.03)
                offset = (canvas.xs[None, :] - x) / (spread * (1 + 1.5 * down))
                streak = np.exp(-(offset**2)) * np.exp(-down * rng.uniform(1.2, 4)) * (0.6 + 0.5 * ripple)
                blend(picture, hue, np.clip(0.85 * streak, 0, 1).astype(np.float32))
            return rgba(picture)

        return Plan(nearness, frame.horizon + 0.02 * frame.height, frame.horizon + 0.03 * frame.height, paint)

    def bokeh(self, nearness: float, sizes: tuple[float, float], number: int) -> Plan:
        """Lights out of focus."""
        seed = self.seed()

        def paint(canvas: Canvas) -> Image.Image:
            return paint_bokeh(canvas, self.mood, np.random.default_rng(seed), sizes, number)

        return Plan(nearness, -0.3 * self.frame.height, float("inf"), paint)

    def table(self, nearness: float) -> Plan:
        """A surface at the lower edge that catches the light."""
        frame = self.frame
        edge = frame.height * 0.8

        def paint(canvas: Canvas) -> Image.Image:
            picture = canvas.filled((0.07, 0.045, 0.035))
            down = (canvas.ys - edge) / frame.unit
            across = np.exp(-(((canvas.xs[None, :] - self.lamp_x) / (0.7 * frame.unit)) ** 2))
            blend(
                picture, (0.85, 0.55, 0.3), (0.55 * across * np.exp(-np.clip(down, 0, None) / 0.09)).astype(np.float32)
            )
            return rgba(picture, below(canvas, np.full(canvas.columns, edge, np.float32)))

        return Plan(nearness, edge - 4, edge + 4, paint)

    def subject(self, name: str, *, alone: bool) -> Plan:
        """What the prompt is about."""
        body = mix(self.tone(0.95), (0.02, 0.025, 0.04), 0.35)
        rng = np.random.default_rng(self.seed())
        placed = place_subject(name, self.mood, self.frame, body, self.lamp_x, rng, alone=alone)
        return Plan(
            placed.nearness, placed.top, float("inf"), lambda _canvas: placed.picture, speed=placed.speed,
            bob=placed.bob, place=(placed.left, placed.top), height=placed.picture.height,
        )  # fmt: skip

    def pier(self, walker: Plan) -> Plan:
        """A wooden pier from the camera to whoever stands at its end."""
        frame = self.frame
        end = walker.solid_from if walker.place is None else walker.place[1] + walker.height
        x = frame.width * 0.5 if walker.place is None else walker.place[0] + 0.3 * walker.height
        tall = round((frame.height * 1.15 - end) * 1.02)
        wide = 2 * round(0.62 * frame.unit)
        wood = mix(self.tone(0.95, (0.45, 0.32, 0.24)), (0.02, 0.02, 0.03), 0.25)

        def paint(_canvas: Canvas) -> Image.Image:
            big = 2
            picture = Image.new("RGBA", (big * wide, big * tall), (*_bytes(wood), 0))
            pen = ImageDraw.Draw(picture)
            middle, near, far = big * wide / 2, big * 0.5 * wide * 0.96, big * 0.075 * frame.unit
            planks = 34
            for plank in range(planks):
                low, high = ((edge / planks) ** 2.2 for edge in (plank + 1, plank + 0.12))
                a, b = (far + (near - far) * share for share in (high, low))
                tone = mix(wood, self.mood.light.horizon, 0.18 * (1 - low) + 0.05 * (plank % 3))
                y0, y1 = big * tall * high, big * tall * low
                pen.polygon(
                    [(middle - a, y0), (middle + a, y0), (middle + b, y1), (middle - b, y1)], (*_bytes(tone), 255)
                )
            for share in (0.0, 0.05, 0.16, 0.36, 0.7):
                half, post = far + (near - far) * share, big * frame.unit * (0.006 + 0.02 * share)
                for side in (-1, 1):
                    edge, foot = middle + side * half, big * tall * share
                    pen.rectangle(
                        (edge - post, foot - 3.4 * post, edge + post, foot + 5 * post),
                        (*_bytes(mix(wood, (0, 0, 0), 0.5)), 255),
                    )
            return picture.resize((wide, tall), Image.Resampling.LANCZOS)

        return Plan(1.1, end, float("inf"), paint, place=(x - wide / 2, end - 0.012 * frame.unit))

    def planet(self, nearness: float) -> Plan:
        """A world half in the light."""
        frame, light = self.frame, self.mood.light
        rng = np.random.default_rng(self.seed())
        radius = frame.unit * rng.uniform(0.34, 0.46)
        x, y = frame.width * rng.uniform(0.22, 0.4), frame.height * rng.uniform(0.55, 0.7)
        hue = ((0.86, 0.52, 0.3), (0.3, 0.56, 0.8), (0.7, 0.64, 0.5), (0.36, 0.62, 0.55))[int(rng.integers(4))]
        bands = Noise(self.seed())

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
            rim = (
                np.exp(-np.clip(distance - 1, 0, None) / 0.045) * np.clip(0.5 * across - 0.5 * down + 0.3, 0, 1) * 0.55
            )
            disc = 1 - step(1 - edge, 1 + edge, distance)
            blend(picture, mix(hue, light.lamp, 0.6), (1 - disc) * 1.0)
            return rgba(picture, np.maximum(disc, rim * (distance > 1)).astype(np.float32))

        return Plan(nearness, y - radius * 1.3, float("inf"), paint)


def _facing(canvas: Canvas, line: Callable[[Floats], Floats], lamp_x: float, depth: Floats, *, lean: float) -> Floats:
    """How much each place of a slope is turned from the light, -1..1: its spurs run down to both sides."""
    slope = np.tanh(np.gradient(line(canvas.xs)) * canvas.density * 1.6)
    start = canvas.xs[None, :] - lean * np.clip(depth, 0, None) * np.sign(slope)[None, :]
    turned = np.interp(start.ravel(), canvas.xs, slope).reshape(start.shape)
    return (turned * np.sign(canvas.xs - lamp_x)).astype(np.float32)


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


def _strokes(canvas: Canvas, rng: np.random.Generator, near: float) -> Floats:
    """Ripples: long across, short down, larger towards the camera; about -1..1."""
    frame = canvas.frame
    fine, coarse = Noise(int(rng.integers(2**31))), Noise(int(rng.integers(2**31)))
    down = np.clip((canvas.ys - frame.horizon) / frame.unit, 0.003, None)
    row = np.log(down * 60 + 1) * 9
    across = canvas.xs[None, :] / frame.unit / (0.1 + down)
    a = fine.at((row * 2.3 + 0.6 * coarse.at((across * 1.3 + row).astype(np.float32))).astype(np.float32))
    b = coarse.at((across * 2.4 + 13 * fine.at((row * 1.7).astype(np.float32))).astype(np.float32))
    return (a * (0.55 + 0.45 * b) * (0.8 + 0.4 * near)).astype(np.float32)


def _windows(
    pen: ImageDraw.ImageDraw, bright: ImageDraw.ImageDraw, lit: np.ndarray[tuple[int, ...], np.dtype[np.bool_]],
    corner: tuple[int, int], across: float, down: float, hue: Colour,
) -> None:  # fmt: skip
    paint = _bytes(hue)
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


def _bytes(paint: Colour) -> tuple[int, int, int]:
    red, green, blue = (round(255 * min(1.0, max(0.0, part))) for part in paint)
    return red, green, blue


def mix_bytes(paint: tuple[int, int, int], white: float) -> tuple[int, int, int]:
    """A colour of bytes, so much nearer to white."""
    red, green, blue = (round(part + (255 - part) * white) for part in paint)
    return red, green, blue


def _hills(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.14, 0.12, 0.02, 0.16, 0.7),
        p.ridge(0.3, 0.3, 0.06, 0.12, 0.6, pines=0.02),
        p.ridge(0.55, 0.5, 0.12, 0.13, 0.75),
        p.ridge(0.95, 0.72, 0.22, 0.14, 0.9),
        p.ridge(1.6, 1.0, 0.38, 0.13, 0.6),
    ]


def _mountains(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.1, 0.14, 0.03, 0.4, 0.62, jagged=True, snow=0.45),
        p.ridge(0.22, 0.32, 0.06, 0.26, 0.5, jagged=True),
        p.ridge(0.5, 0.55, 0.1, 0.1, 0.6, pines=0.045),
        p.ridge(0.95, 0.78, 0.2, 0.1, 0.7, pines=0.08),
        p.pines(1.6, 1.0, 0.34, 0.42, (0.3, 0.72)),
    ]


def _lake(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.1, 0.14, 0.012, 0.34, 0.6, jagged=True, snow=0.5),
        p.ridge(0.2, 0.36, 0.012, 0.13, 0.5, pines=0.035),
        p.water(0.32, 0.012, 0.0),
        p.water(0.75, 0.13, 0.5),
        p.water(1.2, 0.26, 1.0),
        p.pines(1.7, 1.0, 0.38, 0.5, (0.22, 0.8)),
    ]


def _sea(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.12, 0.2, 0.004, 0.07, 0.9, relief=0.2),
        p.water(0.2, 0.0, 0.0),
        p.water(0.6, 0.1, 0.5),
        p.water(1.05, 0.22, 1.0),
    ]


def _forest(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.12, 0.1, 0.0, 0.12, 0.8, pines=0.05),
        p.pines(0.28, 0.26, 0.04, 0.2, (0, 0), every=0.03),
        p.pines(0.52, 0.48, 0.1, 0.32, (0.47, 0.56), every=0.05),
        p.pines(0.95, 0.74, 0.2, 0.52, (0.36, 0.66), every=0.09),
        p.pines(1.6, 1.0, 0.36, 0.95, (0.16, 0.84), every=0.16),
    ]


def _desert(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.12, 0.16, 0.01, 0.09, 0.8, relief=0.6),
        p.ridge(0.28, 0.36, 0.06, 0.12, 0.9, relief=0.8),
        p.ridge(0.6, 0.58, 0.14, 0.14, 1.1, relief=0.9),
        p.ridge(1.0, 0.78, 0.26, 0.13, 1.2, relief=0.9),
        p.ridge(1.6, 1.0, 0.4, 0.12, 1.0, relief=0.7),
    ]


def _snow(p: _Painter) -> list[Plan]:
    rock, dark = GROUNDS["mountains"], GROUNDS["forest"]
    return [
        p.ridge(0.1, 0.16, 0.02, 0.36, 0.6, jagged=True, snow=0.2, ground=rock),
        p.ridge(0.3, 0.4, 0.05, 0.07, 0.7, pines=0.06, ground=dark),
        p.ridge(0.6, 0.2, 0.11, 0.09, 0.9, relief=0.35),
        p.pines(0.9, 0.7, 0.15, 0.3, (0.3, 0.75)),
        p.ridge(1.1, 0.3, 0.24, 0.1, 1.0, relief=0.3),
        p.ridge(1.7, 0.45, 0.4, 0.1, 0.8, relief=0.3),
    ]


def _city(p: _Painter) -> list[Plan]:
    lit = {"neon": 0.5, "night": 0.5, "dusk": 0.38, "storm": 0.3, "overcast": 0.2, "dawn": 0.15}.get(p.mood.time, 0.06)
    return [
        p.skyline(0.15, 0.15, 0.5, lit * 0.5),
        p.skyline(0.35, 0.45, 0.42, lit * 0.8),
        p.skyline(0.75, 0.8, 0.34, lit),
        p.street(1.0),
    ]


def _underwater(p: _Painter) -> list[Plan]:
    return [
        p.ridge(0.2, 0.15, 0.22, 0.16, 0.5, relief=0.2),
        p.ridge(0.5, 0.4, 0.3, 0.14, 0.4, relief=0.2),
        p.ridge(1.0, 0.75, 0.36, 0.12, 0.34, relief=0.15),
        p.ridge(1.6, 1.0, 0.42, 0.1, 0.26, relief=0.1),
    ]


def _studio(p: _Painter) -> list[Plan]:
    return [p.bokeh(0.15, (0.02, 0.045), 26), p.bokeh(0.45, (0.04, 0.085), 16), p.table(1.3)]


def _space(p: _Painter) -> list[Plan]:
    return [p.planet(0.3)]


_PLACES: Final = {
    "hills": _hills, "mountains": _mountains, "lake": _lake, "sea": _sea, "forest": _forest, "desert": _desert,
    "snow": _snow, "city": _city, "underwater": _underwater, "studio": _studio, "space": _space,
}  # fmt: skip
