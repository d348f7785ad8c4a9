"""Two kernels have the same take in sight: neither sends it again nor writes over what the other has done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from seedance_widgets import GenerationRequest, Studio
from tests.support.faulty import FaultyServer, answer, cut

from .test_job import WAIT, reaches
from .test_money import RENDERING, over, rows

Kernels = Callable[[], Studio]


def test_an_uncertain_job_that_another_kernel_has_sent_is_not_sent_again(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    one, two = kernel(), kernel()
    service.plan("generate", cut())
    job = one.submit(fox)
    reaches(job, over)
    other = two.job(job.id)
    assert other is not None
    other.send_again()
    reaches(other, lambda job: job.status == "completed")
    job.send_again()
    reaches(job, lambda job: job.status == "completed")  # it is shown what the other has done
    assert service.count("generate") == 2
    assert rows(home, "generation_id") == [(other.generation_id,)]


def test_a_finished_take_is_not_overwritten_by_a_kernel_that_saw_it_running(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    one, two = kernel(), kernel()
    service.always("status", RENDERING)
    job = one.submit(fox)
    reaches(job, lambda job: job.generation_id is not None)
    seen = two.job(job.id)
    assert seen is not None
    assert seen.status == "processing"
    service.always("status", answer)
    job.wait(WAIT)
    one.ledger.close()
    assert two.submit(fox) is seen
    assert (seen.status, seen.path) == ("completed", job.path)
    assert rows(home, "state, media") == [("completed", job.record.media)]


def test_history_shows_what_another_kernel_has_done(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    one, two = kernel(), kernel()
    service.always("status", RENDERING)
    job = one.submit(fox)
    reaches(job, lambda job: job.generation_id is not None)
    (seen,) = two.history()
    assert seen.status == "processing"
    service.always("status", answer)
    job.wait(WAIT)
    assert two.history() == [seen]
    assert seen.status == "completed"
