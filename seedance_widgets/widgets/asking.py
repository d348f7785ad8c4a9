"""What a person is asked before something that costs. A yes holds for exactly what was shown, once, and for nothing
else: a higher estimate, another field or another picture is asked about again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from . import protocol

_KEPT: Final = 32
"""Questions that may wait for their answers at once; each page that is open may have one."""


@dataclass(frozen=True, slots=True)
class Consent:
    """What a person has agreed to, in the terms of `Studio.submit`."""

    max_credits: int | None = None
    over_budget: bool = False

    @property
    def terms(self) -> dict[str, Any]:
        """Keywords for `Studio.submit`."""
        return {"max_credits": self.max_credits, "over_budget": self.over_budget} if self.given else {}

    @property
    def given(self) -> bool:
        """Whether anything was agreed to."""
        return self.max_credits is not None

    def is_below(self, expected: int | None) -> bool:
        """Whether a yes was given, and the estimate has risen since."""
        return self.max_credits is not None and (expected or 0) > self.max_credits


class Questions:
    """Questions of one widget that wait for an answer, by the id of the message that led to each."""

    def __init__(self) -> None:
        self._asked: dict[str, tuple[object, Consent]] = {}

    def ask(self, message_id: str, wish: object, expected: int | None, *, over_budget: bool) -> None:
        """Remember what a question was about: `wish` is all that was shown, `expected` the estimate."""
        self._asked[message_id] = (wish, Consent(expected or 0, over_budget))
        while len(self._asked) > _KEPT:
            del self._asked[next(iter(self._asked))]

    def consent(self, message: Mapping[str, Any], wish: object) -> Consent:
        """What a message agrees to; nothing where it answers no question, or one about something else."""
        asked, consent = self._asked.pop(protocol.text_of(message, "consent") or "", (None, Consent()))
        return consent if asked == wish else Consent()
