"""The database under the ledger: one SQLite file, its schema, and whatever goes wrong with it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets.errors import StorageError

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
)
"""The statements that lead from each version of the schema to the next. Only ever append."""


def opened(url: str) -> Engine:
    """The database at a URL, with today's schema. StorageError for one that is no SQLite, or of a newer version."""
    engine = _engine(url)
    _migrate(engine)
    return engine


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
    journal = "DELETE" if on_network(Path(address.database or ".").absolute(), _mounts()) else "WAL"

    @event.listens_for(engine, "connect")
    def connected(raw: Any, _record: Any) -> None:
        raw.isolation_level = None  # transactions begin where SQLAlchemy says, not where sqlite3 guesses
        _use_journal(raw, journal)
        raw.execute("PRAGMA synchronous = FULL")
        raw.execute("PRAGMA foreign_keys = ON")

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
        if version < len(_SCHEMA):
            db.exec_driver_sql("UPDATE version SET number = ?", (len(_SCHEMA),))


@contextmanager
def reported() -> Iterator[None]:
    """Whatever database, disk or lock say, as a StorageError."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, OSError, UnicodeError) as error:
        reason = (str(getattr(error, "orig", None) or error) or type(error).__name__).splitlines()[0][:200]
        raise StorageError(
            f"The history could not be read or written: {reason}.", todo="Check the disk and the folder SEEDANCE_HOME."
        ) from None
