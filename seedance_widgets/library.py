"""The files: guide images and videos under SEEDANCE_HOME, and the copy of each take beside the notebook.

No name that comes from a server ever chooses a path; nothing is ever written over another take.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from . import recipes
from .errors import MediaError, Money, StorageError
from .homes import Home
from .images import LoadedImage, suffix
from .models import GuideImage
from .settings import HOME_VARIABLE
from .storage import Unsaved

_T = TypeVar("_T")

PLACE: Final = "seedance"
"""The folder beside the notebook where finished takes go."""

SANDBOX_FOLDER: Final = "sandbox"
"""The folder of the embedded sandbox, under SEEDANCE_HOME."""

_POSTER_SIDE: Final = 960
_PIXELS_MAX: Final = 1 << 25
"""Of a frame: four times 4K. A small file can unpack to gigabytes."""
_SMALL_WORDS: Final = frozenset({"a", "an", "the", "of", "in", "on", "at", "to", "and", "with", "through", "by", "for"})


def home_folder(chosen: str | os.PathLike[str] | None = None) -> Path:
    """Where everything is kept: `chosen`, else SEEDANCE_HOME, else the user's data folder. Nothing is made."""
    path = chosen or os.environ.get(HOME_VARIABLE)
    if path:
        return Path(path).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("seedance-widgets", appauthor=False))


@dataclass(frozen=True, slots=True)
class KeptVideo:
    """A video that is safely here. Paths are as `Home.name_of` gives them."""

    media: str
    sha256: str
    poster: str | None


