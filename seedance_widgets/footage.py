"""What is made of a finished video: its last frame as a picture, a copy that plays where the file itself does not.

PyAV does it, from the extra `video`; it is imported at first use.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .errors import ConfigurationError, MediaError, Money

if TYPE_CHECKING:
    from types import ModuleType

_PIXELS_MAX: Final = 3840 * 2160
"""More than any video of the model: a damaged file can ask for gigabytes."""

_TAIL: Final = 3.0
"""Seconds before the end from which the last frame is looked for first: keyframes lie closer than that as a rule."""

_UNSPECIFIED: Final = 2
_TALL: Final = 720
"""Lines from which on a video counts as HD."""

_READERS: Final = (("mp4", slice(4, 8), b"ftyp"), ("matroska", slice(0, 4), b"\x1a\x45\xdf\xa3"))
"""The readers that are let near a file, and what files for them hold. Others would open further files and addresses."""


@dataclass(frozen=True, slots=True)
class Copy:
    """A kind of copy: what it is played as, and what its picture and sound are."""

    suffix: str
    media_type: str
    container: str
    picture: str
    """The encoder; empty where the picture stays as it is, bit for bit."""
    sound: str
    rate: int
    """Samples of sound a second."""


COPIES: Final = {
    "sound": Copy(".mp4", "video/mp4", "mp4", "", "libmp3lame", 48_000),
    "open": Copy(".webm", "video/webm", "webm", "libvpx", "libopus", 48_000),
}
"""`sound` is for editors with H.264 and without AAC, as VS Code; they have no Opus either, and MP3 they have. `open` is
for browsers that have no H.264 and play the open formats alone."""


@dataclass(frozen=True, slots=True)
class Still:
    """One frame of a video."""

    png: bytes
    at: float
    """Seconds from the start of the video."""


def last_frame(path: Path) -> Still:
    """The last frame of a video, as it was rendered. ConfigurationError where PyAV is not installed; MediaError where
    no frame can be decoded."""
    av = _av("To take a frame out of a video")
    from PIL import Image as Pillow

    try:
        with _opened(av, path) as video:
            stream = video.streams.video[0]
            frame = _last_of(video, stream)
            picture = Pillow.fromarray(_as_rgb(frame))
            start = stream.start_time or 0
            at = float(((frame.pts or 0) - start) * (stream.time_base or Fraction(1)))
    except Exception:  # noqa: BLE001  a decoder stumbles over a damaged file in its own way each time
        raise MediaError(
            f"{path.name} cannot be decoded.", money=Money.NOTHING, todo="Download it and play it elsewhere."
        ) from None
    out = io.BytesIO()
    picture.save(out, "PNG")
    return Still(out.getvalue(), at)


def copy_as(path: Path, kind: str, target: Path) -> None:
    """Write a copy of a video (`COPIES`) to a new file. ConfigurationError where PyAV is not installed; MediaError
    where it cannot be made."""
    av = _av("To convert a video")
    wanted = COPIES[kind]
    options = {"movflags": "+faststart"} if wanted.container == "mp4" else {}
    try:
        with (
            _opened(av, path) as source,
            av.open(str(target), "w", format=wanted.container, options=options) as copy,
        ):
            _transcode(source, copy, wanted)
    except Exception as error:  # noqa: BLE001  as above; a full disk comes the same way
        raise MediaError(
            f"{path.name} cannot be converted: {error}.", money=Money.NOTHING, todo="Download it and play it elsewhere."
        ) from None


def _transcode(source: Any, copy: Any, wanted: Copy) -> None:
    picture = source.streams.video[0]
    sound = source.streams.audio[0] if source.streams.audio else None
    if wanted.picture:
        rate = picture.average_rate or Fraction(24)
        seen = copy.add_stream(
            wanted.picture, rate=rate, options={"deadline": "realtime", "cpu-used": "8", "crf": "12"}
        )
        seen.width, seen.height, seen.pix_fmt = picture.width, picture.height, "yuv420p"
        seen.bit_rate = 4_000_000
    else:
        seen = copy.add_stream_from_template(picture)
    heard = copy.add_stream(wanted.sound, rate=wanted.rate) if sound else None
    for packet in source.demux(*([picture, sound] if sound else [picture])):
        if packet.stream is sound and heard is not None:
            for frame in packet.decode():
                copy.mux(heard.encode(frame))
        elif wanted.picture:
            for frame in packet.decode():
                frame.pict_type = 0  # the encoder chooses which are keyframes
                copy.mux(seen.encode(frame))
        elif packet.dts is not None:
            packet.stream = seen
            copy.mux(packet)
    if wanted.picture:
        copy.mux(seen.encode(None))
    if heard is not None:
        copy.mux(heard.encode(None))


def _last_of(video: Any, stream: Any) -> Any:
    """Decoded from shortly before the end; from the start where nothing can be decoded from there."""
    end = (stream.start_time or 0) + (stream.duration or 0)
    back = int(end - _TAIL / (stream.time_base or 1))
    last = None
    for start in (back, 0):
        video.seek(max(start, 0), stream=stream)
        for last in video.decode(stream):  # noqa: B007  the last one counts
            pass
        if last is not None:
            return last
    raise ValueError("no frame")


def _as_rgb(frame: Any) -> Any:
    """The colours as browsers show them: what does not say which matrix it is in, is BT.709 from 720 lines on."""
    tall = frame.colorspace == _UNSPECIFIED and frame.height >= _TALL
    wanted = {"src_colorspace": "ITU709"} if tall else {}
    return frame.reformat(format="rgb24", **wanted).to_ndarray()


def _opened(av: ModuleType, path: Path) -> Any:
    with path.open("rb") as file:
        header = file.read(12)
    reader = next(name for name, place, magic in _READERS if header[place] == magic)
    limit = {"max_pixels": str(_PIXELS_MAX)}
    container = av.open(str(path), "r", format=reader, options=limit)
    container.streams.video[0].codec_context.options = limit
    return container


def _av(what_for: str) -> ModuleType:
    try:
        import av
    except ImportError:
        raise ConfigurationError(
            f"{what_for}, PyAV has to be installed.", todo='pip install "seedance-widgets[video]"'
        ) from None
    return av
