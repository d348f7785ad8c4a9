"""The durable record of every job: SQLAlchemy Core over one SQLite file, shared by all kernels of a user.

A row is committed before its request leaves and after every change, so that a kernel can die at any instant and the
next one knows what was asked, what was sent and what came back.
"""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout

from seedance_widgets.errors import Money, StorageError
from seedance_widgets.states import ACTIVE_STATES, State, describe, rows

from .database import opened, reported
from .record import FIELDS, Record, readable, to_row

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

LEDGER_FILE: Final = "ledger.db"
_KERNELS: Final = "kernels"
"""The folder of the locks that say which kernels are alive."""

_SELECT: Final = f"SELECT {', '.join(FIELDS)} FROM jobs"  # noqa: S608  own names

_OWNER: Final = re.compile(r"[0-9a-f]{16}")

_REUSABLE: Final = tuple((state.value, reason) for (state, reason), info in rows().items() if info.reusable)


class Ledger:
    """All jobs of a user. Safe to use from any thread, and from several kernels at once."""

    def __init__(self, url: str, home: Path) -> None:
        self._url = url
        self._locks = home / _KERNELS
        self._engine: Engine | None = None
        self.owner = secrets.token_hex(8)
        """This kernel, as the `owner` of rows. A lock of that name is held until the process ends, however it ends."""
        self._alive: FileLock | None = None
        self._opening = threading.Lock()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with reported(), self._open().execution_options(writes=True).begin() as connection:
            yield connection

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with reported(), self._open().connect() as connection:
            yield connection

    def begin(self, record: Record, *, reuse: bool) -> Record:
        """Keep a new job, or give back the one that answers the same request on the same connection already.

        One transaction, so that two kernels asking for the same thing at once make one job.
        """
        with self._write() as db:
            self._hold()
            if reuse and (row := self._reusable(db, record)):
                return row
            taken = db.exec_driver_sql(
                "SELECT coalesce(max(take), 0) FROM jobs WHERE connection = ? AND fingerprint = ?",
                (record.connection, record.fingerprint),
            ).scalar_one()
            record.take = max(record.take, int(taken) + 1)  # one that was found beside the notebook has a number
            record.owner = self.owner
            values = to_row(record)
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            db.exec_driver_sql(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608  own names
        return record

    def reusable(self, record: Record) -> Record | None:
        """The job that answers the same request on the same connection already, or None."""
        with self._read() as db:
            return self._reusable(db, record)

    def save(self, record: Record, detail: Mapping[str, Any] | None = None) -> None:
        """Keep a change of a job, and the event that tells of it. StorageError also where its row is gone."""
        values = to_row(record)
        setters = ", ".join(f"{name} = ?" for name in values)
        with self._write() as db:
            update = f"UPDATE jobs SET {setters} WHERE id = ?"  # noqa: S608  own names
            if not db.exec_driver_sql(update, (*values.values(), record.id)).rowcount:
                raise StorageError("The history holds this job no more.")
            if detail is not None:
                db.exec_driver_sql(
                    "INSERT INTO events (job, at, state, reason, detail) VALUES (?, ?, ?, ?, ?)",
                    (record.id, record.updated, record.state.value, record.reason, json.dumps(detail)),
                )

    def get(self, job_id: str) -> Record | None:
        """One job, or None."""
        found = self._select("WHERE id = ?", (job_id,))
        return found[0] if found else None

    def events(self, job_id: str) -> list[tuple[float, str, str | None, dict[str, Any]]]:
        """What happened to a job, oldest first: (time, state, reason, detail)."""
        with self._read() as db:
            found = db.exec_driver_sql(
                "SELECT at, state, reason, detail FROM events WHERE job = ? ORDER BY rowid", (job_id,)
            ).all()
        return [(row[0], row[1], row[2], json.loads(row[3])) for row in found]

    def history(self, *, limit: int = 100) -> list[Record]:
        """Jobs, newest first."""
        return self._select("ORDER BY created DESC, id DESC LIMIT ?", (limit,))

    def unfinished(self) -> list[Record]:
        """Jobs that have not come to an end, oldest first, whoever carries them; also those that nobody watches."""
        marks = ", ".join("?" * len(ACTIVE_STATES))
        states = tuple(state.value for state in ACTIVE_STATES)
        return self._select(f"WHERE state IN ({marks}) ORDER BY created", states)

    def costs(self, connection: str, limit: int = 200) -> list[Record]:
        """Jobs that were sent from here and whose credits are known, newest first."""
        return self._select(
            "WHERE connection = ? AND credits_used IS NOT NULL AND sent IS NOT NULL ORDER BY created DESC LIMIT ?",
            (connection, limit),
        )

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

    def claim(self, record: Record) -> Record | None:
        """Take over a job whose kernel is gone, or that is over. None where another kernel carries it.

        Returns the record to go on with: where another kernel had the job last, that is its row and not `record`, which
        may be long out of date.
        """
        with self._write() as db:
            self._hold()
            found = next(iter(readable(db.exec_driver_sql(f"{_SELECT} WHERE id = ?", (record.id,)).all())), None)
            if found is None:
                raise StorageError("The history holds this job no more.")
            if found.owner == self.owner:
                return record
            if found.owner and describe(found.state, found.reason).active and self.is_alive(found.owner):
                return None
            db.exec_driver_sql("UPDATE jobs SET owner = ? WHERE id = ?", (self.owner, record.id))
        return replace(found, owner=self.owner)

    def is_alive(self, owner: str) -> bool:
        """Whether the kernel of that name still runs: whether its lock is still held."""
        return owner == self.owner or _is_alive(self._locks, owner)

    def close(self) -> None:
        """Let go of the file. The ledger can be used again."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None
        if self._alive is not None:
            self._alive.release()
            self._alive = None

    def _hold(self) -> None:
        with self._opening:
            if self._alive is None:
                self._locks.mkdir(parents=True, exist_ok=True, mode=0o700)
                lock = FileLock(self._locks / f"{self.owner}.lock", thread_local=False)
                lock.acquire(timeout=0)
                self._alive = lock

    def _reusable(self, db: Connection, record: Record) -> Record | None:
        found = db.exec_driver_sql(
            f"{_SELECT} WHERE connection = ? AND fingerprint = ? ORDER BY created DESC",
            (record.connection, record.fingerprint),
        ).all()
        # The newest finished take, else the newest that may still become one.
        usable = [
            row
            for row in readable(found)
            if (row.state.value, row.reason) in _REUSABLE and not self._never_to_be_sent(row)
        ]
        return next((row for row in usable if row.state is State.COMPLETED), usable[0] if usable else None)

    def _never_to_be_sent(self, row: Record) -> bool:
        """Whether its kernel ended before it was sent: `resume` will say so, and it is no answer to anyone who asks."""
        info = describe(row.state, row.reason)
        unsent = info.active and info.money is Money.NOTHING and row.sent is None
        return unsent and not (row.owner and self.is_alive(row.owner))

    def _select(self, clause: str, values: Iterable[Any]) -> list[Record]:
        with self._read() as db:
            found = db.exec_driver_sql(f"{_SELECT} {clause}", tuple(values)).all()
        return readable(found)

    def _open(self) -> Engine:
        with self._opening:
            if self._engine is None:
                self._engine = opened(self._url)
            return self._engine


def count_unfinished(home: Path) -> int:
    """How many jobs wait for `resume`: a glance at the default ledger that makes no file, loads no SQLAlchemy and
    takes no time; 0 where it cannot be told."""
    path = home / LEDGER_FILE
    if not path.exists():
        return 0
    marks = ", ".join("?" * len(ACTIVE_STATES))
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=0.2)) as db:
            found = db.execute(
                f"SELECT state, reason, owner FROM jobs WHERE state IN ({marks})",  # noqa: S608  marks only
                [state.value for state in ACTIVE_STATES],
            ).fetchall()
        waiting = [row for row in found if describe(row[0], row[1]).active]
        return sum(not (owner and _is_alive(home / _KERNELS, str(owner))) for _, _, owner in waiting)
    except (sqlite3.Error, OSError):
        return 0


def _is_alive(locks: Path, owner: str) -> bool:
    path = locks / f"{owner}.lock"
    if not _OWNER.fullmatch(owner) or not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            pass
    except (Timeout, OSError):  # where it cannot be told, its jobs are left to it
        return True
    path.unlink(missing_ok=True)
    return False
