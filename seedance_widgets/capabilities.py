"""What each model accepts: the one table of limits.

Form, validation, magics, estimate and sandbox all read it, so a second model (or a changed limit) is a change of data.

Sources, marked at each field: *reference*, the service's own API page; *upstream*, the documentation of the model
behind it, which the service may or may not enforce.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any, Final

SETTINGS: Final = (
    "prompt",
    "images",
    "aspect_ratio",
    "resolution",
    "duration",
    "fixed_lens",
    "generate_audio",
    "prompt_directory_optin",
)
"""The names of every setting, the same in Python, magics, widgets and on the wire (there, images are `input_urls`)."""


@dataclass(frozen=True, slots=True)
class Model:
    """The limits and defaults of one model."""

    id: str
    """The name the service knows it by (reference)."""
    name: str
    """The name people know it by."""
    aspect_ratios: tuple[str, ...]
    """Width to height, from widest to tallest (reference)."""
    resolutions: tuple[str, ...]
    """Smallest first (reference)."""
    durations: tuple[int, ...]
    """Length of a clip in seconds (reference)."""
    pixels: Mapping[tuple[str, str], tuple[int, int]] = field(hash=False)
    """(resolution, aspect ratio) to (width, height) in pixels (upstream)."""
    prompt_min: int = 3
    """Fewest characters of a prompt (reference)."""
    prompt_max: int = 2500
    """Most characters of a prompt (reference)."""
    images_max: int = 2
    """Most guide images: the first frame, then the last frame (reference)."""
    image_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/webp")
    """Media types of a guide image, judged by its bytes (reference)."""
    image_bytes_max: int = 10 * 1024 * 1024
    """Largest guide image in bytes: 10 MB (reference)."""
    image_side: tuple[int, int] = (300, 6000)
    """Shortest and longest side of a guide image in pixels (upstream): advice, not a limit."""
    fps: int = 24
    """Frames a second (upstream)."""
    default_aspect_ratio: str = "16:9"
    default_resolution: str = "720p"
    default_duration: int = 4

    def size(self, resolution: str, aspect_ratio: str) -> tuple[int, int]:
        """Width and height in pixels of a clip with these settings. KeyError where the model has no such pair."""
        return self.pixels[resolution, aspect_ratio]

    def __repr__(self) -> str:
        return f"<Model {self.id}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """A read-only mapping cannot be pickled or copied; what is in it can."""
        return _rebuild, ({each.name: getattr(self, each.name) for each in fields(self)} | {"pixels": {**self.pixels}},)


def _rebuild(values: dict[str, Any]) -> Model:
    return Model(**(values | {"pixels": MappingProxyType(values["pixels"])}))


def _pixels(table: Mapping[str, Mapping[str, tuple[int, int]]]) -> Mapping[tuple[str, str], tuple[int, int]]:
    flat = {(resolution, ratio): size for resolution, row in table.items() for ratio, size in row.items()}
    return MappingProxyType(flat)


SEEDANCE_1_5_PRO: Final = Model(
    id="bytedance/seedance-1.5-pro",
    name="Seedance 1.5 Pro",
    aspect_ratios=("21:9", "16:9", "4:3", "1:1", "3:4", "9:16"),
    resolutions=("480p", "720p", "1080p"),
    durations=(4, 8, 12),
    pixels=_pixels(
        {
            "480p": {
                "16:9": (864, 496),
                "4:3": (752, 560),
                "1:1": (640, 640),
                "3:4": (560, 752),
                "9:16": (496, 864),
                "21:9": (992, 432),
            },
            "720p": {
                "16:9": (1280, 720),
                "4:3": (1112, 834),
                "1:1": (960, 960),
                "3:4": (834, 1112),
                "9:16": (720, 1280),
                "21:9": (1470, 630),
            },
            "1080p": {
                "16:9": (1920, 1080),
                "4:3": (1664, 1248),
                "1:1": (1440, 1440),
                "3:4": (1248, 1664),
                "9:16": (1080, 1920),
                "21:9": (2206, 946),
            },
        }
    ),
)

MODELS: Final[Mapping[str, Model]] = MappingProxyType({SEEDANCE_1_5_PRO.id: SEEDANCE_1_5_PRO})
"""Every model this package knows, by id."""

DEFAULT_MODEL: Final = SEEDANCE_1_5_PRO
