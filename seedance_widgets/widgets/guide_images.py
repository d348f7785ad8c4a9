"""The two guide images of a form: what is in them, what is being checked, what was refused."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from seedance_widgets import crops, footage, images, validation
from seedance_widgets.capabilities import Model
from seedance_widgets.client.images import fetch_image
from seedance_widgets.errors import InvalidRequestError, Problem
from seedance_widgets.images import LoadedImage
from seedance_widgets.models import GuideImage, Origin, display_name, is_url
from seedance_widgets.validation import megabytes

from .protocol import SLOTS

_EMPTY: Final = {"state": "empty", "name": "", "detail": "", "message": ""}
_PREVIEW_SIDE: Final = 640
_CHECKING: Final = "Checking image"
ADDRESS_MAX: Final = 4000
"""Characters of a web address that is taken from the page."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A state that ends: a file is being checked, or was refused."""

    state: str
    name: str
    detail: str = ""
    message: str = ""
    image: LoadedImage | str | None = None
    """One that is here, and waits for the first frame."""

    @classmethod
    def arriving(cls, name: str, received: int, size: int) -> Passing:
        """A file of which more is to come."""
        return cls("checking", name, f"{megabytes(received)} of {megabytes(size)}", "Sending")

    @classmethod
    def judging(cls, name: str, data: bytes, slot: str) -> Passing:
        """A file that is here."""
        video = footage.is_video(data[: images.HEADER])
        frame = images.FRAME_OF_VIDEO[SLOTS.index(slot)]
        return cls("checking", name, megabytes(len(data)), f"Taking its {frame} frame" if video else _CHECKING)

    @classmethod
    def fetching(cls, url: str) -> Passing:
        """An address was given, and what is there is being fetched."""
        return cls("checking", display_name(url), "from the web", _CHECKING)

    @classmethod
    def refused(cls, name: str, message: str) -> Passing:
        """A file was not taken, and why."""
        return cls("refused", name, message=message)

    @classmethod
    def missing(cls, name: str) -> Passing:
        """An image of an earlier request, of which there is no copy any more."""
        return cls("missing", name, message=f"{name} is not on this machine any more. Add it again.")

    @classmethod
    def waiting(cls, image: LoadedImage | str) -> Passing:
        """A last frame of an earlier request, whose first frame is missing."""
        name = display_name(image) if isinstance(image, str) else image.info.name
        return cls("waiting", name, message=f"{name} comes back with the first frame", image=image)


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


async def fetch(url: str, slot: str) -> LoadedImage:
    """Fetch and judge what lies at an address. InvalidRequestError says what is wrong with it."""
    source = await fetch_image(url)
    return await asyncio.to_thread(images.load, source, index=SLOTS.index(slot))


def cropped(kept: Sequence[LoadedImage | str], slot: str, at: object) -> list[LoadedImage | str]:
    """The images with the crop of one of them around another point; as they are where that is none."""
    changed = list(kept)
    try:
        place = crops.point(at)
    except ValueError:
        return changed
    index = SLOTS.index(slot)
    if index < len(changed) and isinstance(image := changed[index], LoadedImage):
        changed[index] = LoadedImage(image.info.cut_at(*place), replace(image.source, crop=place))
    return changed


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
    """What was passing is over in the slots that are filled, and so is any waiting for the first."""
    for index, slot in enumerate(SLOTS):
        if index < len(kept) or (kept and slot in passing and passing[slot].image):
            passing.pop(slot, None)


def waiting(passing: Mapping[str, Passing]) -> list[LoadedImage | str]:
    """The last frame, where it waits for the first."""
    return [now.image for now in passing.values() if now.image is not None]


def bring_back(asked: Sequence[Any], find: Callable[[GuideImage], GuideImage]) -> tuple[list[Any], dict[str, Passing]]:
    """The images of an earlier request: those that are here, and what the slots say of the others. `find` gives an
    image with its copy. Reads them."""
    kept: list[LoadedImage | str] = []
    passing: dict[str, Passing] = {}
    for index, (slot, image) in enumerate(zip(SLOTS, asked, strict=False)):
        source = find(image) if isinstance(image, GuideImage) and image.path is None else image
        try:
            (found,) = load_all([source])
        except InvalidRequestError:
            passing[slot] = Passing.missing(display_name(image))
            continue
        if len(kept) < index:
            passing[slot] = Passing.waiting(found)
        else:
            kept.append(found)
    return kept, passing


