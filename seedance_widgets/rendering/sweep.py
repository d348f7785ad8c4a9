"""A sweep: what it would make and cost before it starts, and its takes in their grid once it has. Plain text.

`Sweep`, `Plan` and `Run` in js/src/sweep_protocol.ts are the other side of the folds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from seedance_widgets.axes import Axes, Axis
from seedance_widgets.capabilities import Model
from seedance_widgets.errors import Money
from seedance_widgets.estimate import Estimate
from seedance_widgets.models import GenerationRequest
from seedance_widgets.prompts import read
from seedance_widgets.states import State

from .batch import KINDS, BatchLike, TakeLike, batch_html, batch_line, batch_text, spending
from .facts import JobLike
from .layout import Layout, crossed
from .questions import cost
from .snapshot import look_of
from .static import static_table
from .words import SWITCHES, axis_label, clock_time, minutes, same_chips, sendable, short, value_words, videos

_PRICED: Final = ("aspect_ratio", "resolution", "duration", "generate_audio", "prompt_directory_optin")
"""Settings that the price is said to follow: the lines of the cost are by these."""

_REFUND: Final[Mapping[Money, str]] = {
    Money.NOTHING: "Nothing was charged",
    Money.POSSIBLE: "May have been charged",
    Money.SPENT: "Its credits are spent",
    Money.REFUNDED: "Credits refunded",
    Money.NOT_KNOWN: "Refund not known",
}
_WHY: Final = 80
"""Characters of a reason in a tile."""
_PAUSE: Final = "Pause stops new requests. Videos already rendering still finish"
_RUN: Final = "Run the cell for the grid. What is there is shown again for 0 credits."
_RUN_AGAIN: Final = "Run its cells again for the live view. What is there is shown for 0 credits, and the rest is sent."
_RUN_ANEW: Final = "Run its cells again for the live view. They make new videos each time, at the same cost."
_NOT_BEGUN: Final = "Run its cells again for the live view. start() begins it."
_PLAN: Final = "Run the cell to choose what is tried. Nothing is sent before you confirm it."


def offers(axis: Axis, model: Model) -> dict[str, Any]:
    """The values of a setting that an axis does not have yet, by their words."""
    here = {value_words(axis.name, value) for value in axis.values}
    every: Sequence[Any] = {
        "aspect_ratio": model.aspect_ratios,
        "resolution": model.resolutions,
        "duration": model.durations,
    }.get(axis.name, (True, False) if axis.name in SWITCHES else ())
    return {words: value for value in every if (words := value_words(axis.name, value)) not in here}


def sweep_head(axes: Axes, requests: Sequence[GenerationRequest], *, started: bool) -> dict[str, Any]:
    """What stands above: its name, the prompt with its placeholders, and the settings that are the same in all."""
    tried = {axis.name for axis in axes.axes}
    shown: dict[str, Any] = sendable(
        {
            "name": "Sweep",
            "title": (crossed(axes.axes) or "one video") if started else "nothing sent yet",
            "prompt": [
                {"text": f"{{{piece.name}}}" if piece.name in tried else piece.text, "variable": piece.name in tried}
                for piece in read(axes.prompt, axes.fixed).pieces
            ],
            "chips": same_chips(requests),
        }
    )
    return shown


def sweep_plan(axes: Axes, batch: BatchLike, *, reuse: bool) -> dict[str, Any]:
    """What it would make: all but what its cost panel says."""
    free, waiting = batch.estimate.free, _under_way(batch)
    model = batch.takes[0].request.model
    listed = [
        {
            "name": axis.name,
            "label": axis_label(axis.name),
            "values": [value_words(axis.name, value) for value in axis.values],
            "offers": list(offers(axis, model)),
            "free": axis.free,
        }
        for axis in axes.axes
    ]
    shown: dict[str, Any] = sendable(
        {
            "axes": listed,
            "reuse": reuse,
            "reused": _reused(batch, waiting),
            "lines": _lines(batch),
            "label": _label(batch, waiting),
            "label_cost": cost(batch.estimate) if batch.to_make or free else "0 credits",
            "rehearsable": not free,
            "note": f"{_PAUSE}." if free else f"{_PAUSE} and cost credits.",
        }
    )
    return shown


def sweep_run(layout: Layout, batch: BatchLike, now: float) -> dict[str, Any]:
    """How it goes, and the takes of the layout in their places. `now` in seconds since the epoch."""
    takes = batch.takes
    queue = sorted((take for take in takes if take.job is None), key=lambda take: not take.reused)
    ahead = {take.number: place for place, take in enumerate(queue)}
    shown: dict[str, Any] = sendable(
        {
            **(_progress(batch) if batch.started else _before(batch)),
            "columns": layout.columns,
            "rows": layout.rows,
            "takes": [
                _take(layout.places[take.number], take, batch, now, ahead.get(take.number, 0))
                for take in takes
                if take.number in layout.places
            ],
            "paused": batch.paused,
            "concurrency": batch.concurrency,
        }
    )
    return shown


def sweep_still(batch: BatchLike) -> dict[str, str]:
    """What the notebook's file keeps of it: the table of its takes, and before it starts what it would make."""
    if batch.started:
        return _still(batch, _RUN)
    line = f"{batch_line(batch)}."
    return {"text/plain": line, "text/html": static_table("", f"{line} {_PLAN}")}


