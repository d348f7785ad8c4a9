"""The sandbox's memory: jobs, uploads and credits in one SQLite file that several servers may share.

A rollback journal instead of WAL: WAL is unsafe on network file systems, where home folders of shared hubs lie.
A server claims a job by a lease it must keep renewing, so a job of a dead server is taken over by a living one.
"""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from .answers import RequestError
from .order import Order

STARTING_CREDITS: Final = 10_000
LEASE_SECONDS: Final = 4.0
"""How long a claim outlives its server. Rendering twice would be harmless (same bytes, atomic rename), but waste."""
_ATTEMPTS: Final = 2
_BUSY_SECONDS: Final = 30.0

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, task_id TEXT NOT NULL, request TEXT NOT NULL, images TEXT NOT NULL,
    fingerprint TEXT NOT NULL, take INTEGER NOT NULL, credits INTEGER NOT NULL,
    created REAL NOT NULL, ready_at REAL NOT NULL,
    state TEXT NOT NULL,
    error TEXT, refund INTEGER NOT NULL DEFAULT 1,
    edition INTEGER NOT NULL DEFAULT 1, expired_edition INTEGER NOT NULL DEFAULT 0, renew INTEGER NOT NULL DEFAULT 1,
    rendered_at REAL, owner TEXT, lease_until REAL NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS jobs_by_fingerprint ON jobs (fingerprint);
