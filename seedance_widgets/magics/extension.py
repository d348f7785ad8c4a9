"""Loading and unloading: exactly what is changed is put back."""

from __future__ import annotations

import re
import tokenize
from dataclasses import dataclass, field
from itertools import pairwise
from tokenize import TokenInfo
from typing import TYPE_CHECKING, Any, Final

from IPython.core.inputtransformer2 import (
    HelpEnd,
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
)

from seedance_widgets import first_use, library
from seedance_widgets.ledger import count_unfinished

from .completion import complete

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_MAGICS: Final = {
    "line": (
        "seedance", "seedance_form", "seedance_history", "seedance_templates", "seedance_resume", "seedance_login",
    ),
    "cell": ("seedance",),
}  # fmt: skip
_COMPLETES: Final = r"\s*%%?seedance"
_LOADED: Final = "_seedance_widgets_loaded"

_PROMPTED: Final = ("seedance", "seedance_form")
_CALL: Final = re.compile(r"%(\w+)[ \t]+(\S.*?)\s*", re.DOTALL)


@dataclass(slots=True)
class _Loaded:
    """What loading changed."""

    magics: Any
    before: dict[tuple[str, str], Any] = field(default_factory=dict)
    """Magics of the same names that were there before."""


def load(shell: InteractiveShell) -> None:
    """Register the magics. Doing so twice changes nothing; nothing is sent."""
    if getattr(shell, _LOADED, None) is not None:
        return
    from .commands import SeedanceMagics

    loaded = _Loaded(SeedanceMagics(shell=shell))
    manager = shell.magics_manager
    for kind, names in _MAGICS.items():
        for name in names:
            if name in manager.magics[kind]:
                loaded.before[kind, name] = manager.magics[kind][name]
    shell.register_magics(loaded.magics)
    shell.set_hook("complete_command", _completer, re_key=_COMPLETES)
    shell.input_transformer_manager.token_transformers.append(PromptLine)
    setattr(shell, _LOADED, loaded)
    waiting = count_unfinished(library.home_folder())
    if waiting:
        jobs = "job" if waiting == 1 else "jobs"
        print(f"{waiting} unfinished {jobs}: %seedance_resume")  # noqa: T201  the one line that loading may print


def unload(shell: InteractiveShell) -> None:
    """Put everything back as it was before loading."""
    loaded: _Loaded | None = getattr(shell, _LOADED, None)
    if loaded is None:
        return
    delattr(shell, _LOADED)
    first_use.drop(loaded.magics.set_up)
    manager = shell.magics_manager
    for kind, names in _MAGICS.items():
        for name in names:
            manager.magics[kind].pop(name, None)
            if (kind, name) in loaded.before:
                manager.magics[kind][name] = loaded.before[kind, name]
    manager.registry.pop(type(loaded.magics).__name__, None)
    if loaded.magics in shell.configurables:
        shell.configurables.remove(loaded.magics)
    shell.input_transformer_manager.token_transformers.remove(PromptLine)
    dispatcher = shell.strdispatchers["complete_command"]
    for pattern in [p for p in dispatcher.regexs if p.pattern == _COMPLETES]:
        del dispatcher.regexs[pattern]


class PromptLine(TokenTransformBase):
    """IPython takes a line that ends in "?" for a call for help, and would lose the prompt: "Who is there?".

    This comes before it, by tokens as IPython's own transformers do, so that text within a string stays as it is.
    `%seedance?` itself still shows the help.
    """

    priority = HelpEnd.priority - 1

    def __init__(self, start: tuple[int, int], column: int) -> None:
        super().__init__(start)  # type: ignore[no-untyped-call]
        self._column = column

    @classmethod
    def find(cls, tokens_by_line: list[list[TokenInfo]]) -> PromptLine | None:
        """IPython's hook: the first line of ours, on its own or after `=`, with something to read."""
        for line in tokens_by_line:
            words = [token for token in line if token.type not in (tokenize.INDENT, tokenize.DEDENT)]
            for place, (sign, name) in enumerate(pairwise(words)):
                starts = sign.string == "%" and (place == 0 or words[place - 1].string == "=")
                if starts and name.string in _PROMPTED and sign.start[0] == words[0].start[0]:
                    if _CALL.fullmatch(sign.line.split("\n", 1)[0][sign.start[1] :]):
                        return cls(words[0].start, sign.start[1])
                    break
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """IPython's hook: the call that the line stands for."""
        end = find_end_of_continued_line(lines, self.start_line)
        text = assemble_continued_line(lines, (self.start_line, self._column), end)
        match = _CALL.fullmatch(text)
        if match is None:
            raise SyntaxError(text)
        before = lines[self.start_line][: self._column]
        call = f"{before}get_ipython().run_line_magic({match[1]!r}, {match[2]!r})\n"
        return [*lines[: self.start_line], call, *lines[end + 1 :]]


def _completer(shell: InteractiveShell, event: Any) -> list[str]:
    line: str = getattr(event, "text_until_cursor", None) or event.line
    return complete(line, shell.user_ns)
