"""Which layers make each place, from far to near."""

from __future__ import annotations

from typing import Final

from .canvas import Frame
from .city import skyline, street
from .land import pines, ridge, water
from .mood import GROUNDS, Mood
from .painter import Painter, Plan
from .props import bokeh, pier, planet, subject, table


def plan_terrain(mood: Mood, frame: Frame, seed: int, lamp_x: float, followed: float) -> list[Plan]:
    """The layers of a mood's place with its subjects, from far to near.

    `followed`: world pixels a second the camera travels along to the right, and a moving subject with it.
    """
    painter = Painter(mood, frame, seed, lamp_x)
    plans = _PLACES[mood.place](painter)
    for name in mood.subjects:
        plans.append(subject(painter, name, alone=len(mood.subjects) == 1, followed=followed))
        if name == "person" and mood.place in ("sea", "lake"):  # nobody walks on water
            plans.append(pier(painter, plans[-1]))
    return sorted(plans, key=lambda plan: plan.nearness)


def _hills(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.14, 0.12, 0.02, 0.16, 0.7),
        ridge(p, 0.3, 0.3, 0.06, 0.12, 0.6, pines=0.02),
        ridge(p, 0.55, 0.5, 0.12, 0.13, 0.75),
        ridge(p, 0.95, 0.72, 0.22, 0.14, 0.9),
        ridge(p, 1.6, 1.0, 0.38, 0.13, 0.6),
    ]


def _mountains(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.1, 0.14, 0.03, 0.4, 0.62, jagged=True, snow=0.45),
        ridge(p, 0.22, 0.32, 0.06, 0.26, 0.5, jagged=True),
        ridge(p, 0.5, 0.55, 0.1, 0.1, 0.6, pines=0.045),
        ridge(p, 0.95, 0.78, 0.2, 0.1, 0.7, pines=0.08),
        pines(p, 1.6, 1.0, 0.34, 0.42, (0.3, 0.72)),
    ]


def _lake(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.1, 0.14, 0.012, 0.34, 0.6, jagged=True, snow=0.5),
        ridge(p, 0.2, 0.36, 0.012, 0.13, 0.5, pines=0.035),
        water(p, 0.32, 0.012, 0.0),
        water(p, 0.75, 0.13, 0.5),
        water(p, 1.2, 0.26, 1.0),
        pines(p, 1.7, 1.0, 0.38, 0.5, (0.22, 0.8)),
    ]


def _sea(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.12, 0.2, 0.004, 0.07, 0.9, relief=0.2),
        water(p, 0.2, 0.0, 0.0),
        water(p, 0.6, 0.1, 0.5),
        water(p, 1.05, 0.22, 1.0),
    ]


def _forest(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.12, 0.1, 0.0, 0.12, 0.8, pines=0.05),
        pines(p, 0.28, 0.26, 0.04, 0.2, (0, 0), every=0.03),
        pines(p, 0.52, 0.48, 0.1, 0.32, (0.47, 0.56), every=0.05),
        pines(p, 0.95, 0.74, 0.2, 0.52, (0.36, 0.66), every=0.09),
        pines(p, 1.6, 1.0, 0.36, 0.95, (0.16, 0.84), every=0.16),
    ]


def _desert(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.12, 0.16, 0.01, 0.09, 0.8, relief=0.6),
        ridge(p, 0.28, 0.36, 0.06, 0.12, 0.9, relief=0.8),
        ridge(p, 0.6, 0.58, 0.14, 0.14, 1.1, relief=0.9),
        ridge(p, 1.0, 0.78, 0.26, 0.13, 1.2, relief=0.9),
        ridge(p, 1.6, 1.0, 0.4, 0.12, 1.0, relief=0.7),
    ]


def _snow(p: Painter) -> list[Plan]:
    rock, dark = GROUNDS["mountains"], GROUNDS["forest"]
    return [
        ridge(p, 0.1, 0.16, 0.02, 0.36, 0.6, jagged=True, snow=0.2, ground=rock),
        ridge(p, 0.3, 0.4, 0.05, 0.07, 0.7, pines=0.06, ground=dark),
        ridge(p, 0.6, 0.2, 0.11, 0.09, 0.9, relief=0.35),
        pines(p, 0.9, 0.45, 0.15, 0.3, (0.3, 0.75), needles=dark),
        ridge(p, 1.1, 0.3, 0.24, 0.1, 1.0, relief=0.3),
        ridge(p, 1.7, 0.45, 0.4, 0.1, 0.8, relief=0.3),
    ]


def _city(p: Painter) -> list[Plan]:
    lit = {"neon": 0.5, "night": 0.5, "dusk": 0.38, "storm": 0.3, "overcast": 0.2, "dawn": 0.15}.get(p.mood.time, 0.06)
    return [
        skyline(p, 0.15, 0.15, 0.5, lit * 0.5),
        skyline(p, 0.35, 0.45, 0.42, lit * 0.8),
        skyline(p, 0.75, 0.8, 0.34, lit),
        street(p, 1.0),
    ]


def _underwater(p: Painter) -> list[Plan]:
    return [
        ridge(p, 0.2, 0.15, 0.22, 0.16, 0.5, relief=0.2),
        ridge(p, 0.5, 0.4, 0.3, 0.14, 0.4, relief=0.2),
        ridge(p, 1.0, 0.75, 0.36, 0.12, 0.34, relief=0.15),
        ridge(p, 1.6, 1.0, 0.42, 0.1, 0.26, relief=0.1),
    ]


def _studio(p: Painter) -> list[Plan]:
    return [bokeh(p, 0.15, (0.02, 0.045), 26), bokeh(p, 0.45, (0.04, 0.085), 16), table(p, 1.3)]


def _space(p: Painter) -> list[Plan]:
    return [planet(p, 0.3)]


_PLACES: Final = {
    "hills": _hills, "mountains": _mountains, "lake": _lake, "sea": _sea, "forest": _forest, "desert": _desert,
    "snow": _snow, "city": _city, "underwater": _underwater, "studio": _studio, "space": _space,
}  # fmt: skip
