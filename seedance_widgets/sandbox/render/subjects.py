"""Stand-ins for what a prompt is about: silhouettes with a rim of light, in the right place and size."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from .canvas import Frame
from .mood import Colour, Mood, in_bytes, mix

_OVERSAMPLE: Final = 3
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """How a subject stands in the world; lengths in units, heights as shares of the frame."""

    tall: float
    wide: float
    nearness: float
    foot: float
    """Where it stands: below the horizon (positive) or above it, as a share of the frame's height."""
    speed: float
    """Units a second when it is going somewhere."""
    bob: float
    draw: Callable[[Pen], None]


class Pen:
    """Draws in a figure's own measure: x from -wide/2 to wide/2, y from 0 (foot) to 1 (top), both times its height."""

    def __init__(self, figure: Figure, pixels: float, body: Colour, accent: Colour, light: Colour) -> None:
        self._scale = pixels * _OVERSAMPLE
        self._width = round(figure.wide / figure.tall * self._scale)
        self.body, self.accent, self.light = body, accent, light
        self.image = Image.new("RGBA", (max(8, self._width), max(8, round(1.3 * self._scale))), (*in_bytes(body), 0))
        self._draw = ImageDraw.Draw(self.image)

    def _at(self, point: Point) -> Point:
        return self._width / 2 + point[0] * self._scale, self.image.height - point[1] * self._scale

    def shape(self, points: Sequence[Point], paint: Colour | None = None) -> None:
        """A filled polygon."""
        self._draw.polygon([self._at(point) for point in points], (*in_bytes(paint or self.body), 255))

    def oval(self, centre: Point, across: float, down: float, paint: Colour | None = None) -> None:
        """A filled ellipse with two half axes."""
        x, y = self._at(centre)
        box = (x - across * self._scale, y - down * self._scale, x + across * self._scale, y + down * self._scale)
        self._draw.ellipse(box, (*in_bytes(paint or self.body), 255))

    def stroke(self, points: Sequence[Point], width: float, paint: Colour | None = None) -> None:
        """A line with round joints."""
        placed = [self._at(point) for point in points]
        self._draw.line(placed, (*in_bytes(paint or self.body), 255), max(1, round(width * self._scale)), "curve")

    def mirrored(self) -> None:
        """Turn what is drawn so far around."""
        self.image = self.image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def _person(pen: Pen) -> None:
    pen.shape([(-0.1, 0), (-0.035, 0), (0.0, 0.4), (0.045, 0.4), (-0.02, 0.45), (-0.075, 0.42)])
    pen.shape([(0.06, 0), (0.125, 0.0), (0.08, 0.42), (-0.02, 0.42)])
    pen.shape([(-0.1, 0.34), (0.11, 0.34), (0.085, 0.78), (0.045, 0.83), (-0.04, 0.83), (-0.085, 0.78)], pen.accent)
    pen.stroke([(-0.075, 0.77), (-0.13, 0.6), (-0.1, 0.45)], 0.05, mix(pen.accent, pen.body, 0.4))
    pen.stroke([(0.08, 0.77), (0.14, 0.61), (0.155, 0.47)], 0.05, mix(pen.accent, pen.body, 0.4))
    pen.shape([(-0.03, 0.8), (0.035, 0.8), (0.03, 0.88), (-0.025, 0.88)])
    pen.oval((0.005, 0.92), 0.062, 0.075)


def _umbrella(pen: Pen) -> None:
    _person(pen)
    pen.stroke([(0.155, 0.47), (0.1, 1.1)], 0.016)
    arc = [(0.1 - 0.36 * math.cos(math.pi * k / 16), 0.99 + 0.26 * math.sin(math.pi * k / 16)) for k in range(17)]
    pen.shape(arc, pen.accent)
    for x in (-0.17, 0.1, 0.37):
        pen.stroke([(0.1, 1.25), (x, 0.99)], 0.008, mix(pen.accent, (0, 0, 0), 0.35))


