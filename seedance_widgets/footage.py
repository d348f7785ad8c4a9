"""What is made of a video: its first or last frame as a picture, a copy that plays where the file itself does not.

PyAV does it, from the extra `video`; it is imported at first use.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal, cast

from . import pixels
from .errors import ConfigurationError, MediaError, Money

if TYPE_CHECKING:
    from types import ModuleType

_PIXELS_MAX: Final = 4096 * 2304
"""What cameras call 4K, more than any video of the model: a damaged file can ask for gigabytes."""

_SECONDS_MAX: Final = 30.0
"""To find one frame. It takes a tenth of a second as a rule, and seconds where a long film has few keyframes."""

_TAIL: Final = 3.0
"""Seconds before the end from which the last frame is looked for first: keyframes lie closer than that as a rule."""

_INSTALL: Final = 'pip install "seedance-widgets[video]"'

_UNSPECIFIED: Final = 2
_TALL: Final = 720
"""Lines from which on a video counts as HD."""

_READERS: Final = (("mp4", slice(4, 8), b"ftyp"), ("matroska", slice(0, 4), b"\x1a\x45\xdf\xa3"))
"""The readers that are let near a file, and what files for them hold. Others would open further files and addresses."""

TYPES: Final = ("video/mp4", "video/quicktime", "video/webm", "video/x-matroska")
"""Media types of what they read."""

PICTURES: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"mif1", b"msf1"), "a HEIC"),
    **dict.fromkeys((b"avif", b"avis"), "an AVIF"),
    b"crx ": "a camera's raw",
}
"""Files with the beginning of an MP4 that are no videos to people, by their brand, and what they are called."""


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

    data: bytes
    """A PNG; a JPEG where that would be too large."""
    at: float
    """Seconds from the start of the video."""


def is_video(header: bytes) -> bool:
    """Whether a file that begins so is a video a frame can be taken from. Pictures come in boxes like an MP4's."""
    return _reader(header) is not None and header[8:12] not in PICTURES


def missing() -> str:
    """What has to be installed first, as a sentence; empty where everything is there."""
    return "" if find_spec("av") else f"To take a frame out of it, PyAV has to be installed: {_INSTALL}"


def still(video: BinaryIO, frame: Literal["first", "last"], name: str) -> Still:
    """The first or last frame of a video, as it is meant to be seen. Anybody's file: it may take up to half a minute.

    ConfigurationError where PyAV is not installed; MediaError where no frame can be decoded.
    """
    av = _av("To take a frame out of a video")
    from PIL import Image as Pillow

    deadline = time.monotonic() + _SECONDS_MAX
    try:
        with _opened(av, cast("BinaryIO", _Hurried(video, deadline))) as opened:
            stream = opened.streams.video[0]
            found = (_last_of if frame == "last" else _first_of)(opened, stream, deadline)
            picture = Pillow.fromarray(_as_rgb(found))
            quarters = found.rotation if found.rotation % 90 == 0 else 0
            turned = picture.rotate(quarters, expand=True)
            start = stream.start_time or 0
            at = float(((found.pts or 0) - start) * (stream.time_base or Fraction(1)))
            return Still(pixels.encode(turned), max(0.0, at))
    except TimeoutError:
        what = f"Finding the {frame} frame of {name} takes too long."
    except Exception:  # noqa: BLE001  a decoder stumbles over a damaged file in its own way each time
        what = f"{name} is a video that cannot be decoded."
    raise MediaError(what, money=Money.NOTHING, todo="Play it elsewhere, and save the frame as a picture.")


@dataclass(frozen=True, slots=True)
class Shape:
    """What can be seen of a request in its video."""

    width: int
    height: int
    seconds: float
    audio: bool


def shape(path: Path) -> Shape | None:
    """What a video says of itself; None where that cannot be read, also without PyAV."""
    try:
        with path.open("rb") as file, _opened(_av("To look at a video"), file) as video:
            stream = video.streams.video[0]
            return Shape(stream.width, stream.height, (video.duration or 0) / 1e6, bool(video.streams.audio))
    except Exception:  # noqa: BLE001  as above
        return None


