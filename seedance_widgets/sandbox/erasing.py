"""Forget jobs of a sandbox home: on the disk itself, whether a server runs over it or not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Final

from .place import SandboxFolder, is_image_name

_BUSY_SECONDS: Final = 30.0


def erase(
    root: Path, *, generation_id: str | None, prompt: str | None, images: Iterable[str]
) -> list[tuple[Path, int]]:
    """Erase a job by its id, the jobs of a prompt, and uploaded images by their hashes; what a job that stays was made
    from stays too. Returns the files that were removed, with their sizes in
    bytes. Nothing happens where there is no sandbox.

    OSError or sqlite3.Error where something could not be erased; it can be asked for again.
    """
    home = SandboxFolder(root)
    if not home.database.exists():
        return []
    removed = []
    with closing(sqlite3.connect(home.database, timeout=_BUSY_SECONDS, isolation_level=None)) as db:
        db.execute("PRAGMA secure_delete = ON")
        db.execute("BEGIN IMMEDIATE")
        with db:  # the jobs go first: a server that renders one of them finds out and drops its clip
            rows = db.execute("SELECT id, request, images FROM jobs").fetchall()
            gone = {row[0] for row in rows if row[0] == generation_id or json.loads(row[1]).get("prompt") == prompt}
            used = {name for row in rows if row[0] not in gone for name in json.loads(row[2])}
            made_from = {name for row in rows if row[0] in gone for name in json.loads(row[2])}
            wanted = set(images)
            uploads = [row[0] for row in db.execute("SELECT name, sha256 FROM uploads") if row[1] in wanted]
            names = [name for name in {*made_from, *uploads} - used if is_image_name(name)]
            db.executemany("DELETE FROM jobs WHERE id = ?", [(job,) for job in gone])
            db.executemany("DELETE FROM uploads WHERE name = ?", [(name,) for name in names])
        for path in (*map(home.clip, gone), *(home.images / name for name in names)):
            if path.exists():
                removed.append((path, path.stat().st_size))
                path.unlink()
        db.execute("VACUUM")
    return removed
