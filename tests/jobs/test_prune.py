"""Pruning frees disk, and costs nobody a take."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Job, Studio, polling
from seedance_widgets.errors import JobExpiredError
from tests.support.faulty import FaultyServer, says
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT, jobs_made, reaches
from .test_money import RENDERING, Kernels, rows, write

LONG_AGO = time.time() - 40 * 86_400


def age(home: Path, *jobs: Job) -> None:
    """Let takes have been ready for forty days."""
    for job in jobs:
        job.record.finished = LONG_AGO
        write(home, "UPDATE jobs SET finished = ? WHERE id = ?", LONG_AGO, job.id)


def touched_long_ago(path: Path) -> Path:
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path


def file_of(job: Job) -> Path:
    """Where its video lies under SEEDANCE_HOME, or lay."""
    return Path(job._files.home) / str(job.record.media)


def used(home: Path) -> int:
    """Bytes on the disk that are not the history's."""
    folders = (home / "media", home / "images")
    return sum(path.stat().st_size for folder in folders for path in folder.rglob("*") if path.is_file())


def alone(job: Job) -> Job:
    """Without its copy beside the notebook."""
    assert job.placed is not None
    job.placed.with_suffix(".json").unlink()
    job.placed.unlink()
    return job


@pytest.fixture
def make(kernel: Kernels, fox: GenerationRequest) -> tuple[Studio, Callable[..., Job]]:
    studio = kernel()

    def one(prompt: str, **settings: object) -> Job:
        return studio.submit(fox.replace(prompt=prompt, **settings)).wait(WAIT)

    return studio, one


def test_a_take_whose_copy_is_there_loses_nothing(make: tuple[Studio, Callable[..., Job]], home: Path) -> None:
    studio, one = make
    job = one("An old take")
    young = one("A young take")
    age(home, job)
    video, before = file_of(job).read_bytes(), used(home)
    row = rows(home, "*")
    would = studio.prune(dry_run=True)
    assert (would.files, would.bytes, would.dry_run) == ((file_of(job),), len(video), True)
    assert used(home) == before
    freed = studio.prune()
    assert (freed.files, freed.bytes, freed.left) == (would.files, would.bytes, ())
    assert before - used(home) == freed.bytes
    assert rows(home, "*") == row, "no row changes"
    assert not file_of(job).exists()
    assert file_of(young).exists()
    for found in (job, next(each for each in studio.history() if each.id == job.id)):
        assert (found.status, found.reason, found.path) == ("completed", None, found.placed)
        assert found.path is not None
        assert found.path.read_bytes() == video
        assert found.wait(WAIT) is found
        assert found.poster is not None
        assert found.poster.exists()
    assert job.save(home.parent / "saved.mp4").read_bytes() == video
    assert studio.prune().files == ()


def test_what_is_starred_unfinished_or_nowhere_else_stays(
    make: tuple[Studio, Callable[..., Job]], fox: GenerationRequest, home: Path, service: FaultyServer
) -> None:
    studio, one = make
    starred, last, changed = one("A starred take"), alone(one("A last copy")), one("A take with a changed copy")
    starred.star()
    assert changed.placed is not None
    changed.placed.write_bytes(b"my own cut of it")
    again = one("One that is fetched again")
    service.always("status", RENDERING)
    alone(again)
    file_of(again).rename(home / "aside.mp4")
    studio.submit(again.request)
    reaches(again, lambda job: job.status == "processing")
    (home / "aside.mp4").rename(file_of(again))
    age(home, starred, last, changed, again)
    freed = studio.prune(also_last_copies=False)
    assert freed.files == ()
    assert set(freed.left) == {file_of(last), file_of(changed)}
    assert changed.path == file_of(changed)
    freed = studio.prune(also_last_copies=True)
    assert set(freed.files) == {file_of(last), file_of(changed)}
    assert file_of(starred).exists()
    assert file_of(again).exists()


def test_a_star_given_at_the_last_moment_counts(make: tuple[Studio, Callable[..., Job]], kernel: Kernels) -> None:
    studio, one = make
    job = one("A take")
    (listed,) = studio.ledger.prunable(time.time() + 1)
    kernel().history()[0].star()
    removed: list[str] = []
    assert not studio.ledger.while_prunable(listed.id, lambda: removed.append("it"))
    job.star(False)
    assert studio.ledger.while_prunable(listed.id, lambda: removed.append("it"))
    assert removed == ["it"]


def test_a_pruned_take_is_fetched_again_at_no_cost(
    make: tuple[Studio, Callable[..., Job]], kernel: Kernels, home: Path, service: FaultyServer
) -> None:
    studio, one = make
    job = alone(one("An old take"))
    age(home, job)
    video, hidden = file_of(job).read_bytes(), job.media_sha256
    studio.prune(also_last_copies=True)
    assert (job.status, job.reason, job.path, job.placed) == ("completed", "gone", None, None)
    assert job.info.title == "Video not on this machine"
    with pytest.raises(JobExpiredError, match="watch_again"):
        job.wait(WAIT)
    with pytest.raises(JobExpiredError):
        job.save(home.parent / "saved.mp4")
    other = kernel()
    again = other.submit(job.request)
    assert again.id == job.id
    assert again.wait(WAIT).path == file_of(job)
    assert file_of(job).read_bytes() == video
    assert (again.reason, again.media_sha256, again.finished) == (None, hidden, LONG_AGO)
    assert {event.reason for event in again.events} <= {None, "downloading"}, "it is never said to be rendering"
    assert service.made == 1


