"""A request is what it says: its recipe, its fingerprint, its size."""

from __future__ import annotations

import contextlib
import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.capabilities import DEFAULT_MODEL, MODELS, SETTINGS
from seedance_widgets.models import GenerationRequest, GuideImage, display_name
from tests.unit.strategies import anything, images, requests

FOX = GenerationRequest("A red fox trots through fresh snow")
HERO = GuideImage("hero.png", "image/png", 10, "ab" * 32, 640, 360, "/home/ann/hero.png")


@given(requests())
def test_a_recipe_gives_back_its_request(request_: GenerationRequest) -> None:
    again = GenerationRequest.from_dict(json.loads(json.dumps(request_.to_dict())))
    assert again == request_
    assert again.fingerprint == request_.fingerprint
    assert pickle.loads(pickle.dumps(again)) == request_


@given(images, st.text(max_size=9), st.text(max_size=9))
def test_a_fingerprint_does_not_depend_on_where_an_image_lies(image: GuideImage, path: str, name: str) -> None:
    moved = GuideImage(name, image.media_type, image.size, image.sha256, image.width, image.height, path)
    assert moved == image
    assert FOX.replace(images=[moved]).fingerprint == FOX.replace(images=[image]).fingerprint


CHANGES: list[dict[str, Any]] = [
    {"prompt": "A red fox trots through fresh snow."},
    {"aspect_ratio": "9:16"},
    {"resolution": "1080p"},
    {"duration": 8},
    {"fixed_lens": True},
    {"generate_audio": True},
    {"prompt_directory_optin": True},
    {"images": [HERO]},
    {"images": [GuideImage("hero.png", "image/png", 10, "cd" * 32, 640, 360)]},
    {"images": [HERO, HERO]},
    {"images": ["https://m/a.png"]},
]


def test_a_fingerprint_depends_on_every_setting_and_on_the_bytes_of_images() -> None:
    assert {name for change in CHANGES for name in change} == set(SETTINGS)
    prints = {FOX.fingerprint} | {FOX.replace(**change).fingerprint for change in CHANGES}
    assert len(prints) == len(CHANGES) + 1


def test_a_fingerprint_tells_first_frame_from_last() -> None:
    other = GuideImage("end.png", "image/png", 10, "cd" * 32, 640, 360)
    assert FOX.replace(images=[HERO, other]).fingerprint != FOX.replace(images=[other, HERO]).fingerprint


WIDE = GuideImage("hero.png", "image/png", 10, "ab" * 32, 640, 480)


def test_a_moved_crop_is_part_of_what_a_request_is() -> None:
    plain, up = FOX.replace(images=[WIDE]), FOX.replace(images=[WIDE.cut_at(0.5, 0)])
    assert plain.fingerprint != up.fingerprint != FOX.replace(images=[WIDE.cut_at(0.5, 1)]).fingerprint
    again = GenerationRequest.from_dict(json.loads(json.dumps(up.to_dict())))
    assert again == up
    assert again.fingerprint == up.fingerprint


def test_a_crop_that_changes_nothing_leaves_the_fingerprint_of_takes_that_are_there() -> None:
    for image in (WIDE.cut_at(0.5, 0.5), WIDE.cut_at(0.1, 0.5)):
        assert FOX.replace(images=[image]).fingerprint == FOX.replace(images=[WIDE]).fingerprint
    fits = FOX.replace(images=[WIDE.cut_at(0, 0)], aspect_ratio="4:3")
    assert fits.fingerprint == FOX.replace(images=[WIDE], aspect_ratio="4:3").fingerprint
    assert "crop" not in FOX.replace(images=[WIDE]).to_dict()["images"][0]


@pytest.mark.parametrize("place", [(2, 0), (0, -0.1), (float("nan"), 0), ("0", 0), (True, 0)])
def test_a_crop_outside_the_picture_is_refused(place: Any) -> None:
    with pytest.raises(ValueError, match="0 to 1"):
        WIDE.cut_at(*place)
    with pytest.raises(ValueError, match="0 to 1"):
        GuideImage.from_dict({**WIDE.to_dict(), "crop": list(place)})


