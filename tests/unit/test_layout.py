"""Where the takes of a batch stand, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from seedance_widgets import GenerationRequest, expand
from seedance_widgets.estimate import Estimate
from seedance_widgets.rendering import Layout, batch_head, batch_layout
from seedance_widgets.sweep import Point
from seedance_widgets.takes import Take

SNOW = "A red fox trots through fresh snow at dawn while the wind takes the powder off the drifts, then"


def takes(rows: Sequence[Any]) -> list[Take]:
    found = [row if isinstance(row, Point) else Point(_request(row), {}) for row in rows]
    return [Take(number, row.request, Estimate(10, ""), row.coordinates) for number, row in enumerate(found, 1)]


def _request(row: Any) -> GenerationRequest:
    return GenerationRequest(row) if isinstance(row, str) else GenerationRequest(**row)


def names(layout: Layout) -> list[str]:
    assert layout.columns == [""]
    assert [row["label"] for row in layout.rows] == list(layout.places.values())
    return list(layout.places.values())


def test_a_sweep_is_a_grid_whose_first_axis_is_across() -> None:
    layout = batch_layout(takes(expand("A pier, {move}", move=["static", "orbit"], duration=[4, 8, 12])))
    assert layout.columns == ["static", "orbit"]
    assert layout.rows == [
        {"label": "4 s", "takes": [1, 4]},
        {"label": "8 s", "takes": [2, 5]},
        {"label": "12 s", "takes": [3, 6]},
    ]
    assert layout.places[4] == "orbit, 4 s"
    three = takes(expand("A {hero}, {move}", hero=["fox", "owl"], move=["static", "orbit"], duration=[4, 8]))
    assert [row["label"] for row in batch_layout(three).rows] == [
        "static · 4 s", "orbit · 4 s", "static · 8 s", "orbit · 8 s",
    ]  # fmt: skip


def test_what_was_left_out_of_a_sweep_leaves_its_place_empty() -> None:
    points = expand("A pier, {move}", move=["static", "orbit"], duration=[4, 8])[1:]
    layout = batch_layout(takes(points))
    assert sorted(tuple(row["takes"]) for row in layout.rows) == [(0, 2), (1, 3)]


def test_points_that_fill_no_grid_follow_each_other() -> None:
    pairs = [expand("A {hero}, {move}", hero=[f"fox {n}"], move=[f"pan {n}"])[0] for n in range(200)]
    layout = batch_layout(takes(pairs))
    assert names(layout)[1] == "fox 1, pan 1"
    twice = [*expand("A fox, {move}", move=["static", "orbit"]), *expand("An owl, {move}", move=["static", "orbit"])]
    assert names(batch_layout(takes(twice))) == ["A fox, static", "A fox, orbit", "An owl, static", "An owl, orbit"]
    assert names(batch_layout(takes([*twice[:1], "A hare"]))) == ["A fox, static", "A hare"]
    assert names(batch_layout(takes(expand("A fox, {move}", move=["static", "orbit"])))) == ["static", "orbit"]


@pytest.mark.parametrize(
    ("rows", "called"),
    [
        (["A red fox\n in snow", "An owl"], ["A red fox in snow", "An owl"]),
        ([f"{SNOW} looks up", f"{SNOW} runs", "An owl"], ["…looks up", "…runs", "An owl"]),
        (["狐" * 98, "狐" * 99], ["狐" * 49 + "…", "…狐"]),
        (
            [
                {"prompt": "A fox", "duration": 4},
                {"prompt": "A fox", "duration": 8, "fixed_lens": True},
                {"prompt": "An owl", "duration": 4},
            ],
            ["A fox · 4 s · Moving lens", "A fox · 8 s · Fixed lens", "An owl"],
        ),
        (
            [{"prompt": "A fox", "images": ["a.png"]}, {"prompt": "A fox", "images": ["b.png", "c.png"]}],
            ["a.png", "b.png + c.png"],
        ),
        (["A fox", "A fox", "An owl"], ["A fox (1)", "A fox (2)", "An owl"]),
        (["A fox"], ["A fox"]),
    ],
)
def test_takes_of_a_list_are_told_apart_by_what_differs(rows: list[Any], called: list[str]) -> None:
    assert names(batch_layout(takes(rows))) == called


def test_the_labels_of_a_table_come_first() -> None:
    rows = ["A fox", "An owl", "An owl"]
    assert names(batch_layout(takes(rows), ["a", "b", "c"])) == ["a · A fox", "b · An owl", "c · An owl"]


def test_the_head_says_how_many_and_what_is_the_same() -> None:
    made = takes([{"prompt": "A fox", "duration": 4}, {"prompt": "A fox", "duration": 8}])
    head = batch_head(made, batch_layout(made))
    assert head["title"] == "2 videos"
    assert head["prompt"] == [{"text": "A fox", "variable": False}]
    assert [chip["text"] for chip in head["chips"]] == ["16:9", "720p"]
    other = takes(expand("A pier, {move}", move=["static", "orbit"]))
    assert batch_head(other, batch_layout(other))["prompt"] == []
    assert batch_head(other, batch_layout(other))["title"] == "2 videos · camera move"


def test_of_very_many_the_first_are_shown_and_that_is_said() -> None:
    made = takes([f"A fox, number {number}" for number in range(1203)])
    layout = batch_layout(made)
    assert len(layout.rows) == 200
    assert batch_head(made, layout)["title"] == "1,203 videos, the first 200 are shown"
