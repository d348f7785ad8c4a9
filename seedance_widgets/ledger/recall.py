"""What was asked for before: the prompts of a history, and the take that a recipe is of. Reads, and changes nothing."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from .record import SELECT, Record, readable
from .store import outlasting
from .upkeep import IN_HISTORY

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from .store import Store

_COUNTED: Final = 2_000
"""Takes that are looked through only to say how many prompts there are: a few milliseconds."""
_AT_ONCE: Final = 200

Place = tuple[float, str]
"""When a take was asked for, and its id: where it stands in the history."""


@dataclass(frozen=True, slots=True)
class PastPrompts:
    """Past prompts, newest first: of each, the newest take."""

    takes: list[Record]
    more: bool
    """Whether there are older ones."""
    count: int | None
    """How many there are in all; None where there are too many to count in passing."""


class Recall(ABC):
    """The part of a `Ledger` that knows what was asked for."""

    _store: Store

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]: ...

    @outlasting
    def prompts(self, *, limit: int, holding: str = "", after: Place | None = None) -> PastPrompts:
        """Prompts that differ, of takes that are not forgotten, whatever their connection. Only so much of the history
        is read as that takes.

        holding: only prompts with these words in them, in any case.
        after:   only prompts whose newest take stands behind this place: what is next after the last one given.
        """
        wanted = holding.casefold()
        seen: set[str] = set()
        found: list[str] = []
        past = after is None
        whole = True
        with self._read() as db:
            for looked_at, (job_id, created, prompt) in enumerate(_newest_first(db)):
                past = past or (created, job_id) < (after or ())
                if len(found) > limit and looked_at >= _COUNTED:
                    whole = False
                    break
                if prompt in seen or wanted not in prompt.casefold():
                    continue
                seen.add(prompt)
                if past and len(found) <= limit:
                    found.append(job_id)
            marks = ", ".join("?" * len(found[:limit]))
            newest = f"{SELECT} WHERE id IN ({marks}) ORDER BY created DESC, id DESC"
            rows = db.exec_driver_sql(newest, tuple(found[:limit])).all()
        return PastPrompts(readable(rows), len(found) > limit, len(seen) if whole else None)

    @outlasting
    def same(self, connection: str, fingerprint: str) -> list[Record]:
        """Takes of one request on one connection, newest first, but for those that are not in the history any more."""
        with self._read() as db:
            found = db.exec_driver_sql(
                f"{SELECT} WHERE connection = ? AND fingerprint = ? AND {IN_HISTORY} ORDER BY created DESC, id DESC",
                (connection, fingerprint),
            ).all()
        return readable(found)


def _newest_first(db: Connection) -> Iterator[tuple[str, float, str]]:
    """Id, time and prompt of every take that has one. Read here and not by SQLite, whose JSON ends a text at a null."""
    rows = db.exec_driver_sql(
        f"SELECT id, created, request FROM jobs WHERE {IN_HISTORY} ORDER BY created DESC, id DESC"  # noqa: S608  own words
    )
    for part in rows.partitions(_AT_ONCE):
        for job_id, created, request in part:
            try:
                prompt = json.loads(request)["prompt"]
            except (ValueError, TypeError, KeyError, RecursionError):
                continue
            if isinstance(prompt, str) and prompt.strip() and isinstance(created, float):
                yield job_id, created, prompt