def _portrait(pen: Pen) -> None:
    skin = mix(pen.body, (0.8, 0.52, 0.38), 0.5)
    shoulders = [
        (-0.42, 0),
        (-0.38, 0.24),
        (-0.27, 0.36),
        (-0.08, 0.41),
        (0.08, 0.41),
        (0.27, 0.36),
        (0.38, 0.24),
        (0.42, 0),
    ]
    pen.shape(shoulders, mix(pen.body, pen.accent, 0.6))
    pen.shape([(-0.075, 0.36), (0.075, 0.36), (0.07, 0.55), (-0.07, 0.55)], mix(skin, pen.body, 0.5))
    pen.oval((0.0, 0.66), 0.135, 0.18, skin)
    pen.shape(
        [
            (-0.14, 0.67),
            (-0.15, 0.78),
            (-0.1, 0.87),
            (0.0, 0.9),
            (0.11, 0.87),
            (0.15, 0.78),
            (0.14, 0.66),
            (0.1, 0.77),
            (-0.06, 0.79),
        ]
    )


def _chef(pen: Pen) -> None:
    _portrait(pen)
    white = mix(pen.body, (1, 0.97, 0.92), 0.75)
    pen.shape([(-0.14, 0.78), (0.14, 0.78), (0.15, 0.9), (-0.15, 0.9)], white)
    for x, y in ((-0.12, 0.94), (0.0, 0.98), (0.12, 0.94)):
        pen.oval((x, y), 0.1, 0.085, white)


def _quadruped(pen: Pen) -> None:
    coat = pen.accent
    for x, lean in ((-0.5, -0.06), (-0.36, 0.05), (0.3, 0.07), (0.44, -0.03)):
        pen.stroke([(x, 0.5), (x + lean, 0.22), (x + lean * 1.4, 0.02)], 0.085, mix(coat, pen.body, 0.55))
    pen.shape(
        _smooth(
            [
                (-0.62, 0.5),
                (-0.6, 0.7),
                (-0.4, 0.76),
                (0.1, 0.7),
                (0.42, 0.8),
                (0.6, 0.66),
                (0.5, 0.4),
                (0.2, 0.36),
                (-0.3, 0.42),
                (-0.56, 0.36),
            ]
        ),
        coat,
    )
    pen.shape([(0.36, 0.74), (0.52, 0.9), (0.62, 0.86), (0.56, 0.6)], coat)
    pen.shape(
        [
            (0.48, 0.92),
            (0.5, 1.06),
            (0.57, 0.97),
            (0.63, 1.05),
            (0.66, 0.92),
            (0.88, 0.8),
            (0.86, 0.75),
            (0.66, 0.75),
            (0.52, 0.78),
        ],
        coat,
    )
    pen.shape(
        _smooth([(-0.5, 0.68), (-0.78, 0.68), (-1.04, 0.46), (-1.2, 0.26), (-0.94, 0.28), (-0.72, 0.42), (-0.5, 0.5)]),
        coat,
    )
    pen.shape(_smooth([(-0.98, 0.42), (-1.18, 0.27), (-0.98, 0.3)]), mix(coat, (1, 1, 1), 0.6))


def _caravan(pen: Pen) -> None:
    for x in (-3.4, -1.75, 0.0, 1.7, 3.3):
        for leg, lean in ((-0.34, 0.05), (-0.24, -0.07), (0.22, 0.06), (0.32, -0.04)):
            pen.stroke([(x + leg, 0.5), (x + leg + lean, 0.0)], 0.06)
        pen.shape(
            [
                (x - 0.42, 0.5),
                (x - 0.36, 0.68),
                (x - 0.14, 0.74),
                (x, 0.94),
                (x + 0.12, 0.74),
                (x + 0.36, 0.66),
                (x + 0.42, 0.48),
                (x, 0.42),
            ]
        )
        pen.stroke([(x + 0.34, 0.58), (x + 0.54, 0.54), (x + 0.64, 0.94)], 0.09)
        pen.stroke([(x + 0.6, 0.94), (x + 0.82, 0.9)], 0.09)
        pen.shape([(x - 0.1, 0.74), (x, 0.94), (x + 0.1, 0.74), (x + 0.06, 0.56), (x - 0.06, 0.56)], pen.accent)


