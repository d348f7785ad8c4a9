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
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from . import crops
from .capabilities import DEFAULT_MODEL, Model
from .errors import InvalidRequestError, Problem
from .models import GuideImage, display_name
from .validation import FRAME_NAMES, image_problem, megabytes

if TYPE_CHECKING:
    from PIL.Image import Image

HEADER: Final = 32
"""Bytes from the start of a file that say what it is."""

_PIXELS_MAX: Final = 80_000_000
"""More than any picture the model takes (6000 x 6000): a small file can unpack to gigabytes."""

_ORIENTATION: Final = 0x0112
"""The EXIF tag that says how a camera was held."""

_FORMATS: Final = ("JPEG", "PNG", "WEBP")
"""The decoders of Pillow that are let near a file."""

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
_ISO_BRANDS: Final = {b"heic": "a HEIC", b"heix": "a HEIC", b"mif1": "a HEIC", b"msf1": "a HEIC", b"avif": "an AVIF"}


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
        return f"{_ISO_BRANDS.get(header[8:12], 'a video')} file"
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
    """Where the bytes of an image are: a path, bytes, an open file, a PIL image, a NumPy array or a `GuideImage`.

    A path is not read, so a large file costs no memory. InvalidRequestError where there is no image in it.
    """
    called = name or display_name(image)
    if isinstance(image, ImageSource):
        return image
    if isinstance(image, GuideImage):
        if image.path is None:
            raise _refusal(f"{image.name}: its file is no longer here.", "Choose the image again.")
        return ImageSource(image.name, path=Path(image.path), crop=image.crop)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return ImageSource(name or "image", data=bytes(image))
    if isinstance(image, (str, os.PathLike)):
        return _file(cast("str | os.PathLike[str]", image), called)
    if callable(getattr(image, "read", None)):
        return _open_file(image, called)
    return ImageSource(_picture_name(image, name), data=_encode(image))


@dataclass(frozen=True, slots=True)
class LoadedImage:
    """An image that has been judged: what it is, and where its bytes are."""

    info: GuideImage
    source: ImageSource


