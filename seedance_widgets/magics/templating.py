"""`--template`: a prompt that is kept, with what its placeholders stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from seedance_widgets.prompts import read

from .options import Line, LineError
from .values import OpenQuoteError, pairs

if TYPE_CHECKING:
    from seedance_widgets.templates import Templates


def filled_in(
    wanted: Line, templates: Templates, typed: str, namespace: Mapping[str, Any]
) -> tuple[str, Mapping[str, Any]]:
    """The prompt of the template, and what its placeholders stand for: what is typed beside it, else variables of the
    notebook, else its defaults. Its settings become those of the line where that has none.

    LineError, SeedanceError where that cannot be.
    """
    assert wanted.template is not None  # noqa: S101  it is why this was called
    try:
        kept = templates.get(wanted.template)
        given = pairs(typed)
    except OpenQuoteError as error:
        raise LineError(f"The quote before {error} is never closed.") from None
    except ValueError as error:  # it is no name
        raise LineError(str(error)) from None
    names = ", ".join(kept.variables)
    if given is None:
        values = f' Its placeholders are filled in as {kept.variables[0]}="...".' if names else ""
        raise LineError(f"--template brings its own prompt: leave yours out.{values}")
    for name in given:
        if name in wanted.sweep:
            raise LineError(f"{name} is given twice: beside the template, and in --sweep. Leave one out.")
        if name not in kept.variables:
            has = f"It has {names}." if names else "It has none."
            raise LineError(f"{name} is no placeholder of the template “{kept.name}”. {has}")
    wanted.defaults = kept.settings
    return kept.prompt, {**kept.values, **namespace, **given}


def partly_filled_in(wanted: Line, templates: Templates, namespace: Mapping[str, Any]) -> str:
    """The same as a prompt for the form: variables of the notebook stay in it by name, to be seen and changed."""
    prompt, values = filled_in(wanted, templates, wanted.prompt, {})
    typed = pairs(wanted.prompt) or {}
    filling = read(prompt, {name: value for name, value in values.items() if name in typed or name not in namespace})
    return "".join(
        piece.text.replace("{", "{{").replace("}", "}}")
        if piece.name and piece.name not in filling.missing
        else prompt[piece.start : piece.end]
        for piece in filling.pieces
    )
