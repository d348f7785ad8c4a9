"""What is paid for, or may be, is never called failed, never sent again by itself and never overwritten."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Job, Studio, homes, polling, runtime, wire
from seedance_widgets.errors import Money, OfflineError, StorageError
from seedance_widgets.ledger import Record
from tests.support.faulty import FaultyServer, answer, busy, cut, says
from tests.support.sandbox import RunningSandbox

from .conftest import until
from .test_job import WAIT, reaches

RENDERING = says(200, {"success": True, "status": "processing"})

Kernels = Callable[[], Studio]
Save = Callable[[Record, object], None]


def rows(home: Path, columns: str) -> list[tuple[Any, ...]]:
    """What the ledger says."""
    with sqlite3.connect(home / "ledger.db") as db:
        found = db.execute(f"SELECT {columns} FROM jobs ORDER BY created, id").fetchall()
    db.close()
    return found


def write(home: Path, statement: str, *values: object) -> None:
    with sqlite3.connect(home / "ledger.db") as db:
        db.execute(statement, values)
    db.close()


def over(job: Job) -> bool:
    return job.over


@pytest.fixture
def saving(monkeypatch: pytest.MonkeyPatch) -> Callable[[Studio, Callable[[Record], object]], None]:
    """Have something happen before a studio's ledger writes a row; what it raises is what the disk says."""

    def before(studio: Studio, act: Callable[[Record], object]) -> None:
        save = studio.ledger.save

        def slowly(record: Record, *details: Any) -> None:
            act(record)
            save(record, *details)

        monkeypatch.setattr(studio.ledger, "save", slowly)

    return before


# ---- after the money is spent


