"""Two to four takes side by side: the fold to all that `Compare` shows, and what stays of it in a saved notebook.

`Comparison` in js/src/compare_protocol.ts is the other side of the fold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from .difference import Setting, settings_of, word_diff
from .facts import JobLike, Media
from .snapshot import media_of
from .static import Kept, data_address, framed
from .words import chips, clock_time, minutes, moment, sendable, short

LETTERS: Final = "ABCD"
"""What the takes are called, in their order."""

_NOT_HERE: Final = "The video is not on this machine any more."
_ROWS_ALWAYS: Final = ("credits", "rendered")
_NEVER_MARKED: Final = ("rendered",)
"""Each take has its own: that it differs says nothing."""
_TITLE_LENGTH: Final = 60
_CLOSED: Final = "Compare is closed. Run the cell to open it again: nothing is sent."
_RUN: Final = "Run the cell to play them in step. Nothing is sent."
_CELL: Final = "padding:4px 8px;vertical-align:top;text-align:left;white-space:normal;overflow-wrap:anywhere"
_TAGS: Final = {"removed": "del", "added": "ins"}


def comparison(jobs: Sequence[JobLike], media: Sequence[Media | None], now: float) -> dict[str, Any]:
    """All that a comparison shows, as plain JSON; every word is made here, and each take is held against the first.

    media: the saved video of each, None where it is not here. now: seconds since the epoch.
    """
    base = jobs[0]
    rows = [_rows(job) for job in jobs]
    differing = _differing(rows)
    takes = []
    for letter, job, row, file in zip(LETTERS, jobs, rows, media, strict=False):
        width, height = job.request.size or (16, 9)
        takes.append(
            {
                "letter": letter,
                "job_id": job.id,
                "time": clock_time(job.created, now),
                "base": job is base,
                "badge": job.connection.label if job.connection.free else "",
                "starred": job.starred,
                "width": width,
                "height": height,
                "duration": float(job.request.duration) if isinstance(job.request.duration, int) else 0.0,
                "media": media_of(job, file),
                "missing": "" if file else _NOT_HERE,
                "prompt": [piece._asdict() for piece in word_diff(base.request.prompt, job.request.prompt)],
                "settings": [_cell(row[name], rows[0][name]) for name in differing],
            }
        )
    title = f"{len(jobs)} takes of {short(base.request.prompt, _TITLE_LENGTH)}"
    shown: dict[str, Any] = sendable({"title": title, "same": _same(rows, differing), "takes": takes})
    return shown


def offer(job: JobLike, now: float) -> dict[str, str]:
    """A take that can be added to a comparison: `Offer` in js/src/compare_protocol.ts."""
    settings = " · ".join(chip["text"] for chip in chips(job.request))
    star = "★ " if job.starred else ""
    label = f"{star}{clock_time(job.created, now)} · {short(job.request.prompt, 40)}"
    offered: dict[str, str] = sendable({"job_id": job.id, "label": label, "detail": settings})
    return offered


def comparison_text(jobs: Sequence[JobLike]) -> str:
    """The takes and what differs from the first, as lines of text; without takes, that it is closed."""
    if not jobs:
        return _CLOSED
    rows = [_rows(job) for job in jobs]
    differing = _differing(rows)
    lines = [f"{len(jobs)} takes side by side"]
    for letter, job, row in zip(LETTERS, jobs, rows, strict=False):
        facts = ", ".join(f"{row[name].label.lower()} {row[name].text}" for name in differing)
        lines.append(f"{letter}: {short(job.request.prompt, 60)} ({facts})")
    return str(sendable("\n".join(lines)))


def comparison_html(takes: Sequence[Kept]) -> str:
    """The takes as a table: their posters side by side, their prompts with what was removed and added, their settings.

    No script; the same takes give the same bytes, whenever and wherever. Without takes it says that it is closed.
    """
    if not takes:
        return framed(f'<p style="margin:0;font-size:12px;opacity:0.75">{escape(_CLOSED)}</p>')
    jobs = [take.job for take in takes]
    shown = comparison(jobs, [None] * len(jobs), 0.0)
    heads = [f"{letter} · {escape(moment(job.created))}" for letter, job in zip(LETTERS, jobs, strict=False)]
    rows = [
        _row("th", "Take", heads),
        _row("td", "First frame", [_picture(kept) for kept in takes]),
        _row("td", "Prompt", [_marked(take["prompt"]) for take in shown["takes"]]),
    ]
    settings = zip(*(take["settings"] for take in shown["takes"]), strict=True)
    rows += [_row("td", cells[0]["label"], [_setting(cell) for cell in cells]) for cells in settings]
    caption = escape(f"{shown['title']}. {shown['same']}".strip())
    table = (
        f'<table style="table-layout:fixed;width:100%;border-collapse:collapse">'
        f'<caption style="text-align:left">{caption}</caption><tbody>{"".join(rows)}</tbody></table>'
    )
    closing = f'<p style="margin:6px 0 0 0;font-size:12px;opacity:0.75">{escape(_RUN)}</p>'
    return framed(table + closing, width=1080)


def _row(tag: str, label: str, cells: Sequence[str]) -> str:
    drawn = "".join(f'<{tag} dir="auto" style="{_CELL}">{cell}</{tag}>' for cell in cells)
    return f'<tr><th scope="row" style="{_CELL};width:96px">{escape(label)}</th>{drawn}</tr>'


def _picture(kept: Kept) -> str:
    if not kept.poster:
        return "No picture of it is kept here."
    address = data_address("image/jpeg", kept.poster)
    return f'<img alt="First frame" style="display:block;max-width:100%;height:auto;border-radius:4px" src="{address}">'


def _marked(pieces: Sequence[Mapping[str, str]]) -> str:
    """Removed words are struck, added ones underlined; the spaces around them are neither, and there is one between
    what was removed and what came in its place."""
    drawn = ""
    for piece in pieces:
        tag, text = _TAGS.get(piece["kind"]), piece["text"]
        words = text.strip()
        if tag and words:
            before, after = text.split(words, 1)
            after = after or (" " if piece["kind"] == "removed" else "")
            drawn += f"{before}<{tag}>{escape(words)}</{tag}>{after}"
        else:
            drawn += f"<{tag}>{text}</{tag}>" if tag else escape(text)
    return drawn


def _setting(cell: Mapping[str, Any]) -> str:
    return f"<strong>{escape(cell['text'])}</strong>" if cell["changed"] else escape(cell["text"])


def _rows(job: JobLike) -> dict[str, Setting]:
    """All that can differ, by name."""
    if job.connection.free:
        credits_used = "free"
    else:
        credits_used = str(job.credits_used) if job.credits_used is not None else "not known"
    rendered = minutes(job.finished - job.sent) if job.sent and job.finished else "not known"
    facts = (("made", "Made with", job.connection.label), ("credits", "Credits", credits_used))
    rows = [*settings_of(job.request), *(Setting(name, label, text, "", text) for name, label, text in facts)]
    rows.append(Setting("rendered", "Rendered in", rendered, "", rendered))
    return {row.name: row for row in rows}


def _differing(rows: Sequence[Mapping[str, Setting]]) -> list[str]:
    return [
        name
        for name in rows[0]
        if name in _ROWS_ALWAYS or any(row[name].identity != rows[0][name].identity for row in rows)
    ]


def _cell(row: Setting, base: Setting) -> dict[str, Any]:
    changed = row.identity != base.identity and row.name not in _NEVER_MARKED
    return {"label": row.label, "text": row.text, "changed": changed}


def _same(rows: Sequence[Mapping[str, Setting]], differing: Sequence[str]) -> str:
    """The settings that are the same in all takes, in a few words."""
    words = [row.brief for name, row in rows[0].items() if row.brief and name not in differing]
    if not words:
        return ""
    return f"{len(words)} {'is' if len(words) == 1 else 'are'} the same: {' · '.join(words)}"
