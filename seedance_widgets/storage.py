"""What is not saved, why, and what to do: the words for a disk that cannot be used."""

from __future__ import annotations

import enum
import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MAKE_WRITABLE: Final = "Make it writable, or set SEEDANCE_HOME to a folder that is"


class Fault(enum.Enum):
    """Why something cannot be written, where that does not pass by itself."""

    FULL = "the disk is full", "Free some space"
    NO_SHARE = "your share of the disk is used up", "Free some space"
    TOO_LARGE = "no file may get that large here", "Raise that limit"
    READ_ONLY = "it is read-only", _MAKE_WRITABLE
    DENIED = "permission is denied", _MAKE_WRITABLE
    CLOSED = "it cannot be opened", _MAKE_WRITABLE
    BLOCKED = "something else is in its place", "Move that away"
    DAMAGED = "the file is damaged", "Move the file away, or put a good copy in its place"
    BROKEN = "the disk reports an error", "Check the disk"

    @property
    def why(self) -> str:
        """In words, to follow a colon."""
        return self.value[0]

    @property
    def todo(self) -> str:
        """What helps, to be followed by a restart of the kernel."""
        return self.value[1]


_BY_ERRNO: Final = {
    errno.ENOSPC: Fault.FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): Fault.NO_SHARE,
    errno.EFBIG: Fault.TOO_LARGE,
    errno.EROFS: Fault.READ_ONLY,
    errno.EACCES: Fault.DENIED,
    errno.EPERM: Fault.DENIED,
    errno.EIO: Fault.BROKEN,
    errno.EEXIST: Fault.BLOCKED,
    errno.ENOTDIR: Fault.BLOCKED,
    errno.EISDIR: Fault.BLOCKED,
    errno.ENOENT: Fault.CLOSED,
}
"""What the system says of a write. What is not here may pass by itself: too many open files, an interrupt."""
_BY_ERRNO[errno.ENOSPC] = Fault.FULL  # where there are no quotas, the two are one


def fault_of(code: int | None) -> Fault | None:
    """The fault behind an `errno`; None for what may pass by itself."""
    return _BY_ERRNO.get(code) if code is not None else None


@dataclass(frozen=True, slots=True)
class Unsaved:
    """Something that is not kept where it should be."""

    place: Path
    """What cannot be used."""
    fault: Fault
    instead: Path | None = None
    """Where it is kept for now; None for memory."""


def not_saved(
    history: Unsaved | None, files: Unsaved | None, *, wished: bool = False, copies: str = "", free: bool = False
) -> str:
    """What is not kept beyond this session, why, and what to do, in plain sentences; empty where all is kept.

    `wished`: the history is in memory because somebody asked for that. `copies`: where readable copies go all the same.
    `free`: takes cost nothing here.
    """
    again = "makes them again" if free else "may pay for them again"
    gone = f"after a kernel restart they are not in the history, and Run All {again}"
    said: list[str] = []
    if history is not None:
        verb = "used" if history.fault is Fault.DAMAGED else "written"
        said += [
            f"The history at {history.place} cannot be {verb}: {history.fault.why}.",
            f"Takes made in this session are kept in memory: {gone}.",
        ]
    elif wished:
        said.append(f"SEEDANCE_LEDGER_URL keeps the history in memory. Takes made in this session stay there: {gone}.")
    if files is not None:
        same = history is not None and history.fault is files.fault
        why = "" if same else f"{files.place} cannot be written: {files.fault.why}. "
        said.append(f"{why}Videos and images of this session are in {files.instead}, which the system may clear.")
    if said and copies:
        said.append(f"Copies still go to {copies}.")
    said += _what_to_do([trouble for trouble in (history, files) if trouble is not None])
    return " ".join(said)


def _what_to_do(troubles: Sequence[Unsaved]) -> list[str]:
    wanted = list(dict.fromkeys(trouble.fault.todo for trouble in troubles))
    return [f"{'. '.join(wanted)}, then restart the kernel."] if wanted else []
