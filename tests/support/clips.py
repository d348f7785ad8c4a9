"""Videos made on the spot, for servers that need one to serve."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np


def tiny_clip() -> bytes:
    """The smallest thing that is a video."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        container.mux([*stream.encode(frame), *stream.encode()])
    return out.getvalue()


def spoken_clip(path: Path, size: tuple[int, int] = (320, 180), frames: int = 49) -> None:
    """An MP4 with H.264 and AAC, 24 frames a second. Each frame has a grey of its own, the last one is white."""
    width, height = size
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=24, options={"bf": "2", "g": "24", "crf": "10"})
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        sound = container.add_stream("aac", rate=48_000, layout="stereo")
        for number in range(frames):
            grey = 255 if number == frames - 1 else 2 * number
            frame = av.VideoFrame.from_ndarray(np.full((height, width, 3), grey, np.uint8), format="rgb24")
            frame.pts = number
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        tone = np.sin(np.arange(2000 * frames) * 0.0576).astype(np.float32) * 0.2
        block = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        block.sample_rate, block.pts = 48_000, 0
        container.mux([*sound.encode(block), *sound.encode(None)])
