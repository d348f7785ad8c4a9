"""A real HTTP server over real sockets that misbehaves to order, with counters.

It speaks the service's routes (upload, generate, status, media). `server.plan("status", cut(), busy(1))` lists how the
next requests to a route are treated; after that it answers as it should. A behaviour has the bare socket, so it can cut
a reply at any byte, drip it, or never send it.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from types import TracebackType
from typing import Any, Self

CHUNK = 1 << 16
VIDEO = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 1200
"""Bytes that begin as an MP4 does."""


class CutError(Exception):
    """The connection is to be reset now."""


@dataclass
class Received:
    """A request whose head arrived."""

    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    at: float
    """`time.time()` of its arrival."""
    body: bytes = b""
    """Its body, where a behaviour read it (an upload's is counted, not kept)."""

    @property
    def route(self) -> str:
        return next((name for name in ("upload", "generate", "status") if f"/{name}/" in self.path), "media")


@dataclass
class Exchange:
    """One request and the raw way back."""

    server: FaultyServer
    sock: socket.socket
    request: Received
    rest: bytes
    """What came with the head."""

    def read_body(self) -> bytes:
        """The whole body; of an upload, only its first and last bytes."""
        kept, seen, last = bytearray(), 0, b""
        for chunk in self._chunks():
            seen += len(chunk)
            last = (last + chunk)[-256:]
            if len(kept) < 1 << 20:
                kept += chunk
        self.server.bytes_received[self.request.route] = seen
        self.request.body = bytes(kept)
        return self.request.body

    def _chunks(self) -> Iterator[bytes]:
        left = int(self.request.headers.get("content-length", "0"))
        if self.rest:
            left -= len(self.rest)
            yield self.rest
        while left > 0:
            chunk = self.sock.recv(min(CHUNK, left))
            if not chunk:
                raise CutError
            left -= len(chunk)
            yield chunk

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def wait_until_gone(self) -> None:
        """Say nothing more until the other side leaves."""
        while not self.server.stopping.is_set():
            select.select([self.sock], [], [])
            if not self.sock.recv(CHUNK):
                raise CutError


Behaviour = Callable[[Exchange], None]


def reply(status: int = 200, body: bytes | dict[str, Any] = b"", headers: dict[str, str] | None = None) -> bytes:
    """The bytes of a reply. A header of None in `headers` is left out."""
    content = json.dumps(body).encode() if isinstance(body, dict) else body
    kind = "application/json" if isinstance(body, dict) else "text/html"
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value != "")
    return f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + content


# Behaviours


def answer(exchange: Exchange) -> None:
    """As the service answers."""
    exchange.send(exchange.server.proper_reply(exchange))


def cut(after: int = 0) -> Behaviour:
    """The request is taken and acted on; the connection is reset after `after` bytes of the reply."""

    def behave(exchange: Exchange) -> None:
        exchange.send(exchange.server.proper_reply(exchange)[:after])
        raise CutError

    return behave


def cut_unread(exchange: Exchange) -> None:
    """The connection is reset with the body of the request still unread."""
    raise CutError


def end_early(after: int) -> Behaviour:
    """The connection ends in good order after `after` bytes of the reply."""

    def behave(exchange: Exchange) -> None:
        exchange.send(exchange.server.proper_reply(exchange)[:after])
        exchange.sock.shutdown(socket.SHUT_WR)
        exchange.wait_until_gone()

    return behave


