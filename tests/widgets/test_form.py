"""SeedanceForm on the Python side."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from seedance_widgets import runtime
from seedance_widgets.errors import InvalidRequestError, OfflineError
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
from seedance_widgets.widgets import SeedanceForm, protocol
from tests.widgets.conftest import say, settle, until
from tests.widgets.jobs import FakeJob

FIELDS: dict[str, Any] = {
    "prompt": "A red fox trots through fresh snow",
    "aspect_ratio": "9:16",
    "resolution": "480p",
    "duration": 8,
    "fixed_lens": True,
    "generate_audio": False,
    "prompt_directory_optin": False,
}


def png(width: int = 640, height: int = 360, colour: str = "navy") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def form(studio, listen):
    made = SeedanceForm(studio=studio)
    made.line = listen(made)
    return made


def send_image(form, data, slot="first", name="snow.png", upload="u1", chunk=protocol.CHUNK_BYTES):
    parts = [data[start : start + chunk] for start in range(0, len(data), chunk)] or [b""]
    for index, part in enumerate(parts):
        facts = {"id": upload, "slot": slot, "name": name, "index": index, "count": len(parts), "size": len(data)}
        say(form, {"kind": "image-chunk", **facts}, memoryview(part))


# Fields


def test_every_setting_is_a_keyword_and_a_trait(studio):
    form = SeedanceForm(studio=studio, images=[png()], **FIELDS)
    request = form.request
    assert {name: getattr(request, name) for name in FIELDS} == FIELDS
    assert len(request.images) == 1
    seen = []
    form.observe(seen.append, names=["images", *FIELDS])
    form.duration = 12
    form.images = []
    assert [change["name"] for change in seen] == ["duration", "images"]


def test_an_unknown_setting_teaches(studio):
    with pytest.raises(TypeError, match="takes no seed"):
        SeedanceForm(studio=studio, seed=7)


def test_an_image_that_is_none_is_refused_where_it_is_set(studio):
    form = SeedanceForm(studio=studio)
    with pytest.raises(InvalidRequestError, match="HEIC"):
        form.images = [b"\0\0\0\x18ftypheic\0\0\0\0"]
    assert form.images == []


def test_the_page_writes_fields_of_the_right_type_and_nothing_else(form):
    cost = form.cost
    form.set_state(
        {"prompt": 7, "duration": True, "fixed_lens": 1, "cost": {"amount": "0"}, "snapshot": {}, "_esm": "x"}
    )
    assert (form.prompt, form.duration, form.fixed_lens) == ("", 4, False)
    assert form.cost == cost
    form.set_state({"prompt": "A fox", "duration": 12})
    assert (form.prompt, form.duration) == ("A fox", 12)


def test_the_cost_follows_the_fields(form, studio):
    assert until(lambda: form.cost["amount"], "an estimate") == "Free"
    assert "On UlazAI about 50 credits" in form.cost["source"]
    assert form.cost["time"] == "Usually ready in 58\u2013100 s"


# Submitting


def test_what_is_shown_is_what_is_sent(form, studio):
    form.prompt = "not what the page shows"
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    until(lambda: form.jobs, "a job")
    request, new = studio.requests[0]
    assert {name: getattr(request, name) for name in FIELDS} == FIELDS
    assert not new
    until(lambda: form.line.of("answer"), "the answer")
    assert form.line.of("answer") == [{"kind": "answer", "id": "a", "ok": True, "message": ""}]
    assert [view.job for view in form.views] == form.jobs
    assert form.get_state(["views"])["views"] == [f"anywidget:{form.views[0].model_id}"]


def test_a_message_that_comes_twice_makes_one_job(form, studio):
    for _ in range(3):
        say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    until(lambda: form.line.of("answer"), "the answer")
    settle()
    assert len(studio.requests) == 1
    assert len(form.line.of("answer")) == 1


def test_a_second_press_while_one_is_on_its_way_makes_no_second_job(form, studio):
    studio.gate.clear()
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS})
    until(lambda: form.line.of("answer"), "an answer")
    assert form.line.of("answer")[0] == {
        "kind": "answer",
        "id": "b",
        "ok": False,
        "message": "A request is on its way already.",
    }
    runtime.call_soon(studio.gate.set)
    until(lambda: form.jobs, "a job")
    assert len(studio.requests) == 1


def test_problems_go_to_their_fields_and_nothing_is_sent(form, studio):
    say(form, {"kind": "submit", "id": "a", "fields": {**FIELDS, "prompt": "A", "duration": 5}})
    until(lambda: form.line.of("answer"), "the answer")
    assert [problem["field"] for problem in form.problems] == ["prompt", "duration"]
    assert studio.requests == []
    form.prompt, form.duration = "A fox", 8
    until(lambda: not form.problems, "the problems to be solved")


def test_an_error_of_the_connection_is_said_in_its_own_words(form, studio):
    studio.error = OfflineError("The sandbox did not start.")
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    answer = until(lambda: form.line.of("answer"), "the answer")[0]
    assert "The sandbox did not start." in answer["message"]
    studio.error = RuntimeError("secret inside")
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS})
    until(lambda: len(form.line.of("answer")) == 2, "the answer")
    assert "secret" not in form.line.of("answer")[1]["message"]


def test_the_same_job_under_way_is_shown_once(form, studio):
    job = FakeJob()
    form.show(job)
    form.show(job)
    assert (len(form.views), form.jobs) == (1, [job])
    job.state = State.COMPLETED
    form.show(job)  # asked for again later: "Same request as 12:03"
    assert len(form.views) == 2


def test_a_handler_works_on_any_thread(form, studio):
    thread = threading.Thread(target=say, args=(form, {"kind": "submit", "id": "a", "fields": FIELDS}))
    thread.start()
    thread.join()
    until(lambda: form.jobs, "a job")


# Images


def test_an_image_arrives_in_chunks_and_is_judged_by_its_bytes(form):
    data = png()
    form.resolution = "480p"
    send_image(form, data, name="../../holiday.jpeg", chunk=500)
    until(lambda: form.images, "the image")
    info = form.images[0].info
    assert (info.name, info.media_type, info.size) == ("holiday.jpeg", "image/png", len(data))
    picture = {"width": 640, "height": 360, "crop": None, "proposal": None}
    facts = {"name": "holiday.jpeg", "detail": "fits 16:9", "message": "", "picture": picture}
    assert form.slots[0] == {"state": "filled", **facts}
    until(lambda: form.first_preview[:3] == b"\xff\xd8\xff", "the preview")
    assert form.get_state(["first_preview"])["first_preview"]


def test_a_refused_file_says_why_and_takes_no_place(form):
    send_image(form, b"\0\0\0\x18ftypheic\0\0\0\0", name="IMG_2041.heic")
    until(lambda: form.slots[0]["state"] == "refused", "the refusal")
    assert "HEIC" in form.slots[0]["message"]
    assert form.images == []
    say(form, {"kind": "remove-image", "id": "r", "slot": "first"})
    until(lambda: form.slots[0]["state"] == "empty", "an empty slot")


def test_images_are_swapped_and_removed(form):
    form.images = [png(colour="red"), png(360, 640, colour="blue")]
    say(form, {"kind": "swap-images", "id": "s"})
    until(lambda: form.images[0].info.height == 640, "the swap")
    assert form.slots[0]["detail"] == "crops to 16:9"
    say(form, {"kind": "remove-image", "id": "r", "slot": "first"})
    until(lambda: len(form.images) == 1, "the removal")
    assert form.images[0].info.width == 640  # the last frame is the first now
    assert [slot["state"] for slot in form.slots] == ["filled", "empty"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"size": protocol.VIDEO_BYTES_MAX + 1},
        {"index": 9},
        {"count": 10**9},
        {"count": -1},
        {"index": 0.5},
        {"id": "x" * 1000},
        {"size": 2},
    ],
)
def test_a_chunk_out_of_bounds_is_refused_and_not_kept(form, wrong):
    facts = {"id": "u", "slot": "first", "name": "a.png", "index": 0, "count": 2, "size": 100}
    say(form, {"kind": "image-chunk", **facts, **wrong}, b"12345")
    until(lambda: form.slots[0]["state"] == "refused", "the refusal")
    assert form._uploads._arriving == {}


def test_a_request_from_a_take_fills_the_form(form):
    form.fill(GenerationRequest(images=(png(),), **FIELDS))
    assert {name: getattr(form, name) for name in FIELDS} == FIELDS
    assert len(form.images) == 1
    assert form.line.of("focus") == [{"kind": "focus", "field": "prompt"}]


# Whatever comes

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
hostile = anything | st.fixed_dictionaries(
    {"kind": st.sampled_from(protocol.FORM_TAKES)},
    optional=dict.fromkeys(
        ("id", "fields", "name", "index", "count", "size", "typed_values", "seen", "find", "after", "entry"), anything
    )
    | {"slot": st.sampled_from(protocol.SLOTS) | anything},
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=hostile, buffers=st.lists(anything, max_size=2) | anything)
def test_no_message_raises(form, caplog, content, buffers):
    form._receive(form, content, buffers)
    settle()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=st.dictionaries(st.sampled_from([*protocol.FORM_TRAITS, "_esm", "layout", "x"]), anything, max_size=5))
def test_no_state_raises(form, state):
    form.set_state(state)


def test_the_form_says_what_is_not_saved(form, studio):
    until(lambda: form.cost["amount"], "an estimate")
    assert form.cost["not_saved"] == ""
    studio.not_saved = "SEEDANCE_LEDGER_URL keeps the history in memory."
    form.prompt = "A grey owl sits still"
    until(lambda: form.cost["not_saved"] == studio.not_saved, "the warning")
