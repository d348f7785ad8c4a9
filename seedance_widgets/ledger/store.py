"""Where the rows of a ledger are: in its file or, once that cannot be used, in memory."""

from __future__ import annotations

import functools
import json
import logging
import re
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

from seedance_widgets.errors import StorageError
from seedance_widgets.storage import Fault, Unsaved

from .database import file_of, opened, salvaged
from .record import Record, to_change
from .trouble import UnusableError, is_full, precisely, reported

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

_log = logging.getLogger("seedance_widgets")

_MEMORY: Final = re.compile(r"sqlite(\+\w+)?://(/(:memory:)?)?")

_Step = tuple[str, Sequence[Any]]
"""A statement and its values."""

_SOON: Final = 2.0
"""Seconds for which a file that the session has given up is waited for."""


class Store:
    """The database behind a ledger.

    A file that cannot be used (damaged, read-only, on a full disk) is given up: what can be read of it is copied into
    memory, and the session stays there until its end, also where the file recovers. The file is left as it is, but for
    one thing: a job that began in it is written there as well whenever it can be, for that row is all the next kernel
    will know of it.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.wished = bool(_MEMORY.fullmatch(url))
        """Whether memory is what was asked for."""
        self._engine: Engine | None = None
        self._changing = threading.Lock()
        self._behind: set[str] = set()
        self._own: set[str] = set()
        self._read: frozenset[str] = frozenset()
        self.unsaved: Unsaved | None = None
        """The file that was given up, and why."""

    @property
    def path(self) -> Path | None:
        """The file; None for a history that is wanted in memory. StorageError for a URL that is neither."""
        return None if self.wished else file_of(self._url)

    def engine(self) -> Engine:
        """The database, opened at first use. Errors as for `database.opened`."""
        with self._changing:
            if self._engine is None:
                self._engine = opened(self._url)
            return self._engine

    def check_room(self) -> None:
        """UnusableError where the disk is so full that what comes after a new row may not be written."""
        if self.unsaved is None and (path := self.path) is not None and is_full(path):
            raise UnusableError(Fault.FULL)

    def give_up(self, error: UnusableError) -> None:
        """Go on in memory. StorageError for a file of a newer version."""
        with self._changing:
            path = self.path
            if self.unsaved is not None or path is None:
                return
            if self._engine is not None:
                self._engine.dispose()
            fault = precisely(error.fault, path)
            with reported():
                self._engine = salvaged(path)
                with self._engine.connect() as db:
                    self._read = frozenset(db.exec_driver_sql("SELECT id FROM jobs").scalars())
            self.unsaved = Unsaved(path, fault)
        _log.warning("The history at %s cannot be used: %s. New takes are kept in memory only.", path, fault.why)

    def begun(self, record: Record) -> None:
        """Remember a job that began here."""
        if self.unsaved is not None or self.wished:
            self._own.add(record.id)

    def could_not_be_read(self, job_id: str) -> bool:
        """Whether a job is missing in memory since the file did not give it."""
        return self.unsaved is not None and job_id not in self._own and job_id not in self._read

    def is_behind(self, job_id: str) -> bool:
        """Whether the file holds a job, and not its last change."""
        return job_id in self._behind

    def is_unsaved(self, job_id: str) -> bool:
        """Whether the last state of a job is in memory only."""
        return job_id in self._own or job_id in self._behind

    def write_back(self, record: Record, detail: Mapping[str, Any] | None) -> None:
        """Write a job that began in the file there as well, if the file takes it."""
        unsaved = self.unsaved
        if unsaved is None or record.id in self._own:
            return
        if unsaved.fault is not Fault.DAMAGED and _written(unsaved.place, record, detail):
            self._behind.discard(record.id)
        elif record.id not in self._behind:
            self._behind.add(record.id)
            known = f" (generation ID {record.generation_id})" if record.generation_id else ""
            _log.warning("Job %s is %s%s, in memory only", record.id, record.state.value, known)

    def mark(self, job_id: str, update: str, values: Sequence[object]) -> None:
        """Keep a star or a note of a job that began in the file there as well. StorageError where it does not take
        it."""
        unsaved = self.unsaved
        if unsaved is None or job_id in self._own:
            return
        if unsaved.fault is Fault.DAMAGED or not _done(unsaved.place, (update, values)):
            raise StorageError(
                f"The history cannot be written: {unsaved.fault.why}. So nothing was marked.",
                todo=f"{unsaved.fault.todo}, then restart the kernel.",
            )

    def forked(self) -> None:
        """For a forked child: connections to the file are its parent's."""
        self._changing = threading.Lock()
        if self._engine is not None and self.unsaved is None and self.path is not None:
            self._engine.dispose(close=False)
            self._engine = None

    def close(self) -> None:
        """Let go of file and memory. What is used next is the file again."""
        with self._changing:
            if self._engine is not None:
                self._engine.dispose()
            self._engine = self.unsaved = None
            self._behind.clear()
            self._own.clear()


def _written(path: Path, record: Record, detail: Mapping[str, Any] | None) -> bool:
    values = to_change(record)
    setters = ", ".join(f"{name} = ?" for name in values)
    update = f"UPDATE jobs SET {setters} WHERE id = ? AND owner = ?"  # noqa: S608  own names
    steps: list[_Step] = [(update, (*values.values(), record.id, record.owner))]
    if detail is not None:
        event = (record.id, record.updated, record.state.value, record.reason, json.dumps(detail))
        steps.append(("INSERT INTO events (job, at, state, reason, detail) VALUES (?, ?, ?, ?, ?)", event))
    return _done(path, *steps)


def _done(path: Path, *steps: _Step) -> bool:
    """Do what changes one row each, in one transaction, up to the first that changes none. Whether the first did."""
    done = False
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=_SOON)) as db, db:
            db.execute("PRAGMA synchronous = FULL")
            for statement, values in steps:
                if db.execute(statement, tuple(values)).rowcount != 1:
                    break
                done = True
    except sqlite3.Error:
        return False
    return done


_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Stored(Protocol):
    _store: Store


_S = TypeVar("_S", bound=_Stored)


def outlasting(method: Callable[Concatenate[_S, _P], _T]) -> Callable[Concatenate[_S, _P], _T]:
    """A method of a ledger that is done again in memory where its file cannot be used."""

    @functools.wraps(method)
    def done(self: _S, /, *args: _P.args, **named: _P.kwargs) -> _T:
        try:
            return method(self, *args, **named)
        except UnusableError as error:
            self._store.give_up(error)
        return method(self, *args, **named)

    return done
