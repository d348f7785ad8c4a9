"""Run All is free: a whole notebook, executed again and by a colleague, against one service that counts its jobs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from PIL import Image

from tests.support.notebooks import Executed, execute
from tests.support.sandbox import KEY, RunningSandbox, running_sandbox

from .test_notebooks import frames

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

ASKING = [
    "%load_ext seedance_widgets\n%config SeedanceMagics.resolution = '480p'",
    "%seedance A red fox trots through fresh snow --name fox",
    "%%seedance --image hero.png --name hero\nThe hero turns around",
    "from seedance_widgets import generate\nowl = generate('An owl blinks', resolution='480p')",
    "shots = [generate(f'Shot {n}: a lighthouse in rain', resolution='480p') for n in (1, 2, 3)]",
    "animal = 'hare'\n%seedance A {animal} in the snow --name hare",
    "same_owl = generate('An owl blinks', resolution='480p')\nprint(same_owl is owl)",
]
NEW_TAKE = "%seedance A red fox trots through fresh snow --new --name other_fox"
DRY_RUN = "%seedance --dry-run A red fox trots through fresh snow"
LOOKING = """
import json
takes = {"fox": fox, "hero": hero, "owl": owl, "hare": hare, "shot 1": shots[0], "shot 2": shots[1], "shot 3": shots[2]}
takes |= {"other fox": other_fox} if "other_fox" in globals() else {}
for job in takes.values():
    job.wait(180)
print(json.dumps({name: [job.status, str(job.path), job.id] for name, job in takes.items()}))
"""
ALL_SENT = """
import time
while not all(job.generation_id for job in (fox, hero, owl, *shots, hare)):
    time.sleep(0.05)
"""
STATES = "print({job.status for job in (fox, hero, owl, *shots, hare)})"
MOUSE = """%seedance A mouse -r 480p --name mouse
try:
    mouse.wait(180)
except Exception as error:
    print(type(error).__name__)
"""
MOUSE_AGAIN = "%seedance A mouse -r 480p --wait"
REQUESTS = 7
"""Different requests in the cells above."""


@dataclass(frozen=True)
class Project:
    """A folder with a notebook, and the service that it asks."""

    folder: Path
    sandbox: RunningSandbox

    def run(self, home: str, *cells: str) -> Executed:
        """Run All, in a new kernel."""
        source = self.folder.parent / "film.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells]), source)
        return execute(
            source,
            self.folder,
            self.folder.parent / home,
            Path(sys.executable),
            timeout=240,
            SEEDANCE_BASE_URL=self.sandbox.url,
            SEEDANCE_API_KEY=KEY,
        )

    def jobs(self) -> int:
        """How many the service has made, ever."""
        return int(self.sandbox.stats()["jobs"]["created"])


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    folder = tmp_path / "film"
    folder.mkdir()
    Image.new("RGB", (640, 360), "navy").save(folder / "hero.png")
    with running_sandbox(tmp_path / "service", "--speed", "30") as sandbox:
        yield Project(folder, sandbox)


def takes(run: Executed) -> dict[str, Any]:
    """The takes as the last cell prints them, each with a video that plays."""
    found: dict[str, Any] = json.loads(run.text_of("\nimport json").strip())
    assert {status for status, _, _ in found.values()} == {"completed"}
    assert all(frames(Path(path)) >= 96 for _, path, _ in found.values())
    assert run.text_of("same_owl").strip() == "True"
    return found


def ids(found: dict[str, Any]) -> dict[str, str]:
    return {name: job_id for name, (_, _, job_id) in found.items()}


def test_a_notebook_run_again_and_by_a_colleague_makes_new_takes_only_where_it_asks_for_them(project: Project) -> None:
    """A cell with --new asks for one more take in each run, and that is what each run after the first makes."""
    cells = [*ASKING, NEW_TAKE, LOOKING]
    first = takes(project.run("home", *cells))
    assert project.jobs() == REQUESTS + 1

    again = takes(project.run("home", *cells))
    assert project.jobs() == REQUESTS + 2
    assert {name for name in again if ids(again)[name] == ids(first)[name]} == set(first) - {"fox", "other fox"}
    assert ids(again)["fox"] == ids(first)["other fox"]  # the newest take is the one that is given

    (project.folder / "hero.png").rename(project.folder / "she.png")  # the picture counts, not its name
    renamed = [cell.replace("hero.png", "she.png") for cell in cells]
    colleague = project.run("colleague's home", renamed[0], DRY_RUN, *renamed[1:])
    assert project.jobs() == REQUESTS + 3
    assert set(takes(colleague)) == set(first)
    assert "You have this take already: 0 credits." in colleague.text_of(DRY_RUN)
    shown = colleague.text_of("%seedance A red fox trots through fresh snow --name")
    assert "Ready: A red fox trots through fresh snow" in shown  # as for who made it: the file does not differ
    assert len(list((project.folder / "seedance").glob("*.mp4"))) == REQUESTS + 3


def test_run_all_while_takes_are_rendering_makes_no_second_job_and_a_failed_take_is_made_again(
    project: Project,
) -> None:
    with project.sandbox.faults("status", "status", code=503):  # nobody is told that a take is ready
        rendering = project.run("home", *ASKING, ALL_SENT, *ASKING, STATES)
        assert rendering.text_of("print({job") == "{'processing'}\n"
        assert project.jobs() == REQUESTS
    with project.sandbox.faults("fail_job", count=1):
        later = project.run("home", *ASKING, MOUSE, MOUSE_AGAIN, LOOKING)
    assert later.text_of("%seedance A mouse -r 480p --name").endswith("JobFailedError\n")
    assert takes(later)
    assert project.jobs() == REQUESTS + 2
