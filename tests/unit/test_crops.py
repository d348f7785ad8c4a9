"""Where a guide image is cut: the arithmetic that form, fingerprint and upload share."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import crops
from seedance_widgets.capabilities import DEFAULT_MODEL
from tests.unit.strategies import anything

ratios = st.sampled_from(DEFAULT_MODEL.aspect_ratios)
sides = st.integers(1, 6000)
parts = st.floats(0, 1)


@given(sides, sides, ratios, st.none() | st.tuples(parts, parts))
def test_a_crop_lies_in_the_picture_and_is_as_large_as_it_can_be(
    width: int, height: int, ratio: str, at: crops.Point | None
) -> None:
    box = crops.box(width, height, ratio, at)
    if box is None:
        return
    left, top, right, bottom = box
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert right - left == width or bottom - top == height


@given(sides, sides, ratios, st.integers(0, 6000))
def test_every_pixel_can_be_reached_and_is_kept(width: int, height: int, ratio: str, step: int) -> None:
    centred = crops.box(width, height, ratio)
    if centred is None:
        return
    left, top, right, bottom = centred
    room = (width - (right - left)) + (height - (bottom - top))
    place = step % (room + 1)
    across = bottom - top == height
    wanted = (place, 0, place + right - left, height) if across else (0, place, width, place + bottom - top)
    middle = ((wanted[0] + wanted[2]) / 2 / width, (wanted[1] + wanted[3]) / 2 / height)
    assert crops.box(width, height, ratio, middle) == wanted


def test_every_clip_of_the_model_has_the_shape_it_is_called() -> None:
    for (_, ratio), (width, height) in DEFAULT_MODEL.pixels.items():
        assert crops.box(width, height, ratio) is None


@pytest.mark.parametrize(
    ("size", "ratio", "box"),
    [
        ((400, 300), "16:9", (0, 38, 400, 263)),
        ((400, 300), "9:16", (116, 0, 285, 300)),
        ((400, 300), "4:3", None),
        ((400, 300), "round", None),
        ((400, 300), "0:1", None),
        ((0, 300), "16:9", None),
    ],
)
def test_the_crop_is_at_the_centre_until_it_is_moved(size: tuple[int, int], ratio: str, box: object) -> None:
    assert crops.box(*size, ratio) == box


@pytest.mark.parametrize(
    ("size", "ratio", "proposed"),
    [
        ((400, 300), "16:9", "4:3"),
        ((1600, 900), "9:16", "16:9"),
        ((400, 300), "4:3", ""),
        ((864, 496), "16:9", ""),
        ((1500, 1000), "16:9", "4:3"),
        ((1000, 1000), "21:9", "1:1"),
    ],
)
def test_a_ratio_that_keeps_more_of_the_picture_is_proposed(size: tuple[int, int], ratio: str, proposed: str) -> None:
    assert crops.proposal(*size, ratio, DEFAULT_MODEL.aspect_ratios) == proposed


@given(anything)
def test_nothing_from_outside_that_is_no_place_passes_for_one(given_: Any) -> None:
    try:
        across, down = crops.point(given_)
    except ValueError:
        return
    assert 0 <= across <= 1
    assert 0 <= down <= 1
