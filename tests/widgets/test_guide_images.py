"""The guide images of a form: crops, addresses, proposals."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from seedance_widgets.models import GenerationRequest
from seedance_widgets.widgets import SeedanceForm
from tests.support.faulty import FaultyServer, says
from tests.widgets.conftest import say, settle, until


def png(width: int = 640, height: int = 480, colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def form(studio: Any, listen: Any) -> Any:
    made: Any = SeedanceForm(studio=studio)
    made.line = listen(made)
    return made


def test_the_crop_is_shown_and_follows_the_ratio(form: Any) -> None:
    form.images = [png()]
    assert form.slots[0]["picture"]["crop"] == [0, 60, 640, 360]
    form.aspect_ratio = "1:1"
    assert form.slots[0]["picture"]["crop"] == [80, 0, 480, 480]
    form.aspect_ratio = "4:3"
    assert form.slots[0]["picture"]["crop"] is None


def test_a_crop_that_is_moved_is_what_the_form_asks_for(form: Any) -> None:
    form.images = [png(), png(colour="red")]
    say(form, {"kind": "crop-image", "id": "c", "slot": "last", "at": [0.5, 1]})
    until(lambda: form.slots[1]["picture"]["crop"] == [0, 120, 640, 360], "the crop")
    assert form.slots[0]["picture"]["crop"] == [0, 60, 640, 360]
    asked = form.request.images[1]
    again = SeedanceForm(studio=form._studio, images=[asked])
    assert again.images[0].info.crop == (0.5, 1)


@pytest.mark.parametrize("at", [None, "middle", [0.5], [0.5, 2], [float("nan"), 0], [True, 0], {"x": 1}])
def test_a_crop_that_is_none_changes_nothing(form: Any, at: Any) -> None:
    form.images = [png()]
    before = form.slots
    say(form, {"kind": "crop-image", "id": "c", "slot": "first", "at": at})
    say(form, {"kind": "crop-image", "id": "d", "slot": "last", "at": [0, 0]})
    until(lambda: len(form.line.of("answer")) == 2, "the answers")
    assert form.slots == before


def test_a_remix_keeps_the_crop(form: Any) -> None:
    form.images = [png()]
    say(form, {"kind": "crop-image", "id": "c", "slot": "first", "at": [0.5, 0]})
    until(lambda: form.images[0].info.crop, "the crop")
    form.fill(GenerationRequest("A fox", images=form.request.images))
    assert form.slots[0]["picture"]["crop"] == [0, 0, 640, 360]


def test_another_ratio_is_proposed_until_the_crop_is_placed(form: Any) -> None:
    form.images = [png()]
    assert form.slots[0]["picture"]["proposal"] == {"text": "This picture is 4:3.", "ratio": "4:3"}
    form.images = [png(750, 500)]
    assert form.slots[0]["picture"]["proposal"] == {"text": "4:3 keeps more of this picture.", "ratio": "4:3"}
    say(form, {"kind": "crop-image", "id": "c", "slot": "first", "at": [0.5, 0]})
    until(lambda: form.slots[0]["picture"]["proposal"] is None, "the end of the proposal")
    form.images = [png(640, 360)]
    assert form.slots[0]["picture"]["proposal"] is None


def test_an_address_from_the_page_is_fetched_and_judged_here(form: Any) -> None:
    with FaultyServer() as server:
        server.plan("media", says(200, png()), says(200, b"<html>"))
        say(form, {"kind": "image-address", "id": "a", "slot": "first", "url": f"{server.url}/media/hero.png"})
        until(lambda: form.images, "the image")
        assert form.slots[0]["name"] == "hero.png"
        say(form, {"kind": "image-address", "id": "b", "slot": "last", "url": f"{server.url}/media/page.png"})
        until(lambda: form.slots[1]["state"] == "refused", "the refusal")
        assert "web page" in form.slots[1]["message"]


@pytest.mark.parametrize("url", ["file:///etc/passwd", "data:image/png;base64,AAAA", "", 7, "https://x/" + "a" * 5000])
def test_nothing_but_a_web_address_is_fetched(form: Any, url: Any) -> None:
    say(form, {"kind": "image-address", "id": "a", "slot": "first", "url": url})
    until(lambda: form.line.of("answer"), "the answer")
    assert form.slots[0]["state"] == "empty"


def test_what_was_removed_while_it_was_judged_stays_away(form: Any) -> None:
    with FaultyServer() as server:
        server.plan("media", says(200, png()))
        say(form, {"kind": "image-address", "id": "a", "slot": "first", "url": f"{server.url}/media/hero.png"})
        say(form, {"kind": "remove-image", "id": "r", "slot": "first"})
        until(lambda: server.requests, "the fetch")
        settle()
    assert form.images == []


def test_images_from_python_come_as_whatever_people_have(form: Any, tmp_path: Any) -> None:
    path = tmp_path / "hero.png"
    path.write_bytes(png())
    for image in (path, str(path), Image.open(path), np.zeros((480, 640, 3), np.uint8), png()):
        form.images = [image]
        assert form.slots[0]["picture"]["width"] == 640
