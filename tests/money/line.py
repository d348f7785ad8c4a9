"""A bad line: a small proxy between client and sandbox that cuts, stalls or refuses at a chosen byte.

It sees what went over the wire: how many generate requests came for each prompt, and what was told of them.
"""

from __future__ import annotations

import contextlib
import json
import select
import socket
import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

_CHUNK = 1 << 16
_RESET = struct.pack("ii", 1, 0)
_LONGEST = 30.0
"""Seconds after which any wait of the line ends: no thread outlives its test."""

Where = Literal["request", "reply"]
How = Literal["reset", "end", "stall", "kill"]


@dataclass(frozen=True)
class Trouble:
    """What happens to one exchange: so many bytes of the request (or the reply) pass, then this."""

    where: Where
    how: How
    at: int
    """Bytes that pass."""


@dataclass
class Sent:
    """A generate request that came over the line."""

    prompt: str
    refused: bool = False
    """Its sender was told 429: not processed, so it may be sent again."""


class _GoneError(Exception):
    """This connection is over."""


class Line:
    """One proxy on a port of 127.0.0.1: `url`. `plan`, `down`, `up`, `calm`; `sent` is what came over it."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (parts.hostname or "", parts.port or 0)
        self._reserved = _bound(0)  # the port stays ours while nobody listens, so that nobody else can take it
        self.port: int = self._reserved.getsockname()[1]
        self._listener: socket.socket | None = None
        self._plans: dict[str, deque[Trouble]] = {}
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.sent: list[Sent] = []
        self.on_reply: Callable[[], object] = lambda: None
        """Called when the sandbox has answered a generate request, before anyone hears of it."""
        self.on_kill: Callable[[], object] = lambda: None
        """What "kill" does."""
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plan(self, route: str, trouble: Trouble) -> None:
        """What happens to the next exchange of a route for which nothing is planned yet."""
        with self._lock:
            self._plans.setdefault(route, deque()).append(trouble)

    def down(self) -> None:
        """Refuse connections."""
        if self._listener is not None:
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None

    def up(self) -> None:
        """Take connections (again)."""
        if self._listener is None:
            self._listener = _bound(self.port)
            self._listener.listen(64)
            self._start(self._accept, self._listener)

    def calm(self) -> None:
        """No more trouble: plans are dropped, connections under way are ended and their threads gone."""
        self.down()
        with self._lock:
            self._plans.clear()
            for sock in self._open:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(_LONGEST)
            assert not thread.is_alive()
        self._threads.clear()
        self.up()

    def close(self) -> None:
        self.calm()
        self.down()
        self._reserved.close()

    # ---- inside

    def _start(self, work: Callable[[socket.socket], None], sock: socket.socket) -> None:
        thread = threading.Thread(target=work, args=(sock,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # closed: the line is down
            while True:
                sock, _ = listener.accept()
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with self._held(sock), contextlib.suppress(OSError, _GoneError):
            while self._exchange(sock):
                pass

    @contextlib.contextmanager
    def _held(self, sock: socket.socket) -> Iterator[None]:
        sock.settimeout(_LONGEST)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._open.add(sock)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(sock)
            sock.close()

    def _exchange(self, sock: socket.socket) -> bool:
        """One request and its reply. Whether another may follow on this connection."""
        head, rest = _head(sock)
        if not head:
            return False
        body = rest + b"".join(_exactly(sock, _length(head) - len(rest)))
        route = _route(head)
        with self._lock:
            planned = self._plans.get(route)
            trouble = planned.popleft() if planned else None
            sent = Sent(json.loads(body)["prompt"]) if route == "generate" else None
            if sent is not None:
                self.sent.append(sent)
        with socket.create_connection(self._upstream, _LONGEST) as upstream, self._held(upstream):
            on_request = trouble if trouble and trouble.where == "request" else None
            self._pass(upstream, iter([head + body]), on_request, sock)
            return self._reply(sock, upstream, sent, trouble if trouble and trouble.where == "reply" else None)

    def _reply(self, sock: socket.socket, upstream: socket.socket, sent: Sent | None, trouble: Trouble | None) -> bool:
        head, rest = _head(upstream)
        if not head:
            raise _GoneError
        if sent is not None:
            self.on_reply()
            # Told as soon as the status line has passed: the client may act on it before this thread goes on.
            sent.refused = b" 429 " in head.split(b"\r\n", 1)[0] and (trouble is None or trouble.at >= len(head))

        def pieces() -> Iterator[bytes]:
            yield head
            yield rest
            yield from _exactly(upstream, _length(head) - len(rest))

        self._pass(sock, pieces(), trouble, sock)
        return b"connection: close" not in head.lower()

    def _pass(
        self, target: socket.socket, pieces: Iterator[bytes], trouble: Trouble | None, client: socket.socket
    ) -> None:
        """Hand bytes on until they end or the trouble begins."""
        left = trouble.at if trouble else None
        for piece in pieces:
            target.sendall(piece if left is None else piece[:left])
            if left is not None:
                left -= len(piece)
                if left <= 0:
                    break
        if trouble:
            self._strike(trouble.how, client, target)

    def _strike(self, how: How, client: socket.socket, target: socket.socket) -> None:
        if how == "kill":
            self.on_kill()
        if how == "stall":
            select.select([client], [], [], _LONGEST)  # until the client has had enough
        if how == "reset":
            for sock in {client, target}:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        raise _GoneError


def _bound(port: int) -> socket.socket:
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    sock.bind(("127.0.0.1", port))
    return sock


def _head(sock: socket.socket) -> tuple[bytes, bytes]:
    """The head of a message with its empty line, and what came after it; nothing where the other side is done."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = sock.recv(_CHUNK)
        if not chunk:
            return b"", b""
        data += chunk
    head, mark, rest = data.partition(b"\r\n\r\n")
    return head + mark, rest


def _exactly(sock: socket.socket, count: int) -> Iterator[bytes]:
    while count > 0:
        chunk = sock.recv(min(_CHUNK, count))
        if not chunk:
            raise _GoneError
        count -= len(chunk)
        yield chunk


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            return int(value)
    return 0


def _route(head: bytes) -> str:
    path = head.split(b" ", 2)[1].decode("latin-1")
    return next((name for name in ("upload", "generate", "status") if f"/seedance/{name}/" in path), "media")
