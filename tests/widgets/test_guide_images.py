"""The guide images of a form: crops, addresses, proposals."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
from seedance_widgets.widgets import SeedanceForm
from tests.support.clips import spoken_clip
from tests.support.faulty import FaultyServer, says
from tests.unit.test_images import png_of_claimed_size
from tests.widgets.conftest import say, settle, until
from tests.widgets.jobs import FakeJob


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


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clips") / "pier.mp4"
    spoken_clip(path, frames=25)
    return path


def test_where_a_frame_is_from_is_said_and_stays_known(form: Any, clip: Path) -> None:
    form.images = [clip, clip]
    first, last = ({"title": "From \u201cpier.mp4\u201d", "text": text} for text in FRAMES)
    assert [slot["origin"] for slot in form.slots] == [first, last]
    form.aspect_ratio = "1:1"
    say(form, {"kind": "crop-image", "id": "c", "slot": "first", "at": [0, 0.5]})
    say(form, {"kind": "swap-images", "id": "s"})
    until(lambda: len(form.line.of("answer")) == 2, "the answers")
    assert [slot["origin"] for slot in form.slots] == [last, first]
    form.fill(GenerationRequest("A fox", images=form.request.images))
    assert [slot["origin"] for slot in form.slots] == [last, first]
    form.images = [png(), *form.images[1:]]
    assert "origin" not in form.slots[0]


def test_a_take_as_an_image_is_its_last_frame_once_it_is_ready(form: Any, clip: Path) -> None:
    form.images = [FakeJob(state=State.COMPLETED, path=clip)]
    title = "From \u201cA red fox trots through fresh s\u2026\u201d"
    assert form.slots[0]["origin"] == {"title": title, "text": FRAMES[0]}
    with pytest.raises(InvalidRequestError, match="is not ready"):
        form.images = [FakeJob(state=State.PROCESSING)]
    assert len(form.images) == 1


FRAMES = ("Its last frame, taken at 1.00 s", "Its first frame, taken at 0.00 s")


def send(form: Any, data: bytes, name: str, slot: str = "first", chunk: int = 4 * 1024 * 1024) -> None:
    parts = [data[place : place + chunk] for place in range(0, len(data), chunk)] or [b""]
    facts = {"kind": "image-chunk", "id": name, "slot": slot, "name": name, "count": len(parts), "size": len(data)}
    for index, part in enumerate(parts):
        say(form, {**facts, "index": index}, part)


def test_a_video_from_the_page_becomes_the_frame_that_joins(form: Any, clip: Path) -> None:
    seen: list[str] = []
    form.observe(lambda change: seen.append(change["new"][0]["message"]), "slots")
    send(form, clip.read_bytes(), "pier.mp4", chunk=2000)
    until(lambda: form.slots[0].get("origin"), "the frame")
    assert form.slots[0]["origin"]["text"] == FRAMES[0]
    assert seen[0] == "Sending"
    assert "Taking its last frame" in seen
    send(form, clip.read_bytes(), "again.mp4", "last")
    until(lambda: form.slots[1].get("origin"), "the other frame")
    assert form.slots[1]["origin"] == {"title": "From \u201cagain.mp4\u201d", "text": FRAMES[1]}


def test_what_still_comes_of_a_file_that_was_taken_away_is_passed_over(form: Any) -> None:
    data = png()
    facts = {"kind": "image-chunk", "id": "u", "slot": "first", "name": "a.png", "count": 3, "size": len(data)}
    say(form, {**facts, "index": 0}, data[:9])
    until(lambda: form.slots[0]["state"] == "checking", "the first part")
    assert form.slots[0]["message"] == "Sending"
    say(form, {"kind": "remove-image", "id": "r", "slot": "first"})
    say(form, {**facts, "index": 1}, data[9:18])
    say(form, {**facts, "index": 2}, data[18:])
    settle()
    assert form.slots[0]["state"] == "empty"
    assert form.images == []
    send(form, data, "b.png")
    until(lambda: form.images, "another file")


def iso(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + bytes(100)


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((640, 360), 60).save(out, "JPEG")
    return out.getvalue()


REFUSED = {
    "IMG_2041.heic": (iso(b"heic"), "IMG_2041.heic (first frame) is a HEIC file. Use JPG, PNG or WebP."),
    "hdr.avif": (iso(b"avif"), "hdr.avif (first frame) is an AVIF file. Use JPG, PNG or WebP."),
    "IMG_1.cr3": (iso(b"crx "), "IMG_1.cr3 (first frame) is a camera's raw file. Use JPG, PNG or WebP."),
    "scan.tiff": (b"II*\0" + bytes(100), "scan.tiff (first frame) is a TIFF file. Use JPG, PNG or WebP."),
    "logo.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "is an SVG file. Use JPG, PNG or WebP."),
    "old.svg": (b"<?xml version='1.0'?><svg/>", "is an XML file. Use JPG, PNG or WebP."),
    "loop.gif": (b"GIF89a" + bytes(100), "loop.gif (first frame) is a GIF file. Use JPG, PNG or WebP."),
    "old.avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(50), "is an AVI file. Use JPG, PNG or WebP."),
    "cut.jpg": (jpeg()[:9000], "cut.jpg (first frame) cannot be read: it is damaged. Save it again."),
    "bomb.png": (png_of_claimed_size(60_000, 60_000), "The image has far too many pixels. Save it at 6000 pixels"),
    "notes.png": (b"A red fox trots", "notes.png (first frame) is not an image this can read. Use JPG, PNG or WebP."),
    "nothing.png": (b"", "nothing.png (first frame) is empty. Choose another file."),
    "huge.jpg": (jpeg() + bytes(10 << 20), "has 10.1 MB; 10 MB is the most. Save it smaller, or as JPG."),
    "broken.mp4": (iso(b"isom"), "is a video that cannot be decoded. Play it elsewhere, and save the frame"),
    "spoken.m4a": (iso(b"M4A "), "is a video that cannot be decoded."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_what_to_do_and_leaves_the_picture_that_was_there(form: Any, name: str) -> None:
    data, words = REFUSED[name]
    form.images = [png(colour="teal")]
    before = form.slots[0]
    send(form, data, name)
    until(lambda: form.slots[0]["state"] == "refused", "the refusal")
    assert words in form.slots[0]["message"]
    assert len(form.images) == 1
    say(form, {"kind": "remove-image", "id": "dismiss", "slot": "first"})
    until(lambda: form.slots[0] == before, "the picture that was there")
