"""A batch in a real kernel: its bar, and a wait that is interrupted."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.support.clips import tiny_clip
from tests.support.faulty import FaultyServer, answer, says
from tests.support.kernel import Kernel

from .test_sweep import RARELY

MANY = """
from seedance_widgets import Batch, generate_many
done = []
for job in generate_many([f"A red fox, number {{n}}" for n in range({count})], concurrency=1, resolution="480p"):
    done.append(job.status)
"""


@pytest.mark.slow
def test_an_interrupted_wait_leaves_a_batch_that_goes_on_and_can_be_stopped(
    new_kernel: Callable[..., Kernel],
) -> None:
    with FaultyServer(video=tiny_clip()) as service:
        service.always("status", says(200, {"success": True, "status": "processing"}))
        kernel = new_kernel({"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url})
        waiting = kernel.send(MANY.format(count=3))
        kernel.until(lambda: service.count("status"), "the first to be rendering")
        kernel.interrupt()
        stopped = kernel.finish(waiting, check=False)
        assert "KeyboardInterrupt" in stopped.error + stopped.traceback
        assert "Batch.running()[-1].cancel()" in stopped.traceback
        again = kernel.send(MANY.format(count=3))  # follows what is under way, in the room that is kept for it
        kernel.until(lambda: service.count("status") > 3, "it to be looked at")
        kernel.interrupt()
        kernel.finish(again, check=False)
        kernel.run("for batch in Batch.running():\n    batch.cancel()")
        service.always("status", answer)
        kernel.run("for batch in Batch.running():\n    batch.wait()")
        assert service.made == 1
        kernel.run(MANY.format(count=3))
        assert kernel.value("done") == ["completed"] * 3
        assert service.made == 3


@pytest.mark.slow
def test_the_bar_of_a_notebook_is_text_that_says_how_it_ended(kernel: Kernel) -> None:
    if kernel.value("__import__('importlib').util.find_spec('tqdm') is None"):
        pytest.skip("there is no tqdm in this environment")
    shown = kernel.run(MANY.format(count=2))
    assert "2/2" in shown.stdout
    assert (shown.stderr, shown.widgets) == ("", [])  # a widget would be dead in the saved notebook


@pytest.mark.slow
def test_a_kernel_that_is_shut_down_leaves_the_table_as_it_was_then(new_kernel: Callable[..., Kernel]) -> None:
    with FaultyServer(video=tiny_clip()) as service:
        service.always("status", says(200, {"success": True, "status": "processing"}))
        service.plan("status", *[answer] * 5)
        kernel = new_kernel({"SEEDANCE_API_KEY": "a-key", "SEEDANCE_BASE_URL": service.url})
        kernel.run(f"{RARELY}\nfrom seedance_widgets import generate_many")
        kernel.run("prompts = [f'A red fox, number {number}' for number in range(8)]")
        kernel.run("batch = generate_many(prompts, concurrency=2, resolution='480p', over_budget=True)\nbatch")
        kernel.until(lambda: kernel.value("dict(batch.tally)") == {"ready": 5, "rendering": 2, "waiting": 1}, "five")
        kernel.client.shutdown()
        kernel.until(
            lambda: any(
                message["msg_type"] == "update_display_data"
                and "5 ready, 2 rendering, 1 waiting" in message["content"]["data"]["text/plain"]
                for message in kernel.messages
            ),
            "them in the file",
        )
