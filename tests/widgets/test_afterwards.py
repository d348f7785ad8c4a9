"""What a view makes of a finished take."""

from __future__ import annotations

import secrets
import sys

import pytest

from seedance_widgets.errors import JobFailedError
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import SANDBOX_CONNECTION, connection_to
from seedance_widgets.states import Reason, State
from seedance_widgets.widgets import JobView, SeedanceForm
from tests.support.clips import spoken_clip
from tests.widgets.conftest import say, settle, until
from tests.widgets.jobs import NOW, FakeJob

SERVICE = connection_to("https://api.ulazai.com")


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("clips") / "clip.mp4"
    spoken_clip(path, size=(512, 288))
    return path


@pytest.fixture
def ready(clip, studio, listen):
    """A view of a job that is ready, by its connection."""

    def made(connection=SERVICE, **facts):
        facts = {"path": clip, "media_sha256": "f" * 64, "finished": NOW, "credits_used": 18, **facts}
        request = GenerationRequest("A red fox trots through fresh snow", generate_audio=True)
        job = FakeJob(state=State.COMPLETED, connection=connection, request=request, **facts)
        view = JobView(job, studio=studio)
        view.line = listen(view)
        until(lambda: view.snapshot["media"], "the video")
        return view

    return made


def ask(view, kind, **more):
    asked = secrets.token_hex(4)
    say(view, {"kind": kind, "id": asked, **more})
    return until(lambda: [answer for answer in view.line.of("answer") if answer["id"] == asked], "the answer")[0]


def actions(view):
    return {action["id"]: action for action in view.snapshot["actions"]}


def test_the_last_frame_becomes_the_first_of_the_next_shot(ready):
    view = ready()
    assert ask(view, "use-last-frame")["ok"]
    form = view.views[0]
    assert isinstance(form, SeedanceForm)
    (image,) = form.images
    assert image.info.name == "From “A red fox trots through fresh s…”"
    assert form.slots[0]["origin"] == {"title": image.info.name, "text": "Its last frame, taken at 2.00 s"}
    assert image.info.origin.take == view.job.id
    assert (image.info.media_type, image.info.width, image.info.height) == ("image/png", 512, 288)
    assert form.prompt == view.job.request.prompt
    assert form._parent is view.job


def test_without_pyav_the_button_says_what_to_install(ready, monkeypatch):
    view = ready()
    monkeypatch.setitem(sys.modules, "av", None)
    assert "pip install" in ask(view, "use-last-frame")["message"]
    assert view.views == []


def test_a_copy_with_other_sound_is_made_once_and_handed_to_the_page_that_asks(ready):
    view = ready()
    say(view, {"kind": "video-have", "token": "f" * 64})
    assert ask(view, "convert", to="sound")["ok"]
    copy = view.snapshot["copy"]
    assert copy["token"] != view.snapshot["media"]["token"]
    until(lambda: [chunk for chunk in view.line.of("video-chunk") if chunk["token"] == copy["token"]], "the copy")
    say(view, {"kind": "video-have", "token": copy["token"]})
    settle()
    view.line.messages.clear()
    say(view, {"kind": "video-want", "token": copy["token"]})
    until(lambda: view.line.of("video-chunk"), "the copy again")
    assert ask(view, "convert", to="elsewhere")["ok"] is False
    folder = view._copies.find(copy["token"])[0].parent
    view.close()
    until(lambda: not folder.exists(), "the copy to be removed")


def test_a_star_is_given_and_taken_back(ready):
    view = ready()
    assert view.snapshot["starred"] is False
    ask(view, "star", on=True)
    until(lambda: view.snapshot["starred"], "the star")
    ask(view, "star", on=False)
    until(lambda: not view.snapshot["starred"], "no star")
    assert view.job.asked == [("star", "True"), ("star", "False")]


def test_a_note_is_kept_shown_and_taken_away_and_one_that_is_too_long_is_refused(ready):
    view = ready()
    text = "The <b>calm</b> one;\nafter the harbour"
    assert ask(view, "note", text=text)["ok"]
    assert view.job.note == text
    view.job.go(view.job.state)
    until(lambda: view.snapshot["remark"] == text, "the note")
    assert {"kind": "note", "lead": "Note:", "text": text} in view.snapshot["summary"]
    for no_note in ("x" * 10_001, None, 5):
        assert ask(view, "note", text=no_note)["message"] == "That is no note, or too long for one."
    assert view.job.note == text
    assert ask(view, "note", text="")["ok"]
    assert view.job.note == ""


def test_a_take_is_erased_only_after_a_question(ready):
    view = ready()
    question = actions(view)["forget"]["confirm"]
    assert "for good" in question["text"]
    ask(view, "forget")
    assert view.job.asked == [("forget",)]


def test_a_rehearsed_take_is_rendered_at_the_service_after_a_question_with_the_cost(ready, studio):
    studio.connection = SERVICE
    view = ready(SANDBOX_CONNECTION)
    until(lambda: actions(view).get("render", {}).get("cost"), "the cost")
    render = actions(view)["render"]
    assert (render["label"], render["cost"]) == ("Render on UlazAI", "about 50 credits")
    assert render["confirm"]["label"] == "Render, about 50 credits"
    assert "new-take" not in actions(view)
    ask(view, "render")
    assert studio.requests == [(view.job.request, False)]
    assert studio.parents == [view.job]


def test_without_a_service_a_rehearsed_take_offers_no_render(ready):
    assert "render" not in actions(ready(SANDBOX_CONNECTION))


@pytest.fixture
def poor(studio, listen):
    studio.connection = SERVICE
    job = FakeJob(state=State.FAILED, reason=Reason.NO_CREDITS, error=JobFailedError("Not enough."), connection=SERVICE)
    view = JobView(job, studio=studio)
    view.line = listen(view)
    until(lambda: actions(view)["draft"]["cost"], "the cost of a draft")
    return view


def test_where_credits_lack_a_draft_and_a_rehearsal_are_ways_on(poor, studio):
    offered = actions(poor)
    assert offered["add-credits"]["href"] == "https://ulazai.com"
    assert (offered["draft"]["label"], offered["draft"]["cost"]) == ("Draft at 480p, 4 s", "about 50 credits")
    ask(poor, "draft")
    request, new = studio.requests[0]
    assert (request.resolution, request.duration, new) == ("480p", 4, False)
    ask(poor, "rehearse")
    assert poor.views[0].job.connection is SANDBOX_CONNECTION


def test_a_take_that_was_shown_before_is_a_small_card(clip, studio):
    job = FakeJob(state=State.COMPLETED, path=clip, finished=NOW, reused_at=NOW)
    view = JobView(job, studio=studio)
    until(lambda: view.snapshot["small"], "the small card")
    assert view.snapshot["note"] == {"lead": "0 credits.", "text": "Nothing was sent."}
    assert view.snapshot["summary"] == []
    assert actions(view)["download"]["place"] == "menu"
    view.close()
