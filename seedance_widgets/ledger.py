"""The durable record of every job: SQLAlchemy Core over one SQLite file, shared by all kernels of a user.

A row is committed before its request leaves and after every change, so that a kernel can die at any instant and the
next one knows what was asked, what was sent and what came back.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout

from .errors import StorageError
from .states import ACTIVE_STATES, State, describe, rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine

LEDGER_FILE: Final = "ledger.db"
_KERNELS: Final = "kernels"
"""The folder of the locks that say which kernels are alive."""

_BUSY_SECONDS: Final = 20.0
"""How long one kernel waits for another's write."""


@dataclass
class Record:
    """One job as the ledger keeps it. Times are seconds since the epoch."""

    id: str
    connection: str
    """Identity of the connection: `sandbox`, or host and model."""
    label: str
    """What people call that connection."""
    model: str
    request: dict[str, Any]
    """`GenerationRequest.to_dict()`."""
    fingerprint: str
    created: float
    updated: float
    state: State = State.DRAFT
    reason: str | None = None
    take: int = 1
    """The how-manieth take of this request on this connection, from 1."""
    parent: str | None = None
    """The job this one was remixed from."""
    owner: str | None = None
    """The kernel that carries it."""
    sent: float | None = None
    finished: float | None = None
    generation_id: str | None = None
    task_id: str | None = None
    credits_used: int | None = None
    video_url: str | None = None
    """The remote address; relative where it lies on the connection's own host."""
    media: str | None = None
    """The video, relative to the library."""
    media_sha256: str | None = None
    poster: str | None = None
    placed: str | None = None
    """Where the copy beside the notebook is."""
    error: dict[str, Any] | None = None
    starred: bool = False
    note: str = ""


_JSON: Final = ("request", "error")
_FIELDS: Final = tuple(f.name for f in fields(Record))


def new_id(now: float | None = None) -> str:
    """A job id that sorts by time and is safe in a file name: "20261122-120612-4f2a9c"."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{stamp}-{secrets.token_hex(3)}"


_SCHEMA: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE jobs (
            id TEXT PRIMARY KEY, connection TEXT NOT NULL, label TEXT NOT NULL, model TEXT NOT NULL,
            request TEXT NOT NULL, fingerprint TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
            state TEXT NOT NULL, reason TEXT, take INTEGER NOT NULL, parent TEXT, owner TEXT, sent REAL,
            finished REAL, generation_id TEXT, task_id TEXT, credits_used INTEGER, video_url TEXT, media TEXT,
            media_sha256 TEXT, poster TEXT, placed TEXT, error TEXT, starred BOOLEAN NOT NULL DEFAULT 0,
            note TEXT NOT NULL DEFAULT '')""",
        "CREATE INDEX jobs_same ON jobs (connection, fingerprint)",
        "CREATE INDEX jobs_state ON jobs (state)",
        "CREATE INDEX jobs_created ON jobs (created)",
        """CREATE TABLE events (
            job TEXT NOT NULL REFERENCES jobs (id), at REAL NOT NULL, state TEXT NOT NULL, reason TEXT,
            detail TEXT NOT NULL)""",
        "CREATE INDEX events_job ON events (job)",
        "CREATE TABLE version (number INTEGER NOT NULL)",
        "INSERT INTO version VALUES (1)",
    ),
)
"""The statements that lead from each version of the schema to the next. Only ever append."""

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

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._open().execution_options(writes=True).begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _storage_error(error) from None

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        from sqlalchemy.exc import SQLAlchemyError

        try:
            with self._open().connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise _storage_error(error) from None

    def begin(self, record: Record, *, reuse: bool) -> Record:
        """Keep a new job, or give back the one that answers the same request on the same connection already.

        One transaction, so that two kernels asking for the same thing at once make one job.
        """
        self._hold()
        with self._write() as db:
            if reuse and (row := self._reusable(db, record)):
                return row
            taken = db.exec_driver_sql(
                "SELECT coalesce(max(take), 0) FROM jobs WHERE connection = ? AND fingerprint = ?",
                (record.connection, record.fingerprint),
            ).scalar_one()
            record.take = int(taken) + 1
            record.owner = self.owner
            values = _to_row(record)
            names, marks = ", ".join(values), ", ".join("?" * len(values))
            db.exec_driver_sql(f"INSERT INTO jobs ({names}) VALUES ({marks})", tuple(values.values()))  # noqa: S608  own names
        return record

    def reusable(self, record: Record) -> Record | None:
        """The job that answers the same request on the same connection already, or None."""
        with self._read() as db:
            return self._reusable(db, record)

    def save(self, record: Record, detail: Mapping[str, Any] | None = None) -> None:
        """Keep a change of a job, and the event that tells of it."""
        record.updated = time.time()
        values = _to_row(record)
        setters = ", ".join(f"{name} = ?" for name in values)
        with self._write() as db:
            db.exec_driver_sql(f"UPDATE jobs SET {setters} WHERE id = ?", (*values.values(), record.id))  # noqa: S608  own names
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

    def by_generation(self, connection: str, generation_id: str) -> Record | None:
        """The job with a generation id, or None."""
        found = self._select("WHERE connection = ? AND generation_id = ?", (connection, generation_id))
        return found[0] if found else None

    def history(self, *, limit: int = 100, offset: int = 0, connection: str | None = None) -> list[Record]:
        """Jobs, newest first."""
        where, values = ("WHERE connection = ?", (connection,)) if connection else ("", ())
        return self._select(f"{where} ORDER BY created DESC, id DESC LIMIT ? OFFSET ?", (*values, limit, offset))

    def unfinished(self) -> list[Record]:
        """Jobs that someone should be following, oldest first, whoever carries them."""
        marks = ", ".join("?" * len(ACTIVE_STATES))
        states = tuple(state.value for state in ACTIVE_STATES)
        return self._select(f"WHERE state IN ({marks}) ORDER BY created", states)

    def costs(self, connection: str, limit: int = 200) -> list[Record]:
        """Jobs whose credits are known, newest first."""
        return self._select(
            "WHERE connection = ? AND credits_used IS NOT NULL ORDER BY created DESC LIMIT ?", (connection, limit)
        )

    def durations(self, connection: str, settings: Mapping[str, Any], limit: int = 30) -> list[float]:
        """Seconds from sending to ready of finished jobs with the same resolution, length and sound, newest first."""
        with self._read() as db:
            found = db.exec_driver_sql(
                "SELECT finished - sent FROM jobs WHERE connection = ? AND state = 'completed' AND sent IS NOT NULL"
                " AND json_extract(request, '$.resolution') = ? AND json_extract(request, '$.duration') = ?"
                " AND json_extract(request, '$.generate_audio') = ? AND finished > sent"
                " ORDER BY created DESC LIMIT ?",
                (
                    connection,
                    settings.get("resolution"),
                    settings.get("duration"),
                    int(bool(settings.get("generate_audio"))),
                    limit,
                ),
            ).all()
        return [float(row[0]) for row in found]

    def claim(self, record: Record) -> bool:
        """Take over a job whose kernel is gone, or that is over. False where another kernel carries it."""
        if record.owner == self.owner:
            return True
        if record.owner and describe(record.state, record.reason).active and self.is_alive(record.owner):
            return False
        self._hold()
        with self._write() as db:
            changed = db.exec_driver_sql(
                "UPDATE jobs SET owner = ? WHERE id = ? AND owner IS ?", (self.owner, record.id, record.owner)
            ).rowcount
        if changed:
            record.owner = self.owner
        return bool(changed)

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
        if self._alive is None:
            self._locks.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self._locks / f"{self.owner}.lock", thread_local=False)
            lock.acquire(timeout=0)
            self._alive = lock

    def _reusable(self, db: Connection, record: Record) -> Record | None:
        found = db.exec_driver_sql(
            f"SELECT {', '.join(_FIELDS)} FROM jobs WHERE connection = ? AND fingerprint = ? ORDER BY created DESC",  # noqa: S608  own names
            (record.connection, record.fingerprint),
        ).all()
        # The newest finished take, else the newest that may still become one.
        usable = [row for row in map(_from_row, found) if (row.state.value, row.reason) in _REUSABLE]
        return next((row for row in usable if row.state is State.COMPLETED), usable[0] if usable else None)

    def _select(self, clause: str, values: Iterable[Any]) -> list[Record]:
        with self._read() as db:
            found = db.exec_driver_sql(f"SELECT {', '.join(_FIELDS)} FROM jobs {clause}", tuple(values)).all()  # noqa: S608  own clauses
        return [_from_row(row) for row in found]

    def _open(self) -> Engine:
        if self._engine is None:
            self._engine = _engine(self._url)
            _migrate(self._engine)
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
    except sqlite3.Error:
        return 0
    waiting = [row for row in found if describe(row[0], row[1]).active]
    return sum(not (owner and _is_alive(home / _KERNELS, owner)) for _, _, owner in waiting)


