"""What a job promises, against the real sandbox."""

from __future__ import annotations

import json
import pickle
import sqlite3
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Job, Studio
from seedance_widgets.errors import (
    ConfigurationError,
    InvalidRequestError,
    JobCancelledError,
    JobFailedError,
    Money,
    OutOfCreditsError,
    OverBudgetError,
    UncertainError,
    WaitTimeoutError,
)
from tests.support.sandbox import RunningSandbox

WAIT = 60


def jobs_made(sandbox: RunningSandbox) -> int:
    return int(sandbox.stats()["jobs"]["created"])


def reaches(job: Job, condition: Callable[[Job], bool]) -> None:
    """Wait for a state by being told of it, as a view is."""
    reached = threading.Event()
    unsubscribe = job.subscribe(lambda changed: reached.set() if condition(changed) else None)
    if condition(job):
        reached.set()
    assert reached.wait(WAIT), f"{job} after {[(e.state, e.reason) for e in job.events]}"
    unsubscribe()


def test_a_request_becomes_a_video_of_the_size_asked_for(studio: Studio, fox: GenerationRequest) -> None:
    job = studio.submit(fox)
    assert job.wait(WAIT) is job
    assert job.path is not None
    with av.open(str(job.path)) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height) == (864, 496)
    assert job.credits_used
    assert job.poster is not None
    with Image.open(job.poster) as poster:
        assert poster.size[0] > poster.size[1]
    assert [event.state for event in job.events][-1] == "completed"


def test_a_finished_take_lies_beside_the_notebook_with_its_recipe(studio: Studio, fox: GenerationRequest) -> None:
    job = studio.submit(fox).wait(WAIT)
    assert job.placed is not None
    assert job.path is not None
    assert job.placed.parent == Path.cwd() / "seedance"
    assert job.placed.read_bytes() == job.path.read_bytes()
    recipe = json.loads(job.placed.with_suffix(".json").read_text())
    assert GenerationRequest.from_dict(recipe) == fox
    assert job.placed.stem.startswith("red-fox-trots-fresh-")


def test_two_takes_with_one_name_do_not_overwrite_each_other(studio: Studio, fox: GenerationRequest) -> None:
    first = studio.submit(fox).wait(WAIT)
    second = studio.submit(fox, new=True).wait(WAIT)
    assert first.placed != second.placed
    assert first.placed is not None
    assert first.path is not None
    assert first.placed.read_bytes() == first.path.read_bytes()


def test_the_home_is_for_its_owner_alone(studio: Studio, home: Path, fox: GenerationRequest) -> None:
    studio.submit(fox).wait(WAIT)
    for folder in (home, home / "media"):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_guide_images_arrive_as_first_and_last_frame(
    studio: Studio, fox: GenerationRequest, tmp_path: Path, sandbox: RunningSandbox
) -> None:
    path = tmp_path / "start.png"
    Image.new("RGB", (640, 360), "navy").save(path)
    job = studio.submit(fox.replace(images=(path, Image.new("RGB", (400, 400), "orange"))))
    path.unlink()  # what was judged is what is sent, whatever happens to the file
    job.wait(WAIT)
    assert [image.name for image in job.request.images] == ["start.png", "picture.png"]
    assert sandbox.stats()["uploads"] == 2


