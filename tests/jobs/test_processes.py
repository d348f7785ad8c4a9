"""Kernels as processes: scripts that end, children that are forked, downloads that are cut by a sudden death."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from seedance_widgets import Studio
from tests.support.environment import ROOT, child_environment
from tests.support.faulty import Behaviour, Exchange, FaultyServer, answer, busy, says

from .conftest import until
from .test_job import WAIT, reaches
from .test_money import rows

Kernels = Callable[[], Studio]


def stall_after(count: int) -> Behaviour:
    """Bytes come, and then no more."""

    def behave(exchange: Exchange) -> None:
        exchange.send(exchange.server.proper_reply(exchange)[:count])
        exchange.wait_until_gone()

    return behave


DOWNLOADING = """
from seedance_widgets import GenerationRequest, Studio
Studio(place=None).submit(GenerationRequest("A red fox trots", resolution="480p")).wait()
"""


def test_a_download_cut_by_the_death_of_its_kernel_goes_on_in_the_next(
    kernel: Kernels, service: FaultyServer, home: Path, clip: bytes
) -> None:
    service.video = clip + (1 << 18).to_bytes(4, "big") + b"free" + bytes((1 << 18) - 8)
    begun = len(clip) + (1 << 17)
    service.plan("media", stall_after(begun))
    environment = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", DOWNLOADING], env=child_environment(home, **environment)) as process:
        until(lambda: any(part.stat().st_size for part in (home / "media").glob(".*.part")), "the first bytes")
        process.kill()
    (job,) = kernel().resume()
    reaches(job, lambda job: job.status == "completed")
    first, second = [request for request in service.requests if request.route == "media"]
    assert "range" not in first.headers
    assert 0 < int(second.headers["range"].removeprefix("bytes=").rstrip("-")) <= begun
    assert second.headers["if-range"] == service.etag
    assert job.path is not None
    assert job.path.read_bytes()[: len(service.video)] == service.video
    assert sorted(path.suffix for path in (home / "media").iterdir()) == [".jpg", ".mp4"]


FORKING = """
import os, sys, time
from seedance_widgets import GenerationRequest, Studio

studio = Studio(place=None)
job = studio.submit(GenerationRequest("A red fox trots"))
while job.reason != "rate_limited":
    pass
owner = studio.ledger.owner
child = os.fork()
if child == 0:
    mine = studio.ledger.claim(studio.ledger.get(job.id))
    print(studio.ledger.owner != owner, mine is None, studio.ledger.is_alive(owner), flush=True)
    job.cancel()
    studio.close()
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
parent = os.getpid()
if os.fork() == 0:  # another child that outlives its parent
    print(owner, flush=True)
    while os.getppid() == parent:
        time.sleep(0.05)
    sys.stdin.read()
    os._exit(0)
