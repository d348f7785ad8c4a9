"""A kernel that was taken for dead and is not: another carries its job, and still nobody pays twice or loses an ID."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Job, Studio
from tests.support.faulty import Exchange, FaultyServer, answer, busy, says

from .conftest import until
from .test_job import WAIT, reaches
from .test_money import RENDERING, over, rows

Kernels = Callable[[], Studio]


def taken_for_dead(studio: Studio) -> None:
    """Its lock is free and it lives: two machines on a shared folder whose locks do not reach from one to the other."""
    assert studio.ledger._locks._own is not None
    studio.ledger._locks._own.release()


@pytest.fixture
def late(service: FaultyServer) -> threading.Event:
    """The next reply to a generate request comes when this is set."""
    go = threading.Event()

    def behave(exchange: Exchange) -> None:
        data = exchange.server.proper_reply(exchange)
        go.wait(WAIT)
        exchange.send(data)

    service.plan("generate", behave)
    return go


def taken_over(kernel: Kernels, job: Job) -> tuple[Studio, Job]:
    """What the kernel after it makes of a job."""
    later = kernel()
    (found,) = later.resume()
    reaches(found, over)
    return later, found


def test_an_id_that_comes_back_late_goes_into_the_row_that_lacks_it(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, late: threading.Event, home: Path
) -> None:
    first = kernel()
    job = first.submit(fox)
    until(lambda: service.count("generate"), "the request")
    taken_for_dead(first)
    later, found = taken_over(kernel, job)
    assert found.status == "uncertain"
    late.set()
    reaches(job, lambda job: job.status == "completed")
    assert service.made == 1
    (seen,) = later.history()
    assert (seen.status, seen.generation_id) == ("completed", "gen-1")


def test_an_id_that_comes_back_after_the_job_was_sent_again_has_a_row_of_its_own(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, late: threading.Event, home: Path
) -> None:
    first = kernel()
    job = first.submit(fox)
    until(lambda: service.count("generate"), "the request")
    taken_for_dead(first)
    later, found = taken_over(kernel, job)
    service.always("status", RENDERING)
    found.send_again()
    reaches(found, lambda job: job.generation_id is not None)
    late.set()
    until(lambda: len(rows(home, "id")) == 2, "a row for the other ID")
    reaches(job, lambda job: job.generation_id == found.generation_id)  # it shows what the other kernel does
    service.always("status", answer)
    first.close()
    later.close()
    for left in kernel().resume():
        left.wait(WAIT)
    assert sorted(rows(home, "generation_id, state")) == [("gen-1", "completed"), ("gen-2", "completed")]
    assert service.count("generate") == service.made == 2


def test_a_job_that_was_taken_over_before_it_was_sent_is_not_sent(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    service.plan("generate", busy(600))
    first = kernel()
    job = first.submit(fox)
    reaches(job, lambda job: job.reason == "rate_limited")
    taken_for_dead(first)
    _, found = taken_over(kernel, job)
    assert found.status == "cancelled"
    job.check_now()  # it would be sent now
    reaches(job, lambda job: job.status == "cancelled")
    assert service.count("generate") == 1
    assert rows(home, "state") == [("cancelled",)]


def test_of_two_kernels_that_follow_one_job_the_first_only_watches_the_other(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    service.always("status", RENDERING)
    first = kernel()
    job = first.submit(fox)
    reaches(job, lambda job: job.generation_id is not None)
    taken_for_dead(first)
    later = kernel()
    (found,) = later.resume()
    reaches(found, lambda job: job.reason == "resumed" or "resumed" in [e.reason for e in job.events])
    service.always("status", says(500))
    reaches(job, lambda job: job.record.owner == later.ledger.owner)
    service.always("status", answer)
    found.wait(WAIT)
    reaches(job, lambda job: job.status == "completed")
    assert rows(home, "owner, state") == [(later.ledger.owner, "completed")]
    assert service.count("media") == 1


def test_a_job_whose_first_kernel_stops_watching_goes_on_in_the_second(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    service.always("status", RENDERING)
    first = kernel()
    job = first.submit(fox)
    reaches(job, lambda job: job.generation_id is not None)
    taken_for_dead(first)
    later = kernel()
    (found,) = later.resume()
    reaches(found, lambda job: "resumed" in [e.reason for e in job.events])
    job.stop_watching()
    reaches(job, lambda job: job.record.owner == later.ledger.owner)
    assert found.reason != "not_watching"
    service.always("status", answer)
    found.wait(WAIT)
