"""A form is filled from a video made here or the recipe beside it; whatever else comes is answered in a sentence."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from seedance_widgets import GenerationRequest, Studio, recipes
from seedance_widgets import images as guides
from seedance_widgets.ledger import Record
from seedance_widgets.states import State
from seedance_widgets.widgets import SeedanceForm
from tests.widgets.conftest import say, settle, until
from tests.widgets.test_past_prompts import png, shown

ASKED = GenerationRequest("A {red} fox", duration=8, resolution="480p", aspect_ratio="9:16", generate_audio=True)
FTYP = struct.pack(">I4s4s", 16, b"ftyp", b"isom") + bytes(4)


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    made = Studio(home=tmp_path / "home", place=None)
    yield made
    made.close()


@pytest.fixture
def form(studio: Studio, listen: Any) -> Any:
    made: Any = SeedanceForm(studio=studio, prompt="What was there")
    made.line = listen(made)
    return made


def recipe_of(request: GenerationRequest, **facts: Any) -> dict[str, Any]:
    return {**request.to_dict(), "take": 1, "connection": "sandbox", "generation_id": "gen-1", **facts}


def video_of(recipe: dict[str, Any]) -> bytes:
    """As an MP4 made here is built: boxes of the picture, then one of the recipe."""
    picture = struct.pack(">I4s", 40_008, b"mdat") + bytes(40_000)
    return FTYP + picture + recipes.box(recipe)


def entered(studio: Studio, request: GenerationRequest, generation_id: str) -> str:
    row = Record(
        id=f"take-{generation_id}",
        connection="sandbox",
        label="Sandbox",
        model=request.model.id,
        request=request.to_dict(),
        fingerprint=request.fingerprint,
        created=1_790_000_000.0,
        updated=1_790_000_000.0,
        state=State.COMPLETED,
        generation_id=generation_id,
    )
    studio.ledger.begin(row, reuse=False)
    return row.id


def send(form: Any, data: bytes, name: str = "fox.mp4", *, video: bool = True, whole: bool = True) -> dict[str, Any]:
    """What the page sends of a file, and the answer."""
    before = len(form.line.of("answer"))
    facts = {"kind": "restore", "id": f"r{before}", "name": name, "video": video, "whole": whole}
    say(form, facts | shown(form), memoryview(data))
    until(lambda: len(form.line.of("answer")) > before, "the answer")
    answer: dict[str, Any] = form.line.of("answer")[-1]
    return answer


def state_of(form: Any) -> Any:
    return form._content(), form.slots, form.problems


# From Python


def test_of_one_that_was_attached_and_has_no_prompt_that_is_said(form: Any) -> None:
    with pytest.raises(ValueError, match="does not say its prompt: it was attached by its ID"):
        form.restore({"duration": 8, "generation_id": "gen-1", "connection": "sandbox"})
    assert form.prompt == "What was there"


def test_a_video_fills_the_form_and_its_take_becomes_the_parent(form: Any, studio: Studio, tmp_path: Path) -> None:
    take = entered(studio, ASKED, "gen-1")
    video = tmp_path / "fox.mp4"
    video.write_bytes(video_of(recipe_of(ASKED)))
    form.restore(video)
    assert form.request == ASKED
    assert form.prompt == "A {{red}} fox"
    assert form._parent is studio.job(take)


@pytest.mark.parametrize("kind", ["json", "renamed", "recipe", "beside"])
def test_a_recipe_serves_as_well_however_it_comes(form: Any, tmp_path: Path, kind: str) -> None:
    notes, renamed, stripped = tmp_path / "fox.json", tmp_path / "holiday.mov", tmp_path / "owl.mp4"
    notes.write_text(json.dumps(recipe_of(ASKED)), "utf-8")
    renamed.write_bytes(video_of(recipe_of(ASKED)))
    stripped.write_bytes(FTYP)
    stripped.with_suffix(".json").write_text(notes.read_text("utf-8"), "utf-8")
    form.restore({"json": notes, "renamed": str(renamed), "recipe": recipe_of(ASKED), "beside": stripped}[kind])
    assert form.request == ASKED
    assert form._parent is None


def test_what_cannot_be_restored_is_an_error_and_changes_nothing(form: Any, tmp_path: Path) -> None:
    other = tmp_path / "other.mp4"
    other.write_bytes(FTYP)
    before = state_of(form)
    with pytest.raises(ValueError, match=r"other\.mp4 holds no recipe"):
        form.restore(other)
    with pytest.raises(FileNotFoundError):
        form.restore(tmp_path / "none.mp4")
    with pytest.raises(ValueError, match="Duration 5 is not offered"):
        form.restore(recipe_of(ASKED, duration=5))
    assert state_of(form) == before


# From the page


def test_the_boxes_of_a_video_are_enough(form: Any, studio: Studio) -> None:
    take = entered(studio, ASKED, "gen-1")
    assert send(form, recipes.box({"prompt": "older"}) + recipes.box(recipe_of(ASKED)))["ok"]
    assert form.request == ASKED
    assert form._parent is studio.job(take)
    (filled,) = form.line.of("filled")
    assert filled["said"].startswith("Restored from fox.mp4. Its take is in the history")
    assert filled["shown"]
    assert form.line.of("focus") == [{"kind": "focus", "field": "prompt"}]


def test_what_was_typed_is_the_first_past_prompt_then(form: Any) -> None:
    form.prompt = "Typed and not sent"
    send(form, json.dumps(recipe_of(ASKED)).encode(), "fox.json", video=False)
    say(form, {"kind": "past-prompts", "id": "p", "find": "", "after": None})
    until(lambda: form.line.of("past-prompts"), "past prompts")
    assert [row["insert"] for row in form.line.of("past-prompts")[0]["rows"]] == ["Typed and not sent"]


def test_guide_images_come_back_by_their_bytes_and_the_missing_are_named(form: Any, studio: Studio) -> None:
    kept = [studio.library.keep_image(guides.load(png(colour), f"{colour}.png")) for colour in ("navy", "red")]
    recipe = recipe_of(ASKED.replace(images=kept))
    Path(str(kept[1].path)).unlink()
    assert send(form, recipes.box(recipe))["ok"]
    assert [slot["state"] for slot in form.slots] == ["filled", "missing"]
    assert form.slots[1]["message"] == "red.png is not on this machine any more. Add it again."


@pytest.mark.parametrize(
    ("data", "name", "kinds", "words"),
    [
        (b"", "holiday.mp4", {}, "holiday.mp4 holds no recipe: it was not made here"),
        (b"", "holiday.mp4", {}, "If holiday.json lies beside it, choose that."),
        (b"", "fox.mp4", {"whole": False}, "fox.mp4 is not whole: it ends in the middle."),
        (png(), "pier.png", {"video": False}, "pier.png is a picture. Add it as first or last frame"),
        (b"[1, 2]", "notes.json", {"video": False}, "notes.json holds no recipe. Choose a video made here"),
        (b'{"prompt": 7}', "notes.json", {"video": False}, "notes.json holds no recipe."),
        (b'{"prompt": "A fox", "images": [{}]}', "notes.json", {"video": False}, "notes.json holds no recipe."),
        (b'{"prompt": "A fox", "duration": 5}', "x.json", {"video": False}, "Duration 5 is not offered."),
        (b'{"prompt": "A fox", "fixed_lens": "yes"}', "x.json", {"video": False}, "fixed_lens is on or off"),
        (b'{"prompt": "A fox\\ud83e"}', "x.json", {"video": False}, "half a character"),
        (json.dumps({"prompt": "x" * 3000}).encode(), "x.json", {"video": False}, "2,500 is the most"),
        (b"[" * 60_000, "deep.json", {"video": False}, "deep.json holds no recipe."),
        (b'{"prompt": "cut off', "x.json", {"video": False}, "x.json holds no recipe."),
        (b"", "../../<b>\u202e.mp4", {}, "<b>\u202e.mp4 holds no recipe"),
        (b"", ".", {}, "holds no recipe"),
    ],
)
def test_a_file_that_cannot_be_restored_from_says_why_and_changes_nothing(
    form: Any, data: bytes, name: str, kinds: dict[str, bool], words: str
) -> None:
    before = state_of(form)
    answer = send(form, data, name, **kinds)
    assert not answer["ok"]
    assert words in answer["message"]
    assert state_of(form) == before
    assert form.line.of("filled") == []


def test_a_picture_that_a_recipe_names_opens_no_file_outside_the_library(form: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (64, 64)).save(secret)
    image = {"name": "x" * 5000, "media_type": "image/png", "size": 9, "sha256": f"../../{secret.stem}", "width": 1}
    recipe = {**recipe_of(ASKED), "images": [{**image, "height": 1}]}
    assert send(form, recipes.box(recipe))["ok"]
    assert form.images == []
    assert form.slots[0]["state"] == "missing"
    assert len(form.slots[0]["name"]) <= 80


def test_a_video_may_hold_no_more_than_a_recipe(form: Any) -> None:
    data = b" " * 2_000_000 + json.dumps(recipe_of(ASKED)).encode()
    assert not send(form, data, "big.json", video=False)["ok"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from([*recipe_of(ASKED)])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(changed=st.dictionaries(names, json_values, min_size=1), data=st.none() | st.binary(max_size=200))
def test_no_recipe_fails_the_form(form: Any, caplog: Any, changed: dict[str, Any], data: bytes | None) -> None:
    answer = send(form, recipes.box({**recipe_of(ASKED), **changed}) if data is None else data, video=data is None)
    settle()
    assert answer["ok"] or answer["message"]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


def test_the_name_of_a_file_is_no_path(form: Any) -> None:
    out = io.BytesIO(recipes.box(recipe_of(ASKED)))
    assert send(form, out.getvalue(), "C:\\films\\fox.mp4")["ok"]
    assert form.line.of("filled")[0]["said"] == "Restored from fox.mp4."
