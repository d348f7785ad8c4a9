"""What the form knows of its prompt: its variables and where their values come from, hints, and the words of the menus.

`js/src/prompt_field.ts` is the other half.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from IPython.core.getipython import get_ipython

from seedance_widgets import prompts
from seedance_widgets.errors import InvalidRequestError, Problem
from seedance_widgets.prompts import Filling
from seedance_widgets.prompts.checks import Draft, checks
from seedance_widgets.rendering.words import sendable, short

_SHOWN: Final = 120
"""Characters of a value that a form shows."""
_MOST_NAMES: Final = 200
"""Names offered after a brace; a notebook with more of them is narrowed by typing on."""


@dataclass(frozen=True)
class Words:
    """A prompt with its variables filled in from what was typed for them, else from the notebook."""

    filling: Filling
    notebook: Mapping[str, str]
    """What the notebook has for its variables."""
    typed: Mapping[str, str]

    @property
    def variables(self) -> list[dict[str, Any]]:
        """For the page: each variable and what the notebook has for it. `whole` says whether that is shown in full."""
        return [self._variable(name) for name in self.filling.names]

    def _variable(self, name: str) -> dict[str, Any]:
        value = self.notebook.get(name)
        if value is None:
            return {"name": name, "source": "", "text": "", "length": 0, "whole": True}
        shown = _shown(value)
        facts = {"name": name, "source": "notebook", "text": shown, "length": len(value), "whole": shown == value}
        told: dict[str, Any] = sendable(facts)
        return told

    def checks(self, **settings: Any) -> dict[str, Any]:
        """For the page: the hints, and the prompt they are about."""
        values = {**self.notebook, **self.typed}
        found = checks(Draft(self.filling, values, **settings))
        rows: list[dict[str, Any]] = []
        for check in found:
            row: dict[str, Any] = {"id": check.id, "severity": check.severity, "message": check.message}
            row |= {"start": check.start, "end": check.end}
            fix = check.fix
            rows.append(row | {"fix": asdict(fix) | {"short": fix.short or fix.label} if fix else None})
        told: dict[str, Any] = sendable({"prompt": self.filling.template, "rows": rows})
        return told

    def problems(self) -> list[Problem]:
        """What keeps it from being sent: variables without a value."""
        missing = self.filling.missing
        if not missing:
            return []
        remedy = f"Type one below the prompt, set {missing[0]} = ... in the notebook"
        return [prompts.missing_problem(missing, "", remedy)]

    def check_seen(self, seen: Mapping[str, str]) -> None:
        """ValueError for a variable of the notebook whose value is not the one that a person has `seen`, by name."""
        for name, text in seen.items():
            if name in self.notebook and name not in self.typed and sendable(_shown(self.notebook[name])) != text:
                changed = f"The notebook has changed {{{name}}} since it was shown."
                raise ValueError(f"{changed} Look at its value and press Generate again.")


def look(prompt: str, typed: Mapping[str, str]) -> Words:
    """The prompt as it would be sent now."""
    namespace = _namespace()
    names = prompts.variables(prompt)
    found = {name: prompts.value_of(name, namespace[name]) for name in names if name in namespace}
    notebook = {name: value for name, value in found.items() if value is not None}
    given = {name: value for name, value in typed.items() if value}
    return Words(prompts.read(prompt, {**notebook, **given}), notebook, given)


def sent(prompt: str, typed: Mapping[str, str]) -> str:
    """The prompt as sent. InvalidRequestError for a variable without a value."""
    words = look(prompt, typed)
    problems = words.problems()
    if problems:
        raise InvalidRequestError(problems)
    return words.filling.text


def names() -> list[dict[str, str]]:
    """What can stand in braces: the notebook's own names that hold a text or a number, newest first."""
    found: list[dict[str, str]] = []
    for name, value in reversed(_namespace().items()):
        if name.startswith("_") or len(found) >= _MOST_NAMES:
            continue
        text = prompts.value_of(name, value)
        if text is not None and prompts.variables("{" + name + "}") == [name]:
            found.append({"name": name, "text": sendable(_shown(text))})
    return found


def on_cell_end(callback: Callable[[], object]) -> Callable[[], None]:
    """Call back whenever a cell has run, since it may have changed a value. Returns what ends that."""
    shell = get_ipython()
    if shell is None:
        return lambda: None

    def ended(_result: object) -> None:
        callback()

    shell.events.register("post_run_cell", ended)

    def end() -> None:
        if ended in shell.events.callbacks["post_run_cell"]:
            shell.events.unregister("post_run_cell", ended)

    return end


VOCABULARY: Final = [asdict(menu) for menu in prompts.MENUS]
"""The menus for the page, as plain JSON."""


def _namespace() -> dict[str, Any]:
    """The notebook's names, copied in one step: a cell may be adding some."""
    shell = get_ipython()
    return {} if shell is None else shell.user_ns.copy()


def _shown(value: str) -> str:
    return short(value, _SHOWN) if len(value) > _SHOWN or not value.isprintable() else value
