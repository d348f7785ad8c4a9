"""The key reaches the API's own host, and nothing and nobody else."""

from __future__ import annotations

import gc
import logging
import pickle
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import httpx
import pytest

from seedance_widgets import AsyncSeedance, GenerationRequest, Seedance
from seedance_widgets.client.exchange import BearerKey
from seedance_widgets.errors import SeedanceError
from seedance_widgets.settings import ApiKey
from tests.client.conftest import KEY
from tests.client.shown import everything_shown
from tests.client.test_upload import jpeg
from tests.support import faulty
from tests.support.faulty import FaultyServer, says

FOX = GenerationRequest("A red fox trots through fresh snow")

Call = Callable[[AsyncSeedance, FaultyServer, Path], Coroutine[Any, Any, object]]
ROUTES: dict[str, Call] = {
    "upload": lambda client, server, path: client.upload(jpeg(), patience=0.1),
    "generate": lambda client, server, path: client.generate(FOX, patience=0.1),
    "status": lambda client, server, path: client.status("gen-1", patience=0.1),
    "media": lambda client, server, path: client.download(server.video_url, path, timeout=0.6),
}
FAULTS: dict[str, faulty.Behaviour] = {
    **faulty.TROUBLES,
    "429": faulty.busy(600),
    "400": says(400, {"error": "No"}),
    # a host that quotes the key back, wherever it can
    "401, quoting the key": says(401, {"error": f"Invalid API key {KEY}", "detail": KEY}, X_Request_Id=KEY),
    "400, quoting the key": says(400, f"Bad header: Authorization: Bearer {KEY}".encode()),
    "500, quoting the key": says(500, f"Bearer {KEY}".encode(), X_Request_Id=KEY),
    "200, quoting the key": says(200, {"message": KEY, "error": KEY}),
}


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore", "asyncio", "seedance_widgets"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("route", ROUTES)
async def test_no_error_and_no_log_shows_the_key(
    route: str,
    fault: str,
    server: FaultyServer,
    client: AsyncSeedance,
    tmp_path: Path,
    logs: pytest.LogCaptureFixture,
    short_limit: float,
) -> None:
    server.always(route, FAULTS[fault])
    with pytest.raises(SeedanceError) as caught:
        await ROUTES[route](client, server, tmp_path / "fox.mp4")
    assert KEY not in everything_shown(caught.value)
    assert KEY not in repr(client)
    # A server's reply headers are logged by httpcore as they came; no request header ever is.
    assert KEY not in "\n".join(
        r.getMessage() for r in logs.records if "receive_response_headers" not in r.getMessage()
    )
    assert any(record.name.startswith("httpcore") for record in logs.records), "debug logging was on"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("route", ROUTES)
async def test_a_redirect_to_another_host_takes_no_key_and_no_prompt_along(
    route: str, status: int, server: FaultyServer, other: FaultyServer, client: AsyncSeedance, tmp_path: Path
) -> None:
    server.always(route, faulty.redirect(f"{other.url}/media/video.mp4", status))
    call = ROUTES[route](client, server, tmp_path / "fox.mp4")
    if route == "media":  # only a video may be elsewhere
        await call
    else:
        with pytest.raises(SeedanceError) as caught:
            await call
        assert KEY not in everything_shown(caught.value)
    assert len(other.requests) == (route == "media")
    for request in other.requests:
        assert "authorization" not in request.headers
        assert KEY.encode() not in request.raw + request.body


async def test_the_key_goes_to_the_three_routes_and_not_to_the_media(
    server: FaultyServer, client: AsyncSeedance, tmp_path: Path
) -> None:
    for call in ROUTES.values():
        await call(client, server, tmp_path / "fox.mp4")
    keys = {request.route: request.headers.get("authorization") for request in server.requests}
    assert keys == {"upload": f"Bearer {KEY}", "generate": f"Bearer {KEY}", "status": f"Bearer {KEY}", "media": None}


async def test_a_video_elsewhere_is_asked_for_without_the_key(
    server: FaultyServer, other: FaultyServer, client: AsyncSeedance, tmp_path: Path
) -> None:
    await client.status("gen-1")
    await client.download(other.video_url, tmp_path / "fox.mp4")
    assert KEY.encode() not in b"".join(request.raw for request in other.requests)


async def test_a_proxy_of_the_environment_never_sees_what_stays_on_this_machine(
    server: FaultyServer, other: FaultyServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, other.url)
    async with AsyncSeedance(KEY, server.url) as client:
        for call in ROUTES.values():
            await call(client, server, tmp_path / "fox.mp4")
    assert other.connections == 0


async def test_a_proxy_that_refuses_gets_no_key(other: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", other.url)
    other.always("media", says(407, b"Who are you?"))
    async with AsyncSeedance(KEY, "https://api.example") as client:
        with pytest.raises(SeedanceError, match="Nothing was charged"):
            await client.generate(FOX, patience=0)
    assert [request.method for request in other.requests] == ["CONNECT"]
    assert KEY.encode() not in other.requests[0].raw


def test_no_object_that_stays_in_memory_prints_the_key(server: FaultyServer, tmp_path: Path) -> None:
    with Seedance(KEY, server.url) as client:
        client.status("gen-1")
        ours = [thing for thing in gc.get_objects() if str(type(thing).__module__).startswith(("seedance_w", "httpx"))]
        assert any(thing is client for thing in ours)
        for thing in ours:
            assert KEY not in repr(thing)
            if not isinstance(thing, httpx.Headers):  # which hide it themselves when printed
                assert KEY not in repr(getattr(thing, "__dict__", None))
        with pytest.raises(TypeError):
            pickle.dumps(client)


async def test_even_a_client_that_follows_redirects_would_not_hand_the_key_over(
    server: FaultyServer, other: FaultyServer
) -> None:
    server.plan("status", faulty.redirect(f"{other.url}/seedance/status/gen-1/", 302))
    auth = BearerKey(ApiKey(KEY), server.url)
    async with httpx.AsyncClient(auth=auth, follow_redirects=True, trust_env=False) as client:
        await client.get(f"{server.url}/seedance/status/gen-1/")
        await client.get(f"{other.url}/seedance/status/gen-1/")
    assert [request.headers.get("authorization") for request in server.requests] == [f"Bearer {KEY}"]
    assert [request.headers.get("authorization") for request in other.requests] == [None, None]
