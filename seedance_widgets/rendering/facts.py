"""What rendering reads: of a job, and of what a view knows besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from seedance_widgets.errors import SeedanceError
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import Connection
from seedance_widgets.states import State, StateInfo


class EventLike(Protocol):
    """One change of a job."""

    @property
    def time(self) -> float:
        """When, in seconds since the epoch."""

    @property
    def state(self) -> State:
        """The state it brought."""

    @property
    def reason(self) -> str | None:
        """Why, where the state alone does not say."""

    @property
    def detail(self) -> Mapping[str, Any]:
        """Facts of this one change."""


class JobLike(Protocol):
    """What this module reads of a `jobs.Job`."""

    next_check: float | None
    usual: tuple[float, float] | None
    usual_runs: int
    request: GenerationRequest
    connection: Connection

    @property
    def events(self) -> Sequence[EventLike]:
        """What happened so far, oldest first."""

    @property
    def id(self) -> str:
        """The id in the history."""

    @property
    def status(self) -> str:
        """The name of the state."""

    @property
    def reason(self) -> str | None:
        """Why, where the state alone does not say."""

    @property
    def info(self) -> StateInfo:
        """What the state means."""

    @property
    def created(self) -> float:
        """When it was asked for, in seconds since the epoch."""

    @property
    def sent(self) -> float | None:
        """When the service took it, in seconds since the epoch."""

    @property
    def finished(self) -> float | None:
        """When it was over, in seconds since the epoch."""

    @property
    def generation_id(self) -> str | None:
        """The service's id."""

    @property
    def credits_used(self) -> int | None:
        """Credits the service took."""

    @property
    def video_url(self) -> str | None:
        """The service's address of the video."""

    @property
    def take(self) -> int:
        """The how-manieth take of its request, from 1."""

    @property
    def not_saved(self) -> str:
        """What of it is not kept beyond this session."""

    @property
    def starred(self) -> bool:
        """Whether it has a star."""

    @property
    def note(self) -> str:
        """What its owner wants to remember of it."""

    @property
    def path(self) -> Path | None:
        """The video on this machine."""

    @property
    def poster(self) -> Path | None:
        """The first frame as JPEG, where there is one."""

    @property
    def media_sha256(self) -> str | None:
        """The hash of the video's bytes, as hex."""

    @property
    def placed(self) -> Path | None:
        """The copy beside the notebook."""

    @property
    def error(self) -> SeedanceError | None:
        """What went wrong, where something did."""

    def recipe(self) -> dict[str, Any]:
        """All that is needed to make it again, as plain JSON."""


@dataclass(frozen=True, slots=True)
class Media:
    """A saved video, for a view that plays it."""

    token: str
    """Says which file it is."""
    name: str
    """A readable file name for a download."""
    size: int
    """Bytes."""
    type: str = "video/mp4"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a view knows and the job does not."""

    now: float
    """Seconds since the epoch."""
    media: Media | None = None
    saved_as: str = ""
    """Where the file lies, as people are told."""
    not_copied: str = ""
    """Where a copy was asked for and could not be put, and why."""
    cost: str = ""
    """What one more take costs: "about 50 credits", "free"; empty where it is not known."""
    figures: str = ""
    """How that is known and what the session has used, in sentences; empty where it is free or not known."""
    reused: bool = False
    """This view was asked for a new video and was given this take."""
    copy: Media | None = None
    """A copy of the video that plays where the video itself does not."""
    service: str = ""
    """What this session talks to, where that is a paid service."""
    draft: str = ""
    """What a draft of the request would be, "480p, 4 s"; empty where it is that already."""
    draft_cost: str = ""
    """What that costs, as `cost`."""
    key_kept: str = ""
    """Where another key for its service would be kept, as a sentence; empty where none can be entered."""