@pytest.fixture
def ledger_watcher(home: Path) -> Iterator[tuple[str, list[str]]]:
    """A service that, when a generate request arrives, looks what the ledger says of the job at that moment."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            with sqlite3.connect(f"file:{home / 'ledger.db'}?mode=ro", uri=True) as db:
                seen.extend(row[0] for row in db.execute("SELECT state FROM jobs"))
            body = b'{"success": false, "error": "no thanks"}'
            self.send_response(400)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_row_is_on_disk_before_the_request_arrives(
    ledger_watcher: tuple[str, list[str]], new_studio: Callable[..., Studio], fox: GenerationRequest
) -> None:
    url, seen = ledger_watcher
    job = new_studio(base_url=url).submit(fox)
    reaches(job, lambda job: job.over)
    assert seen == ["submitting"]
    assert job.reason == "refused"
    assert "no thanks" in str(job.error)


@pytest.mark.parametrize("kind", ["drop_after", "garbage"])
def test_a_lost_reply_is_uncertain_and_not_sent_again(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox, kind: str
) -> None:
    with sandbox.faults(kind, "generate", 1), pytest.raises(UncertainError):
        studio.submit(fox).wait(WAIT)
    assert sandbox.stats()["requests"]["generate"] == 1


def test_an_uncertain_job_is_followed_once_its_id_is_attached(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.over)
    found = sandbox.create("Something else made it here")
    job.attach(found)
    reaches(job, lambda job: job.status == "completed")
    assert job.generation_id == found


def test_a_wait_right_after_an_answer_is_for_what_comes_of_it(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 2):
        first, second = studio.submit(fox), studio.submit(fox, new=True)
        reaches(first, lambda job: job.over)
        reaches(second, lambda job: job.over)
    first.attach(sandbox.control.jobs()[0]["generation_id"])
    assert first.wait(WAIT).status == "completed"
    second.send_again()
    assert second.wait(WAIT).status == "completed"


def test_text_that_can_be_no_id_is_not_attached(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_after", "generate", 1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.over)
    with pytest.raises(ValueError, match="ID"):
        job.attach("  ")
    assert job.status == "uncertain"


def test_an_uncertain_job_is_sent_again_when_asked(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("drop_before", "generate", 1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.over)
    assert job.status == "uncertain"
    job.send_again()
    reaches(job, lambda job: job.status == "completed")
    assert jobs_made(sandbox) == 1


def test_a_rate_limit_is_waited_out_and_makes_one_job(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("status", "generate", 2, code=429, retry_after=1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.reason == "rate_limited")
        job.wait(WAIT)
    assert jobs_made(sandbox) == 1
    assert sandbox.stats()["requests"]["generate"] == 3


def test_a_job_that_waits_to_be_sent_can_be_cancelled_and_is_never_sent(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("status", "generate", None, code=429, retry_after=600):
        job = studio.submit(fox)
        reaches(job, lambda job: job.reason == "rate_limited")
        job.cancel()
        with pytest.raises(JobCancelledError):
            job.wait(WAIT)
    assert jobs_made(sandbox) == 0


def test_send_now_does_not_wait_for_the_pause_to_end(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("status", "generate", 1, code=429, retry_after=600):
        job = studio.submit(fox)
        reaches(job, lambda job: job.reason == "rate_limited")
        job.check_now()
        job.wait(WAIT)
    assert job.status == "completed"


def test_the_same_request_gives_back_the_take_it_has(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    running = studio.submit(fox)
    assert studio.submit(fox) is running
    running.wait(WAIT)
    assert studio.submit(GenerationRequest(fox.prompt, resolution="480p")) is running
    assert running.reused_at is not None
    assert jobs_made(sandbox) == 1


def test_a_new_take_is_another_job(studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox) -> None:
    first, second = studio.submit(fox), studio.submit(fox, new=True)
    assert (first.take, second.take) == (1, 2)
    assert jobs_made(sandbox) <= 2
    first.wait(WAIT)
    second.wait(WAIT)
    assert jobs_made(sandbox) == 2


def test_a_failed_take_says_why_and_is_not_given_back(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("fail_job", count=1, error="input image not allowed", refunded=True):
        failed = studio.submit(fox)
        with pytest.raises(JobFailedError, match="input image not allowed") as caught:
            failed.wait(WAIT)
    assert caught.value.money is Money.REFUNDED
    assert studio.submit(fox) is not failed


def test_too_few_credits_say_how_many_are_missing(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    sandbox.control.set_credits(1)
    with pytest.raises(OutOfCreditsError) as caught:
        studio.submit(fox).wait(WAIT)
    assert caught.value.balance == 1
    assert caught.value.needed
    assert pickle.loads(pickle.dumps(caught.value)).needed == caught.value.needed


def test_an_estimate_over_the_limit_sends_nothing(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with pytest.raises(OverBudgetError, match="About 10 credits"):
        studio.submit(fox, max_credits=3)
    assert studio.history() == []
    assert "generate" not in {route for route, count in sandbox.stats()["requests"].items() if count}


def test_runs_in_the_sandbox_say_nothing_of_what_the_service_costs(
    home: Path, new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    free = new_studio(api_key=None, base_url=None)
    free.submit(fox).wait(WAIT)
    assert "guess" in free.estimate(fox).source
    paid = new_studio()
    assert "guess" in paid.estimate(fox).source
    used = paid.submit(fox).wait(WAIT).credits_used
    about = paid.estimate(fox)
    assert (about.credits, about.source) == (used, "Estimate from your last run")


def test_the_usual_time_comes_from_three_runs_on_the_same_connection(studio: Studio, fox: GenerationRequest) -> None:
    for _ in range(2):
        studio.submit(fox, new=True).wait(WAIT)
    assert studio.usual_time(fox) is None
    studio.submit(fox, new=True).wait(WAIT)
    low, high = studio.usual_time(fox) or (0, 0)
    assert 0 < low <= high
    assert studio.usual_time(fox.replace(duration=8)) is None


def test_a_bad_request_names_every_problem_and_reaches_neither_server_nor_history(
    studio: Studio, sandbox: RunningSandbox
) -> None:
    request = GenerationRequest("x", images=("nowhere.png", b"GIF89a"), duration=5, resolution="4k")
    with pytest.raises(InvalidRequestError) as caught:
        studio.submit(request)
    assert sorted(p.field for p in caught.value.problems) == ["duration", "images", "images", "prompt", "resolution"]
    assert studio.history() == []
    assert sum(sandbox.stats()["requests"].values()) == 0


def test_without_a_key_a_service_is_not_asked(home: Path, fox: GenerationRequest, sandbox: RunningSandbox) -> None:
    studio = Studio(base_url=sandbox.url, home=home)
    with pytest.raises(ConfigurationError, match="no API key"):
        studio.submit(fox)
    studio.close()


@pytest.mark.parametrize("kind", ["truncate", "garbage", "drop_before"])
def test_a_video_that_does_not_arrive_whole_is_fetched_again(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox, kind: str
) -> None:
    with sandbox.faults(kind, "media", 1):
        job = studio.submit(fox).wait(WAIT)
    assert job.path is not None
    with av.open(str(job.path)) as video:
        assert sum(1 for _ in video.decode(video=0)) >= 96


def test_watching_stops_and_starts_without_a_cancel(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("stuck_job", count=1):
        job = studio.submit(fox)
        reaches(job, lambda job: job.status == "processing" and job.next_check is not None)
        job.stop_watching()
        reaches(job, lambda job: job.reason == "not_watching")
        with pytest.raises(WaitTimeoutError):
            job.wait(WAIT)
    job.watch_again()
    reaches(job, lambda job: job.reason is None)
    assert jobs_made(sandbox) == 1


def test_a_wait_that_is_too_short_leaves_the_job_alone(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    job = studio.submit(fox)
    with pytest.raises(WaitTimeoutError):
        job.wait(0)
    assert job.wait(WAIT).status == "completed"


async def test_a_job_can_be_awaited_by_many(studio: Studio, fox: GenerationRequest) -> None:
    import asyncio

    job = await asyncio.to_thread(studio.submit, fox)
    done = await asyncio.gather(*(_awaited(job) for _ in range(5)))
    assert done == [job] * 5


async def _awaited(job: Job) -> Job:
    return await job


def test_a_subscriber_that_fails_stops_neither_the_job_nor_the_others(studio: Studio, fox: GenerationRequest) -> None:
    job = studio.submit(fox)
    seen: list[str] = []
    job.subscribe(lambda _job: 1 / 0)
    job.subscribe(lambda job: seen.append(job.status))
    job.wait(WAIT)
    assert "completed" in seen


def test_save_copies_the_video_with_its_recipe_and_overwrites_nothing(
    studio: Studio, fox: GenerationRequest, tmp_path: Path
) -> None:
    job = studio.submit(fox).wait(WAIT)
    assert job.path is not None
    saved = job.save(tmp_path / "out" / "fox.mp4")
    assert saved.read_bytes() == job.path.read_bytes()
    assert GenerationRequest.from_dict(json.loads(saved.with_suffix(".json").read_text())) == fox
    with pytest.raises(FileExistsError):
        job.save(saved)
