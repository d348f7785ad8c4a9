"""Takes and what was made from them, as an indented tree: HTML for a notebook, lines of text where there is none."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Final, Literal

from .facts import JobLike
from .tables import cell
from .words import chips, short

Link = Literal["", "remix of", "from last frame of"]
"""How a take came from its parent; empty for one that has none."""

Row = tuple[int, Link, JobLike]
"""How deep it stands in the tree, how it came from the take above it, and the take."""

_MADE: Final[dict[Link, str]] = {"": "", "remix of": "remix", "from last frame of": "from last frame"}
_LOST: Final = " of a take that is not in the history any more"
_DEEPEST: Final = 20
"""Steps of indentation: further ones would push the words out of sight."""


def lineage_text(rows: Iterable[Row]) -> str:
    """One line a take, children below their parent and further right."""
    return "\n".join("  " * min(depth, _DEEPEST) + " · ".join(_parts(depth, link, job)) for depth, link, job in rows)


def lineage_html(rows: Iterable[Row]) -> str:
    """The same as a list. It is flat, since browsers nest only so deep."""
    items = "".join(
        f'<li style="margin-left:{1.5 * min(depth, _DEEPEST):g}em;overflow-wrap:anywhere">'
        f"{escape(' · '.join(_parts(depth, link, job)))}</li>"
        for depth, link, job in rows
    )
    return f'<ul aria-label="Lineage">{items}</ul>'


def _parts(depth: int, link: Link, job: JobLike) -> list[str]:
    made = _MADE[link] + (_LOST if link and not depth else "")
    settings = " · ".join(chip["text"] for chip in chips(job.request))
    prompt = short(job.request.prompt, 60)
    title = ("★ " if job.starred else "") + job.info.title
    words = [": ".join(filter(None, (made[:1].upper() + made[1:], prompt))), settings, title, job.id]
    return [cell(word) for word in words if word]
