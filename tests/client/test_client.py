"""The async client as a whole: against the sandbox, with a transport of one's own, from loop to loop."""

from __future__ import annotations

import asyncio
import gc
import json
import warnings
from pathlib import Path

import httpx
import pytest

from seedance_widgets import AsyncSeedance, GenerationRequest
from seedance_widgets.errors import AuthenticationError, ConfigurationError, NotFoundError, UncertainError
from tests.client.conftest import KEY
from tests.client.test_upload import jpeg
from tests.support.faulty import FaultyServer
from tests.support.sandbox import RunningSandbox

FOX = GenerationRequest("A red fox trots through fresh snow", resolution="480p")


def is_mp4(path: Path) -> bool:
    return path.read_bytes()[4:8] == b"ftyp"


@pytest.mark.parametrize("style", ["simple", "model"])
async def test_a_prompt_and_an_image_become_a_video_in_either_style(
    sandbox: RunningSandbox, tmp_path: Path, style: str
) -> None:
    async with AsyncSeedance(KEY, sandbox.url, style=style) as client:  # type: ignore[arg-type]
        made = await client.generate(FOX.replace(images=[jpeg()]))
        done = await client.wait(made.generation_id)
        assert done.video_url is not None
        path = await client.download(done.video_url, tmp_path / "fox.mp4")
    assert is_mp4(path)


async def test_the_sandbox_refuses_as_the_service_does(sandbox: RunningSandbox) -> None:
    async with AsyncSeedance("bad-key", sandbox.url) as client:
        with pytest.raises(AuthenticationError):
            await client.generate(FOX)
    async with AsyncSeedance(KEY, sandbox.url) as client:
        with pytest.raises(NotFoundError):
            await client.status("00000000-0000-0000-0000-000000000000")


class Recorder(httpx.AsyncBaseTransport):
    """A transport of one's own."""

    def __init__(self) -> None:
        self.seen: list[httpx.Request] = []
        self.closed = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        await request.aread()
        return httpx.Response(200, json={"generation_id": "gen-1", "status": "completed", "url": "https://m/a.png"})

    async def aclose(self) -> None:
        self.closed = True


async def test_a_transport_of_ones_own_is_used_and_not_closed() -> None:
    recorder = Recorder()
    async with AsyncSeedance(KEY, "https://api.example", recorder) as client:
        await client.generate(FOX.replace(images=[jpeg()]))
        await client.status("gen-1")
    assert [str(request.url) for request in recorder.seen] == [
        "https://api.example/seedance/upload/",
        "https://api.example/seedance/generate/",
        "https://api.example/seedance/status/gen-1/",
    ]
    assert not recorder.closed


async def test_a_transport_may_raise_what_httpx_raises() -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("gone", request=request)

    async with AsyncSeedance(KEY, "https://api.example", httpx.MockTransport(broken)) as client:
        with pytest.raises(UncertainError):
            await client.generate(FOX)


async def test_it_can_be_used_again_after_closing(server: FaultyServer) -> None:
    client = AsyncSeedance(KEY, server.url)
    for _ in range(2):
        async with client:
            assert (await client.status("gen-1")).status == "completed"
    await client.status("gen-1")
    await client.aclose()
    await client.aclose()


def test_it_can_be_used_from_one_loop_after_another(server: FaultyServer, tmp_path: Path) -> None:
    client = AsyncSeedance(KEY, server.url)

    async def twice() -> None:
        assert (await client.status("gen-1")).status == "completed"
        await client.download(server.video_url, tmp_path / "fox.mp4")

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # the first loop took its connections with it
        asyncio.run(twice())
        asyncio.run(twice())
        asyncio.run(client.aclose())
        gc.collect()


async def test_a_base_url_may_have_a_path(server: FaultyServer) -> None:
    async with AsyncSeedance(KEY, f"{server.url}/proxy/v1/") as client:
        await client.generate(FOX)
    assert server.requests[0].path == "/proxy/v1/seedance/generate/"


async def test_every_setting_is_sent_and_compression_is_not_asked_for(server: FaultyServer) -> None:
    async with AsyncSeedance(KEY, server.url) as client:
        await client.generate(FOX)
    [request] = server.requests
    assert json.loads(request.body)["prompt_directory_optin"] is False
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["content-type"] == "application/json"


def test_without_a_key_it_says_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="SEEDANCE_API_KEY"):
        AsyncSeedance()
    with pytest.raises(ConfigurationError, match="style"):
        AsyncSeedance(KEY, style="other")  # type: ignore[arg-type]


def test_key_and_address_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, server: FaultyServer) -> None:
    monkeypatch.setenv("SEEDANCE_API_KEY", KEY)
    monkeypatch.setenv("SEEDANCE_BASE_URL", server.url)

    async def look() -> None:
        async with AsyncSeedance() as client:
            await client.status("gen-1")

    asyncio.run(look())
    assert server.requests[0].headers["authorization"] == f"Bearer {KEY}"
