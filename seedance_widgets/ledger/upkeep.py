"""What is done with takes once they are made: they are starred, noted, forgotten. SQL that touches no other column.

A take that another kernel carries is that kernel's row; a star on it is nobody's but the person's, and is lost by
neither.
"""

from __future__ import annotations

import json
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets.errors import Money, SeedanceError, StorageError
from seedance_widgets.states import Reason, State, describe

from .record import SELECT, Record, readable, to_row
from .store import Store, outlasting
from .trouble import reported

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

NOT_FORGOTTEN: Final = f"reason IS NOT '{Reason.FORGOTTEN.value}'"
_PRUNABLE: Final = f"state = '{State.COMPLETED.value}' AND {NOT_FORGOTTEN} AND starred = 0 AND media IS NOT NULL"

_KEPT: Final = frozenset(
    {"id", "connection", "label", "model", "request", "created", "state", "take", "parent", "sent", "finished",
     "credits_used"}
)  # fmt: skip
"""What stays of a take that is forgotten; of its request, the settings alone."""

_NO_IMAGE: Final = {"name": "", "media_type": "", "size": 0, "sha256": "", "width": 0, "height": 0}
"""Stands where a guide image was: that there was one is part of the price."""


@dataclass(frozen=True, slots=True)
class InUse:
    """What the takes of a history are made of."""

    prompts: set[str]
    images: set[str]
    """The hashes of guide images."""
    all_known: bool
    """Whether every row says so: a damaged one may not."""


