"""The keeping of the history: remove a take, put it back, forget it for good, free the disk of what can be spared."""

from __future__ import annotations

import functools
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from . import library
from .errors import StorageError
from .ledger import InUse, Ledger, Record
from .library import SANDBOX_FOLDER, Library
from .trash import KEPT_DAYS, Trash, hash_named_in

_DAY: Final = 86_400.0

_LEFT_BEHIND: Final = _DAY
"""Seconds after which a file that is not whole, an image that no take refers to or a lock was left by someone who is
gone: a download writes to its file all the time, and a form that is filled in has its images touched."""


@dataclass(frozen=True, slots=True)
class Freed:
    """What was removed from this machine."""

    files: tuple[Path, ...]
    bytes: int
    """Their sizes together."""
    left: tuple[Path, ...] = ()
    """What was not removed: by `forget`, a copy that was changed since or was not placed from here; by `prune`, videos
    that are nowhere else on this machine."""
    dry_run: bool = False
    """Nothing was removed: this is what would be."""

    def __repr__(self) -> str:
        count = f"{len(self.files)} file{'' if len(self.files) == 1 else 's'}"
        left = f", {len(self.left)} left" if self.left else ""
        return f"<{'Would free' if self.dry_run else 'Freed'} {self.bytes / 1e6:.1f} MB: {count}{left}>"


@dataclass(slots=True)
class _Removing:
    """Files on their way out."""

    dry_run: bool = False
    must: bool = True
    """What cannot be removed is an error; else it is left."""
    files: list[Path] = field(default_factory=list)
    bytes: int = 0
    left: list[Path] = field(default_factory=list)

    def remove(self, path: Path) -> None:
        """Remove a file, if it is there. StorageError where it cannot be."""
        try:
            size = path.stat().st_size
            if not self.dry_run:
                path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            if not self.must:
                self.left.append(path)
                return
            raise StorageError(
                f"{path} cannot be removed: {error.strerror or error}.", todo="Close what has it open, then try again."
            ) from None
        self.files.append(path)
        self.bytes += size

    def done(self) -> Freed:
        """What came of it."""
        return Freed(tuple(self.files), self.bytes, tuple(self.left), self.dry_run)


