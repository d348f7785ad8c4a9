"""Pictures in memory: from what Pillow and NumPy hold to the bytes of a file. Knows no files and no requests."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Final

from .capabilities import DEFAULT_MODEL
from .errors import InvalidRequestError, Problem

if TYPE_CHECKING:
    from PIL.Image import Image

_ORIENTATION: Final = 0x0112
"""The EXIF tag that says how a camera was held."""

_COLOURS: Final = (1, 3, 4)
"""Channels of a picture: grey, RGB, RGBA."""

_OVERSHOOT: Final = 0.02
"""How far decimals may lie outside 0 to 1: a sharpened or resized picture does by as much."""

_PLAIN: Final = ("RGB", "RGBA", "L")
"""Modes that are written as they are."""


def encode(image: Any) -> bytes:
    """PNG bytes of a PIL image or an array (height x width, or height x width x 1, 3 or 4; whole numbers 0 to 255 or
    decimals 0 to 1); JPEG where that would be too large. InvalidRequestError for what is no picture."""
    from PIL import Image as Pillow

    if not isinstance(image, Pillow.Image) and hasattr(image, "__array_interface__"):
        try:
            image = Pillow.fromarray(_levels(image))
        except InvalidRequestError:  # a ValueError as well
            raise
        except (ImportError, TypeError, ValueError, AttributeError):
            raise refusal(
                "This array is not a picture.",
                "Use height x width x 3 with values 0 to 255 (dtype uint8), or 0 to 1 (a float).",
            ) from None
    if not isinstance(image, Pillow.Image):
        raise refusal(
            f"A {type(image).__name__} is not an image.", "Use a path, a web address, bytes, a PIL image or an array."
        )
    out = io.BytesIO()
    try:
        straight = upright(image)
        (straight if straight.mode in _PLAIN else _eight_bit(straight)).save(out, "PNG")
        if out.tell() > DEFAULT_MODEL.image_bytes_max:
            out = io.BytesIO()
            flat(straight).save(out, "JPEG", quality=95)
    except Exception as error:  # noqa: BLE001  a file that is read only now may be damaged, in any way
        raise refusal(f"This picture cannot be used: {str(error) or type(error).__name__}.") from None
    return out.getvalue()


def fitting(picture: Image, jpeg: bool, colours: bytes | None, most: int) -> bytes:
    """A picture as a file of at most so many bytes, as good as that allows."""
    out = io.BytesIO()
    if not jpeg:
        (picture if picture.mode in _PLAIN else _eight_bit(picture)).save(out, "PNG", icc_profile=colours)
        if out.tell() <= most:
            return out.getvalue()
    opaque = flat(picture)
    for quality in (95, 90, 80, 60):
        out = io.BytesIO()
        opaque.save(out, "JPEG", quality=quality, subsampling=0 if quality > 90 else -1, icc_profile=colours)
        if out.tell() <= most:
            break
    return out.getvalue()


def orientation(picture: Image) -> int:
    """How the camera was held, 1 (upright) to 8. EXIF that cannot be read spoils no picture."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001  a damaged file fails in its own way each time
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def upright(picture: Image) -> Image:
    """The picture as it is meant to be seen."""
    from PIL import ImageOps

    return picture if orientation(picture) == 1 else ImageOps.exif_transpose(picture)


def flat(picture: Image) -> Image:
    """RGB, with transparency laid over black as a video would show it."""
    from PIL import Image as Pillow

    layer = picture if picture.mode in _PLAIN else _eight_bit(picture)
    if layer.mode == "RGBA":
        ground = Pillow.new("RGBA", layer.size, (0, 0, 0, 255))
        return Pillow.alpha_composite(ground, layer).convert("RGB")
    return layer.convert("RGB")


def refusal(message: str, fix: str = "") -> InvalidRequestError:
    """A guide image that cannot be used: why, and what to do."""
    return InvalidRequestError([Problem("images", message, fix)])


def _eight_bit(picture: Image) -> Image:
    """RGB, or RGBA where there is transparency. 16 bits of grey are scaled down: Pillow would clip them to white."""
    if picture.mode == "I;16":
        return picture.point(lambda value: value / 257, "L")
    see_through = picture.mode in ("LA", "PA", "RGBa") or picture.has_transparency_data
    return picture.convert("RGBA" if see_through else "RGB")


def _levels(array: Any) -> Any:
    """An array as Pillow takes it: colours last, decimals as 0 to 255. ValueError for no picture at all."""
    if array.ndim == 3 and array.shape[2] not in _COLOURS and array.shape[0] in _COLOURS:
        raise refusal(
            f"This array is {' x '.join(map(str, array.shape))}: its colours come first.",
            "Put them last: array.transpose(1, 2, 0).",
        )
    if array.ndim not in (2, 3) or 0 in array.shape:
        raise ValueError("not a picture")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    return _from_decimals(array) if array.dtype.kind == "f" else array


def _from_decimals(array: Any) -> Any:
    import numpy as np

    low, high = float(np.min(array)), float(np.max(array))
    if not np.isfinite([low, high]).all():  # NaN anywhere makes both NaN
        raise refusal("This array holds NaN or infinity.", "Fill them first: numpy.nan_to_num(array).")
    if low < -_OVERSHOOT or high > 1 + _OVERSHOOT:
        whole = low >= -_OVERSHOOT and high <= 255
        raise refusal(
            f"This array has values from {low:g} to {high:g}; decimals are taken from 0 (black) to 1 (white).",
            'If 255 is white: array.astype("uint8").'
            if whole
            else "Scale it: (array - array.min()) / (array.max() - array.min()).",
        )
    return np.rint(np.clip(array, 0, 1) * np.float32(255)).astype(np.uint8)
