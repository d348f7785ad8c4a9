"""SeedanceForm on what a take costs: the session's figures, its budget, the limit for one take."""

from __future__ import annotations

import pytest

from seedance_widgets.settings import connection_to
from seedance_widgets.states import State
from seedance_widgets.widgets import SeedanceForm
from tests.widgets.conftest import say, until
from tests.widgets.test_form import FIELDS, png


@pytest.fixture
def form(studio, listen):
    made = SeedanceForm(studio=studio)
    made.line = listen(made)
    return made


@pytest.fixture
def paid(studio):
    studio.connection = connection_to("https://api.ulazai.com")
    studio.used = studio.has_used(480)
    return studio


def answers(form, count):
    until(lambda: len(form.line.of("answer")) == count, f"{count} answers")
    return form.line.of("answer")[-1]


def test_over_budget_the_form_asks_with_the_figures_and_sends_only_after_a_yes(paid, form):
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    asked = answers(form, 1)
    assert (asked["ok"], asked["message"]) == (False, "")
    assert asked["question"] == {
        "title": "Go over the budget of this session?",
        "text": "About 50 credits. Estimate from your last 3 runs."
        " This session has used 480 of its 500 credits; with this it would be 530.",
        "label": "Generate, about 50 credits",
        "cancel": "Cancel",
    }
    assert (paid.requests, form.jobs, form.problems) == ([], [], [])
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS, "consent": "a"})
    assert answers(form, 2)["ok"]
    assert len(paid.requests) == len(form.jobs) == 1


def test_a_yes_holds_once(paid, form):
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS, "consent": "a"})
    say(form, {"kind": "submit", "id": "c", "fields": FIELDS, "consent": "a"})
    until(lambda: len(form.line.of("answer")) == 3, "the answers")
    assert len(paid.requests) <= 1


@pytest.mark.parametrize("change", ["a field", "an image", "the estimate", "a made-up id"])
def test_a_yes_to_something_else_is_asked_about_again(paid, form, change):
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    answers(form, 1)
    fields, consent = FIELDS, "a"
    if change == "a field":
        fields = {**FIELDS, "duration": 12}
    elif change == "an image":
        form.images = [png()]
    elif change == "the estimate":
        paid.credits = 60
    else:
        consent = "b"
    say(form, {"kind": "submit", "id": "c", "fields": fields, "consent": consent})
    asked = answers(form, 2)["question"]
    assert paid.requests == []
    assert (asked["title"] == "The estimate has risen") == (change == "the estimate")
    paid.credits -= 20  # it may fall: what was agreed to is the most
    say(form, {"kind": "submit", "id": "d", "fields": fields, "consent": "c"})
    assert answers(form, 3)["ok"]


def test_the_cost_shows_what_the_session_has_used_and_follows_it(paid, form):
    until(lambda: form.cost["session"], "the session")
    assert form.cost["session"] == {
        "text": "Session: 480 of 500 credits used",
        "after": "530 after, over budget",
        "spent": 480,
        "next": 530,
        "budget": 500,
        "over": True,
    }
    paid.used.go(State.COMPLETED, credits_used=96)
    until(lambda: form.cost["session"]["text"] == "Session: 96 of 500 credits used", "the new figures")
    assert form.cost["session"]["after"] == "146 after"
    paid.limits.limit = None
    until(lambda: form.cost["session"]["text"] == "Session: 96 credits used", "the figures without a budget")


def test_over_the_limit_for_one_take_the_form_teaches_beside_the_cost_and_asks_nothing(paid, form):
    paid.limits.max_credits = 30
    after = "530 after, over the 30 for one take"
    until(lambda: form.cost["session"] and form.cost["session"]["after"] == after, "the cost")
    assert form.problems == []
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    answer = answers(form, 1)
    assert (answer["ok"], answer.get("question")) == (False, None)
    assert [problem["field"] for problem in form.problems] == [""]  # of no field: it stands with the cost
    assert form.problems[0]["message"].startswith("About 50 credits, and 30 is the most you allow for one take.")
    assert "%config SeedanceMagics.max_credits = 50, or Studio.max_credits" in form.problems[0]["fix"]
    assert paid.requests == []
    paid.limits.max_credits = 50  # by another cell: the form sees it
    until(lambda: not form.problems, "the end of the problem")
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS})
    assert answers(form, 2)["question"]  # of the budget


def test_the_problem_of_a_take_that_costs_too_much_stays_until_it_costs_less(paid, form):
    paid.limits.max_credits = 30
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    answers(form, 1)
    paid.credits = 40
    form.duration = 4
    until(lambda: "About 40" in form.problems[0]["message"], "the new figures")
    paid.credits = 20
    form.duration = 12
    until(lambda: not form.problems, "the end of the problem")


def test_a_yes_does_not_pass_the_limit_for_one_take(paid, form):
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    assert answers(form, 1)["question"]
    paid.limits.max_credits = 30
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS, "consent": "a"})
    answer = answers(form, 2)
    assert "30 is the most you allow for one take" in answer["message"]
    assert answer.get("question") is None
    assert paid.requests == []


def test_a_take_that_is_there_already_costs_nothing(paid, form):
    form.prompt = "A red fox trots through fresh snow"
    form.images = [png()]
    until(lambda: "50" in form.cost["amount"], "the estimate")
    paid.there.append(form.request.replace(images=[form.images[0].info]))
    form.fill(form.request)
    until(lambda: form.cost["amount"] == "0 credits", "the take")
    assert form.cost["source"] == "You have this take already"
    assert (form.cost["session"]["after"], form.cost["session"]["over"]) == ("480 after", False)
    form.duration = 8
    until(lambda: "50" in form.cost["amount"], "the estimate")


def test_a_take_that_was_there_and_is_erased_costs_again(paid, form):
    form.set_state(FIELDS)
    paid.there.append(form.request)
    form.fill(form.request)
    until(lambda: form.cost["amount"] == "0 credits", "the take")
    paid.there.clear()
    paid.ledger.watchers.tell()  # as every write of the history does
    until(lambda: "50" in form.cost["amount"], "the estimate")


def test_what_was_shown_as_there_is_not_paid_for_where_it_is_gone(paid, form):
    """It was erased, or failed, and nobody told the page."""
    paid.limits.limit = None
    form.set_state(FIELDS)
    paid.there.append(form.request)
    form.fill(form.request)
    until(lambda: form.cost["amount"] == "0 credits", "the take")
    say(form, {"kind": "submit", "id": "a", "fields": FIELDS})
    asked = answers(form, 1)["question"]
    assert asked["title"] == "Make this take again?"
    assert asked["text"].startswith("The take that you had of this is gone. About 50 credits.")
    assert paid.requests == []
    say(form, {"kind": "submit", "id": "b", "fields": FIELDS, "consent": "a"})
    assert answers(form, 2)["ok"]
    assert len(paid.requests) == 1


def test_the_sandbox_shows_no_session(form):
    until(lambda: form.cost["amount"], "an estimate")
    assert form.cost["session"] is None


def test_a_closed_form_lets_go_of_the_session(studio):
    form = SeedanceForm(studio=studio)
    form.close()
    assert studio.watchers == []
