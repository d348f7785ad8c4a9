"""A session at a paid service cannot use more than its budget without being told to."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.errors import Money, OverBudgetError
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


def test_a_request_whose_fate_is_unknown_counts_as_used(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 1):
        reaches(studio.submit(fox), lambda job: job.over)
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