class Archive:
    """Removes, forgets and prunes, over the history and the files of one home. Its methods may be called from any
    thread."""

    def __init__(self, ledger: Ledger, files: Library) -> None:
        self._ledger = ledger
        self._library = files
        self._trash = Trash(files)

    def remove(self, record: Record, *, stay: bool, keep_copy: bool) -> Record:
        """Take a take out of the history, so that it can be put back; its row as it is left. The row goes first: what
        is interrupted leaves files where they were."""
        left = self._ledger.remove(record, stay=stay)
        if left.removed and not left.removed["stay"]:
            self._ledger.while_removed(left.id, lambda: self._trash.take_in(left, copy=not keep_copy))
        return left

    def restore(self, record: Record) -> Record:
        """Put a take back, its files first; its row as it is then."""
        back = self._ledger.put_back(record.id, self._trash.give_back)
        self._trash.clear(back)
        return back

    def empty_trash(self, *, overdue: bool = False) -> tuple[list[Record], Freed]:
        """Erase for good what is in the trash; `overdue`: only what has been there for longer than `KEPT_DAYS`. Of what
        was to stay where it is no file is touched. The rows as they are left, and what was removed."""
        before = time.time() - KEPT_DAYS * _DAY if overdue else None
        left: list[Record] = []
        out = _Removing()
        for record in self._ledger.in_trash(before):
            stays, in_use = (record.removed or {})["stay"], self._ledger.in_use(besides=record)
            erase = functools.partial(self._erase, record, in_use, out, keep_copy=True)
            gone = self._ledger.bury(record.id, (lambda: None) if stays else erase)
            if gone is not None:  # nobody has put it back meanwhile
                left.append(gone)
        if left:
            self._ledger.scrub()
        return left, out.done()

    def forget(self, record: Record, *, keep_copy: bool = False) -> tuple[Record, Freed]:
        """Erase a take; its row as it is left, and what was removed. Files go first, so that what is interrupted can
        be asked for again."""
        self._ledger.check_forgettable(record)
        out = _Removing()
        self._erase(record, self._ledger.in_use(besides=record), out, keep_copy=keep_copy)
        return self._ledger.forget(record), out.done()

    def _erase(self, record: Record, in_use: InUse, out: _Removing, *, keep_copy: bool) -> None:
        images = {str(image["sha256"]) for image in record.request.get("images", ()) if isinstance(image, dict)}
        images -= in_use.images
        for path in (*self._trash.files(record), *self._files_of(record, images)):
            out.remove(path)
        self._trash.clear(record)
        if record.placed and not keep_copy:
            self._remove_copy(record, Path(record.placed), out)
        prompt = str(record.request.get("prompt"))
        alone = in_use.all_known and prompt not in in_use.prompts
        self._erase_in_sandbox(record.generation_id, prompt if alone else None, images, out)

    def prune(self, *, older_than: float, also_last_copies: bool, dry_run: bool) -> Freed:
        """See `Studio.prune`."""
        self._ledger.check_in_file()
        out = _Removing(dry_run, must=False)
        now = time.time()
        for record in self._ledger.prunable(now - older_than * _DAY):
            self._prune_video(record, out, also_last_copies=also_last_copies)
        busy = {library.safe_name(job_id) for job_id in self._ledger.at_work()}
        for part in self._listed("media", ".*.mp4.*"):
            if part.name[1:].partition(".mp4.")[0] not in busy and _untouched_since(part, now - _LEFT_BEHIND):
                out.remove(part)
        self._prune_images(now - _LEFT_BEHIND, out)
        for lock in self._listed("kernels", "*.lock"):
            if not dry_run and _untouched_since(lock, now - _LEFT_BEHIND) and not self._ledger.is_alive(lock.stem):
                out.files += [] if lock.exists() else [lock]  # whoever finds a lock that nobody holds, removes it
        return out.done()

    def _prune_video(self, record: Record, out: _Removing, *, also_last_copies: bool) -> None:
        video = self._library.home / str(record.media)
        if not video.is_file():
            return
        copy = Path(record.placed) if record.placed else None
        if not also_last_copies and (copy is None or library.file_hash(copy) != record.media_sha256):
            out.left.append(video)
            return
        if out.dry_run:
            out.remove(video)
        else:  # somebody may have given it a star just now
            self._ledger.while_prunable(record.id, functools.partial(out.remove, video))

    def _prune_images(self, before: float, out: _Removing) -> None:
        in_use = self._ledger.in_use()
        if not in_use.all_known or not self._ledger.is_of(self._library.home):
            return  # which images are in use is known to nobody here
        for path in self._listed("images", "*"):
            if path.name.lstrip(".").partition(".")[0] not in in_use.images and _untouched_since(path, before):
                out.remove(path)

    def _files_of(self, record: Record, images: set[str]) -> Iterator[Path]:
        yield self._library.home / (record.poster or f"media/{library.safe_name(record.id)}.jpg")
        yield self._library.home / (record.media or f"media/{library.safe_name(record.id)}.mp4")
        yield from self._listed("media", f".{library.safe_name(record.id)}.mp4.*")
        for sha256 in images:
            yield from self._listed("images", f"{library.safe_name(sha256)}.*")
            yield from self._listed("images", f".{library.safe_name(sha256)}.*.part")

    def _listed(self, folder: str, pattern: str) -> Iterator[Path]:
        for place in self._library.places:
            yield from sorted(path for path in (place / folder).glob(pattern) if path.is_file())

    def _remove_copy(self, record: Record, copy: Path, out: _Removing) -> None:
        """The copy beside the notebook and its recipe, where they are as they were placed. One that was found there
        (it was not sent from here) belongs to whoever put it there."""
        ours = record.sent is not None and record.media_sha256 is not None
        recipe = copy.with_suffix(".json")
        for path, same in ((copy, library.file_hash(copy)), (recipe, hash_named_in(recipe))):
            if ours and same == record.media_sha256:
                out.remove(path)
            elif path.is_file():
                out.left.append(path)

    def _erase_in_sandbox(
        self, generation_id: str | None, prompt: str | None, images: set[str], out: _Removing
    ) -> None:
        """What the sandbox of this home has of it. By the prompt goes a job whose reply was lost: its ID never came."""
        from .sandbox.erasing import erase

        removed = []
        try:
            for place in self._library.places:
                root = place / SANDBOX_FOLDER
                removed += erase(root, generation_id=generation_id, prompt=prompt, images=images)
        except (OSError, sqlite3.Error, ValueError) as error:
            raise StorageError(f"The sandbox's part could not be erased: {error}.", todo="Try again.") from None
        for path, size in removed:
            out.files.append(path)
            out.bytes += size


def _untouched_since(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except OSError:
        return False