def says(status: int = 200, body: bytes | dict[str, Any] = b"", **headers: str) -> Behaviour:
    """A fixed reply, whatever was asked; `Retry_After="2"` is a header."""

    def behave(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.send(reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    return behave


def and_ends(behaviour: Behaviour) -> Behaviour:
    """The same, and then the connection ends in good order."""

    def behave(exchange: Exchange) -> None:
        behaviour(exchange)
        exchange.sock.shutdown(socket.SHUT_WR)
        exchange.wait_until_gone()

    return behave


def busy(seconds: float, *, date: bool = False, status: int = 429, clock: float = 0.0) -> Behaviour:
    """Asks for a pause and notes until when. With `date`, as an HTTP date by a clock that is `clock` seconds wrong."""

    def behave(exchange: Exchange) -> None:
        exchange.read_body()
        now = time.time()
        until = int(now + seconds + 0.999) if date else now + seconds
        exchange.server.not_before.append(until)
        shown = format_datetime(datetime.fromtimestamp(until + clock, UTC), usegmt=True) if date else f"{seconds:g}"
        headers = {"Retry-After": shown}
        if clock:
            headers["Date"] = format_datetime(datetime.fromtimestamp(int(now + clock), UTC), usegmt=True)
        exchange.send(reply(status, {"success": False, "error": "Slow down"}, headers))

    return behave


def redirect(to: str, status: int = 307) -> Behaviour:
    """Sends the caller elsewhere."""
    return says(status, b"", Location=to)


def stall(exchange: Exchange) -> None:
    """Takes the request, acts on it and never answers."""
    exchange.server.proper_reply(exchange)
    exchange.wait_until_gone()


def drip(start: int = 0, pause: float = 0.05) -> Behaviour:
    """The right reply: `start` bytes at once, then one at a time, until the caller has had enough."""

    def behave(exchange: Exchange) -> None:
        data = exchange.server.proper_reply(exchange)
        exchange.send(data[:start])
        for byte in data[start:]:
            readable, _, _ = select.select([exchange.sock], [], [], pause)
            if exchange.server.stopping.is_set() or (readable and not exchange.sock.recv(CHUNK)):
                raise CutError
            exchange.send(bytes([byte]))

    return behave


def endless(start: bytes = b"{", piece: bytes = b" " * CHUNK) -> Behaviour:
    """A reply without end."""

    def behave(exchange: Exchange) -> None:
        exchange.read_body()
        exchange.send(b"HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n" + start)
        while not exchange.server.stopping.is_set():
            exchange.send(piece)

    return behave


def stale(exchange: Exchange) -> None:
    """Answers, then closes the kept connection without a word."""
    answer(exchange)
    exchange.server.closed_stale.set()
    raise CutError


@dataclass(repr=False)  # it holds what it was sent, keys included
class FaultyServer:
    """One origin on a free port of 127.0.0.1. `url`, `requests`, `count(route)`; a context manager."""

    video: bytes = VIDEO
    etag: str = '"v1"'
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    made: int = 0
    """Jobs made: generate requests that were read whole and acted on."""
    not_before: list[float] = field(default_factory=list)
    """The moments before which a caller was asked not to come again."""
    bytes_received: dict[str, int] = field(default_factory=dict)
    ranges: bool = True
    stopping: threading.Event = field(default_factory=threading.Event)
    made_one: threading.Event = field(default_factory=threading.Event)
    closed_stale: threading.Event = field(default_factory=threading.Event)
    port: int = 0

    def __post_init__(self) -> None:
        self._plans: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}
        self._unread = 0
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def video_url(self) -> str:
        return f"{self.url}/media/video.mp4"

    def plan(self, route: str, *behaviours: Behaviour) -> None:
        """How the next requests to `route` (upload, generate, status, media) are treated."""
        self._plans.setdefault(route, deque()).extend(behaviours)

    def forget_plans(self) -> None:
        """From now on every route answers as it should, but for what is always so."""
        with self._lock:
            self._plans.clear()

    def always(self, route: str, behaviour: Behaviour) -> None:
        """How requests to `route` are treated once nothing is planned."""
        self._always[route] = behaviour

    def hear_out(self) -> None:
        """Wait until what callers sent who have gone since is read to its end: no request of theirs comes later."""
        for thread in self._threads[1:]:  # the first one accepts them
            thread.join(20)

    def cut_connections(self, count: int) -> None:
        """Reset the next connections as soon as something arrives, unread."""
        self._unread = count

    def count(self, route: str) -> int:
        return sum(request.route == route for request in self.requests)

    def arrivals(self, route: str) -> list[float]:
        return [request.at for request in self.requests if request.route == route]

    def proper_reply(self, exchange: Exchange) -> bytes:
        """What the service would say, and what it would do."""
        request = exchange.request
        exchange.read_body()
        if request.route == "upload":
            return reply(200, {"success": True, "url": f"{self.url}/media/u1.png", "filename": "u1.png"})
        if request.route == "generate":
            with self._lock:
                self.made += 1
                made = self.made
            self.made_one.set()
            facts = {"generation_id": f"gen-{made}", "task_id": "t-1", "credits_used": 40}
            return reply(200, {"success": True, **facts, "message": "Video generation started."})
        if request.route == "status":
            return reply(200, {"success": True, "status": "completed", "video_url": self.video_url})
        return self._media(request)

    def _media(self, request: Received) -> bytes:
        headers = {"Content-Type": "video/mp4", "ETag": self.etag, "Accept-Ranges": "bytes"}
        wanted = request.headers.get("range", "")
        if self.ranges and wanted.startswith("bytes=") and request.headers.get("if-range") == self.etag:
            start = int(wanted.removeprefix("bytes=").split("-")[0])
            span = {"Content-Range": f"bytes {start}-{len(self.video) - 1}/{len(self.video)}"}
            return reply(206, self.video[start:], {**headers, **span})
        return reply(200, self.video, headers)

    # Life

    def __enter__(self) -> Self:
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        for sock in (self._listener, *self._open):  # wakes whoever waits on them
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(5)
        self._listener.close()

    def _start(self, target: Callable[..., None], *args: Any) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            with contextlib.suppress(OSError):
                sock, _ = self._listener.accept()
                self.connections += 1
                self._open.append(sock)
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        sock.settimeout(10)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with sock, contextlib.suppress(OSError):
            try:
                while self._wait_for_request(sock):
                    self._one(sock)
            except CutError:
                # With this option a close sends RST: the caller sees a connection cut, not one that ended.
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _wait_for_request(self, sock: socket.socket) -> bool:
        select.select([sock], [], [])
        if self.stopping.is_set() or not sock.recv(1, socket.MSG_PEEK):
            return False
        with self._lock:
            unread, self._unread = self._unread > 0, max(0, self._unread - 1)
        if unread:
            raise CutError
        return True

    def _one(self, sock: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = sock.recv(CHUNK)
            if not chunk or len(data) > 1 << 20 or not chunk[:1].isascii() or chunk[:1] == b"\x16":
                raise CutError  # gone, or no HTTP: a TLS handshake begins with this byte
            data += chunk
        head, rest = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        request = Received(method, path, headers, head, time.time())
        with self._lock:
            self.requests.append(request)
            planned = self._plans.get(request.route)
            behave = planned.popleft() if planned else self._always.get(request.route, answer)
        behave(Exchange(self, sock, request, rest))


TROUBLES: dict[str, Behaviour] = {
    "cut": cut(),
    "cut unread": cut_unread,
    "cut in the reply": cut(60),
    "stall": stall,
    "drip": drip(start=30),
    "noise": says(200, b"\x00\xff noise"),
    "a page": says(200, b"<html></html>"),
    "broken gzip": says(200, b"\x1f\x8bnope", Content_Encoding="gzip"),
    "503": says(503, b"Oops"),
}
"""What can go wrong with any request, whatever it asks for."""