def batch_still(batch: BatchLike) -> dict[str, str]:
    """The same of a batch, whose cells begin it again where they are run again."""
    if not batch.started:
        return _still(batch, _NOT_BEGUN)
    return _still(batch, _RUN_ANEW if batch.new else _RUN_AGAIN)


def send_again(take: TakeLike, about: Estimate, figures: str) -> dict[str, str]:
    """Whether a take that failed is to be sent once more; `figures` as for any other question."""
    error = take.job.error if take.job is not None else None
    first = f"The first one failed: {error.what} {'' if about.free else error.money.sentence}" if error else ""
    words = " ".join(part.strip() for part in (first, f"One more is {cost(about)}.", figures) if part.strip())
    return {"title": "Send again?", "text": words, "label": f"Send again, {cost(about)}", "cancel": "Do not send"}


def _still(batch: BatchLike, closing: str) -> dict[str, str]:
    return {"text/plain": batch_text(batch), "text/html": static_table(batch_html(batch), closing)}


# ---- before it starts


def _under_way(batch: BatchLike) -> int:
    """Takes that are there and have not come to their end."""
    return sum(take.reused and take.there not in (None, State.COMPLETED) for take in batch.takes)


def _reused(batch: BatchLike, waiting: int) -> str:
    count, there = len(batch.takes), sum(take.reused for take in batch.takes)
    if not there:
        return ""
    are = "is" if there == 1 else "are"
    if waiting:
        return f"{there} of {count} {are} there or on {'its' if there == 1 else 'their'} way, 0 credits."
    return f"{there} of {count} {are} the same request, 0 credits."


def _label(batch: BatchLike, waiting: int) -> str:
    made, count = batch.to_make, len(batch.takes)
    if made and waiting:
        return "Render the other video" if made == 1 else f"Render the other {videos(made)}"
    if made:
        return f"Render {videos(made)}"
    return f"Follow {videos(waiting)}" if waiting else f"Show {videos(count)}"


def _lines(batch: BatchLike) -> list[dict[str, str]]:
    """What is new, by the settings that its price follows."""
    groups: dict[tuple[str, int | None], int] = {}
    for take in batch.takes:
        if not take.reused:
            named = [value_words(name, take.coordinates[name]) for name in take.coordinates if name in _PRICED]
            label = " · ".join(named) or value_words("duration", take.request.duration)
            groups[label, take.about.credits] = groups.get((label, take.about.credits), 0) + 1
    return [
        {"label": label, "videos": videos(count), **_price(each, count, free=batch.estimate.free)}
        for (label, each), count in groups.items()
    ]


def _price(each: int | None, count: int, *, free: bool) -> dict[str, str]:
    if free:
        return {"each": "free", "sum": "0"}
    return (
        {"each": "not known", "sum": "not known"}
        if each is None
        else {"each": f"{each} each", "sum": f"{each * count}"}
    )


