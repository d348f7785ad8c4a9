"""The history as people look through it: found by words, state, star and date; by days; takes of one request in one
stack. All of it is counted and cut into pages by SQLite, so that nobody holds the rows of thousands of takes."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets.errors import Money
from seedance_widgets.settings import SANDBOX
from seedance_widgets.states import KINDS, Kind, Reason, rows

from .record import SELECT, Record, readable
from .store import outlasting
from .upkeep import IN_HISTORY

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from .store import Store

_DAY: Final = "date(created, 'unixepoch', 'localtime')"
_DATED: Final = f"{_DAY} IS NOT NULL"
"""A time that is damaged has no day."""
_SAME: Final = "connection || ' ' || fingerprint"
_UNPAID: Final = ", ".join(
    f"('{state}', '{reason or ''}')" for (state, reason), info in rows().items() if info.money is Money.NOTHING
)
_PAID: Final = f"connection IS NOT '{SANDBOX}'"
_CREDITS: Final = f"CASE WHEN {_PAID} AND typeof(credits_used) = 'integer' THEN credits_used ELSE 0 END"
_NOT_KNOWN: Final = f"{_PAID} AND credits_used IS NULL AND (state, coalesce(reason, '')) NOT IN (VALUES {_UNPAID})"
_SECONDS: Final = "CASE WHEN json_valid(request) THEN coalesce(json_extract(request, '$.duration'), 0) ELSE 0 END"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which takes are looked for: all that hold for everything that is given."""

    words: str = ""
    """Takes whose prompt has these words in it, in any case."""
    kind: Kind | None = None
    """How they stand; None for all of them."""
    starred: bool = False
    """Only those with a star."""
    since: float | None = None
    """Only those that were asked for from this time on, in seconds since the epoch."""


ALL: Final = Wanted()


