"""The history as cards: what a stack of takes, a day and all of it say of themselves. Plain text, made here alone."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import SANDBOX
from seedance_widgets.states import KINDS, State, describe

from .lineage import Link
from .snapshot import look_of
from .words import hour, minutes, sendable, short

_LONGEST_PROMPT: Final = 300
"""Characters of a prompt by which a card is named: enough to be known by."""
TWO_LINES: Final = 60
"""Characters of a prompt that a card shows below its picture, about."""
_LONGEST_NAME: Final = 40
_DETAIL: Final = 80
_NAMED: Final = 4
"""Takes that a message names."""
_UNITS: Final = (("h", 3600), ("min", 60), ("s", 1))


class Tally(Protocol):
    """How many takes, and what they used: as `ledger.Sum`."""

    @property
    def takes(self) -> int:
        """How many."""

    @property
    def credits(self) -> int:
        """Credits that are known."""

    @property
    def not_known(self) -> int:
        """Takes whose credits are not."""

    @property
    def paid(self) -> int:
        """Takes that are not free."""

    @property
    def seconds(self) -> int:
        """Length of all that are ready."""


class TakeRow(Protocol):
    """What a card reads of a take: as `ledger.Record`."""

    id: str
    connection: str
    label: str
    request: dict[str, Any]
    created: float
    state: State
    reason: str | None
    sent: float | None
    error: dict[str, Any] | None


def shelf_title(tally: Tally) -> str:
    """42 videos · 1,960 credits · 5 min 12 s"""
    return " · ".join([*_counted(tally), _length(tally.seconds)] if tally.seconds else _counted(tally))


def day_card(date: str, tally: Tally, stacks: int, today: dt.date) -> dict[str, Any]:
    """The heading over the cards of a day, and how many there are."""
    try:
        day = dt.date.fromisoformat(date)
    except ValueError:  # of a time far away: a damaged row
        return {"label": date, "detail": " · ".join(_counted(tally)), "cards": stacks}
    age = (today - day).days
    named = {0: "Today", 1: "Yesterday"}.get(age)
    year = "" if day.year == today.year else f" {day.year}"
    label = named or f"{day.strftime('%A')} {day.day} {day.strftime('%B')}{year}"
    return {"label": label, "detail": " · ".join(_counted(tally)), "cards": stacks}


def card(
    take: TakeRow,
    *,
    key: str,
    brief: str,
    ids: list[str],
    starred: bool,
    tally: Tally,
    has_video: bool,
    usual: tuple[float, float] | None = None,
    origin: tuple[Link, str, str] = ("", "", ""),
) -> dict[str, Any]:
    """One stack of takes, as its newest shows it. `brief`: its prompt in `TWO_LINES`, where its beginning
    does not tell it apart. `origin`: how it came from another take, that one's id and prompt."""
    request = GenerationRequest.from_dict(take.request)
    info = describe(take.state, take.reason)
    tone, icon = look_of(take.state, take.reason)
    kind = next(kind for kind, states in KINDS.items() if take.state in states)
    words = [hour(take.created), str(request.resolution)]
    link, parent, named = origin
    shown = {
        "key": key,
        "id": take.id,
        "ids": ids,
        "prompt": short(request.prompt, _LONGEST_PROMPT),
        "brief": brief,
        "kind": kind,
        "tone": tone,
        "icon": icon,
        "title": info.title,
        "detail": _why(take) if kind in ("failed", "uncertain") else "",
        "since": (take.sent or take.created) if kind == "running" else None,
        "usual": f"usually {minutes(usual[0])}\u2013{minutes(usual[1])}" if usual and kind == "running" else "",
        "length": float(request.duration) if isinstance(request.duration, int) else 0.0,
        "meta": " · ".join([*words, "sound"] if request.generate_audio else words),
        "credits": _credits(tally),
        "badge": take.label if take.connection == SANDBOX else "",
        "starred": starred,
        "video": has_video,
        "origin": {"link": link.capitalize(), "take": parent, "name": short(named, _LONGEST_NAME)} if link else None,
    }
    found: dict[str, Any] = sendable(shown)
    return found


def not_one_take(words: str, found: Sequence[TakeRow]) -> str:
    """Why words that stand for one take of the gallery do not: they are of none, or of several."""
    if len(found) < 2:
        return (
            f"{words!r} is no take that this gallery shows. Pass the time on its card, its id, or the job itself:"
            ' gallery.compare("12:06", job).'
        )
    named = ", ".join(f"{take.id!r} ({short(str(take.request['prompt']), _LONGEST_NAME)})" for take in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{words!r} is the time of {len(found)} takes. Pass their ids instead: {named}{more}."


def remove_question(count: int) -> dict[str, str]:
    """Whether takes are to be removed from the history, and what that means."""
    they, are = ("It", "it") if count == 1 else ("They", "they")
    return {
        "title": "Remove this take?" if count == 1 else f"Remove {count} takes?",
        "text": f"{they} can be put back for 30 days. Meanwhile the same request makes a new take, which costs again"
        f" unless a copy lies beside the notebook. What {are} cost stays in the estimates: nothing is paid back.",
        "label": "Remove" if count == 1 else f"Remove {count} takes",
        "cancel": "Keep it" if count == 1 else "Keep them",
    }


def removed_text(count: int, *, stay: bool) -> str:
    """What was removed just now, and where it is."""
    takes = "1 take" if count == 1 else f"{count:,} takes"
    if stay:
        return f"{takes} removed; the files stay where they are."
    return f"{takes} removed, and in the trash for 30 days."


def _counted(tally: Tally) -> list[str]:
    videos = f"{tally.takes:,} video{'' if tally.takes == 1 else 's'}"
    if not tally.paid:
        return [videos, "free"] if tally.takes else [videos]
    used = f"{tally.credits:,} credit{'' if tally.credits == 1 else 's'}"
    return [videos, f"{used}, {tally.not_known:,} not known" if tally.not_known else used]


def _credits(tally: Tally) -> str:
    if not tally.paid:
        return "Free"
    if tally.not_known == tally.takes:
        return "not known"
    some = f" + {tally.not_known} not known" if tally.not_known else ""
    return f"{tally.credits:,} credit{'' if tally.credits == 1 else 's'}{some}"


def _length(seconds: int) -> str:
    """5 min 12 s"""
    parts = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2])


def _why(take: TakeRow) -> str:
    """What went wrong, as it was said then."""
    error: Mapping[str, Any] = take.error or {}
    what = error.get("what")
    if isinstance(what, str) and what:
        return short(what, _DETAIL)
    return "Reply lost, not sent again" if take.state is State.UNCERTAIN else ""


def since(days: int, now: float) -> float | None:
    """When the first of so many days began, today the last of them, on the clock of this machine; None for all."""
    if days < 1:
        return None
    year, month, day, *_ = time.localtime(now)
    return time.mktime((year, month, day - days + 1, 0, 0, 0, 0, 0, -1))
