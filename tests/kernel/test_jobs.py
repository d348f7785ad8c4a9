"""Jobs in real kernels: ipykernel 7 and ipykernel 6."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.kernel import Cell, Kernel

PROMPT = "A red fox trots through fresh snow"
GENERATE = f"from seedance_widgets import generate\njob = generate({PROMPT!r}, resolution='480p')"

BUSY = """
import time
end = time.monotonic() + 60
while not job.over and time.monotonic() < end:
    time.sleep(0.2)
time.sleep(1.5)  # the kernel's own loop stays blocked while the video is pushed
"""

HARE = """
async def make():
    return await generate("A hare in a meadow", resolution="480p")
hare = run(make())
"""


def state_of(kernel: Kernel, cell: Cell, view: int = 0) -> str:
    """The state a view under a cell shows, as a front end sees it."""
    return str(kernel.models[cell.widgets[view]].state["snapshot"]["state"])


def shows(kernel: Kernel, cell: Cell, state: str, view: int = 0) -> None:
    kernel.until(lambda: cell.widgets and state_of(kernel, cell, view) == state, f"a cell that shows {state}")


def video_bytes(kernel: Kernel, cell: Cell) -> bytes:
    """The video as it was pushed to the view of a cell."""
    chunks: dict[int, bytes] = {}
    for content, buffers in kernel.models[cell.widgets[0]].received:
        if content["kind"] == "video-chunk":
            chunks[content["index"]] = buffers[0]
            count = content["count"]
    return b"".join(chunks[index] for index in range(count)) if chunks and len(chunks) == count else b""


def test_generate_returns_at_once_and_its_cell_becomes_a_video(kernel: Kernel) -> None:
    cell = kernel.run(f"{GENERATE}\nprint(job.status in ('draft', 'uploading', 'submitting'))\njob")
    assert cell.stdout.strip() == "True"
    shows(kernel, cell, "completed")
    path = Path(kernel.value("str(job.path)"))
    kernel.until(lambda: video_bytes(kernel, cell) == path.read_bytes(), "the video in the cell")


def test_the_video_arrives_while_a_later_cell_keeps_the_kernel_busy(kernel: Kernel) -> None:
    show, busy = kernel.pipeline(
        [
            f"{GENERATE}\njob",
            BUSY,
        ]
    )
    messages = kernel.messages
    idle = next(
        n
        for n, message in enumerate(messages)
        if message["parent_header"].get("msg_id") == busy.id
        and message["msg_type"] == "status"
        and message["content"]["execution_state"] == "idle"
    )
    chunks = [n for n, message in enumerate(messages) if _is_chunk(message, show.widgets[0])]
    assert chunks, "no video was pushed"
    assert chunks[0] < idle
    assert state_of(kernel, show) == "completed"
    kept = [n for n, message in enumerate(messages) if _keeps_the_video(message)]
    assert kept, "no companion was updated"
    assert kept[0] < idle


def _keeps_the_video(message: dict[str, Any]) -> bool:
    data = message["content"].get("data", {})
    return message["msg_type"] == "update_display_data" and "data:video/mp4" in data.get("text/html", "")


def _is_chunk(message: dict[str, Any], model: str) -> bool:
    content = message["content"]
    if message["msg_type"] != "comm_msg" or content["comm_id"] != model:
        return False
    custom = content["data"].get("content")
    return isinstance(custom, dict) and custom.get("kind") == "video-chunk"


def test_await_gives_the_finished_job(kernel: Kernel) -> None:
    kernel.run(GENERATE)
    assert kernel.run("done = await job\nprint(done is job, job.path.exists())").stdout.strip() == "True True"


def test_wait_gives_the_finished_job(kernel: Kernel) -> None:
    kernel.run(GENERATE)
    assert kernel.run("print(job.wait() is job, job.status)").stdout.strip() == "True completed"


@pytest.mark.parametrize("wait", ["job.wait()", "await job"])
def test_an_interrupt_ends_the_wait_and_not_the_job(kernel: Kernel, wait: str) -> None:
    kernel.run(GENERATE)
    waiting = kernel.send(f"print('waiting')\n{wait}\nimport time\ntime.sleep(600)")
    kernel.until(lambda: "waiting" in waiting.stdout, "the wait")
    kernel.interrupt()
    kernel.finish(waiting, check=False)
    assert waiting.status == "error"
    assert waiting.error.split(":")[0] in ("KeyboardInterrupt", "CancelledError")
    assert kernel.run("print(job.wait().status)").stdout.strip() == "completed"


def test_many_jobs_at_once_are_all_finished(kernel: Kernel) -> None:
    kernel.run(
        "from seedance_widgets import generate\n"
        "jobs = [generate(f'A red fox, number {n}', resolution='480p') for n in range(6)]"
    )
    cell = kernel.run(
        "import asyncio\nawait asyncio.gather(*jobs)\nprint({j.status for j in jobs}, len({j.path for j in jobs}))"
    )
    assert cell.stdout.strip() == "{'completed'} 6"


def test_several_views_show_one_job(kernel: Kernel) -> None:
    first = kernel.run(f"{GENERATE}\njob")
    second = kernel.run(
        "from seedance_widgets import JobView\nfrom IPython.display import display\ndisplay(JobView(job), JobView(job))"
    )
    for cell, view in ((first, 0), (second, 0), (second, 1)):
        shows(kernel, cell, "completed", view)


def test_two_kernels_share_one_history(new_kernel: Callable[..., Kernel]) -> None:
    one, two = new_kernel(), new_kernel()
    one.run(GENERATE)
    other = two.run(f"{GENERATE}\nprint(job.wait().status, job.take)")
    assert other.stdout.split() == ["completed", "1"]
    assert one.run("print(job.wait().id)").stdout == two.run("print(job.id)").stdout
    assert two.value("len(__import__('seedance_widgets').Studio().history())") == 1


def test_a_killed_kernel_loses_no_job(kernel: Kernel) -> None:
    kernel.run(
        f"{GENERATE}\nimport time\nwhile job.status != 'processing': time.sleep(0.01)\ngeneration = job.generation_id"
    )
    generation = kernel.value("generation")
    kernel.kill()
    kernel.start()
    loaded = kernel.run("%load_ext seedance_widgets")
    assert loaded.stdout.strip() == "1 unfinished job: %seedance_resume"
    resumed = kernel.run("%seedance_resume")
    shows(kernel, resumed, "completed")
    kernel.run("from seedance_widgets import studio\n(job,) = studio.default().history()")
    assert kernel.value("[job.generation_id, job.path.exists()]") == [generation, True]


def test_run_all_with_waits_of_every_kind_runs_to_its_end(kernel: Kernel) -> None:
    cells = kernel.pipeline(
        [
            "%load_ext seedance_widgets\nfrom seedance_widgets import generate, run",
            f"%seedance --resolution 480p --wait --name fox {PROMPT}",
            HARE,
            "owl = await generate('An owl on a branch', resolution='480p')",
            "print(fox.status, hare.status, owl.status)",
        ]
    )
    assert cells[-1].stdout.split() == ["completed"] * 3


def test_a_job_shows_as_a_cell_without_the_extension(kernel: Kernel) -> None:
    assert kernel.run(f"{GENERATE}\njob").widgets
    assert not kernel.run("job = job").widgets


def test_an_error_of_ours_is_shown_without_a_traceback(kernel: Kernel) -> None:
    kernel.run("%xmode Verbose")
    cell = kernel.run("from seedance_widgets import generate\ngenerate('x', duration=5)", check=False)
    assert "Duration 5 is not offered" in cell.traceback
    assert "Traceback" not in cell.traceback
    assert "runtime.py" not in cell.traceback