# ---- once it has started


def _progress(batch: BatchLike) -> dict[str, Any]:
    tally, count = batch.tally, len(batch.takes)
    open_ = sum(tally[kind] for kind in ("rendering", "sending", "waiting"))
    used, *others = spending(batch)
    kinds = [{"kind": kind, "count": tally[kind], "words": f"{tally[kind]} {kind}"} for kind in KINDS if tally[kind]]
    return {
        "settled": f"{count - open_} of {count} settled",
        "used": used,
        "to_go": " · ".join(others),
        "tally": kinds,
        "over": not (tally["waiting"] or tally["sending"]),
    }


def _before(batch: BatchLike) -> dict[str, Any]:
    """The same of a batch that is begun in Python, and is not yet: there is nothing to pause."""
    used, to_go = batch.estimate.text, "start() begins it"
    return {"settled": "Nothing is sent yet", "used": used, "to_go": to_go, "tally": [], "over": True}


def _take(place: str, take: TakeLike, batch: BatchLike, now: float, ahead: int) -> dict[str, Any]:
    job, kind, free = take.job, take.kind, batch.estimate.free
    busy = job is not None and kind in ("rendering", "sending")
    tone, icon, title = _look(take, now) if batch.started else ("quiet", "clock", "Not begun")
    known = job is not None and not (kind == "not sent" and not job.events)  # what was never sent is in no history
    made = job is not None and job.status == State.COMPLETED
    return {
        "number": take.number,
        "place": place,
        "kind": kind,
        "tone": tone,
        "icon": icon,
        "title": title,
        "detail": _detail(take, free=free, paused=batch.paused, ahead=ahead) if batch.started else _there(take),
        "credits": _credits(take, free=free),
        "since": (job.sent or job.created) if job is not None and busy else None,
        "usual": _usual(job) if job is not None and kind == "rendering" else "",
        "starred": job is not None and job.starred,
        "job": job.id if job is not None and known else "",
        "poster": job is not None and (job.poster is not None if made else busy and bool(take.request.images)),
        "video": job is not None and made and job.path is not None,
        "action": _action(job, kind) if job is not None and known else "",
    }


def _look(take: TakeLike, now: float) -> tuple[str, str, str]:
    job = take.job
    if job is None:
        return "quiet", "clock", "Waiting"
    if take.kind == "from history" and not job.reason:
        return "info", "again", f"From {clock_time(job.created, now)}"
    if take.kind == "not sent":
        return "quiet", "stop", "Not sent"
    return *look_of(State(job.status), job.reason), job.info.title


def _there(take: TakeLike) -> str:
    """In the tile of a take that is not begun."""
    return "There already" if take.reused else ""


def _detail(take: TakeLike, *, free: bool, paused: bool, ahead: int) -> str:
    """In the tile, where there is no picture."""
    job, kind = take.job, take.kind
    if job is None:
        return "Paused" if paused else f"{ahead} ahead" if ahead else "Next"
    why = short(job.error.what, _WHY) if job.error is not None else ""
    if kind == "uncertain":
        return "Reply lost, not sent again"
    if kind == "failed":
        money = job.error.money if job.error is not None else job.info.money
        return why if free else _REFUND[money]
    if kind == "not watched":
        return "It may still finish"
    return why or "Run the cell again to send it" if kind == "not sent" else ""


def _credits(take: TakeLike, *, free: bool) -> str:
    used, about = take.credits, take.about.credits
    if free:
        return "Free"
    if used is not None:
        return "1 credit" if used == 1 else f"{used} credits"
    if about is None or take.kind not in ("waiting", "sending", "rendering", "uncertain"):
        return "not known"
    return f"{'maybe' if take.kind == 'uncertain' else 'about'} {about}"


def _usual(job: JobLike) -> str:
    return f"usually {minutes(job.usual[0])}\u2013{minutes(job.usual[1])}" if job.usual else ""


def _action(job: JobLike, kind: str) -> str:
    if kind == "failed" and "check_again" not in job.info.actions:
        return "send-again"
    return "resolve" if kind == "uncertain" else "open"
