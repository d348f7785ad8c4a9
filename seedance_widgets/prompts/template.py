"""The prompt as typed, made into the prompt as sent: quotes, braces and `{name}` variables. Pure."""

from __future__ import annotations

import numbers
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, Final

from seedance_widgets.errors import InvalidRequestError, Problem

_TOKEN = re.compile(r"\{\{|\}\}|\{([^\W\d]\w*)\}")
_BRACES: Final = {"{{": "{", "}}": "}"}
_SECRET = re.compile(
    r"(?:^|_)(?:api_?key|key|token|secret|password|passwd|pwd|credentials?)s?(?:_|\d|$)", re.IGNORECASE
)
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


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a prompt: where it stands as typed, and what is sent for it."""

    start: int
    """Characters from the start of the prompt as typed."""
    end: int
    text: str
    name: str = ""
    """The variable it is; empty for text."""


@dataclass(frozen=True)
class Filling:
    """A prompt as typed and as sent, side by side. Variables without a value stay in it as they are typed."""

    template: str
    pieces: tuple[Piece, ...]
    missing: tuple[str, ...]
    """Variables without a value, each once, in order."""

    @property
    def text(self) -> str:
        """The prompt as sent."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def names(self) -> list[str]:
        """The variables, each once, in order."""
        return list(dict.fromkeys(piece.name for piece in self.pieces if piece.name))

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of the text as sent stands in the prompt as typed; all of a variable where it touches one."""
        first, last = self._piece_at(start), self._piece_at(max(start, end - 1))
        if first is None or last is None:
            return len(self.template), len(self.template)
        left, right = self.pieces[first], self.pieces[last]
        from_ = left.start + (start - self._sent_at[first] if _is_plain(left) else 0)
        to = right.start + (max(end, start) - self._sent_at[last]) if _is_plain(right) else right.end
        return from_, max(from_, to)

    def is_typed(self, start: int, end: int) -> bool:
        """Whether this stretch of the text as sent is there in the prompt as typed, and in no value of a variable."""
        first, last = self._piece_at(start), self._piece_at(max(start, end - 1))
        return first is not None and last is not None and not any(p.name for p in self.pieces[first : last + 1])

    @cached_property
    def _sent_at(self) -> list[int]:
        """Where each piece starts in the text as sent."""
        return list(accumulate((len(piece.text) for piece in self.pieces), initial=0))[:-1]

    def _piece_at(self, place: int) -> int | None:
        starts = self._sent_at
        return bisect_right(starts, place) - 1 if starts else None


def _is_plain(piece: Piece) -> bool:
    return not piece.name and len(piece.text) == piece.end - piece.start


def read(template: str, values: Mapping[str, Any]) -> Filling:
    """A prompt with its variables filled in as far as `values` goes; see `fill` for what is special in it."""
    pieces: list[Piece] = []
    missing: list[str] = []
    done = 0
    for match in _TOKEN.finditer(template):
        start, end = match.span()
        if start > done:
            pieces.append(Piece(done, start, template[done:start]))
        name = match[1] or ""
        if not name:
            pieces.append(Piece(start, end, _BRACES[match[0]]))
        elif name in values:
            pieces.append(Piece(start, end, str(values[name]), name))
        else:
            pieces.append(Piece(start, end, match[0], name))
            missing.append(name)
        done = end
    if done < len(template):
        pieces.append(Piece(done, len(template), template[done:]))
    return Filling(template, tuple(pieces), tuple(dict.fromkeys(missing)))


def variables(template: str) -> list[str]:
    """The names that stand as `{name}` in a prompt, each once, in order."""
    return read(template, {}).names


def fill(template: str, values: Mapping[str, Any]) -> str:
    """The prompt as sent: `{name}` replaced from `values`, `{{` and `}}` as braces, everything else as it stands.

    Only a plain identifier in braces is special; nothing is evaluated, and a value is never filled again.
    InvalidRequestError names every variable without a value.
    """
    filling = read(template, values)
    if filling.missing:
        raise InvalidRequestError(
            [missing_problem(filling.missing, " in this notebook", f"Set {filling.missing[0]} = ...")]
        )
    return filling.text


def missing_problem(names: tuple[str, ...], where: str, remedy: str) -> Problem:
    """What to say of variables without a value."""
    listed = ", ".join("{" + name + "}" for name in names)
    return Problem(
        "prompt",
        f"{listed} {'has' if len(names) == 1 else 'have'} no value{where}.",
        f"{remedy}, or write {{{{{names[0]}}}}} for the word in braces.",
    )


def escape(text: str) -> str:
    """The template of a prompt that is to be sent as `text`: with doubled braces, where any brace in it is special."""
    if _TOKEN.search(text) is None:
        return text
    return text.replace("{", "{{").replace("}", "}}")


def value_of(name: str, value: object) -> str | None:
    """What a variable of the notebook puts into a prompt; None where it is none for prompts.

    Texts and numbers are. A name that sounds like a secret (`api_key`, `token`) is not: a form shows what it fills in,
    and a key must not be shown or sent by a slip.
    """
    if isinstance(value, bool) or not isinstance(value, (str, numbers.Number)) or _SECRET.search(name):
        return None
    try:
        return str(value)
    except Exception:  # noqa: BLE001  a class of the notebook's own
        return None
