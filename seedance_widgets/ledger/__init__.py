"""The durable record of every job."""

from __future__ import annotations

from .browse import Overview, Stack, Sum, Wanted
from .ledger import LEDGER_FILE, SECOND_LOOK, Ledger, TakenOverError, count_unfinished
from .recall import PastPrompts, Place
from .record import ATTACHED, UNTOLD, Record, new_id
from .upkeep import InUse

__all__ = [
    "ATTACHED",
    "LEDGER_FILE",
    "SECOND_LOOK",
    "UNTOLD",
    "InUse",
    "Ledger",
    "Overview",
    "PastPrompts",
    "Place",
    "Record",
    "Stack",
    "Sum",
    "TakenOverError",
    "Wanted",
    "count_unfinished",
    "new_id",
]
