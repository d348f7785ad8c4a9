"""Guide images are judged by their bytes, whatever they come as, and nothing that is no image does any harm."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.images import LoadedImage, load, sniff, source_of, suffix, thumbnail

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}


def picture(size: tuple[int, int] = (64, 36), mode: str = "RGB") -> Image.Image:
    return Image.linear_gradient("L").resize(size).convert(mode)


def encoded(kind: str = "PNG", size: tuple[int, int] = (64, 36), mode: str = "RGB", **options: Any) -> bytes:
    out = io.BytesIO()
    picture(size, mode).save(out, kind, **options)
    return out.getvalue()


def png_of_claimed_size(width: int, height: int) -> bytes:
    """A few bytes that unpack to a picture of any size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes((width // 8 + 1) * min(height, 20)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def refusal(image: Any, **more: Any) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        load(image, **more)
    problem = caught.value.problems[0]
    assert problem.field == "images"
    assert str(problem).isprintable()
    return str(problem)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", ["hero.png", "hero.jpg", "hero.gif", "hero", "hero.txt", "ünïcode 🦊.webp", "a b.png"])
def test_an_image_is_what_its_bytes_say_whatever_its_name(tmp_path: Path, kind: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(kind))
    info = load(path).info
    assert (info.media_type, info.width, info.height) == (TYPES[kind], 64, 36)
    assert (info.size, info.name, info.path) == (path.stat().st_size, name, str(path))
    assert suffix(info.media_type) in (".jpg", ".png", ".webp")


@pytest.mark.parametrize("kind", TYPES)
def test_the_same_picture_is_the_same_however_it_is_handed_over(tmp_path: Path, kind: str) -> None:
    data = encoded(kind)
    path = tmp_path / "hero"
    path.write_bytes(data)
    with path.open("rb") as file:
        file.read(5)  # someone has looked at it already
        ways: list[Any] = [path, str(path), data, bytearray(data), memoryview(data), io.BytesIO(data), file]
        assert len({load(way).info for way in ways}) == 1
        assert not file.closed


def test_a_stream_that_cannot_go_back_is_read_once() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "wb") as end:
        end.write(encoded())
    with os.fdopen(read, "rb") as pipe:
        image = load(pipe)
    assert load(image.source).info == image.info


@pytest.mark.parametrize(
    "mode", ["1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "I", "F", "LA", "PA", "I;16"]
)
def test_a_picture_in_memory_of_any_mode_is_an_image(mode: str) -> None:
    image = load(Image.new(mode, (64, 36)))
    assert (image.info.media_type, image.info.width, image.info.height) == ("image/png", 64, 36)
    assert Image.open(io.BytesIO(thumbnail(image))).size == (64, 36)


@pytest.mark.parametrize("shape", [(36, 64), (36, 64, 3), (36, 64, 4)])
def test_an_array_of_bytes_is_an_image(shape: tuple[int, ...]) -> None:
    info = load(np.full(shape, 128, np.uint8)).info
    assert (info.width, info.height) == (64, 36)


def test_a_lossless_picture_keeps_every_pixel() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (36, 64, 3), np.uint8)
    with load(pixels).source.open() as file:
        assert (np.asarray(Image.open(file)) == pixels).all()


def test_sixteen_bits_of_grey_do_not_turn_white() -> None:
    grey = load(np.full((36, 64), 0x8000, np.uint16))
    with grey.source.open() as file:
        assert abs(int(np.asarray(Image.open(file)).mean()) - 128) <= 1


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble])
@pytest.mark.parametrize("shape", [(36, 64), (36, 64, 1), (36, 64, 3), (36, 64, 4)])
def test_decimals_from_0_to_1_are_the_same_picture_as_whole_numbers(shape: tuple[int, ...], dtype: Any) -> None:
    levels = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    with load((levels / 255).astype(dtype)).source.open() as file:
        assert (np.asarray(Image.open(file)) == levels.squeeze()).all()


def test_decimals_a_little_beyond_white_and_black_are_white_and_black() -> None:
    array = np.full((36, 64, 3), 1.004)
    array[:18] = -0.004
    with load(array).source.open() as file:
        assert sorted(set(np.asarray(Image.open(file)).ravel().tolist())) == [0, 255]


