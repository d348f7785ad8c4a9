"""One job as the ledger keeps it, and its way into a row and back."""

from __future__ import annotations

import json
import logging
import secrets
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from types import NoneType
from typing import Any, Final

from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import Reason, State

_log = logging.getLogger("seedance_widgets")

ATTACHED: Final = "attached "
"""How the fingerprint of a take begins that was found at the service by its ID: no request has such a one."""
UNTOLD: Final = "Attached from the service"
"""Stands for the prompt of such a take where the service does not tell it."""


@dataclass
class Record:
    """One job as the ledger keeps it. Times are seconds since the epoch."""

    id: str
    connection: str
    """Identity of the connection: `sandbox`, or host and model."""
    label: str
    """What people call that connection."""
    model: str
    request: dict[str, Any]
    """`GenerationRequest.to_dict()`; of a take that was attached, no more than is known of it."""
    fingerprint: str
    created: float
    updated: float
    state: State = State.DRAFT
    reason: str | None = None
    take: int = 1
    """The how-manieth take of this request on this connection, from 1."""
    parent: str | None = None
    """The job this one was remixed from."""
    owner: str | None = None
    """The kernel that carries it."""
    sent: float | None = None
    finished: float | None = None
    generation_id: str | None = None
    task_id: str | None = None
    credits_used: int | None = None
    video_url: str | None = None
    """The remote address; relative where it lies on the connection's own host."""
    media: str | None = None
    """The video, relative to the library."""
    media_sha256: str | None = None
    poster: str | None = None
    place: str | None = None
    """The folder for the copy beside the notebook, as it was when this was asked for; None: no copy is wanted."""
    placed: str | None = None
    """Where the copy beside the notebook is."""
    error: dict[str, Any] | None = None
    starred: bool = False
    note: str = ""
    removed: dict[str, Any] | None = None
    """Of a take in the trash: when it was put there (`at`), whether its files stay where they are (`stay`), and what
    its row said before (`reason`, `credits_used`)."""

    @property
    def known(self) -> dict[str, Any] | None:
        """What is known of the request of a take that was attached by its ID; None of one that was asked for here."""
        if not self.fingerprint.startswith(ATTACHED):
            return None
        return {name: value for name, value in self.request.items() if (name, value) != ("prompt", UNTOLD)}


_JSON: Final = ("request", "error", "removed")
FIELDS: Final = tuple(f.name for f in fields(Record))
"""The columns, in order."""
SELECT: Final = f"SELECT {', '.join(FIELDS)} FROM jobs"  # noqa: S608  own names
"""Reads whole rows, for `readable`."""
_KINDS: Final = {
    "str": (str,), "int": (int,), "float": (int, float), "bool": (bool,), "None": (NoneType,), "State": (State,),
    "dict[str, Any]": (dict,),
}  # fmt: skip
_TYPES: Final = {f.name: sum((_KINDS[kind] for kind in str(f.type).split(" | ")), ()) for f in fields(Record)}
"""What a row may hold in each column: SQLite itself minds no types."""
_OF_REMOVED: Final = {"at": (int, float), "stay": (bool,), "reason": (str, NoneType), "credits_used": (int, NoneType)}
"""The same within `removed`."""


def new_id(now: float | None = None) -> str:
    """A job id that sorts by time and is safe in a file name: "20261122-120612-4f2a9c"."""
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now))
    return f"{stamp}-{secrets.token_hex(3)}"


def to_row(record: Record) -> dict[str, Any]:
    """Column by column, as SQLite takes it."""
    values = asdict(record)
    values["state"] = record.state.value
    values["starred"] = int(record.starred)
    for name in _JSON:
        values[name] = None if values[name] is None else json.dumps(values[name], ensure_ascii=True)
    return values


def to_change(record: Record) -> dict[str, Any]:
    """The same without star and note, which are the person's: whoever carries a job leaves them as they are."""
    return {name: value for name, value in to_row(record).items() if name not in ("starred", "note")}


def readable(rows: Iterable[Any]) -> list[Record]:
    """The rows that make sense. A damaged one must not hide the others."""
    found = []
    for row in rows:
        try:
            found.append(_from_row(row))
        except (ValueError, TypeError, RecursionError) as error:
            _log.warning("Job %s in the history is damaged and left out: %s", row[0], error)
    return found


def _from_row(row: Any) -> Record:
    values = dict(zip(FIELDS, row, strict=True))
    for name in _JSON:
        values[name] = None if values[name] is None else json.loads(values[name])
    values["state"] = State(values["state"])
    values["starred"] = bool(values["starred"])
    for name, kinds in _TYPES.items():
        if not isinstance(values[name], kinds):
            raise TypeError(f"{name} is a {type(values[name]).__name__}")
    removed = values["removed"]
    if (removed is not None) != (values["reason"] == Reason.REMOVED):
        raise TypeError("removed does not go with the reason")
    if removed is not None and not all(isinstance(removed.get(name), kinds) for name, kinds in _OF_REMOVED.items()):
        raise TypeError("removed does not say what it must")
    GenerationRequest.from_dict(values["request"])
    return Record(**values)
