"""A recipe inside a video: found again, harmless to the picture, and no damaged file fails the reader."""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import recipes

RECIPE = {"prompt": 'A fox says "Hello" — 狐', "duration": 8, "images": [], "credits_used": None}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)


def a_clip(path: Path) -> bytes:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(5):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), number * 40, "uint8"), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 24)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path.read_bytes()


@pytest.fixture
def clip(tmp_path: Path) -> bytes:
    return a_clip(tmp_path / "clip.mp4")


def frames(data: bytes) -> list[bytes]:
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in container.decode(video=0)]


def test_a_recipe_is_found_again_and_the_picture_is_the_same(clip: bytes) -> None:
    assert recipes.can_hold(io.BytesIO(clip))
    assert recipes.find(io.BytesIO(clip)) is None
    carrying = clip + recipes.box(RECIPE)
    assert recipes.find(io.BytesIO(carrying)) == RECIPE
    assert frames(carrying) == frames(clip)
    assert len(frames(clip)) == 5


def test_the_last_recipe_counts(clip: bytes) -> None:
    carrying = clip + recipes.box({"prompt": "old"}) + recipes.box(RECIPE)
    assert recipes.can_hold(io.BytesIO(carrying))
    assert recipes.find(io.BytesIO(carrying)) == RECIPE


@pytest.mark.parametrize(
    "spoil",
    [
        lambda clip: clip[:-3],  # cut
        lambda clip: clip + b"\0\0\0\0mdat and no end",  # reaches to the end of the file, wherever that is
        lambda clip: clip + struct.pack(">I4s", 1, b"mdat"),  # a long size that is not there
        lambda clip: clip[8:],
        lambda clip: b"",
    ],
    ids=["cut", "open end", "no long size", "headless", "empty"],
)
def test_a_file_that_does_not_end_where_it_says_gets_no_box(clip: bytes, spoil: object) -> None:
    assert not recipes.can_hold(io.BytesIO(spoil(clip)))  # type: ignore[operator]


@given(recipe=st.dictionaries(st.text(), json_values))
def test_any_recipe_comes_back(recipe: dict[str, object]) -> None:
    assert recipes.find(io.BytesIO(struct.pack(">I4s", 8, b"ftyp") + recipes.box(recipe))) == recipe


@given(data=st.binary(max_size=400), tail=st.binary(max_size=40))
def test_no_bytes_fail_the_reader(data: bytes, tail: bytes) -> None:
    for file in (data, recipes.box(RECIPE)[:-1] + tail, data + recipes.box(RECIPE) + tail):
        found = recipes.find(io.BytesIO(file))
        assert found is None or isinstance(found, dict)
        recipes.can_hold(io.BytesIO(file))