def load(image: Any, name: str | None = None, *, index: int = 0, model: Model = DEFAULT_MODEL) -> LoadedImage:
    """Read and judge one image. InvalidRequestError says what is wrong with it and what to do.

    `index` is its place: 0 is the first frame, 1 the last.
    """
    source = source_of(image, name)
    frame = FRAME_NAMES[index] if index < len(FRAME_NAMES) else f"image {index + 1}"
    try:
        with source.open() as file:
            header = file.read(HEADER)
            media_type = sniff(header)
            if not header:
                raise _refusal(f"{source.name} ({frame}) is empty.", "Choose another file.")
            if media_type is None:
                raise _refusal(f"{source.name} ({frame}) is {what_it_is(header)}.", "Use JPG, PNG or WebP.")
            size = source.size()
            if size > model.image_bytes_max:  # before anything is decoded
                limit = megabytes(model.image_bytes_max)
                raise _refusal(
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
        raise _refusal(f"{source.name} ({frame}) cannot be read: {error.strerror or 'it is damaged'}.") from None
    except Exception:  # noqa: BLE001  a decoder stumbles over a damaged file in its own way each time
        raise _refusal(f"{source.name} ({frame}) is damaged: it cannot be decoded.", "Save it again.") from None
    path = str(source.path) if source.path is not None else None
    info = GuideImage(source.name, media_type, size, digest, width, height, path, source.crop)
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
            if box is None and _orientation(picture) == 1:
                return source
            upright = _upright(picture)
            part = upright.crop(box) if box else upright
            data = _fitting(part, picture.format == "JPEG", picture.info.get("icc_profile"), model.image_bytes_max)
    except Exception:  # noqa: BLE001  as when it was judged; it may have gone away since
        raise _refusal(f"{image.name} can no longer be read.", "Choose the image again.") from None
    return ImageSource(image.name, data=data)


def _fitting(picture: Image, jpeg: bool, colours: bytes | None, most: int) -> bytes:
    """A picture as a file of at most so many bytes, as good as that allows."""
    out = io.BytesIO()
    if not jpeg:
        (picture if picture.mode in ("RGB", "RGBA", "L") else _eight_bit(picture)).save(out, "PNG", icc_profile=colours)
        if out.tell() <= most:
            return out.getvalue()
    flat = _flat(picture)
    for quality in (95, 90, 80, 60):
        out = io.BytesIO()
        flat.save(out, "JPEG", quality=quality, subsampling=0 if quality > 90 else -1, icc_profile=colours)
        if out.tell() <= most:
            break
    return out.getvalue()


def thumbnail(image: LoadedImage, longest: int = 480) -> bytes:
    """A small JPEG of the whole image, as it is meant to be seen (EXIF rotation applied)."""
    from PIL import Image as Pillow

    out = io.BytesIO()
    with image.source.open() as file, _quietly(), Pillow.open(file, formats=_FORMATS) as picture:
        picture.draft("RGB", (longest, longest))
        upright = _upright(picture)
        upright.thumbnail((longest, longest))
        _flat(upright).save(out, "JPEG", quality=82)
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
        turned = _orientation(picture) >= 5
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


def _orientation(picture: Image) -> int:
    """How the camera was held, 1 (upright) to 8. EXIF that cannot be read spoils no picture."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  as when decoding
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _upright(picture: Image) -> Image:
    from PIL import ImageOps

    return picture if _orientation(picture) == 1 else ImageOps.exif_transpose(picture)


def _sha256(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(1 << 18):
        digest.update(chunk)
    return digest.hexdigest()


def _file(image: str | os.PathLike[str], called: str) -> ImageSource:
    try:
        path = Path(image).expanduser()
        if path.is_file():
            return ImageSource(called, path=path.absolute())
        problem = "is a folder" if path.is_dir() else "was not found"
    except (OSError, ValueError, RuntimeError, TypeError):
        problem = "is not a usable path"
    raise _refusal(f"{_printable(image)} {problem}.", "Check the path.")


def _open_file(image: Any, called: str) -> ImageSource:
    if isinstance(image, io.TextIOBase):
        raise _refusal(f"{called} is open as text.", 'Open it with mode "rb".')
    try:
        if callable(getattr(image, "seekable", None)) and image.seekable():
            image.seek(0)
            return ImageSource(called, file=image)
        data = image.read(DEFAULT_MODEL.image_bytes_max + 1)
    except Exception:  # noqa: BLE001  anything may call itself a file
        raise _refusal(f"{called} cannot be read.", "Open it again.") from None
    if not isinstance(data, (bytes, bytearray, memoryview)):
        raise _refusal(f"{called} gives no bytes.", 'Open it with mode "rb".')
    return ImageSource(called, data=bytes(data))


def _picture_name(image: Any, name: str | None) -> str:
    filename = getattr(image, "filename", None)
    return name or (Path(filename).name if isinstance(filename, str) and filename else "picture.png")


def _encode(image: Any) -> bytes:
    """PNG bytes of a PIL image or an 8-bit array (height x width, or height x width x 3 or 4); JPEG where too large."""
    from PIL import Image as Pillow

    if not isinstance(image, Pillow.Image) and hasattr(image, "__array_interface__"):
        try:
            if image.ndim not in (2, 3):
                raise ValueError
            image = Pillow.fromarray(image)
        except (TypeError, ValueError, AttributeError):
            raise _refusal(
                "This array is not a picture.", "Use height x width x 3 with values 0 to 255 (dtype uint8)."
            ) from None
    if not isinstance(image, Pillow.Image):
        raise _refusal(
            f"A {type(image).__name__} is not an image.", "Use a path, a web address, bytes, a PIL image or an array."
        )
    out = io.BytesIO()
    try:
        upright = _upright(image)
        (upright if upright.mode in ("RGB", "RGBA", "L") else _eight_bit(upright)).save(out, "PNG")
        if out.tell() > DEFAULT_MODEL.image_bytes_max:
            out = io.BytesIO()
            _flat(upright).save(out, "JPEG", quality=95)
    except Exception as error:  # noqa: BLE001  a file that is read only now may be damaged, in any way
        raise _refusal(f"This picture cannot be used: {str(error) or type(error).__name__}.") from None
    return out.getvalue()


def _eight_bit(picture: Image) -> Image:
    """RGB, or RGBA where there is transparency. 16 bits of grey are scaled down: Pillow would clip them to white."""
    if picture.mode == "I;16":
        return picture.point(lambda value: value / 257, "L")
    see_through = picture.mode in ("LA", "PA", "RGBa") or picture.has_transparency_data
    return picture.convert("RGBA" if see_through else "RGB")


def _flat(picture: Image) -> Image:
    """RGB, with transparency laid over black as a video would show it."""
    from PIL import Image as Pillow

    layer = picture if picture.mode in ("RGB", "RGBA", "L") else _eight_bit(picture)
    if layer.mode == "RGBA":
        ground = Pillow.new("RGBA", layer.size, (0, 0, 0, 255))
        return Pillow.alpha_composite(ground, layer).convert("RGB")
    return layer.convert("RGB")


def _printable(path: object) -> str:
    try:
        text = str(path)[:200]
    except Exception:  # noqa: BLE001  the path is broken as it is
        return f"A {type(path).__name__}"
    return "".join(c if c.isprintable() else "\ufffd" for c in text) or "An empty path"


def _too_many_pixels() -> InvalidRequestError:
    return _refusal("The image has far too many pixels.", "Save it at 6000 pixels or fewer a side.")


def _refusal(message: str, fix: str = "") -> InvalidRequestError:
    return InvalidRequestError([Problem("images", message, fix)])
