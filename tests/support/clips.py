"""Videos made on the spot, for servers that need one to serve."""

from __future__ import annotations

import io

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
