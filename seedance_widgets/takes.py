"""One of many takes that are made together, and all of them as a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from .capabilities import SETTINGS
from .estimate import Estimate
from .frame import COUNT, SWITCH, WORDS, Column, paid, setting_columns, table
from .models import GenerationRequest
from .states import State

if TYPE_CHECKING:
    import pandas as pd

    from .jobs import Job

_KINDS: Final[Mapping[State, str]] = {
    State.DRAFT: "sending",
    State.UPLOADING: "sending",
    State.SUBMITTING: "sending",
    State.PROCESSING: "rendering",
    State.COMPLETED: "ready",
    State.FAILED: "failed",
    State.UNCERTAIN: "uncertain",
    State.CANCELLED: "not sent",
    State.EXPIRED: "failed",
}


@dataclass(eq=False)
class Take:
    """One of many takes: what was asked for, and the job that it has become."""

    number: int
    """From 1, in the order in which they were asked for."""
    request: GenerationRequest
    about: Estimate
    """Of a new take of it."""
    coordinates: Mapping[str, Any] = field(default_factory=dict)
    """Where it stands in a sweep, by the names of its axes."""
    reused: bool = False
    """It is, or will be, a take that is there already: 0 credits."""
    parent: Job | None = None
    """The take whose end it begins with."""
    there: State | None = None
    """How the take stood that it had already; None where it had none."""
    job: Job | None = None
    """None while it waits to be sent."""
    settled: bool = False
    """It was over once."""
    recalled: bool = False
    """It was to be sent, and was asked not to be for now."""
    failed: list[Job] = field(default_factory=list)
    """What was made of it before, and failed: it was sent again since."""

    @property
    def kind(self) -> str:
        """What has become of it, in one or two words: see `rendering.batch.KINDS`."""
        if self.job is None:
            return "waiting"
        kind = _KINDS[self.job.record.state]
        if kind == "rendering" and self.job.over:
            return "not watched"
        return "from history" if kind == "ready" and self.reused else kind

    @property
    def credits(self) -> int | None:
        """What this batch used for it, all that was made of it together; 0 in the sandbox, which is free; None where
        that is not known (yet)."""
        used = 0 if self.reused else None if self.job is None else paid(self.job)
        return None if used is None else used + self.lost

    @property
    def lost(self) -> int:
        """What is known to have been used for what failed before."""
        return sum(paid(job) or 0 for job in self.failed)


def frame(takes: Sequence[Take], labels: pd.Index[Any] | None = None) -> pd.DataFrame:
    """One row a take, by its number; by its label where there are any. ConfigurationError where there is no pandas."""
    axes = dict.fromkeys(name for take in takes for name in take.coordinates if name not in SETTINGS)
    places: list[Column[Take]] = [(name, WORDS, _place(name)) for name in axes]
    number: Column[Take] = ("take", COUNT, lambda take: take.number)
    return table(takes, [*places, *_COLUMNS], number, "use batch.takes", labels)


def _place(name: str) -> Callable[[Take], Any]:
    return lambda take: take.coordinates.get(name)


def _of_job(read: Callable[[Job], Any]) -> Callable[[Take], Any]:
    return lambda take: None if take.job is None else read(take.job)


_SETTINGS: Final[tuple[Column[Take], ...]] = setting_columns(lambda take: take.request)

_COLUMNS: Final[tuple[Column[Take], ...]] = (
    *_SETTINGS,
    ("images", COUNT, lambda take: len(take.request.images)),
    ("state", WORDS, lambda take: "waiting" if take.job is None else take.job.status),
    ("reason", WORDS, _of_job(lambda job: job.reason)),
    ("reused", SWITCH, lambda take: take.reused),
    ("credits", COUNT, lambda take: take.credits),
    ("expected", COUNT, lambda take: 0 if take.reused else take.about.credits),
    ("path", WORDS, _of_job(lambda job: job.path)),
    ("placed", WORDS, _of_job(lambda job: job.placed)),
    ("poster", WORDS, _of_job(lambda job: job.poster)),
    ("error", WORDS, _of_job(lambda job: job.error.what if job.error else None)),
    ("generation_id", WORDS, _of_job(lambda job: job.generation_id)),
    ("id", WORDS, _of_job(lambda job: job.id)),
)
