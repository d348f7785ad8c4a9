"""One sdist, and the wheel made from it where there is no Node, for all packaging tests."""

from __future__ import annotations

import os
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.builds import Venv, copy_of_clone, path_without_node, run


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Builds and installs take their time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.timeout(300))  # a mark of its own comes first


@dataclass(frozen=True)
class Release:
    sdist: Path
    wheel: Path
    wheel_log: str
    """What the build of the wheel, from the unpacked sdist and without Node, printed."""


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("release")
    clone = copy_of_clone(folder / "clone")
    run([sys.executable, "-m", "build", "--sdist", "--outdir", str(folder), str(clone)])
    (sdist,) = folder.glob("*.tar.gz")

    with tarfile.open(sdist) as archive:
        archive.extractall(folder / "unpacked", filter="data")
    (unpacked,) = (folder / "unpacked").iterdir()
    no_node = os.environ | {"PATH": path_without_node(folder / "bin")}
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(unpacked)]
    log = run(command, env=no_node)
    (wheel,) = folder.glob("*.whl")
    return Release(sdist, wheel, log)


@pytest.fixture(scope="session")
def installed(release: Release, tmp_path_factory: pytest.TempPathFactory) -> Venv:
    """The wheel, with its sandbox, in an environment that held nothing."""
    venv = Venv(tmp_path_factory.mktemp("installed") / "venv")
    venv.install(f"{release.wheel}[sandbox]")
    return venv
