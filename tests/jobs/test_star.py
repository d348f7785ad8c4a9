"""A star and a note are the person's, whichever kernel carries the take."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Job
from seedance_widgets.errors import StorageError
from seedance_widgets.ledger import Ledger, Record, new_id
from seedance_widgets.states import State
from tests.support.disks import read_only
from tests.support.faulty import FaultyServer, busy

from .test_job import WAIT, reaches
from .test_money import Kernels, write


def test_a_star_and_a_note_are_there_in_the_next_kernel(kernel: Kernels, fox: GenerationRequest) -> None:
    job = kernel().submit(fox).wait(WAIT)
    assert (job.starred, job.note) == (False, "")
    told: list[tuple[bool, str]] = []
    job.subscribe(lambda changed: told.append((changed.starred, changed.note)))
    steps = job.events
    job.star()
    job.note = "the calm one"
    reaches(job, lambda _job: (True, "the calm one") in told)
    assert job.events == steps, "a star is no step of a job"
    (found,) = kernel().history()
    assert (found.starred, found.note, found.status) == (True, "the calm one", "completed")
    found.star(False)
    found.note = ""
    (later,) = kernel().history()
    assert (later.starred, later.note) == (False, "")


def test_a_star_from_another_kernel_outlives_what_the_carrier_writes(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.plan("generate", busy(2))
    carrier, other = kernel(), kernel()
    job = carrier.submit(fox)
    reaches(job, lambda job: job.reason == "rate_limited")
    (seen,) = other.history()
    seen.star()
    seen.note = "wait for this one"
    assert job.wait(WAIT).status == "completed"
    (found,) = kernel().history()
    assert (found.starred, found.note, found.status) == (True, "wait for this one", "completed")
    assert carrier.history() == [job]
    assert (job.starred, job.note) == (True, "wait for this one")
    assert other.history() == [seen]
    assert (seen.starred, seen.status) == (True, "completed")


def test_neither_kernel_brings_back_what_the_other_has_changed(home: Path) -> None:
    url = f"sqlite:///{home / 'ledger.db'}"
    carrier, other = Ledger(url, home), Ledger(url, home)
    now = time.time()
    request = GenerationRequest("A red fox")
    row = Record(
        new_id(now), "sandbox", "Sandbox", "m", request.to_dict(), request.fingerprint, created=now, updated=now
    )
    record = carrier.begin(row, reuse=False)
    other.mark(record.id, starred=True, note="mine")
    record.state = State.PROCESSING
    carrier.save(record, {})
    kept = other.get(record.id)
    assert kept is not None
    assert (kept.starred, kept.note, kept.state) == (True, "mine", State.PROCESSING)
    record.starred, record.note = True, "mine"
    other.mark(record.id, starred=False)
    record.state = State.COMPLETED
    carrier.save(record, {})
    kept = other.get(record.id)
    assert kept is not None
    assert (kept.starred, kept.note, kept.state) == (False, "mine", State.COMPLETED)
    for ledger in (carrier, other):
        ledger.close()


def test_a_note_is_text_and_any_text_will_do(kernel: Kernels, fox: GenerationRequest) -> None:
    job = kernel().submit(fox).wait(WAIT)
    with pytest.raises(TypeError, match="text"):
        job.note = 5  # type: ignore[assignment]
    for text in ("'); DROP TABLE jobs; --", "half a \ud83d character", "two\nlines", "ß" * 5000):
        job.note = text
        (found,) = kernel().history()
        assert found.note == job.note


def test_a_star_that_cannot_be_kept_is_not_shown(kernel: Kernels, fox: GenerationRequest, home: Path) -> None:
    job: Job = kernel().submit(fox).wait(WAIT)
    write(home, "DELETE FROM events")
    write(home, "DELETE FROM jobs")
    with pytest.raises(StorageError):
        job.star()
    assert not job.starred


def test_a_star_on_a_take_of_a_file_that_cannot_be_written_is_refused_and_not_lost(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    first = kernel()
    first.submit(fox).wait(WAIT)
    first.close()
    with read_only(home):
        studio = kernel()
        (old,) = studio.history()
        with pytest.raises(StorageError, match="So nothing was marked"):
            old.star()
        assert not old.starred
        new = studio.submit(fox, new=True)
        new.star()  # it is in memory, and so is its star
        assert new.starred
        new.wait(WAIT)
    old.star()  # the disk can be written again; the session stays in memory
    studio.close()
    (found,) = kernel().history()
    assert found.starred


def test_the_list_shows_stars_and_notes_where_there_are_some() -> None:
    from seedance_widgets.rendering import history_html, history_text
    from tests.widgets.jobs import FakeJob

    plain = FakeJob(state=State.COMPLETED)
    assert "Note" not in history_text([plain])
    marked = FakeJob(state=State.COMPLETED, starred=True, note="<b>calm</b>\none")
    assert "★ Ready" in history_text([plain, marked])
    assert "<b>calm</b> one" in history_text([plain, marked])
    assert "&lt;b&gt;calm&lt;/b&gt; one" in history_html([plain, marked])


def test_a_history_is_searched_by_words_state_star_and_date(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    other = studio.submit(fox.replace(prompt="An owl turns its head")).wait(WAIT)
    job.star()
    assert studio.history(search="RED fox") == [job]
    assert studio.history(starred=True) == [job]
    assert studio.history(state="ready", search="owl") == [other]
    assert studio.history(state="failed") == []
    assert studio.history(since=datetime.now(UTC) + timedelta(days=1)) == []
    assert studio.history(since=datetime.now() - timedelta(days=1)) == [other, job]  # noqa: DTZ005  as people write it
    with pytest.raises(ValueError, match="ready, running, failed, uncertain"):
        studio.history(state="done")
    with pytest.raises(TypeError, match="timedelta"):
        studio.history(since="yesterday")
