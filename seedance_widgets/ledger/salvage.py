"""Reading a history that cannot be written, and what is left of one that is damaged. The file stays as it is."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Self

from seedance_widgets.storage import Fault

from .trouble import UnusableError, primary

_log = logging.getLogger("seedance_widgets")

_TABLES: Final = ("jobs", "events")
_DAMAGE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_LONGEST_GAP: Final = 2000
"""How many rows in turn are tried in vain before the rest is taken for lost."""

_BESIDE: Final = ("-wal", "-journal")
"""Files beside a database that hold a part of it."""


def check(path: Path) -> None:
    """UnusableError where the file is damaged. Everything is read: 3 ms for 1,000 takes, 60 ms for 20,000.

    A file that another kernel writes meanwhile may look damaged to a reader who takes no lock: so such a one looks
    twice.
    """
    if path.is_file() and path.stat().st_size and _is_damaged(path, locked=False) and _is_damaged(path, locked=True):
        raise UnusableError(Fault.DAMAGED)


def _is_damaged(path: Path, *, locked: bool) -> bool:
    try:
        with closing(_locked(path) if locked else reading(path)) as db:
            return bool(db.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.Error as error:
        return primary(error) in _DAMAGE


def reading(path: Path, timeout: float = 5.0) -> sqlite3.Connection:
    """A database as it is on the disk, read without making a file beside it where that can be done."""
    if any(_has_content(path.with_name(path.name + end)) for end in _BESIDE):
        db = _locked(path, timeout)
        try:
            db.execute("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error:  # without these files, which cannot be used here: what is in the database alone
            db.close()
        else:
            return db
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _locked(path: Path, timeout: float = 5.0) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=timeout)


class Remains:
    """What can be read of a database. Closes with its `with` block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db: sqlite3.Connection | None = None

    def __enter__(self) -> Self:
        try:
            if self._path.is_file():
                self._db = reading(self._path)
                self._db.execute(
                    "PRAGMA writable_schema = ON"
                )  # else SQLite reads nothing of a file that was cut short
                self._db.text_factory = lambda data: data.decode("utf-8", "replace")
        except sqlite3.Error as error:
            _log.warning("Nothing of %s could be read: %s", self._path, error)
        return self

    def __exit__(self, *_error: object) -> None:
        if self._db is not None:
            self._db.close()

    @property
    def version(self) -> int | None:
        """The version of its schema; None where it cannot be told."""
        found = self._some("SELECT number FROM version")
        number = found[0][0] if len(found) == 1 else None
        return number if isinstance(number, int) and number > 0 else None

    def rows(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Table and columns of every row that can be read."""
        for table in _TABLES:
            columns = [row[1] for row in self._some(f"PRAGMA table_info({table})")]
            names = ", ".join(("rowid", *columns))
            at = missed = 0
            while columns and missed < _LONGEST_GAP:
                try:
                    for row in self._run(f"SELECT {names} FROM {table} WHERE rowid > ? ORDER BY rowid", at):  # noqa: S608
                        yield table, dict(zip(columns, row[1:], strict=True))
                        at, missed = row[0], 0
                    break
                except sqlite3.Error:  # a page that cannot be read: what lies behind it perhaps can
                    at, missed = at + 1, missed + 1

    def _some(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return list(self._run(statement))
        except sqlite3.Error as error:
            _log.debug("%s: %s", statement, error)
            return []

    def _run(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        if self._db is not None:
            yield from self._db.execute(statement, values)
