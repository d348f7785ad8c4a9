"""JobView on the Python side."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedance_widgets import runtime
from seedance_widgets.errors import UncertainError
from seedance_widgets.rendering import Media
from seedance_widgets.settings import SANDBOX_CONNECTION, connection_to
from seedance_widgets.states import Reason, State
from seedance_widgets.widgets import JobView, SeedanceForm, protocol
from seedance_widgets.widgets.video_push import VideoPush
from tests.widgets.conftest import say, settle, until
from tests.widgets.jobs import NOW, FakeJob
from tests.widgets.test_form import hostile


@pytest.fixture
def job():
    return FakeJob()


@pytest.fixture
def view(job, studio, listen):
    made = JobView(job, studio=studio)
    made.line = listen(made)
    settle()
    return made


def video(folder: Path, size: int = 9_000_000) -> Path:
    path = folder / "clip.mp4"
    path.write_bytes(bytes(range(256)) * (size // 256))
    return path


def finish(job: FakeJob, path: Path) -> None:
    runtime.call_soon(
        lambda: job.go(State.COMPLETED, path=path, placed=path, media_sha256="f" * 64, finished=NOW, credits_used=50)
    )


def test_a_view_follows_its_job(view, job):
    assert view.snapshot["title"] == "Rendering"
    runtime.call_soon(lambda: job.go(State.PROCESSING, Reason.NOT_WATCHING))
    until(lambda: view.snapshot["title"] == "Not watching", "the new state")
    assert [action["id"] for action in view.snapshot["actions"]] == ["watch-again"]


def new_take(view):
    return next((action for action in view.snapshot["actions"] if action["id"] == "new-take"), {"cost": ""})


def test_a_new_take_costs_what_has_been_learnt_of_the_price_since(view, job, studio, tmp_path):
    studio.use("service")
    finish(job, video(tmp_path))
    until(lambda: new_take(view)["cost"] == "about 50 credits", "the first estimate")
    studio.credits = 120
    studio.has_used(120)
    until(lambda: new_take(view)["cost"] == "about 120 credits", "the estimate to follow")


@pytest.mark.parametrize("paid", [True, False])
def test_sending_again_is_priced_where_it_goes_whatever_the_session_uses(studio, listen, paid):
    """A lost request of the service is not free for a session that is in the sandbox by now."""
    studio.use("sandbox" if paid else "service")
    job = FakeJob(error=UncertainError("The reply was lost."))
    job.connection = studio.service if paid else SANDBOX_CONNECTION
    view = JobView(job, studio=studio)
    listen(view)
    runtime.call_soon(lambda: job.go(State.UNCERTAIN))
    price = "about 50 credits" if paid else "free"
    asked = until(lambda: [a["confirm"] for a in view.snapshot["actions"] if a["id"] == "send-again"], "the button")[0]
    assert paid is ("free" not in asked["text"])
    asked = until(
        lambda: [
            action["confirm"]
            for action in view.snapshot["actions"]
            if action["confirm"] and action["confirm"]["label"] == f"Send again, {price}"
        ],
        "its price",
    )[0]
    assert paid is ("50 credits" in asked["text"])


@pytest.mark.parametrize("kind", ["new-take", "try-again", "draft", "render"])
def test_a_button_that_said_free_makes_nothing_at_a_service_that_the_session_has_changed_to(view, studio, kind):
    """The press waited for a running cell, and that cell changed the connection."""
    studio.use("service")
    say(view, {"kind": kind, "id": "a", "cost": "free"})
    (answer,) = until(lambda: view.line.of("answer"), "an answer")
    assert (answer["ok"], "has changed to UlazAI meanwhile" in answer["message"]) == (False, True)
    assert studio.requests == []
    say(view, {"kind": kind, "id": "b", "cost": "about 50 credits"})
    until(lambda: studio.requests, "the take")


def test_a_flood_of_changes_is_thinned_and_ends_with_the_last(view, job):
    shown = []
    view.observe(lambda change: shown.append(change["new"]["next_check"]), names="snapshot")

    def flood() -> None:
        for number in range(500):
            job.next_check = NOW + number
            job.go(State.PROCESSING)

    runtime.call_soon(flood)
    until(lambda: view.snapshot["next_check"] == NOW + 499, "the last change")
    assert len(shown) < 10


def test_a_finished_video_is_pushed_unasked_in_chunks(view, job, tmp_path):
    path = video(tmp_path)
    finish(job, path)
    until(lambda: len(view.line.of("video-chunk")) >= 3, "the chunks")
    sent = [(content, buffers) for content, buffers in view.line.messages if content["kind"] == "video-chunk"][:3]
    assert b"".join(buffers[0] for _, buffers in sent) == path.read_bytes()
    assert all(len(buffers[0]) <= protocol.CHUNK_BYTES for _, buffers in sent)
    assert [(content["index"], content["count"]) for content, _ in sent] == [(0, 3), (1, 3), (2, 3)]
    assert view.snapshot["media"]["token"] == sent[0][0]["token"] == "f" * 64
    assert "Saved to" in str(view.snapshot["summary"])


def test_a_page_that_opened_late_gets_the_video_it_asks_for(view, job, tmp_path):
    finish(job, video(tmp_path, 5000))
    until(lambda: view.line.of("video-chunk"), "the push")
    say(view, {"kind": "video-have", "token": "f" * 64})
    settle()
    view.line.messages.clear()
    say(view, {"kind": "video-want", "token": "another"})
    say(view, {"kind": "video-want", "token": "f" * 64})
    until(lambda: view.line.of("video-chunk"), "the video")
    settle()
    assert len(view.line.of("video-chunk")) == 1


@pytest.mark.parametrize("had", [True, False])
def test_a_push_is_repeated_until_a_page_has_it_and_three_times_at_most(tmp_path, had):
    sent = []

    def send(content, _buffers):
        sent.append(content)
        if had:
            push.have("t")

    push = VideoPush(send, waits=(0.02, 0.02))

    async def run() -> None:
        push.push(video(tmp_path, 5120), Media(token="t", name="clip.mp4", size=5120))
        await push._task

    runtime.block(run())
    assert len(sent) == (1 if had else 3)


def test_a_video_whose_file_is_gone_stops_nothing(view, job, tmp_path):
    finish(job, tmp_path / "gone.mp4")
    until(lambda: view.snapshot["title"] == "Ready", "the state")
    assert view.snapshot["media"] is None


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("cancel", "cancel"),
        ("check-now", "check_now"),
        ("try-now", "check_now"),
        ("send-now", "check_now"),
        ("stop-watching", "stop_watching"),
        ("watch-again", "watch_again"),
        ("check-again", "watch_again"),
        ("send-again", "send_again"),
    ],
)
def test_an_intent_reaches_the_job_once(view, job, kind, asked):
    say(view, {"kind": kind, "id": "1"})
    say(view, {"kind": kind, "id": "1"})
    until(lambda: view.line.of("answer"), "the answer")
    settle()
    assert job.asked == [(asked,)]
    assert view.line.of("answer") == [{"kind": "answer", "id": "1", "ok": True, "message": ""}]


def test_an_id_is_attached_or_refused_in_words(view, job):
    say(view, {"kind": "attach", "id": "1", "generation_id": "abc-1"})
    say(view, {"kind": "attach", "id": "2"})
    until(lambda: len(view.line.of("answer")) == 2, "the answers")
    assert job.asked == [("attach", "abc-1")]
    assert view.line.of("answer")[1]["message"] == "That is no generation ID."


def test_a_new_take_shows_below_the_old_one(view, studio):
    say(view, {"kind": "new-take", "id": "1"})
    until(lambda: view.views, "the new take")
    assert studio.requests == [(view.job.request, True)]
    assert isinstance(view.views[0], JobView)


def test_trying_again_takes_what_is_there_already(view, studio):
    say(view, {"kind": "try-again", "id": "1"})
    until(lambda: view.views, "the job")
    assert studio.requests == [(view.job.request, False)]


def test_two_presses_for_a_new_take_make_one(view, studio):
    studio.gate.clear()
    say(view, {"kind": "new-take", "id": "1"})
    say(view, {"kind": "new-take", "id": "2"})
    until(lambda: view.line.of("answer"), "the refusal")
    runtime.call_soon(studio.gate.set)
    until(lambda: view.views, "the new take")
    settle()
    assert len(studio.requests) == 1


def test_new_take_in_two_views_of_one_job_is_one_wish(studio, job, listen):
    first, second = JobView(job, studio=studio), JobView(job, studio=studio)
    lines = [listen(first), listen(second)]
    studio.gate.clear()
    say(first, {"kind": "new-take", "id": "1"})
    say(second, {"kind": "new-take", "id": "2"})
    until(lambda: lines[1].of("answer"), "the refusal")
    runtime.call_soon(studio.gate.set)
    until(lambda: first.views, "the new take")
    say(second, {"kind": "new-take", "id": "3"})  # it is on its way now: one more only if that is meant
    until(lambda: len(lines[1].of("answer")) == 2, "the question")
    assert lines[1].of("answer")[1]["question"]["title"] == "Make one more take?"
    assert len(studio.requests) == 1
    say(second, {"kind": "new-take", "id": "4", "consent": "3"})
    until(lambda: second.views, "one more")
    assert len(studio.requests) == 2


def test_new_take_makes_one_more_where_the_last_is_over(view, studio):
    for number in (1, 2):
        say(view, {"kind": "new-take", "id": str(number)})
        until(lambda number=number: len(view.views) == number, "a new take")
        view.views[0].job.state = State.COMPLETED
    assert len(studio.requests) == 2


@pytest.mark.parametrize(("kind", "verb"), [("new-take", "New take"), ("try-again", "Try again")])
def test_over_budget_a_take_from_a_job_is_asked_about_first(view, studio, kind, verb):
    studio.connection = connection_to("https://api.ulazai.com")
    studio.has_used(480)
    say(view, {"kind": kind, "id": "1"})
    asked = until(lambda: view.line.of("answer"), "the question")[0]["question"]
    assert "This session has used 480 of its 500 credits; with this it would be 530." in asked["text"]
    assert asked["label"] == f"{verb}, about 50 credits"
    assert studio.requests == []
    studio.credits = 60
    say(view, {"kind": kind, "id": "2", "consent": "1"})
    until(lambda: len(view.line.of("answer")) == 2, "the question again")
    assert view.line.of("answer")[1]["question"]["title"] == "The estimate has risen"
    say(view, {"kind": kind, "id": "3", "consent": "2"})
    until(lambda: view.views, "the take")
    assert len(studio.requests) == 1


@pytest.mark.parametrize("kind", ["new-take", "try-again", "draft", "render"])
def test_over_the_limit_for_one_take_nothing_is_made_from_a_job_and_nothing_asked(view, studio, kind):
    studio.connection = connection_to("https://api.ulazai.com")
    studio.limits.max_credits = 30
    say(view, {"kind": kind, "id": "1"})
    answer = until(lambda: view.line.of("answer"), "the answer")[0]
    assert answer.get("question") is None
    assert "30 is the most you allow for one take" in answer["message"]
    assert "%config SeedanceMagics.max_credits = 50" in answer["message"]
    assert studio.requests == []
    studio.limits.max_credits = None
    say(view, {"kind": kind, "id": "2"})
    until(lambda: view.views, "the take")


def test_a_take_over_the_limit_is_not_asked_about_where_another_is_on_its_way(view, studio):
    studio.connection = connection_to("https://api.ulazai.com")
    say(view, {"kind": "new-take", "id": "1"})
    until(lambda: view.views, "the first new take")
    studio.limits.max_credits = 30
    say(view, {"kind": "new-take", "id": "2"})
    until(lambda: len(view.line.of("answer")) == 2, "the answer")
    assert view.line.of("answer")[1].get("question") is None
    assert "30 is the most" in view.line.of("answer")[1]["message"]


def test_one_question_holds_both_that_a_take_is_on_its_way_and_the_budget(view, studio):
    say(view, {"kind": "new-take", "id": "1"})
    until(lambda: view.views, "the first new take")
    studio.connection = connection_to("https://api.ulazai.com")
    studio.has_used(480)
    say(view, {"kind": "new-take", "id": "2"})
    until(lambda: len(view.line.of("answer")) == 2, "the question")
    text = view.line.of("answer")[1]["question"]["text"]
    assert "on its way already" in text
    assert "with this it would be 530" in text
    say(view, {"kind": "new-take", "id": "3", "consent": "2"})
    until(lambda: len(view.views) == 2, "one more")


def test_what_is_said_before_sending_again_follows_the_session(view, studio, job):
    studio.connection = connection_to("https://api.ulazai.com")
    runtime.submit(view._prepare())
    runtime.call_soon(lambda: job.go(State.UNCERTAIN, error=UncertainError("Lost.")))
    until(lambda: view.snapshot["title"] == "Uncertain", "the state")
    studio.has_used(470)

    def text() -> str:
        return view.snapshot["actions"][0]["confirm"]["text"]

    until(lambda: "used 470 of its 500 credits; with this it would be 520" in text(), "the figures")


@pytest.mark.parametrize("kind", ["cancel", "check-now", "try-now", "send-now", "stop-watching"])
@pytest.mark.parametrize(
    ("carried", "said"), [("elsewhere", "Another notebook carries this job; "), ("nowhere", "%seedance_resume")]
)
def test_a_job_that_is_not_carried_here_says_where_to_ask(view, job, kind, carried, said):
    job.carried = carried
    say(view, {"kind": kind, "id": "1"})
    answer = until(lambda: view.line.of("answer"), "the answer")[0]
    assert not answer["ok"]
    assert said in answer["message"]
    assert job.asked == []


def test_remix_fills_the_form_the_job_came_from(studio, listen):
    form = SeedanceForm(studio=studio)
    listen(form)
    job = FakeJob()
    form.show(job)
    form.prompt = "something else by now"
    say(form.views[0], {"kind": "remix", "id": "1"})
    until(lambda: form.prompt == job.request.prompt, "the prompt")
    assert form.views[0].views == []


def test_remix_of_a_lone_view_opens_a_form_once(view):
    for number in range(2):
        say(view, {"kind": "remix", "id": str(number)})
    until(lambda: len(view.line.of("answer")) == 2, "the answers")
    assert len(view.views) == 1
    assert isinstance(view.views[0], SeedanceForm)
    assert view.views[0].prompt == view.job.request.prompt


def test_a_closed_view_lets_go_of_its_job(view, job):
    view.close()
    settle()
    assert (job.subscribers, view._maker().watchers) == ([], [])


def test_the_page_writes_nothing(view):
    before = view.snapshot
    view.set_state({"snapshot": {"title": "Paid"}, "views": [], "poster": b"x"})
    assert view.snapshot == before
    assert view.poster == b""


def test_what_a_notebook_keeps_of_a_view_is_text_and_the_view(view):
    bundle = view._repr_mimebundle_()[0]
    assert set(bundle) == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert "A red fox trots" in bundle["text/plain"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(protocol.JOB_VIEW_TAKES), content=hostile)
def test_no_message_raises(view, caplog, kind, content):
    view._receive(view, {**content, "kind": kind} if isinstance(content, dict) else content, [])
    settle()
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