def _lighthouse(pen: Pen) -> None:
    pen.shape(
        [(-0.62, 0), (-0.5, 0.08), (-0.3, 0.13), (-0.1, 0.17), (0.14, 0.17), (0.34, 0.11), (0.52, 0.07), (0.64, 0)]
    )
    for index in range(5):
        low, high = 0.15 + 0.12 * index, 0.15 + 0.12 * (index + 1)
        a, b = 0.085 - 0.055 * (low - 0.15), 0.085 - 0.055 * (high - 0.15)
        paint = mix(pen.body, (0.82, 0.2, 0.16) if index % 2 == 0 else (0.95, 0.93, 0.9), 0.72)
        pen.shape([(-a, low), (a, low), (b, high), (-b, high)], paint)
        pen.shape([(0.02, low), (a, low), (b, high), (0.015, high)], mix(paint, (0, 0, 0), 0.28))
    pen.shape([(-0.085, 0.75), (0.085, 0.75), (0.085, 0.775), (-0.085, 0.775)])
    pen.shape([(-0.042, 0.775), (0.042, 0.775), (0.042, 0.86), (-0.042, 0.86)], mix(pen.light, (1, 0.95, 0.75), 0.8))
    pen.shape([(-0.058, 0.86), (0.058, 0.86), (0.0, 0.93)], mix(pen.body, (0.82, 0.2, 0.16), 0.6))
    pen.stroke([(0, 0.92), (0, 0.97)], 0.008)


def _boat(pen: Pen) -> None:
    sail = mix(pen.body, (1, 0.97, 0.9), 0.75)
    pen.stroke([(0.02, 0.1), (0.02, 1.0)], 0.018)
    pen.shape([(0.05, 0.18), (0.42, 0.2), (0.05, 0.97)], sail)
    pen.shape([(-0.01, 0.2), (-0.34, 0.22), (-0.01, 0.86)], mix(sail, pen.body, 0.25))
    pen.shape([(-0.46, 0.13), (0.5, 0.13), (0.36, 0.0), (-0.34, 0.0)], mix(pen.body, pen.accent, 0.6))


def _car(pen: Pen) -> None:
    pen.shape(
        [(-1.15, 0.2), (-1.15, 0.48), (-0.8, 0.58), (-0.5, 0.94), (0.32, 0.94), (0.68, 0.58), (1.1, 0.5), (1.18, 0.2)],
        pen.accent,
    )
    glass = mix(pen.body, pen.light, 0.4)
    pen.shape([(-0.62, 0.58), (-0.42, 0.86), (-0.1, 0.86), (-0.1, 0.58)], glass)
    pen.shape([(-0.03, 0.58), (-0.03, 0.86), (0.26, 0.86), (0.5, 0.58)], glass)
    for x in (-0.68, 0.66):
        pen.oval((x, 0.2), 0.21, 0.2, (0.02, 0.02, 0.03))
        pen.oval((x, 0.2), 0.1, 0.1, mix(pen.body, (1, 1, 1), 0.3))
    pen.oval((1.12, 0.4), 0.05, 0.05, (1, 0.95, 0.75))
    pen.oval((-1.13, 0.42), 0.04, 0.05, (1, 0.2, 0.15))


def _cabin(pen: Pen) -> None:
    pen.shape([(-0.5, 0), (-0.5, 0.5), (0.5, 0.5), (0.5, 0)], mix(pen.body, pen.accent, 0.35))
    pen.shape([(-0.62, 0.47), (-0.3, 0.98), (0.3, 0.98), (0.62, 0.47)])
    pen.shape([(0.2, 0.8), (0.2, 1.07), (0.3, 1.07), (0.3, 0.8)])
    for x in (-0.3, 0.14):
        pen.shape([(x, 0.16), (x, 0.36), (x + 0.16, 0.36), (x + 0.16, 0.16)], (1.0, 0.82, 0.48))


def _balloon(pen: Pen) -> None:
    for index, half in enumerate((0.36, 0.26, 0.15, 0.05)):
        paint = pen.accent if index % 2 == 0 else mix(pen.accent, (1, 0.96, 0.88), 0.75)
        pen.oval((0, 0.66), half, 0.34, paint)
        pen.shape([(-half * 0.83, 0.48), (half * 0.83, 0.48), (0.28 * half, 0.2), (-0.28 * half, 0.2)], paint)
    pen.stroke([(-0.09, 0.22), (-0.05, 0.1)], 0.008)
    pen.stroke([(0.09, 0.22), (0.05, 0.1)], 0.008)
    pen.shape([(-0.06, 0.1), (0.06, 0.1), (0.05, 0.0), (-0.05, 0.0)], (0.3, 0.2, 0.14))


