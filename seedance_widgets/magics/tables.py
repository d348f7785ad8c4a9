"""The history as plain text. Pure."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job


def history_table(jobs: Sequence[Job]) -> str:
    """One line a take, newest first."""
    rows = [("When", "State", "Prompt", "Settings", "Credits", "Video"), *map(_row, jobs)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def _row(job: Job) -> tuple[str, ...]:
    request = job.request
    parts = [request.aspect_ratio, request.resolution, f"{request.duration} s"]
    parts += ["sound"] if request.generate_audio else []
    parts += [f"{len(request.images)} images" if len(request.images) > 1 else "1 image"] if request.images else []
    prompt = " ".join("".join(c if c.isprintable() else " " for c in request.prompt).split())
    used = "free" if job.connection.free else "not known" if job.credits_used is None else str(job.credits_used)
    return (
        time.strftime("%d %b %H:%M", time.localtime(job.created)),
        job.info.title + (f" (take {job.take})" if job.take > 1 else ""),
        prompt if len(prompt) <= 50 else f"{prompt[:49]}…",
        " · ".join(parts),
        used if job.info.money.value != "nothing" else "0",
        str(job.placed or job.path or ""),
    )
