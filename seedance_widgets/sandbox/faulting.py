"""Faults on demand: an ASGI layer around the whole server that delays, breaks or replaces what goes over the wire."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .answers import RequestError
from .state import State

ROUTES: Final = {
    "/seedance/upload": "upload",
    "/seedance/generate": "generate",
    "/seedance/status": "status",
    "/media": "media",
}
_BODY_KEPT: Final = 64 * 1024
_DRIP_PAUSE_MIN: Final = 0.02
_CUT = "seedance.cut"
"""ASGI extension of the sandbox's own protocol class (`wire`): a function that cuts the connection."""

# What each kind of fault takes, with its defaults. REQUIRED has none. `processed`: the request is carried out first.
REQUIRED: Final = object()
KINDS: Final[Mapping[str, Mapping[str, Any]]] = {
    "latency": {"seconds": 1.0},
    "status": {"code": REQUIRED, "body": None, "retry_after": None, "processed": False},
    "garbage": {"code": 200, "body": "<html><body>Bad gateway</body></html>", "processed": False},
    "drop_before": {"after_bytes": None},
    "drop_after": {},
    "reply_late": {"seconds": REQUIRED},
    "drip": {"seconds": REQUIRED},
    "truncate": {"keep": 0.5},
    "redirect": {"location": REQUIRED, "code": 307},
    "fail_job": {"error": "The video could not be generated.", "refunded": True},
    "stuck_job": {},
    "expire_media": {"code": 410, "renew": True},
}
# The same in the words of whoever uses the service: the kind, and what it comes with unless asked for otherwise.
NAMED: Final[Mapping[str, tuple[str, Mapping[str, Any]]]] = {
    "lost_reply": ("drop_after", {"route": "generate"}),
    "lost_request": ("drop_before", {"route": "generate"}),
    "rate_limit": ("status", {"route": "generate", "code": 429, "retry_after": 2}),
    "server_error": ("status", {"code": 503}),
    "bad_key": ("status", {
        "route": "generate", "code": 401,
        "body": {"success": False, "error": "Authentication failed (missing or invalid API key)"},
    }),
}  # fmt: skip
_ROUTE_OF_KIND: Final = {"fail_job": "generate", "stuck_job": "generate", "expire_media": "media"}
_numbers = count(1)


@dataclass(slots=True)
class Fault:
    """One rule: what goes wrong, on which route, how many more times (None: until removed)."""

    kind: str
    route: str
    remaining: int | None
    params: dict[str, Any]
    id: int = field(default_factory=lambda: next(_numbers))
    hits: int = 0

    def as_json(self) -> dict[str, Any]:
        """The fault as the admin routes show it."""
        return {
            "id": self.id, "kind": self.kind, "route": self.route, "count": self.remaining, "hits": self.hits,
            **self.params,
        }  # fmt: skip


def read_fault(body: object) -> Fault:
    """The fault an admin asks for. RequestError with 400 and the reason."""
    asked = body.get("kind") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(asked, str) or asked not in (*KINDS, *NAMED):
        raise RequestError(400, f"kind must be one of: {', '.join((*NAMED, *KINDS))}.")
    kind, usual = NAMED.get(asked, (asked, {}))
    body = {**usual, **body}
    known = KINDS[kind]
    own_route = _ROUTE_OF_KIND.get(kind)
    route = body.get("route", own_route or "*")
    if route not in (*ROUTES.values(), "*"):
        raise RequestError(400, f"route must be one of: {', '.join(ROUTES.values())}, *.")
    if own_route and route != own_route:
        raise RequestError(400, f"{kind} strikes the route {own_route} only.")
    params = dict(known) | {name: value for name, value in body.items() if name not in ("kind", "route", "count")}
    unknown = params.keys() - known.keys()
    missing = [name for name, value in params.items() if value is REQUIRED]
    if unknown or missing:
        raise RequestError(400, f"{kind} takes: {', '.join(known)}; missing: {missing}; unknown: {sorted(unknown)}.")
    remaining = body.get("count")
    if remaining is not None and (type(remaining) is not int or remaining < 1):
        raise RequestError(400, "count must be a whole number above 0, or null for ever.")
    _check_params(params)
    return Fault(kind, route, remaining, params)


