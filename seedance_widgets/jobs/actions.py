"""What a job asks of whoever carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from .job import Job

Carried = Literal["here", "elsewhere", "nowhere"]
"""Who moves a job along: this kernel, another one that is alive, or nobody."""


class Actions(Protocol):
    """What a job asks of whoever carries it. All that change something return at once, but for `submit`, `mark` and
    `send_again`, which read or write the history; their effect shows as events."""

    @property
    def submit(self) -> Callable[..., Job]:
        """Ask for another take, as `Studio.submit` does."""

    def carried(self, job: Job) -> Carried:
        """Who carries it. May look at a file."""

    def cancel(self, job: Job) -> None:
        """Stop before anything is sent."""

    def hurry(self, job: Job) -> None:
        """Look, or send what is waiting to be sent, now."""

    def stop_watching(self, job: Job) -> None:
        """Look no more, once the request has left. No cancel."""

    def watch(self, job: Job) -> None:
        """Look again."""

    def attach(self, job: Job, generation_id: str) -> None:
        """Say which generation a job is."""

    def send_again(self, job: Job) -> None:
        """Send an uncertain request once more. OverBudgetError where it costs more than one take may."""

    def busy(self, job: Job) -> bool:
        """Whether what was asked for a job is still being done. `job.changed` is called when it no longer is."""

    def missed(self, job: Job) -> None:
        """Find out whether a take whose video is gone was forgotten elsewhere. Called at every look at such a take."""

    def not_saved(self, job: Job) -> str:
        """What of a job is not kept beyond this session."""

    def mark(self, job: Job, *, starred: bool | None = None, note: str | None = None) -> None:
        """Keep a star or a note. The one that returns only when it is done: it is written to disk."""
