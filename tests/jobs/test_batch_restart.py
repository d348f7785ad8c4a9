"""A batch whose kernel is killed in the middle, by `kill -9`, is finished by running the same again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from seedance_widgets import Studio, generate_many
from tests.support.environment import ROOT, child_environment
from tests.support.faulty import Behaviour, Exchange, FaultyServer, answer, busy, says, stall
from tests.support.sandbox import RunningSandbox

from .conftest import until
from .test_job import WAIT, jobs_made
from .test_money import rows

PROMPTS = [f"A red fox, number {number}" for number in range(4)]

CELL = """
import sys
from seedance_widgets import generate_many

requests = [{"prompt": prompt, "images": "{IMAGE}" or []} for prompt in sys.argv[2:]]
batch = generate_many(requests, concurrency=int(sys.argv[1]), resolution="480p", progress=False)
for job in batch:
    print(job.status, flush=True)
"""


def running(
    home: Path, url: str, concurrency: int, prompts: list[str] = PROMPTS, image: str = ""
) -> subprocess.Popen[str]:
    """The cell in a kernel of its own."""
    environment = child_environment(home, SEEDANCE_API_KEY="a-key", SEEDANCE_BASE_URL=url, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", CELL.replace("{IMAGE}", image), str(concurrency), *prompts]
    return subprocess.Popen(command, env=environment, cwd=home.parent, stdout=subprocess.PIPE, text=True)


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


SIX = [f"An owl, number {number}" for number in range(6)]


def silent(exchange: Exchange) -> None:
    """Takes the head of a request and nothing more."""
    exchange.wait_until_gone()


def stall_in_the_middle(exchange: Exchange) -> None:
    """The first half of the reply, and then nothing."""
    reply = exchange.server.proper_reply(exchange)
    exchange.send(reply[: len(reply) // 2])
    exchange.wait_until_gone()


RENDERING = says(200, {"success": True, "status": "processing"})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "behaviours", "nobody_knows"),
    [
        pytest.param("upload", [silent], False, id="while an image is uploaded"),
        pytest.param("generate", [answer, answer, silent], True, id="while a request leaves"),
        pytest.param("generate", [answer, answer, stall], True, id="while a reply is awaited"),
        pytest.param("generate", [answer, busy(600)], False, id="while a pause is waited out"),
        pytest.param("status", [RENDERING] * 1000, False, id="while takes render"),
        pytest.param("media", [answer, stall_in_the_middle], False, id="while a video is fetched"),
    ],
)
def test_six_requests_make_six_takes_in_whatever_phase_their_kernel_is_killed(
    kernel: Callable[[], Studio],
    service: FaultyServer,
    home: Path,
    route: str,
    behaviours: list[Behaviour],
    *,
    nobody_knows: bool,
) -> None:
    image = home.parent / "guide.png"
    Image.new("RGB", (640, 360), "#336699").save(image)
    service.plan(route, *behaviours)
    with running(home, service.url, 3, SIX, str(image)) as process:
        until(lambda: service.count(route) >= min(len(behaviours), 6), f"the {route} to be reached")
        if behaviours[-1] in (stall, stall_in_the_middle):
            until(lambda: len(service.requests[-1].body) or route == "media", "the request to be taken")
        if route == "media":
            until(lambda: rows(home, "state").count(("completed",)) == 5, "all others to be there")
        if not nobody_knows:  # else one may be on its way of which nobody knows
            until(lambda: ("submitting", None) not in rows(home, "state, reason"), "nothing to be on its way")
        process.kill()
    service.forget_plans()
    requests = [{"prompt": prompt, "images": image} for prompt in SIX]
    for _ in range(2):
        batch = generate_many(requests, studio=kernel(), resolution="480p", progress=False).wait(WAIT)
        assert batch.tally["uncertain"] == nobody_knows
        assert batch.tally["ready"] + batch.tally["from history"] == 6 - nobody_knows
    asked = Counter(
        json.loads(each.body)["prompt"] for each in service.requests if each.route == "generate" and each.body
    )
    paused = Counter([SIX[1]]) if len(service.not_before) else Counter()
    assert set((asked - paused).values()) == {1}
    assert service.made == (5 if silent in behaviours and nobody_knows else 6)


@pytest.mark.slow
def test_two_kernels_that_run_the_same_cell_at_once_make_each_take_once(service: FaultyServer, home: Path) -> None:
    service.plan("status", *[RENDERING] * 12)
    with running(home, service.url, 2) as one, running(home, service.url, 3) as other:
        said = [process.communicate(timeout=120)[0].split() for process in (one, other)]
    assert said == [["completed"] * 4] * 2
    assert service.made == 4