class Library:
    """The files of one SEEDANCE_HOME; where that cannot be written, see `homes.Home`."""

    def __init__(self, home: Path) -> None:
        self._home = Home(home)

    @property
    def home(self) -> Path:
        """The folder of the user's choice."""
        return self._home.path

    @property
    def unsaved(self) -> Unsaved | None:
        """Why that folder cannot be written, and which is used in its place; None where it is used."""
        return self._home.unsaved

    @property
    def places(self) -> tuple[Path, ...]:
        """The folders that files may lie in: that one, and the one that is used in its place."""
        instead = self.unsaved.instead if self.unsaved else None
        return (self.home, instead) if instead else (self.home,)

    def make_home(self) -> None:
        """Make it, or find one to use in its place. StorageError where there is none."""
        self._home.make()

    def folder(self, name: str) -> Path:
        """A folder that can be written. StorageError where there is none."""
        return self._home.folder(name)

    def has_left(self, folder: Path, error: StorageError) -> bool:
        """Whether what could not be written to a folder may be tried once more, in another."""
        return self._home.left(folder, error.code)

    def keep_image(self, image: LoadedImage) -> GuideImage:
        """A copy of a guide image, by its hash: what was judged is what is sent, whatever happens to the original."""
        known = self.find_image(image.info)
        if known.path is None:
            return self._insist("images", lambda folder: _copied(image, folder))
        with suppress(OSError):
            Path(known.path).touch()  # `prune` takes what no take refers to and nobody has asked for lately
        return known

    def find_image(self, info: GuideImage) -> GuideImage:
        """The same image with the path of its copy here; without a path where there is none."""
        path = self._home.find("images", _image_name(info))
        return replace(info, path=str(path) if path else None)

    def video_path(self, job_id: str) -> Path:
        """Where the video of a job is to be downloaded to."""
        return self.folder("media") / f"{safe_name(job_id)}.mp4"

    def keep_video(self, path: Path, recipe: dict[str, Any]) -> KeptVideo:
        """Check a downloaded video, make its poster, put its recipe into it, hash it. MediaError where it is no video;
        then it is removed."""
        try:
            with _writing(path), path.open("rb") as video:
                poster = _first_frame(video)
        except MediaError:
            path.unlink(missing_ok=True)
            raise
        saved = None
        with _writing(path):
            with path.open("r+b") as file:
                if recipes.can_hold(file):
                    file.seek(0, os.SEEK_END)
                    file.write(recipes.box({name: value for name, value in recipe.items() if name != "sha256"}))
                file.seek(0)
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            if poster is not None:
                saved = path.with_suffix(".jpg")
                saved.write_bytes(poster)
        return self._kept(path, digest, saved)

    def keep_copy(self, file: BinaryIO, job_id: str, sha256: object = None) -> KeptVideo:
        """A copy of a video that lies elsewhere, as that of a job. MediaError where it cannot be read, no frame of it
        can be decoded, or its hash is another than the one given; then nothing is left behind."""
        return self._insist("media", lambda folder: self._copy(file, folder / f"{safe_name(job_id)}.mp4", sha256))

    def drop_video(self, kept: KeptVideo) -> None:
        """Remove a video that was kept for nothing, and its poster."""
        for name in filter(None, (kept.media, kept.poster)):
            (self.home / name).unlink(missing_ok=True)

    def find_video(self, media: str | None, placed: str | None, sha256: str | None) -> Path | None:
        """The video of a take: the one kept here, else its copy beside the notebook, as long as that is the same."""
        if media is not None and (kept := self.home / media).is_file():
            return kept
        copy = Path(placed) if placed else None
        return copy if copy is not None and sha256 is not None and _is_same(copy, sha256) else None

    def place(self, video: Path, folder: Path, name: str, recipe: dict[str, Any]) -> Path:
        """Copy a finished take into `folder` under a readable name, with its recipe beside it. Returns the copy."""
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(1, 10_000):
            stem = name if number == 1 else f"{name}-{number}"
            target, notes = folder / f"{stem}.mp4", folder / f"{stem}.json"
            if target.exists():
                continue
            try:
                file = notes.open("x", encoding="utf-8")
            except FileExistsError:
                continue
            part = target.with_name(f".{target.name}.part")
            try:
                with file:
                    file.write(_recipe_text(recipe))
                shutil.copyfile(video, part)
                part.replace(target)
            except OSError:
                for path in (part, notes):
                    path.unlink(missing_ok=True)
                raise
            return target
        raise StorageError(f"There are too many takes named {name} in {folder}.")

    def _insist(self, name: str, write: Callable[[Path], _T]) -> _T:
        """Write into a folder; once more where another takes its place meanwhile."""
        folder = self.folder(name)
        try:
            return write(folder)
        except StorageError as error:
            if not self.has_left(folder, error):
                raise
        return write(self.folder(name))

    def _copy(self, file: BinaryIO, target: Path, sha256: object) -> KeptVideo:
        part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
        saved, digest = None, hashlib.sha256()
        file.seek(0)
        try:
            with _writing(target), part.open("x+b") as out:
                for chunk in _pieces(file):
                    digest.update(chunk)
                    out.write(chunk)
                out.seek(0)
                poster = _first_frame(out)
            if sha256 not in (None, digest.hexdigest()):
                raise _no_video()
            with _writing(target):
                if poster is not None:
                    saved = target.with_suffix(".jpg")
                    saved.write_bytes(poster)
                part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return self._kept(target, digest.hexdigest(), saved)

    def _kept(self, video: Path, sha256: str, poster: Path | None) -> KeptVideo:
        name_of = self._home.name_of
        return KeptVideo(name_of(video), sha256, name_of(poster) if poster else None)


def _image_name(info: GuideImage) -> str:
    return f"{safe_name(info.sha256)}{suffix(info.media_type)}"


def _copied(image: LoadedImage, folder: Path) -> GuideImage:
    info = image.info
    target = folder / _image_name(info)
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    digest = hashlib.sha256()
    try:
        with _writing(target), image.source.open() as file, part.open("wb") as out:
            while chunk := file.read(1 << 18):
                digest.update(chunk)
                out.write(chunk)
        if digest.hexdigest() != info.sha256:
            raise StorageError(f"{info.name} changed while it was read.", todo="Try again.")
        with _writing(target):
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return replace(info, path=str(target))


def take_name(prompt: str, when: float) -> str:
    """A readable file name for a take: its first telling words and the time, "red-fox-trots-1206"."""
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode()
    words = [w for w in re.findall(r"[a-z0-9]+", plain.lower()) if w not in _SMALL_WORDS][:4]
    return "-".join([*(w[:20] for w in words or ["take"]), time.strftime("%H%M", time.localtime(when))])


def shown_path(path: Path) -> str:
    """A path as people are told it: relative to where the notebook is, where it lies below."""
    try:
        return path.relative_to(Path.cwd()).as_posix()
    except (ValueError, OSError):
        return str(path)


def safe_name(text: str) -> str:
    """Text made into one component of a path."""
    return re.sub(r"[^A-Za-z0-9_-]", "_", text)[:100] or "_"


