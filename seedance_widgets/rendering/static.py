"""A job where no view lives: one line of text."""

from __future__ import annotations

import time

from .facts import JobLike
from .words import chips, same_request, sendable, short


def text(job: JobLike, saved_as: str = "", *, reused: bool = False) -> str:
    """One line for `text/plain`, where nothing else can be shown. `reused`: a new video was asked for, and this take
    was given."""
    settings = ", ".join(chip["text"] for chip in chips(job.request))
    words = [f"{job.info.title}: {short(job.request.prompt, 60)} ({settings})"]
    if reused:
        words.append(f"{same_request(job.created, time.time())}, 0 credits")
    if job.error is not None:
        words.append(job.error.what)
    if saved_as:
        words.append(saved_as)
    return str(sendable(" - ".join(words)))
