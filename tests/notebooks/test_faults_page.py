"""docs/faults.md is true: its examples run as they are printed, and each fault of its table does what its row says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets import GenerationRequest, Job, Sandbox, SeedanceError, Studio
from seedance_widgets.sandbox.faulting import KINDS, NAMED
from tests.jobs.conftest import until
from tests.support.environment import ROOT, child_environment
from tests.support.sandbox import RunningSandbox, running_sandbox

pytestmark = pytest.mark.timeout(240)

PAGE = (ROOT / "docs" / "faults.md").read_text("utf-8")
ROWS = re.findall(r'^\| `(".+)` \| (.+) \| `(\w+)` \| (\w+) \|$', PAGE, re.MULTILINE)
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
WAIT = 90


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("alone"), "--speed", "50") as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def empty_books(alone: RunningSandbox) -> None:
    """Each test finds no jobs and no faults, and nobody waits for clips of the last one."""
    alone.control.reset()


@pytest.fixture(scope="module")
def studio(alone: RunningSandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    studio = Studio(api_key="any-key", base_url=alone.url, home=tmp_path_factory.mktemp("home"), place=None)
    yield studio
    studio.close()


def arguments(written: str) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """What a row of the table hands to `sandbox.faults`."""

    def taken(*args: Any, **params: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return args, {**params, "count": 1}

    found: tuple[tuple[Any, ...], dict[str, Any]] = eval(f"taken({written})", {"taken": taken})
    return found


def ended(job: Job) -> str:
    """All that a person reads of a job that is over."""
    try:
        job.wait(WAIT)
    except SeedanceError as error:
        return f"{job.info.title}. {job.info.note} {error}"
    return job.info.title


@pytest.mark.parametrize(
    ("written", "seen", "state", "charged"),
    [row for row in ROWS if row[2] != "completed"],
    ids=[row[0] for row in ROWS if row[2] != "completed"],
)
def test_a_row_of_the_table_says_what_happens(
    studio: Studio, alone: RunningSandbox, written: str, seen: str, state: str, charged: str
) -> None:
    args, params = arguments(written)
    sandbox = Sandbox(studio)
    with sandbox.faults(*args, **params) as fault:
        job = studio.submit(GenerationRequest(f"A row of the table: {written}", resolution="480p"))
    assert fault["hits"] == 1
    if state == "processing":
        until(lambda: job.next_check, "the job to be watched")
        job.stop_watching()
    said = ended(job)
    assert job.status == state
    for words in re.findall(r"\*([^*]+)\*", seen):
        assert words in said or words == "Rendering"
    money = sandbox.stats()["credits"]
    assert (money["charged"], money["refunded"]) == {"yes": (10, 0), "no": (0, 0), "refunded": (10, 10)}[charged]
    if state == "failed" and charged != "no":
        assert ("The service says the credits were refunded." in said) == (charged == "refunded")


@pytest.mark.slow
def test_the_rows_that_end_well_do_so_even_all_at_once(studio: Studio) -> None:
    sandbox = Sandbox(studio)
    rows = [row for row in ROWS if row[2] == "completed"]
    with ExitStack() as all_of_them:
        faults = []
        for written, *_ in rows:
            args, params = arguments(written)
            faults.append(all_of_them.enter_context(sandbox.faults(*args, **params)))
        job = studio.submit(GenerationRequest("Everything goes wrong, and all is well", resolution="480p"))
        assert ended(job) == "Ready"
    assert [fault["hits"] for fault in faults] == [1] * len(rows)
    assert {row[3] for row in rows} == {"yes"}
    assert sandbox.stats()["credits"]["charged"] == 10
    assert "rate_limited" in [event.reason for event in job.events]


def test_the_table_names_every_kind_and_its_rows_are_read() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith('| `"')]
    assert len(ROWS) == len(rows) > 20
    written = {row[0].split('"')[1] for row in ROWS}
    assert (KINDS.keys() | NAMED.keys()) - written == {"drop_after"}  # it stands there by its name: a lost reply
    assert all(f"`{name}`" in PAGE for name in NAMED)


def test_the_python_on_the_page_runs_as_it_is_printed(alone: RunningSandbox, tmp_path: Path) -> None:
    script = "\n".join(text for language, text in BLOCKS if language == "python")
    assert "Sandbox()" in script
    environment = child_environment(tmp_path / ".home", SANDBOX=alone.url, PYTHONPATH=os.pathsep.join(map(str, [ROOT])))
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"At the sandbox: [0-9a-f-]{36}\n", done.stdout)


def test_the_commands_on_the_page_run_as_they_are_printed_and_answer_what_it_says(alone: RunningSandbox) -> None:
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("no curl or no bash here")
    answers: list[Any] = []
    expected: list[tuple[Any, Any]] = []
    for language, text in BLOCKS:
        if language == "bash":
            answers = run(text, alone.url)
            assert len(answers) == text.count("curl ")
        if language == "json":
            expected.append((answers.pop(), json.loads(text)))
    (added, as_printed), (refused, refusal) = expected
    assert {**added, "fault": {**added["fault"], "id": 1}} == as_printed
    assert refused == refusal
    assert [answer["success"] for answer in answers] == [True] * 7  # the last block
    faults, _cleared, jobs, stats, account, settings, _reset = answers
    assert [fault["hits"] for fault in faults["faults"]] == [1]
    assert len(jobs["jobs"]) == stats["jobs"]["created"]
    assert (account["balance"], settings["speed"]) == (10_000, 20)


def run(commands: str, url: str) -> list[Any]:
    """The JSON answers of some curl commands, one after the other."""
    environment = {**os.environ, "SANDBOX": url}
    done = subprocess.run(["bash", "-euc", commands], env=environment, capture_output=True, text=True, check=True)
    answers, rest = [], done.stdout.strip()
    while rest:
        answer, end = json.JSONDecoder().raw_decode(rest)
        answers.append(answer)
        rest = rest[end:].strip()
    return answers