def test_an_image_nobody_has_read_has_no_fingerprint_and_no_recipe() -> None:
    unread = FOX.replace(images=["hero.png"])
    with pytest.raises(ValueError, match="not been read"):
        _ = unread.fingerprint
    with pytest.raises(ValueError, match="not been read"):
        unread.to_dict()


def test_a_recipe_holds_no_local_path() -> None:
    assert "ann" not in json.dumps(FOX.replace(images=[HERO]).to_dict())


@given(anything)
def test_no_file_that_calls_itself_a_recipe_crashes_the_reader(data: Any) -> None:
    for reader in (GenerationRequest.from_dict, GuideImage.from_dict):
        with contextlib.suppress(ValueError):
            reader(data)


@given(st.dictionaries(st.sampled_from([*SETTINGS, "model"]), anything))
def test_a_recipe_with_odd_values_is_read_for_validation_to_judge(data: dict[str, Any]) -> None:
    try:
        request = GenerationRequest.from_dict({**data, "prompt": "A red fox"})
    except ValueError:
        return
    assert request.size is None or request.size in DEFAULT_MODEL.pixels.values()


@pytest.mark.parametrize("four", [4, "4", "4s", " 4 S ", 4.0])
def test_four_seconds_may_be_written_in_any_usual_way(four: Any) -> None:
    assert GenerationRequest("A red fox", duration=four).duration == 4


@pytest.mark.parametrize(
    ("given_", "kept"),
    [
        (None, ()),
        ("a.png", ("a.png",)),
        (["a.png", "b.png"], ("a.png", "b.png")),
        (b"\x89PNG", (b"\x89PNG",)),
        ((), ()),
    ],
)
def test_one_image_needs_no_list(given_: Any, kept: tuple[Any, ...]) -> None:
    assert GenerationRequest("A red fox", images=given_).images == kept


@pytest.mark.parametrize(
    ("name", "lesson"),
    [
        ("seed", "New take"), ("negative_prompt", "instead"), ("audio", "generate_audio"), ("bogus", "aspect_ratio"),
        ("first_frame", "go in `images`"), ("last_frame", "go in `images`"),
    ],
)  # fmt: skip
def test_an_unknown_setting_gets_an_error_that_teaches(name: str, lesson: str) -> None:
    with pytest.raises(TypeError, match=lesson):
        GenerationRequest.of("A red fox", **{name: 1})
    with pytest.raises(TypeError, match=name):
        FOX.replace(**{name: 1})


def test_every_pair_of_resolution_and_ratio_has_a_size_of_about_that_shape() -> None:
    for model in MODELS.values():
        for resolution in model.resolutions:
            for ratio in model.aspect_ratios:
                width, height = FOX.replace(resolution=resolution, aspect_ratio=ratio).size or (0, 0)
                wide, high = map(int, ratio.split(":"))
                assert width % 2 == height % 2 == 0
                assert abs(width / height / (wide / high) - 1) < 0.03
        assert (model.default_resolution, model.default_aspect_ratio) in model.pixels
        assert model.default_duration in model.durations


@given(st.one_of(st.text(max_size=30), st.binary(max_size=9), st.integers(), st.none()))
def test_whatever_is_given_as_an_image_has_a_name(source: object) -> None:
    assert isinstance(display_name(source), str)
    assert "/" not in display_name(source) or str(source).lower().startswith("http")


def test_a_request_can_be_copied_pickled_and_used_as_a_key() -> None:
    request = FOX.replace(images=[HERO], duration=12)
    for again in (copy.copy(request), copy.deepcopy(request), pickle.loads(pickle.dumps(request))):
        assert again == request
        assert again.model == DEFAULT_MODEL
        assert {request: "take"}[again] == "take"
