"""Everything that can go wrong, as one tree. Each error says what happened, what of the money, and what to do.

    SeedanceError
    |-- InvalidRequestError          a setting or an image is not allowed; nothing was sent (also a ValueError)
    |-- ConfigurationError           no key, an unsafe address, a missing extra; nothing was sent
    |-- OverBudgetError              it would cost more than was allowed; nothing was sent
    |-- OfflineError                 no connection could be made; the request never left
    |-- ApiError                     the service answered, and said no
    |   |-- RefusedError             400 and its kin: the request itself was refused
    |   |-- AuthenticationError      401, 403: the key was not accepted
    |   |-- OutOfCreditsError        402
    |   |-- NotFoundError            404: no such generation
    |   |-- ModelGoneError           the model is no longer offered here
    |   |-- RateLimitedError         429
    |   `-- ServerError              5xx, or an answer that cannot be read
    |-- UncertainError               a generate request left and its reply was lost
    |-- WaitTimeoutError             a wait ended before its job did (also a TimeoutError)
    |-- JobFailedError               the service could not make the video
    |-- JobCancelledError            cancelled before anything was sent
    |-- JobExpiredError              made, but its video can no longer be fetched
    |-- MediaError                   a video or image could not be fetched or is not what it says
    |   `-- MediaExpiredError        its address no longer gives it
    `-- StorageError                 the ledger or the library could not be read or written

Every one of them can be pickled. None ever holds the API key.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class Money(enum.StrEnum):
    """What is known about credits once something has gone wrong."""

    NOTHING = "nothing"
    """Provably nothing was charged."""
    POSSIBLE = "possible"
    """A charge may have been made and cannot be seen from here."""
    SPENT = "spent"
    """The service took credits for this job."""
    REFUNDED = "refunded"
    """The service itself said that it gave the credits back."""
    NOT_KNOWN = "not_known"
    """The service took credits and does not say whether they come back."""

    @property
    def sentence(self) -> str:
        """The same in words for people."""
        return _MONEY_SENTENCES[self]


_MONEY_SENTENCES = {
    Money.NOTHING: "Nothing was charged.",
    Money.POSSIBLE: "Credits may have been charged.",
    Money.SPENT: "Its credits are spent.",
    Money.REFUNDED: "The service says the credits were refunded.",
    Money.NOT_KNOWN: "Whether its credits come back is not known.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a request, in the words of the form."""

    field: str
    """The setting it belongs to, by the names of `capabilities.SETTINGS`."""
    message: str
    """What is wrong, and what is allowed."""
    fix: str = ""
    """What to do about it, where the message does not say so already."""

    def __str__(self) -> str:
        return f"{self.message} {self.fix}".rstrip()


def _rebuild(cls: type[SeedanceError], state: dict[str, Any]) -> SeedanceError:
    error = cls.__new__(cls)
    error.__dict__.update(state)
    error.args = (error.what,)
    return error


class SeedanceError(Exception):
    """The root: `what` happened, what became of the `money`, and `todo`, what to do next."""

    def __init__(self, what: str, *, money: Money = Money.NOTHING, todo: str = "") -> None:
        self.what = what
        self.money = money
        self.todo = todo
        super().__init__(what)

    def __str__(self) -> str:
        return " ".join(part for part in (self.what, self.money.sentence, self.todo) if part)

    def _render_traceback_(self) -> list[str]:
        """IPython's hook: in a notebook the message says it all. Frames would bury it, and show locals."""
        return [f"{type(self).__name__}: {self}"]

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.__dict__)


class InvalidRequestError(SeedanceError, ValueError):
    """The request is outside the limits; nothing was sent. `problems` lists all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        what = str(self.problems[0]) if len(self.problems) == 1 else "\n".join(f"- {p}" for p in self.problems)
        super().__init__(what)

    def __str__(self) -> str:
        return self.what if len(self.problems) == 1 else f"{len(self.problems)} things to change:\n{self.what}"


class ConfigurationError(SeedanceError):
    """The connection is not usable as it is set up. Nothing was sent."""


class OverBudgetError(SeedanceError):
    """The estimate is over what was allowed. Nothing was sent.

    All in credits: `expected` is the estimate (None where it is not known) and `source` says how it is known; `spent`
    is what the session has used of its `budget` (None where it has no limit). `max_credits` is `Studio.max_credits`
    where that is what it was over: no consent passes it. None where it was something else.
    """

    expected: int | None = None
    source: str = ""
    spent: int = 0
    budget: int | None = None
    max_credits: int | None = None


class OfflineError(SeedanceError):
    """No connection could be made (refused, DNS, TLS), or it broke while only asking. Nothing was charged by it."""


class ApiError(SeedanceError):
    """The service answered with an error. `status` is its HTTP code, `body` what it said (raw), `request_id` its id
    for the exchange where it gave one."""

    def __init__(
        self,
        what: str,
        *,
        status: int,
        body: str = "",
        request_id: str | None = None,
        money: Money = Money.NOTHING,
        todo: str = "",
    ) -> None:
        super().__init__(what, money=money, todo=todo)
        self.status = status
        self.body = body
        self.request_id = request_id


class RefusedError(ApiError):
    """The service read the request and refused it (400, 413, 415, 422, ...)."""


class AuthenticationError(ApiError):
    """The key was not accepted (401, 403)."""


class OutOfCreditsError(ApiError):
    """Not enough credits (402). `needed` and `balance` are credits where the service says so, else None."""

    needed: int | None = None
    balance: int | None = None


class NotFoundError(ApiError):
    """The service does not know this generation (404)."""


class ModelGoneError(ApiError):
    """The service no longer offers the model."""


class RateLimitedError(ApiError):
    """Too many requests (429). `retry_after` is the pause asked for in seconds, None where none was named."""

    retry_after: float | None = None


class ServerError(ApiError):
    """The service failed (5xx), or answered with something that cannot be read."""

    retry_after: float | None = None


class UncertainError(SeedanceError):
    """A generate request left this machine and no readable reply came back: a job may exist and may be charged.

    It is never sent again by itself. `status` and `body` hold what came back, where anything did; `generation_id` is
    what reads like the ID of the job in it. That is a hint to look for, and never followed by itself.
    """

    generation_id: str | None = None

    def __init__(
        self,
        what: str,
        *,
        status: int | None = None,
        body: str = "",
        request_id: str | None = None,
        generation_id: str | None = None,
    ) -> None:
        hint = f" Its reply names {generation_id}." if generation_id else ""
        super().__init__(
            what,
            money=Money.POSSIBLE,
            todo=f"It was not sent again. Look in your dashboard: attach the generation ID if the job is there.{hint}",
        )
        self.status = status
        self.body = body
        self.request_id = request_id
        self.generation_id = generation_id


class WaitTimeoutError(SeedanceError, TimeoutError):
    """A wait ended before its job did. The job goes on, at the service and in the history."""


class JobFailedError(SeedanceError):
    """The service could not make the video."""


class JobCancelledError(SeedanceError):
    """The job was cancelled before anything was sent."""


class JobExpiredError(SeedanceError):
    """The video was made, but its address has expired and it was never saved here."""


class MediaError(SeedanceError):
    """A file could not be fetched, or is not what it should be."""


class MediaExpiredError(MediaError):
    """The address no longer gives the video. A look at the status may name a new one."""


class StorageError(SeedanceError):
    """The ledger or the library could not be read or written. `code` is the system's `errno`, where it gave one."""

    def __init__(self, what: str, *, money: Money = Money.NOTHING, todo: str = "", code: int | None = None) -> None:
        super().__init__(what, money=money, todo=todo)
        self.code = code
