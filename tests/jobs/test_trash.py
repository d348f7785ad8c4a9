"""A take that is removed is out of the history with its files, comes back whole, and is erased in the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, trash
from seedance_widgets.errors import SeedanceError, StorageError
from tests.support.faulty import FaultyServer, cut, says

from .conftest import until
from .test_job import WAIT, reaches
from .test_money import RENDERING, Kernels, rows, write
from .test_restart import abandon


def in_trash(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "trash").rglob("*") if path.is_file())


def test_a_removed_take_comes_back_with_its_files_star_and_note(
    kernel: Kernels, fox: GenerationRequest, home: Path, service: FaultyServer
) -> None:
    studio, other = kernel(), kernel()
    job = studio.submit(fox).wait(WAIT)
    job.star()
    job.note = "the calm one"
    assert job.path is not None
    video, before = job.path.read_bytes(), vars(job.record).copy()
    (seen,) = other.history()
    studio.remove(job, keep_copy=False)
    assert (job.status, job.reason, job.path, job.placed, job.over) == ("completed", "removed", None, None, True)
    assert in_trash(home) == [f"{job.id}.jpg", f"{job.id}.mp4", "beside.mp4", "beside.mp4.json"]
    for one in (studio, other):
        assert (one.history(), one.unfinished(), one.resume()) == ([], [], [])
        assert [take.id for take in one.trash()] == [job.id]
    assert seen.reason == "removed"
    with pytest.raises(SeedanceError, match="restore"):
        job.wait(WAIT)

    assert other.restore(seen) is seen
    assert seen.wait(WAIT).path is not None
    assert studio.history() == [job]
    until(lambda: job.reason is None, "the other kernel's job")
    assert job.path is not None
    assert job.placed is not None
    assert job.path.read_bytes() == job.placed.read_bytes() == video
    after = vars(job.record).copy()
    assert {**after, "updated": 0, "owner": None} == {**before, "updated": 0, "owner": None}
    assert not (home / "trash" / job.id).exists()
    assert studio.submit(fox) is job
    assert service.made == 1


def test_the_same_request_costs_again_while_a_take_is_in_the_trash(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    about = studio.estimate(fox)
    spent = studio.spent
    studio.remove(job, keep_copy=False)
    assert not studio.has_take(fox)
    assert (studio.estimate(fox), studio.spent) == (about, spent)
    again = studio.submit(fox).wait(WAIT)
    assert (again.take, service.made) == (2, 2)
    studio.restore(job)
    assert {each.id for each in studio.history()} == {job.id, again.id}


def test_files_may_stay_where_they_are_also_when_the_trash_is_emptied(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    video, copy = studio.home / str(job.record.media), job.placed
    studio.remove(job, files="stay")
    assert in_trash(home) == []
    studio.empty_trash()
    assert video.exists()
    assert copy is not None
    assert copy.exists()
    assert (job.reason, studio.trash()) == ("forgotten", [])
    with pytest.raises(ValueError, match="trash"):
        studio.remove(job, files="gone")  # type: ignore[arg-type]


def test_an_emptied_trash_has_left_nothing_but_the_figure_and_the_copy_that_was_kept(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    studio = kernel()
    prompt = "The zyxomma dragonfly over a moonlit pond"
    job, stays = studio.submit(fox.replace(prompt=prompt)).wait(WAIT), studio.submit(fox).wait(WAIT)
    copy, credits_used = job.placed, job.credits_used
    studio.remove(job)
    freed = studio.empty_trash()
    assert freed.bytes > 0
    assert copy is not None
    assert copy.exists()
    until(lambda: job.reason == "forgotten", "the job")
    assert job.credits_used == credits_used
    assert in_trash(home) == []
    assert not any(b"zyxomma" in path.read_bytes() for path in home.rglob("*.db*"))
    with pytest.raises(SeedanceError, match="not in the trash"):
        studio.restore(job)
    assert studio.history() == [stays]


def test_what_was_removed_more_than_thirty_days_ago_goes_when_something_is_removed_next(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    studio = kernel()
    old, young, last = (studio.submit(fox, new=True).wait(WAIT) for _ in range(3))
    studio.remove(old)
    studio.remove(young)
    write(home, "UPDATE jobs SET removed = json_set(removed, '$.at', 1) WHERE id = ?", old.id)
    studio.remove(last)
    assert [job.id for job in studio.trash()] == [last.id, young.id]
    until(lambda: old.reason == "forgotten", "the overdue take")
    assert not any(old.id in name for name in in_trash(home))


@pytest.mark.parametrize(("state", "becomes"), [("submitting", "uncertain"), ("processing", "completed")])
def test_a_take_that_was_interrupted_is_followed_again_when_it_is_put_back(
    kernel: Kernels, fox: GenerationRequest, home: Path, service: FaultyServer, state: str, becomes: str
) -> None:
    first = kernel()
    first.submit(fox).wait(WAIT)
    abandon(first)
    known = "" if state == "processing" else ", generation_id = NULL"
    write(home, f"UPDATE jobs SET state = ?, media = NULL, media_sha256 = NULL, placed = NULL{known}", state)
    studio = kernel()
    (job,) = studio.history()
    studio.remove(job)
    assert kernel().resume() == []
    studio.restore(job)
    reaches(job, lambda job: job.status == becomes)
    assert service.made == 1


def test_what_was_refused_has_cost_nothing_also_in_the_trash_and_after(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    service.plan("generate", says(400, {"success": False, "error": "no"}), cut())
    studio = kernel()
    refused, lost = studio.submit(fox), studio.submit(fox.replace(prompt="An owl"))
    reaches(refused, lambda job: job.over)
    reaches(lost, lambda job: job.over)
    used, reasons = studio.spent, (refused.reason, lost.reason)
    for job in (refused, lost):
        studio.remove(job)
    assert studio.spent == used
    for job in (refused, lost):
        studio.restore(job)
    assert (studio.spent, (refused.reason, lost.reason)) == (used, reasons)
    assert [row[0] for row in rows(home, "credits_used")] == [None, None]


def test_a_take_under_way_is_not_removed(kernel: Kernels, fox: GenerationRequest, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    studio = kernel()
    job = studio.submit(fox)
    reaches(job, lambda job: job.status == "processing")
    with pytest.raises(SeedanceError, match=r"under way, .*stop watching"):
        studio.remove(job)
    assert studio.history() == [job]


def test_a_copy_whose_place_is_taken_is_not_put_over_it(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    copy = job.placed
    assert copy is not None
    studio.prune(older_than=0)  # the copy is the only one there is
    video = copy.read_bytes()
    studio.remove(job, keep_copy=False)
    copy.write_bytes(b"something else")
    studio.restore(job)
    assert copy.read_bytes() == b"something else"
    assert job.path is not None
    assert job.path.read_bytes() == video


def test_files_that_cannot_be_moved_back_leave_the_take_in_the_trash(
    kernel: Kernels, fox: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    studio.remove(job)
    with monkeypatch.context() as broken:
        broken.setattr(trash.shutil, "move", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
        with pytest.raises(StorageError, match="stays in the trash"):
            studio.restore(job)
    assert studio.history() == []
    studio.restore(job)
    assert job.wait(WAIT).path is not None


def test_a_kernel_that_ends_between_row_and_files_loses_nothing(
    kernel: Kernels, fox: GenerationRequest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    with monkeypatch.context() as ended:
        ended.setattr(trash.Trash, "take_in", lambda *_args, **_named: None)
        studio.remove(job)
    later = kernel()
    (found,) = later.trash()
    later.restore(found)
    assert found.wait(WAIT).path is not None
    with monkeypatch.context() as ended:
        ended.setattr(trash.Trash, "take_in", lambda *_args, **_named: None)
        later.remove(found)
    later.empty_trash()
    assert not list((home / "media").glob("*.mp4"))


@pytest.mark.parametrize("removed", ["{}", None, '{"at": "x", "stay": false}', "[]"])
def test_a_row_of_the_trash_that_is_damaged_is_left_out(
    kernel: Kernels, fox: GenerationRequest, home: Path, removed: str | None
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    studio.remove(job)
    write(home, "UPDATE jobs SET removed = ?", removed)
    assert kernel().trash() == []
