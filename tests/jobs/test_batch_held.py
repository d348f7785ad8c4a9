"""A batch and who holds it: nobody, two threads, a cell that is interrupted, a forked child."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seedance_widgets import Batch
from tests.support.environment import ROOT, child_environment
from tests.support.faulty import FaultyServer, answer

from .conftest import until
from .test_batch import PROMPTS, RENDERING
from .test_job import WAIT


def test_a_batch_that_nobody_holds_goes_on_and_is_let_go_of_when_it_is_over(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    batch = many(PROMPTS[:2], concurrency=1, start=False)
    batch.pause()
    gone = weakref.ref(batch.start())
    del batch
    for _ in range(3):
        gc.collect()
    (found,) = Batch.running()
    assert found is gone()
    found.resume()
    del found
    until(lambda: gc.collect() >= 0 and service.count("media") == 2, "both")
    until(lambda: gc.collect() >= 0 and gone() is None, "nobody to hold on to it")
    assert Batch.running() == []
    again = many(PROMPTS[:2])
    assert again.wait(WAIT).tally == {"from history": 2}
    again.jobs[0].star()  # tells those who listen, of which one is gone


def test_a_batch_that_is_begun_by_several_threads_at_once_is_sent_once(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    batches = [many([PROMPTS[0]], new=True, start=False) for _ in range(8)]
    pace = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as threads:
            for batch in batches:
                together = threading.Barrier(8)

                def press(batch: Batch = batch, together: threading.Barrier = together) -> None:
                    together.wait()
                    batch.start(over_budget=True)

                for pressed in [threads.submit(press) for _ in range(8)]:
                    pressed.result()
    finally:
        sys.setswitchinterval(pace)
    for batch in batches:
        batch.wait(WAIT)
    until(lambda: Batch.running() == [], "all to be sent")
    assert service.made == len(batches)


def test_an_interrupt_ends_the_wait_and_says_that_the_batch_goes_on(
    many: Callable[..., Batch], service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    batch = many(PROMPTS[:3], concurrency=1)

    def press() -> None:
        until(lambda: service.count("status"), "the first to be rendering")
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt) as stopped:
        for _ in batch:
            pass
    thread.join()
    assert "Batch.running()[-1].cancel()" in stopped.value.__notes__[0]
    assert Batch.running() == [batch]
    Batch.running()[-1].cancel()
    service.always("status", answer)
    assert batch.wait(WAIT).tally == {"ready": 1, "not sent": 2}
    assert service.made == 1


FORKED = """
import os, sys, warnings
warnings.simplefilter("ignore")
from seedance_widgets import Batch, Studio, generate_many

studio = Studio(place=None)
batch = generate_many(sys.argv[1:], studio=studio, resolution="480p", concurrency=1, progress=False)
while not batch.jobs or batch.jobs[0].status != "processing":
    pass
if os.fork() == 0:
    print(Batch.running(), flush=True)
    try:
        batch.wait()
    except Exception as error:
        print(error, flush=True)
    batch.start()
    os._exit(0)
os.wait()
print(len(Batch.running()), flush=True)
input()
batch.wait()
print(dict(batch.tally), flush=True)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_sends_nothing_of_its_parents_batch_and_waits_for_none(
    service: FaultyServer, home: Path
) -> None:
    service.always("status", RENDERING)
    environment = child_environment(home, SEEDANCE_API_KEY="a-key", SEEDANCE_BASE_URL=service.url, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", FORKED, *PROMPTS[:3]]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "[]\n"
        assert "go on in the process that this one was forked from" in process.stdout.readline()
        assert process.stdout.readline() == "1\n"
        assert service.made == 1
        service.always("status", answer)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "{'ready': 3}\n"
    assert service.made == 3