def test_a_take_that_the_service_no_longer_has_is_not_paid_for_again(
    new_studio: Callable[..., Studio],
    fox: GenerationRequest,
    sandbox: RunningSandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(polling, "NOT_FOUND_TIME", 0.0)
    studio = new_studio()
    job = alone(studio.submit(fox).wait(WAIT))
    made = jobs_made(sandbox)
    file_of(job).unlink()  # by hand
    with sandbox.faults("expire_media", "media", 1, code=410, renew=False):
        again = studio.submit(fox)
        assert again is job
        with pytest.raises(JobExpiredError):
            job.wait(WAIT)
    assert (job.status, job.reason, job.info.reusable) == ("completed", "gone", True)
    assert job.error is not None
    sandbox.control.reset()  # and now it does not even know it
    (found,) = new_studio().history()
    assert (found.reason, str(found.error)) == ("gone", str(job.error))
    for _ in range(2):
        assert studio.submit(fox) is job
        reaches(job, lambda job: job.over)
        with pytest.raises(Exception, match=r"."):
            job.wait(WAIT)
    assert job.reason == "gone"
    assert (made, jobs_made(sandbox)) == (1, 0)
    assert studio.submit(fox, new=True).wait(WAIT).take == 2


def test_images_that_no_take_is_made_of_go_once_nobody_asks_for_them(
    make: tuple[Studio, Callable[..., Job]], home: Path, tmp_path: Path
) -> None:
    studio, one = make
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "hero.png")
    job = one("A take with an image", images=[tmp_path / "hero.png"])
    mine = touched_long_ago(Path(job.request.images[0].path))
    part = _file(mine.with_name(f".{mine.name}.0f0f.part"))
    old, new = mine.with_name(f"{'0' * 64}.png"), mine.with_name(f"{'1' * 64}.png")
    for path in (old, new):
        path.write_bytes(b"an image")
    touched_long_ago(old)
    assert studio.prune().files == (old,)
    for path in (part, new):
        touched_long_ago(path)
    write(home, "UPDATE jobs SET request = '{damaged'")
    assert studio.prune().files == (), "it may have been made of any of them"
    write(home, "DELETE FROM events")
    write(home, "DELETE FROM jobs")
    before = used(home)
    freed = studio.prune()
    assert set(freed.files) == {mine, new, part}
    assert before - used(home) == freed.bytes


def test_an_image_that_is_asked_for_again_is_as_good_as_new(
    make: tuple[Studio, Callable[..., Job]], home: Path, tmp_path: Path
) -> None:
    from seedance_widgets import runtime

    studio, _ = make
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "hero.png")
    wanted = GenerationRequest("A take to come", images=[tmp_path / "hero.png"])
    image = runtime.block(studio.read(wanted)).images[0]
    touched_long_ago(Path(image.path))
    runtime.block(studio.read(wanted))
    assert studio.prune().files == ()


def test_what_dead_kernels_left_behind_goes_and_what_live_ones_need_stays(
    make: tuple[Studio, Callable[..., Job]], home: Path, fox: GenerationRequest, service: FaultyServer
) -> None:
    studio, one = make
    done = one("A finished take")
    service.plan("status", *[says(200, {"success": True, "status": "processing"})] * 50)
    running = studio.submit(fox)
    reaches(running, lambda job: job.status == "processing")
    left = touched_long_ago(_file(home / "media" / f".{done.id}.mp4.0f0f0f0f.part"))
    noted = touched_long_ago(_file(home / "media" / f".{done.id}.mp4.0f0f0f0f.json"))
    needed = touched_long_ago(_file(home / "media" / f".{running.id}.mp4.0f0f0f0f.part"))
    fresh = _file(home / "media" / f".{done.id}.mp4.1f1f1f1f.part")
    dead = touched_long_ago(_file(home / "kernels" / "0123456789abcdef.lock", b""))
    alive = touched_long_ago(home / "kernels" / f"{studio.ledger.owner}.lock")
    foreign = touched_long_ago(_file(home / "kernels" / "mine.lock"))
    assert set(studio.prune().files) == {left, noted, dead}
    assert all(path.exists() for path in (needed, fresh, alive, foreign))
    assert not dead.exists()


def _file(path: Path, data: bytes = b"half of it") -> Path:
    path.write_bytes(data)
    return path


def test_a_history_that_is_elsewhere_leaves_the_images_of_a_home(
    kernel: Kernels, make: tuple[Studio, Callable[..., Job]], home: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    _, one = make
    Image.new("RGB", (400, 400), "teal").save(tmp_path / "hero.png")
    image = touched_long_ago(Path(one("A take", images=[tmp_path / "hero.png"]).request.images[0].path))
    monkeypatch.setenv("SEEDANCE_LEDGER_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert kernel().prune().files == ()
    assert image.exists()


@pytest.mark.parametrize(
    ("days", "error"),
    [(-5, ValueError), (float("nan"), ValueError), ("30", TypeError), (None, TypeError), (True, TypeError)],
)
def test_an_age_that_is_none_removes_nothing(
    make: tuple[Studio, Callable[..., Job]], home: Path, days: Any, error: type[Exception]
) -> None:
    studio, one = make
    job = one("An old take")
    age(home, job)
    with pytest.raises(error, match=r"number of days.*prune\(older_than=30\)"):
        studio.prune(older_than=days)
    assert file_of(job).exists()


@pytest.mark.parametrize(("limit", "error"), [("a", TypeError), (2.5, TypeError), (True, TypeError), (-1, ValueError)])
def test_a_history_of_no_length_is_refused(
    make: tuple[Studio, Callable[..., Job]], limit: Any, error: type[Exception]
) -> None:
    studio, _ = make
    with pytest.raises(error, match="limit is a"):
        studio.history(limit=limit)
    assert studio.history(limit=0) == studio.history(limit=None) == []
