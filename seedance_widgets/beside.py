"""Takes that lie beside the notebook, found by their recipes: a colleague's clone shows them without paying.

Whatever lies there may come from a stranger, with a cloned repository. So a recipe is believed in nothing but what it
asks for, a video only once it decodes, and no link, pipe or device is opened.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import logging
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from . import recipes, wire
from .errors import MediaError
from .ledger import Ledger, Record, new_id
from .library import Library, video_hash
from .models import GenerationRequest
from .states import Reason, State, describe

_log = logging.getLogger("seedance_widgets")

_FILES: Final = 20_000
"""Entries of a folder that are looked at."""
_VIDEO_BYTES: Final = 1 << 30
"""Of a video, as when it is downloaded."""
_TRIES: Final = 8
"""Files that are tried where several say that they answer one request: each is read to its end."""
_TAKES: Final = 10_000
"""A take number from here on is nobody's."""
_EPOCH: Final = 1_577_836_800.0
"""Seconds since the epoch: 2020. No take is older."""


@dataclass(frozen=True, slots=True)
class Take:
    """A video beside the notebook, and what its recipe says of it, where that makes sense."""

    video: Path
    connection: str
    fingerprint: str
    """Of the recipe's own request, computed here."""
    sha256: object
    """What the recipe says the hash is; None where it does not say."""
    number: int
    created: float
    """Seconds since the epoch; 0 where it is not known."""
    generation_id: str | None
    credits_used: int | None


_Stamp = tuple[tuple[str, int, int], ...]
"""(kind, time, size) of the files of a take: what says that they have not changed."""


class Beside:
    """Finds takes in the folder beside a notebook, and enters them into the history. Its methods read files and may
    be called from any thread."""

    def __init__(self, ledger: Ledger, library: Library) -> None:
        self._ledger = ledger
        self._library = library
        self._lock = threading.Lock()
        self._folder: Path | None = None
        self._seen: dict[str, tuple[_Stamp, Take | None]] = {}
        self._plays: dict[Path, tuple[_Stamp, bool]] = {}

    def has(self, record: Record) -> bool:
        """Whether the request of a record is answered by a take in the history, or in its `place`. Changes nothing."""
        return self.state_of(record) is not None

    def state_of(self, record: Record) -> State | None:
        """How the take stands that answers the request of a record; None where there is none. Changes nothing."""
        known = self._ledger.reusable(record)
        if known is not None:
            return known.state
        return State.COMPLETED if any(self._is_playable(take) for take in self._answers(record)) else None

    def adopt(self, record: Record) -> None:
        """Enter into the history the take in `record.place` that answers the record's request, where the history has
        none, or has one that would have to be looked for at the service. A take of the history whose video is gone gets
        it back.

        StorageError where history or library cannot be written: going on would pay for what is there.
        """
        known = self._ledger.reusable(record)
        if known is None or "check_again" in describe(known.state, known.reason).actions:
            self._take_one(record, functools.partial(self._enter, record))
        elif known.state is State.COMPLETED and known.media and self._video_of(known) is None:
            self._take_one(record, functools.partial(self._restore, known))

    def _video_of(self, known: Record) -> Path | None:
        return self._library.find_video(known.media, known.placed, known.media_sha256)

    def _take_one(self, record: Record, use: Callable[[Take, BinaryIO], object]) -> None:
        for take in self._answers(record):
            try:
                with _opened(take.video) as file:
                    use(take, file)
            except (MediaError, OSError) as error:
                _log.debug("%r is passed over: %s", take.video.name, error)
            else:
                return

    def _enter(self, record: Record, take: Take, file: BinaryIO) -> None:
        """Its `sent` stays empty: it was not sent from here. So it is no part of what this user's takes have cost, of
        which estimates are made and on which budgets rest: the folder may claim any price."""
        created = take.created or record.created
        row = replace(
            record,
            id=new_id(created),
            created=created,
            finished=created,
            state=State.COMPLETED,
            reason=Reason.REUSED.value,
            take=take.number,
            parent=None,
            generation_id=take.generation_id,
            credits_used=take.credits_used,
            placed=str(take.video),
        )
        kept = self._library.keep_copy(file, row.id, take.sha256)
        row.media, row.media_sha256, row.poster = kept.media, kept.sha256, kept.poster
        entered = False
        try:
            entered = self._ledger.begin(row, reuse=True) is row
        finally:
            if not entered:  # another cell or kernel was faster
                self._library.drop_video(kept)

    def _restore(self, known: Record, _take: Take, file: BinaryIO) -> None:
        self._library.keep_copy(file, known.id, known.media_sha256)

    def _answers(self, record: Record) -> Iterator[Take]:
        """The takes that say that they answer a record's request, the newest first."""
        if record.place is None:
            return iter(())
        found = [
            take
            for take in self._takes(Path(record.place))
            if take.connection == record.connection and take.fingerprint == record.fingerprint
        ]
        found.sort(key=lambda take: (take.created, take.number, take.video), reverse=True)
        return itertools.islice(found, _TRIES)

    def _takes(self, folder: Path) -> list[Take]:
        """All takes of a folder. What has not changed since the last look is not read again."""
        with self._lock:
            known = self._seen if folder == self._folder else {}
            seen = {}
            for stem, files in _files(folder).items():
                stamp = tuple((kind, info.st_mtime_ns, info.st_size) for kind, info in sorted(files.items()))
                old = known.get(stem)
                seen[stem] = old if old and old[0] == stamp else (stamp, _take(folder, stem, files))
            self._folder, self._seen = folder, seen
        return [take for _, take in seen.values() if take is not None]

    def _is_playable(self, take: Take) -> bool:
        try:
            with _opened(take.video) as file:
                info = os.fstat(file.fileno())
                stamp = (("", info.st_mtime_ns, info.st_size),)
                old = self._plays.get(take.video)
                if old is None or old[0] != stamp:
                    old = self._plays[take.video] = (stamp, take.sha256 in (None, video_hash(file)))
        except (MediaError, OSError):
            return False
        return old[1]


