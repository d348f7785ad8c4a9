"""What one running server holds, and how a request reaches it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request

if TYPE_CHECKING:
    from .faulting import Fault
    from .place import SandboxFolder
    from .renders import Renders
    from .store import Store

LATENCY_SECONDS: Final = 2.0
"""Simulated seconds a job takes at least, at speed 1; the render runs meanwhile."""


@dataclass(slots=True)
class Settings:
    """What the admin can change while the server runs."""

    speed: float = 1.0
    """Simulated seconds that pass in one real second."""
    latency: float = LATENCY_SECONDS
    """Simulated seconds from accepting a job to its earliest completion."""
    media_seconds: float | None = None
    """Seconds a clip's address works after completion; None is for ever."""


@dataclass(slots=True)
class Traffic:
    """What came in since the server started (or was reset)."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    last: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The last request of each route: method, path, headers (without the key), body where it is text."""


@dataclass(slots=True)
class State:
    """The parts of one server."""

    home: SandboxFolder
    store: Store
    renders: Renders
    settings: Settings
    faults: list[Fault] = field(default_factory=list)
    traffic: Traffic = field(default_factory=Traffic)


def state_of(request: Request) -> State:
    """The server a request came to."""
    state: State = request.app.state.sandbox
    return state
