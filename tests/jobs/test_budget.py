"""A session at a paid service cannot use more than its budget without being told to."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from seedance_widgets import GenerationRequest, Job, Studio
from seedance_widgets.errors import Money, OutOfCreditsError, OverBudgetError
from seedance_widgets.estimate import Session
from seedance_widgets.ledger import Record
from seedance_widgets.states import State
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT, jobs_made, reaches


def test_a_session_starts_with_500_credits_and_counts_what_it_uses(studio: Studio, fox: GenerationRequest) -> None:
    assert (studio.budget, studio.spent) == (500, 0)
    job = studio.submit(fox)
    job.wait(WAIT)
    assert studio.spent == job.credits_used
    studio.submit(fox)  # given back: no credits
    assert studio.spent == job.credits_used


def test_over_the_budget_nothing_is_sent_until_it_is_raised(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    studio.budget = 15
    first = studio.submit(fox).wait(WAIT)
    assert first.credits_used == 10
    with pytest.raises(OverBudgetError, match="used 10 of its 15 credits") as caught:
        studio.submit(fox, new=True)
    assert caught.value.money is Money.NOTHING
    assert studio.submit(fox) is first  # what is there already costs nothing
    assert jobs_made(sandbox) == 1
    studio.budget = None
    studio.submit(fox, new=True).wait(WAIT)
    assert jobs_made(sandbox) == 2


@pytest.mark.parametrize("limit", ["500", 15.5, float("nan"), True])
def test_a_budget_is_a_whole_number_or_none(studio: Studio, limit: Any) -> None:
    with pytest.raises(TypeError, match="whole number of credits"):
        studio.budget = limit
    assert studio.budget == 500


def test_a_budget_is_not_negative(studio: Studio) -> None:
    with pytest.raises(ValueError, match="from 0, or None"):
        studio.budget = -3
    assert studio.budget == 500


def test_takes_that_are_asked_for_at_the_same_moment_share_what_is_left(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    studio.submit(fox).wait(WAIT)
    studio.budget = 25

    def ask(number: int) -> Job | None:
        try:
            return studio.submit(fox.replace(prompt=f"{fox.prompt}, take {number}"))
        except OverBudgetError:
            return None

    with ThreadPoolExecutor(8) as threads:
        (job,) = filter(None, threads.map(ask, range(8)))
    job.wait(WAIT)
    assert (studio.spent, jobs_made(sandbox)) == (20, 2)
    studio.budget = 35  # what the refused ones would have used is not kept for them
    studio.submit(fox, new=True).wait(WAIT)
    assert studio.spent == 30


def test_a_take_that_fails_while_it_is_asked_for_is_not_made_again_over_the_budget(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = studio.submit(fox).wait(WAIT)
    studio.budget = 15
    begin = studio.ledger.begin

    def too_late(record: Record, **options: Any) -> Record:
        job.record.state = State.FAILED
        studio.ledger.save(job.record)
        return begin(record, **options)

    monkeypatch.setattr(studio.ledger, "begin", too_late)
    with pytest.raises(OverBudgetError):
        studio.submit(fox)
    assert (len(studio.history()), jobs_made(sandbox)) == (1, 1)


def test_the_budget_is_passed_for_one_take_by_whoever_saw_the_figures(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    studio.budget = 15
    studio.submit(fox).wait(WAIT)
    with pytest.raises(OverBudgetError) as caught:
        studio.submit(fox, new=True)
    error = caught.value
    assert (error.expected, error.spent, error.budget) == (10, 10, 15)
    assert error.source == "Estimate from your last run"
    with pytest.raises(OverBudgetError, match="9 is the most you allow"):  # seen, and it was less then
        studio.submit(fox, new=True, over_budget=True, max_credits=9)
    studio.submit(fox, new=True, over_budget=True, max_credits=10).wait(WAIT)
    assert (studio.spent, jobs_made(sandbox)) == (20, 2)
    with pytest.raises(OverBudgetError, match="used 20 of its 15"):
        studio.submit(fox, new=True)


def test_whoever_watches_the_session_is_told_what_changes(studio: Studio, fox: GenerationRequest) -> None:
    seen = []
    unwatch = studio.watch_session(lambda: seen.append(studio.session))
    studio.submit(fox).wait(WAIT)
    studio.budget = 1000
    assert seen[-1] == Session(spent=10, budget=1000)
    assert len(seen) == len(set(seen))  # a change that changes no figure tells nobody
    unwatch()
    studio.budget = 7
    assert seen[-1].budget == 1000


def test_a_take_that_is_not_sent_yet_counts_until_it_is_cancelled(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    studio.budget = 15
    with sandbox.faults("status", "generate", None, code=429, retry_after=60):
        job = studio.submit(fox)
        reaches(job, lambda job: job.reason == "rate_limited")
        with pytest.raises(OverBudgetError):
            studio.submit(fox, new=True)
        job.cancel()
        reaches(job, lambda job: job.over)
    assert studio.spent == 0


def test_a_request_whose_fate_is_unknown_counts_as_used(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 1):
        reaches(studio.submit(fox), lambda job: job.over)
    assert studio.spent == 10


def test_a_lost_request_and_the_one_that_was_sent_again_both_count(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    studio = new_studio()
    with sandbox.faults("drop_after", "generate", 1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.over)
    sandbox.control.set_credits(1)
    job.send_again()  # refused: nothing was made by it
    with pytest.raises(OutOfCreditsError):
        job.wait(WAIT)
    assert (job.status, studio.spent) == ("uncertain", 10)
    sandbox.control.set_credits(1000)
    studio.budget = 15
    job.send_again()  # an order, whatever the budget
    job.wait(WAIT)
    assert (studio.spent, jobs_made(sandbox)) == (20, 2)


def test_a_take_of_an_earlier_session_counts_once_it_is_sent_again(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 1):
        reaches(new_studio().submit(fox), lambda job: job.over)
    studio = new_studio()
    (job,) = studio.history()
    assert studio.spent == 0
    job.send_again()
    job.wait(WAIT)
    assert studio.spent == 10


def test_a_refused_request_counts_as_nothing(studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox) -> None:
    sandbox.control.set_credits(1)
    reaches(studio.submit(fox), lambda job: job.over)
    assert studio.spent == 0


def test_the_sandbox_has_no_budget(new_studio: Callable[..., Studio], fox: GenerationRequest) -> None:
    free = new_studio(api_key=None, base_url=None)
    free.budget = 0
    assert free.submit(fox).wait(WAIT).status == "completed"
    assert free.spent == 0


# The limit for one take


def test_a_take_over_the_limit_of_the_studio_is_not_made_whoever_says_yes(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    made = studio.submit(fox).wait(WAIT)
    studio.max_credits = 9
    for agreed in ({}, {"max_credits": 100}, {"over_budget": True, "max_credits": 10}):
        with pytest.raises(
            OverBudgetError, match="About 10 credits, and 9 is the most you allow for one take"
        ) as caught:
            studio.submit(fox, new=True, **agreed)
    assert (caught.value.max_credits, caught.value.expected, caught.value.money) == (9, 10, Money.NOTHING)
    assert "%config SeedanceMagics.max_credits = 10, or Studio.max_credits" in str(caught.value)
    assert studio.submit(fox) is made  # what is there already costs nothing
    assert (len(studio.history()), jobs_made(sandbox)) == (1, 1)
    studio.max_credits = 10
    with pytest.raises(OverBudgetError, match="5 is the most you allow") as caught:  # the smaller of both
        studio.submit(fox, new=True, max_credits=5)
    assert caught.value.max_credits is None
    studio.submit(fox, new=True).wait(WAIT)
    assert jobs_made(sandbox) == 2


@pytest.mark.parametrize("limit", ["20", 15.5, True, -1])
def test_a_limit_for_one_take_is_a_whole_number_or_none(studio: Studio, limit: Any) -> None:
    studio.max_credits = 20
    with pytest.raises((TypeError, ValueError), match=r"max_credits is a .*number"):
        studio.max_credits = limit
    assert studio.max_credits == 20


def test_whoever_watches_the_session_is_told_of_another_limit_for_one_take(studio: Studio) -> None:
    seen = []
    studio.watch_session(lambda: seen.append(studio.session.max_credits))
    studio.max_credits = 20
    studio.max_credits = None
    assert seen == [20, None]


def test_a_request_is_not_sent_again_over_the_limit_for_one_take(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.over)
    studio.max_credits = 9
    with pytest.raises(OverBudgetError, match="9 is the most you allow for one take"):
        job.send_again()
    assert (job.status, studio.spent, jobs_made(sandbox)) == ("uncertain", 10, 1)
    studio.max_credits = 10
    job.send_again()
    job.wait(WAIT)
    assert jobs_made(sandbox) == 2


def test_the_sandbox_has_no_limit_for_one_take(new_studio: Callable[..., Studio], fox: GenerationRequest) -> None:
    free = new_studio(api_key=None, base_url=None)
    free.max_credits = 0
    assert free.submit(fox).wait(WAIT).status == "completed"