@dataclass(frozen=True, slots=True)
class Sum:
    """How many takes, and what they used."""

    takes: int = 0
    credits: int = 0
    """Credits that the services said were used; the sandbox is free."""
    not_known: int = 0
    """Takes whose credits are not known, and that may have used some."""
    paid: int = 0
    """Takes of a service, which is not free."""
    seconds: int = 0
    """Length of the videos that are ready."""

    def __add__(self, other: Sum) -> Sum:
        return Sum(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class Day:
    """The takes of one day that was found."""

    date: str
    """"2026-11-22", on the clock of this machine."""
    stacks: int
    sum: Sum


@dataclass(frozen=True, slots=True)
class Overview:
    """All that is found, counted."""

    days: list[Day] = field(default_factory=list)
    """Newest first."""
    kinds: dict[Kind, int] = field(default_factory=dict)
    """How many takes there are of each kind, whichever is wanted."""

    @property
    def sum(self) -> Sum:
        """All days together."""
        return sum((day.sum for day in self.days), Sum())

    @property
    def stacks(self) -> int:
        """How many cards that makes."""
        return sum(day.stacks for day in self.days)


@dataclass(frozen=True, slots=True)
class Stack:
    """Takes of the same request on the same connection that were asked for on one day."""

    key: str
    take: Record | None
    """The newest; None where its row is damaged."""
    ids: list[str]
    """Newest first."""
    starred: bool
    """Whether one of them has a star."""
    sum: Sum


class Browse(ABC):
    """The part of a `Ledger` that is looked through."""

    _store: Store

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]: ...

    @outlasting
    def history(self, wanted: Wanted = ALL, *, limit: int | None = 100) -> list[Record]:
        """Jobs that are wanted, newest first, but for those that are forgotten; all of them without a limit."""
        where, values = _where(wanted)
        newest = f"{SELECT} WHERE {where} ORDER BY created DESC, id DESC LIMIT ?"
        with self._read() as db:
            return readable(db.exec_driver_sql(newest, (*values, -1 if limit is None else limit)).all())

    @outlasting
    def overview(self, wanted: Wanted) -> Overview:
        """What is found, counted by days and kinds."""
        anyhow, values = _where(Wanted(wanted.words, None, wanted.starred, wanted.since))
        states = [state.value for state in KINDS[wanted.kind]] if wanted.kind else []
        with self._read() as db:
            counted = db.exec_driver_sql(
                f"SELECT {_DAY} AS day, state, count(*), sum({_CREDITS}), sum({_NOT_KNOWN}), sum({_PAID}),"  # noqa: S608  own words
                f" sum(CASE WHEN state = 'completed' THEN {_SECONDS} ELSE 0 END)"
                f" FROM jobs WHERE {anyhow} AND {_DATED} GROUP BY day, state",
                values,
            ).all()
            stacked = db.exec_driver_sql(
                f"SELECT {_DAY} AS day, count(DISTINCT {_SAME}) FROM jobs"  # noqa: S608  own words
                f" WHERE {anyhow}{_among(states)} AND {_DATED} GROUP BY day ORDER BY day DESC",
                (*values, *states),
            ).all()
        sums: dict[str, Sum] = {}
        kinds = dict.fromkeys(KINDS, 0)
        for day, state, *counts in counted:
            for kind in (kind for kind, members in KINDS.items() if state in members):
                kinds[kind] += counts[0]
            if not states or state in states:
                sums[day] = sums.get(day, Sum()) + Sum(*map(int, counts))
        return Overview([Day(day, stacks, sums[day]) for day, stacks in stacked], kinds)

    @outlasting
    def stacks(self, wanted: Wanted, start: int, count: int) -> list[Stack]:
        """A part of what is found, as it stands: by days, newest first."""
        where, values = _where(wanted)
        with self._read() as db:
            found = db.exec_driver_sql(
                f"SELECT {_DAY} || ' ' || {_SAME} AS stack, id, max(created), json_group_array(id), sum(starred),"  # noqa: S608  own words
                f" count(*), sum({_CREDITS}), sum({_NOT_KNOWN}), sum({_PAID})"
                f" FROM jobs WHERE {where} AND {_DATED} GROUP BY stack ORDER BY {_DAY} DESC, max(created) DESC, id DESC"
                " LIMIT ? OFFSET ?",
                (*values, count, start),
            ).all()
        newest = {row.id: row for row in self.rows([row[1] for row in found])}
        return [
            Stack(key, newest.get(job_id), _newest_first(ids, job_id), bool(starred), Sum(*map(int, counts)))
            for key, job_id, _, ids, starred, *counts in found
        ]

    @outlasting
    def with_generation_id(self, generation_id: str) -> Record | None:
        """The newest job to which a service gave this id, or None."""
        newest = f"{SELECT} WHERE generation_id = ? AND {IN_HISTORY} ORDER BY created DESC LIMIT 1"
        with self._read() as db:
            return next(iter(readable(db.exec_driver_sql(newest, (generation_id,)).all())), None)

    @outlasting
    def in_trash(self, before: float | None = None) -> list[Record]:
        """Jobs that were removed and can be put back, the last removed first; only those that were removed before a
        time, in seconds since the epoch."""
        wanted, values = f"{SELECT} WHERE reason = ?", (Reason.REMOVED.value,)
        if before is not None:
            wanted += " AND CASE WHEN json_valid(removed) THEN json_extract(removed, '$.at') < ? END"
        with self._read() as db:
            found = db.exec_driver_sql(wanted, values if before is None else (*values, before)).all()
        return sorted(readable(found), key=lambda row: (row.removed or {})["at"], reverse=True)

    @outlasting
    def rows(self, ids: Iterable[str]) -> list[Record]:
        """The rows with these ids, in no order; fewer where some are not there."""
        wanted = tuple(ids)
        with self._read() as db:
            return readable(db.exec_driver_sql(f"{SELECT} WHERE id IN ({', '.join('?' * len(wanted))})", wanted).all())


def _where(wanted: Wanted) -> tuple[str, tuple[Any, ...]]:
    parts, values = [IN_HISTORY], list[Any]()
    if wanted.since is not None:
        parts.append("created >= ?")
        values.append(wanted.since)
    if wanted.starred:
        parts.append("starred = 1")
    if wanted.words:
        parts.append("prompt_holds(request, ?)")
        values.append(wanted.words.casefold())
    states = [state.value for state in KINDS[wanted.kind]] if wanted.kind else []
    return " AND ".join(parts) + _among(states), (*values, *states)


def _among(states: list[str]) -> str:
    return f" AND state IN ({', '.join('?' * len(states))})" if states else ""


def _newest_first(ids: str, newest: str) -> list[str]:
    """Ids sort by time."""
    return [newest, *sorted((each for each in json.loads(ids) if each != newest), reverse=True)]