def _check_params(params: Mapping[str, Any]) -> None:
    seconds = params.get("seconds", 0)
    if type(seconds) not in (int, float) or not math.isfinite(seconds) or seconds < 0:
        raise RequestError(400, "seconds must be a number, 0 or more.")
    if type(params.get("code", 200)) is not int or not 200 <= params.get("code", 200) <= 599:
        raise RequestError(400, "code must be an HTTP status from 200 to 599.")
    if type(params.get("keep", 0)) not in (int, float) or not 0 <= params.get("keep", 0) < 1:
        raise RequestError(400, "keep must be a share of the body, from 0 to below 1.")
    retry_after = params.get("retry_after")
    if retry_after is not None and (type(retry_after) not in (int, float, str) or not _is_header(str(retry_after))):
        raise RequestError(400, "retry_after must be seconds or an HTTP date.")
    location = params.get("location", "")
    if not isinstance(location, str) or not _is_header(location):
        raise RequestError(400, "location must be a URL.")


def _is_header(text: str) -> bool:
    return text.isascii() and text.isprintable()


def fault_of(scope: Scope) -> Fault | None:
    """The fault that the handler of this request itself must carry out (`fail_job`, `stuck_job`, `expire_media`)."""
    fault: Fault | None = scope.get("seedance.fault")
    return fault


class Faulty:
    """The outermost layer: counts requests, then lets the oldest fault that fits have its way."""

    def __init__(self, app: ASGIApp, state: State) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, rightly or as a fault will have it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        route = next((name for path, name in ROUTES.items() if scope["path"].startswith(f"{path}/")), None)
        route = route or ROUTES.get(scope["path"])
        if route is None:
            await self._app(scope, receive, send)
            return
        receive = self._watched(scope, route, receive)

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._state.traffic.statuses[f"{route} {message['status']}"] += 1
            await send(message)

        delay, fault = self._strike(route)
        await asyncio.sleep(delay)
        carry_out = _ACTIONS.get(fault.kind) if fault else None
        if fault is None or carry_out is None:
            scope["seedance.fault"] = fault
            await self._app(scope, receive, counted)
        else:
            await carry_out(Exchange(fault.params, self._app, scope, receive, counted))

    def _strike(self, route: str) -> tuple[float, Fault | None]:
        """The faults that strike this request: seconds of latency, and the oldest one of another kind."""
        delay = 0.0
        for fault in self._state.faults:
            if fault.route not in (route, "*") or fault.remaining == 0:
                continue
            fault.hits += 1
            if fault.remaining is not None:
                fault.remaining -= 1
            if fault.kind != "latency":
                return delay, fault
            delay += fault.params["seconds"]
        return delay, None

    def _watched(self, scope: Scope, route: str, receive: Receive) -> Receive:
        """Note the request for the statistics, its body as it is read; the key is never kept."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        authorized = headers.pop("authorization", None) is not None
        note = {
            "method": scope["method"], "path": scope["path"], "headers": headers, "authorized": authorized,
            "body": "", "body_bytes": 0,
        }  # fmt: skip
        self._state.traffic.requests[route] += 1
        self._state.traffic.last[route] = note

        async def watched() -> Message:
            message = await receive()
            body = message.get("body", b"")
            if body and route != "upload" and note["body_bytes"] < _BODY_KEPT:
                note["body"] += body[:_BODY_KEPT].decode("latin-1")
            note["body_bytes"] += len(body)
            return message

        return watched


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request that a fault has struck: the fault's parameters, the server, and the ASGI triple."""

    params: dict[str, Any]
    app: ASGIApp
    scope: Scope
    receive: Receive
    send: Send


# What is done instead of a plain answer.


