"""Every limit of the reference, on both sides of it, and all problems at once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.capabilities import DEFAULT_MODEL, SETTINGS
from seedance_widgets.errors import InvalidRequestError, Problem
from seedance_widgets.models import GenerationRequest, GuideImage
from seedance_widgets.validation import check, image_advice, image_problem, megabytes, problems
from tests.unit.strategies import anything

FOX = GenerationRequest("A red fox")
TEN_MB = 10 * 1024 * 1024


def image(**facts: Any) -> GuideImage:
    usual: dict[str, Any] = {
        "name": "hero.png", "media_type": "image/png", "size": 9, "sha256": "ab" * 32, "width": 640, "height": 360
    }  # fmt: skip
    return GuideImage(**{**usual, **facts})


ALLOWED: list[dict[str, Any]] = [
    {"prompt": "fox"},
    {"prompt": "x" * 2500},
    {"prompt": "狐狸🦊"},
    *({"aspect_ratio": ratio} for ratio in ("1:1", "21:9", "4:3", "3:4", "16:9", "9:16")),
    *({"resolution": resolution} for resolution in ("480p", "720p", "1080p")),
    *({"duration": seconds} for seconds in (4, 8, 12, "4", "8", "12")),
    *({name: value} for name in ("fixed_lens", "generate_audio", "prompt_directory_optin") for value in (True, False)),
    {"images": [image()]},
    {"images": [image(), image(media_type="image/jpeg")]},
    {"images": [image(media_type="image/webp", size=TEN_MB)]},
    {"images": ["https://media.ulazai.com/a.png"]},
    {"images": [image(width=10, height=10)]},
]
REFUSED: list[dict[str, Any]] = [
    *({"prompt": prompt} for prompt in ("", "ab", " a ", "   ", "x" * 2501, None, 3, b"fox", "fox \ud800")),
    *({"aspect_ratio": ratio} for ratio in ("5:4", "16x9", "", None, 1.78, ["16:9"])),
    *({"resolution": resolution} for resolution in ("4k", "720", 720, "720P", None)),
    *({"duration": seconds} for seconds in (0, 5, 13, -4, "five", 4.5, None, True, float("nan"), float("inf"), "٤")),
    *({name: v} for name in ("fixed_lens", "generate_audio", "prompt_directory_optin") for v in (1, 0, "yes", None)),
    {"images": [image(), image(), image()]},
    {"images": [image(media_type="image/gif")]},
    {"images": [image(size=TEN_MB + 1)]},
    {"images": [image(size=0)]},
    *(
        {"images": [url]}
        for url in ("https://", "https://a b/c", "http://[::1", "https://x:y/", "https://m/" + "x" * 4000)
    ),
]


@pytest.mark.parametrize("change", ALLOWED, ids=lambda change: str(change)[:40])
def test_what_the_reference_allows_is_allowed(change: dict[str, Any]) -> None:
    assert problems(FOX.replace(**change)) == []


@pytest.mark.parametrize("change", REFUSED, ids=lambda change: ascii(change)[:40])
def test_what_the_reference_does_not_allow_is_named_by_its_setting(change: dict[str, Any]) -> None:
    found = problems(FOX.replace(**change))
    assert [problem.field for problem in found] == list(change)
    assert found[0].message.isprintable()


def test_every_setting_has_a_limit_on_both_sides() -> None:
    assert {name for change in ALLOWED for name in change} == set(SETTINGS)
    assert {name for change in REFUSED for name in change} == set(SETTINGS)


def test_all_problems_are_told_at_once() -> None:
    worst = GenerationRequest(
        prompt="",
        images=[image(size=0), image(media_type="image/gif"), image()],
        aspect_ratio="5:4",
        resolution="4k",
        duration=5,
        fixed_lens="no",  # type: ignore[arg-type]
        generate_audio=1,  # type: ignore[arg-type]
        prompt_directory_optin=None,  # type: ignore[arg-type]
    )
    with pytest.raises(InvalidRequestError) as caught:
        check(worst, [Problem("images", "It is damaged.")])
    told = [problem.field for problem in caught.value.problems]
    assert set(told) == set(SETTINGS)
    assert told.count("images") == 4
    assert all(str(problem) in str(caught.value) for problem in caught.value.problems)


def test_a_problem_says_what_is_allowed() -> None:
    told = {
        problem.field: str(problem)
        for problem in problems(FOX.replace(duration=5, aspect_ratio="5:4", prompt="x" * 2600))
    }
    assert "4 s, 8 s or 12 s" in told["duration"]
    assert all(ratio in told["aspect_ratio"] for ratio in DEFAULT_MODEL.aspect_ratios)
    assert "2,600" in told["prompt"]
    assert "2,500" in told["prompt"]
    assert "100" in told["prompt"]


@given(st.dictionaries(st.sampled_from(SETTINGS), anything))
def test_no_input_of_any_kind_crashes_the_check(settings: dict[str, Any]) -> None:
    request = GenerationRequest(**{"prompt": "A red fox", **settings})
    for problem in problems(request):
        assert problem.field in SETTINGS


def test_a_value_that_cannot_be_printed_hides_no_problem() -> None:
    class Hostile:
        def __repr__(self) -> str:
            raise RuntimeError

        def __eq__(self, other: object) -> bool:
            raise RuntimeError

        __hash__ = None  # type: ignore[assignment]

    hostile: Any = Hostile()
    settings = [name for name in SETTINGS if name != "images"]
    request = GenerationRequest(**dict.fromkeys(settings, hostile))
    assert [problem.field for problem in problems(request)] == settings


ADVICE = {
    "as large as the video": ((1280, 720), "720p", "", ""),
    "a frame of a draft at the next size": ((864, 496), "720p", "", ""),
    "a frame of a draft, enlarged much": ((864, 496), "1080p", "Enlarged to 1920 \u00d7 1080", "720p"),
    "small for the smallest": ((560, 315), "480p", "Enlarged to 864 \u00d7 496", ""),
    "small, and a crop of it": ((600, 800), "1080p", "is 600 \u00d7 338 px", "480p"),
    "too small": ((500, 280), "480p", "said to want 300 px", ""),
    "too large": ((7000, 3938), "1080p", "said to take 6000 px", ""),
    "no such size": ((640, 360), "8K", "", ""),
}


@pytest.mark.parametrize("case", ADVICE)
def test_advice_is_no_refusal(case: str) -> None:
    (width, height), resolution, text, better = ADVICE[case]
    given = image(width=width, height=height)
    assert image_problem(given, DEFAULT_MODEL, 0) is None
    advice = image_advice(given, "16:9", resolution, DEFAULT_MODEL)
    assert (advice is None) == (not text)
    if advice is not None:
        assert text in advice.text
        assert advice.resolution == better


def test_the_frame_with_the_problem_is_named() -> None:
    found = problems(FOX.replace(images=[image(), image(name="end.gif", media_type="image/gif")]))
    assert "end.gif (last frame)" in found[0].message


@pytest.mark.parametrize(
    ("size", "text"),
    [(1, "1 kB"), (2048, "2 kB"), (TEN_MB, "10 MB"), (TEN_MB + 600_000, "10.6 MB"), (1024 * 1024, "1 MB")],
)
def test_sizes_read_as_people_say_them(size: int, text: str) -> None:
    assert megabytes(size) == text
