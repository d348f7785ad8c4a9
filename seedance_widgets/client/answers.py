"""From an HTTP answer to what it means: a reply, or the error of the right kind. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from seedance_widgets import polling, wire
from seedance_widgets.errors import (
    ApiError,
    AuthenticationError,
    ModelGoneError,
    NotFoundError,
    OutOfCreditsError,
    RateLimitedError,
    RefusedError,
    ServerError,
    UncertainError,
)

_NOT_A_REFUSAL: Final = frozenset({408, 425, 499})
"""4xx codes that speak of the exchange, not of the request: the request may have been taken."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    complete: bool = True
    """False where the body broke off."""

    @property
    def ok(self) -> bool:
        """2xx, and all of it."""
        return 200 <= self.status < 300 and self.complete

    @property
    def text(self) -> str:
        """The body as text, harmless, at most 2,000 characters."""
        return wire.clean(self.body[:8000].decode("utf-8", "replace")) or ""

    @property
    def retry_after(self) -> float | None:
        """The pause asked for in seconds. A date is read by the server's own clock where it shows one."""
        return polling.retry_after(self.headers.get("retry-after"), polling.http_date(self.headers.get("date")))

    @property
    def request_id(self) -> str | None:
        """The service's id for the exchange, where it gave one."""
        return wire.clean(self.headers.get("x-request-id") or self.headers.get("cf-ray"))

    def data(self) -> Any:
        """The JSON of the body; None where there is none."""
        try:
            return wire.parse_json(self.body)
        except wire.UnreadableReplyError:
            return None

    def message(self) -> str:
        """What the service says in it: its JSON's message, else the body itself unless that is a web page."""
        said = wire.error_text(self.data())
        if said:
            return said
        return "" if self.text.startswith("<") else self.text


def error_for(answer: Answer, service: str, *, doing: str) -> ApiError:
    """The error an answer that is no success stands for, when asking is free (upload, status, download).

    `doing` says in a few words what was asked: "sending the image".
    """
    facts: dict[str, Any] = {"status": answer.status, "body": answer.text, "request_id": answer.request_id}
    said = answer.message()
    quote = f": {said}" if said else "."
    code = answer.status
    if code in (401, 403):
        return AuthenticationError(
            f"{service} did not accept the API key{quote}",
            todo="Check SEEDANCE_API_KEY, or enter the key again with %seedance_login.",
            **facts,
        )
    if code == 402:
        short = OutOfCreditsError(f"Not enough credits at {service}{quote}", todo="Add credits.", **facts)
        short.needed, short.balance = wire.credits_short(answer.data())
        return short
    if code == 429:
        limited = RateLimitedError(f"{service} asked for a pause while {doing}{quote}", todo="Wait a little.", **facts)
        limited.retry_after = answer.retry_after
        return limited
    if code == 410 or (code in (400, 404, 422) and _names_the_model(said)):
        return ModelGoneError(
            f"This model is no longer offered at {service}{quote}",
            todo="Look for a newer release of seedance-widgets, or another address in SEEDANCE_BASE_URL.",
            **facts,
        )
    if code == 404:
        return NotFoundError(f"{service} found nothing there while {doing}{quote}", **facts)
    if 400 <= code < 500 and code not in _NOT_A_REFUSAL:
        return RefusedError(f"{service} refused while {doing}{quote}", todo="Change it and try again.", **facts)
    if 300 <= code < 400:
        what = f"{service} answered with a redirect, which is not followed."
        return ServerError(what, todo="Check the address in SEEDANCE_BASE_URL.", **facts)
    failed = ServerError(f"{service} gave no usable answer while {doing} (HTTP {code}).", todo="Try again.", **facts)
    failed.retry_after = answer.retry_after
    return failed


def generate_outcome(answer: Answer, service: str) -> wire.GenerateReply:
    """The reply of a generate request, else the error that tells a refusal (nothing was made) from an uncertain one."""
    if 200 <= answer.status < 300:
        try:
            return wire.read_generate(answer.data())
        except wire.UnreadableReplyError:
            pass
        # A reply that broke off may still have brought the one thing that matters.
        if generation_id := wire.salvage_generation_id(answer.body):
            return wire.GenerateReply(generation_id)
        if answer.complete:
            what = f"{service} took the request and answered without a generation ID"
            raise uncertain(what, answer, answer.message())
    if 400 <= answer.status < 500 and answer.status not in _NOT_A_REFUSAL:
        error = error_for(answer, service, doing="taking the request")
        if isinstance(error, NotFoundError):  # a wrong address, not an unknown job: the route itself is missing
            what = f"There is no Seedance service at this address of {service}."
            raise RefusedError(
                what,
                status=answer.status,
                body=answer.text,
                request_id=answer.request_id,
                todo="Check SEEDANCE_BASE_URL.",
            )
        raise error
    if 300 <= answer.status < 400:
        raise uncertain(f"{service} answered with a redirect, which is not followed", answer)
    said = answer.message()
    if not answer.complete:
        raise uncertain(f"The reply of {service} broke off", answer, said)
    raise uncertain(f"{service} failed after the request had arrived (HTTP {answer.status})", answer, said)


def uncertain(what: str, answer: Answer | None = None, said: str = "") -> UncertainError:
    """The error of a generate request whose fate is not known."""
    text = f"{what}: {said}" if said else f"{what}."
    if answer is None:
        return UncertainError(text)
    return UncertainError(
        text,
        status=answer.status,
        body=answer.text,
        request_id=answer.request_id,
        generation_id=wire.hinted_generation_id(answer.body),
    )


_MODEL_GONE: Final = re.compile(
    r"\bmodel\b([^.;]|\.\d)*\b(no longer|not found|retired|deprecated|discontinued|does not exist|unavailable"
    r"|(is|was) not (available|supported|offered))(?! (at|for|in|with)\b)"
    r"|\b(unknown|unsupported|no such|retired|deprecated) model\b",
    re.IGNORECASE,
)
"""Words that say the model itself is gone, not that it lacks a setting ("1080p is not supported by this model")."""


def _names_the_model(said: str) -> bool:
    return _MODEL_GONE.search(said) is not None
