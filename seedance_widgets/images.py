"""Guide images from whatever people have: read, judged by their bytes, made ready to send.

Reads files and decodes pictures; knows nothing of HTTP.
"""

from __future__ import annotations

import hashlib
import io
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, cast

from . import crops, footage, pixels
from .capabilities import DEFAULT_MODEL, Model
from .errors import ConfigurationError, InvalidRequestError, MediaError
from .models import GenerationRequest, GuideImage, Origin, display_name
from .pixels import refusal
from .rendering.words import short
from .validation import FRAME_NAMES, image_problem, megabytes

HEADER: Final = 32
"""Bytes from the start of a file that say what it is."""

_PIXELS_MAX: Final = 80_000_000
"""More than any picture the model takes (6000 x 6000): a small file can unpack to gigabytes."""

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
"""The decoders of Pillow that are let near a file."""

FRAME_OF_VIDEO: Final[tuple[Literal["last"], Literal["first"]]] = ("last", "first")
"""Which frame of a video stands for it as first and as last frame: the one that joins."""

_TITLE: Final = 32
"""Characters of a prompt or a file name that stand for a video."""

_SUFFIXES: Final = {"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}

_FAMILIAR: Final = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\0", "a TIFF"),
    (b"MM\0*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"<svg", "an SVG"),
    (b"<?xml", "an XML file"),
    (b"<!DO", "a web page"),
    (b"<htm", "a web page"),
)


def sniff(header: bytes) -> str | None:
    """The media type of a JPG, PNG or WebP from its first bytes; None for anything else."""
    if header.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if header.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if header[:4] == b"RIFF" and header[8:12] == b"WEBP":
        return "image/webp"
    return None


def what_it_is(header: bytes) -> str:
    """In words, what a file that is no JPG, PNG or WebP looks like."""
    if header[4:8] == b"ftyp":
        return f"{footage.PICTURES.get(header[8:12], 'a video')} file"
    if header.startswith(b"RIFF") and header[8:12] == b"AVI ":
        return "an AVI file"
    known = next((name for magic, name in _FAMILIAR if header.startswith(magic)), None)
    return f"{known}" if known and "file" in known else f"{known} file" if known else "not an image this can read"


def suffix(media_type: str) -> str:
    """The file ending for a media type: ".jpg", ".png" or ".webp"."""
    return _SUFFIXES.get(media_type, ".bin")


@dataclass(frozen=True, slots=True)
class ImageSource:
    """An image as bytes that can be read from the start as often as needed, on disk or in memory."""

    name: str
    path: Path | None = None
    data: bytes | None = None
    file: BinaryIO | None = None
    """Someone else's open file; it is read from its first byte and never closed."""
    crop: crops.Point | None = None
    """Where its crop lies, where that was moved."""
    origin: Origin | None = None
    """The frame of a video that it is."""
    take: str = ""
    """The id of the take whose video this is."""

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """A reader at the first byte."""
        if self.path is not None:
            with self.path.open("rb") as file:
                yield file
        elif self.file is not None:
            self.file.seek(0)
            yield self.file
        else:
            yield io.BytesIO(self.data or b"")

    def size(self) -> int:
        """Bytes."""
        if self.path is not None:
            return self.path.stat().st_size
        return self.file.seek(0, io.SEEK_END) if self.file is not None else len(self.data or b"")


def source_of(image: Any, name: str | None = None) -> ImageSource:
    """Where the bytes of an image are: a path, bytes, an open file, a PIL image, a NumPy array, a `GuideImage`, or a
    `Job`, which stands for its video.

    A path is not read, so a large file costs no memory. InvalidRequestError where there is no image in it.
    """
    called = name or display_name(image)
    if isinstance(image, ImageSource):
        return image
    if isinstance(image, GuideImage):
        if image.path is None:
            raise refusal(f"{image.name}: its file is no longer here.", "Choose the image again.")
        return ImageSource(image.name, path=Path(image.path), crop=image.crop, origin=image.origin)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return ImageSource(name or "image", data=bytes(image))
    if isinstance(image, (str, os.PathLike)):
        return _file(cast("str | os.PathLike[str]", image), called)
    if callable(getattr(image, "read", None)):
        return _open_file(image, called)
    if isinstance(getattr(image, "request", None), GenerationRequest):
        return _take(image)
    return ImageSource(_picture_name(image, name), data=pixels.encode(image))


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """An image that has been judged: what it is, and where its bytes are."""

    info: GuideImage
    source: ImageSource


def load(image: Any, name: str | None = None, *, index: int = 0, model: Model = DEFAULT_MODEL) -> LoadedImage:
    """Read and judge one image. InvalidRequestError says what is wrong with it and what to do.

    `index` is its place: 0 is the first frame, 1 the last. A video stands for one of its frames: the last as first
    frame, and the first as last frame.
    """
    source = source_of(image, name)
    frame = FRAME_NAMES[index] if index < len(FRAME_NAMES) else f"image {index + 1}"
    try:
        source = _still(source, index, frame)
        with source.open() as file:
            header = file.read(HEADER)
            media_type = sniff(header)
            if not header:
                raise refusal(f"{source.name} ({frame}) is empty.", "Choose another file.")
            if media_type is None:
                raise refusal(f"{source.name} ({frame}) is {what_it_is(header)}.", "Use JPG, PNG or WebP.")
            size = source.size()
            if size > model.image_bytes_max:  # before anything is decoded
                limit = megabytes(model.image_bytes_max)
                raise refusal(
                    f"{source.name} ({frame}) has {megabytes(size)}; {limit} is the most.",
                    "Save it smaller, or as JPG.",
                )
            file.seek(0)
            digest = _sha256(file)
            file.seek(0)
            width, height = _measure(file)
    except InvalidRequestError:
        raise
    except OSError as error:
        why, todo = (error.strerror, "Choose it again.") if error.strerror else ("it is damaged", "Save it again.")
        raise refusal(f"{source.name} ({frame}) cannot be read: {why}.", todo) from None
    except Exception:  # noqa: BLE001  a decoder stumbles over a damaged file in its own way each time
        raise refusal(f"{source.name} ({frame}) is damaged: it cannot be decoded.", "Save it again.") from None
    path = str(source.path) if source.path is not None else None
    info = GuideImage(source.name, media_type, size, digest, width, height, path, source.crop, source.origin)
    if problem := image_problem(info, model, index):
        raise InvalidRequestError([problem])
    return LoadedImage(info, source)


def cut(image: GuideImage, ratio: str, model: Model = DEFAULT_MODEL) -> ImageSource:
    """What is sent of an image for a ratio: its file, byte for byte, where it has that shape and stands upright; else
    its crop, cut from the upright picture without the camera's notes (place and time among them).

    As PNG, or as JPEG where it was one or would be too large otherwise. InvalidRequestError where it cannot be read.
    """
    from PIL import Image as Pillow

    source = source_of(image)
    box = image.box(ratio)
    try:
        with source.open() as file, _quietly(), Pillow.open(file, formats=_FORMATS) as picture:
            if box is None and pixels.orientation(picture) == 1:
                return source
            upright = pixels.upright(picture)
            part = upright.crop(box) if box else upright
            data = pixels.fitting(
                part, picture.format == "JPEG", picture.info.get("icc_profile"), model.image_bytes_max
            )
    except Exception:  # noqa: BLE001  as when it was judged; it may have gone away since
        raise refusal(f"{image.name} can no longer be read.", "Choose the image again.") from None
    return ImageSource(image.name, data=data)


def thumbnail(image: LoadedImage, longest: int = 480) -> bytes:
    """A small JPEG of the whole image, as it is meant to be seen (EXIF rotation applied)."""
    from PIL import Image as Pillow

    out = io.BytesIO()
    with image.source.open() as file, _quietly(), Pillow.open(file, formats=_FORMATS) as picture:
        picture.draft("RGB", (longest, longest))
        upright = pixels.upright(picture)
        upright.thumbnail((longest, longest))
        pixels.flat(upright).save(out, "JPEG", quality=82)
    return out.getvalue()


def _measure(file: BinaryIO) -> tuple[int, int]:
    """Width and height as shown. Decodes the whole picture: a damaged one is found here and not at the service."""
    from PIL import Image as Pillow

    with _quietly():
        try:
            picture = Pillow.open(file, formats=_FORMATS)
        except Pillow.DecompressionBombError:
            raise _too_many_pixels() from None
        width, height = picture.size
        if width * height > _PIXELS_MAX:
            raise _too_many_pixels()
        turned = pixels.orientation(picture) >= 5
        picture.draft("RGB", (256, 256))  # a JPEG decodes at an eighth of its size, for an eighth of the time
        picture.load()
    return (height, width) if turned else (width, height)


@contextmanager
def _quietly() -> Iterator[None]:
    """Without Pillow's remarks on odd EXIF and large pictures, which would be printed in the notebook. (The filter is
    the process's: should two threads ever put it back crosswise, what stays behind concerns Pillow only.)"""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"PIL\.")
        yield


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 18):
        digest.update(chunk)
    return digest.hexdigest()


