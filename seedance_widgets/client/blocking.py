"""`Seedance`: the same client for code that does not await."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from seedance_widgets import polling, wire
from seedance_widgets.capabilities import DEFAULT_MODEL, Model
from seedance_widgets.errors import ConfigurationError
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import ApiKey

from . import download as downloading
from .client import PATIENCE, AsyncSeedance

_T = TypeVar("_T")


class Seedance:
    """The Seedance API, blocking: `AsyncSeedance` on an event loop in a thread of its own, so it works in a notebook
    too, where a loop is running already. An interrupt ends the wait at once.

        with Seedance() as client:
            reply = client.generate(GenerationRequest("A red fox trots through fresh snow"))
            done = client.wait(reply.generation_id)
            client.download(done.video_url, "fox.mp4")

    Arguments and errors as for `AsyncSeedance`.
    """

    def __init__(
        self,
        api_key: str | ApiKey | None = None,
        base_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        style: wire.Style = "simple",
        model: Model = DEFAULT_MODEL,
    ) -> None:
        failure: ConfigurationError | None = None
        try:
            self._client = AsyncSeedance(api_key, base_url, transport, style=style, model=model)
        except ConfigurationError as error:
            failure = error.with_traceback(None)
        del api_key  # a verbose traceback prints locals
        if failure is not None:
            raise failure
        self.connection = self._client.connection
        self._open = ExitStack()
        self._starting = Lock()
        self._portal: BlockingPortal | None = None

    def upload(self, image: Any, *, patience: float = PATIENCE) -> wire.UploadReply:
        """As `AsyncSeedance.upload`."""
        return self._block(lambda: self._client.upload(image, patience=patience))

    def generate(
        self, request: GenerationRequest, *, style: wire.Style | None = None, patience: float = PATIENCE
    ) -> wire.GenerateReply:
        """As `AsyncSeedance.generate`. An interrupt while the request is under way leaves its fate unknown."""
        return self._block(lambda: self._client.generate(request, style=style, patience=patience))

    def status(self, generation_id: str, *, patience: float = PATIENCE) -> wire.StatusReply:
        """As `AsyncSeedance.status`."""
        return self._block(lambda: self._client.status(generation_id, patience=patience))

    def wait(
        self,
        generation_id: str,
        *,
        timeout: float = polling.WATCH_LIMIT,
        on_status: Callable[[wire.StatusReply], object] | None = None,
    ) -> wire.StatusReply:
        """As `AsyncSeedance.wait`. `on_status` is called on the client's own thread."""
        return self._block(lambda: self._client.wait(generation_id, timeout=timeout, on_status=on_status))

    def download(
        self,
        url: str,
        path: str | os.PathLike[str],
        *,
        timeout: float = 600.0,
        progress: downloading.Progress | None = None,
        keep_part: bool = False,
    ) -> Path:
        """As `AsyncSeedance.download`. `progress` is called on the client's own thread."""
        return self._block(
            lambda: self._client.download(url, path, timeout=timeout, progress=progress, keep_part=keep_part)
        )

    def close(self) -> None:
        """Close all connections and end the thread. The client can be used again."""
        with self._starting:
            portal, self._portal = self._portal, None
        if portal is not None:
            try:
                portal.call(self._client.aclose)
            finally:
                self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        connection = getattr(self, "connection", None)  # a traceback may print one that was never finished
        return f"Seedance({connection.base_url!r})" if connection else "Seedance(not set up)"

    def _block(self, call: Callable[[], Awaitable[_T]]) -> _T:
        with self._starting:  # two threads may share a client
            if self._portal is None:
                self._portal = self._open.enter_context(start_blocking_portal("asyncio", name="seedance-client"))
            future = self._portal.start_task_soon(call)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise
