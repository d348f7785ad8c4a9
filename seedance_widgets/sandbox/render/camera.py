"""What the camera does, read from the prompt's camera words."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, fields
from typing import Final

import numpy as np


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the camera is and how it looks, relative to the start of the clip; all zero is the start.

    `pan`, `tilt`: turning right and up, as a share of the frame's width and height the picture shifts.
    `truck`, `crane`: moving right and up, in the same measure for things at medium distance (near things shift more).
    `dolly`: moving forward, as the growth (natural logarithm) of things at medium distance.
    `zoom`: longer focal length, as the growth (natural logarithm) of everything alike.
    `orbit`: going around the subject to the right; far things shift right, near things left.
    """

    pan: float = 0.0
    tilt: float = 0.0
    truck: float = 0.0
    crane: float = 0.0
    dolly: float = 0.0
    zoom: float = 0.0
    orbit: float = 0.0

    def plus(self, other: Pose, factor: float = 1.0) -> Pose:
        """This pose and `factor` times the other."""
        return Pose(*(getattr(self, f.name) + factor * getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True, slots=True)
class Move:
    """One clip's camera: the poses it passes, one leg of the way after the other, and how much a hand shakes it."""

    stops: tuple[Pose, ...]
    """At least two; the first is the start."""
    shake: float = 0.0
    seed: int = 0

    @property
    def still(self) -> bool:
        """Whether the camera does not move at all."""
        return self.shake == 0 and all(stop == Pose() for stop in self.stops)

    @property
    def last_leg(self) -> Pose:
        """What the last leg adds."""
        return self.stops[-1].plus(self.stops[-2], -1.0)

    def stage(self, moment: float) -> tuple[int, float]:
        """The leg of a moment (0..1 of the clip) and how much of it is gone; every leg starts and ends softly."""
        legs = len(self.stops) - 1
        leg = min(int(moment * legs), legs - 1)
        part = moment * legs - leg
        return leg, 0.35 * part + 0.65 * part * part * (3 - 2 * part)

    def pose(self, moment: float) -> Pose:
        """Where the camera is at a moment, but for the hand's shake."""
        leg, share = self.stage(moment)
        return self.stops[leg].plus(self.stops[leg + 1].plus(self.stops[leg], -1.0), share)

    def tremor(self, seconds: float) -> Pose:
        """The hand's shake at a time; nothing at the start."""
        if not self.shake:
            return Pose()
        phase = np.random.default_rng(self.seed).uniform(0, 2 * math.pi, 6)
        grown = self.shake * min(1.0, seconds / 0.7)
        waves = [math.sin(2 * math.pi * f * seconds + p) for f, p in zip((0.7, 1.3, 2.9) * 2, phase, strict=True)]
        weights = (1.0, 0.6, 0.25)
        across, up = (sum(w * v for w, v in zip(weights, waves[k : k + 3], strict=True)) for k in (0, 3))
        return Pose(pan=grown * across, tilt=grown * up)


_GENTLE_PUSH: Final = Pose(dolly=0.10)
_FILL: Final = r"(?:\W+\w+){0,3}?\W+"  # "pan slowly to the left"


def _either(verbs: str, where: str) -> str:
    return rf"\b(?:{verbs})(?:{_FILL}|-)(?:{where})\b"


_PAN, _TILT = r"pan|pans|panning|panned", r"tilt|tilts|tilting|tilted"
_DOLLY = r"dolly|dollies|dollying|push|pushes|pushing|track|tracks|tracking|creep|creeps|creeping|camera moves?"
_BACK = r"dolly|dollies|dollying|pull|pulls|pulling|track|tracks|tracking|camera moves?"
_SIDE = r"truck|trucks|trucking|track|tracks|tracking|slide|slides|sliding|dolly|dollies|camera moves?"
_CRANE = r"crane|cranes|craning|boom|booms|jib|jibs|pedestal|camera"
_RISE, _SINK = (
    r"up|upwards?|rises?|rising|ascends?|ascending|lifts?",
    r"down|downwards?|descends?|descending|sinks?|lowers?",
)
_ORBIT = r"orbit|orbits|orbiting|arc|arcs|arcing|circles?|circling|bullet[- ]time|revolves?|revolving"

# Words, and how far the camera goes. A row uses its words up, so that "dolly zoom" is not a dolly and a zoom as well.
_WORDS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), pose)
    for pattern, pose in (
        (r"\bdolly[- ]zoom\w*|\bzolly\b|\bvertigo (?:effect|shot)", Pose(dolly=0.42, zoom=-0.42)),
        (_either(_PAN, "left(?:wards?)?"), Pose(pan=-0.22)),
        (_either(_PAN, "right(?:wards?)?"), Pose(pan=0.22)),
        (_either(_TILT, "up(?:wards?)?"), Pose(tilt=0.18)),
        (_either(_TILT, "down(?:wards?)?"), Pose(tilt=-0.18)),
        (_either("zoom|zooms|zooming", "in|into|closer"), Pose(zoom=0.26)),
        (_either("zoom|zooms|zooming", "out|back|away"), Pose(zoom=-0.2)),
        (_either(_SIDE, "left(?:wards?)?"), Pose(truck=-0.24)),
        (_either(_SIDE, "right(?:wards?)?"), Pose(truck=0.24)),
        (_either(_DOLLY, "in|into|inwards?|forwards?|closer|towards?"), Pose(dolly=0.26)),
        (_either(_BACK, "out|back|backwards?|away"), Pose(dolly=-0.2)),
        (_either(_CRANE, _RISE) + r"|\brising shot", Pose(crane=0.2, tilt=-0.03)),
        (_either(_CRANE, _SINK), Pose(crane=-0.2, tilt=0.03)),
        (rf"\b(?:{_ORBIT})\b(?:{_FILL}(?:left|counter\W?clockwise))", Pose(orbit=-0.24)),
        (rf"\b(?:{_ORBIT})\b", Pose(orbit=0.24)),
        (r"\b(?:tracking shot|follow shot|follows|following|camera tracks)\b", Pose(truck=0.2)),
        (r"\b(?:aerial|drone|fly(?:ing)?[- ]?(?:over|through)|flyover|fpv)\b", Pose(dolly=0.26, crane=0.06)),
    )
)
_HANDHELD: Final = re.compile(r"\bhand[- ]?held\b|\bshaky\b", re.IGNORECASE)
_STILL: Final = re.compile(
    r"(?<!radio )(?<!tv )\bstatic\b|\block(?:ed)?[- ](?:off|down)\b|\btripod\b"
    r"|\b(?:still|fixed|motionless|stationary) (?:camera|shot|frame|lens)\b"
    r"|\bcamera (?:stays|is|holds|remains) (?:still|fixed)\b",
    re.IGNORECASE,
)
_LITTLE: Final = re.compile(r"\b(?:slow|slowly|gentle|gently|subtle|subtly|slight|slightly)\b", re.IGNORECASE)
_MUCH: Final = re.compile(r"\b(?:fast|quick|quickly|rapid|rapidly|whip|crash|dramatic|dramatically)\b", re.IGNORECASE)
_NEXT: Final = re.compile(r"\bthen\b|\bfollowed by\b|\bafterwards\b|\bshot \d+\s*:|\bcuts? to\b", re.IGNORECASE)


def read_move(prompt: str, *, fixed_lens: bool, seed: int) -> Move:
    """The camera move a prompt asks for. Without camera words a gentle push; `fixed_lens` stills everything."""
    if fixed_lens:
        return Move((Pose(), Pose()))
    shake = 0.006 if _HANDHELD.search(prompt) else 0.0
    personal = float(np.random.default_rng(seed).uniform(0.92, 1.08))
    legs = [leg for part in _NEXT.split(prompt) if (leg := _read_leg(part)) != Pose()]
    if not legs and not shake and not _STILL.search(prompt):
        legs = [_GENTLE_PUSH]
    stops = [Pose()]
    for leg in legs or [Pose()]:
        stops.append(stops[-1].plus(leg, personal))
    return Move(tuple(stops), shake, seed)


def _read_leg(part: str) -> Pose:
    """The moves named in one part of a prompt, at once."""
    leg = Pose()
    # Words of degree shape the camera only where it moves: a slow river is no slow camera.
    degree = 0.75 if _LITTLE.search(part) else 1.4 if _MUCH.search(part) else 1.0
    for pattern, pose in _WORDS:
        part, found = pattern.subn(" ", part)
        if found:
            leg = leg.plus(pose, degree)
    return leg