sys.stdin.readline()
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_is_not_the_kernel_it_came_from(kernel: Kernels, service: FaultyServer, home: Path) -> None:
    """It neither carries its parent's jobs nor lets go of its lock, nor holds it when the parent is dead."""
    service.plan("generate", busy(600))
    environment = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", FORKING],
        env=child_environment(home, **environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as parent:  # fmt: skip
        assert parent.stdin is not None
        assert parent.stdout is not None
        assert parent.stdout.readline().split() == ["True", "True", "True"]
        owner = parent.stdout.readline().strip()
        later = kernel()
        assert rows(home, "owner, state, reason") == [(owner, "submitting", "rate_limited")]
        assert later.ledger.is_alive(owner)
        parent.stdin.write("go\n")
        parent.stdin.flush()
        parent.wait(WAIT)
        assert not later.ledger.is_alive(owner)
    assert service.count("generate") == 1


SETTINGS_OF_PARENT = """
import os, sys
from seedance_widgets import generate, studio

mine = studio.default()
mine.place = None
generate("An owl turns its head", resolution="480p").wait()
mine.budget, mine.max_credits = 45, 44
mine.use("sandbox")
child = os.fork()
if child == 0:
    its = studio.default()
    print(its.connection.label, its.session == mine.session, its.place, flush=True)
    print(generate("A red fox trots", resolution="480p").connection.label, flush=True)
    os._exit(0)
sys.exit(os.waitpid(child, 0)[1])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_what_was_free_and_what_was_allowed_holds_in_a_forked_child(service: FaultyServer, home: Path) -> None:
    """As in a pool of processes that a cell starts: none of them pays where the session was in the sandbox."""
    environment = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", SETTINGS_OF_PARENT],
        env=child_environment(home, **environment), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.splitlines() == ["Sandbox True None", "Sandbox"]
    assert service.count("generate") == 1


def test_a_script_that_ends_at_once_says_nothing_and_leaves_its_job_to_be_found(
    service: FaultyServer, home: Path
) -> None:
    service.plan("generate", busy(600))
    script = "from seedance_widgets import generate; generate('A red fox trots')"
    environment = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=child_environment(home, **environment), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert rows(home, "state")[0][0] in ("draft", "submitting")


ENDING = """
import atexit, threading, time
from seedance_widgets import GenerationRequest, Studio

job = Studio(place=None).submit(GenerationRequest("A red fox trots", resolution="480p"))
while job.next_check is None:
    time.sleep(0.01)

@atexit.register
def linger():  # what else a script may do at its end takes a while: looks go on meanwhile
    seen = threading.Event()
    job.subscribe(lambda job: seen.set() if {until} else None)
    print("ending", flush=True)
    job.check_now()
    seen.wait(60)
"""


@contextmanager
def ending_script(home: Path, until: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A script that is at its end while its job is followed. It may say nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", ENDING.replace("{until}", until)],
        env=child_environment(home, PYTHONPATH=str(ROOT), **environment),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "ending\n"
        yield process
        _, said = process.communicate(timeout=WAIT)
        assert said == ""


def test_a_script_that_ends_as_its_video_is_ready_says_nothing_and_leaves_it_to_be_found(
    kernel: Kernels, service: FaultyServer, home: Path
) -> None:
    service.always("status", says(200, {"success": True, "status": "processing"}))
    where = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url}
    with ending_script(home, "job.over", **where):
        service.always("status", answer)
    studio = kernel()
    (job,) = studio.history()
    assert job.error is None
    studio.resume()
    assert job.wait(WAIT).path is not None
    assert service.made == 1


def test_a_script_that_ends_while_the_sandbox_is_looked_at_says_nothing(home: Path) -> None:
    with ending_script(home, "True"):
        pass
    assert rows(home, "state")[0][0] in ("processing", "completed")


THREADS = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
from seedance_widgets import GenerationRequest, Studio, runtime

studio = Studio(place=None)

def make(prompt):
    while not runtime.ending():
        time.sleep(0.01)
    status = studio.submit(GenerationRequest(prompt, resolution="480p")).wait().status
    print(status + chr(10), end="")  # in one piece: two threads write

ThreadPoolExecutor(2).submit(make, "A red fox trots")
threading.Thread(target=make, args=("A hare sits up",)).start()
"""


def test_threads_that_a_script_leaves_behind_make_their_videos(service: FaultyServer, home: Path) -> None:
    """The interpreter waits for them, however long that is."""
    environment = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", THREADS],
        env=child_environment(home, **environment), capture_output=True, text=True, timeout=WAIT, check=True,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == (["completed", "completed"], "")


STOPPING = """
import atexit, asyncio, threading, time

@atexit.register
def last():  # registered before the library is imported: called when all of that is at its end
    seen = steps[0]
    for _ in range(50):
        time.sleep(0.01)  # lets the loop's thread go on, if it does
    print("goes on" if steps[0] != seen else "stands still")
    job.check_now()
    print(done.wait() is done)
    for late in (job.wait, lambda: run(job), lambda: studio.submit(GenerationRequest("An owl")), studio.close):
        try:
            late()
        except RuntimeError as error:
            print(error)

from seedance_widgets import GenerationRequest, Studio, run, runtime

studio = Studio(place=None)
done = studio.submit(GenerationRequest("A hare sits up")).wait()
job = studio.submit(GenerationRequest("A red fox trots"))
while job.reason != "rate_limited":
    time.sleep(0.01)
steps = [0]

async def go_on():
    while True:
        steps[0] += 1
        {step}

@atexit.register
def begin():  # registered after that: the library is used as ever
    print(runtime.block(studio.read(job.request)) == job.request)
    runtime.submit(go_on())
    while not steps[0]:
        time.sleep(0.01)
"""


@pytest.mark.parametrize(
    "step", ["await asyncio.sleep(0)", "threading.Event().wait()"], ids=["many steps", "one without an end"]
)
def test_the_loop_stands_still_before_the_interpreter_is_taken_apart_and_says_so_to_who_waits(
    service: FaultyServer, home: Path, step: str
) -> None:
    """A thread that comes out of C code after that would take the process down."""
    service.plan("generate", answer, busy(600))
    environment = {"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", STOPPING.replace("{step}", step)],
        env=child_environment(home, **environment), capture_output=True, text=True, check=True, timeout=WAIT,
    )  # fmt: skip
    assert done.stderr == ""
    stopped = "The interpreter is ending, and the background loop has stopped. Nothing more is done."
    assert done.stdout.splitlines() == ["True", "stands still", "True", *[stopped] * 4]
    assert service.count("generate") == 2
