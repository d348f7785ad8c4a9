"""A take that is forgotten leaves nothing behind but that there was one, and what it cost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.archive import Freed
from seedance_widgets.errors import SeedanceError, StorageError
from seedance_widgets.ledger import database
from seedance_widgets.sandbox import Control
from seedance_widgets.widgets import JobView
from tests.support.faulty import FaultyServer, cut

from .conftest import until
from .test_job import WAIT, reaches
from .test_money import RENDERING, Kernels, rows, write
from .test_restart import abandon

SECRET = "The zyxomma dragonfly over a moonlit pond"
NAME = "quandong-portrait.png"
NOTE = "for the yarborough pitch"


def picture(path: Path, seed: int) -> bytes:
    """An image that no other looks like; a piece of it that tells."""
    noise = np.random.default_rng(seed).integers(0, 255, (400, 400, 3), dtype=np.uint8)
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    return data[len(data) // 2 :][:64]


def holding(home: Path, *traces: bytes) -> list[str]:
    """The files below a folder that hold any of these bytes, or are called by them."""
    return sorted(
        str(path.relative_to(home))
        for path in home.rglob("*")
        if path.is_file() and any(trace in data for data in (path.read_bytes(), path.name.encode()) for trace in traces)
    )


@pytest.fixture
def embedded(home: Path) -> Iterator[Studio]:
    """A studio on its own sandbox, which keeps things of its own under the same home."""
    studio = Studio(home=home)
    yield studio
    studio.close()


@pytest.mark.timeout(300)
def test_no_byte_of_a_forgotten_take_is_left_on_this_machine(embedded: Studio, home: Path, tmp_path: Path) -> None:
    own, shared = picture(tmp_path / NAME, 1), picture(tmp_path / "shared.png", 2)
    wanted = GenerationRequest(SECRET, resolution="480p", images=[tmp_path / NAME, tmp_path / "shared.png"])
    stays = GenerationRequest("An owl on a branch", resolution="480p", images=[tmp_path / "shared.png"])
    other = embedded.submit(stays)
    job = embedded.submit(wanted)
    job.note = NOTE
    job.wait(WAIT)
    other.wait(WAIT)
    with Control(job.base_url).faults("drop_after", "generate", 1):
        lost = embedded.submit(wanted, new=True)
        reaches(lost, lambda job: job.status == "uncertain")
    for number in range(30):  # a history in which rows have been moved about
        write(
            home, "INSERT INTO events VALUES (?, ?, 'processing', NULL, ?)", job.id, number, f'{{"said": "{SECRET}"}}'
        )
    assert job.path is not None
    assert job.placed is not None
    video = job.path.read_bytes()
    traces = (
        b"zyxomma", b"quandong", b"yarborough", own, video[len(video) // 2 :][:64], job.request.fingerprint.encode(),
        str(job.generation_id).encode(),
    )  # fmt: skip
    kept = (job.placed.stem.encode(), *traces)
    before = holding(home, *traces)
    assert [name for name in before if name.startswith("sandbox")], "what is to be erased is there"
    assert "ledger.db" in before or "ledger.db-wal" in before

    for take in (job, lost):
        assert isinstance(embedded.forget(take), Freed)
    assert holding(home, *kept) == []
    assert list((tmp_path / "seedance").glob("zyxomma*")) == []
    assert holding(home, shared), "what another take is made of stays"
    assert other.path is not None
    assert other.path.exists()

    embedded.close()
    assert holding(home, *kept) == []


def test_a_forgotten_take_stays_as_a_figure(kernel: Kernels, fox: GenerationRequest, service: FaultyServer) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    job.star()
    other = studio.submit(fox.replace(prompt="An owl", duration=8)).wait(WAIT)
    used, about, spent = job.credits_used, studio.estimate(fox), studio.spent
    created, finished = job.created, job.finished
    freed = studio.forget(job)
    assert freed.bytes > 0
    assert not any(path.exists() for path in freed.files)
    assert (job.status, job.reason, job.info.title, job.over) == ("completed", "forgotten", "Forgotten", True)
    assert (job.credits_used, job.created, job.finished, job.starred) == (used, created, finished, False)
    assert job.request == fox.replace(prompt="")
    assert (job.path, job.poster, job.placed, job.generation_id, job.video_url) == (None,) * 5
    for one in (studio, kernel()):
        assert [found.id for found in one.history()] == [other.id]
        assert one.estimate(fox) == about
        assert one.unfinished() == []
        assert one.resume() == []
    assert studio.spent == spent
    again = studio.submit(fox)
    assert again is not job
    assert again.wait(WAIT).take == 1
    assert service.made == 3


def test_whoever_waits_for_a_forgotten_take_is_told(kernel: Kernels, fox: GenerationRequest) -> None:
    studio, other = kernel(), kernel()
    job = studio.submit(fox).wait(WAIT)
    (seen,) = other.history()
    view = JobView(job, studio=studio)
    until(lambda: view.snapshot["media"] and view.poster, "the video in the view")
    studio.forget(job)
    until(lambda: view.snapshot["title"] == "Forgotten", "the view")
    assert (view.snapshot["media"], view.snapshot["prompt"], view.poster, view.thumbnail) == (None, "", b"", b"")
    assert view.snapshot["actions"] == []
    view.close()
    with pytest.raises(SeedanceError, match="forgotten"):
        job.wait(WAIT)
    assert seen.path is None
    seen.watch_again()  # of a take that this kernel still takes for one that can be fetched
    reaches(seen, lambda job: job.reason == "forgotten")
    with pytest.raises(SeedanceError, match="forgotten"):
        seen.wait(WAIT)
    with pytest.raises(StorageError):
        seen.note = "back again"
    assert seen.request.prompt == ""


def test_a_take_under_way_is_not_forgotten_here_or_elsewhere(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    studio, other = kernel(), kernel()
    job = studio.submit(fox)
    reaches(job, lambda job: job.status == "processing")
    (seen,) = other.history()
    with pytest.raises(SeedanceError, match=r"under way, .*stop watching"):
        studio.forget(job)
    with pytest.raises(SeedanceError, match="another kernel"):
        other.forget(seen)
    assert job.request == fox
    job.stop_watching()
    reaches(job, lambda job: job.over)
    other.forget(seen)
    assert studio.history() == []


@pytest.mark.parametrize(
    ("state", "becomes"), [("submitting", "uncertain"), ("uploading", "cancelled"), ("processing", "processing")]
)
def test_a_take_of_a_dead_kernel_is_forgotten_as_what_it_was(
    kernel: Kernels, fox: GenerationRequest, home: Path, state: str, becomes: str
) -> None:
    first = kernel()
    first.submit(fox).wait(WAIT)
    abandon(first)
    write(home, "UPDATE jobs SET state = ?, sent = NULL, media = NULL, media_sha256 = NULL", state)
    studio = kernel()
    (job,) = studio.history()
    studio.forget(job)
    assert rows(home, "state, reason, owner") == [(becomes, "forgotten", None)]
    assert studio.unfinished() == []
    assert job.over


def test_a_damaged_row_takes_no_image_from_a_take_that_stays(
    kernel: Kernels, fox: GenerationRequest, home: Path, tmp_path: Path
) -> None:
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "hero.png")
    studio, hero = kernel(), fox.replace(images=(str(tmp_path / "hero.png"),))
    forgotten, damaged = studio.submit(hero).wait(WAIT), studio.submit(fox).wait(WAIT)
    stays = studio.submit(hero.replace(prompt="The same hero, at night")).wait(WAIT)
    write(home, "UPDATE jobs SET request = '{' WHERE id = ?", damaged.id)
    studio.forget(forgotten)
    assert len(stays.request.images) == len(list((home / "images").iterdir())) == 1
    studio.forget(stays)
    assert list((home / "images").iterdir()) == []


def test_a_refused_take_that_is_forgotten_has_cost_nothing(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    from tests.support.faulty import says

    service.plan("generate", says(400, {"success": False, "error": "no"}))
    studio = kernel()
    job = studio.submit(fox)
    reaches(job, lambda job: job.over)
    assert studio.spent == 0
    studio.forget(job)
    assert (studio.spent, job.status) == (0, "failed")


def test_a_copy_may_be_kept_and_one_that_was_changed_is(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    kept = studio.submit(fox).wait(WAIT)
    changed = studio.submit(fox, new=True).wait(WAIT)
    copies = [job.placed for job in (kept, changed)]
    assert copies[0] is not None
    assert copies[1] is not None
    assert studio.forget(kept, keep_copy=True).left == ()
    assert copies[0].exists()
    assert copies[0].with_suffix(".json").exists()
    copies[1].write_bytes(b"my own cut of it")
    assert studio.forget(changed).left == (copies[1],)
    assert copies[1].read_bytes() == b"my own cut of it"
    assert not copies[1].with_suffix(".json").exists()


def test_what_cannot_be_erased_is_said_and_can_be_asked_for_again(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    assert job.path is not None
    job.path.unlink()
    blocked = studio.home / str(job.record.media)
    blocked.mkdir()
    with pytest.raises(StorageError, match="cannot be removed"):
        studio.forget(job)
    assert job.reason != "forgotten"
    assert studio.history() == [job]
    blocked.rmdir()
    studio.forget(job)
    assert studio.history() == []


def test_bytes_that_a_reader_holds_are_said_to_be_left(
    kernel: Kernels, fox: GenerationRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.2)
    studio = kernel()
    job = studio.submit(fox.replace(prompt=SECRET)).wait(WAIT)
    reader = sqlite3.connect(home / "ledger.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM jobs").fetchall()
    with pytest.raises(StorageError, match="once more"):
        studio.forget(job)
    reader.close()
    studio.forget(job)
    assert holding(home, b"zyxomma") == []
    assert job.reason == "forgotten"


def test_a_request_whose_reply_was_lost_can_be_forgotten(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.plan("generate", cut())
    studio = kernel()
    job = studio.submit(fox)
    reaches(job, lambda job: job.status == "uncertain")
    studio.forget(job)
    view: Any = JobView(job, studio=studio)
    until(lambda: view.snapshot["title"] == "Forgotten", "the view")
    assert (view.snapshot["attach"], view.snapshot["resend"], view.snapshot["alert"]) == (None, None, None)
    view.close()
    job.attach("gen-1")
    job.send_again()
    assert studio.submit(fox).wait(WAIT) is not job
    assert job.reason == "forgotten"
    assert service.count("generate") == 2


@pytest.mark.parametrize("look", ["sight", "history", "job"])
def test_what_another_kernel_has_forgotten_is_forgotten_here_too(
    kernel: Kernels, fox: GenerationRequest, look: str
) -> None:
    first, second = kernel(), kernel()
    job = first.submit(fox.replace(prompt=SECRET)).wait(WAIT)
    view: Any = JobView(job, studio=first)
    until(lambda: view.snapshot["media"] and view.poster, "the video in the view")
    (seen,) = second.history()
    second.forget(seen)
    if look == "history":
        assert first.history() == []
    elif look == "job":
        assert first.job(job.id) is job
    else:
        assert job.path is None
        job.changed(None)
    until(lambda: view.snapshot["title"] == "Forgotten", "the view")
    assert (job.reason, job.request.prompt) == ("forgotten", "")
    until(lambda: not view.poster, "the view without its picture")
    assert (view.snapshot["prompt"], view.snapshot["actions"]) == ("", [])
    view.close()


def test_a_lost_request_that_another_kernel_has_forgotten_leaves_the_history_here(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.plan("generate", cut())
    first, second = kernel(), kernel()
    job = first.submit(fox)
    reaches(job, lambda job: job.status == "uncertain")
    (seen,) = second.history()
    second.forget(seen)
    assert first.history() == []
    until(lambda: job.request.prompt == "", "the job without its prompt")
    assert job.reason == "forgotten"


def test_only_a_job_can_be_forgotten(kernel: Kernels) -> None:
    wrong: Any = "20261122-120612-4f2a9c"
    with pytest.raises(TypeError, match=r"Pass the Job.*studio\.job\(id\)"):
        kernel().forget(wrong)
