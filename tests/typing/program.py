"""A user's program, never run: it is what a strict type checker has to accept, and its types are what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, assert_type

import pandas as pd

from seedance_widgets import (
    AsyncSeedance,
    Batch,
    GenerationRequest,
    Job,
    Sandbox,
    Seedance,
    SeedanceError,
    Studio,
    expand,
    generate,
    generate_many,
    requests_from,
    run,
)
from seedance_widgets.errors import OutOfCreditsError, UncertainError
from seedance_widgets.wire import GenerateReply, StatusReply, UploadReply


async def with_the_async_client() -> Path:
    request = GenerationRequest(
        "A red fox trots through fresh snow", images=["first.png", Path("last.png")], duration=8, generate_audio=True
    )
    assert_type(request.fingerprint, str)
    assert_type(request.replace(duration=12), GenerationRequest)
    assert_type(request.size, tuple[int, int] | None)
    async with AsyncSeedance(api_key="k", base_url="https://api.example", style="model") as client:
        uploaded = await client.upload(Path("first.png"))
        assert_type(uploaded, UploadReply)
        made = await client.generate(request.replace(images=[uploaded.url]))
        assert_type(made, GenerateReply)
        assert_type(made.generation_id, str)
        assert_type(made.credits_used, int | None)
        done = await client.wait(made.generation_id, timeout=600, on_status=lambda reply: reply.status)
        assert_type(done, StatusReply)
        if done.video_url is None:
            raise SeedanceError("No video")
        return await client.download(done.video_url, "fox.mp4", progress=lambda received, total: None)


def with_the_blocking_client() -> None:
    with Seedance() as client:
        try:
            made = client.generate(GenerationRequest("A red fox"))
        except OutOfCreditsError as error:
            assert_type(error.needed, int | None)
        except UncertainError as error:
            assert_type(error.status, int | None)
            assert_type(error.todo, str)
        else:
            assert_type(client.status(made.generation_id), StatusReply)


def in_a_notebook(studio: Studio) -> None:
    job = generate("A red fox trots through fresh snow", duration=8)
    assert_type(job.remix("A red fox sleeps", duration=4), Job)
    assert_type([node.job for node in studio.lineage(job)], list[Job])
    assert_type(job, Job)
    assert_type(job.path, Path | None)
    assert_type(job.video_url, str | None)
    assert_type(job.credits_used, int | None)
    assert_type(job.wait(timeout=60), Job)
    assert_type(run(with_the_async_client()), Path)


def many_at_once(studio: Studio, table: pd.DataFrame) -> None:
    batch = generate_many(table, concurrency=2, start=False, resolution="480p")
    assert_type(batch, Batch)
    assert_type(batch.estimate.credits, int | None)
    assert_type(batch.start(max_credits=100).wait(timeout=600).jobs, list[Job])
    assert_type(list(batch), list[Job])
    assert_type(batch.frame(), pd.DataFrame)
    sweep = expand("A fox, {move}", {"hero": "A fox"}, move=["static", "orbit"], duration=[4, 8])
    assert_type(generate_many(sweep).contact_sheet("sheet.png"), Path)
    assert_type(requests_from("prompts.csv", duration=8), list[GenerationRequest])


def naming_prompts(studio: Studio) -> None:
    studio.templates.save("portrait", "{subject} looks up", resolution="1080p")
    template = studio.templates.get("portrait")
    assert_type(template.fill(subject="A fox"), GenerationRequest)
    assert_type([each.name for each in studio.templates.list()], list[str])
    assert_type(generate_many(template.expand(subject=["A fox", "An owl"])), Batch)
    studio.templates.delete("portrait")


def rehearsing(studio: Studio) -> None:
    sandbox = Sandbox(studio)
    with sandbox.faults("rate_limit", route="generate", count=1, retry_after=2) as fault:
        assert_type(fault, dict[str, Any])
    assert_type(sandbox.jobs(), list[dict[str, Any]])
    assert_type(sandbox.credits, int)


def keeping_a_history(studio: Studio) -> None:
    assert_type(studio.history(), list[Job])
    assert_type(studio.history(20), list[Job])
    assert_type(studio.history(limit=None, as_frame=False), list[Job])
    assert_type(studio.history(as_frame=True), pd.DataFrame)
    assert_type(studio.history(search="fox", state="ready", starred=True), list[Job])
    for job in studio.history():
        job.star()
        job.note = "the calm one"
        assert_type(job.starred, bool)
        assert_type(job.note, str)
    assert_type(studio.prune(older_than=30, dry_run=True).bytes, int)
    assert_type(studio.forget(job, keep_copy=True).files, tuple[Path, ...])


async def awaiting(job: Job) -> None:
    assert_type(await job, Job)