def rendered_but_not_saved(
    studio: Studio, request: GenerationRequest, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> Job:
    """A job of which the video finds no folder, neither at home nor elsewhere."""
    monkeypatch.setattr(homes, "temporary_places", lambda: iter(()))
    service.always("status", RENDERING)
    job = studio.submit(request)
    reaches(job, lambda job: job.generation_id is not None)
    (studio.home / "media").rmdir()
    (studio.home / "media").write_text("no folder")
    service.always("status", answer)
    reaches(job, over)
    assert (job.status, job.reason) == ("processing", "not_saved")
    return job


def test_a_paid_take_that_cannot_be_written_is_not_failed_and_not_paid_again(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()
    job = rendered_but_not_saved(studio, fox, service, monkeypatch)
    (home / "media").unlink()
    again = studio.submit(fox)
    assert again is job
    reaches(again, lambda job: job.status == "completed")
    assert service.made == 1


def test_a_damaged_row_does_not_stop_a_job_that_was_just_paid(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    studio = kernel()
    studio.submit(fox.replace(prompt="An owl")).wait(WAIT)
    write(home, "UPDATE jobs SET request = '{oops'")
    assert studio.submit(fox).wait(WAIT).status == "completed"


def test_a_service_that_is_gone_when_the_video_is_fetched_leaves_a_paid_take(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()
    service.plan("status", RENDERING)
    job = studio.submit(fox)

    async def gone(_connection: object) -> None:
        raise OfflineError("It does not start.")

    monkeypatch.setattr(studio._carrier._fetcher, "_connect", gone)
    reaches(job, over)
    assert (job.status, job.reason) == ("processing", "not_saved")


def test_resume_fetches_a_video_that_could_not_be_saved(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()
    rendered_but_not_saved(studio, fox, service, monkeypatch)
    studio.ledger.close()
    (home / "media").unlink()
    (job,) = kernel().resume()
    reaches(job, lambda job: job.status == "completed")
    assert service.made == 1


def test_an_id_that_could_not_be_written_is_written_at_the_next_look(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, saving: Any
) -> None:
    service.always("status", RENDERING)
    studio = kernel()
    failures = iter([StorageError("The disk is busy.")])

    def act(record: Record) -> None:
        if record.generation_id and (error := next(failures, None)):
            raise error

    saving(studio, act)
    job = studio.submit(fox)
    until(lambda: rows(home, "generation_id") == [("gen-1",)], "the ID in the ledger")
    assert job.generation_id == "gen-1"


def test_a_fault_of_this_package_while_looking_does_not_go_on_for_ever(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(polling, "BACKOFF_MOST", 0.01)
        patch.setattr(polling, "WATCH_LIMIT", 0.2)
        patch.setattr(wire, "read_status", lambda _data: {}["a fault"])
        job = kernel().submit(fox)
        reaches(job, over)
    assert (job.status, job.reason) == ("processing", "not_watching")
    assert job.error is not None
    assert "stumbled" in job.error.what
    assert job.error.money is Money.SPENT
    job.watch_again()
    service.always("status", answer)
    reaches(job, lambda job: job.status == "completed")


def test_nothing_is_sent_without_a_row(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, saving: Any
) -> None:
    studio = kernel()

    def act(_record: Record) -> None:
        write(home, "DELETE FROM jobs")

    saving(studio, act)
    job = studio.submit(fox)
    reaches(job, over)
    assert job.status == "failed"
    assert service.made == 0


# ---- interrupts, cancels, requests that never left


def test_an_interrupted_cell_leaves_no_job_that_others_wait_for(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = kernel(), kernel()
    written, interrupted = threading.Event(), threading.Event()
    begin = one.ledger.begin

    def slowly(record: Record, **how: Any) -> Record:
        kept = begin(record, **how)
        written.set()
        interrupted.wait(WAIT)
        return kept

    monkeypatch.setattr(one.ledger, "begin", slowly)
    asking = runtime.submit(one.submit_async(fox))
    written.wait(WAIT)
    asking.cancel()
    interrupted.set()
    until(lambda: rows(home, "state") == [("cancelled",)], "the end of the job")
    assert two.submit(fox).wait(WAIT).status == "completed"
    assert service.made == 1


def test_a_second_press_that_finds_the_row_of_the_first_before_its_job_makes_no_second_and_loses_none(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, first, second = studio.ledger.begin, threading.Event(), threading.Event()

    def slow_to_return(*arguments: Any, **keywords: Any) -> Record:
        record = begin(*arguments, **keywords)
        if not first.is_set():
            first.set()
            second.wait(2)  # for as long as the second press would need to do harm
        return record

    monkeypatch.setattr(studio.ledger, "begin", slow_to_return)
    with ThreadPoolExecutor(2) as threads:
        one = threads.submit(studio.submit, fox)
        assert first.wait(WAIT)
        two = threads.submit(studio.submit, fox)
        two.add_done_callback(lambda _job: second.set())
        job = one.result()
        assert two.result() is job
    job.wait(timeout=WAIT)
    assert len(sandbox.control.jobs()) == 1
    assert len(studio.history()) == 1


def test_asking_again_for_what_a_dead_kernel_never_sent_makes_it(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    studio = kernel()
    service.plan("generate", busy(600))
    job = studio.submit(fox)
    reaches(job, lambda job: job.reason == "rate_limited")
    studio.close()
    later = kernel()
    assert later.submit(fox).wait(WAIT).status == "completed"
    assert service.made == 1
    (left,) = later.resume()
    reaches(left, lambda job: job.status == "cancelled")


def test_a_cancel_is_the_last_word_on_disk(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, saving: Any
) -> None:
    studio = kernel()
    begun, go = threading.Event(), threading.Event()

    def act(record: Record) -> None:
        if record.state == "uploading":
            begun.set()
            go.wait(WAIT)

    saving(studio, act)
    service.plan("upload", busy(600))
    job = studio.submit(fox.replace(images=(Image.new("RGB", (400, 400)),)))
    begun.wait(WAIT)
    reaches(job, lambda job: job.status == "draft")
    job.cancel()
    runtime.block(asyncio.sleep(0))  # the cancel has been heard
    go.set()
    reaches(job, over)
    assert rows(home, "state") == [("cancelled",)]
    assert service.made == 0


def test_what_is_done_to_a_job_the_moment_it_is_over_is_not_lost(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, saving: Any
) -> None:
    studio = kernel()
    service.plan("generate", cut())
    seen = threading.Event()
    saving(studio, lambda record: seen.wait(0.3) if record.state == "uncertain" else None)
    job = studio.submit(fox)
    until(lambda: job.status == "uncertain", "an uncertain job")
    job.attach("gen-1")
    reaches(job, lambda job: job.status == "completed")


def test_a_cancelled_second_try_is_as_uncertain_as_the_first(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    studio = kernel()
    service.plan("generate", cut(), busy(600))
    job = studio.submit(fox)
    reaches(job, over)
    job.send_again()
    reaches(job, lambda job: job.reason == "rate_limited")
    job.cancel()
    reaches(job, over)
    assert job.status == "uncertain"  # the first may have been charged: "nothing was charged" would be a lie


def test_an_uncertain_job_stays_uncertain_when_the_ledger_cannot_be_asked(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()
    service.plan("generate", cut())
    job = studio.submit(fox)
    reaches(job, over)
    asked = threading.Event()

    def locked(_record: Record) -> None:
        asked.set()
        raise StorageError("The disk is busy.")

    monkeypatch.setattr(studio.ledger, "claim", locked)
    job.send_again()
    asked.wait(WAIT)
    step = studio._carrier._rides[job.id].task
    assert step is not None
    until(step.done, "the end of the step")
    assert job.status == "uncertain"
    assert service.count("generate") == 1


def test_asking_again_after_the_disk_recovered_makes_the_take(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, saving: Any
) -> None:
    studio = kernel()
    full = threading.Event()
    full.set()

    def act(_record: Record) -> None:
        if full.is_set():
            raise StorageError("The disk is full.")

    saving(studio, act)
    failed = studio.submit(fox)
    reaches(failed, over)
    assert (failed.status, service.made) == ("failed", 0)
    full.clear()
    assert studio.submit(fox).wait(WAIT).status == "completed"


def test_a_fault_of_this_package_before_anything_is_sent_costs_nothing_and_can_be_tried_again(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()

    def broken(*_arguments: object) -> None:
        raise RuntimeError("a fault of this package")

    with monkeypatch.context() as patch:
        patch.setattr(studio._carrier._sender, "_upload", broken)
        job = studio.submit(fox)
        reaches(job, lambda job: job.over)
    assert (job.status, job.reason, job.info.money) == ("failed", "internal", Money.NOTHING)
    assert "try_again" in job.info.actions
    assert (service.count("generate"), studio.spent) == (0, 0)
    assert studio.submit(fox).wait(WAIT) is not job
