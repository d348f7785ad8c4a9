"""The locks that say which kernels are alive."""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from pathlib import Path

import pytest

from seedance_widgets.ledger.locks import Locks, is_alive
from tests.support.disks import read_only

LIVE, DEAD, NEW = "a" * 16, "d" * 16, "e" * 16


def left_behind(folder: Path, owner: str, age: float = 3600) -> Path:
    path = folder / f"{owner}.lock"
    path.touch()
    os.utime(path, (time.time() - age,) * 2)
    return path


def test_a_kernel_clears_the_locks_of_dead_ones_and_no_other(tmp_path: Path) -> None:
    live = Locks(tmp_path, LIVE)
    live.hold()
    os.utime(tmp_path / f"{LIVE}.lock", (1, 1))
    dead = [left_behind(tmp_path, f"{number:016x}") for number in range(50)]
    fresh = left_behind(tmp_path, DEAD, age=0)
    mine = tmp_path / "notes.txt"
    mine.touch()
    own = Locks(tmp_path, NEW)
    own.hold()
    assert not any(path.exists() for path in dead)
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / f"{LIVE}.lock", tmp_path / f"{NEW}.lock", fresh, mine])
    assert own.is_alive(LIVE)
    assert live.is_alive(NEW)
    assert not own.is_alive(DEAD)
    live.release()
    assert not own.is_alive(LIVE)
    assert not (tmp_path / f"{LIVE}.lock").exists()
    own.release()


def test_a_kernel_that_takes_its_lock_while_others_look_holds_it(tmp_path: Path) -> None:
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            is_alive(tmp_path, LIVE)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(50):
            locks = Locks(tmp_path, LIVE)
            locks.hold()
            assert is_alive(tmp_path, LIVE)
            locks.release()
    finally:
        stop.set()
        for looker in lookers:
            looker.join()


def hold(folder: Path, ready: object, end: object) -> None:
    locks = Locks(folder, LIVE)
    locks.hold()
    ready.set()  # type: ignore[attr-defined]
    end.wait()  # type: ignore[attr-defined]


def test_on_a_disk_that_is_read_only_the_living_are_told_from_the_dead(tmp_path: Path) -> None:
    folder = tmp_path / "kernels"
    folder.mkdir()
    left_behind(folder, DEAD, age=0)
    context = multiprocessing.get_context("spawn")
    ready, end = context.Event(), context.Event()
    other = context.Process(target=hold, args=(folder, ready, end))
    other.start()
    try:
        assert ready.wait(60)
        with read_only(folder):
            assert is_alive(folder, LIVE)
            assert not is_alive(folder, DEAD)
            assert (folder / f"{DEAD}.lock").exists()
    finally:
        end.set()
        other.join()


@pytest.mark.parametrize("owner", ["../my", "", "a" * 15, "A" * 16])
def test_what_is_no_name_of_a_kernel_is_not_looked_for(tmp_path: Path, owner: str) -> None:
    path = tmp_path / "kernels" / f"{owner}.lock"
    (tmp_path / "kernels").mkdir()
    path.touch()
    assert not is_alive(tmp_path / "kernels", owner)
    assert path.exists()