def _whale(pen: Pen) -> None:
    skin = mix(pen.body, (0.16, 0.36, 0.5), 0.55)
    back = [(-1.1, 0.5), (-0.8, 0.56), (-0.4, 0.72), (0.1, 0.88), (0.55, 0.9), (0.9, 0.8), (1.12, 0.62), (1.16, 0.5)]
    belly = [(1.08, 0.36), (0.85, 0.22), (0.45, 0.14), (0.0, 0.2), (-0.5, 0.36), (-0.85, 0.44)]
    pen.shape(_smooth([*back, *belly]), skin)
    pale = mix(skin, (0.85, 0.95, 0.98), 0.5)
    pen.shape(_smooth([(1.13, 0.45), (0.85, 0.24), (0.45, 0.15), (0.05, 0.2), (0.4, 0.33), (0.8, 0.42)]), pale)
    for y in (0.21, 0.26, 0.31, 0.36):
        pen.stroke([(0.34 + y * 0.6, y - 0.01), (0.72 + y * 0.7, y + 0.04)], 0.008, mix(pale, skin, 0.6))
    pen.shape(
        [(-0.95, 0.5), (-1.3, 0.62), (-1.62, 0.86), (-1.5, 0.6), (-1.66, 0.36), (-1.3, 0.46), (-0.95, 0.44)], skin
    )
    pen.shape(
        _smooth([(0.3, 0.34), (0.06, 0.12), (-0.2, 0.0), (-0.14, 0.16), (0.08, 0.36)]), mix(skin, (0, 0, 0), 0.35)
    )
    pen.shape([(-0.28, 0.74), (-0.42, 0.86), (-0.46, 0.72)], skin)
    pen.oval((0.86, 0.5), 0.018, 0.022, (0.01, 0.02, 0.03))


def _smooth(points: Sequence[Point]) -> list[Point]:
    """A closed outline with rounded corners (corners cut three times)."""
    outline = list(points)
    for _ in range(3):
        pairs = zip(outline, [*outline[1:], outline[0]], strict=True)
        outline = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share) for a, b in pairs for share in (0.25, 0.75)
        ]
    return outline


def _birds(pen: Pen) -> None:
    for x, y, size in (
        (-0.9, 0.5, 0.16),
        (-0.5, 0.75, 0.2),
        (-0.1, 0.9, 0.24),
        (0.35, 0.7, 0.19),
        (0.75, 0.48, 0.16),
        (1.15, 0.3, 0.13),
    ):
        pen.stroke([(x - size, y + size * 0.5), (x - size * 0.45, y + size * 0.55), (x, y)], 0.03)
        pen.stroke([(x, y), (x + size * 0.45, y + size * 0.55), (x + size, y + size * 0.5)], 0.03)


def _tree(pen: Pen) -> None:
    pen.shape([(-0.06, 0), (0.06, 0), (0.03, 0.5), (-0.03, 0.5)])
    for x, y, size in ((0, 0.74, 0.25), (-0.2, 0.6, 0.18), (0.2, 0.61, 0.19), (-0.1, 0.84, 0.16), (0.12, 0.83, 0.16)):
        pen.oval((x, y), size, size * 0.85, mix(pen.body, pen.accent, 0.25))


FIGURES: Final = {
    "person": Figure(0.2, 0.13, 1.12, 0.24, 0.05, 0.002, _person),
    "portrait": Figure(0.86, 0.9, 0.9, 0.46, 0.0, 0.004, _portrait),
    "chef": Figure(0.92, 0.9, 0.9, 0.46, 0.0, 0.004, _chef),
    "umbrella": Figure(0.2, 0.2, 1.12, 0.24, 0.05, 0.002, _umbrella),
    "caravan": Figure(0.075, 0.62, 0.6, 0.12, 0.03, 0.001, _caravan),
    "quadruped": Figure(0.14, 0.34, 1.12, 0.26, 0.075, 0.003, _quadruped),
    "lighthouse": Figure(0.52, 0.74, 0.45, 0.035, 0.0, 0.0, _lighthouse),
    "boat": Figure(0.2, 0.24, 0.6, 0.11, 0.03, 0.004, _boat),
    "car": Figure(0.1, 0.26, 1.12, 0.2, 0.11, 0.001, _car),
    "cabin": Figure(0.19, 0.26, 0.8, 0.17, 0.0, 0.0, _cabin),
    "balloon": Figure(0.26, 0.22, 0.5, -0.2, 0.014, 0.006, _balloon),
    "whale": Figure(0.27, 0.9, 0.9, -0.02, 0.05, 0.012, _whale),
    "birds": Figure(0.09, 0.3, 0.4, -0.3, 0.04, 0.004, _birds),
    "tree": Figure(0.44, 0.4, 0.9, 0.2, 0.0, 0.0, _tree),
}


