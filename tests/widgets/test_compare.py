"""Compare on the Python side."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings

from seedance_widgets import runtime
from seedance_widgets.states import Reason, State
from seedance_widgets.widgets import Compare, SeedanceForm, protocol
from tests.widgets.conftest import say, settle, until
from tests.widgets.jobs import NOW, FakeJob
from tests.widgets.test_form import hostile


@pytest.fixture
def ready(tmp_path):
    """Makes finished takes, each with a video and a poster of its own."""

    def make(job_id, **facts):
        path, poster = tmp_path / f"{job_id}.mp4", tmp_path / f"{job_id}.jpg"
        path.write_bytes(job_id.encode() * 100)
        poster.write_bytes(b"poster of " + job_id.encode())
        digest = job_id.encode().hex().ljust(64, "0")
        return FakeJob(State.COMPLETED, id=job_id, path=path, poster=poster, media_sha256=digest, finished=NOW, **facts)

    return make


@pytest.fixture
def compare(ready, studio, listen):
    made = Compare(ready("a"), ready("b"), studio=studio)
    made.line = listen(made)
    settle()
    return made


def tokens(compare):
    return [take["media"]["token"] for take in compare.comparison["takes"]]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda ready: [], "two to four takes"),
        (lambda ready: [ready("a")], "two to four takes"),
        (lambda ready: [ready(name) for name in "abcde"], "not 5"),
        (lambda ready: [[ready("a"), ready("b")]], "Compare(*takes)"),
        (lambda ready: [ready("a"), "12:06"], "not '12:06'"),
        (lambda ready: [ready("a"), None], "not None"),
        (lambda ready: [ready("a"), ready("a")], "New take"),
        (lambda ready: [ready("a"), FakeJob(id="b")], "Take B has no video: Rendering"),
        (lambda ready: [ready("a"), FakeJob(State.COMPLETED, id="b")], "not on this machine"),
        (lambda ready: [ready("a"), FakeJob(State.COMPLETED, Reason.FORGOTTEN, id="b")], "were erased"),
        (lambda ready: [ready("a"), FakeJob(State.COMPLETED, Reason.REMOVED, id="b")], "can be put back"),
    ],
)
def test_what_is_not_two_to_four_finished_takes_is_an_error_that_teaches(ready, studio, wrong, words):
    with pytest.raises((TypeError, ValueError)) as raised:
        Compare(*wrong(ready), studio=studio)
    assert words in str(raised.value)


def test_each_page_that_asks_gets_the_video_it_asks_for_from_the_saved_file(compare):
    for take, token in zip(compare.takes, tokens(compare), strict=True):
        before = len(compare.line.messages)
        say(compare, {"kind": "video-want", "token": token})

        # Others are sent again unasked, to pages that are slow to answer.
        def chunks(since=before, wanted=("video-chunk", token)):
            sent = compare.line.messages[since:]
            return [buffers for content, buffers in sent if (content["kind"], content.get("token")) == wanted]

        assert b"".join(until(chunks, "the video")[0]) == take.path.read_bytes()
        say(compare, {"kind": "video-have", "token": token})
    settle()
    count = len(compare.line.messages)
    say(compare, {"kind": "video-want", "token": "of-no-take"})
    settle()
    assert len(compare.line.messages) == count


def test_posters_lie_in_the_order_of_the_takes(compare):
    assert compare.posters == [b"poster of a", b"poster of b"]


def answer(compare, **message):
    say(compare, message)
    until(lambda: [each for each in compare.line.of("answer") if each["id"] == message["id"]], "the answer")
    return compare.line.of("answer")[-1]


def test_a_star_is_kept_and_shown(compare):
    assert answer(compare, kind="star", id="1", job="b", on=True)["ok"]
    assert compare.takes[1].asked == [("star", "True")]
    until(lambda: compare.comparison["takes"][1]["starred"], "the star")


def test_remix_opens_one_form_below_with_the_request_as_a_child(compare):
    assert answer(compare, kind="remix", id="1", job="b")["ok"]
    assert answer(compare, kind="remix", id="2", job="a")["ok"]
    (form,) = compare.views
    assert isinstance(form, SeedanceForm)
    assert form.prompt == compare.takes[0].request.prompt
    form.close()


def test_what_cannot_be_done_is_said(compare):
    assert answer(compare, kind="star", id="1", job="x", on=True)["message"] == "This take is not compared here."
    assert "not in the history" in answer(compare, kind="add-take", id="2", job="x")["message"]


def test_finished_takes_of_the_history_are_offered_and_one_is_added(compare, ready, studio):
    studio.past = [FakeJob(id="busy"), compare.takes[0], ready("c"), FakeJob(State.COMPLETED, id="gone"), ready("d")]
    say(compare, {"kind": "look-for-takes"})
    until(lambda: [offer["job_id"] for offer in compare.offers] == ["c", "d"], "the offers")
    assert answer(compare, kind="add-take", id="1", job="c")["ok"]
    assert [take["letter"] for take in compare.comparison["takes"]] == ["A", "B", "C"]
    assert compare.posters[2] == b"poster of c"
    until(lambda: [offer["job_id"] for offer in compare.offers] == ["d"], "the offers that are left")
    assert answer(compare, kind="add-take", id="2", job="d")["ok"]
    until(lambda: compare.offers == [], "no more offers: there is no room")
    assert "Rendering" in answer(compare, kind="add-take", id="3", job="busy")["message"] or len(compare.takes) == 4


def test_a_fifth_take_is_refused_in_words(compare, ready):
    compare.add(ready("c"))
    compare.add(ready("d"))
    with pytest.raises(ValueError, match="two to four takes"):
        compare.add(ready("e"))
    assert len(compare.takes) == len(compare.comparison["takes"]) == 4


def test_a_take_that_is_forgotten_meanwhile_stays_in_its_place_without_its_video(compare):
    job = compare.takes[1]
    job.path.unlink()
    runtime.call_soon(lambda: job.go(State.COMPLETED, path=None))
    until(lambda: compare.comparison["takes"][1]["missing"], "that it is not here any more")
    assert compare.comparison["takes"][1]["media"] is None


def test_a_comparison_that_is_closed_follows_its_takes_no_more(compare):
    jobs = compare.takes
    compare.close()
    assert [job.subscribers for job in jobs] == [[], []]


def test_one_that_a_page_closes_stays_closed_holds_nothing_and_keeps_the_form_below(compare, ready, studio):
    jobs, token = compare.takes, tokens(compare)[0]
    assert answer(compare, kind="remix", id="1", job="b")["ok"]
    say(compare, {"kind": "close"})
    until(lambda: compare.closed, "that it is closed")
    assert (compare.takes, compare.posters, compare.offers) == ([], [], [])
    assert [job.subscribers for job in jobs] == [[], []]
    count = len(compare.line.messages)
    say(compare, {"kind": "video-want", "token": token})
    settle()
    assert len(compare.line.messages) == count
    late = ready("c")  # a page that has not heard of it yet
    studio.past = [late]
    assert answer(compare, kind="add-take", id="2", job="c")["message"] == "This comparison is closed."
    assert (compare.posters, late.subscribers) == ([], [])
    (form,) = compare.views
    assert form.comm is not None
    assert "Compare is closed" in compare.static([])["text/html"]
    assert "<table" not in compare.static([])["text/html"]
    form.close()


def test_a_remix_goes_where_it_is_told_to(ready, studio, listen):
    filled = []
    made = Compare(ready("a"), ready("b"), studio=studio, fill=lambda request, parent: filled.append(parent.id))
    made.line = listen(made)
    assert answer(made, kind="remix", id="1", job="b")["ok"]
    assert (filled, made.views) == (["b"], [])


def test_the_saved_notebook_holds_posters_and_what_differs_never_the_videos(compare, studio):
    assert compare.embed == "poster"
    studio.embed = "off"
    assert compare.embed == "off"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile)
def test_no_message_from_the_page_ends_the_conversation(compare, content):
    say(compare, content)
    for kind in protocol.COMPARE_INTENTS:
        say(compare, {"kind": kind, "id": "h", "job": content})
    settle()
    assert answer(compare, kind="star", id=f"s{len(compare.line.messages)}", job="a", on=True)["ok"]