async def _status(it: Exchange) -> None:
    await _read_or_run(it, processed=it.params["processed"])
    code, body = it.params["code"], it.params["body"]
    if body is None:
        body = {"success": False, "error": _phrase(code)}
    text = body if isinstance(body, str) else json.dumps(body)
    headers = [(b"content-type", b"application/json")]
    if it.params["retry_after"] is not None:
        headers.append((b"retry-after", str(it.params["retry_after"]).encode("ascii")))
    await _answer(it.send, code, headers, text.encode("utf-8", "replace"))


async def _garbage(it: Exchange) -> None:
    await _read_or_run(it, processed=it.params["processed"])
    body = str(it.params["body"]).encode("utf-8", "replace")
    await _answer(it.send, it.params["code"], [(b"content-type", b"text/html")], body)


async def _redirect(it: Exchange) -> None:
    await _read_or_run(it, processed=False)
    await _answer(it.send, it.params["code"], [(b"location", it.params["location"].encode("ascii"))], b"")


async def _drop_before(it: Exchange) -> None:
    await _read(it.receive, it.params["after_bytes"])
    await _cut(it)


async def _drop_after(it: Exchange) -> None:
    await it.app(it.scope, it.receive, _nowhere)
    await _cut(it)


async def _reply_late(it: Exchange) -> None:
    start, body = await _run(it)
    await asyncio.sleep(it.params["seconds"])
    await _answer(it.send, start["status"], start["headers"], body)


async def _drip(it: Exchange) -> None:
    start, body = await _run(it)
    await it.send(start)
    pause = max(it.params["seconds"] / max(len(body), 1), _DRIP_PAUSE_MIN)
    dripped = min(len(body), int(it.params["seconds"] / pause))
    for position in range(dripped):
        await it.send({"type": "http.response.body", "body": body[position : position + 1], "more_body": True})
        await asyncio.sleep(pause)
    await it.send({"type": "http.response.body", "body": body[dripped:]})


async def _truncate(it: Exchange) -> None:
    start, body = await _run(it)
    headers = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
    headers.append((b"content-length", str(len(body) + 1).encode("ascii")))
    await it.send({**start, "headers": headers})
    await it.send({"type": "http.response.body", "body": body[: int(len(body) * it.params["keep"])], "more_body": True})
    await _cut(it)


_Action = Callable[[Exchange], Awaitable[None]]
_ACTIONS: Final[Mapping[str, _Action]] = {
    "status": _status,
    "garbage": _garbage,
    "redirect": _redirect,
    "drop_before": _drop_before,
    "drop_after": _drop_after,
    "reply_late": _reply_late,
    "drip": _drip,
    "truncate": _truncate,
}


async def _read(receive: Receive, bytes_max: int | None = None) -> None:
    """Read the body, all of it or the first `bytes_max` bytes."""
    read = 0
    while bytes_max is None or read < bytes_max:
        message = await receive()
        read += len(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return


async def _read_or_run(it: Exchange, *, processed: bool) -> None:
    if processed:
        await it.app(it.scope, it.receive, _nowhere)
    else:
        await _read(it.receive)


async def _run(it: Exchange) -> tuple[Message, bytes]:
    """Let the server answer, and hold the answer back: its start message and its whole body."""
    messages: list[Message] = []

    async def keep(message: Message) -> None:
        messages.append(message)

    await it.app(it.scope, it.receive, keep)
    return messages[0], b"".join(message.get("body", b"") for message in messages[1:])


async def _answer(send: Send, code: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    headers = [(name, value) for name, value in headers if name.lower() != b"content-length"]
    headers.append((b"content-length", str(len(body)).encode("ascii")))
    await send({"type": "http.response.start", "status": code, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _nowhere(message: Message) -> None:
    """A reply that nobody will see."""


async def _cut(it: Exchange) -> None:
    it.scope["extensions"][_CUT]()
    while (await it.receive())["type"] != "http.disconnect":
        pass


def _phrase(code: int) -> str:
    try:
        return HTTPStatus(code).phrase
    except ValueError:
        return f"Status {code}"
