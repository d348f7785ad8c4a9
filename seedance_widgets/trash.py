"""The trash of a home: takes that were removed from the history, with their files, until they are put back or erased.

It is a folder of our own. The system's trash is none on a server and in a container, which is where most notebooks run;
where there is one, nothing says how to get a file back out of it, and whoever empties it knows nothing of the row.
"""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import library
from .errors import StorageError
from .ledger import Record
from .library import Library

_log = logging.getLogger("seedance_widgets")

KEPT_DAYS: Final = 30
"""For so long a take can be put back; what was removed before goes when something is removed next."""

_COPY: Final = "beside.mp4"
"""The copy from beside the notebook."""


class Trash:
    """Moves the files of takes in and out. The row says whether a take is in the trash: a file that is still, or again,
    where it was is no harm."""

    def __init__(self, files: Library) -> None:
        self._library = files

    def folder(self, record: Record) -> Path:
        """Where the files of a take are, while it is in the trash."""
        return self._library.home / "trash" / library.safe_name(record.id)

    def take_in(self, record: Record, *, copy: bool) -> None:
        """Move the files of a take in; `copy`: also the copy beside the notebook, where it is as it was placed. What
        cannot be moved stays where it is, and goes when the trash is emptied."""
        folder = self.folder(record)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for path in self._own(record):
                if path.is_file():
                    shutil.move(path, folder / path.name)
            if copy and (placed := ours(record)) is not None:
                for path, name in ((placed, _COPY), (placed.with_suffix(".json"), f"{_COPY}.json")):
                    if path == placed or hash_named_in(path) == record.media_sha256:
                        shutil.move(path, folder / name)
        except OSError as error:
            _log.warning("A file of the removed take %s stays where it is: %s", record.id, error)

    def give_back(self, record: Record) -> None:
        """Move the files of a take back, nothing over anything. StorageError where its own cannot be."""
        try:
            self._give_back(record, self.folder(record))
        except OSError as error:
            raise StorageError(
                f"The files of this take cannot be moved back: {error.strerror or error}. It stays in the trash.",
                todo="Check the disk, then try again.",
            ) from None

    def _give_back(self, record: Record, folder: Path) -> None:
        for path in self._own(record):
            kept = folder / path.name
            if kept.is_file() and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.move(kept, path)
        copy, recipe = folder / _COPY, folder / f"{_COPY}.json"
        if copy.is_file() and record.placed:
            placed = Path(record.placed)
            with contextlib.suppress(OSError):  # its folder may be gone: the take has its own video then
                if not placed.exists() and not placed.with_suffix(".json").exists():
                    shutil.move(copy, placed)
                    if recipe.is_file():
                        shutil.move(recipe, placed.with_suffix(".json"))
            if copy.is_file() and record.media and not (self._library.home / record.media).exists():
                shutil.move(copy, self._library.home / record.media)

    def files(self, record: Record) -> Iterator[Path]:
        """What of a take is here."""
        with contextlib.suppress(OSError):
            yield from sorted(path for path in self.folder(record).iterdir() if path.is_file())

    def clear(self, record: Record) -> None:
        """Remove the folder of a take that is not in the trash any more."""
        shutil.rmtree(self.folder(record), ignore_errors=True)

    def _own(self, record: Record) -> list[Path]:
        return [self._library.home / name for name in (record.media, record.poster) if name]


def ours(record: Record) -> Path | None:
    """The copy of a take beside the notebook, where it was placed from here and not changed since. One that was found
    there (it was not sent from here) belongs to whoever put it there."""
    if record.placed is None or record.sent is None or record.media_sha256 is None:
        return None
    placed = Path(record.placed)
    return placed if library.file_hash(placed) == record.media_sha256 else None


def hash_named_in(recipe: Path) -> str | None:
    """The hash of the video that a recipe beside it is of; None where it says none."""
    try:
        said = json.loads(recipe.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return said.get("sha256") if isinstance(said, dict) else None
