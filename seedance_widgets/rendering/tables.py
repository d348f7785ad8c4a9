"""Rows of words as a table: HTML for a notebook, lines of text where there is none."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from html import escape
from typing import Final

from .words import sendable

_STYLE: Final = "text-align:left;vertical-align:top;white-space:{};overflow-wrap:{}"


def cell(words: str) -> str:
    """Words as a table takes them: on one line, and with bytes."""
    return "".join(c if c.isprintable() else " " for c in sendable(words))


def table_text(rows: Sequence[Sequence[str]]) -> str:
    """The first row names the columns."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(words.ljust(width) for words, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def table_html(rows: Sequence[Sequence[str]], on_one_line: Collection[str] = ()) -> str:
    """The same as HTML. `on_one_line` names the columns whose words belong together: "4 s" is not to be broken."""
    names, *others = rows
    together, broken = _STYLE.format("nowrap", "normal"), _STYLE.format("normal", "anywhere")
    styles = [together if name in on_one_line else broken for name in names]
    head = "".join(
        f'<th scope="col" style="{style}">{escape(name)}</th>' for style, name in zip(styles, names, strict=True)
    )
    body = "".join(f"<tr>{_cells(row, styles)}</tr>" for row in others)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(row: Sequence[str], styles: Sequence[str]) -> str:
    return "".join(f'<td style="{style}">{escape(words)}</td>' for style, words in zip(styles, row, strict=True))
