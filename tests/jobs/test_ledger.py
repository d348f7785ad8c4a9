"""The record of all jobs: many ask at once, disks fail, rows get damaged."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Job
from seedance_widgets.errors import StorageError
from seedance_widgets.ledger import Ledger

from .test_job import WAIT
from .test_money import Kernels, rows, write


def test_many_threads_may_be_the_first_to_ask(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    ready = threading.Barrier(8)
    jobs: list[Job] = []

    def ask(number: int) -> None:
        ready.wait()
        jobs.append(studio.submit(fox.replace(prompt=f"Fox number {number}")))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [job.wait(WAIT).status for job in jobs] == ["completed"] * 8


DAMAGE = [
    ("state", "exploded"),
    ("request", "{"),
    ("request", "[]"),
    ("request", "{}"),
    ("error", "[1]"),
    ("error", '{"kind": "RefusedError", "__class__": "x", "args": 5}'),
    ("created", "yesterday"),
    ("credits_used", "many"),
    ("media", b"\xff"),
]


@pytest.mark.parametrize(("column", "value"), DAMAGE)
def test_a_damaged_row_hides_no_other(
    kernel: Kernels, fox: GenerationRequest, home: Path, column: str, value: object
) -> None:
    studio = kernel()
    damaged = studio.submit(fox).wait(WAIT)
    good = studio.submit(fox.replace(prompt="An owl")).wait(WAIT)
    write(home, f"UPDATE jobs SET {column} = ? WHERE id = ?", value, damaged.id)
    later = kernel()
    assert good.id in [job.id for job in later.history()]
    assert all(job.error is None or str(job.error) for job in later.history())
    assert later.unfinished() == []
    assert "last run" in later.estimate(fox).source or "last 2" in later.estimate(fox).source
    assert later.submit(fox).wait(WAIT).status == "completed"


def test_where_no_lock_can_be_made_takes_are_kept_in_memory(
    kernel: Kernels, fox: GenerationRequest, home: Path
) -> None:
    studio = kernel()
    (home / "kernels").write_text("no folder")
    assert studio.submit(fox).wait(WAIT).status == "completed"
    assert studio.ledger.in_memory
    assert rows(home, "id") == []


def test_a_history_of_a_newer_version_stays_closed(kernel: Kernels, home: Path) -> None:
    studio = kernel()
    studio.history()
    write(home, "UPDATE version SET number = 99")
    ledger = Ledger(f"sqlite:///{home / 'ledger.db'}", home)
    for _ in range(2):
        with pytest.raises(StorageError, match="newer"):
            ledger.history()


def test_an_owner_in_a_row_names_no_file(kernel: Kernels, home: Path) -> None:
    studio = kernel()
    (home / "kernels").mkdir(parents=True)
    (home / "my.lock").write_text("mine")
    assert not studio.ledger.is_alive("../my")
    assert (home / "my.lock").read_text() == "mine"
