"""What an error says of a job, how a row keeps it, and the one that is told to whoever waited for the job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from seedance_widgets import errors
from seedance_widgets.errors import (
    ApiError,
    AuthenticationError,
    ConfigurationError,
    JobCancelledError,
    JobExpiredError,
    ModelGoneError,
    Money,
    NotFoundError,
    OfflineError,
    OutOfCreditsError,
    RateLimitedError,
    RefusedError,
    SeedanceError,
    ServerError,
    StorageError,
    UncertainError,
    WaitTimeoutError,
)
from seedance_widgets.ledger import Record
from seedance_widgets.states import Reason, State, StateInfo

_WHY: Final[tuple[tuple[type[SeedanceError], Reason], ...]] = (
    (OutOfCreditsError, Reason.NO_CREDITS),
    (AuthenticationError, Reason.BAD_KEY),
    (ModelGoneError, Reason.MODEL_GONE),
    (RateLimitedError, Reason.RATE_LIMITED),
    (ConfigurationError, Reason.REFUSED),
    (StorageError, Reason.REFUSED),
    (OfflineError, Reason.OFFLINE),
    (ServerError, Reason.OFFLINE),
    (RefusedError, Reason.REFUSED),
    (ApiError, Reason.REFUSED),
)


def was_lost(record: Record) -> bool:
    """Whether it ended since the service did not know it any more."""
    return record.error is not None and isinstance(error_from(record.error), NotFoundError)


def reason_of(error: SeedanceError) -> Reason:
    """Why a job failed before it was made, by its error."""
    return next((reason for kind, reason in _WHY if isinstance(error, kind)), Reason.INTERNAL)


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


def end_of(record: Record, info: StateInfo, *, here: bool) -> SeedanceError | None:
    """What is raised for a job that is over; None for one that is completed and whose video is `here`."""
    if record.reason == Reason.FORGOTTEN:
        return SeedanceError("This take was forgotten: its prompt and files are erased.", money=info.money)
    if record.reason == Reason.REMOVED:
        return SeedanceError(
            "This take was removed from the history.", money=info.money, todo="studio.restore(job) puts it back."
        )
    if record.state is State.COMPLETED and here:
        return None
    if record.error:
        return error_from(record.error)
    if record.state is State.COMPLETED:
        return JobExpiredError(
            "The video of this take is not on this machine any more.",
            money=Money.SPENT,
            todo="job.watch_again() fetches it, at no cost, for as long as the service has it.",
        )
    if record.state is State.CANCELLED:
        return JobCancelledError("The job was cancelled before it was sent.")
    if record.state is State.UNCERTAIN:
        return UncertainError("The reply was lost: a job may have been created and charged.")
    if record.reason == Reason.NOT_WATCHING:
        return WaitTimeoutError(
            "The job is not watched any more. It may still finish and cost credits.",
            money=Money.SPENT,
            todo="Use job.watch_again(), then wait for it again.",
        )
    return SeedanceError(info.note or "The job is over.", money=info.money)
