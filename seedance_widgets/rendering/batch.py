"""Many takes that are made together: one line on how it goes, and a table of the takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from seedance_widgets.errors import Money
from seedance_widgets.estimate import Estimate
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State

from .facts import JobLike
from .tables import cell, table_html, table_text
from .words import chips, short, value_words

KINDS: Final = (
    "ready", "from history", "rendering", "sending", "uncertain", "failed", "not watched", "not sent", "waiting",
)  # fmt: skip
"""What may become of a take, in the order in which that is told."""

MOST_ROWS: Final = 200
"""Takes in a table: a saved notebook is not to hold megabytes of words."""

_ON_ONE_LINE: Final = ("Take", "Settings", "Credits")


class TakeLike(Protocol):
    """One take of many."""

    number: int
    request: GenerationRequest
    about: Estimate
    coordinates: Mapping[str, Any]
    """Where it stands in a sweep, by the names of its axes."""
    reused: bool
    there: State | None
    """How the take stands that it had already; None where it had none."""

    @property
    def job(self) -> JobLike | None:
        """Its job, once it has one."""

    @property
    def kind(self) -> str:
        """One of `KINDS`."""

    @property
    def credits(self) -> int | None:
        """What was used for it; None where that is not known yet."""


class BatchLike(Protocol):
    """What is read of many takes."""

    estimate: Estimate
    started: bool
    paused: bool
    new: bool
    """Whether another take of each is made, also of those that have one."""

    @property
    def concurrency(self) -> int:
        """How many are under way at once, at most."""

    @property
    def takes(self) -> Sequence[TakeLike]:
        """In the order in which they were asked for."""

    @property
    def tally(self) -> Mapping[str, int]:
        """How many are of each kind."""

    @property
    def to_make(self) -> int:
        """How many are new."""


def batch_line(batch: BatchLike) -> str:
    """ "3 of 9 settled: 2 ready, 1 failed, 2 rendering, 4 waiting. 75 credits used, about 300 to go" """
    count = len(batch.takes)
    if not batch.started:
        takes = "1 take" if count == 1 else f"{count} takes"
        return f"{takes}, {batch.to_make} to make. {batch.estimate.sentence} Nothing is sent yet"
    tally = batch.tally
    open_ = sum(tally[kind] for kind in ("rendering", "sending", "waiting"))
    kinds = ", ".join(f"{tally[kind]} {kind}" for kind in KINDS if tally[kind])
    return f"{count - open_} of {count} settled: {kinds}. {_money(batch)}{'. Paused' if batch.paused and open_ else ''}"


def batch_text(batch: BatchLike) -> str:
    """That line, and a line a take."""
    return f"{batch_line(batch)}.\n{table_text(_rows(batch))}{_further(batch)}"


def batch_html(batch: BatchLike) -> str:
    """The same as a table."""
    further = f"<p>{_further(batch).strip()}</p>" if _further(batch) else ""
    return f"<p>{cell(batch_line(batch))}.</p>{table_html(_rows(batch), _ON_ONE_LINE)}{further}"


def _further(batch: BatchLike) -> str:
    more = len(batch.takes) - MOST_ROWS
    return f"\nAnd {more:,} more: frame() has them all." if more > 0 else ""


def _money(batch: BatchLike) -> str:
    return ", ".join(spending(batch))


def spending(batch: BatchLike) -> list[str]:
    """What was used, and where there is such, what is uncertain and what is to go: "75 credits used", "50 uncertain",
    "about 300 to go"."""
    if batch.estimate.free:
        return [batch.estimate.text]
    uncertain = _sum(take.about.credits for take in batch.takes if take.kind == "uncertain" and not take.reused)
    to_go = _sum(take.about.credits for take in batch.takes if _is_to_go(take))
    said = [f"{_sum(take.credits for take in batch.takes)} credits used"]
    said += [f"{uncertain} uncertain"] if uncertain else []
    return [*said, f"about {to_go} to go"] if to_go else said


def _is_to_go(take: TakeLike) -> bool:
    return take.credits is None and not take.reused and take.kind in ("waiting", "sending", "rendering")


def _sum(amounts: Any) -> int:
    return sum(amount for amount in amounts if amount is not None)


def _rows(batch: BatchLike) -> list[tuple[str, ...]]:
    axes = list(dict.fromkeys(name for take in batch.takes for name in take.coordinates))
    where = axes or ["Prompt", "Settings"]
    rows = [("Take", *where, "State", "Credits", "Note")]
    for take in batch.takes[:MOST_ROWS]:
        settings = " · ".join(chip["text"] for chip in chips(take.request))
        place = [_value(take, name) for name in axes] or [short(take.request.prompt, 50), settings]
        row = (str(take.number), *place, _state(take), _credits(take, free=batch.estimate.free), _note(take))
        rows.append(tuple(cell(words) for words in row))
    return rows if any(row[-1] for row in rows[1:]) else [row[:-1] for row in rows]


def _value(take: TakeLike, axis: str) -> str:
    return short(value_words(axis, take.coordinates[axis]), 80) if axis in take.coordinates else ""


def _state(take: TakeLike) -> str:
    title = take.job.info.title if take.job is not None else "Waiting"
    return f"{title}, from history" if take.reused else title


def _credits(take: TakeLike, *, free: bool) -> str:
    if take.reused:
        return "0"
    if free:
        return "free"
    if take.credits is not None:
        return str(take.credits)
    about = "not known" if take.about.credits is None else str(take.about.credits)
    return f"maybe {about}" if take.kind == "uncertain" else f"about {about}"


def _note(take: TakeLike) -> str:
    job = take.job
    if job is None or job.error is None:
        return ""
    money = "" if job.error.money is Money.NOTHING else f" {job.error.money.sentence}"
    return short(job.error.what + money, 160)
