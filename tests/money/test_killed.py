"""A kernel that is killed at any moment (kill -9 of a real process) leaves a job that the next one finds."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.environment import ROOT, child_environment

from .line import Trouble
from .world import World, brisk

KERNEL = """
import asyncio.events, os, signal, sys

steps, last = 0, int(sys.argv[1])
step = asyncio.events.Handle._run

def counted(handle):
    global steps
    steps += 1
    if steps == last:
        os.kill(os.getpid(), signal.SIGKILL)
    step(handle)

from seedance_widgets import GenerationRequest, Studio, polling
polling.next_look = lambda *_: 0.03
polling.BACKOFF_FIRST = polling.BACKOFF_MOST = 0.03
studio = Studio(place=None)
asyncio.events.Handle._run = counted  # from here on, every step of the background loop is one
jobs = []
for prompt in sys.argv[2:]:
    jobs.append(studio.submit(GenerationRequest(prompt, resolution="480p")))
    print(jobs[-1].id, flush=True)
for job in jobs:
    job.wait(60)
"""
"""A kernel in which a person asks for clips, and that is killed between two awaits: at a given step of its loop."""

STEPS = 250
"""About as many as the loop of such a kernel takes until two clips are there (134 for one, 255 for two, measured)."""

THOROUGH = settings().max_examples >= 2000

steps = st.builds(lambda step: (step, None), st.integers(1, STEPS))
lines = st.builds(
    lambda route, where, at: (0, (route, Trouble(where, "kill", at))),
    st.sampled_from(["generate", "status", "media"]),
    st.sampled_from(["request", "reply"]),
    st.one_of(st.integers(0, 700), st.just(10**9)),
)


@contextlib.contextmanager
def running(world: World, step: int, prompts: list[str]) -> Iterator[subprocess.Popen[str]]:
    """That kernel, killed if it still runs."""
    environment = child_environment(world.home, SEEDANCE_API_KEY="a-key", SEEDANCE_BASE_URL=world.line.url)
    command = [sys.executable, "-c", KERNEL, str(step), *prompts]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def run(world: World, step: int, planned: tuple[str, Trouble] | None, count: int) -> None:
    prompts = [f"{world.number} fox {number}" for number in range(count)]
    with contextlib.closing(world):
        with running(world, step, prompts) as process:
            world.line.on_kill = lambda: os.kill(process.pid, signal.SIGKILL)
            if planned:
                world.line.plan(*planned)
            said, _ = process.communicate()
            world.line.on_kill = lambda: None
        assert process.returncode in (0, -signal.SIGKILL)
        world.submitted.update(zip(said.split(), prompts, strict=False))
        world.calm()
        with brisk():
            for row in world.kernel(9).ledger.history():  # a submit may have been killed before it could say its id
                world.submitted.setdefault(row.id, row.request["prompt"])
            world.check()


@pytest.mark.timeout(600)
@settings(
    max_examples=40 if THOROUGH else 8,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(moment=st.one_of(steps, lines), count=st.integers(1, 2))
def test_a_kernel_killed_at_any_moment_loses_nothing(
    new_world: Callable[..., World], moment: tuple[int, tuple[str, Trouble] | None], count: int
) -> None:
    run(new_world(), *moment, count)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("step", range(1, STEPS, 5))
def test_a_kernel_killed_at_every_fifth_step_loses_nothing(new_world: Callable[..., World], step: int) -> None:
    run(new_world(), step, None, 2)