class Upkeep(ABC):
    """The part of a `Ledger` that stars, notes and forgets."""

    owner: str
    _store: Store

    @abstractmethod
    def is_alive(self, owner: str) -> bool:
        """Whether the kernel of that name still runs."""

    @abstractmethod
    def _write(self) -> AbstractContextManager[Connection]: ...

    @abstractmethod
    def _read(self) -> AbstractContextManager[Connection]: ...

    @outlasting
    def mark(self, job_id: str, *, starred: bool | None = None, note: str | None = None) -> None:
        """Keep a star, a note or both, whoever carries the job. StorageError also where its row is gone, and where it
        is in a file that was given up and does not take it: it would be lost with this session."""
        marks = {name: value for name, value in (("starred", starred), ("note", note)) if value is not None}
        setters = ", ".join(f"{name} = ?" for name in marks)
        update = f"UPDATE jobs SET {setters} WHERE id = ? AND {NOT_FORGOTTEN}"  # noqa: S608  own names
        values = (*marks.values(), job_id)
        self._store.mark(job_id, update, values)
        with self._write() as db:
            if not db.exec_driver_sql(update, values).rowcount:
                raise StorageError("The history holds this job no more.")

    def check_in_file(self) -> None:
        """StorageError where the file of the history was given up: nothing can be erased from it, and what is asked of
        it now may not be so."""
        if self._store.unsaved is not None:
            raise StorageError(
                f"The history cannot be used: {self._store.unsaved.fault.why}. So nothing was removed.",
                todo=f"{self._store.unsaved.fault.todo}, then restart the kernel.",
            )

    def check_forgettable(self, record: Record) -> None:
        """SeedanceError where a job is still under way in this kernel or another live one. StorageError as for
        `check_in_file`."""
        self.check_in_file()
        with self._read() as db:
            self._at_rest(db, record)

    def forget(self, record: Record) -> Record:
        """Erase what was asked for and what came of it; the row that is left says that there was a take, and what it
        cost. Errors as for `check_forgettable`.

        No byte of it is left in the files of the database, whoever wrote it there: the file is built anew.
        """
        with self._write() as db:
            found = self._at_rest(db, record)
            if found.reason != Reason.FORGOTTEN:
                values = to_row(_tombstone(found))
                setters = ", ".join(f"{name} = ?" for name in values)
                db.exec_driver_sql(f"UPDATE jobs SET {setters} WHERE id = ?", (*values.values(), record.id))  # noqa: S608  own names
                db.exec_driver_sql("UPDATE events SET detail = '{}' WHERE job = ?", (record.id,))
                found = _tombstone(found)
        self._scrub()
        return found

    @outlasting
    def forgotten(self) -> set[str]:
        """The ids of takes that are forgotten, whichever kernel did it."""
        with self._read() as db:
            found = db.exec_driver_sql("SELECT id FROM jobs WHERE reason = ?", (Reason.FORGOTTEN.value,)).all()
        return {row[0] for row in found}

    def prunable(self, before: float) -> list[Record]:
        """Finished takes without a star that were ready before that time (seconds since the epoch), oldest first."""
        with self._read() as db:
            found = db.exec_driver_sql(f"{SELECT} WHERE {_PRUNABLE} AND finished < ? ORDER BY finished", (before,))
            return readable(found.all())

    def while_prunable(self, job_id: str, remove: Callable[[], object]) -> bool:
        """Call `remove` if the take is still finished and without a star; nobody can change that meanwhile."""
        with self._write() as db:
            found = db.exec_driver_sql(f"SELECT 1 FROM jobs WHERE id = ? AND {_PRUNABLE}", (job_id,)).first()  # noqa: S608  own words
            if found is not None:
                remove()
        return found is not None

    def at_work(self) -> set[str]:
        """The ids of jobs that are not finished: their files are left alone, whole or not."""
        with self._read() as db:
            found = db.exec_driver_sql("SELECT id, state, reason FROM jobs").all()
        return {row[0] for row in found if not _is_terminal(row[1], row[2])}

    def in_use(self, besides: Record | None = None) -> InUse:
        """What takes are made of, one take left out."""
        with self._read() as db:
            found = db.exec_driver_sql("SELECT id, request FROM jobs").all()
        prompts: set[str] = set()
        images: set[str] = set()
        all_known = True
        for job_id, request in found:
            if besides is None or job_id != besides.id:
                try:
                    asked = json.loads(request)
                    prompts.add(asked["prompt"])
                    images.update(str(image["sha256"]) for image in asked["images"] if isinstance(image, dict))
                except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
                    all_known = False
        return InUse(prompts, images, all_known)

    def _at_rest(self, db: Connection, record: Record) -> Record:
        found = next(iter(readable(db.exec_driver_sql(f"{SELECT} WHERE id = ?", (record.id,)).all())), None)
        if found is None:
            raise StorageError("The history holds this job no more.")
        if found.owner == self.owner:
            found = record  # how it ended may have failed to be written
        under_way = describe(found.state, found.reason).active and found.owner is not None
        if under_way and self.is_alive(found.owner or ""):
            where = "" if found.owner == self.owner else " in another kernel"
            raise SeedanceError(
                f"This take is still under way{where}, so it was not forgotten.",
                money=describe(found.state, found.reason).money,
                todo="Wait until it is over, or stop watching it, then forget it.",
            )
        return found

    def _scrub(self) -> None:
        """Build the file of the database anew, and empty its log: deleted rows leave their bytes in both."""
        why = "another kernel is reading it"
        with reported(), closing(self._store.engine().raw_connection()) as pooled:
            raw: Any = pooled.driver_connection
            try:
                raw.execute("PRAGMA secure_delete = ON")
                raw.execute("VACUUM")
                if not raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                    return
            except sqlite3.Error as error:
                why = str(error)
        raise StorageError(
            f"The take is forgotten, but its old bytes could not be cleared from the history: {why}.",
            todo="Forget it once more.",
        )


def _is_terminal(state: str, reason: str | None) -> bool:
    try:
        return describe(state, reason).terminal
    except ValueError:  # of a newer version
        return False


def _tombstone(record: Record) -> Record:
    """What stays. A job that was interrupted is what `resume` would have found it to be."""
    info, state = describe(record.state, record.reason), record.state
    if info.active and state is not State.PROCESSING:
        unsent = info.money is Money.NOTHING and record.sent is None
        state = State.CANCELLED if unsent else State.UNCERTAIN
    images = [_NO_IMAGE for _ in record.request.get("images", ())]
    kept = {name: value for name, value in vars(record).items() if name in _KEPT}
    if info.terminal and info.money is Money.NOTHING:
        kept["credits_used"] = 0  # the reason that says so does not stay
    kept.update(state=state, request={**record.request, "prompt": "", "images": images})
    return Record(**kept, fingerprint="", reason=Reason.FORGOTTEN.value, updated=time.time())