def copy_with_recipe(source: Path, target: Path, recipe: dict[str, Any]) -> Path:
    """Copy a video to a path, and its recipe beside it as JSON: both or neither. ValueError for a path where a recipe
    goes, FileExistsError where either exists: nothing is overwritten."""
    notes = target.with_suffix(".json")
    if is_recipe(target):
        raise ValueError(f"{target.name} is a name for a recipe. Save the video as {target.stem}.mp4.")
    if notes.exists():
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(notes))
    target.parent.mkdir(parents=True, exist_ok=True)
    begun: list[Path] = []
    try:
        with source.open("rb") as file, target.open("xb") as out:
            begun.append(target)
            shutil.copyfileobj(file, out, 1 << 20)
        with notes.open("x", encoding="utf-8") as text:
            begun.append(notes)
            text.write(_recipe_text(recipe))
    except BaseException:  # half of it would be in the way of the next attempt
        for path in begun:
            with suppress(OSError):
                path.unlink()
        raise
    return target


def is_recipe(path: Path) -> bool:
    """Whether a path is one where the recipe of a video goes."""
    return path.suffix.lower() == ".json"


def video_hash(file: BinaryIO) -> str:
    """The hash of an MP4, as hex. MediaError where it cannot be read or no frame of it can be decoded."""
    digest = hashlib.sha256()
    for chunk in _pieces(file):
        digest.update(chunk)
    file.seek(0)
    _first_frame(file)
    return digest.hexdigest()


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    try:
        while chunk := file.read(1 << 20):
            yield chunk
    except OSError:
        raise _no_video() from None


def file_hash(path: Path) -> str | None:
    """The SHA-256 of a file, as hex; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


_hash_then = functools.lru_cache(maxsize=1000)(lambda path, _size, _changed: file_hash(path))


def _is_same(path: Path, sha256: str) -> bool:
    """Whether a file has that hash. One that has not changed since is not read again."""
    try:
        now = path.stat()
    except (OSError, ValueError):
        return False
    return bool(_hash_then(path, now.st_size, now.st_mtime_ns) == sha256)


def _recipe_text(recipe: dict[str, Any]) -> str:
    return json.dumps(recipe, indent=2, ensure_ascii=False) + "\n"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """What the disk says, as a StorageError. It says nothing of money: that depends on what is written."""
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StorageError(f"{path} cannot be written: {why}.", todo="Check the disk.", code=error.errno) from None


def _first_frame(file: BinaryIO) -> bytes | None:
    """The first frame of a video as JPEG; None where PyAV is not installed. MediaError where no frame can be decoded.

    The first bytes choose the one reader that is let near the file: among the others there are play
    lists, which would have it open further files and addresses."""
    header = file.read(12)
    reader = "mp4" if header[4:8] == b"ftyp" else "matroska" if header.startswith(b"\x1a\x45\xdf\xa3") else None
    if reader is None:
        raise _no_video()
    try:
        import av
    except ImportError:
        return None
    import io

    from PIL import Image as Pillow

    file.seek(0)
    limit = {"max_pixels": str(_PIXELS_MAX)}
    try:
        with av.open(file, "r", format=reader, options=limit) as container:  # opening decodes a frame already
            container.streams.video[0].codec_context.options = limit
            picture = Pillow.fromarray(next(container.decode(video=0)).to_ndarray(format="rgb24"))
            picture.thumbnail((_POSTER_SIDE, _POSTER_SIDE))
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=85)
    except Exception:  # noqa: BLE001  a decoder stumbles over a damaged file in its own way each time
        raise _no_video() from None
    return out.getvalue()


def small_poster(path: Path, most_bytes: int) -> bytes:
    """A poster made small enough for a notebook's file, as JPEG; nothing where it cannot be read."""
    import io

    from PIL import Image as Pillow

    try:
        with Pillow.open(path, formats=("JPEG",)) as picture:
            for side in (640, 480, 320):
                out = io.BytesIO()
                picture.thumbnail((side, side))
                picture.save(out, "JPEG", quality=80)
                if out.tell() <= most_bytes:
                    return out.getvalue()
    except (OSError, ValueError):
        pass
    return b""


def _no_video() -> MediaError:
    return MediaError(
        "What arrived is no video that can be played.", money=Money.SPENT, todo="Watch the job again to fetch it anew."
    )
