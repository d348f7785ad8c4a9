"""Pictures as the encoder wants them: three 8-bit planes, BT.709 limited range, chroma at half size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture: luma and the two chroma planes as PIL images of mode L. Width and height of luma are even."""

    y: Image.Image
    cb: Image.Image
    cr: Image.Image

    def __iter__(self) -> Iterator[Image.Image]:
        return iter((self.y, self.cb, self.cr))


def to_planes(picture: Image.Image) -> Planes:
    """The planes of an RGB picture of even width and height."""
    frame = av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24").reformat(
        format="yuv420p", src_color_range=ColorRange.JPEG, dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )  # fmt: skip
    images = (Image.fromarray(plane_view(plane).copy()) for plane in frame.planes)
    return Planes(*images)


def enlarged(planes: Planes, size: tuple[int, int]) -> Planes:
    """The same picture at another size."""
    frame = to_frame(planes).reformat(*size, format="yuv420p", interpolation=Interpolation.BICUBIC)
    return Planes(*(Image.fromarray(plane_view(plane)) for plane in frame.planes))


def to_frame(planes: Planes) -> av.VideoFrame:
    """The picture as the encoder takes it."""
    frame = av.VideoFrame(*planes.y.size, "yuv420p")
    for plane, image in zip(frame.planes, planes, strict=True):
        plane_view(plane)[:] = np.asarray(image)
    return frame


def plane_view(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.uint8]:
    """The pixels of a frame's plane, without the padding at the end of its rows; writable."""
    rows: npt.NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8)
    rows = rows.reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]
