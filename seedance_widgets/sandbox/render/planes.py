"""Pictures as the encoder wants them: three 8-bit planes, BT.709 limited range, chroma at half size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import numpy as np
from av.video.reformatter import ColorRange, Colorspace
from PIL import Image

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Planes:
    """One picture: luma and the two chroma planes as PIL images of mode L. Width and height of luma are even."""

    y: Image.Image
    cb: Image.Image
    cr: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        return self.y.size

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter((self.y, self.cb, self.cr))

    def copy(self) -> Planes:
        return Planes(self.y.copy(), self.cb.copy(), self.cr.copy())


def to_planes(picture: Image.Image) -> Planes:
    """The planes of an RGB picture of even width and height."""
    frame = av.VideoFrame.from_image(picture).reformat(
        format="yuv420p", src_color_range=ColorRange.JPEG, dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )  # fmt: skip
    images = (Image.fromarray(plane_view(plane).copy()) for plane in frame.planes)
    return Planes(*images)


def plane_view(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.uint8]:
    """The pixels of a frame's plane, without the padding at the end of its rows; writable."""
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]
