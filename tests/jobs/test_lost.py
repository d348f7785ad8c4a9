"""A paid take that the service did not give is looked for, and not made a second time unasked."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Job, Studio, polling
from seedance_widgets.errors import NotFoundError
from seedance_widgets.ledger import SECOND_LOOK, count_unfinished
from tests.support.faulty import FaultyServer, answer, says

from .test_job import WAIT, reaches
from .test_restart import rewrite


def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A "not found" is believed after some looks, however soon they follow one another."""
    monkeypatch.setattr(polling, "BACKOFF_MOST", 0.05)
    monkeypatch.setattr(polling, "NOT_FOUND_TIME", 0.0)


@pytest.mark.parametrize("lost", ["expired", "not_found"])
def test_a_paid_take_that_ended_without_its_video_is_looked_at_once_more_by_resume(
    kernel: Callable[[], Studio],
    fox: GenerationRequest,
    service: FaultyServer,
    home: Path,
    lost: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasty(monkeypatch)
    service.always("media" if lost == "expired" else "status", says(404))
    first = kernel()
    job = first.submit(fox)
    reaches(job, lambda job: lost in (job.status, job.reason))
    ended = job.finished
    first.close()
    assert count_unfinished(home) == 1
    later = kernel()
    (found,) = later.resume()
    reaches(found, lambda again: again.record.updated > job.record.updated and lost in (again.status, again.reason))
    assert found.finished == ended  # so that the days it is looked at are counted from there
    service.always("media" if lost == "expired" else "status", answer)
    (again,) = later.resume()
    assert again is found
    reaches(found, lambda job: job.status == "completed")
    assert service.made == 1


@pytest.mark.parametrize(("state", "reason"), [("expired", None), ("failed", "not_found")])
def test_a_paid_take_that_ended_days_ago_is_not_looked_at_for_ever(
    kernel: Callable[[], Studio], fox: GenerationRequest, home: Path, state: str, reason: str | None
) -> None:
    first = kernel()
    first.submit(fox).wait(WAIT)
    first.close()
    for age, waiting in ((SECOND_LOOK - 3600, 1), (SECOND_LOOK + 1, 0)):
        rewrite(home, state=state, reason=reason, media=None, finished=time.time() - age)
        assert count_unfinished(home) == waiting
        assert len(kernel().unfinished()) == waiting


@pytest.mark.parametrize("lost", ["expired", "not_found"])
def test_the_same_request_looks_once_more_at_a_paid_take_that_was_not_given_and_sends_nothing(
    kernel: Callable[[], Studio],
    fox: GenerationRequest,
    service: FaultyServer,
    lost: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hasty(monkeypatch)
    fault = "media" if lost == "expired" else "status"
    service.always(fault, says(404))
    studio = kernel()
    job = studio.submit(fox)
    reaches(job, lambda job: lost in (job.status, job.reason))
    ended, said = job.finished, len(job.events)
    assert studio.has_take(fox)
    assert studio.submit(fox) is job
    reaches(job, lambda job: len(job.events) > said and job.over)
    assert lost in (job.status, job.reason)
    assert job.finished == ended  # so that the days it is looked for are counted from there
    service.always(fault, answer)
    studio.close()
    later = kernel()
    (again,) = later.history()
    assert later.submit(fox) is again
    reaches(again, lambda job: job.status == "completed")
    assert (service.made, len(later.history())) == (1, 1)


@pytest.mark.parametrize(("state", "reason"), [("expired", None), ("failed", "not_found")])
def test_a_take_that_was_not_given_answers_nobody_after_days_nor_without_an_id(
    kernel: Callable[[], Studio], fox: GenerationRequest, home: Path, state: str, reason: str | None
) -> None:
    first = kernel()
    first.submit(fox).wait(WAIT)
    first.close()
    for age, known, there in ((SECOND_LOOK - 3600, "an-id", True), (SECOND_LOOK + 1, "an-id", False), (0, None, False)):
        rewrite(home, state=state, reason=reason, media=None, finished=time.time() - age, generation_id=known)
        studio = kernel()
        studio.place = None
        assert studio.has_take(fox) is there


def test_what_is_on_its_way_answers_before_what_must_be_looked_for(
    kernel: Callable[[], Studio], fox: GenerationRequest, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty(monkeypatch)
    service.always("status", says(200, {"success": True, "status": "processing"}))
    studio = kernel()
    running = studio.submit(fox)
    reaches(running, lambda job: job.next_check is not None)
    running.stop_watching()
    reaches(running, lambda job: job.over)
    service.always("status", says(404))
    lost = studio.submit(fox, new=True)
    reaches(lost, lambda job: job.reason == "not_found")
    assert studio.submit(fox) is running


def test_a_burst_of_not_found_does_not_end_a_take(
    kernel: Callable[[], Studio], fox: GenerationRequest, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "BACKOFF_MOST", 0.02)
    service.plan("status", *[says(404)] * (3 * polling.NOT_FOUND_PATIENCE))
    job = kernel().submit(fox)
    reaches(job, lambda job: job.over)
    assert job.status == "completed"


def test_a_take_beside_the_notebook_is_given_before_one_that_must_be_looked_for(
    kernel: Callable[[], Studio],
    new_studio_at: Callable[..., Studio],
    fox: GenerationRequest,
    service: FaultyServer,
    tmp_path: Path,
) -> None:
    made = kernel().submit(fox).wait(WAIT)
    assert made.placed is not None
    colleague = new_studio_at(service.url, home=tmp_path / "another home", place=None)
    service.always("media", says(404))
    lost = colleague.submit(fox)
    reaches(lost, lambda job: job.status == "expired")
    colleague.place = made.placed.parent
    assert colleague.submit(fox).placed == made.placed
    assert service.made == 2


def files_removed(job: Job) -> None:
    assert job.path is not None
    assert job.placed is not None
    job.placed.unlink()
    (job.path if job.path.exists() else job._files.home / str(job.record.media)).unlink()


@pytest.mark.parametrize("made", [True, False])
def test_a_take_that_the_service_had_forgotten_before_is_looked_for_once(
    kernel: Callable[[], Studio],
    fox: GenerationRequest,
    service: FaultyServer,
    monkeypatch: pytest.MonkeyPatch,
    made: bool,
) -> None:
    studio = kernel()
    if made:
        job = studio.submit(fox).wait(WAIT)
        files_removed(job)
    service.always("status", says(404))
    with monkeypatch.context() as patience:
        hasty(patience)
        job = studio.submit(fox)
        reaches(job, lambda job: job.events != () and job.over and job.error is not None)
        assert service.count("status") - made == polling.NOT_FOUND_PATIENCE  # the first time it is not believed at once
    assert job.reason == ("gone" if made else "not_found")
    studio.close()
    later = kernel()
    (again,) = later.history()
    looks, ended = service.count("status"), again.finished
    for more in (1, 2):
        assert later.submit(fox) is again
        with pytest.raises(NotFoundError):
            again.wait(WAIT)
        assert service.count("status") == looks + more
    assert (again.reason, again.finished) == (job.reason, ended)
    service.always("status", answer)
    assert later.submit(fox).wait(WAIT).path is not None
    assert service.made == 1
