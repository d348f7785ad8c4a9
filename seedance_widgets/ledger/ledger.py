"""The durable record of every job: SQLAlchemy Core over one SQLite file, shared by all kernels of a user.

A row is committed before its request leaves and after every change, so that a kernel can die at any instant and the
next one knows what was asked, what was sent and what came back.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets.errors import Money, StorageError
from seedance_widgets.states import ACTIVE_STATES, NOT_IN_HISTORY, State, describe, rows
from seedance_widgets.watchers import Watchers

from .browse import Browse
from .locks import KERNELS, Locks, is_alive
from .recall import Recall
from .record import SELECT, Record, readable, to_change, to_row
from .salvage import reading
from .store import Store, outlasting
from .trouble import reported
from .upkeep import IN_HISTORY, Upkeep

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from seedance_widgets.storage import Unsaved

LEDGER_FILE: Final = "ledger.db"

_REUSABLE: Final = tuple((state.value, reason) for (state, reason), info in rows().items() if info.reusable)

SECOND_LOOK: Final = 3 * 86_400.0
"""Seconds, from its first end, for which a paid take that the service did not give counts as unfinished, and answers
the same request: an outage over a weekend. Looked at again and found the same, it keeps that first end, so nobody looks
for ever."""

_LOOKED_AT_AGAIN: Final = tuple(
    (state.value, reason or "") for (state, reason), info in rows().items() if "check_again" in info.actions
)
_UNFINISHED: Final = (
    f"state IN ({', '.join('?' * len(ACTIVE_STATES))}) OR (generation_id IS NOT NULL AND finished > ?"
    f" AND (state, coalesce(reason, '')) IN (VALUES {', '.join(['(?, ?)'] * len(_LOOKED_AT_AGAIN))}))"
)

_FAMILY: Final = (
    "WITH RECURSIVE"
    " up (id) AS (SELECT ? UNION SELECT parent FROM jobs JOIN up USING (id) WHERE parent IS NOT NULL),"
    " family (id) AS (SELECT id FROM up UNION SELECT jobs.id FROM jobs JOIN family ON jobs.parent = family.id)"
)
"""Each id once, by UNION: that ends a circle too."""


def _unfinished(now: float) -> tuple[str | float, ...]:
    """The values of `_UNFINISHED`."""
    active = (state.value for state in ACTIVE_STATES)
    return *active, now - SECOND_LOOK, *(value for pair in _LOOKED_AT_AGAIN for value in pair)


def _is_lost(row: Record) -> bool:
    """Whether it ended since the service did not know or give it."""
    return (row.state.value, row.reason or "") in _LOOKED_AT_AGAIN


def _is_given_up(row: Record) -> bool:
    """Whether that is too long ago to look for it unasked."""
    known = row.generation_id is not None and (row.finished or 0.0) > time.time() - SECOND_LOOK
    return _is_lost(row) and not known


class TakenOverError(StorageError):
    """Another kernel carries the job now: this one was taken for dead. Nothing was written."""


class Ledger(Browse, Recall, Upkeep):
    """All jobs of a user. Safe to use from any thread, and from several kernels at once.

    Where its file is damaged, cannot be written or lies on a full disk, the session goes on in memory, with what can be
    read of the file, and stays there until it ends: `unsaved` says so. A file that is only busy, or of a newer version,
    is a StorageError.
    """

    def __init__(self, url: str, home: Path) -> None:
        self.owner = secrets.token_hex(8)
        """This kernel, as the `owner` of rows. A lock of that name is held until the process ends, however it ends."""
        self.watchers = Watchers()
        """Who is told, on any thread, that this kernel has changed a row. What others do is found by looking."""
        self._store = Store(url)
        self._locks = Locks(home / KERNELS, self.owner)

    @property
    def unsaved(self) -> Unsaved | None:
        """The file that cannot be used, and why; None where it is used, or memory is what was asked for."""
        return self._store.unsaved

    @property
    def in_memory(self) -> bool:
        """Whether new jobs are kept in memory alone."""
        return self.unsaved is not None or self._store.wished

    def is_unsaved(self, job_id: str) -> bool:
        """Whether the last state of a job is in memory alone."""
        return self._store.is_unsaved(job_id)

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with reported(), self._store.engine().execution_options(writes=True).begin() as connection:
            yield connection
        self.watchers.tell()

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with reported(), self._store.engine().connect() as connection:
            yield connection

    @outlasting
    def begin(self, record: Record, *, reuse: bool, first: Callable[[], object] = lambda: None) -> Record:
        """Keep a new job, or give back the one that answers the same request on the same connection already.

        One transaction, so that two kernels asking for the same thing at once make one job. `first` is called before a
        new one is kept, perhaps twice; what it raises ends the matter without one.
        """
        with self._write() as db:
            self._hold()
            row = self._reusable(db, record) if reuse else None
            # One that is finished already (found beside the notebook) does not wait for what must be looked for.
            if row is not None and not (record.state is State.COMPLETED and _is_lost(row)):
                return row
            first()
            self._store.check_room()
            taken = db.exec_driver_sql(
                "SELECT coalesce(max(take), 0) FROM jobs WHERE connection = ? AND fingerprint = ?",
                (record.connection, record.fingerprint),
            ).scalar_one()
            record.take = max(record.take, int(taken) + 1)  # one that was found beside the notebook has a number
            record.owner = self.owner
            self._insert(db, record)
        self._store.begun(record)
        return record

    @outlasting
    def reusable(self, record: Record) -> Record | None:
        """The job that answers the same request on the same connection already, or None."""
        with self._read() as db:
            return self._reusable(db, record)

    @outlasting
    def save(self, record: Record, detail: Mapping[str, Any] | None = None) -> None:
        """Keep a change of a job that this kernel carries, and the event that tells of it; star and note are no part of
        it (see `mark`). TakenOverError where another kernel carries it by now or has forgotten it, StorageError also
        where its row is gone.

        A job that began in a file which has been given up since is written there as well, if the file takes it.
        """
        self.write_back(record, detail)
        values = to_change(record)
        setters = ", ".join(f"{name} = ?" for name in values)
        with self._write() as db:
            update = f"UPDATE jobs SET {setters} WHERE id = ? AND owner = ?"  # noqa: S608  own names
            if not db.exec_driver_sql(update, (*values.values(), record.id, self.owner)).rowcount:
                if db.exec_driver_sql("SELECT 1 FROM jobs WHERE id = ?", (record.id,)).first():
                    raise TakenOverError("Another kernel carries this job now.")
                if not self._store.could_not_be_read(record.id):
                    raise StorageError("The history holds this job no more.")
                self._insert(db, record)
            if detail is not None:
                db.exec_driver_sql(
                    "INSERT INTO events (job, at, state, reason, detail) VALUES (?, ?, ?, ?, ?)",
                    (record.id, record.updated, record.state.value, record.reason, json.dumps(detail)),
                )

    def write_back(self, record: Record, detail: Mapping[str, Any] | None = None) -> None:
        """Write a job that began in the file there as well, where the file has been given up since."""
        self._store.write_back(record, detail)

    def is_behind(self, job_id: str) -> bool:
        """Whether the file that has been given up holds a job, and not the last change of it."""
        return self._store.is_behind(job_id)

    def get(self, job_id: str) -> Record | None:
        """One job, or None."""
        found = self._select("WHERE id = ?", (job_id,))
        return found[0] if found else None

    @outlasting
    def events(self, job_id: str) -> list[tuple[float, str, str | None, dict[str, Any]]]:
        """What happened to a job, oldest first: (time, state, reason, detail)."""
        with self._read() as db:
            found = db.exec_driver_sql(
                "SELECT at, state, reason, detail FROM events WHERE job = ? ORDER BY rowid", (job_id,)
            ).all()
        return [(row[0], row[1], row[2], json.loads(row[3])) for row in found]

    @outlasting
    def family(self, job_id: str) -> list[Record]:
        """A job, those it comes from, and all that come from any of them, oldest first; forgotten ones too. In a
        damaged history parents may be missing, or lead in a circle."""
        wanted = f"{_FAMILY} {SELECT} WHERE id IN family ORDER BY created, id"
        with self._read() as db:
            return readable(db.exec_driver_sql(wanted, (job_id,)).all())

    def unfinished(self) -> list[Record]:
        """Jobs that have not come to an end, oldest first, whoever carries them; also those that nobody watches, and,
        for the time of `SECOND_LOOK`, those that ended because the service did not know or give them."""
        wanted = f"WHERE ({_UNFINISHED}) AND {IN_HISTORY} ORDER BY created"
        return self._select(wanted, _unfinished(time.time()))

    def costs(self, connection: str, limit: int = 200) -> list[Record]:
        """Jobs that were sent from here and whose credits are known, newest first."""
        return self._select(
            "WHERE connection = ? AND credits_used IS NOT NULL AND sent IS NOT NULL ORDER BY created DESC LIMIT ?",
            (connection, limit),
        )

    @outlasting
    def durations(self, connection: str, settings: Mapping[str, Any], limit: int = 30) -> list[float]:
        """Seconds from sending to ready of finished jobs with the same resolution, length and sound, newest first."""
        with self._read() as db:
            found = db.exec_driver_sql(
                "SELECT finished - sent FROM jobs WHERE connection = ? AND state = 'completed' AND sent IS NOT NULL"
                " AND CASE WHEN json_valid(request) THEN json_extract(request, '$.resolution') = ?"
                " AND json_extract(request, '$.duration') = ? AND json_extract(request, '$.generate_audio') = ? END"
                " AND finished > sent ORDER BY created DESC LIMIT ?",
                (
                    connection,
                    settings.get("resolution"),
                    settings.get("duration"),
                    int(bool(settings.get("generate_audio"))),
                    limit,
                ),
            ).all()
        return [float(row[0]) for row in found]

    @outlasting
    def claim(self, record: Record) -> Record | None:
        """Take over a job whose kernel is gone, or that is over. None where another kernel carries it, or has forgotten
        it.

        Returns the record to go on with: where another kernel had the job last, that is its row and not `record`, which
        may be long out of date.
        """
        with self._write() as db:
            self._hold()
            found = next(iter(readable(db.exec_driver_sql(f"{SELECT} WHERE id = ?", (record.id,)).all())), None)
            if found is None:
                raise StorageError("The history holds this job no more.")
            if found.reason in NOT_IN_HISTORY:
                return None
            if found.owner == self.owner:
                return record
            if found.owner and describe(found.state, found.reason).active and self.is_alive(found.owner):
                return None
            db.exec_driver_sql("UPDATE jobs SET owner = ? WHERE id = ?", (self.owner, record.id))
        return replace(found, owner=self.owner)

    def is_alive(self, owner: str) -> bool:
        """Whether the kernel of that name still runs: whether its lock is still held."""
        return self._locks.is_alive(owner)

    def is_of(self, home: Path) -> bool:
        """Whether this is the history of that home: what it does not refer to there, nobody refers to."""
        return self.unsaved is None and self._store.path == home / LEDGER_FILE

    def close(self) -> None:
        """Let go of the file, or of memory and what is in it. The ledger can be used again."""
        self._store.close()
        self._locks.release()

    def forked(self) -> None:
        """For a forked child: it is another kernel than its parent, whose lock and connections it leaves alone."""
        self.owner = secrets.token_hex(8)
        self._store.forked()
        self._locks.forked(self.owner)

    def _hold(self) -> None:
        if not self.in_memory:  # what is in memory is nobody else's
            self._locks.hold()

    def _insert(self, db: Connection, record: Record) -> None:
        values = to_row(record)
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        db.exec_driver_sql(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608  own names

    def _reusable(self, db: Connection, record: Record) -> Record | None:
        found = db.exec_driver_sql(
            f"{SELECT} WHERE connection = ? AND fingerprint = ? ORDER BY created DESC",
            (record.connection, record.fingerprint),
        ).all()
        usable = [
            row
            for row in readable(found)
            if (row.state.value, row.reason) in _REUSABLE and not self._never_to_be_sent(row) and not _is_given_up(row)
        ]
        # The newest finished take, else the newest that may still become one, and last what must be looked for.
        return min(usable, key=lambda row: (row.state is not State.COMPLETED, _is_lost(row)), default=None)

    def _never_to_be_sent(self, row: Record) -> bool:
        """Whether its kernel ended before it was sent: `resume` will say so, and it is no answer to anyone who asks."""
        info = describe(row.state, row.reason)
        unsent = info.active and info.money is Money.NOTHING and row.sent is None
        return unsent and not (row.owner and self.is_alive(row.owner))

    @outlasting
    def _select(self, clause: str, values: Iterable[Any]) -> list[Record]:
        with self._read() as db:
            found = db.exec_driver_sql(f"{SELECT} {clause}", tuple(values)).all()
        return readable(found)


def count_unfinished(home: Path) -> int:
    """How many jobs wait for `resume`: a glance at the default ledger that makes no file, loads no SQLAlchemy and
    takes no time; 0 where it cannot be told."""
    path = home / LEDGER_FILE
    if not path.exists():
        return 0
    try:
        with closing(reading(path, timeout=0.2)) as db:
            found = db.execute(
                f"SELECT state, reason, owner FROM jobs WHERE {_UNFINISHED}",  # noqa: S608  own words
                _unfinished(time.time()),
            ).fetchall()
        waiting = [row for row in found if describe(row[0], row[1]).active or row[0] not in ACTIVE_STATES]
        return sum(not (owner and is_alive(home / KERNELS, str(owner))) for _, _, owner in waiting)
    except (sqlite3.Error, OSError):
        return 0
