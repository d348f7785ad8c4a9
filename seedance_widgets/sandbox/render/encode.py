"""Frames and sound into an MP4 that browsers play: H.264 4:2:0, AAC, index first."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av
import numpy as np

from .planes import Planes, to_frame

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

SAMPLE_RATE: Final = 48_000
_KEYFRAME_SECONDS: Final = 1  # short, so that stepping and scrubbing in a player stay quick
_THREADS: Final = 2  # fixed: x264's output depends on it
_BT709: Final = 1
_LIMITED: Final = 1
# Up to how many pixels a frame may have for a preset, and its quality: a noisy 1080p photograph must be encoded faster
# than it plays even with one core free. `ultrafast` would save an eighth of the time for three times the bytes.
_PRESETS: Final = ((700_000, "veryfast", 21), (10**9, "superfast", 23))


def write_mp4(
    path: Path, size: tuple[int, int], fps: int, frames: Iterable[Planes], sound: npt.NDArray[np.float32] | None
) -> None:
    """Encode `frames`, and `sound` (2 x samples, -1..1) when there is one, into the file `path`."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        preset, crf = next((name, crf) for pixels, name, crf in _PRESETS if size[0] * size[1] <= pixels)
        options = {
            "preset": preset, "crf": str(crf), "threads": str(_THREADS), "g": str(fps * _KEYFRAME_SECONDS),
            "bf": "0",
        }  # fmt: skip
        video = container.add_stream("libx264", rate=fps, options=options)
        video.width, video.height = size
        video.pix_fmt = "yuv420p"
        video.time_base = Fraction(1, fps)
        context = video.codec_context
        context.colorspace = context.color_primaries = context.color_trc = _BT709
        context.color_range = _LIMITED
        audio = None
        if sound is not None:
            audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="stereo", bit_rate=160_000)
        for number, planes in enumerate(frames):
            frame = to_frame(planes)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio is not None and sound is not None:
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound), format="fltp", layout="stereo")
            block.sample_rate, block.pts, block.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
            container.mux(audio.encode(block))
            container.mux(audio.encode(None))