CREATE INDEX IF NOT EXISTS jobs_by_state ON jobs (state, created);
CREATE TABLE IF NOT EXISTS uploads (name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, size INTEGER NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS account (balance INTEGER NOT NULL) STRICT;
"""
# States of a job: `queued` waits for a renderer or is in one; `rendered` has its clip; `doomed` will be `failed` once
# its time has come; `failed` is told so; `stuck` stays processing for ever.


@dataclass(frozen=True, slots=True)
class Job:
    """One row: a request that was accepted and charged."""

    id: str
    task_id: str
    request: dict[str, Any]
    images: tuple[str, ...]
    take: int
    credits: int
    created: float
    ready_at: float
    state: str
    error: str | None
    refund: bool
    edition: int
    expired_edition: int
    renew: bool
    rendered_at: float | None
    attempts: int

    @property
    def status(self) -> str:
        """What the service says of it: a clip is completed once it is rendered and its simulated waiting is over."""
        if self.state == "failed":
            return "failed"
        return "completed" if self.state == "rendered" and time.time() >= self.ready_at else "processing"


class Store:
    """All reads and writes of one server. Not for use from several threads at once."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode = TRUNCATE")
        self._db.execute("PRAGMA synchronous = NORMAL")
        with self._write() as db:
            for statement in _SCHEMA.split(";"):
                db.execute(statement)
            if not db.execute("SELECT 1 FROM account").fetchone():
                db.execute("INSERT INTO account VALUES (?)", (STARTING_CREDITS,))
        path.chmod(0o600)

    def close(self) -> None:
        """Let go of the database file."""
        self._db.close()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield self._db
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    # Uploads

    def add_upload(self, name: str, sha256: str, size: int) -> None:
        """Remember an uploaded image and its size in bytes."""
        with self._write() as db:
            db.execute("INSERT INTO uploads VALUES (?, ?, ?)", (name, sha256, size))

    def upload_hash(self, name: str) -> str | None:
        """SHA-256 of an uploaded image, or None when no such image was uploaded."""
        row = self._db.execute("SELECT sha256 FROM uploads WHERE name = ?", (name,)).fetchone()
        return row["sha256"] if row else None

    # Credits

    def balance(self) -> int:
        """Credits left."""
        self._settle()
        return int(self._db.execute("SELECT balance FROM account").fetchone()["balance"])

    def set_balance(self, balance: int) -> None:
        """Set the credits left."""
        with self._write() as db:
            db.execute("UPDATE account SET balance = ?", (balance,))

    # Jobs

    def create(
        self, order: Order, images: tuple[str, ...], fingerprint: str, cost: int, *, wait: float,
        state: str = "queued", error: str | None = None, refund: bool = True,
    ) -> Job:  # fmt: skip
        """Charge `cost` and add the job, both or neither. RequestError with 402 when the balance does not reach."""
        self._settle()
        now = time.time()
        generation_id = str(uuid.uuid4())
        with self._write() as db:
            balance = int(db.execute("SELECT balance FROM account").fetchone()["balance"])
            if balance < cost:
                reason = f"Insufficient credits. Need {cost}, have {balance}"
                raise RequestError(402, reason, credits_needed=cost, credits_balance=balance)
            db.execute("UPDATE account SET balance = balance - ?", (cost,))
            take = 1 + int(db.execute("SELECT count(*) FROM jobs WHERE fingerprint = ?", (fingerprint,)).fetchone()[0])
            row = db.execute(
                "INSERT INTO jobs (id, task_id, request, images, fingerprint, take, credits, created, ready_at, state,"
                " error, refund) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
                (generation_id, f"seedance_task_{uuid.uuid4().hex[:12]}", json.dumps(asdict(order)),
                 json.dumps(images), fingerprint, take, cost, now, now + wait, state, error, refund),
            ).fetchone()  # fmt: skip
        return _job(row)

    def job(self, generation_id: str) -> Job | None:
        """A job by its generation id."""
        self._settle()
        row = self._db.execute("SELECT * FROM jobs WHERE id = ?", (generation_id,)).fetchone()
        return _job(row) if row else None

    def jobs(self) -> list[Job]:
        """Every job, newest first."""
        self._settle()
        return [_job(row) for row in self._db.execute("SELECT * FROM jobs ORDER BY created DESC, rowid DESC")]

    def _settle(self) -> None:
        """Turn doomed jobs whose time has come into failed ones, and give their credits back where promised."""
        now = time.time()
        due = self._db.execute("SELECT 1 FROM jobs WHERE state = 'doomed' AND ready_at <= ? LIMIT 1", (now,))
        if not due.fetchone():  # nearly always: nothing to write, no lock to take
            return
        with self._write() as db:
            ended = db.execute(
                "UPDATE jobs SET state = 'failed' WHERE state = 'doomed' AND ready_at <= ? RETURNING credits, refund",
                (now,),
            ).fetchall()
            back = sum(row["credits"] for row in ended if row["refund"])
            db.execute("UPDATE account SET balance = balance + ?", (back,))

    # Rendering

    def claim(self, owner: str) -> Job | None:
        """Take the oldest job nobody is rendering, for `LEASE_SECONDS`."""
        now = time.time()
        free = self._db.execute("SELECT 1 FROM jobs WHERE state = 'queued' AND lease_until < ? LIMIT 1", (now,))
        if not free.fetchone():  # nearly always: nothing to write, no lock to take
            return None
        with self._write() as db:
            rows = db.execute(
                "UPDATE jobs SET owner = ?, lease_until = ?, attempts = attempts + 1 WHERE id = (SELECT id FROM jobs"
                " WHERE state = 'queued' AND lease_until < ? ORDER BY created LIMIT 1) RETURNING *",
                (owner, now + LEASE_SECONDS, now),
            ).fetchall()
        return _job(rows[0]) if rows else None

    def renew(self, owner: str) -> None:
        """Keep this server's claims for another `LEASE_SECONDS`."""
        with self._write() as db:
            db.execute(
                "UPDATE jobs SET lease_until = ? WHERE owner = ? AND state = 'queued' AND lease_until > 0",
                (time.time() + LEASE_SECONDS, owner),
            )

    def release(self, owner: str) -> None:
        """Give up this server's claims, so that another server need not wait for the lease to end."""
        with self._write() as db:
            db.execute("UPDATE jobs SET lease_until = 0 WHERE owner = ? AND state = 'queued'", (owner,))

    def rendered(self, generation_id: str) -> bool:
        """The clip is whole and in its place. False where the job was erased meanwhile."""
        with self._write() as db:
            db.execute(
                "UPDATE jobs SET state = 'rendered', rendered_at = ? WHERE id = ? AND state = 'queued'",
                (time.time(), generation_id),
            )
            return db.execute("SELECT 1 FROM jobs WHERE id = ?", (generation_id,)).fetchone() is not None

    def render_failed(self, job: Job, error: str, *, again: bool) -> None:
        """The renderer gave up: refund and fail the job, or (`again`) leave it to one more attempt."""
        retry = again and job.attempts < _ATTEMPTS
        with self._write() as db:
            db.execute(
                "UPDATE jobs SET state = ?, error = ?, lease_until = 0 WHERE id = ? AND state = 'queued'",
                ("queued" if retry else "doomed", None if retry else error, job.id),
            )

    # Expiry of media

    def expire(self, generation_id: str, *, renew: bool) -> None:
        """The clip's current address stops working; with `renew`, the next status gives a new one."""
        with self._write() as db:
            db.execute(
                "UPDATE jobs SET expired_edition = edition, renew = ? WHERE id = ? AND expired_edition < edition",
                (renew, generation_id),
            )

    def mint_edition(self, generation_id: str) -> None:
        """Give the clip a new address."""
        with self._write() as db:
            db.execute("UPDATE jobs SET edition = expired_edition + 1 WHERE id = ?", (generation_id,))

    # Administration

    def summary(self) -> dict[str, Any]:
        """Counts for the admin's statistics, over the whole life of the home."""
        states = dict(self._db.execute("SELECT state, count(*) FROM jobs GROUP BY state").fetchall())
        charged, refunded, total = self._db.execute(
            "SELECT coalesce(sum(credits), 0), coalesce(sum(credits) FILTER (WHERE state = 'failed' AND refund), 0),"
            " count(*) FROM jobs"
        ).fetchone()
        uploads = self._db.execute("SELECT count(*) FROM uploads").fetchone()[0]
        account = {"balance": self.balance(), "charged": charged, "refunded": refunded}
        return {"jobs": {"created": total, **states}, "uploads": uploads, "credits": account}

    def reset(self) -> None:
        """Forget everything and start with the first balance."""
        with self._write() as db:
            db.execute("DELETE FROM jobs")
            db.execute("DELETE FROM uploads")
            db.execute("UPDATE account SET balance = ?", (STARTING_CREDITS,))


def _job(row: sqlite3.Row) -> Job:
    return Job(
        id=row["id"], task_id=row["task_id"], request=json.loads(row["request"]),
        images=tuple(json.loads(row["images"])), take=row["take"], credits=row["credits"], created=row["created"],
        ready_at=row["ready_at"], state=row["state"], error=row["error"], refund=bool(row["refund"]),
        edition=row["edition"], expired_edition=row["expired_edition"], renew=bool(row["renew"]),
        rendered_at=row["rendered_at"], attempts=row["attempts"],
    )  # fmt: skip
