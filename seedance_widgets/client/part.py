"""The `.part` file of a download: where the bytes go until they are all there, and what is known of them."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import stat
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

from filelock import FileLock, Timeout

LEAST: Final = 16
"""Bytes that are worth going on from, and that say whether a file may be a video."""

_STALE: Final = 7 * 86_400.0
"""Seconds after which a part that nobody went on with is thrown away."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Which file the bytes are from: its second half must not be another's."""

    validator: str | None = None
    """ETag or date; None where the server named none, and nothing can be gone on from."""
    total: int | None = None
    """Bytes of it in all, where known."""


class Part:
    """The file beside `target` that becomes it once it is whole. A context manager; `finish` is its good end.

    Where it ends otherwise the file is removed, unless `keep`: then it stays, under a name that belongs to the target
    and with its kind noted beside it, and the next download goes on from there, in another process too. While one
    process has it, another takes a name of its own. What is stale, or not as it was left, is thrown away.
    """

    def __init__(self, target: Path, url: str, *, keep: bool) -> None:
        self._target = target
        self._place = re.sub(r"^\w+://[^/?]*", "", url).partition("?")[0]  # a sandbox has another port each time
        self.kind = Kind()
        self.received = 0
        stem = f".{target.name[:60]}"
        shared = f"{stem}.{hashlib.sha256(target.name.encode('utf-8', 'replace')).hexdigest()[:8]}"
        target.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(target.with_name(f"{shared}.lock")) if keep else None
        name = shared if self._lock else f"{stem}.{secrets.token_hex(4)}"
        self._path, self._note = target.with_name(f"{name}.part"), target.with_name(f"{name}.json")

    def __enter__(self) -> Self:
        try:
            if self._lock and (kind := self._left()):
                self.kind, self.received = kind, self._path.stat().st_size
            else:
                self._remove()
            self.file: BinaryIO = self._path.open("r+b" if self.received else "x+b")
            self.file.seek(self.received)
        except BaseException:
            self._let_go()
            raise
        return self

    def begin(self, kind: Kind) -> None:
        """Begin anew, with the bytes of a file of this kind."""
        self.file.seek(0)
        self.file.truncate()
        self.received, self.kind = 0, kind
        if self._lock:
            self._note.write_text(json.dumps({"of": self._place, "validator": kind.validator, "total": kind.total}))

    def write(self, chunk: bytes) -> None:
        """Add bytes."""
        self.file.write(chunk)
        self.received += len(chunk)

    def finish(self) -> None:
        """All is there: it becomes the target."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self.file.close()
        self._path.replace(self._target)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
        with contextlib.suppress(OSError):
            if kind is None or not self._lock or not self.kind.validator or self.received < LEAST:
                self._remove()
        self._let_go()

    def _left(self) -> Kind | None:
        """The kind of what is there from before, if it can be gone on from."""
        try:
            noted = json.loads(self._note.read_text())
            kind, there = Kind(noted["validator"], noted["total"]), self._path.lstat()
            fits = there.st_size >= LEAST and (kind.total is None or there.st_size < kind.total)
            same = kind.validator is not None and (kind.validator.startswith('"') or noted["of"] == self._place)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None
        fresh = time.time() - there.st_mtime < _STALE
        return kind if fits and same and fresh and stat.S_ISREG(there.st_mode) else None

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def _let_go(self) -> None:
        if self._lock:
            with contextlib.suppress(OSError):
                Path(self._lock.lock_file).unlink(missing_ok=True)
            self._lock.release()


def _locked(path: Path) -> FileLock | None:
    """The lock of that name; None where another download has it, or where there are no locks."""
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except (Timeout, OSError, NotImplementedError):
        return None
    return lock
