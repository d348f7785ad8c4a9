"""The database of the ledger lies where it is safe, and old ones are brought up to date whole."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets.errors import StorageError
from seedance_widgets.ledger import Ledger, database
from seedance_widgets.ledger.database import on_network

MOUNTS = """/dev/vda / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
tmpfs /home/me/scratch tmpfs rw 0 0
//nas/films /mnt/my\\040films cifs rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("path", "network"),
    [
        ("/var/lib/seedance/ledger.db", False),
        ("/home/me/.local/share/seedance-widgets/ledger.db", True),
        ("/home/me/scratch/ledger.db", False),
        ("/mnt/my films/ledger.db", True),
        ("//server/share/ledger.db", True),
    ],
)
def test_a_network_drive_is_told_from_a_local_one(path: str, network: bool) -> None:
    assert on_network(Path(path), MOUNTS) is network


def test_where_nothing_is_known_a_path_is_local() -> None:
    assert not on_network(Path("/anywhere/ledger.db"), "")


# ---- schemas of the past. Frozen: these files are out there.

VERSION_1 = """
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY, connection TEXT NOT NULL, label TEXT NOT NULL, model TEXT NOT NULL,
        request TEXT NOT NULL, fingerprint TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
        state TEXT NOT NULL, reason TEXT, take INTEGER NOT NULL, parent TEXT, owner TEXT, sent REAL,
        finished REAL, generation_id TEXT, task_id TEXT, credits_used INTEGER, video_url TEXT, media TEXT,
        media_sha256 TEXT, poster TEXT, placed TEXT, error TEXT, starred BOOLEAN NOT NULL DEFAULT 0,
        note TEXT NOT NULL DEFAULT '');
    CREATE INDEX jobs_same ON jobs (connection, fingerprint);
    CREATE INDEX jobs_state ON jobs (state);
    CREATE INDEX jobs_created ON jobs (created);
    CREATE TABLE events (
        job TEXT NOT NULL REFERENCES jobs (id), at REAL NOT NULL, state TEXT NOT NULL, reason TEXT,
        detail TEXT NOT NULL);
    CREATE INDEX events_job ON events (job);
    CREATE TABLE version (number INTEGER NOT NULL);
    INSERT INTO version VALUES (1);
    INSERT INTO jobs VALUES (
        '20261122-120612-4f2a9c', 'sandbox', 'Sandbox', 'seedance-2.0', '{"prompt": "A red fox trots"}', 'abc',
        1.5, 2.5,
        'completed', NULL, 3, NULL, '0123456789abcdef', 1.75, 2.25, 'gen-1', 'task-1', 50, '/media/1.mp4',
        'media/1.mp4', 'def', 'media/1.jpg', '/films/fox.mp4', NULL, 1, 'the best');
    INSERT INTO events VALUES ('20261122-120612-4f2a9c', 2.5, 'completed', NULL, '{"try": 1}');
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A history as version 1 wrote it."""
    path = tmp_path / "ledger.db"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(VERSION_1)
        db.execute("PRAGMA journal_mode = WAL")
    return path


def dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


def test_a_history_of_version_1_is_brought_up_to_date_with_every_row(old: Path, tmp_path: Path) -> None:
    ledger = Ledger(f"sqlite:///{old}", tmp_path)
    (row,) = ledger.history()
    assert (row.take, row.generation_id, row.credits_used, row.starred, row.note) == (3, "gen-1", 50, True, "the best")
    assert (row.media, row.placed, row.state, row.created) == ("media/1.mp4", "/films/fox.mp4", "completed", 1.5)
    assert ledger.events(row.id) == [(2.5, "completed", None, {"try": 1})]
    ledger.close()
    Ledger(f"sqlite:///{tmp_path / 'new.db'}", tmp_path).history()
    tables = "SELECT name FROM pragma_table_info('jobs')"
    with closing(sqlite3.connect(old)) as one, closing(sqlite3.connect(tmp_path / "new.db")) as other:
        assert set(one.execute(tables)) == set(other.execute(tables))
        assert (
            one.execute("SELECT number FROM version").fetchall()
            == other.execute("SELECT number FROM version").fetchall()
        )


def test_kernels_that_bring_it_up_to_date_at_once_do_it_once(old: Path, tmp_path: Path) -> None:
    ready = threading.Barrier(6)
    found: list[Any] = []

    def look() -> None:
        ledger = Ledger(f"sqlite:///{old}", tmp_path)
        ready.wait()
        found.append(ledger.history()[0].note)
        ledger.close()

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["the best"] * 6


def test_a_step_that_fails_leaves_the_history_as_it_was(
    old: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dump(old)
    steps = (*database._SCHEMA, ("ALTER TABLE jobs ADD COLUMN mood TEXT", "UPDATE jobs SET note = 'gone'", "NONSENSE"))
    monkeypatch.setattr(database, "_SCHEMA", steps)
    ledger = Ledger(f"sqlite:///{old}", tmp_path)
    with pytest.raises(StorageError, match="syntax error"):
        ledger.history()
    assert not ledger.in_memory
    assert dump(old) == before
    monkeypatch.undo()
    assert ledger.history()[0].note == "the best"
    ledger.close()
