"""Who carries a job can be told, so that what is asked of it in another kernel does not end in silence."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seedance_widgets import GenerationRequest, Job, Studio, runtime
from seedance_widgets.errors import JobCancelledError
from tests.support.faulty import FaultyServer
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT, reaches


def test_a_job_knows_whether_this_kernel_or_another_carries_it(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    mine, other = new_studio(), new_studio()
    with sandbox.faults("status", "generate", None, code=429, retry_after=60):
        job = mine.submit(fox)
        reaches(job, lambda job: job.reason == "rate_limited")
        assert job.carried == "here"
        seen = other.submit(fox)  # the same request: the take that is under way there
        assert (seen.id, seen.carried) == (job.id, "elsewhere")
        seen.cancel()
        assert job.carried == "here"
        job.cancel()
        for each in (job, seen):
            reaches(each, lambda job: job.over)
    assert (job.carried, seen.carried) == ("nowhere", "nowhere")


def test_a_job_whose_kernel_is_gone_is_carried_by_nobody_until_it_is_resumed(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    first, next_one = new_studio(), new_studio()
    with sandbox.faults("stuck_job", None, 1):
        reaches(first.submit(fox), lambda job: job.generation_id is not None)
        first.close()
        job = next_one.history()[0]
        assert (job.info.active, job.carried) == (True, "nowhere")
        next_one.resume()
        reaches(job, lambda job: job.carried == "here")


def test_a_job_that_is_over_is_carried_by_nobody(studio: Studio, fox: GenerationRequest) -> None:
    assert studio.submit(fox).wait(WAIT).carried == "nowhere"


def test_a_job_that_is_cancelled_before_its_first_step_says_so(
    kernel: Callable[[], Studio], fox: GenerationRequest, service: FaultyServer
) -> None:
    studio = kernel()

    async def at_once() -> Job:
        job = await studio.submit_async(fox)
        job.cancel()
        return job

    with pytest.raises(JobCancelledError):
        runtime.block(at_once()).wait(WAIT)
    assert service.requests == []