NOT_DECIMALS = {
    "a hole": (np.full((36, 64, 3), np.nan), "nan_to_num"),
    "infinity": (np.where(np.eye(36) == 1, np.inf, 0.5), "nan_to_num"),
    "0 to 255": (np.linspace(0, 255, 36 * 64).reshape(36, 64), 'astype("uint8")'),
    "-1 to 1": (np.linspace(-1, 1, 36 * 64).reshape(36, 64), "Scale it"),
    "an elevation": (np.linspace(0, 8848, 36 * 64).reshape(36, 64), "Scale it"),
    "colours first": (np.zeros((3, 36, 64)), "transpose(1, 2, 0)"),
    "colours first, whole": (np.zeros((3, 36, 64), np.uint8), "transpose(1, 2, 0)"),
}


@pytest.mark.parametrize("case", NOT_DECIMALS)
def test_an_array_of_other_numbers_is_refused_with_the_line_that_helps(case: str) -> None:
    array, line = NOT_DECIMALS[case]
    assert line in refusal(array)


@pytest.mark.parametrize(
    "array",
    [np.zeros((36, 64, 3), np.int64), np.zeros((36, 64, 5), np.uint8), np.zeros(9, np.uint8),
     np.zeros((0, 0, 3), np.uint8), np.zeros((2, 2, 2, 2), np.uint8), np.array(["a"]), np.array(None)],
)  # fmt: skip
def test_an_array_that_is_no_picture_is_refused(array: Any) -> None:
    assert refusal(array)


@pytest.mark.parametrize("thing", [3, 3.5, None, object(), {"a": 1}, [b"x"], lambda: 1, range(3), Exception("x"), int])
def test_what_is_no_image_at_all_is_refused(thing: Any) -> None:
    assert refusal(thing)


class Odd:
    """A file that is none."""

    def __init__(self, answer: Any = None, seekable: Any = None) -> None:
        self._answer = answer
        if seekable is not None:
            self.seekable = seekable

    def read(self, _size: int = -1) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


@pytest.mark.parametrize("answer", ["text", None, 5, [1, 2], RuntimeError("no"), OSError("no")])
def test_a_file_that_gives_no_bytes_is_refused(answer: Any) -> None:
    assert refusal(Odd(answer))
    assert refusal(Odd(answer, seekable=lambda: True))


def test_a_closed_or_a_text_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hero.png"
    path.write_bytes(encoded())
    with path.open("rb") as closed, path.open() as text:
        assert '"rb"' in refusal(text)
    assert refusal(closed)


def test_a_picture_whose_file_is_damaged_or_closed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cut.png"
    path.write_bytes(encoded(size=(640, 360))[:400])
    with Image.open(path) as lazy:
        assert refusal(lazy)
    assert refusal(lazy)


BAD_PATHS = ["no such file.png", "", " ", "a\0b.png", "~nobody-here/x.png", "x" * 5000, "/", ".", "/dev/null",
             "/dev/zero", "hero\u202egnp.exe", "\ud800.png", "https://example.com/a.png"]  # fmt: skip


@pytest.mark.parametrize("path", BAD_PATHS, ids=lambda path: ascii(path)[:20])
def test_a_path_that_leads_to_no_file_is_refused(path: str) -> None:
    assert refusal(path)
    assert refusal(os.fsencode(path)) if path.isascii() else True


def test_a_path_object_that_holds_no_text_is_refused() -> None:
    class Bytes:
        def __fspath__(self) -> bytes:
            return b"hero.png"

    class Broken:
        def __fspath__(self) -> str:
            raise RuntimeError

    assert refusal(Bytes())
    assert refusal(Broken())


def test_a_file_nobody_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hero.png"
    path.write_bytes(encoded())
    source = source_of(path)
    path.unlink()
    assert "cannot be read" in refusal(source)


