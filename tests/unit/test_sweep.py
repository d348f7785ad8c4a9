"""A sweep in pure code: which requests, in which order, with which places."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import GenerationRequest, expand, requests_from
from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.sweep import MOST_TAKES

PIER = "A lighthouse at dusk, {move}"


def places(points: list[Any]) -> list[dict[str, Any]]:
    return [dict(point.coordinates) for point in points]


def test_placeholders_and_settings_are_axes_and_the_last_changes_fastest() -> None:
    points = expand(PIER, move=["static", "slow orbit"], duration=[4, 8], resolution="480p")
    assert places(points) == [
        {"move": "static", "duration": 4},
        {"move": "static", "duration": 8},
        {"move": "slow orbit", "duration": 4},
        {"move": "slow orbit", "duration": 8},
    ]
    assert points[3].request == GenerationRequest("A lighthouse at dusk, slow orbit", duration=8, resolution="480p")
    assert requests_from(points, aspect_ratio="1:1")[0].aspect_ratio == "1:1"


def test_the_same_request_comes_once() -> None:
    assert places(expand(PIER, move=["static", "static"], duration=[4, "4", 4.0, 8])) == [
        {"move": "static", "duration": 4},
        {"move": "static", "duration": 8},
    ]
    assert len(expand("A fox {a}{b}", a=["x", "xy"], b=["yz", "z"])) == 3  # "xyz" twice
    assert len(expand("A fox", duration=np.array([4, 8]))) == 2


def test_braces_that_are_doubled_are_braces_and_one_name_may_do_both() -> None:
    (only,) = expand("A sign says {{now}}, {duration} s", duration=4)
    assert (only.request.prompt, only.request.duration, only.coordinates) == ("A sign says {now}, 4 s", 4, {})


def test_other_placeholders_have_values_of_their_own() -> None:
    (point, _) = expand("{hero} waits, {move}", {"hero": "A fox", "unused": object()}, move=["static", "orbit"])
    assert point.request.prompt == "A fox waits, static"
    with pytest.raises(InvalidRequestError, match=r"\{hero\} has no value"):
        expand("{hero} waits, {move}", move=["static"])


def test_guide_images_are_one_setting_or_an_axis_of_lists() -> None:
    assert len(expand("A fox", images=["a.png", "b.png"])) == 1
    points = expand("A fox", images=[["a.png"], ["b.png"], []])
    assert [point.request.images for point in points] == [("a.png",), ("b.png",), ()]


@pytest.mark.parametrize(
    ("axes", "error", "why"),
    [
        ({"move": ["static"], "seed": [1, 2]}, TypeError, "takes no seed"),
        ({"mood": ["calm"]}, TypeError, r"The prompt has \{move\}. Write \{mood\} into the prompt"),
        ({"prompt": ["A fox"]}, TypeError, "neither a placeholder"),
        ({"move": [["static"]]}, TypeError, "texts or numbers"),
        ({"move": None}, TypeError, "texts or numbers"),
        ({"move": []}, InvalidRequestError, "move has no values"),
        ({"move": map(str, range(201))}, InvalidRequestError, "201 takes; 200 is the most"),
        ({"move": itertools.count()}, InvalidRequestError, "40,000 takes"),
    ],
)
def test_what_makes_no_sweep_says_why(axes: dict[str, Any], error: type[Exception], why: str) -> None:
    with pytest.raises(error, match=why):
        expand(PIER, **axes)


@given(
    st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=5),
    st.lists(st.sampled_from([4, 8, 12]), min_size=1, max_size=5),
    st.booleans(),
)
def test_each_place_is_there_once_and_in_order(moves: list[str], durations: list[int], turned: bool) -> None:
    axes = {"move": moves, "duration": durations}
    points = expand(PIER, **(dict(reversed(axes.items())) if turned else axes))
    assert len(points) == len(set(moves)) * len(set(durations)) <= MOST_TAKES
    seen = [(point.coordinates["move"], point.coordinates["duration"]) for point in points]
    assert len(set(seen)) == len(seen)
    for point, (move, duration) in zip(points, seen, strict=True):
        assert point.request.prompt == PIER.replace("{move}", move)
        assert point.request.duration == duration
    first = [duration if turned else move for move, duration in seen]
    order = list(dict.fromkeys(durations if turned else moves))
    assert first == sorted(first, key=order.index)
