"""The Makefile finds a Python that is new enough, or says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.environment import ROOT

SCRIPT = ROOT / "tools" / "make-venv.sh"


@pytest.fixture
def only(tmp_path: Path) -> Path:
    """A PATH with the shell's tools and no Python but an old one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "env", "rm", "mkdir"):
        (folder / tool).symlink_to(shutil.which(tool) or tool)
    old = folder / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.8.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    return folder


def make_venv(path: Path, target: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": str(path)}
    return subprocess.run([SCRIPT, target], env=environment, capture_output=True, text=True)


def test_an_old_python3_is_passed_over(only, tmp_path):
    (only / f"python3.{sys.version_info.minor}").symlink_to(Path(sys.executable).resolve())
    done = make_venv(only, tmp_path / "venv")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "venv" / "bin" / "pip").exists()


def test_where_every_python_is_old_it_says_what_is_needed(only, tmp_path):
    done = make_venv(only, tmp_path / "venv")
    assert done.returncode == 1
    assert "Python 3.11 or newer is needed. Found: Python 3.8.18" in done.stderr
    assert not (tmp_path / "venv").exists()