OTHER = {
    "HEIC": (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC"),
    "AVIF": (b"\0\0\0\x18ftypavif" + bytes(100), "AVIF"),
    "MP4": (b"\0\0\0\x18ftypisom" + bytes(100), "video"),
    "GIF": (encoded("GIF"), "GIF"),
    "BMP": (encoded("BMP"), "BMP"),
    "TIFF": (encoded("TIFF"), "TIFF"),
    "PDF": (b"%PDF-1.7\n", "PDF"),
    "SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "page": (b"<!DOCTYPE html><html>", "web page"),
    "text": (b"A red fox", "not an image"),
    "empty": (b"", "empty"),
    "one byte": (b"\xff", "not an image"),
}


@pytest.mark.parametrize("kind", OTHER)
def test_a_file_of_another_kind_is_called_what_it_is(tmp_path: Path, kind: str) -> None:
    data, word = OTHER[kind]
    path = tmp_path / "hero.png"
    path.write_bytes(data)
    for way in (path, data, io.BytesIO(data)):
        assert word in refusal(way, index=1)
    assert "hero.png (last frame)" in refusal(path, index=1)


@pytest.mark.parametrize("kind", TYPES)
def test_a_truncated_image_is_refused_before_it_costs_anything(kind: str) -> None:
    data = encoded(kind, size=(320, 180))
    for share in (0.1, 0.5, 0.8):
        assert refusal(data[: int(len(data) * share)])


@given(st.sampled_from(list(TYPES)), st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_do_anything_but_load_or_be_refused(kind: str, noise: bytes, place: int) -> None:
    whole = SAMPLES[kind]
    for data in (noise, whole[:16] + noise, whole[:place] + noise + whole[place + len(noise) :]):
        try:
            image = load(data)
        except InvalidRequestError:
            continue
        assert isinstance(image, LoadedImage)
        assert thumbnail(image)


SAMPLES = {kind: encoded(kind, exif=Image.Exif()) for kind in TYPES}


def test_a_small_file_that_unpacks_to_gigabytes_is_refused_at_once() -> None:
    bombs = [png_of_claimed_size(side, side) for side in (9_000, 60_000, 2_000_000)]
    tracemalloc.start()
    try:
        for bomb in bombs:
            assert "pixels" in refusal(bomb)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


def test_the_largest_picture_the_model_takes_is_not_a_bomb() -> None:
    info = load(encoded("JPEG", size=(6000, 4000), quality=30)).info
    assert (info.width, info.height) == (6000, 4000)


@pytest.mark.parametrize("extra", [0, 1])
def test_ten_megabytes_are_the_most(tmp_path: Path, extra: int) -> None:
    data = encoded("JPEG")
    path = tmp_path / "hero.jpg"
    path.write_bytes(data + bytes(10 * 1024 * 1024 - len(data) + extra))
    for way in (path, path.read_bytes()):
        if extra:
            assert "10 MB is the most" in refusal(way)
        else:
            assert load(way).info.size == 10 * 1024 * 1024


@pytest.mark.parametrize("orientation", range(10))
@pytest.mark.parametrize("kind", TYPES)
def test_a_picture_is_measured_and_shown_the_way_the_camera_was_held(kind: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = load(encoded(kind, exif=exif))
    expected = (36, 64) if orientation in (5, 6, 7, 8) else (64, 36)
    assert (image.info.width, image.info.height) == expected
    assert Image.open(io.BytesIO(thumbnail(image))).size == expected
    with Image.open(io.BytesIO(encoded(kind, exif=exif))) as opened:
        upright = load(opened).info
    assert (upright.width, upright.height) == expected


def test_exif_that_is_garbage_spoils_no_picture() -> None:
    image = load(encoded("JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(range(256))))
    assert (image.info.width, image.info.height) == (64, 36)
    assert thumbnail(image)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_a_thumbnail_shows_transparency_as_a_video_would(mode: str) -> None:
    clear = Image.new("RGBA", (64, 36), (255, 255, 255, 0)).convert(mode)
    shown = Image.open(io.BytesIO(thumbnail(load(clear))))
    assert shown.mode == "RGB"
    assert shown.getpixel((5, 5)) == ((0, 0, 0) if mode != "P" else shown.getpixel((5, 5)))


def test_a_thumbnail_is_small_and_whole() -> None:
    shown = Image.open(io.BytesIO(thumbnail(load(encoded(size=(2000, 500))))))
    assert shown.size == (480, 120)


@given(st.binary(max_size=40))
def test_no_header_confuses_the_sniffer(header: bytes) -> None:
    assert sniff(header) in (None, *TYPES.values())


def test_looking_at_an_image_does_not_load_the_decoder_first() -> None:
    code = "import sys, seedance_widgets.images; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
