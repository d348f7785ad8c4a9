"""A job that goes where a test puts it, without a carrier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from seedance_widgets import states
from seedance_widgets.errors import SeedanceError
from seedance_widgets.jobs import Event
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import Connection, connection_to
from seedance_widgets.states import Reason, State

NOW = 1_795_348_000.0


@dataclass(eq=False)
class FakeJob:
    """The public face of a `Job`. `go` moves it on and tells its subscribers."""

    state: State = State.PROCESSING
    reason: str | None = None
    request: GenerationRequest = field(default_factory=lambda: GenerationRequest("A red fox trots through fresh snow"))
    connection: Connection = field(default_factory=lambda: connection_to("https://api.ulazai.com"))
    events: tuple[Event, ...] = ()
    id: str = "j1"
    created: float = NOW - 100
    sent: float | None = NOW - 90
    finished: float | None = None
    generation_id: str | None = None
    credits_used: int | None = None
    video_url: str | None = None
    path: Path | None = None
    placed: Path | None = None
    poster: Path | None = None
    media_sha256: str | None = None
    error: SeedanceError | None = None
    next_check: float | None = None
    usual: tuple[float, float] | None = None
    usual_runs: int = 0
    reused_at: float | None = None
    take: int = 1
    carried: str = "here"
    not_copied: str = ""
    not_saved: str = ""
    starred: bool = False
    note: str = ""
    asked: list[tuple[str, ...]] = field(default_factory=list)
    subscribers: list[Callable[[Any], object]] = field(default_factory=list)

    @property
    def status(self) -> str:
        return self.state.value

    @property
    def info(self) -> states.StateInfo:
        return states.describe(self.state, self.reason)

    def subscribe(self, subscriber: Callable[[Any], object]) -> Callable[[], None]:
        self.subscribers.append(subscriber)

        def unsubscribe() -> None:
            if subscriber in self.subscribers:
                self.subscribers.remove(subscriber)

        return unsubscribe

    def go(
        self, state: State, reason: Reason | None = None, detail: dict[str, Any] | None = None, **facts: Any
    ) -> None:
        self.state, self.reason = state, reason
        for name, value in facts.items():
            setattr(self, name, value)
        self.events = (*self.events, Event(NOW, state, reason, detail or {}))
        for subscriber in tuple(self.subscribers):
            subscriber(self)

    def cancel(self) -> None:
        self.asked.append(("cancel",))

    def check_now(self) -> None:
        self.asked.append(("check_now",))

    def stop_watching(self) -> None:
        self.asked.append(("stop_watching",))

    def watch_again(self) -> None:
        self.asked.append(("watch_again",))

    def send_again(self) -> None:
        self.asked.append(("send_again",))

    def attach(self, generation_id: str) -> None:
        if not generation_id:
            raise ValueError("That is no generation ID.")
        self.asked.append(("attach", generation_id))

    def star(self, on: bool = True) -> None:
        self.asked.append(("star", str(on)))
        self.go(self.state, starred=on)

    def recipe(self) -> dict[str, Any]:
        return {"prompt": self.request.prompt, "take": self.take}
