"""Ids of widgets that are the same when a cell is run again: the saved notebook holds them, and should not differ."""

from __future__ import annotations

import uuid
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from seedance_widgets import runtime

from . import showing

_NAMESPACE: Final = uuid.UUID("9e5f1c1e-0c2b-5d53-8a53-7a6f5c1d0b6e")


class Shown(Protocol):
    """A widget, as far as its id goes."""

    comm: Any
    """Its line to the page; None once it is closed."""

    @property
    def shown_in(self) -> set[str]:
        """The cells under which it was shown."""

    def close(self) -> None:
        """End it, and free its id."""


_holders: WeakValueDictionary[str, Shown] = WeakValueDictionary()
_last: tuple[object, ...] = ()
_count = 0


def model_id(widget: Shown) -> str | None:
    """The id for a widget that is made now, from its cell and its place among those made there; None for one that is
    made outside of cells.

    A widget that an earlier run of the cell has left there is closed: its output is gone. Where it is shown elsewhere
    too it stays, and the new one gets None, which is any id.
    """
    global _last, _count
    cell = None if runtime.on_loop() else showing.cell()
    if cell is None:
        return None
    place = (cell, showing.execution())
    _last, _count = place, _count + 1 if place == _last else 0
    name = uuid.uuid5(_NAMESPACE, f"{cell} {_count}").hex
    before = _holders.get(name)
    if before is not None and before.comm is not None:
        if before.shown_in != {cell}:
            return None
        before.close()
    _holders[name] = widget
    return name
