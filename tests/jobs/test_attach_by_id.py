"""A generation ID from the service's dashboard becomes a take: nothing is sent, and nothing is claimed of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest
from seedance_widgets.capabilities import SETTINGS
from seedance_widgets.errors import Money, OfflineError, SeedanceError
from seedance_widgets.recipes import of_file
from tests.support.faulty import FaultyServer, says
from tests.support.sandbox import RunningSandbox

from .conftest import PROMPT
from .test_job import WAIT, reaches
from .test_money import RENDERING, Kernels

UNKNOWN = says(404, {"success": False, "error": "Generation not found"})


def test_what_somebody_else_asked_for_is_followed_and_saved_and_its_settings_are_read_from_it(
    new_studio: Kernels, sandbox: RunningSandbox, tmp_path: object
) -> None:
    asked = GenerationRequest(PROMPT, resolution="480p", aspect_ratio="9:16", duration=8, generate_audio=True)
    theirs = new_studio(home=f"{tmp_path}/elsewhere").submit(asked).wait(WAIT)
    studio = new_studio()
    job = studio.attach(f" {theirs.generation_id} ")
    assert studio.attach(str(theirs.generation_id)) is job
    job.wait(WAIT)
    assert job.request == asked.replace(prompt="Attached from the service")
    assert (job.generation_id, job.placed, job.credits_used) == (theirs.generation_id, None, None)
    assert job.path is not None
    (found,) = new_studio().history()
    assert found.request == job.request
    assert studio.spent == 0
    known = {"resolution": "480p", "aspect_ratio": "9:16", "duration": 8, "generate_audio": True}
    for recipe in (job.recipe(), found.recipe(), of_file(job.path)):
        assert {name: value for name, value in recipe.items() if name in (*SETTINGS, "model")} == known
    assert studio.take_of({**job.recipe(), "prompt": PROMPT}) is job


def test_it_answers_no_request_since_nobody_knows_what_was_asked(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    body = {"success": True, "status": "completed", "video_url": service.video_url, "prompt": fox.prompt}
    service.plan("status", says(200, {**body, "credits_used": 40}), says(200, body))
    studio = kernel()
    job = studio.attach("gen-77").wait(WAIT)
    assert (job.request.prompt, job.credits_used, service.made) == (fox.prompt, 40, 0)
    assert not studio.has_take(job.request)
    assert studio.estimate(fox).credits == kernel().estimate(fox).credits
    assert studio.submit(job.request).wait(WAIT) is not job
    assert service.made == 1


def test_its_video_beside_the_notebook_answers_no_request_either(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer, tmp_path: Path
) -> None:
    body = {"success": True, "status": "completed", "video_url": service.video_url, "prompt": fox.prompt}
    service.plan("status", says(200, body), says(200, body))
    studio = kernel()
    studio.place = tmp_path / "beside"
    job = studio.attach("gen-77").wait(WAIT)
    saved = job.save(studio.place / "theirs.mp4")
    assert GenerationRequest.from_file(saved).prompt == fox.prompt
    for _ in range(2):  # by the recipe beside it, and by the one within
        assert not studio.has_take(job.request)
        saved.with_suffix(".json").unlink(missing_ok=True)
    assert studio.submit(job.request).wait(WAIT) is not job
    assert service.made == 1


def test_an_id_that_the_service_does_not_know_makes_no_row_and_teaches(kernel: Kernels, service: FaultyServer) -> None:
    service.always("status", UNKNOWN)
    studio = kernel()
    with pytest.raises(SeedanceError, match=r"knows no generation .*dashboard"):
        studio.attach("gen-77")
    with pytest.raises(ValueError, match="can be no generation ID"):
        studio.attach("  ")
    service.always("status", says(500, {"success": False}))
    with pytest.raises(SeedanceError) as failed:
        studio.attach("gen-77")
    assert failed.value.money is Money.NOTHING
    assert not isinstance(failed.value, OfflineError)
    assert studio.history() == []


def test_two_cells_that_attach_it_at_once_make_one_take(kernel: Kernels, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    studio, other = kernel(), kernel()
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda one: one.attach("gen-77").id, [studio, other, studio, other]))
    assert len(set(made)) == 1
    assert len(studio.history()) == 1


def test_one_that_is_in_the_trash_is_not_entered_again(
    kernel: Kernels, fox: GenerationRequest, service: FaultyServer
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    studio.remove(job)
    with pytest.raises(SeedanceError, match="was removed"):
        studio.attach(str(job.generation_id))


def test_one_under_way_is_found_again_after_a_restart(kernel: Kernels, service: FaultyServer) -> None:
    service.plan("status", RENDERING, RENDERING)
    first = kernel()
    job = first.attach("gen-77")
    reaches(job, lambda job: job.status in ("processing", "completed"))
    first.close()
    later = kernel()
    later.resume()
    (found,) = later.history()
    assert found.wait(WAIT).path is not None
