"""What is done with takes once they are made: they are starred, noted, removed, put back, forgotten. SQL that touches
no other column.

A take that another kernel carries is that kernel's row; a star on it is nobody's but the person's, and is lost by
neither.
"""

from __future__ import annotations

import json
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets.errors import Money, SeedanceError, StorageError
from seedance_widgets.states import NOT_IN_HISTORY, Reason, State, describe

from .record import SELECT, Record, readable, to_change, to_row
from .store import Store, outlasting
from .trouble import reported

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

IN_HISTORY: Final = f"coalesce(reason, '') NOT IN ({', '.join(repr(why.value) for why in NOT_IN_HISTORY)})"
_PRUNABLE: Final = f"state = '{State.COMPLETED.value}' AND {IN_HISTORY} AND starred = 0 AND media IS NOT NULL"

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
    """The part of a `Ledger` that stars, notes, removes and forgets."""

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
        update = f"UPDATE jobs SET {setters} WHERE id = ? AND {IN_HISTORY}"  # noqa: S608  own names
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

    def remove(self, record: Record, *, stay: bool) -> Record:
        """Take a job out of the history, so that it can be put back; `stay`: its files are left where they are. Errors
        as for `check_forgettable`."""
        self.check_in_file()
        with self._write() as db:
            found = self._at_rest(db, record)
            if found.reason in NOT_IN_HISTORY:
                return found
            info, now = describe(found.state, found.reason), time.time()
            before = {"reason": found.reason, "credits_used": found.credits_used}
            if info.terminal and info.money is Money.NOTHING:
                found = replace(found, credits_used=0)  # the reason that says so is another now
            removed = {"at": now, "stay": stay, **before}
            left = replace(found, owner=None, reason=Reason.REMOVED.value, updated=now, removed=removed)
            self._change(db, to_change(left))
        return left

    def put_back(self, job_id: str, first: Callable[[Record], object]) -> Record:
        """Bring a job back that was removed. `first` is called before its row is as it was; what it raises leaves it
        removed. SeedanceError where it is not removed, or is erased by now."""
        self.check_in_file()
        with self._write() as db:
            found = self._removed(db, job_id)
            if found is None:
                raise SeedanceError("This take is not in the trash.", money=Money.NOTHING)
            first(found)
            back = replace(_as_it_was(found), updated=time.time())
            self._change(db, to_change(back))
        return back

    def while_removed(self, job_id: str, act: Callable[[], object]) -> None:
        """Call `act` if the job is removed; nobody can put it back or erase it meanwhile."""
        with self._write() as db:
            if self._removed(db, job_id) is not None:
                act()

    @staticmethod
    def _change(db: Connection, values: Mapping[str, Any]) -> None:
        setters = ", ".join(f"{name} = ?" for name in values)
        db.exec_driver_sql(f"UPDATE jobs SET {setters} WHERE id = ?", (*values.values(), values["id"]))  # noqa: S608  own names

    def forget(self, record: Record) -> Record:
        """Erase what was asked for and what came of it; the row that is left says that there was a take, and what it
        cost. Errors as for `check_forgettable`.

        No byte of it is left in the files of the database, whoever wrote it there: the file is built anew.
        """
        with self._write() as db:
            found = self._at_rest(db, record)
            if found.reason != Reason.FORGOTTEN:
                found = self._erased(db, found)
        self.scrub()
        return found

    def bury(self, job_id: str, first: Callable[[], object]) -> Record | None:
        """Erase a job that is removed, as `forget` does, but for `scrub`, which is asked for once for many. `first` is
        called before, while nobody can put it back; what it raises leaves it removed. None where it is not removed any
        more."""
        self.check_in_file()
        with self._write() as db:
            found = self._removed(db, job_id)
            if found is not None:
                first()
                found = self._erased(db, found)
        return found

    def _removed(self, db: Connection, job_id: str) -> Record | None:
        wanted = f"{SELECT} WHERE id = ? AND reason = ?"
        return next(iter(readable(db.exec_driver_sql(wanted, (job_id, Reason.REMOVED.value)).all())), None)

    def _erased(self, db: Connection, record: Record) -> Record:
        left = _tombstone(record)
        self._change(db, to_row(left))
        db.exec_driver_sql("UPDATE events SET detail = '{}' WHERE job = ?", (record.id,))
        return left

    @outlasting
    def gone(self) -> set[str]:
        """The ids of takes that are removed or forgotten, whichever kernel did it."""
        with self._read() as db:
            found = db.exec_driver_sql(f"SELECT id FROM jobs WHERE NOT ({IN_HISTORY})").all()  # noqa: S608  own words
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
                f"This take is still under way{where}, so it stays in the history.",
                money=describe(found.state, found.reason).money,
                todo="Wait until it is over, or stop watching it, then ask again.",
            )
        return found

    def scrub(self) -> None:
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
    record = _as_it_was(record)
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


def _as_it_was(record: Record) -> Record:
    """A job as it was before it was removed."""
    was = record.removed
    return replace(record, reason=was["reason"], credits_used=was["credits_used"], removed=None) if was else record
