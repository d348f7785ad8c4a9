"""A video given as a guide image: one of its frames is taken, and it stays known which."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.images import load
from seedance_widgets.models import GenerationRequest, GuideImage, Origin
from tests.support.clips import spoken_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "pier.mp4"
    spoken_clip(path)
    return path


def brightness(image: Any) -> int:
    with image.source.open() as file:
        return int(Image.open(file).convert("L").resize((1, 1)).getpixel((0, 0)))


def refusal(image: Any, **more: Any) -> str:
    with pytest.raises(InvalidRequestError) as caught:
        load(image, **more)
    return str(caught.value.problems[0])


def take(path: Path | None, *, over: bool = True, prompt: str = "A lighthouse at dusk") -> Any:
    return SimpleNamespace(
        request=GenerationRequest(prompt), path=path, id="j7", info=SimpleNamespace(over=over), status="completed"
    )


@pytest.mark.parametrize("way", ["path", "text", "bytes", "file"])
def test_a_video_is_its_last_frame_as_first_frame_and_its_first_as_last(clip: Path, way: str) -> None:
    given = {"path": clip, "text": str(clip), "bytes": clip.read_bytes(), "file": io.BytesIO(clip.read_bytes())}[way]
    first, last = (load(given, "pier.mp4", index=index) for index in (0, 1))
    assert first.info.origin == Origin("pier.mp4", "last", 2.0)
    assert last.info.origin == Origin("pier.mp4", "first", 0.0)
    assert brightness(first) > 240
    assert brightness(last) < 4
    assert (first.info.media_type, first.info.width, first.info.height) == ("image/png", 320, 180)


def test_a_take_is_known_by_its_prompt_and_its_id(clip: Path) -> None:
    image = load(take(clip, prompt="A lighthouse   keeper walks to the end of a wooden pier"))
    assert image.info.origin == Origin("A lighthouse keeper walks to th\u2026", "last", 2.0, "j7")
    assert str(clip.parent) not in json.dumps(image.info.to_dict())


def test_a_take_without_a_video_has_no_frame(tmp_path: Path) -> None:
    assert "is not ready" in refusal(take(None, over=False))
    assert "no video" in refusal(take(None))
    assert "was not found" not in refusal(take(tmp_path / "gone.mp4"))


def test_where_a_frame_is_from_outlives_being_read_again_and_the_recipe(clip: Path) -> None:
    info = load(load(take(clip)).source).info
    assert info.origin is not None
    assert GuideImage.from_dict(json.loads(json.dumps(info.to_dict()))).origin == info.origin
    assert info.cut_at(0.5, 0).origin == info.origin


def test_where_a_frame_is_from_is_no_part_of_what_it_is(clip: Path) -> None:
    frame = load(clip)
    with frame.source.open() as file:
        plain = load(file.read())
    assert plain.info == frame.info
    assert plain.info.origin is None
    assert "origin" not in plain.info.to_dict()


@pytest.mark.parametrize(
    "origin",
    [
        None,
        7,
        "x",
        [],
        {},
        {"video": "x"},
        {"at": "soon"},
        {"at": float("nan")},
        {"at": -1},
        {"at": 10**400},
        {"at": []},
    ],
)
def test_a_recipe_whose_origin_makes_no_sense_is_a_recipe_without_one(clip: Path, origin: Any) -> None:
    data = load(clip).info.to_dict() | {"origin": origin}
    assert GuideImage.from_dict(data).origin is None


def test_a_recipe_fills_no_page_with_its_title(clip: Path) -> None:
    data = load(clip).info.to_dict() | {"origin": {"video": "x" * 10_000, "take": "y" * 10_000, "at": 1}}
    origin = GuideImage.from_dict(data).origin
    assert origin is not None
    assert len(origin.video) == len(origin.take) == 200


def test_a_video_that_cannot_be_decoded_is_refused_in_words() -> None:
    said = refusal(b"\0\0\0\x18ftypisom" + bytes(500), name="broken.mp4", index=1)
    assert "broken.mp4 (last frame) is a video that cannot be decoded." in said
    assert "save the frame as a picture" in said


def test_without_pyav_a_video_is_refused_with_what_to_install(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    said = refusal(clip)
    assert said.startswith("pier.mp4 (first frame) is a video.")
    assert 'pip install "seedance-widgets[video]"' in said
