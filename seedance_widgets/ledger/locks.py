"""Which kernels are alive: each holds a lock that the system frees when its process ends, however it ends."""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

KERNELS: Final = "kernels"
"""The folder of the locks, in SEEDANCE_HOME."""

_OWNER: Final = re.compile(r"[0-9a-f]{16}")

_PATIENCE: Final = 5.0
"""Seconds for which a lock of one's own is tried: another kernel may be looking whether it is held."""

_SETTLED: Final = 60.0
"""Seconds after which a lock file that nobody holds is one that nobody is about to lock either."""


class Locks:
    """The lock of one kernel, and a look at those of others."""

    def __init__(self, folder: Path, owner: str) -> None:
        self._folder = folder
        self._owner = owner
        self._own: FileLock | None = None

    def hold(self) -> None:
        """Say that this kernel is alive, from now until the process ends; and clear away what dead ones have left.
        OSError where no lock can be made."""
        if self._own is None:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = FileLock(self._path, thread_local=False)
            lock.acquire(timeout=_PATIENCE)
            self._own = lock
            self._clear()

    def release(self) -> None:
        """Say that it is not."""
        if self._own is not None:
            with suppress(OSError):  # a system that keeps an open file leaves it to the next kernel
                self._path.unlink()
            self._own.release()
            self._own = None

    def forked(self, owner: str) -> None:
        """For a forked child: it is kernel `owner`, and the lock its parent holds is none of its own."""
        self._owner, self._own = owner, None

    def is_alive(self, owner: str) -> bool:
        """Whether the kernel of that name still runs."""
        return owner == self._owner or is_alive(self._folder, owner)

    @property
    def _path(self) -> Path:
        return self._folder / f"{self._owner}.lock"

    def _clear(self) -> None:
        with suppress(OSError):
            for entry in os.scandir(self._folder):
                owner, end = os.path.splitext(entry.name)  # noqa: PTH122  there may be thousands
                if end == ".lock" and owner != self._owner and entry.stat().st_mtime < time.time() - _SETTLED:
                    is_alive(self._folder, owner)


def is_alive(folder: Path, owner: str) -> bool:
    """Whether the kernel of that name holds its lock. Where it does not, its lock file is removed."""
    path = folder / f"{owner}.lock"
    if not _OWNER.fullmatch(owner) or not path.exists():
        return False
    if not os.access(path, os.W_OK):
        return _is_held(path)
    try:
        with FileLock(path, timeout=0), suppress(OSError):
            path.unlink()  # while it is held: whoever comes next makes another file, and locks that
    except (Timeout, OSError):  # where it cannot be told, its jobs are left to it
        return True
    return False


def _is_held(path: Path) -> bool:
    """The same on a disk that cannot be written, where no lock can be taken but may be asked for."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        file = os.open(path, os.O_RDONLY)
    except OSError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(file)
    return False
