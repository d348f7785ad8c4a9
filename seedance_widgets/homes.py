"""SEEDANCE_HOME and, once it cannot be written, a private temporary folder in its place for the rest of a session."""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from .errors import StorageError
from .storage import Fault, Unsaved, fault_of

_log = logging.getLogger("seedance_widgets")

_LEAST_ROOM: Final = 8 << 20
"""Bytes that must be free in a home: a short clip with its poster. Below that its disk is full."""

_ROOM: Final = 64 << 20
"""Bytes that must be free in a temporary folder: a long clip in the highest resolution, or several short ones."""

_NO_ROOM: Final = (Fault.FULL, Fault.NO_SHARE, Fault.TOO_LARGE)
"""What a small file does not show."""

_BLOCK: Final = bytes(4096)


class Home:
    """A folder to keep files in. Safe to use from any thread.

    Where it cannot be written (read-only, full, no permission), files of this session go to a temporary folder that
    nobody else may read; and stay there until the session ends, also where the home recovers. What lies in the home
    already is still found.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self.unsaved: Unsaved | None = None
        """Why it cannot be written, and where files go instead."""

    def make(self) -> None:
        """Make the folder. StorageError where neither that can be done nor another folder be found."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            self._leave(self.path, error.errno)

    def folder(self, name: str) -> Path:
        """A folder of this name that can be written. StorageError where there is none."""
        with self._lock:
            if self.unsaved is None:
                folder = self.path / name
                code = _trouble(folder)
                if code is None:
                    return folder
                self._leave(folder, code)
            folder = self._place / name
            try:
                folder.mkdir(exist_ok=True, mode=0o700)
            except OSError as error:
                raise _unwritable(folder, error.errno) from None
            return folder

    def left(self, folder: Path, code: int | None) -> bool:
        """Whether what could not be written to `folder` may be written to another one now. The home is left where it
        lacks room, which the error `code` says, or can be seen to be in trouble."""
        with self._lock:
            if self.unsaved is None:
                code = code if fault_of(code) in _NO_ROOM else _trouble(folder)
                if fault_of(code) is not None:
                    self._leave(folder, code)
            return self.unsaved is not None and not folder.is_relative_to(self._place)

    def find(self, folder: str, name: str) -> Path | None:
        """A file that is here already."""
        places = (self.path, self._place) if self.unsaved is not None else (self.path,)
        found = (place / folder / name for place in places)
        return next((path for path in found if path.exists()), None)

    def name_of(self, path: Path) -> str:
        """How the history calls a file: relative to the home, or with its whole path where it lies elsewhere."""
        return str(path.relative_to(self.path) if path.is_relative_to(self.path) else path)

    @property
    def _place(self) -> Path:
        return (self.unsaved.instead if self.unsaved else None) or self.path

    def _leave(self, folder: Path, code: int | None) -> None:
        fault = fault_of(code)
        instead = _temporary() if fault is not None else None
        if fault is None or instead is None:
            raise _unwritable(folder, code)
        self.unsaved = Unsaved(self.path, fault, instead)
        _log.warning("%s cannot be written: %s. Files of this session go to %s.", self.path, fault.why, instead)


def _unwritable(path: Path, code: int | None) -> StorageError:
    why = os.strerror(code) if code else "no reason is given"
    todo = "Set SEEDANCE_HOME to a folder of yours that has room."
    return StorageError(f"The folder {path} cannot be made or written: {why}.", todo=todo, code=code)


def _trouble(folder: Path) -> int | None:
    """The `errno` that stands in the way of writing into a folder, which is made; None where nothing does."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if shutil.disk_usage(folder).free < _LEAST_ROOM:
            return errno.ENOSPC
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(_BLOCK)
    except OSError as error:
        return error.errno or errno.EIO
    return None


def _temporary() -> Path | None:
    """A fresh private folder in the first temporary folder of the system that has room; None where there is none."""
    for place in temporary_places():
        with suppress(OSError):
            if shutil.disk_usage(place).free < _ROOM:
                continue
            folder = Path(tempfile.mkdtemp(prefix="seedance-", dir=place)).absolute()
            if _trouble(folder) is None:
                return folder
            shutil.rmtree(folder, ignore_errors=True)
    return None


def temporary_places() -> Iterator[Path]:
    """The temporary folders of the system, the one that the user names first."""
    named = (os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    usual = ("/tmp", "/var/tmp", "/dev/shm") if os.name == "posix" else ()  # noqa: S108  a folder of our own is made there
    for place in (*named, *usual):
        if place:
            yield Path(place)


def can_write(path: Path) -> bool:
    """Whether a folder can be written, or made, as far as can be told without trying."""
    try:
        there = next(folder for folder in (path.absolute(), *path.absolute().parents) if folder.exists())
        return there.is_dir() and os.access(there, os.W_OK)
    except (OSError, StopIteration):
        return False
