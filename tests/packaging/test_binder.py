"""binder/: its postBuild in a clean environment, and then the quickstart."""

from __future__ import annotations

import os

import pytest
import yaml

from tests.support.builds import Venv, copy_of_clone, run
from tests.support.environment import ROOT, child_environment
from tests.support.notebooks import execute


def test_environment_brings_what_post_build_needs():
    environment = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text("utf-8"))
    named = {line.split("=")[0] for line in environment["dependencies"]}
    assert {"python", "nodejs", "pip"} <= named
    assert "pandas" in named  # the package does without; notebook 04 shows tables
    assert os.access(ROOT / "binder" / "postBuild", os.X_OK)


@pytest.mark.slow
def test_post_build_in_a_clean_environment_and_then_the_quickstart(tmp_path, home):
    clone = copy_of_clone(tmp_path / "clone")
    venv = Venv(tmp_path / "venv")
    venv.install("ipykernel")  # Binder's image has Jupyter already
    path = os.pathsep.join([str(venv.bin), os.environ["PATH"]])
    run(["binder/postBuild"], cwd=clone, env=child_environment(home, PATH=path))

    folder = tmp_path / "notebooks"
    folder.mkdir()
    done = execute(clone / "notebooks" / "01_quickstart.ipynb", folder, home, venv.python)
    assert done.errors() == []
    assert len(list((folder / "seedance").glob("*.mp4"))) == 2
