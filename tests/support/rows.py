"""Rows of the history, without a job that made them."""

from __future__ import annotations

from typing import Any

from seedance_widgets.ledger import Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State


def finished_row(row_id: str, request: GenerationRequest, when: float, connection: str, **facts: Any) -> Record:
    """The row of a finished take, made at `when` (seconds since the epoch)."""
    return Record(
        id=row_id,
        connection=connection,
        label=connection.title(),
        model=request.model.id,
        request=request.to_dict(),
        fingerprint=request.fingerprint,
        created=when,
        updated=when,
        **{"state": State.COMPLETED, **facts},
    )