def _files(folder: Path) -> dict[str, dict[str, os.stat_result]]:
    """The videos of a folder, by stem, and the recipes beside them: regular files alone, whose names can be shown."""
    found: dict[str, dict[str, os.stat_result]] = {}
    try:
        with os.scandir(folder) as entries:
            for entry in itertools.islice(entries, _FILES):
                stem, dot, ending = entry.name.rpartition(".")
                kind = dot + ending
                with contextlib.suppress(OSError):  # gone meanwhile: that hides no other
                    if kind in (".mp4", ".json") and stem.isprintable() and entry.is_file(follow_symlinks=False):
                        found.setdefault(stem, {})[kind] = entry.stat(follow_symlinks=False)
    except OSError as error:
        _log.debug("%s is not looked into: %s", folder, error.strerror)
    return {stem: files for stem, files in found.items() if ".mp4" in files}


def _take(folder: Path, stem: str, files: Mapping[str, os.stat_result]) -> Take | None:
    """The take of a stem, None where it is none."""
    video = folder / f"{stem}.mp4"
    try:
        recipe = None
        if 0 < files[".mp4"].st_size <= _VIDEO_BYTES:
            if ".json" in files:
                with _opened(folder / f"{stem}.json") as file:
                    recipe = recipes.read(file)
            if recipe is None:
                with _opened(video) as file:
                    recipe = recipes.find(file)
        return None if recipe is None else _understood(video, recipe)
    except Exception as error:  # noqa: BLE001  whatever a stranger has written, it is no more than no take
        _log.debug("%r is passed over: %s", video.name, type(error).__name__)
        return None


def _understood(video: Path, recipe: Mapping[str, Any]) -> Take | None:
    """A take by its recipe. ValueError, TypeError, RecursionError and others for what is none."""
    request = GenerationRequest.from_dict(recipe)
    connection, number = recipe.get("connection"), recipe.get("take")
    if recipe.get("model") != request.model.id or not isinstance(connection, str):
        # Of a model of a later version, perhaps, which this one would take for its own; or of a take that was attached
        # by its ID, of which the model and some settings are not known: it answers no request.
        return None
    return Take(
        video=video,
        connection=connection,
        fingerprint=request.fingerprint,
        sha256=recipe.get("sha256"),
        number=number if type(number) is int and 0 < number < _TAKES else 1,
        created=_moment(recipe.get("created")),
        generation_id=_generation_id(recipe),
        credits_used=wire.count(recipe.get("credits_used")),
    )


def _moment(text: object) -> float:
    try:
        when = datetime.fromisoformat(str(text)[:40]).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
    return when if _EPOCH <= when <= time.time() else 0.0


def _generation_id(recipe: Mapping[str, Any]) -> str | None:
    try:
        return wire.read_generate({"generation_id": recipe.get("generation_id")}).generation_id
    except wire.UnreadableReplyError:
        return None


def _opened(path: Path) -> BinaryIO:
    """A regular file, opened. OSError for anything else, also where it has taken a file's place just now."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise OSError(f"{path.name} is no file.")
    return file
