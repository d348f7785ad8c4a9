"""A job where no view lives: one line of text."""

from __future__ import annotations

from .facts import JobLike
from .words import chips, sendable, short


def text(job: JobLike, saved_as: str = "") -> str:
    """One line for `text/plain`, where nothing else can be shown."""
    settings = ", ".join(chip["text"] for chip in chips(job.request))
    words = [f"{job.info.title}: {short(job.request.prompt, 60)} ({settings})"]
    if job.error is not None:
        words.append(job.error.what)
    if saved_as:
        words.append(saved_as)
    return str(sendable(" - ".join(words)))
