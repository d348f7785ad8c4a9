"""The fold from a job to words."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import rendering, states
from seedance_widgets.errors import JobFailedError, Money, OutOfCreditsError, UncertainError
from seedance_widgets.estimate import Estimate, Session
from seedance_widgets.models import GenerationRequest
from seedance_widgets.rendering import Media, Surroundings
from seedance_widgets.settings import SANDBOX_CONNECTION
from seedance_widgets.states import Reason, State
from tests.widgets.jobs import NOW, FakeJob

AROUND = Surroundings(now=NOW, cost="about 50 credits")


def shown(job, around=AROUND):
    return rendering.snapshot(job, around)


@pytest.mark.parametrize(("state", "reason"), list(states.rows()))
def test_every_state_has_a_title_and_says_what_to_do_or_what_it_means(state, reason):
    job = FakeJob(error=JobFailedError("It did not work.", money=Money.NOT_KNOWN) if state is State.FAILED else None)
    job.go(state, reason, finished=NOW)
    seen = shown(job)
    json.dumps(seen)
    assert seen["title"]
    said = [seen["note"], seen["alert"], seen["countdown"], seen["facts"], seen["summary"], seen["actions"]]
    assert any(said)
    known = {name.replace("_", "-") for name in states.describe(state, reason).actions}
    everywhere = {"star", "copy-prompt", "copy-recipe", "note", "forget"}
    assert {action["id"] for action in seen["actions"]} <= known | everywhere
    assert known - {action["id"] for action in seen["actions"]} <= {
        "attach",
        "copy-url",
        "draft",
        "use-key",
        "use-last-frame",
    }


def test_rendering_counts_from_when_the_service_took_it():
    job = FakeJob(next_check=NOW + 4, usual=(58.0, 100.0), usual_runs=14)
    job.go(State.PROCESSING)
    seen = shown(job)
    assert seen["clock"] == {"since": job.sent, "style": "minutes"}
    assert seen["next_check"] == NOW + 4
    assert seen["usual"]["text"].startswith("Usually 0:58\N{EN DASH}1:40")


def test_a_pause_is_counted_down_and_says_that_nothing_was_charged():
    job = FakeJob()
    job.go(State.SUBMITTING, Reason.RATE_LIMITED, {"try": 2, "retry_at": NOW + 24})
    seen = shown(job)
    assert seen["detail"] == "try 2"
    assert seen["countdown"]["until"] == NOW + 24
    assert "nothing was charged" in seen["countdown"]["text"]
    assert [action["id"] for action in seen["actions"]] == ["cancel", "send-now"]


def test_uploads_are_listed_by_frame():
    job = FakeJob()
    rows = [{"frame": "first frame", "name": "a.png", "size": 5}, {"frame": "last frame", "name": "b.png", "size": 7}]
    job.go(State.UPLOADING, None, {"images": rows, "done": 1, "try": 1})
    seen = shown(job)
    assert seen["detail"] == "2 of 2"
    assert [(row["label"], row["sent"], row["done"]) for row in seen["uploads"]] == [
        ("First frame", 5, True),
        ("Last frame", None, False),
    ]


def test_sending_again_names_the_cost_twice_before_it_happens():
    job = FakeJob(error=UncertainError("The reply was lost."))
    job.go(State.UNCERTAIN)
    seen = shown(job)
    assert seen["alert"]["lead"] == "The reply was lost."
    assert seen["attach"] == {"title": "If the job is in your UlazAI dashboard", "suggestion": "", "hint": ""}
    again = next(action for action in seen["actions"] if action["id"] == "send-again")
    assert "about 50 credits a second time" in again["confirm"]["text"]
    assert again["confirm"]["label"] == "Send again, about 50 credits"
    assert again["label"].endswith("…")


def test_sending_again_names_the_figures_of_the_session_in_the_same_question():
    job = FakeJob(error=UncertainError("The reply was lost."))
    job.go(State.UNCERTAIN)
    figures = rendering.figures(Estimate(50, "Estimate from your last 3 runs"), Session(480, 500))
    seen = shown(job, Surroundings(now=NOW, cost="about 50 credits", figures=figures))
    text = next(action for action in seen["actions"] if action["id"] == "send-again")["confirm"]["text"]
    assert "Estimate from your last 3 runs." in text
    assert "This session has used 480 of its 500 credits; with this it would be 530." in text


def test_an_id_in_a_lost_reply_is_suggested_with_where_it_is_from():
    job = FakeJob(error=UncertainError("It broke.", status=502, generation_id="abc12345-1234"))
    job.go(State.UNCERTAIN)
    attach = shown(job)["attach"]
    assert attach["suggestion"] == "abc12345-1234"
    assert attach["hint"].startswith("From the reply.")


@pytest.mark.parametrize(
    ("session", "said"),
    [
        (Session(96, 500), "A guess. This session has used 96 of its 500 credits."),
        (Session(480, 500), "A guess. This session has used 480 of its 500 credits; with this it would be 530."),
        (Session(480, None), "A guess. This session has used 480 credits and has no budget."),
    ],
)
def test_a_question_shows_the_estimate_its_source_and_the_session(session, said):
    question = rendering.one_more(Estimate(50, "A guess"), session)
    assert question["text"] == f"A new take of this is on its way already. About 50 credits. {said}"
    assert question["label"] == "New take, about 50 credits"
    assert "credits" not in rendering.one_more(Estimate(50, "A guess", free=True), session)["text"]


def test_credits_that_lack_are_shown_beside_those_needed():
    error = OutOfCreditsError("Insufficient credits.", status=402)
    error.needed, error.balance = 50, 7
    job = FakeJob(error=error)
    job.go(State.FAILED, Reason.NO_CREDITS)
    assert (shown(job)["credits"]["needed"], shown(job)["credits"]["have"]) == (50, 7)


def test_a_failure_says_what_happened_what_it_cost_and_what_to_do():
    job = FakeJob(error=JobFailedError("UlazAI said: input image not allowed.", money=Money.NOT_KNOWN), credits_used=50)
    job.go(State.FAILED, finished=NOW)
    facts = {row["label"]: row["text"] for row in shown(job)["facts"]}
    assert list(facts) == ["Reason", "Credits", "What to do"]
    assert "not known" in facts["Credits"]
    assert "refund" not in str(facts).lower()
    assert shown(job)["announcement"] == "UlazAI said: input image not allowed."


def test_a_reused_take_says_that_nothing_was_sent():
    job = FakeJob(credits_used=50)
    job.go(State.COMPLETED, finished=NOW)
    seen = shown(job, Surroundings(now=NOW, reused=True))
    assert seen["title"].startswith("Same request as ")
    assert seen["summary"][0] == {"kind": "credits", "lead": "0 credits.", "text": "Nothing was sent."}


def test_the_sandbox_is_free_and_says_it_is_no_real_render():
    job = FakeJob(connection=SANDBOX_CONNECTION, credits_used=18)
    job.go(State.COMPLETED, finished=NOW)
    seen = shown(job, Surroundings(now=NOW, cost="free", media=Media("t", "fox.mp4", 3)))
    assert seen["badge"] == "Sandbox"
    assert "Not a Seedance render" in seen["summary"][0]["text"]
    assert seen["media"]["fps"] == 24


@given(words=st.text(), reason=st.text())
def test_hostile_words_stay_words(words, reason):
    job = FakeJob(request=GenerationRequest(words), error=JobFailedError(reason))
    job.go(State.FAILED, finished=NOW, reason="from a newer version")
    json.dumps(shown(job), ensure_ascii=False).encode()
    rendering.text(job, words).encode()
    table = rendering.history_html([job])
    table.encode()
    assert table.count("<") == rendering.history_html([FakeJob(state=State.FAILED)]).count("<")
    assert "\n" not in rendering.history_text([job]).splitlines()[1]


def test_a_table_tells_takes_apart_whose_prompts_begin_alike():
    pier = "A lighthouse keeper walks to the end of a wooden pier at dusk"
    jobs = [FakeJob(request=GenerationRequest(f"{pier}, {move}")) for move in ("static", "slow dolly in")]
    _, *rows = rendering.history_text(jobs).splitlines()
    assert ["… static" in rows[0], "A lighthouse keeper … slow dolly in" in rows[1]] == [True, True]


def test_half_a_character_does_not_stop_the_message():
    job = FakeJob(request=GenerationRequest("a \ud83e fox"))
    job.go(State.PROCESSING)
    assert json.dumps(shown(job), ensure_ascii=False).encode()


NOT_SAVED = "The history at /home/me/ledger.db cannot be written: the disk is full. Takes are kept in memory."


@pytest.mark.parametrize(("state", "reason"), list(states.rows()))
def test_a_take_that_is_not_saved_says_so_in_every_state_and_nowhere_the_opposite(state, reason):
    job = FakeJob(not_saved=NOT_SAVED)
    job.go(state, reason, finished=NOW)
    seen = shown(job)
    assert NOT_SAVED in f"{seen['alert']['lead']} {seen['alert']['text']}"
    words = json.dumps(seen)
    for promise in ("Safe to restart", "ID is saved", "Saved to history", "kept in history", "Nothing is lost"):
        assert promise not in words


def test_a_lost_reply_that_is_not_saved_says_both():
    job = FakeJob(not_saved=NOT_SAVED)
    job.go(State.UNCERTAIN)
    alert = shown(job)["alert"]
    assert alert["lead"] == "The reply was lost."
    assert "Not sent again." in alert["text"]
    assert alert["text"].endswith(NOT_SAVED)