@dataclass(frozen=True, slots=True)
class Placed:
    """A painted subject and where it stands at the start, in world pixels."""

    picture: Image.Image
    left: float
    top: float
    nearness: float
    speed: float
    """World pixels a second it moves to the right (negative: to the left)."""
    bob: float
    """World pixels it moves up and down."""


def place_subject(
    name: str, mood: Mood, frame: Frame, body: Colour, lamp_x: float, rng: np.random.Generator,
    *, alone: bool, followed: float,
) -> Placed:  # fmt: skip
    """Paint a subject into a mood.

    `alone`: nothing else needs the middle. `followed`: world pixels a second the camera travels to the right.
    """
    if mood.place == "studio" and name == "person":
        name = "chef" if "chef" in mood.words else "portrait"
    if name == "person" and "umbrella" in mood.words:
        name = "umbrella"
    figure = FIGURES[name]
    scale = 1.0 if name in ("portrait", "chef", "lighthouse") else mood.subject_scale
    tall = min(figure.tall * scale * frame.unit, 0.9 * frame.height)
    plain = (0.9, 0.92, 0.95) if mood.place == "space" else mood.light.horizon
    accent = mix(
        body,
        mood.subject_colour or plain,
        0.72 if mood.subject_colour or name == "balloon" or mood.place == "space" else 0.3,
    )
    pen = Pen(figure, tall, body, accent, mood.light.lamp)
    figure.draw(pen)
    direction = 1.0 if rng.random() < 0.5 else -1.0
    if followed:  # the camera goes with it
        direction = math.copysign(1.0, followed)
    if direction < 0:
        pen.mirrored()
    size = round(pen.image.width / _OVERSAMPLE), round(pen.image.height / _OVERSAMPLE)
    sharp = pen.image.resize((2 * (size[0] // 2), 2 * (size[1] // 2)), Image.Resampling.LANCZOS)
    x = frame.width * (rng.uniform(0.42, 0.56) if alone else rng.uniform(0.3, 0.4))
    if name == "lighthouse":
        x = frame.width * (0.74 if lamp_x < frame.width / 2 else 0.26)
    on_pier = name in ("person", "umbrella") and mood.place in ("sea", "lake")
    own = abs(followed) * figure.nearness if followed else figure.speed * frame.unit
    speed = direction * own if mood.going and not on_pier else 0.0
    foot = min(frame.horizon + figure.foot * frame.height, 0.94 * frame.height)
    if name in ("portrait", "chef"):
        foot = 0.8 * frame.height + 0.22 * frame.unit  # behind the table
    left = x - sharp.width / 2 - (0.0 if followed else 1.2 * speed)  # so that it is in the middle a little later
    picture = _rim_lit(sharp, mood.light.lamp, toward=lamp_x - x)
    return Placed(picture, left, foot - sharp.height, figure.nearness, speed, figure.bob * frame.unit)


def _rim_lit(figure: Image.Image, lamp: Colour, toward: float) -> Image.Image:
    """A rim of light on the side of the sun, so that the figure stands out."""
    alpha = figure.getchannel("A")
    shift = max(1, figure.height // 90)
    inner = ImageChops.offset(alpha, -shift if toward > 0 else shift, shift)
    rim = (
        ImageChops.subtract(alpha, inner)
        .filter(ImageFilter.GaussianBlur(shift / 3))
        .point([int(0.6 * k) for k in range(256)])
    )
    lit = Image.composite(Image.new("RGB", figure.size, in_bytes(lamp)), figure.convert("RGB"), rim)
    lit.putalpha(alpha)
    return lit
