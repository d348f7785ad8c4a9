"""`generate_many`: from a list, a table, a file or a sweep to a batch."""

from __future__ import annotations

from typing import Any

from . import rows, runtime
from .batch import Batch
from .studio import Studio, default
from .sweep import Point


def generate_many(
    requests: Any,
    *,
    concurrency: int = 4,
    new: bool = False,
    start: bool = True,
    max_credits: int | None = None,
    over_budget: bool = False,
    progress: bool | None = None,
    studio: Studio | None = None,
    **settings: Any,
) -> Batch:
    """Make many videos, a few at a time. Returns a `Batch` at once; it goes on in the background.

        for job in generate_many(["A red fox in snow", "An owl at dusk"], duration=8):
            print(job.status, job.path)

    requests:    prompts, `GenerationRequest`s, dicts of settings, a pandas DataFrame or the path of a CSV file with
                 columns named as settings (see `requests_from`), or a sweep (see `expand`).
    concurrency: how many are under way at the service at once, at most. A rate limit is waited out for as long as it
                 takes.
    new:         make another take of each, also of those that have one.
    start:       False to look at `batch.estimate` first, and then call `batch.start()`.
    max_credits: send nothing where all together are estimated at more; `over_budget` passes the session's budget.
    progress:    while you wait: None for a bar where tqdm is installed and no widget shows it, True for a bar in any
                 case, or a line a take where there is no tqdm; False for none.
    settings:    for every request that does not say otherwise; a `GenerationRequest` says what is not the default.

    InvalidRequestError with all problems of all rows at once, OverBudgetError where all together are over the budget:
    nothing is sent. Later on nothing is raised: a take that fails is a result.
    """
    if isinstance(requests, str):
        raise TypeError('Pass a list of prompts, or a file as requests_from("prompts.csv"). One video is generate().')
    studio = studio or default()
    given = rows.listed(requests)
    found, problems = rows.read(given, settings)
    plan = runtime.block(studio.plan(found, problems))
    places = [row.coordinates if isinstance(row, Point) else {} for row in given]
    labels = rows.labels_of(requests, len(given))
    batch = Batch(studio, plan, concurrency=concurrency, new=new, progress=progress, coordinates=places, labels=labels)
    return batch.start(max_credits=max_credits, over_budget=over_budget) if start else batch
