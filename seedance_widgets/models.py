"""What is asked for: a `GenerationRequest` and its `GuideImage`s. Pure data, no I/O."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final, Literal, Self

from . import crops, recipes
from .capabilities import DEFAULT_MODEL, MODELS, SETTINGS, Model

_TITLE_MAX: Final = 200
"""Characters of a title or an id in a recipe from outside."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which frame of which video a guide image is."""

    video: str
    """What people call it: the beginning of a take's prompt, else a file name, never a path."""
    frame: Literal["first", "last"]
    at: float
    """Seconds from the start of the video."""
    take: str = ""
    """The id of the take, where it is one of ours. A request whose image is from its own parent goes on from it; any
    other with a parent is a remix."""

    @classmethod
    def from_dict(cls, data: object) -> Self | None:
        """From a recipe; None where it holds no such thing, which costs nothing but these words."""
        if not isinstance(data, Mapping):
            return None
        video, frame, take = (str(data.get(name, ""))[:_TITLE_MAX] for name in ("video", "frame", "take"))
        try:
            at = float(data["at"])
        except (KeyError, TypeError, ValueError, OverflowError):
            return None
        return cls(video, "first" if frame == "first" else "last", at, take) if 0 <= at < math.inf else None


@dataclass(frozen=True, slots=True)
class GuideImage:
    """A guide image that has been read and judged by its bytes.

    Where it lies (`path`, `url`) is no part of what it is: two copies of one picture are equal.
    """

    name: str = field(compare=False)
    """What people call it: a file name, never a path."""
    media_type: str
    """`image/jpeg`, `image/png` or `image/webp`, from the bytes."""
    size: int
    """Bytes."""
    sha256: str
    """Of the bytes, as hex."""
    width: int
    """Pixels, as shown (after EXIF rotation)."""
    height: int
    """Pixels, as shown (after EXIF rotation)."""
    path: str | None = field(default=None, compare=False)
    """The local copy, where there is one."""
    crop: crops.Point | None = None
    """Where its crop to the shape of the video lies: the point at the middle, in fractions of the picture. None: at the
    centre."""
    origin: Origin | None = field(default=None, compare=False)
    """The frame of a video that it is, where it is one."""

    def cut_at(self, across: float, down: float) -> Self:
        """The same image with its crop around another point, each from 0 to 1. ValueError for other numbers."""
        return dataclasses.replace(self, crop=crops.point((across, down)))

    def box(self, aspect_ratio: str) -> crops.Box | None:
        """Left, top, right and bottom of what is sent for a ratio, in pixels as shown; None where it is all sent."""
        return crops.box(self.width, self.height, aspect_ratio, self.crop)

    def identity(self, aspect_ratio: str) -> str:
        """What tells it from other images of a request: its hash, and the crop where that was moved."""
        moved = crops.moved(self.width, self.height, aspect_ratio, self.crop)
        return f"{self.sha256} {','.join(map(str, moved))}" if moved else self.sha256

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON, without the local path; `crop` only where it was moved, `origin` only where there is one."""
        data = dataclasses.asdict(self)
        del data["path"]
        return {name: value for name, value in data.items() if value is not None}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`. ValueError where `data` is not such a dict."""
        try:
            return cls(
                name=str(data["name"]),
                media_type=str(data["media_type"]),
                size=int(data["size"]),
                sha256=str(data["sha256"]),
                width=int(data["width"]),
                height=int(data["height"]),
                crop=None if data.get("crop") is None else crops.point(data["crop"]),
                origin=Origin.from_dict(data.get("origin")),
            )
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"Not a guide image: {error}") from None


def is_url(value: object) -> bool:
    """Whether this is a web address (http or https) rather than a path."""
    return isinstance(value, str) and value.lower().startswith(("http://", "https://"))


_UNKNOWN_SETTING_HINTS = {
    "seed": "Seedance 1.5 Pro takes no seed. For another take of the same request use New take (--new).",
    "negative_prompt": "There is no negative prompt. Say what should be there instead.",
    "model": "The model belongs to the connection, not to the request.",
    "image": "Guide images go in `images`, a list of at most two: first frame, last frame.",
    "image_url": "Guide images go in `images`, a list of at most two: first frame, last frame.",
    "first_frame": "Guide images go in `images`, a list of at most two: first frame, last frame.",
    "last_frame": "Guide images go in `images`, a list of at most two: first frame, last frame.",
    "input_urls": "Guide images go in `images`; web addresses are fine there.",
    "audio": "Sound is `generate_audio`.",
    "sound": "Sound is `generate_audio`.",
    "ratio": "The shape of the picture is `aspect_ratio`.",
    "size": "The size follows from `resolution` and `aspect_ratio`.",
    "width": "The size follows from `resolution` and `aspect_ratio`.",
    "height": "The size follows from `resolution` and `aspect_ratio`.",
    "seconds": "The length is `duration`, in seconds.",
    "length": "The length is `duration`, in seconds.",
    "fps": "The frame rate is always 24.",
    "camera_fixed": "A still camera is `fixed_lens`.",
    "share_prompt": "Sharing the prompt is `prompt_directory_optin`.",
    "n": "One request makes one video. Send it again with New take for more.",
}


def unknown_setting_message(name: str) -> str:
    """What to tell someone who used a setting that does not exist."""
    hint = _UNKNOWN_SETTING_HINTS.get(name, "")
    listed = ", ".join(SETTINGS)
    return f"There is no setting {name!r}. {hint + ' ' if hint else ''}The settings are: {listed}."


