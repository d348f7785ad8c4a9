"""The history as a table: takes, newest first. HTML for a notebook, lines of text where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from seedance_widgets.errors import Money

from .facts import JobLike
from .tables import cell, table_html, table_text
from .words import chips, short, told_apart

_COLUMNS: Final = ("When", "State", "Prompt", "Settings", "Credits", "Video", "Note")
_PROMPT: Final = 50
"""Characters of a prompt in a row."""
_ON_ONE_LINE: Final = ("When", "State", "Settings", "Credits")


def history_text(jobs: Sequence[JobLike], shown_path: Callable[[Path], str] = str) -> str:
    """One line a take. `shown_path` says how a path is written, such as relative to where the notebook is."""
    return table_text(_rows(jobs, shown_path))


def history_html(jobs: Sequence[JobLike], shown_path: Callable[[Path], str] = str) -> str:
    """The same as a table."""
    return table_html(_rows(jobs, shown_path), _ON_ONE_LINE)


def _rows(jobs: Sequence[JobLike], shown_path: Callable[[Path], str]) -> list[tuple[str, ...]]:
    """The names of the columns, then the takes. There is a column for notes where there is a note."""
    briefs = told_apart([job.request.prompt for job in jobs], _PROMPT)
    rows = [_COLUMNS, *(_row(job, brief, shown_path) for job, brief in zip(jobs, briefs, strict=True))]
    return rows if any(job.note for job in jobs) else [row[:-1] for row in rows]


def _row(job: JobLike, brief: str, shown_path: Callable[[Path], str]) -> tuple[str, ...]:
    used = "free" if job.connection.free else "not known" if job.credits_used is None else str(job.credits_used)
    path = (job.placed or job.path) if job.path else None
    row = (
        time.strftime("%d %b %H:%M", time.localtime(job.created)),
        ("★ " if job.starred else "") + job.info.title + (f" (take {job.take})" if job.take > 1 else ""),
        brief or short(job.request.prompt, _PROMPT),
        " · ".join(chip["text"] for chip in chips(job.request)),
        "0" if job.info.money is Money.NOTHING else used,
        shown_path(path) if path else "",
        short(job.note, 80),
    )
    return tuple(cell(words) for words in row)