def strip(path: Path, count: int, height: int) -> tuple[bytes, int]:
    """Frames from the whole length of a video, side by side in one JPEG of that height in pixels; and how many they
    are: at most `count`. ConfigurationError where PyAV is not installed; MediaError where none can be decoded."""
    av = _av("To look through a video")
    import io

    from PIL import Image as Pillow

    try:
        with path.open("rb") as file, _opened(av, file) as video:
            stream = video.streams.video[0]
            stream.thread_type = "AUTO"
            wanted = max(1, (stream.frames or count) // count)
            taken = [
                Pillow.fromarray(_as_rgb(frame)).resize((max(1, height * frame.width // frame.height), height))
                for number, frame in enumerate(video.decode(stream))
                if number % wanted == 0 and number < wanted * count
            ]
            row = Pillow.new("RGB", (sum(each.width for each in taken), height))
            at = 0
            for each in taken:
                row.paste(each, (at, 0))
                at += each.width
    except Exception:  # noqa: BLE001  as above
        raise MediaError(f"{path.name} cannot be decoded.", money=Money.NOTHING) from None
    out = io.BytesIO()
    row.save(out, "JPEG", quality=70)
    return out.getvalue(), len(taken)


def copy_as(path: Path, kind: str, target: Path) -> None:
    """Write a copy of a video (`COPIES`) to a new file. ConfigurationError where PyAV is not installed; MediaError
    where it cannot be made."""
    av = _av("To convert a video")
    wanted = COPIES[kind]
    options = {"movflags": "+faststart"} if wanted.container == "mp4" else {}
    try:
        with (
            path.open("rb") as file,
            _opened(av, file) as source,
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


class _Hurried:
    """A file that can be read up to a point in time: a hostile one may send its reader here and there for ever."""

    def __init__(self, file: BinaryIO, deadline: float) -> None:
        self._file = file
        self._deadline = deadline

    def read(self, size: int = -1) -> bytes:
        _in_time(self._deadline)
        return self._file.read(size)

    def seek(self, place: int, whence: int = 0) -> int:
        return self._file.seek(place, whence)

    def tell(self) -> int:
        return self._file.tell()


def _in_time(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise TimeoutError


def _first_of(video: Any, stream: Any, _deadline: float) -> Any:
    return next(video.decode(stream))


def _last_of(video: Any, stream: Any, deadline: float) -> Any:
    """Decoded from shortly before the end; from the start where nothing can be decoded from there."""
    length = stream.duration
    if length is None:  # Matroska knows it of the whole file only, in microseconds
        length = Fraction(video.duration or 0, 1_000_000) / (stream.time_base or 1)
    back = int((stream.start_time or 0) + length - _TAIL / (stream.time_base or 1))
    last = None
    for start in (back, 0):
        video.seek(max(start, 0), stream=stream)
        for last in video.decode(stream):  # noqa: B007  the last one counts
            _in_time(deadline)
        if last is not None:
            return last
    raise ValueError("no frame")


def _as_rgb(frame: Any) -> Any:
    """The colours as browsers show them: what does not say which matrix it is in, is BT.709 from 720 lines on."""
    tall = frame.colorspace == _UNSPECIFIED and frame.height >= _TALL
    wanted = {"src_colorspace": "ITU709"} if tall else {}
    return frame.reformat(format="rgb24", **wanted).to_ndarray()


def _reader(header: bytes) -> str | None:
    return next((name for name, place, magic in _READERS if header[place] == magic), None)


def _opened(av: ModuleType, video: BinaryIO) -> Any:
    video.seek(0)
    reader = _reader(video.read(12))
    if reader is None:
        raise ValueError("no video")
    video.seek(0)
    limit = {"max_pixels": str(_PIXELS_MAX)}
    container = av.open(video, "r", format=reader, options=limit)
    container.streams.video[0].codec_context.options = limit
    return container


def _av(what_for: str) -> ModuleType:
    try:
        import av
    except ImportError:
        raise ConfigurationError(f"{what_for}, PyAV has to be installed.", todo=_INSTALL) from None
    return av
