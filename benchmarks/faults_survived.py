"""Which faults of a network a look at a job and a download survive, and how many jobs one click makes when its reply is
lost: beside httpx used as most code uses it.

    python benchmarks/faults_survived.py

Real sockets on loopback. "hangs" is no end within 25 seconds.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seedance_widgets import AsyncSeedance, GenerationRequest, polling
from seedance_widgets.client import download
from tests.support import faulty
from tests.support.faulty import Behaviour, FaultyServer, says


def accepted_then_500(exchange: faulty.Exchange) -> None:
    """Makes the job, and answers as if it had not."""
    exchange.server.proper_reply(exchange)
    exchange.send(faulty.reply(500))


FAULTS: dict[str, list[Behaviour]] = {
    "dropped once": [faulty.cut()],
    "dropped four times": [faulty.cut()] * 4,
    "429, Retry-After in seconds": [faulty.busy(1)],
    "429, Retry-After as a date": [faulty.busy(1, date=True)],
    "500 once": [says(500)],
    "500 five times": [says(500)] * 5,
    "not JSON / not a video": [says(200, b"<html>Hello</html>")],
    "a lone 404": [says(404)],
    "slow drip": [faulty.drip(start=70, pause=0.5)],
}
LOST: dict[str, Behaviour] = {
    "connection cut": faulty.cut(),
    "answered 500": accepted_then_500,
    "no answer in time": faulty.stall,
}
FOX = GenerationRequest("A red fox trots through fresh snow")
HANGS_AFTER = 25.0

Call = Callable[[FaultyServer, Path], Awaitable[object]]


async def our_status(server: FaultyServer, _folder: Path) -> object:
    """One look with this package."""
    async with AsyncSeedance("benchmark-key", server.url) as client:
        return await client.status("gen-1")


async def our_download(server: FaultyServer, folder: Path) -> object:
    """One download with this package."""
    async with AsyncSeedance("benchmark-key", server.url) as client:
        return await client.download(server.video_url, folder / "fox.mp4")


async def plain_status(server: FaultyServer, _folder: Path) -> object:
    """One look with httpx."""
    async with httpx.AsyncClient(timeout=polling.REQUEST_LIMIT) as client:
        reply = await client.get(f"{server.url}/seedance/status/gen-1/")
        return reply.raise_for_status().json()["status"]


async def plain_download(server: FaultyServer, _folder: Path) -> object:
    """One download with httpx."""
    async with httpx.AsyncClient(timeout=polling.REQUEST_LIMIT) as client:
        reply = await client.get(server.video_url)
        content = reply.raise_for_status().content
        return content if content[4:8] == b"ftyp" else 1 / 0


async def our_generate(server: FaultyServer, _folder: Path) -> object:
    """One click with this package."""
    async with AsyncSeedance("benchmark-key", server.url) as client:
        return await client.generate(FOX)


async def thrice_generate(server: FaultyServer, _folder: Path) -> object:
    """One click, tried three times, as many clients do."""
    async with httpx.AsyncClient(timeout=polling.REQUEST_LIMIT) as client:
        for _ in range(3):
            try:
                reply = await client.post(f"{server.url}/seedance/generate/", json={"prompt": FOX.prompt})
                return reply.raise_for_status().json()
            except httpx.HTTPError:
                continue
        raise ConnectionError


async def outcome(call: Call, route: str, behaviours: list[Behaviour]) -> tuple[str, int]:
    """How a call ended under a fault, and how many jobs it made."""
    with FaultyServer() as server, tempfile.TemporaryDirectory() as folder:
        server.plan(route, *behaviours)
        try:
            async with asyncio.timeout(HANGS_AFTER):
                await call(server, Path(folder))
            ended = "survived"
        except TimeoutError:
            ended = "hangs"
        except Exception as error:  # noqa: BLE001  whatever a caller would see
            ended = type(error).__name__
        came = server.arrivals(route)[1:]
        if any(at < asked for at, asked in zip(came, server.not_before, strict=False)):
            ended = "asked too early"
        return ended, server.made


def say(line: str) -> None:
    """A line of the tables, as soon as it is known."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def main() -> None:
    """Print both tables."""
    polling.REQUEST_LIMIT = 1.0  # type: ignore[misc]  # the limits of a real run, in less of your time
    download._STALL_WINDOW = 1.0  # type: ignore[misc]  # noqa: SLF001
    columns: dict[str, tuple[Call, str]] = {
        "status": (our_status, "status"),
        "status, httpx": (plain_status, "status"),
        "download": (our_download, "media"),
        "download, httpx": (plain_download, "media"),
    }
    say(f"{'fault':30}" + "".join(f"{name:22}" for name in columns))
    survived = dict.fromkeys(columns, 0)
    for fault, behaviours in FAULTS.items():
        ends = [(await outcome(call, route, list(behaviours)))[0] for call, route in columns.values()]
        for name, ended in zip(columns, ends, strict=True):
            survived[name] += ended == "survived"
        say(f"{fault:30}" + "".join(f"{ended:22}" for ended in ends))
    say(f"{'survived':30}" + "".join(f"{f'{count} of {len(FAULTS)}':22}" for count in survived.values()))

    say(f"\n{'jobs made by one click':30}{'here':22}{'httpx, three tries':22}")
    for fault, behaviour in LOST.items():
        clicks = [await outcome(call, "generate", [behaviour] * 3) for call in (our_generate, thrice_generate)]
        say(f"{fault:30}" + "".join(f"{f'{made} ({ended})':22}" for ended, made in clicks))


if __name__ == "__main__":
    asyncio.run(main())
