"""Real disks that cannot be written: read-only mounts, and file systems that are full."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments: object) -> None:
    try:
        done = subprocess.run(["mount", *map(str, arguments)], capture_output=True, text=True, check=False)
    except OSError as error:
        pytest.skip(f"there is no mount here: {error}")
    if done.returncode:
        pytest.skip(f"nothing may be mounted here: {done.stderr.strip()}")


@contextmanager
def _unmounted_after(folder: Path) -> Iterator[None]:
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """A folder as on a disk that is mounted read-only."""
    _mount("--bind", folder, folder)
    with _unmounted_after(folder):
        _mount("-o", "remount,bind,ro", folder)
        yield


@contextmanager
def small_disk(folder: Path, megabytes: int = 24) -> Iterator[Path]:
    """A folder that is a file system of its own. Gives the file that `fill` makes in it."""
    folder.mkdir(exist_ok=True, mode=0o700)
    _mount("-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder)
    with _unmounted_after(folder):
        yield folder / "filling"


def fill(filling: Path) -> None:
    """Leave no byte free on the disk of a file; its removal frees them again."""
    with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096, 1):
            with contextlib.suppress(OSError):
                while file.write(bytes(size)) == size:
                    pass
