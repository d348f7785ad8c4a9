"""The prompt as typed, made into the prompt as sent: quotes, braces and `{name}` variables. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import InvalidRequestError, Problem

_TOKEN = re.compile(r"\{\{|\}\}|\{([^\W\d]\w*)\}")
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d"}


def unquote(text: str) -> str:
    """The text without the spaces around it and without one pair of quotes around the whole.

    Quotes inside stay: they are speech. So do two quoted parts side by side, whose outer quotes are no pair.
    """
    text = text.strip()
    closing = _QUOTES.get(text[:1])
    if closing and len(text) > 1 and text.endswith(closing) and _stays_open(text[0], closing, text[1:-1]):
        return text[1:-1].strip()
    return text


def _stays_open(opening: str, closing: str, inner: str) -> bool:
    """Whether a quote opened before `inner` is still open after it."""
    if opening != closing:
        depth = 1
        for c in inner:
            depth += (c == opening) - (c == closing)
            if depth == 0:
                return False
        return depth == 1
    # One sign for both: the first inside tells. At the start of a word it opens speech within; at its end it closes
    # what was opened before. An apostrophe within a word does neither.
    for place in (i for i, c in enumerate(inner) if c == opening):
        before, after = inner[:place][-1:], inner[place + 1 :][:1]
        if opening == "'" and before.isalnum() and after.isalnum():
            continue
        return not before.strip() and bool(after.strip())
    return True


def variables(template: str) -> list[str]:
    """The names that stand as `{name}` in a prompt, each once, in order."""
    return list(dict.fromkeys(match[1] for match in _TOKEN.finditer(template) if match[1]))


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The prompt as sent: `{name}` replaced from `values`, `{{` and `}}` as braces, everything else as it stands.

    Only a plain identifier in braces is special; nothing is evaluated, and a value is never filled again.
    InvalidRequestError names every variable without a value.
    """
    missing = [name for name in variables(template) if name not in values]
    if missing:
        listed = ", ".join("{" + name + "}" for name in missing)
        raise InvalidRequestError(
            [
                Problem(
                    "prompt",
                    f"{listed} {'has' if len(missing) == 1 else 'have'} no value in this notebook.",
                    f"Set {missing[0]} = ..., or write {{{{{missing[0]}}}}} for the word in braces.",
                )
            ]
        )

    def one(match: re.Match[str]) -> str:
        if match[0] == "{{":
            return "{"
        if match[0] == "}}":
            return "}"
        return str(values[match[1]])

    return _TOKEN.sub(one, template)
