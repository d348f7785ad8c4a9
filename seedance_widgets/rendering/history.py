"""The history as a table: takes, newest first. HTML for a notebook, lines of text where there is none."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import Final

from seedance_widgets.errors import Money

from .facts import JobLike
from .words import chips, sendable, short

_COLUMNS: Final = ("When", "State", "Prompt", "Settings", "Credits", "Video", "Note")
_ON_ONE_LINE: Final = ("When", "Settings")
"""Columns whose words belong together: "4 s" is not to be broken."""
_STYLE: Final = "text-align:left;vertical-align:top;white-space:{};overflow-wrap:anywhere"


def history_text(jobs: Sequence[JobLike], shown_path: Callable[[Path], str] = str) -> str:
    """One line a take. `shown_path` says how a path is written, such as relative to where the notebook is."""
    rows = _rows(jobs, shown_path)
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def history_html(jobs: Sequence[JobLike], shown_path: Callable[[Path], str] = str) -> str:
    """The same as a table."""
    names, *takes = _rows(jobs, shown_path)
    styles = [_STYLE.format("nowrap" if name in _ON_ONE_LINE else "normal") for name in names]
    head = "".join(f'<th scope="col" style="{style}">{name}</th>' for style, name in zip(styles, names, strict=True))
    rows = "".join(f"<tr>{_cells(take, styles)}</tr>" for take in takes)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _cells(take: Sequence[str], styles: Sequence[str]) -> str:
    return "".join(f'<td style="{style}">{escape(cell)}</td>' for style, cell in zip(styles, take, strict=True))


def _rows(jobs: Sequence[JobLike], shown_path: Callable[[Path], str]) -> list[tuple[str, ...]]:
    """The names of the columns, then the takes. There is a column for notes where there is a note."""
    rows = [_COLUMNS, *(_row(job, shown_path) for job in jobs)]
    return rows if any(job.note for job in jobs) else [row[:-1] for row in rows]


def _row(job: JobLike, shown_path: Callable[[Path], str]) -> tuple[str, ...]:
    used = "free" if job.connection.free else "not known" if job.credits_used is None else str(job.credits_used)
    path = (job.placed or job.path) if job.path else None
    row = (
        time.strftime("%d %b %H:%M", time.localtime(job.created)),
        ("★ " if job.starred else "") + job.info.title + (f" (take {job.take})" if job.take > 1 else ""),
        short(job.request.prompt, 50),
        " · ".join(chip["text"] for chip in chips(job.request)),
        "0" if job.info.money is Money.NOTHING else used,
        shown_path(path) if path else "",
        short(job.note, 80),
    )
    return tuple("".join(c if c.isprintable() else " " for c in sendable(cell)) for cell in row)