def _still(source: ImageSource, index: int, frame: str) -> ImageSource:
    """The frame of a video that is meant; anything else as it is. InvalidRequestError where none can be had."""
    which = FRAME_OF_VIDEO[min(index, 1)]
    with source.open() as file:
        if not footage.is_video(file.read(HEADER)):
            return source
        try:
            still = footage.still(file, which, f"{source.name} ({frame})")
        except ConfigurationError as error:
            raise refusal(f"{source.name} ({frame}) is a video. {error.what}", error.todo) from None
        except MediaError as error:
            raise refusal(error.what, error.todo) from None
    title = short(source.name, _TITLE)
    origin = Origin(title, which, still.at, source.take)
    return ImageSource(f"From \u201c{title}\u201d", data=still.data, crop=source.crop, origin=origin)


def _take(job: Any) -> ImageSource:
    title = short(job.request.prompt, _TITLE)
    if job.path is not None:
        return ImageSource(title, path=job.path, take=job.id)
    if not job.info.over:
        raise refusal(f"\u201c{title}\u201d is not ready, so it has no frame yet.", "Wait for it: await job.")
    raise refusal(f"There is no video of \u201c{title}\u201d on this machine.", "Choose another take.")


def _file(image: str | os.PathLike[str], called: str) -> ImageSource:
    try:
        path = Path(image).expanduser()
        if path.is_file():
            return ImageSource(called, path=path.absolute())
        problem = "is a folder" if path.is_dir() else "was not found"
    except (OSError, ValueError, RuntimeError, TypeError):
        problem = "is not a usable path"
    raise refusal(f"{_printable(image)} {problem}.", "Check the path.")


def _open_file(image: Any, called: str) -> ImageSource:
    if isinstance(image, io.TextIOBase):
        raise refusal(f"{called} is open as text.", 'Open it with mode "rb".')
    try:
        if callable(getattr(image, "seekable", None)) and image.seekable():
            image.seek(0)
            return ImageSource(called, file=image)
        data = image.read(DEFAULT_MODEL.image_bytes_max + 1)
    except Exception:  # noqa: BLE001  anything may call itself a file
        raise refusal(f"{called} cannot be read.", "Open it again.") from None
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise refusal(f"{called} gives no bytes.", 'Open it with mode "rb".')
    return ImageSource(called, data=bytes(data))


def _picture_name(image: Any, name: str | None) -> str:
    filename = getattr(image, "filename", None)
    return name or (Path(filename).name if isinstance(filename, str) and filename else "picture.png")


def _printable(path: object) -> str:
    try:
        text = str(path)[:200]
    except Exception:  # noqa: BLE001  the path is broken as it is
        return f"A {type(path).__name__}"
    return "".join(c if c.isprintable() else "\ufffd" for c in text) or "An empty path"


def _too_many_pixels() -> InvalidRequestError:
    return refusal("The image has far too many pixels.", "Save it at 6000 pixels or fewer a side.")
