"""Filming guide images: the first frame is the first image, the last frame is the second, the camera moves between."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from .camera import Move, Pose
from .planes import Planes, to_planes

_SPARE: Final = 0.16
"""Share of the frame added on each side, for a camera that looks past the edge of the image."""
_SLACK_MAX: Final = 0.4
"""Share of the frame kept on each side of what the crop to the ratio cut off."""
_CLOSEST: Final = 0.76
"""How much of the frame a camera that pans over an image without anything beside it still sees."""
_DISSOLVE: Final = (0.3, 0.7)
"""Share of the clip during which the first image dissolves into the second."""


class ImageError(Exception):
    """A guide image that cannot be decoded; the message is for people."""


@dataclass(frozen=True, slots=True)
class Box:
    """What the camera sees of an image: a rectangle in frame pixels (0, 0, width, height is the start), sheared."""

    left: float
    top: float
    right: float
    bottom: float
    shear: float = 0.0

    def towards(self, other: Box, share: float) -> Box:
        """The box `share` of the way to another; between two boxes inside the image every box is inside too."""
        pairs = zip(self.values, other.values, strict=True)
        return Box(*(a + (b - a) * share for a, b in pairs))

    @property
    def values(self) -> tuple[float, float, float, float, float]:
        """Edges and shear, in the order of the constructor."""
        return self.left, self.top, self.right, self.bottom, self.shear


class Filmed:
    """One guide image on a canvas somewhat larger than the frame."""

    def __init__(self, picture: Image.Image, size: tuple[int, int]) -> None:
        self._size = size
        width, height = size
        scale = max(width / picture.width, height / picture.height)
        slack = [
            2 * (int(min((side * scale - frame) / 2, _SLACK_MAX * frame)) // 2)
            for side, frame in zip(picture.size, size, strict=True)
        ]
        half = [(frame / 2 + extra) / scale for frame, extra in zip(size, slack, strict=True)]
        centre = picture.width / 2, picture.height / 2
        box = (
            max(0.0, centre[0] - half[0]), max(0.0, centre[1] - half[1]),
            min(float(picture.width), centre[0] + half[0]), min(float(picture.height), centre[1] + half[1]),
        )  # fmt: skip
        real = picture.resize((width + 2 * slack[0], height + 2 * slack[1]), Image.Resampling.LANCZOS, box=box)
        self._slack = slack
        spare = [max(0, 2 * math.ceil(_SPARE * frame / 2) - extra) for frame, extra in zip(size, slack, strict=True)]
        self._offset = [extra + more for extra, more in zip(slack, spare, strict=True)]
        self._planes = to_planes(_extended(real, spare))

    def end_box(self, pose: Pose) -> Box:
        """What is seen at the end of a move, zoomed in as far as it takes to stay within the real image."""
        width, height = self._size
        size = math.exp(-(pose.dolly + pose.zoom))
        across = (pose.pan + pose.truck + 0.35 * pose.orbit) * width
        up = (pose.tilt + pose.crane) * height
        if size < 1.0 or across or up:
            for shift, frame, slack in ((across, width, self._slack[0]), (up, height, self._slack[1])):
                room = (frame + 2 * slack - 2 * abs(shift)) / frame
                if shift and room < size:
                    size = max(room, _CLOSEST)
        across, up = (
            math.copysign(min(abs(shift), max(0.0, (frame + 2 * slack - size * frame) / 2)), shift)
            for shift, frame, slack in ((across, width, self._slack[0]), (up, height, self._slack[1]))
        )
        middle_x, middle_y = width / 2 + across, height / 2 - up
        return Box(
            middle_x - size * width / 2, middle_y - size * height / 2,
            middle_x + size * width / 2, middle_y + size * height / 2, 0.55 * pose.orbit,
        )  # fmt: skip

    def seen(self, box: Box) -> Planes:
        """The frame of what the box holds."""
        width, height = self._size
        left, top = (edge + offset for edge, offset in zip((box.left, box.top), self._offset, strict=True))
        right, bottom = (edge + offset for edge, offset in zip((box.right, box.bottom), self._offset, strict=True))
        frames = []
        for divisor, plane in zip((1, 2, 2), self._planes, strict=True):
            size = width // divisor, height // divisor
            edges = (
                max(0.0, left / divisor), max(0.0, top / divisor),
                min(float(plane.width), right / divisor), min(float(plane.height), bottom / divisor),
            )  # fmt: skip
            if box.shear:
                frames.append(_sheared(plane, size, edges, box.shear))
            elif (edges[2] - edges[0], edges[3] - edges[1]) == size and edges[0] % 1 == edges[1] % 1 == 0:
                frames.append(plane.crop(edges))
            else:
                frames.append(plane.resize(size, Image.Resampling.BILINEAR, box=edges))
        return Planes(*frames)


def _sheared(plane: Image.Image, size: tuple[int, int], edges: tuple[float, ...], shear: float) -> Image.Image:
    """An orbit, as far as a flat picture can show it: what is below the middle shifts against what is above it."""
    left, top, right, bottom = edges
    across, down = (right - left) / size[0], (bottom - top) / size[1]
    lean = shear * across * size[0] / size[1] * 0.5
    matrix = (across, lean, left - lean * size[1] * 0.55, 0.0, down, top)
    return plane.transform(size, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR)


class Film:
    """The frames of a clip with one or two guide images."""

    def __init__(self, images: list[Image.Image], size: tuple[int, int], move: Move, fps: int, frames: int) -> None:
        self._move = move
        self._fps = fps
        self._last = frames - 1
        width, height = size
        self._start = Box(0, 0, width, height)
        self._images = [Filmed(image, size) for image in images]
        self._stops = [self._images[0].end_box(stop) for stop in move.stops]
        self._arrival = self._arrival_box(self._images[-1].end_box(move.last_leg))
        self._size = size

    def _arrival_box(self, end: Box) -> Box:
        """Where the camera comes from, so that the same move ends on the second image exactly."""
        start = self._start
        wider = end.right - end.left < start.right - start.left and end.left + end.right == start.left + start.right
        if wider or end.shear:  # a push arrives from further away; a pan comes from the other side
            return Box(*(2 * a - b for a, b in zip(start.values, end.values, strict=True))).towards(start, 0.35)
        width, height = start.right, start.bottom
        return Box(width - end.right, height - end.bottom, width - end.left, height - end.top, -end.shear)

    def frame(self, number: int) -> Planes:
        """The picture at one moment of the clip."""
        moment = number / self._last
        leg, share = self._move.stage(moment)
        low, high = _DISSOLVE
        mix = min(1.0, max(0.0, (moment - low) / (high - low))) if len(self._images) == 2 else 0.0
        mix = mix * mix * (3 - 2 * mix)
        seen = []
        if mix < 1:
            seen.append(
                self._images[0].seen(self._shaken(self._stops[leg].towards(self._stops[leg + 1], share), number))
            )
        if mix > 0:
            arrived = share if leg == len(self._stops) - 2 else 0.0
            seen.append(self._images[1].seen(self._shaken(self._arrival.towards(self._start, arrived), number)))
        if len(seen) == 1:
            return seen[0]
        return Planes(*(Image.blend(a, b, mix) for a, b in zip(*seen, strict=True)))

    def _shaken(self, box: Box, number: int) -> Box:
        seconds = number / self._fps
        tremor = self._move.tremor(seconds)
        if len(self._images) == 2:  # a steady hand at the end too
            tremor = Pose().plus(tremor, min(1.0, (self._last - number) / self._fps / 0.7))
        across, up = tremor.pan * self._size[0], -tremor.tilt * self._size[1]
        return Box(box.left + across, box.top + up, box.right + across, box.bottom + up, box.shear)


def _extended(picture: Image.Image, spare: list[int]) -> Image.Image:
    """The picture with its edges mirrored outwards, ever softer, so that a camera may look a little past them."""
    across, down = spare
    if not (across or down):
        return picture
    across, down = min(across, picture.width - 2), min(down, picture.height - 2)
    wide = Image.fromarray(np.pad(np.asarray(picture), ((down, down), (across, across), (0, 0)), "reflect"))
    soft = wide.resize((max(2, wide.width // 16), max(2, wide.height // 16)), Image.Resampling.BOX)
    soft = soft.filter(ImageFilter.GaussianBlur(2)).resize(wide.size, Image.Resampling.BICUBIC)
    mask = Image.new("L", wide.size, 255)
    feather = max(4, min(picture.size) // 40)
    inner = (across - feather, down - feather, across + picture.width + feather, down + picture.height + feather)
    mask.paste(0, inner)
    mask = mask.resize((wide.width // 4, wide.height // 4)).filter(ImageFilter.GaussianBlur(feather / 6))
    wide.paste(soft, (0, 0), mask.resize(wide.size, Image.Resampling.BICUBIC))
    wide.paste(picture, (across, down))
    return wide


def open_image(path: Path) -> Image.Image:
    """A guide image, upright and in RGB. ImageError when its bytes cannot be decoded."""
    try:
        with Image.open(path, formats=["JPEG", "PNG", "WEBP"]) as source:
            source.draft("RGB", (4096, 4096))
            picture = ImageOps.exif_transpose(source)
            if picture.mode.startswith("I"):  # 16 bits a sample
                picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
            if picture.has_transparency_data:
                picture = picture.convert("RGBA")
                white = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(white, picture)
            return picture.convert("RGB")
    except Exception as error:  # a damaged file can raise almost anything in an image decoder
        raise ImageError("A guide image could not be read.") from error
