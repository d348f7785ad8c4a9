"""`AsyncSeedance`: the three endpoints and the download, on httpx."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx

from seedance_widgets import polling, settings, validation, wire
from seedance_widgets.capabilities import DEFAULT_MODEL, Model
from seedance_widgets.errors import (
    ConfigurationError,
    InvalidRequestError,
    JobFailedError,
    Money,
    NotFoundError,
    OfflineError,
    Problem,
    RateLimitedError,
    SeedanceError,
    ServerError,
    WaitTimeoutError,
)
from seedance_widgets.images import HEADER, ImageSource, LoadedImage, cut, sniff, source_of, what_it_is
from seedance_widgets.models import GenerationRequest, GuideImage, is_url
from seedance_widgets.settings import ApiKey

from . import download as downloading
from . import logs
from .answers import Answer, error_for, generate_outcome, uncertain
from .exchange import BearerKey, Borrowed, NoAnswerError, exchange

_T = TypeVar("_T")

PATIENCE: Final = 60.0
"""Seconds for which faults of a free request (upload, status, download) are borne before they are raised."""

_UPLOAD_LIMIT: Final = 180.0
"""Seconds for one upload in all: 10 MB on a slow line."""

_CONNECTIONS: Final = httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=60.0)
"""httpx drops a kept connection after 5 s by default, less than the pause between two looks. With fewer kept than open,
it closes connections that the next request in the queue could use."""

_HEADERS: Final = {"User-Agent": "seedance-widgets", "Accept": "application/json", "Accept-Encoding": "identity"}


class AsyncSeedance:
    """The Seedance API, async. Used on one event loop at a time.

        async with AsyncSeedance() as client:
            reply = await client.generate(GenerationRequest("A red fox trots through fresh snow"))
            done = await client.wait(reply.generation_id)
            await client.download(done.video_url, "fox.mp4")

    api_key:   the key; SEEDANCE_API_KEY where it is not given. It goes to the API's own host only.
    base_url:  the service; SEEDANCE_BASE_URL, else https://api.ulazai.com.
    transport: an httpx transport to use instead of the network; it is not closed.
    style:     the body of a generate request: "simple" (flat) or "model" (`model` and `input`).
    label:     what messages call the service; its host where it is not given.

    ConfigurationError where there is no key, or the address is not one a key is safe with.
    """

    def __init__(
        self,
        api_key: str | ApiKey | None = None,
        base_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        *,
        style: wire.Style = "simple",
        model: Model = DEFAULT_MODEL,
        label: str | None = None,
    ) -> None:
        failure: ConfigurationError | None = None
        try:
            found = settings.resolve(os.environ, api_key=api_key, base_url=base_url)
        except ConfigurationError as error:
            failure = error.with_traceback(None)
        del api_key  # a verbose traceback prints locals
        if failure is not None:
            raise failure
        if found.key is None:
            raise ConfigurationError(
                f"There is no API key for {found.connection.label}.",
                todo="Set SEEDANCE_API_KEY or pass api_key=. Without a key, `python -m seedance_widgets.sandbox` serves"
                " the same API: use its address as base_url and any key.",
            )
        if style not in ("simple", "model"):
            raise ConfigurationError(f"There is no request style {style!r}.", todo='Use "simple" or "model".')
        self.connection = dataclasses.replace(found.connection, label=label or found.connection.label)
        self.style: wire.Style = style
        self.model = model
        try:
            self._auth = BearerKey(found.key, found.connection.base_url)
            self._local = settings.is_loopback(httpx.URL(found.connection.base_url).host)
        except (httpx.InvalidURL, ValueError) as error:
            raise ConfigurationError(f"The address of the service cannot be used: {error}.") from None
        self._transport = Borrowed(transport) if transport is not None else None
        self._shared: httpx.AsyncClient | None = None
        self._plain: httpx.AsyncClient | None = None
        self._tls: ssl.SSLContext | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def upload(self, image: Any, *, patience: float = PATIENCE) -> wire.UploadReply:
        """Send a guide image: a path, bytes, an open file, a PIL image, an array. Free, so it is tried again on faults.

        Judged by its bytes before anything is sent (JPG, PNG or WebP, up to 10 MB: reference), then streamed: the file
        is never whole in memory. `patience` is the time in seconds for which faults are borne.
        """
        source = image.source if isinstance(image, LoadedImage) else source_of(image)
        media_type = self._judge(source)

        async def attempt() -> wire.UploadReply:
            with source.open() as file:
                parts = {"file": (_header_safe(source.name), file, media_type)}
                answer = await self._ask("POST", "/seedance/upload/", limit=_UPLOAD_LIMIT, files=parts)
            return self._read(answer, wire.read_upload, doing="sending the image")

        return await self._patiently(attempt, patience)

    async def generate(
        self, request: GenerationRequest, *, style: wire.Style | None = None, patience: float = PATIENCE
    ) -> wire.GenerateReply:
        """Start one job; this is the request that costs. Its guide images are uploaded first, addresses go as they are.

        Never sent again once it may have been received. Tried again, for up to `patience` seconds, only where no byte
        left this machine or the service refused it unprocessed (429, never earlier than it asked for).

        UncertainError where the reply was lost: a job may exist. OfflineError where the request never left. ApiError
        where it was refused; nothing was charged. InvalidRequestError before anything is sent.
        """
        sources = self._sources(request)
        addresses = [image if isinstance(image, str) else (await self.upload(image)).url for image in sources]
        body = wire.to_wire(request, addresses, style or self.style)

        async def attempt() -> wire.GenerateReply:
            return await self.generate_once(body)

        return await self._patiently(attempt, patience, on=(OfflineError, RateLimitedError))

    async def generate_once(self, body: dict[str, Any]) -> wire.GenerateReply:
        """Send a wire body exactly once, on a connection of its own: on a kept one, a stale line and a lost reply look
        the same. Errors as for `generate`."""
        service = self.connection.label
        limit = 2 * polling.REQUEST_LIMIT  # the one request whose answer is worth waiting for
        failure: NoAnswerError | None = None
        try:
            async with self._new_client() as client:
                answer = await self._auth.hidden(  # at once: this frame is in the traceback of what is raised below
                    exchange(
                        client,
                        lambda more: client.build_request(
                            "POST", self._url("/seedance/generate/"), json=body, timeout=limit, extensions=more
                        ),
                        limit=limit,
                    )
                )
        except NoAnswerError as error:
            failure = error
        if failure is None:
            return generate_outcome(answer, service)
        if failure.left:
            raise uncertain(f"The request went to {service} and no reply came back: {failure.why}")
        raise OfflineError(f"{service} was not reached: {failure.why}.", todo="Check the connection and try again.")

    async def status(self, generation_id: str, *, patience: float = PATIENCE) -> wire.StatusReply:
        """Look at a job once. Dropped connections, 429, 5xx, answers that are not JSON, a lone 404 and slow drips are
        borne for `patience` seconds (0: raised at once).

        AuthenticationError, NotFoundError (the service keeps saying 404), RateLimitedError, ServerError, OfflineError.
        """

        async def attempt() -> wire.StatusReply:
            path = f"/seedance/status/{quote(str(generation_id), safe='')}/"
            answer = await self._ask("GET", path, limit=polling.REQUEST_LIMIT)
            return self._read(answer, wire.read_status, doing="asking about the job")

        try:
            return await self._patiently(attempt, patience)
        except SeedanceError as error:  # this look cost nothing; the job it was for did
            error.money = Money.NOT_KNOWN if isinstance(error, NotFoundError) else Money.SPENT
            raise

    async def wait(
        self,
        generation_id: str,
        *,
        timeout: float = polling.WATCH_LIMIT,
        on_status: Callable[[wire.StatusReply], object] | None = None,
    ) -> wire.StatusReply:
        """Look until the job is over and return its last status, whose `video_url` is the video.

        `timeout` in seconds; `on_status` is called with every status read. JobFailedError where the service says so,
        WaitTimeoutError where the time ran out: the job itself goes on.
        """
        loop = asyncio.get_running_loop()
        started = loop.time()
        while True:
            left = started + timeout - loop.time()
            reply: wire.StatusReply | None = None
            if left > 0:
                try:
                    async with asyncio.timeout(left):
                        reply = await self.status(generation_id, patience=left)
                except TimeoutError:
                    reply = None
            if reply is None:
                raise WaitTimeoutError(
                    f"Generation {generation_id} was not over after {timeout:g} s. It goes on at the service.",
                    money=Money.SPENT,
                    todo="Wait for it again by its ID.",
                )
            if on_status is not None:
                on_status(reply)
            if reply.progress is wire.Progress.DONE and reply.video_url:
                return reply
            if reply.progress is wire.Progress.DEAD:
                raise failed(reply, self.connection.label)
            pause = polling.next_look(loop.time() - started)
            await asyncio.sleep(max(0.0, min(pause, started + timeout - loop.time())))

    async def download(
        self,
        url: str,
        path: str | os.PathLike[str],
        *,
        timeout: float = 600.0,
        progress: downloading.Progress | None = None,
        keep_part: bool = False,
    ) -> Path:
        """Fetch a video to `path` without the key: through a `.part` file beside it, resumed by Range after a fault.
        With `keep_part` what has come stays there where it ends early, be it by the end of this process, and the next
        such call goes on from it.

        Only over https, and not from a private or loopback address unless the API host itself is one. `timeout` is for
        the whole of it, in seconds; `progress(received, total or None)` is called as bytes come in. MediaError where
        the address is not allowed, has expired, or gives something that is no video.
        """
        self._come_home()
        self._plain = client = self._plain or self._new_client(key=False)
        base_url = self.connection.base_url
        job = downloading.Download(client, url, Path(path), base_url, progress=progress, keep_part=keep_part)
        with logs.without(self._auth.key):
            return await job.run(timeout)

    async def aclose(self) -> None:
        """Close all connections. The client can be used again."""
        self._come_home()
        clients, self._shared, self._plain = (self._shared, self._plain), None, None
        for client in clients:
            if client is not None:
                await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        connection = getattr(self, "connection", None)  # a traceback may print one that was never finished
        return f"AsyncSeedance({connection.base_url!r})" if connection else "AsyncSeedance(not set up)"

    def _sources(self, request: GenerationRequest) -> list[ImageSource | str]:
        """The images of a request, addresses as they are. InvalidRequestError with all that is wrong with it."""
        sources: list[ImageSource | str] = []
        wrong: list[Problem] = []
        for image in request.images[: request.model.images_max]:
            try:
                source = image if is_url(image) else _source(image, request.aspect_ratio)
                if isinstance(source, ImageSource):
                    self._judge(source)
                sources.append(source)
            except InvalidRequestError as error:
                wrong += error.problems
        validation.check(request, wrong)
        return sources

    def _judge(self, source: ImageSource) -> str:
        with source.open() as file:
            header = file.read(HEADER)
        media_type = sniff(header)
        size = source.size()
        if media_type is None:
            message = f"{source.name} is {what_it_is(header) if header else 'empty'}."
            raise InvalidRequestError([Problem("images", message, "Use JPG, PNG or WebP.")])
        if size > self.model.image_bytes_max:
            limit = validation.megabytes(self.model.image_bytes_max)
            message = f"{source.name} has {validation.megabytes(size)}; {limit} is the most."
            raise InvalidRequestError([Problem("images", message, "Save it smaller, or as JPG.")])
        return media_type

    def _url(self, path: str) -> str:
        return self.connection.base_url + path

    def _new_client(self, *, key: bool = True) -> httpx.AsyncClient:
        if self._transport is None and self._tls is None:
            self._tls = httpx.create_ssl_context()
        return httpx.AsyncClient(
            transport=self._transport,
            verify=self._tls or True,
            auth=self._auth if key else None,
            headers=_HEADERS if key else {**_HEADERS, "Accept": "video/*, */*"},
            timeout=httpx.Timeout(polling.REQUEST_LIMIT),
            limits=_CONNECTIONS,
            follow_redirects=False,
            trust_env=not self._local,  # a proxy reaches another machine; over plain http it would read the key
        )

    def _come_home(self) -> None:
        """Connections belong to the event loop they were made on: on another one they are made anew."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._shared, self._plain = loop, None, None

    async def _ask(self, method: str, path: str, *, limit: float, files: Any = None) -> Answer:
        """One exchange of the free kind: without an answer it is an OfflineError."""
        self._come_home()
        self._shared = client = self._shared or self._new_client()
        why = ""
        try:
            return await self._auth.hidden(
                exchange(
                    client,
                    lambda more: client.build_request(method, self._url(path), files=files, extensions=more),
                    limit=limit,
                )
            )
        except NoAnswerError as error:
            why = error.why
        raise OfflineError(f"{self.connection.label} was not reached: {why}.", todo="Check the connection.")

    def _read(self, answer: Answer, reader: Callable[[Any], _T], *, doing: str) -> _T:
        if answer.ok:
            try:
                return reader(answer.data())
            except wire.UnreadableReplyError:
                pass  # a success that says nothing: as useless as a server error
        raise error_for(answer, self.connection.label, doing=doing)

    async def _patiently(
        self,
        attempt: Callable[[], Awaitable[_T]],
        patience: float,
        on: tuple[type[SeedanceError], ...] = (OfflineError, RateLimitedError, ServerError, NotFoundError),
    ) -> _T:
        loop = asyncio.get_running_loop()
        end = loop.time() + patience
        failures = missing = 0
        while True:
            try:
                return await attempt()
            except on as error:
                failures += 1
                missing = missing + 1 if isinstance(error, NotFoundError) else 0
                pause = polling.backoff(failures, asked=getattr(error, "retry_after", None))
                if missing >= polling.NOT_FOUND_PATIENCE or loop.time() + pause > end:
                    raise
            await asyncio.sleep(pause)


def failed(reply: wire.StatusReply, service: str) -> JobFailedError:
    """The error of a job that the service says is dead."""
    said = reply.error or reply.message or f"status “{reply.status}”, without a reason"
    money = Money.REFUNDED if reply.credits_refunded else Money.NOT_KNOWN
    return JobFailedError(f"{service} could not make the video: {said}", money=money)


def _source(image: Any, ratio: str) -> ImageSource:
    """The file of an image as it is; only one whose crop somebody moved is cut here."""
    return cut(image, ratio) if isinstance(image, GuideImage) and image.crop else source_of(image)


def _header_safe(name: str) -> str:
    """A file name for a multipart header: its ending matters, its words do not."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    return kept.strip(" .")[-100:] or "image"
