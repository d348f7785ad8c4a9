"""To stop watching is remembered where there is nothing to watch yet."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.errors import WaitTimeoutError
from tests.support.faulty import Exchange, FaultyServer, answer, busy, says

from .test_job import WAIT, reaches

Kernels = Callable[[], Studio]


@pytest.fixture
def asked(service: FaultyServer) -> tuple[threading.Event, threading.Event]:
    """The service takes the next request (the first event) and replies only when it may (the second)."""
    taken, may = threading.Event(), threading.Event()

    def behave(exchange: Exchange) -> None:
        taken.set()
        assert may.wait(WAIT)
        answer(exchange)

    service.plan("generate", behave)
    return taken, may


def test_stopped_at_once_a_job_is_sent_and_not_looked_at_until_it_is_watched_again(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    job = kernel().submit(fox)
    job.stop_watching()
    with pytest.raises(WaitTimeoutError, match="not watched any more"):
        job.wait(WAIT)
    assert (job.status, job.reason, job.generation_id is None) == ("processing", "not_watching", False)
    assert (service.made, service.count("status")) == (1, 0)
    job.watch_again()
    job.wait(WAIT)
    assert service.made == 1


def test_stopped_while_its_request_is_on_its_way_a_job_is_not_looked_at(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, asked: tuple[threading.Event, threading.Event]
) -> None:
    job = kernel().submit(fox)
    assert asked[0].wait(WAIT)
    job.stop_watching()
    reaches(job, lambda job: job.status == "submitting")
    asked[1].set()
    reaches(job, lambda job: job.reason == "not_watching")
    assert service.count("status") == 0


@pytest.mark.parametrize("way", ["watch_again", "the same request"])
def test_whoever_wants_it_watched_after_all_takes_that_back(
    kernel: Kernels,
    fox: GenerationRequest,
    service: FaultyServer,
    asked: tuple[threading.Event, threading.Event],
    way: str,
) -> None:
    studio = kernel()
    job = studio.submit(fox)
    assert asked[0].wait(WAIT)
    job.stop_watching()
    if way == "watch_again":
        job.watch_again()
    else:
        assert studio.submit(fox) is job
    asked[1].set()
    job.wait(WAIT)
    assert service.made == 1


def test_the_last_word_on_watching_holds(kernel: Kernels, fox: GenerationRequest, service: FaultyServer) -> None:
    service.always("status", says(200, {"success": True, "status": "processing"}))
    job = kernel().submit(fox)
    reaches(job, lambda job: job.next_check is not None)
    job.stop_watching()
    job.watch_again()
    job.stop_watching()
    job.watch_again()
    service.always("status", answer)
    assert job.wait(WAIT).status == "completed"


def test_a_job_that_is_stopped_before_it_is_sent_can_still_be_cancelled(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.plan("generate", busy(600))
    job = kernel().submit(fox)
    reaches(job, lambda job: job.reason == "rate_limited")
    job.stop_watching()
    job.cancel()
    reaches(job, lambda job: job.status == "cancelled")
    assert service.made == 0
