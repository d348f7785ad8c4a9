"""What a strict type checker has to refuse, never run: each line marked with the kind of error expected."""

from __future__ import annotations

from seedance_widgets import AsyncSeedance, GenerationRequest, Job, Seedance

GenerationRequest("A red fox", seed=1)  # type: ignore[call-arg]
GenerationRequest("A red fox", images=3)  # type: ignore[arg-type]
GenerationRequest("A red fox", fixed_lens="yes")  # type: ignore[arg-type]
AsyncSeedance("k", style="other")  # type: ignore[arg-type]
Seedance(api_key=5)  # type: ignore[arg-type]
Seedance("k").generate("A red fox")  # type: ignore[arg-type]


def of_a_job(job: Job) -> None:
    job.note = 5  # type: ignore[assignment]
    job.starred = True  # type: ignore[misc]
