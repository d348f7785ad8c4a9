"""What the studio of this kernel is told once it is made, by those who set it up without making it: it is heavy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

_steps: Final[list[Callable[[Any], object]]] = []


def then(step: Callable[[Any], object]) -> None:
    """Call `step(studio)` before anyone else has the studio. Said twice, it is done once."""
    if step not in _steps:
        _steps.append(step)


def drop(step: Callable[[Any], object]) -> None:
    """Take that back."""
    if step in _steps:
        _steps.remove(step)


def made(studio: Any) -> None:
    """For whoever has made the studio."""
    while _steps:
        step = _steps[0]
        step(studio)  # one that fails is tried again with the next studio
        drop(step)
