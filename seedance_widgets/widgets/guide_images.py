"""The two guide images of a form: what is in them, what is being checked, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from seedance_widgets import images
from seedance_widgets.images import LoadedImage
from seedance_widgets.models import display_name, is_url
from seedance_widgets.validation import megabytes

from .protocol import SLOTS

_EMPTY: Final = {"state": "empty", "name": "", "detail": "", "message": ""}
_PREVIEW_SIDE: Final = 640


@dataclass(frozen=True, slots=True)
class Passing:
    """A state that ends: a file is being checked, or was refused."""

    state: str
    name: str
    detail: str = ""
    message: str = ""

    @classmethod
    def checking(cls, name: str, size: int) -> Passing:
        """A file is arriving or being judged."""
        return cls("checking", name, megabytes(size))

    @classmethod
    def refused(cls, name: str, message: str) -> Passing:
        """A file was not taken, and why."""
        return cls("refused", name, message=message)


def load_all(given: Sequence[Any]) -> list[LoadedImage | str]:
    """Guide images as the form keeps them: judged, or a web address. InvalidRequestError for one that is no image."""
    kept: list[LoadedImage | str] = []
    for index, image in enumerate(given):
        if isinstance(image, LoadedImage):
            kept.append(image)
        elif is_url(image):
            kept.append(str(image))
        else:
            kept.append(images.load(image, index=index))
    return kept


def load(data: bytes, name: str, slot: str) -> LoadedImage:
    """Judge a file that came from the page. InvalidRequestError says what is wrong with it."""
    return images.load(data, name, index=SLOTS.index(slot))


def put(kept: Sequence[LoadedImage | str], slot: str, image: LoadedImage) -> list[LoadedImage | str]:
    """The images with another one in a slot. Without a first frame there is no last one."""
    changed = list(kept)
    index = min(SLOTS.index(slot), len(changed))
    changed[index : index + 1] = [image]
    return changed


def without(kept: Sequence[LoadedImage | str], slot: str) -> list[LoadedImage | str]:
    """The images without the one in a slot. Without the first frame, the last becomes the first."""
    index = SLOTS.index(slot)
    return [image for place, image in enumerate(kept) if place != index]


def settle(passing: dict[str, Passing], kept: Sequence[LoadedImage | str]) -> None:
    """What was passing is over in the slots that are filled."""
    for slot in SLOTS[: len(kept)]:
        passing.pop(slot, None)


def describe(kept: Sequence[LoadedImage | str], passing: dict[str, Passing], ratio: str) -> list[dict[str, str]]:
    """The slots as the page shows them."""
    shown = []
    for index, slot in enumerate(SLOTS):
        if (now := passing.get(slot)) is not None:
            shown.append({"state": now.state, "name": now.name, "detail": now.detail, "message": now.message})
        elif index < len(kept):
            image = kept[index]
            detail = "from the web" if isinstance(image, str) else _crop(image, ratio)
            shown.append({**_EMPTY, "state": "filled", "name": _name(image), "detail": detail})
        else:
            shown.append(dict(_EMPTY))
    return shown


def previews(kept: Sequence[LoadedImage | str]) -> list[bytes]:
    """A small JPEG for each slot; empty where there is nothing in it, or an address that is not fetched yet."""
    return [_preview(kept[index] if index < len(kept) else None) for index in range(len(SLOTS))]


def _preview(image: LoadedImage | str | None) -> bytes:
    if not isinstance(image, LoadedImage):
        return b""
    try:
        return images.thumbnail(image, longest=_PREVIEW_SIDE)
    except (OSError, ValueError):  # the file went away after it was judged; sending it says so
        return b""


def _name(image: LoadedImage | str) -> str:
    return display_name(image) if isinstance(image, str) else image.info.name


def _crop(image: LoadedImage, ratio: str) -> str:
    """Whether the picture has the shape of the video. What does not fit is cut off at the centre (upstream)."""
    across, _, down = ratio.partition(":")
    if not (across.isdigit() and down.isdigit() and int(down) and image.info.height):
        return ""
    wanted = int(across) / int(down)
    return f"fits {ratio}" if abs(image.info.width / image.info.height / wanted - 1) < 0.01 else f"crops to {ratio}"
