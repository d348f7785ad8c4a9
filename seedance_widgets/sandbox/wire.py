"""The server on the wire: uvicorn on loopback, one line when it accepts connections, connections that can be cut."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from typing import Any, Final

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

HOST: Final = "127.0.0.1"
_GRACE_SECONDS: Final = 1


class CuttableProtocol(H11Protocol):
    """One connection, which the application may cut through the ASGI extension `seedance.cut`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        app = self.app

        async def with_cut(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})["seedance.cut"] = self.transport.abort
            await app(scope, receive, send)

        self.app = with_cut


class _Announcing(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            port = sockets[0].getsockname()[1]
            sys.stdout.write(f"Seedance sandbox: http://{HOST}:{port}\n")
            sys.stdout.flush()


def serve(app: ASGIApp, port: int, *, watch_parent: bool) -> None:
    """Serve until interrupted, or with `watch_parent` until the parent is gone. OSError when the port is taken."""
    # asyncio sends small answers without delay only where the protocol is named; unnamed, each would take 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, port))
    config = uvicorn.Config(
        app, http=CuttableProtocol, ws="none", loop="asyncio", lifespan="on", log_level="error", access_log=False,
        proxy_headers=False, server_header=False, timeout_graceful_shutdown=_GRACE_SECONDS, backlog=512,
    )  # fmt: skip
    server = _Announcing(config)
    if watch_parent:
        threading.Thread(target=_end_with_parent, args=(server,), daemon=True, name="parent-watch").start()
    server.run(sockets=[listener])


def _end_with_parent(server: uvicorn.Server) -> None:
    """The parent holds our standard input open: its end, by whatever death, is ours."""
    threading.Thread(target=_end_with_orphanage, daemon=True).start()
    while sys.stdin.buffer.read(4096):
        pass
    server.should_exit = True
    time.sleep(3 * _GRACE_SECONDS)
    os._exit(0)  # the graceful way took too long


def _end_with_orphanage() -> None:
    """A process forked by the parent keeps our input open after the parent's death; a changed parent id tells."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(0)
