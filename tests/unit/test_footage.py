"""What is made of a finished video."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import av
import pytest
from PIL import Image

from seedance_widgets import footage
from seedance_widgets.errors import ConfigurationError, MediaError
from tests.support.clips import spoken_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "clip.mp4"
    spoken_clip(path)
    return path


def test_the_last_frame_is_the_last_one_as_it_was_rendered(clip: Path) -> None:
    still = footage.last_frame(clip)
    picture = Image.open(io.BytesIO(still.png))
    assert (picture.format, picture.size) == ("PNG", (320, 180))
    assert min(low for low, _ in picture.getextrema()) > 240, "the frame before it is dark"
    assert still.at == pytest.approx(48 / 24)


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
    with pytest.raises(MediaError, match=r"broken\.mp4 cannot be decoded"):
        footage.last_frame(path)
    with pytest.raises(MediaError, match=r"broken\.mp4 cannot be converted"):
        footage.copy_as(path, "sound", tmp_path / "copy.mp4")
    path.write_text("#EXTM3U\nhttp://example.org/a.ts\n")
    with pytest.raises(MediaError):
        footage.last_frame(path)


def test_without_pyav_one_line_says_what_to_install(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ConfigurationError, match=r"pip install .seedance-widgets\[video\]"):
        footage.last_frame(clip)
    with pytest.raises(ConfigurationError, match="PyAV"):
        footage.copy_as(clip, "sound", tmp_path / "copy.mp4")
