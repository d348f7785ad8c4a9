"""From a row to a job at the service: upload what is not uploaded, then send once."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from seedance_widgets import images, polling, wire
from seedance_widgets.errors import OfflineError, RateLimitedError, RefusedError, SeedanceError, ServerError
from seedance_widgets.models import GuideImage
from seedance_widgets.states import Reason, State
from seedance_widgets.validation import FRAME_NAMES

from .ride import Connect, Keeper, Ride
from .uploaded import Uploaded

_OFFLINE_PATIENCE: Final = 600.0
"""Seconds for which a request that never left is tried again."""

_LIMIT_PATIENCE: Final = 3600.0
"""Seconds for which a rate limit is waited out, but for rides that are patient."""


class Sender:
    """Uploads and sends, each wait shown."""

    def __init__(self, keeper: Keeper, connect: Connect) -> None:
        self._keeper = keeper
        self._connect = connect
        self._uploaded = Uploaded()

    async def send(self, ride: Ride) -> None:
        """Make the job at the service; its ids are in the row when this returns. Errors as for
        `AsyncSeedance.generate`."""
        addresses = await self._upload(ride)
        try:
            await self._send(ride, addresses)
        except RefusedError:
            # Perhaps the service has dropped an image that was uploaded for another job. What was refused is not sent
            # again by itself; whoever asks again sends images that are there.
            self._uploaded.forget(addresses)
            raise

    def forked(self) -> None:
        """For a forked child: what is being uploaded is its parent's."""
        self._uploaded = Uploaded()

    async def _upload(self, ride: Ride) -> list[str]:
        given: Sequence[GuideImage] = ride.job.request.images  # the studio has read them all
        rows = [{"frame": FRAME_NAMES[i], "name": image.name, "size": image.size} for i, image in enumerate(given)]
        addresses: list[str] = []
        for done, image in enumerate(given):
            upload = functools.partial(self._upload_one, ride, image)
            detail = {"images": rows, "done": done}
            addresses.append(await self._insist(ride, State.UPLOADING, upload, detail))
        return addresses

    async def _upload_one(self, ride: Ride, image: GuideImage) -> str:
        client = await self._connect(ride.job.connection)
        request = ride.job.request

        async def upload() -> str:
            source = await asyncio.to_thread(images.cut, image, request.aspect_ratio, request.model)
            return (await client.upload(source, patience=0)).url

        what = f"{image.sha256} {image.box(request.aspect_ratio)}"
        return await self._uploaded.address((client.connection.base_url, what), upload)

    async def _send(self, ride: Ride, addresses: list[str]) -> None:
        async def send() -> wire.GenerateReply:
            client = await self._connect(ride.job.connection)
            return await client.generate_once(wire.to_wire(ride.job.request, addresses, client.style))

        await self._connect(
            ride.job.connection
        )  # whatever takes time before sending happens before the row says *submitting*
        reply = await self._insist(ride, State.SUBMITTING, send, {}, on=(OfflineError, RateLimitedError))
        await self._keeper.keep_ids(
            ride,
            {"discount": reply.directory_discount_applied},
            generation_id=reply.generation_id,
            task_id=reply.task_id,
            credits_used=reply.credits_used,
            sent=time.time(),
        )

    async def _insist(
        self,
        ride: Ride,
        state: State,
        attempt: Callable[[], Awaitable[Any]],
        detail: dict[str, Any],
        on: tuple[type[SeedanceError], ...] = (OfflineError, RateLimitedError, ServerError),
    ) -> Any:
        """Do what may be done again, for minutes if need be, each wait shown. The row is written before each try."""
        started = time.monotonic()
        tries = 0
        while True:
            tries += 1
            await self._keeper.change(ride, state, None, {**detail, "try": tries}, must=True)
            try:
                return await attempt()
            except on as error:
                limited = isinstance(error, RateLimitedError)
                pause = polling.backoff(tries, asked=getattr(error, "retry_after", None))
                patience = _LIMIT_PATIENCE if limited else _OFFLINE_PATIENCE
                if time.monotonic() - started + pause > patience and not (limited and ride.patient):
                    raise
                facts = {**detail, "try": tries, "retry_at": time.time() + pause, "said": error.what}
            await self._keeper.change(ride, state, Reason.RATE_LIMITED if limited else Reason.OFFLINE, facts)
            await self._pause(ride, pause)

    async def _pause(self, ride: Ride, seconds: float) -> None:
        ride.nudge.clear()
        try:
            async with asyncio.timeout(seconds):
                await ride.nudge.wait()
        except TimeoutError:
            pass
