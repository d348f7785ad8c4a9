"""A job where no view lives: one line of text, or HTML without a script."""

from __future__ import annotations

from html import escape

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


def html(job: JobLike, *, video: str = "", poster: str = "", saved_as: str = "") -> str:
    """A small static picture of the job for where no script runs. `video` and `poster` are addresses of the files."""
    media = ""
    if video:
        width, height = job.request.size or (16, 9)
        still = f' poster="{escape(poster)}"' if poster else ""
        media = (
            f'<video controls muted playsinline preload="metadata" src="{escape(video)}"{still} '
            f'style="display:block;width:100%;max-width:480px;aspect-ratio:{width}/{height}"></video>'
        )
    facts = [chip["text"] for chip in chips(job.request)]
    if job.credits_used is not None:
        facts.append("free" if job.connection.free else f"{job.credits_used} credits")
    lines = [
        f"<strong>{escape(job.info.title)}</strong>",
        escape(job.error.what) if job.error is not None else "",
        escape(job.request.prompt),
        f"<small>{escape(' · '.join(facts))}</small>",
        f"<small>Saved to <code>{escape(saved_as)}</code></small>" if saved_as else "",
    ]
    body = "".join(f"<div>{line}</div>" for line in lines if line)
    return str(sendable(f'<div class="sdw">{media}{body}</div>'))