def check_setting_names(names: Mapping[str, object]) -> None:
    """Raise TypeError with a message that teaches for the first name that is no setting."""
    for name in names:
        if name not in SETTINGS:
            raise TypeError(unknown_setting_message(name))


def _whole_seconds(value: Any) -> Any:
    """4, "4", "4s" and 4.0 all mean four seconds; anything else stays as it is, for validation to name."""
    if isinstance(value, str):
        digits = value.strip().lower().removesuffix("s").strip()
        if digits.isascii() and digits.isdigit() and len(digits) < 6:
            return int(digits)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


@dataclass(frozen=True)
class GenerationRequest:
    """One video, asked for. Values out of range are kept as given: `validation.problems` names all of them at once."""

    prompt: str
    """What the video shows, 3 to 2500 characters (reference)."""
    images: Sequence[Any] = ()
    """Guide images: the first frame, then the last frame. Paths, bytes, PIL images, arrays or web addresses, which
    become `GuideImage`s once read. A video or a finished `Job` stands for its last frame as first frame, and the other
    way round."""
    aspect_ratio: str = DEFAULT_MODEL.default_aspect_ratio
    """Width to height: 21:9, 16:9, 4:3, 1:1, 3:4 or 9:16 (reference)."""
    resolution: str = DEFAULT_MODEL.default_resolution
    """480p, 720p or 1080p (reference)."""
    duration: int = DEFAULT_MODEL.default_duration
    """Seconds: 4, 8 or 12 (reference). A string such as "4" is taken too."""
    fixed_lens: bool = False
    """Ask for a still camera. A wish, not a guarantee."""
    generate_audio: bool = False
    """Ask for sound. Costs more."""
    prompt_directory_optin: bool = False
    """Let the service publish the prompt, perhaps for a lower price. Always sent, False unless asked for."""
    model: Model = field(default=DEFAULT_MODEL, repr=False)

    def __post_init__(self) -> None:
        images = self.images
        if images is None:
            images = ()
        elif isinstance(images, (list, tuple)):
            images = tuple(images)
        else:  # one image on its own: a path, bytes, a picture
            images = (images,)
        object.__setattr__(self, "images", images)
        object.__setattr__(self, "duration", _whole_seconds(self.duration))

    @classmethod
    def of(cls, prompt: str, **settings: Any) -> Self:
        """From a prompt and settings by name. TypeError that teaches for a setting that does not exist."""
        check_setting_names(settings)
        return cls(prompt=prompt, **settings)

    def replace(self, **changes: Any) -> Self:
        """The same request with some settings changed."""
        check_setting_names(changes)
        return dataclasses.replace(self, **changes)

    @property
    def size(self) -> tuple[int, int] | None:
        """Width and height in pixels; None where resolution or aspect ratio is not one the model has."""
        try:
            return self.model.size(self.resolution, self.aspect_ratio)
        except (KeyError, TypeError):
            return None

    @property
    def fingerprint(self) -> str:
        """A hash of everything that makes this request what it is: model, settings, prompt, the bytes of the images and
        where their crops were moved to.

        It does not depend on where images lie or what their files are called. ValueError while an image has not been
        read yet, since only its bytes say what it is.
        """
        images = []
        for image in self.images:
            if isinstance(image, GuideImage):
                images.append(image.identity(self.aspect_ratio))
            elif is_url(image):
                images.append(image)
            else:
                raise ValueError("The guide images have not been read yet, so this request has no fingerprint.")
        facts = {**self.settings(), "images": images, "model": self.model.id}
        canonical = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def settings(self) -> dict[str, Any]:
        """Every setting by name, images left out: what JSON can hold."""
        return {name: getattr(self, name) for name in SETTINGS if name != "images"}

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON (a recipe): settings, model, and images by their facts. ValueError while an image is unread."""
        images: list[Any] = []
        for image in self.images:
            if isinstance(image, GuideImage):
                images.append(image.to_dict())
            elif is_url(image):
                images.append(image)
            else:
                raise ValueError("The guide images have not been read yet.")
        return {**self.settings(), "images": images, "model": self.model.id}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_dict`. Unknown keys are ignored, so that older code reads newer recipes; ValueError where
        `data` holds no request."""
        if not isinstance(data, Mapping) or not isinstance(data.get("prompt"), str):
            raise ValueError("Not a recipe: it has no prompt.")
        kept = {name: data[name] for name in SETTINGS if name in data and name != "images"}
        images = data.get("images", ())
        if not isinstance(images, (list, tuple)):
            raise ValueError("Not a recipe: its images are not a list.")
        read = tuple(image if is_url(image) else GuideImage.from_dict(image) for image in images)
        return cls(images=read, model=MODELS.get(str(data.get("model")), DEFAULT_MODEL), **kept)

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """The request that made a video of ours: from the recipe inside the MP4, else from the JSON beside it. Takes
        that JSON too. OSError where there is no such file, ValueError where it holds no recipe."""
        return cls.from_dict(recipes.of_file(path))


def display_name(source: object) -> str:
    """What to call an image in a message: the end of a path or address, else its type."""
    if isinstance(source, GuideImage):
        return source.name
    if is_url(source):
        return str(source).split("?", 1)[0].rstrip("/").rsplit("/", 1)[-1] or str(source)
    if isinstance(source, (str, PurePath)):
        return PurePath(source).name
    name = getattr(source, "name", None) or getattr(source, "filename", None)
    return PurePath(name).name if isinstance(name, str) and name else f"a {type(source).__name__}"
