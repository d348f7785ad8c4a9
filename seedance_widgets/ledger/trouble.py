"""Whatever goes wrong with the database: what may pass is an error, what stays is told apart."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from seedance_widgets.errors import StorageError
from seedance_widgets.storage import Fault, fault_of

LEAST_ROOM: Final = 1 << 20
"""Bytes that must be free on the disk of the history: what SQLite's log and index need before they need more."""

_BY_CODE: Final = {
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_IOERR: Fault.BROKEN,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Fault.CLOSED,
    sqlite3.SQLITE_PERM: Fault.DENIED,
    sqlite3.SQLITE_AUTH: Fault.DENIED,
}
_WAITING: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

_TODO: Final = "Check the disk and the folder SEEDANCE_HOME."


class UnusableError(StorageError):
    """The file of the history cannot be used, and that does not pass by itself."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"The history cannot be used: {fault.why}.", todo=f"{fault.todo}, then restart the kernel.")
        self.fault = fault


@contextmanager
def reported() -> Iterator[None]:
    """Whatever database, disk or lock say, as a StorageError; as an UnusableError where it stays so."""
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError, UnicodeError) as error:
        raise _told(getattr(error, "orig", None) or error) from None


def _told(error: BaseException) -> StorageError:
    code = primary(error)
    fault = _BY_CODE.get(code) if code is not None else fault_of(getattr(error, "errno", None))
    if fault is not None:
        return UnusableError(fault)
    if code in _WAITING:
        return StorageError("Another kernel is writing the history and does not come to an end.", todo="Try again.")
    reason = (str(error) or type(error).__name__).splitlines()[0][:200]
    return StorageError(f"The history could not be read or written: {reason}.", todo=_TODO)


def primary(error: BaseException) -> int | None:
    """SQLite's result code, without its details; None for what is no error of SQLite's."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def is_full(path: Path) -> bool:
    """Whether the disk of a file has next to no room. SQLite may call that an error of the disk."""
    try:
        return shutil.disk_usage(path.parent).free < LEAST_ROOM
    except OSError:
        return False


def precisely(fault: Fault, path: Path) -> Fault:
    """What is wrong with a file, where SQLite only says that it cannot be opened, or that the disk reports an error."""
    if fault not in (Fault.CLOSED, Fault.BROKEN):
        return fault
    if path.is_dir():
        return Fault.BLOCKED
    if is_full(path):
        return Fault.FULL
    return fault if os.access(path if path.exists() else path.parent, os.W_OK) else Fault.READ_ONLY
