"""What is made of a finished video."""

from __future__ import annotations

import io
import struct
import sys
from pathlib import Path
from typing import Literal

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from seedance_widgets import footage
from seedance_widgets.errors import ConfigurationError, MediaError
from tests.support.clips import spoken_clip, tiny_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    spoken_clip(path)
    return path


def still_of(path: Path, frame: Literal["first", "last"] = "last") -> footage.Still:
    with path.open("rb") as file:
        return footage.still(file, frame, path.name)


def test_the_last_frame_is_the_last_one_as_it_was_rendered(clip: Path) -> None:
    still = still_of(clip)
    picture = Image.open(io.BytesIO(still.data))
    assert (picture.format, picture.size) == ("PNG", (320, 180))
    assert min(low for low, _ in picture.getextrema()) > 240, "the frame before it is dark"
    assert still.at == pytest.approx(48 / 24)


def test_the_first_frame_is_the_first_one(clip: Path) -> None:
    still = still_of(clip, "first")
    picture = Image.open(io.BytesIO(still.data))
    assert max(high for _, high in picture.getextrema()) < 4, "the frame after it is lighter"
    assert still.at == 0


@pytest.mark.parametrize(("suffix", "codec"), [(".webm", "libvpx"), (".mkv", "libx264"), (".mov", "mpeg4")])
def test_videos_of_other_programs_have_frames_too(tmp_path: Path, suffix: str, codec: str) -> None:
    path = tmp_path / f"clip{suffix}"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(26):
            grey = np.full((48, 64, 3), 9 * number, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        container.mux(stream.encode(None))
    assert footage.is_video(path.read_bytes()[:32])
    still = still_of(path)
    assert still.at == pytest.approx(1, abs=0.01)
    assert abs(Image.open(io.BytesIO(still.data)).getpixel((30, 20))[0] - 225) < 8


def test_a_video_held_upright_gives_an_upright_frame(tmp_path: Path) -> None:
    path = tmp_path / "phone.mp4"
    corner = np.zeros((180, 320, 3), np.uint8)
    corner[:90, :160] = 255
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(corner, format="rgb24")))
        container.mux(stream.encode(None))
    data = bytearray(path.read_bytes())
    matrix = data.index(b"tkhd") + 44  # ISO 14496-12: behind flags, times, id, duration, layer and volume
    data[matrix : matrix + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 180 << 16, 0, 1 << 30)
    path.write_bytes(data)
    picture = Image.open(io.BytesIO(still_of(path).data)).convert("L")
    assert picture.size == (180, 320)
    assert [picture.getpixel(place) > 128 for place in ((20, 20), (160, 20), (20, 300), (160, 300))] == [
        False,
        True,
        False,
        False,
    ]


def test_a_frame_that_takes_too_long_is_given_up(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footage, "_SECONDS_MAX", -1.0)
    with pytest.raises(MediaError, match="too long"):
        still_of(clip)


def test_a_frame_of_gigabytes_is_not_decoded(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(footage, "_PIXELS_MAX", 320 * 180 // 2)
    with pytest.raises(MediaError, match="cannot be decoded"):
        still_of(clip)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000), st.binary(min_size=1, max_size=200), st.integers(0, 1_000_000))
def test_no_bytes_of_a_video_do_anything_but_give_a_frame_or_be_refused(place: int, noise: bytes, end: int) -> None:
    whole = tiny_clip()
    place, end = place % len(whole), end % len(whole)
    for data in (whole[:place] + noise + whole[place + len(noise) :], whole[:end], whole[:12] + noise):
        for frame in ("first", "last"):
            try:
                assert footage.still(io.BytesIO(data), frame, "clip.mp4").data
            except MediaError:
                continue


def streams(path: Path) -> list[tuple[str, str]]:
    with av.open(str(path)) as container:
        return [(stream.type, stream.codec_context.name) for stream in container.streams]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size]


def test_a_copy_with_sound_that_plays_elsewhere_has_the_same_picture_bit_for_bit(clip: Path, tmp_path: Path) -> None:
    footage.copy_as(clip, "sound", tmp_path / "copy.mp4")
    assert streams(clip) == [("video", "h264"), ("audio", "aac")]
    assert [kind for kind, _ in streams(tmp_path / "copy.mp4")] == ["video", "audio"]
    assert streams(tmp_path / "copy.mp4")[1][1].startswith("mp3")
    assert packets(tmp_path / "copy.mp4") == packets(clip)


def test_a_copy_in_open_formats_has_all_frames_and_the_sound(clip: Path, tmp_path: Path) -> None:
    footage.copy_as(clip, "open", tmp_path / "copy.webm")
    assert [name.removeprefix("lib") for _, name in streams(tmp_path / "copy.webm")] == ["vp8", "opus"]
    assert len(packets(tmp_path / "copy.webm")) == 49


def test_a_file_that_cannot_be_decoded_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"\0\0\0\x18ftypisom" + bytes(500))
    with pytest.raises(MediaError, match=r"broken\.mp4 is a video that cannot be decoded"):
        still_of(path)
    with pytest.raises(MediaError, match=r"broken\.mp4 cannot be converted"):
        footage.copy_as(path, "sound", tmp_path / "copy.mp4")
    path.write_text("#EXTM3U\nhttp://example.org/a.ts\n")
    with pytest.raises(MediaError):
        still_of(path)


def test_without_pyav_one_line_says_what_to_install(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ConfigurationError, match=r"pip install .seedance-widgets\[video\]"):
        still_of(clip)
    with pytest.raises(ConfigurationError, match="PyAV"):
        footage.copy_as(clip, "sound", tmp_path / "copy.mp4")
