"""Sweeps on a service that costs, and their pages."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from seedance_widgets import Sweep
from tests.support.faulty import says

from .conftest import Line, say, until

RENDERING = says(200, {"success": True, "status": "processing"})
FAILED = says(200, {"success": True, "status": "failed", "error": "No."})
PROMPT = "A {hero} raises a lantern, {move}"

_ids = itertools.count(1)


class Page:
    """A sweep, and what its page says and hears."""

    def __init__(self, widget: Sweep, line: Line) -> None:
        self.widget = widget
        self.line = line

    @property
    def plan(self) -> dict[str, Any]:
        found: dict[str, Any] = self.widget.sweep["plan"]
        return found

    @property
    def run(self) -> dict[str, Any]:
        found: dict[str, Any] = self.widget.sweep["run"] or {}
        return found

    def kinds(self) -> list[str]:
        return [take["kind"] for take in self.run.get("takes", [])]

    def ask(self, kind: str, **content: Any) -> dict[str, Any]:
        """Say something, and the answer."""
        message_id = f"m{next(_ids)}"
        say(self.widget, {"kind": kind, "id": message_id, **content})
        found: dict[str, Any] = until(
            lambda: next((each for each in self.line.of("answer") if each["id"] == message_id), None),
            f"{kind}'s answer",
        )
        return found

    def press_start(self, **content: Any) -> dict[str, Any]:
        return self.ask("start", seen=self.plan["seen"], **content)

    def until_kinds(self, *kinds: str) -> None:
        until(lambda: self.kinds() == list(kinds), f"{kinds}, not {self.kinds()}")


Show = Callable[..., Page]
"""Shows a sweep over two moves and two lengths, in the one kernel of the test; see the fixture."""