def _is_alive(locks: Path, owner: str) -> bool:
    path = locks / f"{owner}.lock"
    if not path.exists():
        return False
    try:
        with FileLock(path, timeout=0):
            pass
    except (Timeout, OSError):  # where it cannot be told, its jobs are left to it
        return True
    path.unlink(missing_ok=True)
    return False


def _engine(url: str) -> Engine:
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import make_url

    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise StorageError(
            "The ledger is an SQLite file for now.", todo="Unset SEEDANCE_LEDGER_URL, or use sqlite:///path."
        )
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    engine = create_engine(address, connect_args={"timeout": _BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
        raw.execute("PRAGMA journal_mode = WAL")
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A write takes its lock at once: two that read first and write later would fail each other.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def _migrate(engine: Engine) -> None:
    with engine.execution_options(writes=True).begin() as db:
        known = db.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'version'").scalar_one()
        version = int(db.exec_driver_sql("SELECT number FROM version").scalar_one()) if known else 0
        if version > len(_SCHEMA):
            raise StorageError(
                "The history was written by a newer seedance-widgets.", todo="Update this one, or set SEEDANCE_HOME."
            )
        for statements in _SCHEMA[version:]:
            for statement in statements:
                db.exec_driver_sql(statement)
        if known:
            db.exec_driver_sql("UPDATE version SET number = ?", (len(_SCHEMA),))


def _to_row(record: Record) -> dict[str, Any]:
    values = asdict(record)
    values["state"] = record.state.value
    values["starred"] = int(record.starred)
    for name in _JSON:
        values[name] = None if values[name] is None else json.dumps(values[name], ensure_ascii=True)
    return values


def _from_row(row: Any) -> Record:
    values = dict(zip(_FIELDS, row, strict=True))
    for name in _JSON:
        values[name] = None if values[name] is None else json.loads(values[name])
    values["state"] = State(values["state"])
    values["starred"] = bool(values["starred"])
    return Record(**values)


def _storage_error(error: Exception) -> StorageError:
    reason = str(getattr(error, "orig", None) or error).splitlines()[0][:200]
    return StorageError(
        f"The history could not be read or written: {reason}.", todo="Check the disk and the folder SEEDANCE_HOME."
    )
