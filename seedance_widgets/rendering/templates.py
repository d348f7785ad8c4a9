"""Named prompts as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from seedance_widgets.models import display_name

from .tables import cell, table_html, table_text
from .words import short


class TemplateLike(Protocol):
    """What is read of a named prompt."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def prompt(self) -> str:
        """With its placeholders."""

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Values of placeholders, and settings."""


def templates_text(templates: Sequence[TemplateLike]) -> str:
    """One line each."""
    return table_text(_rows(templates)) if templates else "No templates yet."


def templates_html(templates: Sequence[TemplateLike]) -> str:
    """The same as HTML."""
    return table_html(_rows(templates)) if templates else "<p>No templates yet.</p>"


def _rows(templates: Sequence[TemplateLike]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("Name", "Prompt", "Defaults")]
    for each in templates:
        defaults = ", ".join(f"{name}: {_words(name, value)}" for name, value in each.defaults.items())
        rows.append((cell(each.name), cell(short(each.prompt, 80)), cell(short(defaults, 80))))
    return rows


def _words(name: str, value: Any) -> str:
    return " + ".join(map(display_name, value)) if name == "images" else str(value)