def problems(passing: Mapping[str, Passing]) -> list[Problem]:
    """What keeps a request from being sent: a video without a picture that belongs to it is not the one meant."""
    missing = [now.name for now in passing.values() if now.state == "missing"]
    return [Problem("images", f"{name} is missing.", "Add it again, or dismiss it.") for name in missing]


def describe(
    kept: Sequence[LoadedImage | str], passing: dict[str, Passing], ratio: str, resolution: str, model: Model
) -> list[dict[str, Any]]:
    """The slots as the page shows them."""
    shown: list[dict[str, Any]] = []
    for index, slot in enumerate(SLOTS):
        if (now := passing.get(slot)) is not None:
            shown.append({"state": now.state, "name": now.name, "detail": now.detail, "message": now.message})
        elif index < len(kept):
            check = _check(kept[index], slot, ratio, resolution, model)
            shown.append({**_EMPTY, "state": "filled", **_facts(kept[index], ratio, model), **check})
        else:
            shown.append(dict(_EMPTY))
    return shown


def previews(kept: Sequence[LoadedImage | str], made: dict[str, bytes]) -> list[bytes]:
    """A small JPEG for each slot; empty where there is nothing in it, or an address that is not fetched yet. What is in
    `made`, by the hash of its image, is not made again."""
    there = {image.info.sha256: image for image in kept if isinstance(image, LoadedImage)}
    found = {sha256: made.get(sha256) or _preview(image) for sha256, image in there.items()}
    made.clear()
    made.update(found)
    wanted = [image.info.sha256 if isinstance(image, LoadedImage) else "" for image in kept]
    return [found.get(sha256, b"") for sha256 in [*wanted, "", ""][: len(SLOTS)]]


def _preview(image: LoadedImage) -> bytes:
    try:
        return images.thumbnail(image, longest=_PREVIEW_SIDE)
    except (OSError, ValueError):  # the file went away after it was judged; sending it says so
        return b""


def _facts(image: LoadedImage | str, ratio: str, model: Model) -> dict[str, Any]:
    if isinstance(image, str):
        return {"name": display_name(image), "detail": "from the web"}
    info = image.info
    box = info.box(ratio)
    picture = {
        "width": info.width,
        "height": info.height,
        "crop": [box[0], box[1], box[2] - box[0], box[3] - box[1]] if box else None,
        "proposal": _proposal(image, ratio, model),
    }
    said = {"name": info.name, "detail": f"crops to {ratio}" if box else f"fits {ratio}", "picture": picture}
    return {**said, "origin": _origin(info.origin)} if info.origin else said


def _origin(origin: Origin) -> dict[str, str]:
    """Where a frame is from, in words."""
    return {
        "title": f"From \u201c{origin.video}\u201d",
        "text": f"Its {origin.frame} frame, taken at {origin.at:.2f} s",
    }


def _check(image: LoadedImage | str, slot: str, ratio: str, resolution: str, model: Model) -> dict[str, Any]:
    """A word of caution on an image, in the shape of one on a prompt; nothing where there is none."""
    advice = None if isinstance(image, str) else validation.image_advice(image.info, ratio, resolution, model)
    if advice is None:
        return {}
    better = advice.resolution
    fix = {"label": f"Use {better}", "short": f"Use {better}", "changes": {"resolution": better}} if better else None
    message = f"The {validation.FRAME_NAMES[SLOTS.index(slot)]} {advice.text}"
    row = {"id": f"{slot}-frame", "severity": "hint", "message": message, "start": 0, "end": 0, "fix": fix}
    return {"check": row}


def _proposal(image: LoadedImage, ratio: str, model: Model) -> dict[str, str] | None:
    """Another ratio, where the chosen one cuts off much; not to somebody who has placed the crop already."""
    info = image.info
    better = "" if info.crop else crops.proposal(info.width, info.height, ratio, model.aspect_ratios)
    if not better:
        return None
    fits = crops.box(info.width, info.height, better) is None
    return {"text": f"This picture is {better}." if fits else f"{better} keeps more of this picture.", "ratio": better}
