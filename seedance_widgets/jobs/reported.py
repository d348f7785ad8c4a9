"""An error as a row keeps it, and its way back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from seedance_widgets import errors
from seedance_widgets.errors import Money, SeedanceError


def error_to(error: SeedanceError) -> dict[str, Any]:
    """An error as the ledger keeps it."""
    kept = {name: value for name, value in vars(error).items() if isinstance(value, (str, int, float, type(None)))}
    return {**kept, "kind": type(error).__name__, "money": error.money.value}


def error_from(data: Mapping[str, Any]) -> SeedanceError:
    """The inverse of `error_to`. A kind that does not exist (any more) comes back as a plain SeedanceError."""
    kind = getattr(errors, str(data.get("kind")), SeedanceError)
    if not (isinstance(kind, type) and issubclass(kind, SeedanceError)) or issubclass(kind, ValueError):
        kind = SeedanceError
    error: SeedanceError = kind.__new__(kind)
    SeedanceError.__init__(error, str(data.get("what") or "Something went wrong."), todo=str(data.get("todo") or ""))
    try:
        error.money = Money(str(data.get("money")))
    except ValueError:
        error.money = Money.NOT_KNOWN
    for name, value in data.items():
        if name not in ("kind", "what", "todo", "money", "args") and name.isidentifier() and not name.startswith("_"):
            setattr(error, name, value)
    return error
