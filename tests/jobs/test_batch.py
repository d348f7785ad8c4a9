"""Many takes at once: a few at a time, the budget asked once, every result kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets import Batch, GenerationRequest, Job, polling
from seedance_widgets.errors import (
    ConfigurationError,
    InvalidRequestError,
    OutOfCreditsError,
    OverBudgetError,
    SeedanceError,
    WaitTimeoutError,
)
from seedance_widgets.jobs import sending
from tests.support.faulty import FaultyServer, answer, busy, cut, says

from .conftest import until
from .test_job import WAIT

PROMPTS = ["A red fox in snow", "An owl at dusk", "A whale under ice", "A heron in reeds", "A lynx on a rock"]
RENDERING = says(200, {"success": True, "status": "processing"})
FAILED = says(200, {"success": True, "status": "failed", "error": "No."})


def held(service: FaultyServer) -> None:
    """Whatever is made there goes on rendering."""
    service.always("status", RENDERING)


def test_prompts_become_takes_in_their_order_with_their_results_in_a_table(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    requests = [PROMPTS[0], {"prompt": PROMPTS[1], "duration": "8"}, GenerationRequest(PROMPTS[2], resolution="480p")]
    batch = many(requests)
    finished = list(batch)
    assert batch.over
    assert {job.id for job in finished} == {job.id for job in batch.jobs}
    assert [job.request.prompt for job in batch.jobs] == PROMPTS[:3]
    assert service.made == 3
    frame = batch.frame()
    assert list(frame.index) == [1, 2, 3]
    assert list(frame["duration"]) == [4, 8, 4]
    assert set(frame["state"]) == {"completed"}
    assert list(frame["credits"]) == [40, 40, 40]
    assert all(Path(path).exists() for path in frame["path"])
    assert repr(batch) == "<Batch: 3 of 3 settled: 3 ready. 120 credits used>"
    assert batch._repr_html_().count("<tr>") == 4


def test_no_more_are_under_way_than_asked_for(many: Callable[..., Batch], service: FaultyServer) -> None:
    held(service)
    batch = many(PROMPTS, concurrency=2)
    until(lambda: service.count("status") >= 4, "the two that are rendering to be looked at again")
    assert service.made == 2
    assert batch.tally == {"rendering": 2, "waiting": 3}
    assert "0 of 5 settled: 2 rendering, 3 waiting. 80 credits used, about" in repr(batch)
    batch.concurrency = 3
    until(lambda: service.made == 3, "the third")
    service.always("status", answer)
    batch.wait(WAIT)
    assert service.made == 5


@pytest.mark.parametrize(("most", "error"), [(0, ValueError), (-1, ValueError), (2.5, TypeError), (True, TypeError)])
def test_a_concurrency_is_a_whole_number_from_one(
    many: Callable[..., Batch], service: FaultyServer, most: Any, error: type[Exception]
) -> None:
    with pytest.raises(error, match="concurrency"):
        many(PROMPTS, concurrency=most)
    assert service.requests == []


def test_a_rate_limit_is_waited_out_for_as_long_as_it_takes_by_one_request_at_a_time(
    many: Callable[..., Batch], service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_LIMIT_PATIENCE", 0.0)  # what a single take gives up after
    service.plan("generate", *[busy(0.3)] * 3, answer, *[busy(0.3)] * 2)
    batch = many(PROMPTS[:3], concurrency=3)
    sending_at_once = []
    batch.subscribe(lambda: sending_at_once.append(batch.tally["sending"]))
    batch.wait(WAIT)
    assert batch.tally == {"ready": 3}
    assert max(sending_at_once) == 1
    assert (service.made, service.count("generate")) == (3, 8)
    asked_not_before = iter(service.not_before)
    arrivals = service.arrivals("generate")
    for refused, following in ((0, 1), (1, 2), (2, 3), (4, 5), (5, 6)):
        assert arrivals[following] >= next(asked_not_before) > arrivals[refused]


def test_whatever_pause_a_service_names_all_takes_arrive_and_each_is_made_once(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    refused = [
        says(429, {"error": "Slow down"}, **({"Retry_After": named} if named else {}))
        for named in ("", "0", "-5", "soon", "Wed, 21 Oct 2015 07:28:00 GMT", "nan", "0.2")
    ]
    service.plan("generate", *refused[:3], answer, *refused[3:], answer, busy(0.1, date=True))
    assert many(PROMPTS[:3]).wait(WAIT).tally == {"ready": 3}
    assert (service.made, service.count("generate")) == (3, 3 + 8)
    assert service.arrivals("generate")[-1] >= service.not_before[-1]


def test_a_pause_beyond_all_reason_is_shown_is_an_hour_at_most_and_can_be_called_off(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    service.always("generate", says(429, {"error": "Slow down"}, Retry_After="99999999999"))
    batch = many(PROMPTS[:3])
    until(lambda: any(take.job and take.job.reason == "rate_limited" for take in batch.takes), "the pause asked for")
    event = batch.jobs[0].events[-1]
    assert 3000 < event.detail["retry_at"] - event.time < 3700
    batch.cancel()
    assert batch.wait(WAIT).tally == {"not sent": 3}
    assert (service.made, service.count("generate")) == (0, 1)


def test_looks_that_are_refused_for_too_long_go_on(
    many: Callable[..., Batch], service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "WATCH_LIMIT", 0.0)
    service.plan("status", *[busy(0.05)] * 3)
    batch = many(PROMPTS[:1]).wait(WAIT)
    assert batch.tally == {"ready": 1}
    assert service.made == 1


def test_a_take_that_fails_is_a_result_and_the_others_go_on(many: Callable[..., Batch], service: FaultyServer) -> None:
    service.plan("status", FAILED)
    service.plan("generate", answer, cut(), says(400, {"error": "Not this."}))
    batch = many(PROMPTS, concurrency=1).wait(WAIT)
    assert [job.status for job in batch.jobs] == ["failed", "uncertain", "failed", "completed", "completed"]
    assert repr(batch).startswith("<Batch: 5 of 5 settled: 2 ready, 1 uncertain, 2 failed. 120 credits used, ")
    frame = batch.frame()
    assert frame["error"].isna().tolist() == [False, False, False, True, True]
    assert frame["credits"].fillna(-1).tolist() == [40, -1, 0, 40, 40]
    again = many(PROMPTS, concurrency=1).wait(WAIT)  # only what failed is sent again; what is uncertain is not
    assert [job.status for job in again.jobs] == ["completed", "uncertain", "completed", "completed", "completed"]
    assert service.count("generate") == 7
    assert again.to_make == 2
    assert again.jobs[1] is batch.jobs[1]


def test_all_that_is_wrong_is_said_at_once_and_nothing_is_sent(
    many: Callable[..., Batch], service: FaultyServer, tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    rows = [
        PROMPTS[0],
        {"prompt": PROMPTS[1], "duration": 5},
        {"prompt": "x", "seed": 3},
        {"prompt": PROMPTS[2], "images": "notes.txt"},
    ]
    with pytest.raises(InvalidRequestError) as caught:
        many(rows)
    said = [str(problem) for problem in caught.value.problems]
    assert [words[:6] for words in said] == ["Row 2:", "Row 3:", "Row 4:"]
    assert "Duration 5 is not offered" in said[0]
    assert "takes no seed" in said[1]
    assert "notes.txt" in said[2]
    with pytest.raises(TypeError, match="no seed"):
        many(PROMPTS, seed=3)
    with pytest.raises(TypeError, match="requests_from"):
        many("prompts.csv")
    assert service.requests == []


def test_over_the_budget_nothing_is_sent_at_all(many: Callable[..., Batch], service: FaultyServer) -> None:
    batch = many(PROMPTS, start=False)
    about = batch.estimate.credits
    assert about == 5 * (batch.takes[0].about.credits or 0) > 0
    batch.studio.budget = about - 1
    with pytest.raises(OverBudgetError) as caught:
        many(PROMPTS)
    assert (caught.value.expected, caught.value.spent, caught.value.budget) == (about, 0, about - 1)
    with pytest.raises(OverBudgetError):
        many(PROMPTS, max_credits=about - 1, over_budget=True)
    assert (service.requests, batch.studio.history()) == ([], [])
    assert repr(batch) == f"<Batch: 5 takes, 5 to make. {batch.estimate.sentence} Nothing is sent yet>"
    with pytest.raises(SeedanceError, match="Nothing is sent yet"):
        batch.wait()
    batch.start(over_budget=True).wait(WAIT)
    assert service.made == 5


def test_the_limit_of_one_take_is_asked_of_each_and_not_of_all(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = many([{"prompt": PROMPTS[1], "duration": 12}, PROMPTS[0]], start=False)
    more, less = (take.about.credits or 0 for take in batch.takes)
    batch.studio.max_credits = more - 1
    with pytest.raises(OverBudgetError, match=f"{more - 1} is the most you allow"):
        batch.start(over_budget=True)
    assert service.requests == []
    batch.studio.max_credits = more
    assert batch.start().wait(WAIT).tally == {"ready": 2}
    assert 0 < less < more


def test_a_shot_that_goes_on_from_a_take_is_its_child(many: Callable[..., Batch], service: FaultyServer) -> None:
    (first,) = many(PROMPTS[:1]).wait(WAIT).jobs
    batch = many([{"prompt": PROMPTS[1], "images": first}, PROMPTS[2]]).wait(WAIT)
    assert [job.parent for job in batch.jobs] == [first.id, None]
    assert service.made == 3


def test_where_the_next_would_fail_the_same_way_it_is_not_sent(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    service.always("generate", says(402, {"error": "Insufficient credits. Need 18, have 7"}))
    batch = many(PROMPTS).wait(WAIT)
    assert [job.status for job in batch.jobs] == ["failed", *["cancelled"] * 4]
    assert all(isinstance(job.error, OutOfCreditsError) for job in batch.jobs)
    with pytest.raises(OutOfCreditsError):
        batch.jobs[-1].wait(WAIT)
    assert service.count("generate") == 1
    assert [job.status for job in batch.studio.history()] == ["failed"]


def test_what_is_there_costs_nothing_and_the_same_request_is_made_once(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    (first,) = many(PROMPTS[:1]).wait(WAIT).jobs
    batch = many([PROMPTS[1], *PROMPTS[:2], PROMPTS[1]], start=False)
    assert batch.to_make == 1
    assert batch.estimate.credits == batch.takes[0].about.credits
    batch.start().wait(WAIT)
    assert batch.jobs[1] is first
    assert batch.jobs[0] is batch.jobs[2] is batch.jobs[3]
    assert [take.credits for take in batch.takes] == [40, 0, 0, 0]
    assert batch.tally == {"ready": 1, "from history": 3}
    assert service.made == 2
    assert len(list(batch)) == 2
    anew = many([PROMPTS[0], PROMPTS[0]], new=True).wait(WAIT)
    assert sorted(job.take for job in anew.jobs) == [2, 3]
    assert service.made == 4


def test_a_pause_stops_new_requests_also_one_that_waits_to_be_sent(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    service.plan("generate", answer, busy(600))
    batch = many(PROMPTS[:3], concurrency=3)
    until(lambda: any(take.job and take.job.reason == "rate_limited" for take in batch.takes), "the pause asked for")
    batch.pause()
    until(lambda: batch.tally == {"ready": 1, "waiting": 2}, "the second to be taken back")
    assert repr(batch).endswith("Paused>")
    with pytest.raises(WaitTimeoutError):
        batch.wait(0.01)
    assert service.count("generate") == 2
    batch.resume()
    batch.wait(WAIT)
    assert batch.tally == {"ready": 3}
    assert (service.made, service.count("generate")) == (3, 4)


def test_a_session_that_changes_its_service_makes_no_more_of_the_batch_there(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    held(service)
    batch = many(PROMPTS[:3], concurrency=1)
    until(lambda: service.count("status"), "the first to be rendering")
    batch.studio.use("sandbox")
    service.always("status", answer)
    batch.wait(WAIT)
    assert [job.status for job in batch.jobs] == ["completed", "cancelled", "cancelled"]
    assert all(isinstance(job.error, ConfigurationError) for job in batch.jobs[1:])
    assert service.made == 1


async def test_a_batch_is_awaited_and_iterated_over_on_any_loop(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = many(PROMPTS[:2])
    finished: list[Job] = [job async for job in batch]
    assert {job.id for job in finished} == {job.id for job in batch.jobs}
    assert await batch is batch


def test_a_watcher_that_fails_stops_nothing(many: Callable[..., Batch]) -> None:
    told: list[int] = []
    batch = many(PROMPTS[:2], start=False)
    batch.subscribe(lambda: 1 / 0)
    end = batch.subscribe(lambda: told.append(batch.tally["ready"]))
    batch.start().wait(WAIT)
    assert told[-1] == 2
    end()
    count = len(told)
    batch.pause()
    batch.wait(WAIT)
    assert len(told) == count


def test_a_fault_of_this_package_leaves_nobody_waiting(
    many: Callable[..., Batch], monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = many(PROMPTS[:2], start=False)

    async def broken(*_args: object, **_named: object) -> Job:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(batch.studio, "submit_async", broken)
    batch.start().wait(WAIT)
    assert batch.tally == {"not sent": 2}
    assert "fault of this package" in str(batch.jobs[0].error)
