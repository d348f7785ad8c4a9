"""One HTTP exchange: a total deadline, a cap on the answer, and whether the request ever left.

Whether it left decides about money, so it is observed (httpcore's trace of what it writes), not inferred from the
kind of exception alone.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import httpx

from seedance_widgets.settings import ApiKey

from . import logs
from .answers import Answer

ANSWER_CAP: Final = 1 << 20
"""Bytes of an answer that are read: any answer of this API has less than a kilobyte."""

_NEVER_LEFT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.InvalidURL,
)


class BearerKey(httpx.Auth):
    """Puts the key on requests to the API's own origin, and on no other."""

    def __init__(self, key: ApiKey, base_url: str) -> None:
        self.key = key
        self._origin = _origin(httpx.URL(base_url))

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """httpx's hook: called for every request that leaves."""
        if _origin(request.url) == self._origin:
            request.headers["Authorization"] = self.key.authorization()
        yield request

    async def hidden(self, exchanging: Awaitable[Answer]) -> Answer:
        """The answer of an exchange without the key, and none in what is logged of it: a message or a log that quotes
        the key would end up in a notebook or a file."""
        with logs.without(self.key):
            answer = await exchanging
        return Answer(
            answer.status,
            {name: self.key.hide_in(value) for name, value in answer.headers.items()},
            self.key.hide_in(answer.body.decode("latin-1")).encode("latin-1"),
            answer.complete,
        )


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


class Borrowed(httpx.AsyncBaseTransport):
    """A transport that belongs to someone else: used, never closed."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Hand the request on."""
        return await self._transport.handle_async_request(request)

    async def aclose(self) -> None:
        """Leave it open."""


class NoAnswerError(Exception):
    """An exchange without an answer. Internal: the client turns it into an error for people.

    `left` is False only where it is proven that no byte of the request left this machine.
    """

    def __init__(self, why: str, *, left: bool) -> None:
        super().__init__(why)
        self.why = why
        self.left = left


@dataclass(slots=True)
class _Trace:
    built: bool = False
    seen: bool = False
    left: bool = False

    def never_left(self, error: BaseException) -> bool:
        """Whether it is proven that no byte left. A transport that reports nothing proves nothing."""
        return not self.built or isinstance(error, _NEVER_LEFT) or (self.seen and not self.left)

    async def __call__(self, event: str, _info: dict[str, Any]) -> None:
        self.seen = True
        if event.endswith("send_request_headers.started"):
            self.left = True


async def exchange(
    client: httpx.AsyncClient, build: Callable[[dict[str, Any]], httpx.Request], *, limit: float, cap: int = ANSWER_CAP
) -> Answer:
    """Send one request and read its whole answer within `limit` seconds; no redirect is followed.

    `build` makes the request, given the extensions it must carry. NoAnswerError where nothing came back. Where a
    status arrived and the body then broke off, the answer is returned and says so.
    """
    deadline = asyncio.get_running_loop().time() + limit
    async with opened(client, build, deadline=deadline) as response:
        body = bytearray()
        complete = True
        packing = "" if response.is_stream_consumed else response.headers.get("content-encoding", "")
        try:
            async with asyncio.timeout_at(deadline):
                async for chunk in pieces(response):
                    body += chunk
                    if len(body) > cap:
                        complete = False
                        break
        except Exception:  # noqa: BLE001  whatever broke: the status did arrive, and what it says counts
            complete = False
        plain, whole = _unpacked(bytes(body[:cap]), packing, cap)
        return Answer(response.status_code, dict(response.headers), plain, complete and whole)


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """The body as it comes, still packed; at once and unpacked where an injected transport had all of it."""
    if response.is_stream_consumed:
        yield response.content
    else:
        async for chunk in response.aiter_raw():
            yield chunk


def _unpacked(body: bytes, encoding: str, cap: int) -> tuple[bytes, bool]:
    """The body without its compression, which was not asked for, and whether that is all of it. Never more than `cap`
    bytes: a few kilobytes can unpack to gigabytes, and httpx would unpack them all."""
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        return body, True
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # 32: gzip or zlib, whichever it is
    try:
        return unpacker.decompress(body, cap), unpacker.eof
    except zlib.error:
        return b"", False


@asynccontextmanager
async def opened(
    client: httpx.AsyncClient, build: Callable[[dict[str, Any]], httpx.Request], *, deadline: float
) -> AsyncIterator[httpx.Response]:
    """The response with its body still to be read. NoAnswerError where none came before `deadline` (loop time).

    What is raised here holds on to no frame of the exchange: their locals hold the request's headers, and a verbose
    traceback prints locals.
    """
    trace = _Trace()
    response = await _quietly(_send(client, build, trace, deadline), trace)
    try:
        yield response
    finally:
        with suppress(Exception):  # what is broken already must not hide what has been read
            async with asyncio.timeout(5):
                await response.aclose()


async def _send(
    client: httpx.AsyncClient, build: Callable[[dict[str, Any]], httpx.Request], trace: _Trace, deadline: float
) -> httpx.Response:
    request = build({"trace": trace})
    trace.built = True
    async with asyncio.timeout_at(deadline):
        return await client.send(request, stream=True, follow_redirects=False)


async def _quietly(sending: Awaitable[httpx.Response], trace: _Trace) -> httpx.Response:
    cancelled = False
    failure: NoAnswerError | None = None
    try:
        return await sending
    except asyncio.CancelledError:
        cancelled = True
    except Exception as error:  # noqa: BLE001  whatever broke, the request may have left: that must not be lost
        failure = NoAnswerError(_in_words(error), left=not trace.never_left(error))
    if cancelled:
        raise asyncio.CancelledError
    raise failure if failure is not None else AssertionError


def _in_words(error: BaseException) -> str:
    if isinstance(error, (TimeoutError, httpx.TimeoutException)):
        return "it took too long"
    if isinstance(error, httpx.ConnectError):
        return "no connection could be made"
    if isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)):
        return "the connection was cut"
    return f"the exchange failed ({type(error).__name__})"
