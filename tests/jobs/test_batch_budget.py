"""A batch and the budget of its session: its room is its own until its takes are made, and is kept once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from seedance_widgets import Batch, GenerationRequest
from seedance_widgets.errors import OverBudgetError
from tests.support.faulty import FaultyServer, answer, busy

from .conftest import until
from .test_batch import PROMPTS, RENDERING
from .test_job import WAIT

COST = 40
"""What the service takes for each."""


@pytest.fixture
def priced(many: Callable[..., Batch]) -> Callable[..., Batch]:
    """The same, once a take has told the price."""
    many(["The first of all"]).wait(WAIT)
    return many


def test_room_is_kept_in_the_budget_for_those_that_wait(many: Callable[..., Batch], service: FaultyServer) -> None:
    service.always("status", RENDERING)
    one = many(PROMPTS[:1], start=False).estimate.credits or 0
    batch = many(PROMPTS, start=False, concurrency=1)
    batch.studio.budget = 40 + 4 * one  # 40 is what the service takes for the first
    batch.start()
    until(lambda: service.count("status"), "the first to be rendering")
    with pytest.raises(OverBudgetError):
        batch.studio.submit(GenerationRequest("A hare", resolution="480p"))
    batch.cancel()
    service.always("status", answer)
    batch.wait(WAIT)
    assert [job.status for job in batch.jobs] == ["completed", *["cancelled"] * 4]
    batch.studio.submit(GenerationRequest("A hare", resolution="480p")).wait(WAIT)
    assert service.made == 2


def test_takes_that_cost_more_than_estimated_do_not_lead_over_the_budget(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = many(PROMPTS, start=False, concurrency=1)
    batch.studio.budget = batch.estimate.credits
    batch.start().wait(WAIT)
    assert batch.estimate.credits is not None
    assert batch.studio.spent <= batch.estimate.credits + 40  # the service takes more; only the last one was not known
    assert 0 < service.made < 5
    errors = [job.error for job in batch.jobs if job.status == "cancelled"]
    assert errors
    assert all(isinstance(error, OverBudgetError) for error in errors)
    assert service.made + len(errors) == 5


def test_the_room_of_a_batch_is_taken_by_nobody_while_its_takes_are_asked_for(
    priced: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = priced(PROMPTS, start=False)
    studio = batch.studio
    studio.budget = COST + len(PROMPTS) * COST
    over, began = threading.Event(), threading.Barrier(4)
    taken: list[str] = []

    def ask(number: int) -> None:
        began.wait()
        for turn in range(1_000_000):
            if over.is_set():
                return
            try:
                job = studio.submit(GenerationRequest(f"A hare, {number} {turn}", resolution="480p"))
            except OverBudgetError:
                continue
            taken.append(job.id)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    batch.start()
    began.wait()
    try:
        batch.wait(WAIT)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert (dict(batch.tally), taken) == ({"ready": len(PROMPTS)}, [])
    assert studio.spent == studio.budget


def test_room_is_kept_again_for_a_take_that_was_called_back(
    priced: Callable[..., Batch], service: FaultyServer
) -> None:
    service.plan("generate", busy(600))
    batch = priced(PROMPTS[:2], start=False)
    batch.studio.budget = 3 * COST
    batch.start()
    until(lambda: any(take.job and take.job.reason == "rate_limited" for take in batch.takes), "the pause asked for")
    batch.pause()
    until(lambda: batch.tally == {"waiting": 2}, "the first to be taken back")
    hare = GenerationRequest("A hare", resolution="480p")
    with pytest.raises(OverBudgetError, match=f"used {COST} of its {3 * COST} credits and keeps {2 * COST} for takes"):
        batch.studio.submit(hare)
    batch.resume()
    assert batch.wait(WAIT).tally == {"ready": 2}


def test_the_same_cell_again_while_it_is_under_way_needs_no_second_room(
    priced: Callable[..., Batch], service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    batch = priced(PROMPTS, start=False, concurrency=1)
    batch.studio.budget = COST + 6 * COST
    batch.start()
    until(lambda: service.count("status") > 1, "the first to be rendering")
    again = priced([*PROMPTS, "A sixth"], concurrency=2)
    with pytest.raises(OverBudgetError):
        priced(["A seventh"])
    service.always("status", answer)
    assert sum(again.wait(WAIT).tally.values()) == 6
    batch.wait(WAIT)
    assert {job.status for job in again.jobs} == {"completed"}
    assert service.made == 1 + 6
    assert batch.studio.spent == batch.studio.budget


def test_a_form_that_asks_for_a_take_that_waits_makes_it_out_of_the_room_kept_for_it(
    priced: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = priced(PROMPTS, start=False)
    batch.pause()
    batch.studio.budget = COST + len(PROMPTS) * COST
    batch.start()
    job = batch.studio.submit(batch.takes[3].request).wait(WAIT)
    batch.resume()
    assert batch.wait(WAIT).jobs[3] is job
    assert batch.tally == {"ready": 4, "from history": 1}
    assert service.made == 1 + len(PROMPTS)


def test_takes_that_are_to_be_new_each_need_their_own_room(priced: Callable[..., Batch], service: FaultyServer) -> None:
    batch = priced([PROMPTS[0]] * 2, new=True, start=False)
    batch.pause()
    batch.studio.budget = 4 * COST
    batch.start()
    with pytest.raises(OverBudgetError):
        priced([PROMPTS[0]] * 2, new=True)
    batch.resume()
    assert batch.wait(WAIT).tally == {"ready": 2}
    assert service.made == 3


def test_what_was_to_cost_nothing_and_is_gone_is_not_paid_for(
    priced: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = priced(["The first of all", PROMPTS[0]], start=False)
    batch.studio.forget(batch.studio.history()[0])
    batch.start().wait(WAIT)
    assert batch.tally == {"not sent": 1, "ready": 1}
    assert f"was there when all of it was priced, and is not any more. Another would use about {COST}" in str(
        batch.jobs[0].error
    )
    assert service.made == 2


@pytest.mark.parametrize(("limit", "error"), [(float("nan"), TypeError), ("10", TypeError), (-1, ValueError)])
def test_a_limit_that_is_no_number_of_credits_lets_nothing_pass(
    many: Callable[..., Batch], service: FaultyServer, limit: Any, error: type[Exception]
) -> None:
    batch = many(PROMPTS[:1], start=False)
    for ask in (batch.start, batch.check):
        with pytest.raises(error, match="max_credits"):
            ask(max_credits=limit)
    with pytest.raises(error, match="max_credits"):
        batch.studio.submit(batch.takes[0].request, max_credits=limit)
    assert (service.requests, batch.started) == ([], False)
