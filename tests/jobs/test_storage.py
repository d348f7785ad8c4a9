"""A history that is damaged, and a disk that is read-only or full: takes are made all the same, and it is said what is
not saved."""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Studio, homes
from seedance_widgets.errors import StorageError
from seedance_widgets.ledger import Record
from tests.support.disks import fill, read_only, small_disk
from tests.support.faulty import FaultyServer, answer
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT, jobs_made, reaches
from .test_money import RENDERING, Kernels, rows

PAGE = 4096
Damage = Callable[[Path], None]


def overwrite(offset: int) -> Damage:
    def damage(file: Path) -> None:
        with file.open("r+b") as out:
            out.seek(offset)
            out.write(bytes(range(256)) * (PAGE // 256))

    return damage


def replace_by_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


DAMAGES: dict[str, Damage] = {
    "header": overwrite(0),
    "the page of the takes": overwrite(PAGE),
    "the page of an index": overwrite(PAGE * 5),
    "cut short": lambda file: os.truncate(file, file.stat().st_size // 2),
    "a few bytes": lambda file: os.truncate(file, 50),
    "text": lambda file: file.write_text("My shopping list\n" * 400) and None,
    "a folder": replace_by_folder,
}


def content(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no file"


def make_history(studio: Studio, fox: GenerationRequest) -> None:
    studio.place = None  # a copy beside the notebook would answer for the history
    studio.submit(fox).wait(WAIT)
    studio.close()


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_takes_are_made_over_a_damaged_history_which_stays_as_it_is(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox, home: Path, damage: Damage
) -> None:
    first = new_studio()
    first.history()
    first.close()
    file = home / "ledger.db"
    damage(file)
    before = content(file)
    studio = new_studio()
    job = studio.submit(fox).wait(WAIT)
    assert job.path is not None
    assert job.path.is_relative_to(home)  # the disk itself is sound
    assert job.placed is not None
    assert studio.submit(fox) is job
    assert studio.history() == [job]
    assert jobs_made(sandbox) == 1
    assert studio.not_saved.startswith(f"The history at {file} cannot be ")
    assert "after a kernel restart they are not in the history" in studio.not_saved
    assert "Copies still go to seedance/." in studio.not_saved
    assert job.not_saved == studio.not_saved
    assert "not saved" in repr(studio)
    assert content(file) == before


def test_what_can_be_read_of_a_damaged_history_is_taken_along(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    first = kernel()
    jobs = [first.submit(fox.replace(prompt=f"Owl {n} " + "sits on a branch " * 40)).wait(WAIT) for n in range(12)]
    first.close()
    file = home / "ledger.db"
    overwrite(file.read_bytes().index(b"Owl 5 ") // PAGE * PAGE)(file)
    before = content(file)
    later = kernel()
    left = {job.id for job in later.history()}
    assert left < {job.id for job in jobs}
    assert len(left) >= 6
    assert jobs[0].id in left
    assert jobs[-1].id in left
    assert later.submit(jobs[-1].request).id == jobs[-1].id
    assert service.made == len(jobs)
    assert content(file) == before


def test_a_read_only_home_gives_back_its_takes_and_new_ones_are_made_elsewhere(
    new_studio: Callable[..., Studio],
    fox: GenerationRequest,
    sandbox: RunningSandbox,
    home: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    image = Image.new("RGB", (400, 400))
    make_history(new_studio(), fox)
    before = {path: content(path) for path in home.rglob("*")}
    with read_only(home), caplog.at_level(logging.WARNING, "seedance_widgets"):
        studio = new_studio()
        old = studio.submit(fox)
        assert old.status == "completed"
        assert old.path is not None
        assert old.path.is_file()
        assert old.not_saved == ""
        assert jobs_made(sandbox) == 1
        job = studio.submit(fox.replace(prompt="A grey owl sits still", images=(image,))).wait(WAIT)
        assert job.path is not None
        folder = job.path.parents[1]
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert job.poster is not None
        assert job.poster.is_file()
        assert studio.submit(fox.replace(prompt="A grey owl sits still", images=(image,))) is job
        assert studio.history() == [job, old]
        assert f"The history at {home / 'ledger.db'} cannot be written: it is read-only." in studio.not_saved
        assert f"Videos and images of this session are in {folder}" in studio.not_saved
        assert studio.not_saved.count("read-only") == 1
        assert (
            "Make it writable, or set SEEDANCE_HOME to a folder that is, then restart the kernel." in studio.not_saved
        )
        assert job.not_saved == studio.not_saved
        said = [record.message for record in caplog.records if "read-only" in record.message]
        assert len(said) == 2  # the history and the files, once each
        assert jobs_made(sandbox) == 2
        studio.close()
    assert {path: content(path) for path in home.rglob("*")} == before


def test_takes_are_made_where_no_home_can_be_made(
    new_studio: Callable[..., Studio], fox: GenerationRequest, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    studio = new_studio(home=tmp_path / "file" / "home")
    job = studio.submit(fox).wait(WAIT)
    assert job.path is not None
    assert job.path.is_file()
    assert studio.submit(fox) is job
    assert "cannot be written: something else is in its place." in studio.not_saved


def test_takes_are_made_on_a_full_disk(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox, home: Path
) -> None:
    with small_disk(home) as filling:
        make_history(new_studio(), fox)
        before = content(home / "ledger.db")
        fill(filling)
        studio = new_studio()
        job = studio.submit(fox.replace(prompt="A grey owl sits still")).wait(WAIT)
        assert job.path is not None
        assert job.path.is_file()
        assert not job.path.is_relative_to(home)
        assert studio.submit(job.request) is job
        assert len(studio.history()) == 2
        assert "cannot be written: the disk is full." in studio.not_saved
        assert studio.not_saved.endswith("Free some space, then restart the kernel.")
        assert jobs_made(sandbox) == 2
        studio.close()
        assert content(home / "ledger.db") == before


def test_a_job_on_its_way_when_the_disk_fills_is_not_lost_and_is_on_disk_once_there_is_room(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with small_disk(home) as filling:
        service.always("status", RENDERING)
        studio = kernel()
        job = studio.submit(fox)
        reaches(job, lambda job: job.generation_id is not None)
        fill(filling)
        job.stop_watching()
        reaches(job, lambda job: job.reason == "not_watching")
        assert studio.not_saved
        assert job.not_saved
        assert job.generation_id in caplog.text
        assert studio.ledger.get(job.id) == job.record  # memory has it
        assert rows(home, "reason, generation_id") == [(None, job.generation_id)]
        filling.unlink()
        service.always("status", answer)
        job.watch_again()
        assert job.wait(WAIT).path is not None
        assert rows(home, "state, media") == [("completed", job.record.media)]
        assert job.not_saved == ""
        assert studio.not_saved  # what is new stays in memory
        assert service.made == 1
        studio.close()


def test_nothing_is_sent_of_a_job_whose_row_in_the_file_would_say_that_it_was_not(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with small_disk(home) as filling:
        studio = kernel()
        begin = studio.ledger.begin

        def begin_with_the_last_bytes(record: Record, **options: Any) -> Record:
            kept = begin(record, **options)
            fill(filling)
            return kept

        with monkeypatch.context() as patched:
            patched.setattr(studio.ledger, "begin", begin_with_the_last_bytes)
            job = studio.submit(fox)
        reaches(job, lambda job: job.over)
        assert (job.status, service.made) == ("failed", 0)
        assert "nothing is sent" in str(job.error)
        assert studio.submit(fox).wait(WAIT).status == "completed"
        assert service.made == 1
        assert rows(home, "sent") == [(None,)]
        studio.close()


def test_a_video_that_does_not_fit_goes_to_another_disk(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.video += (1 << 16).to_bytes(4, "big") + b"free" + bytes((1 << 16) - 8)
    monkeypatch.setenv("SEEDANCE_LEDGER_URL", f"sqlite:///{home.parent / 'ledger.db'}")
    monkeypatch.setattr(homes, "_LEAST_ROOM", 0)
    with small_disk(home) as filling:
        service.always("status", RENDERING)
        studio = kernel()
        job = studio.submit(fox)
        reaches(job, lambda job: job.generation_id is not None)
        fill(filling)
        os.truncate(filling, filling.stat().st_size - 2 * PAGE)  # there is room for a little, and not for a video
        service.always("status", answer)
        job.wait(WAIT)
        assert job.path is not None
        assert job.path.is_file()
        assert not job.path.is_relative_to(home)
        assert list((home / "media").iterdir()) == []
        assert "history" not in studio.not_saved.split(". ")[0]  # that one has a disk of its own
        assert f"{home} cannot be written: the disk is full." in studio.not_saved
        assert job.not_saved == studio.not_saved
        assert service.made == 1
        studio.close()


def test_without_any_folder_for_the_video_nothing_is_sent(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "temporary_places", lambda: iter(()))
    studio = kernel()
    (home / "media").write_text("no folder")
    with pytest.raises(StorageError, match="cannot be made or written: File exists"):
        studio.submit(fox)
    assert service.made == 0


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_history_that_is_wanted_in_memory_works_from_every_thread_and_says_so(
    kernel: Kernels,
    fox: GenerationRequest,
    service: FaultyServer,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
) -> None:
    monkeypatch.setenv("SEEDANCE_LEDGER_URL", url)
    studio = kernel()
    jobs = [studio.submit(fox.replace(prompt=f"Owl {number}")) for number in range(4)]
    assert [job.wait(WAIT).status for job in jobs] == ["completed"] * 4
    assert studio.submit(jobs[0].request) is jobs[0]
    assert service.made == 4
    assert len(studio.history()) == 4
    assert studio.not_saved.startswith("SEEDANCE_LEDGER_URL keeps the history in memory.")
    assert jobs[0].not_saved == studio.not_saved
    assert not list(home.glob("ledger*"))
    assert not (home / "kernels").exists()


def test_where_all_is_saved_nothing_is_said(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    assert (studio.not_saved, job.not_saved) == ("", "")
    assert "not saved" not in repr(studio)


def test_a_history_that_another_kernel_writes_is_an_error_and_nothing_is_sent(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from seedance_widgets.ledger import database

    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.2)
    studio = kernel()
    studio.history()
    other = sqlite3.connect(home / "ledger.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="Another kernel is writing"):
        studio.submit(fox)
    other.close()
    assert (studio.not_saved, service.made) == ("", 0)
    assert studio.submit(fox).wait(WAIT).status == "completed"


def test_a_job_on_its_way_when_its_row_is_damaged_is_kept_in_memory(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    service.always("status", RENDERING)
    studio = kernel()
    job = studio.submit(fox)
    reaches(job, lambda job: job.generation_id is not None)
    for path in home.glob("ledger.db*"):
        with path.open("r+b") as file:  # in its place: SQLite maps the -shm, and a mapped file cut short ends a process
            file.write((b"My shopping list\n" * 4000)[: path.stat().st_size])
    service.always("status", answer)
    assert job.wait(WAIT).path is not None
    kept = studio.ledger.get(job.id)
    assert kept is not None
    assert (kept.state, kept.generation_id, kept.media) == ("completed", job.generation_id, job.record.media)
    assert studio.submit(fox) is job
    assert job.not_saved.startswith("The history at ")
    assert service.made == 1
