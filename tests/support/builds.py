"""Copies of the clone to build from, and environments to install into."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.environment import ROOT


def copy_of_clone(target: Path) -> Path:
    """The project's files as a fresh clone would have them, those not committed yet included: nothing git-ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    return target


def path_without_node(folder: Path) -> str:
    """A PATH on which there is neither node nor npm, but all else: their folders are replaced by links to the rest."""
    kept: list[str] = []
    for number, place in enumerate(os.environ["PATH"].split(os.pathsep)):
        entries = list(Path(place).iterdir()) if Path(place).is_dir() else []
        if not {"node", "npm", "npx"} & {entry.name for entry in entries}:
            kept.append(place)
            continue
        mirror = folder / str(number)
        mirror.mkdir(parents=True)
        for entry in entries:
            if entry.name not in {"node", "nodejs", "npm", "npx", "corepack"}:
                (mirror / entry.name).symlink_to(entry)
        kept.append(str(mirror))
    return os.pathsep.join(kept)


class Venv:
    """A virtual environment with nothing in it."""

    def __init__(self, folder: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        self.folder = folder

    @property
    def bin(self) -> Path:
        return self.folder / "bin"

    @property
    def python(self) -> Path:
        return self.bin / "python"

    def install(self, *what: str) -> None:
        # Nothing here is imported often enough to be worth compiling all of it first.
        self.run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", *what)

    def run(self, *arguments: str, cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
        """What its Python prints. AssertionError with all output where it fails."""
        return run([str(self.python), *arguments], cwd=cwd, env=env)


def run(command: Sequence[str], cwd: Path | None = None, env: dict[str, str] | None = None) -> str:
    """What a command prints, errors included. AssertionError with all of it where it fails."""
    done = subprocess.run(
        command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"{command} gave {done.returncode}:\n{done.stdout}"
    return done.stdout
