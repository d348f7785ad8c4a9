"""Loading and unloading: exactly what is changed is put back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import library
from seedance_widgets.ledger import count_unfinished

from .completion import complete

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_MAGICS: Final = {"line": ("seedance", "seedance_form", "seedance_history", "seedance_resume", "seedance_login"),
                  "cell": ("seedance",)}  # fmt: skip
_COMPLETES: Final = r"\s*%%?seedance"
_LOADED: Final = "_seedance_widgets_loaded"

_QUESTION: Final = re.compile(r"^(\s*)(?:([^\W\d]\w*)\s*=\s*)?%(seedance(?:_form)?)[ \t]+(\S.*\?)\s*$")


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
    shell.input_transformers_cleanup.append(keep_question_marks)
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
    manager = shell.magics_manager
    for kind, names in _MAGICS.items():
        for name in names:
            manager.magics[kind].pop(name, None)
            if (kind, name) in loaded.before:
                manager.magics[kind][name] = loaded.before[kind, name]
    manager.registry.pop(type(loaded.magics).__name__, None)
    if loaded.magics in shell.configurables:
        shell.configurables.remove(loaded.magics)
    shell.input_transformers_cleanup.remove(keep_question_marks)
    dispatcher = shell.strdispatchers["complete_command"]
    for pattern in [p for p in dispatcher.regexs if p.pattern == _COMPLETES]:
        del dispatcher.regexs[pattern]


def keep_question_marks(lines: list[str]) -> list[str]:
    """IPython takes a line that ends in "?" for a call for help, and would lose the prompt: "Who is there?".

    `%seedance?` itself still shows the help.
    """
    kept = []
    for line in lines:
        match = _QUESTION.match(line.rstrip("\n"))
        if match is None:
            kept.append(line)
            continue
        indent, target, magic, text = match.groups()
        assign = f"{target} = " if target else ""
        kept.append(f"{indent}{assign}get_ipython().run_line_magic({magic!r}, {text!r})\n")
    return kept


def _completer(shell: InteractiveShell, event: Any) -> list[str]:
    line: str = getattr(event, "text_until_cursor", None) or event.line
    return complete(line, shell.user_ns)
