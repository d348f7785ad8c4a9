"""A batch whose kernel is killed in the middle, by `kill -9`, is finished by running the same again."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from seedance_widgets import Studio, generate_many
from tests.support.environment import ROOT, child_environment
from tests.support.sandbox import RunningSandbox

from .conftest import until
from .test_job import WAIT, jobs_made

PROMPTS = [f"A red fox, number {number}" for number in range(4)]

CELL = """
import sys
from seedance_widgets import generate_many

batch = generate_many(sys.argv[2:], concurrency=int(sys.argv[1]), resolution="480p", progress=False)
for job in batch:
    print(job.status, flush=True)
"""


def running(home: Path, url: str, concurrency: int) -> subprocess.Popen[str]:
    """The cell in a kernel of its own."""
    environment = child_environment(home, SEEDANCE_API_KEY="a-key", SEEDANCE_BASE_URL=url, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", CELL, str(concurrency), *PROMPTS]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


def test_the_same_cell_again_follows_what_is_under_way_and_sends_only_the_rest(
    new_studio: Callable[..., Studio], sandbox: RunningSandbox, home: Path
) -> None:
    with sandbox.faults("status", "status", None, code=503), running(home, sandbox.url, 2) as process:
        until(lambda: sandbox.stats()["requests"].get("status", 0) >= 4, "two that are rendering")
        assert jobs_made(sandbox) == 2
        process.kill()
    batch = generate_many(PROMPTS, studio=new_studio(), resolution="480p", progress=False, start=False)
    assert batch.to_make == 2
    batch.start().wait(WAIT)
    assert batch.tally == {"from history": 2, "ready": 2}
    assert all(job.path is not None and job.path.exists() for job in batch.jobs)
    assert jobs_made(sandbox) == 4
    again = generate_many(PROMPTS, studio=new_studio(), resolution="480p", progress=False).wait(WAIT)
    assert (again.to_make, again.tally, jobs_made(sandbox)) == (0, {"from history": 4}, 4)


@pytest.mark.parametrize("settled", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_whenever_it_is_killed_no_prompt_is_made_twice(
    new_studio: Callable[..., Studio], sandbox: RunningSandbox, home: Path, settled: int
) -> None:
    with running(home, sandbox.url, 4) as process:
        assert process.stdout is not None
        if settled:
            assert [process.stdout.readline().strip() for _ in range(settled)] == ["completed"] * settled
        else:
            until(lambda: jobs_made(sandbox), "the first job")
        process.kill()
    batch = generate_many(PROMPTS, studio=new_studio(), resolution="480p", progress=False).wait(WAIT)
    made = Counter(job["prompt"] for job in sandbox.control.jobs())
    assert set(made.values()) == {1}
    # One request may have been on its way when it died: it is not sent again, and there is one job of it or none.
    assert batch.tally["uncertain"] <= 1
    assert batch.tally["ready"] + batch.tally["from history"] + batch.tally["uncertain"] == len(PROMPTS)
    assert len(PROMPTS) - batch.tally["uncertain"] <= len(made) <= len(PROMPTS)
