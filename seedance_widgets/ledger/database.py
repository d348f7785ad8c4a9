"""The database under the ledger: one SQLite file, its schema, and whatever goes wrong with it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets.errors import StorageError

from .salvage import Remains, check
from .words import prompt_holds

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_NETWORK: Final = (
    "nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "lustre", "gpfs", "beegfs", "fuse.sshfs", "fuse.glusterfs",
    "fuse.rclone", "fuse.s3fs", "fuse.gcsfuse",
)  # fmt: skip
"""How the kinds of network file systems begin."""

_BUSY_SECONDS: Final = 20.0
"""How long one kernel waits for another's write."""

_BUSY_PAUSE: Final = 0.01
"""Seconds between tries where SQLite does not wait by itself."""

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
    ("ALTER TABLE jobs ADD COLUMN place TEXT",),
    ("ALTER TABLE jobs ADD COLUMN removed TEXT",),
)
"""The statements that lead from each version of the schema to the next. Only ever append."""


def file_of(url: str) -> Path | None:
    """The file at a URL; None for memory. StorageError for what is no SQLite."""
    from sqlalchemy.engine import make_url

    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        raise StorageError(
            "The ledger is an SQLite file for now.", todo="Unset SEEDANCE_LEDGER_URL, or use sqlite:///path."
        )
    return Path(address.database).absolute() if address.database and address.database != ":memory:" else None


def opened(url: str) -> Engine:
    """The database at a URL, with today's schema. StorageError for one that is no SQLite, or of a newer version;
    UnusableError for one that is damaged or cannot be written."""
    path = file_of(url)
    if path is None:
        return in_memory()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    check(path)
    return _with_schema(_engine(url, "DELETE" if on_network(path, _mounts()) else "WAL", {"timeout": _BUSY_SECONDS}))


def in_memory(version: int | None = None) -> Engine:
    """A database in memory, with the schema of a version; of today where none is given.

    It has one connection, which threads take in turn: each connection to memory is a database of its own.
    """
    from sqlalchemy.pool import QueuePool

    one = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0, "pool_timeout": _BUSY_SECONDS}
    return _with_schema(_engine("sqlite://", "MEMORY", {"check_same_thread": False}, **one), version)


def salvaged(path: Path) -> Engine:
    """A database in memory that holds what can be read of a file. StorageError for a file of a newer version."""
    from sqlalchemy.exc import IntegrityError

    with Remains(path) as remains:
        engine = in_memory(remains.version)
        with engine.execution_options(writes=True).begin() as db:
            for table, row in remains.rows():
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                with suppress(IntegrityError):  # a damaged row, or an event of one that could not be read
                    db.exec_driver_sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
    migrate(engine)
    return engine


def _with_schema(engine: Engine, version: int | None = None) -> Engine:
    try:
        migrate(engine, version)
    except BaseException:
        engine.dispose()
        raise
    return engine


def _engine(url: str, journal: str, arguments: dict[str, Any], **options: Any) -> Engine:
    from sqlalchemy import create_engine, event

    engine = create_engine(url, connect_args=arguments, **options)

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
        _use_journal(raw, journal)
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")
        raw.create_function("prompt_holds", 2, prompt_holds, deterministic=True)

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        # A write takes its lock at once: two that read first and write later would fail each other.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def on_network(path: Path, mounts: str) -> bool:
    """Whether a path lies on a network file system, where SQLite's write-ahead log is not safe.

    `mounts` is the system's table of file systems, as in /proc/mounts; where it says nothing, a path is local.
    """
    if str(path).startswith(("\\\\", "//")):
        return True
    kinds = {}
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) > 2:  # device, place, kind
            kinds[fields[1].replace("\\040", " ")] = fields[2]
    place = next((str(folder) for folder in (path, *path.parents) if str(folder) in kinds), "")
    return kinds.get(place, "").startswith(_NETWORK)


def _mounts() -> str:
    try:
        return Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:
        return ""


def _use_journal(raw: Any, journal: str) -> None:
    """Switch to a kind of journal. Two kernels that make a new file at once refuse each other here without waiting:
    SQLite's own timeout does not hold for this switch."""
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            raw.execute(f"PRAGMA journal_mode = {journal}")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > end:
                raise
        else:
            return
        time.sleep(_BUSY_PAUSE)


def migrate(engine: Engine, wanted: int | None = None) -> None:
    """Bring the schema to a version (today's where none is given), in one transaction: where it fails, all is as it
    was. StorageError for a schema of a newer version."""
    newest = len(_SCHEMA)
    with engine.execution_options(writes=True).begin() as db:
        known = db.exec_driver_sql("SELECT count(*) FROM sqlite_master WHERE name = 'version'").scalar_one()
        version = int(db.exec_driver_sql("SELECT number FROM version").scalar_one()) if known else 0
        if max(version, wanted or 0) > newest:
            raise StorageError(
                "The history was written by a newer seedance-widgets.", todo="Update this one, or set SEEDANCE_HOME."
            )
        wanted = wanted or newest
        for statements in _SCHEMA[version:wanted]:
            for statement in statements:
                db.exec_driver_sql(statement)
        if version < wanted:
            db.exec_driver_sql("UPDATE version SET number = ?", (wanted,))
