"""A take can be made again from its own file."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Studio
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT


def test_a_video_carries_its_recipe_wherever_it_goes(
    studio: Studio, fox: GenerationRequest, tmp_path: Path, sandbox: RunningSandbox
) -> None:
    request = fox.replace(images=(Image.new("RGB", (400, 300), "navy"),), generate_audio=True)
    job = studio.submit(request).wait(WAIT)
    saved = job.save(tmp_path / "sent" / "fox.mp4")
    saved.with_suffix(".json").unlink()
    found = GenerationRequest.from_file(saved)
    assert found == job.request
    assert studio.submit(found) is job
    uploads = sandbox.stats()["uploads"]
    assert studio.submit(found, new=True).wait(WAIT).take == 2
    assert sandbox.stats()["uploads"] == uploads  # the service has the image already


def test_a_recipe_beside_a_video_serves_as_well(studio: Studio, fox: GenerationRequest, tmp_path: Path) -> None:
    job = studio.submit(fox).wait(WAIT)
    assert job.placed is not None
    assert GenerationRequest.from_file(job.placed.with_suffix(".json")) == fox
    stripped = tmp_path / "other.mp4"
    stripped.write_bytes(job.placed.read_bytes().split(b"uuid")[0])
    with pytest.raises(ValueError, match="holds no recipe"):
        GenerationRequest.from_file(stripped)
    stripped.with_suffix(".json").write_bytes(job.placed.with_suffix(".json").read_bytes())
    assert GenerationRequest.from_file(stripped) == fox


def test_the_take_of_a_recipe_is_found_in_the_history(studio: Studio, fox: GenerationRequest) -> None:
    first = studio.submit(fox).wait(WAIT)
    second = studio.submit(fox, new=True).wait(WAIT)
    assert studio.take_of(first.recipe()) is first
    assert studio.take_of(second.recipe()) is second
    assert studio.take_of(first.recipe() | {"generation_id": "of-a-colleague"}) is second
    assert studio.take_of(first.recipe() | {"connection": "elsewhere"}) is None
    assert studio.take_of(first.recipe() | {"duration": 12}) is None
    forgotten = second.recipe()
    studio.forget(second)
    assert studio.take_of(forgotten) is first
