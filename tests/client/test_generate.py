"""One generate request makes at most one job, whatever happens to it on the way."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from seedance_widgets import AsyncSeedance, GenerationRequest, polling
from seedance_widgets.errors import (
    ApiError,
    AuthenticationError,
    InvalidRequestError,
    ModelGoneError,
    Money,
    OfflineError,
    OutOfCreditsError,
    RateLimitedError,
    RefusedError,
    UncertainError,
)
from tests.client.conftest import KEY
from tests.support import faulty
from tests.support.faulty import FaultyServer, says

FOX = GenerationRequest("A red fox trots through fresh snow")
HEAD = len(faulty.reply(200, {"success": True}).split(b"\r\n\r\n")[0])

Plan = Callable[[FaultyServer, FaultyServer], None]


def next_generate(behaviour: faulty.Behaviour) -> Plan:
    return lambda server, other: server.plan("generate", behaviour)


def next_redirect(status: int, *, away: bool) -> Plan:
    def plan(server: FaultyServer, other: FaultyServer) -> None:
        target = (other if away else server).url
        server.plan("generate", faulty.redirect(f"{target}/seedance/generate/", status))

    return plan


def noise(exchange: faulty.Exchange) -> None:
    exchange.read_body()
    exchange.send(b"\x00\xff\r\n" * 50)


LOST: dict[str, Plan] = {
    "cut before it was read": lambda server, other: server.cut_connections(1),
    "cut before its body was read": next_generate(faulty.cut_unread),
    "cut after it was read": next_generate(faulty.cut()),
    "cut in the status line": next_generate(faulty.cut(5)),
    "cut in the headers": next_generate(faulty.cut(40)),
    "cut after the headers": next_generate(faulty.cut(HEAD + 20)),
    "ended without a word": next_generate(faulty.end_early(0)),
    "ended in the body": next_generate(faulty.end_early(HEAD + 20)),
    "never answered": next_generate(faulty.stall),
    "answered a byte at a time": next_generate(faulty.drip()),
    "answered without end": next_generate(faulty.endless()),
    "answered with noise": next_generate(noise),
    "answered with a page": next_generate(says(200, b"<html>Welcome to the cafe's wifi</html>")),
    "answered with nothing": next_generate(says(200)),
    "answered without an id": next_generate(says(200, {"success": True, "message": "Started"})),
    "answered that it failed, with 200": next_generate(says(200, {"success": False, "error": "Database is down"})),
    "answered with a number": next_generate(says(201, b"42")),
    "answered with a bomb": next_generate(says(200, gzip.compress(bytes(64 << 20)), Content_Encoding="gzip")),
    "answered with broken gzip": next_generate(says(200, b"\x1f\x8bnope", Content_Encoding="gzip")),
    "answered in an unknown packing": next_generate(says(200, b"\x0b\x02", Content_Encoding="br")),
    "timed out at the service": next_generate(says(408, {"error": "Timeout"})),
    **{f"answered {code}": next_generate(says(code, {"error": "Oops"})) for code in (500, 502, 503, 504, 520)},
    "asked for a pause with 503": next_generate(faulty.busy(0, status=503)),
    **{f"redirected {code} away": next_redirect(code, away=True) for code in (301, 302, 303, 307, 308)},
    "redirected 307 to itself": next_redirect(307, away=False),
}


async def test_an_id_in_an_answer_that_is_none_is_a_hint_and_not_a_job(
    server: FaultyServer, other: FaultyServer, client: AsyncSeedance
) -> None:
    next_generate(says(502, {"error": "upstream timed out", "generation_id": "abc12345-1234"}))(server, other)
    with pytest.raises(UncertainError) as caught:
        await client.generate(FOX)
    assert caught.value.generation_id == "abc12345-1234"
    assert "Its reply names abc12345-1234." in str(caught.value)
    assert server.connections == 1


@pytest.mark.parametrize("fault", LOST)
async def test_a_request_whose_reply_is_lost_is_sent_once_and_called_uncertain(
    fault: str, server: FaultyServer, other: FaultyServer, client: AsyncSeedance, short_limit: float
) -> None:
    LOST[fault](server, other)
    with pytest.raises(UncertainError) as caught:
        await client.generate(FOX)
    assert server.connections == 1
    assert server.count("generate") <= 1
    assert server.made <= 1
    assert other.requests == []
    assert caught.value.money is Money.POSSIBLE
    assert "not sent again" in str(caught.value)


async def test_wherever_the_reply_is_cut_the_job_is_known_or_uncertain_never_doubled(
    server: FaultyServer, client: AsyncSeedance
) -> None:
    whole = len(faulty.reply(200, {"success": True, "generation_id": "gen-1", "task_id": "t-1", "credits_used": 40}))
    known = uncertain = 0
    for place in range(0, whole + 60, 3):
        server.plan("generate", faulty.end_early(place) if place % 2 else faulty.cut(place))
        try:
            answer = await client.generate(FOX)
        except UncertainError:
            uncertain += 1
        else:
            known += 1
            assert answer.generation_id == f"gen-{server.made}"
        assert server.made == known + uncertain
    assert known >= 20
    assert uncertain >= 20


async def test_an_id_that_arrived_is_kept_though_the_reply_is_not_whole(
    server: FaultyServer, client: AsyncSeedance, short_limit: float
) -> None:
    body = json.dumps({"generation_id": "gen-7", "credits_used": 40}).encode()
    server.plan(
        "generate",
        faulty.and_ends(says(200, body, Content_Length="9999")),
        faulty.and_ends(says(200, body[:28], Content_Length="9999")),
        says(200, gzip.compress(body), Content_Encoding="gzip"),
        faulty.drip(start=150, pause=5),
    )
    for _ in range(3):
        assert (await client.generate(FOX)).generation_id == "gen-7"
    assert (await client.generate(FOX)).generation_id == "gen-1"
    assert server.count("generate") == 4


async def test_a_compressed_bomb_is_not_unpacked(
    server: FaultyServer, client: AsyncSeedance, peak_memory: Callable[[], int]
) -> None:
    bomb = gzip.compress(bytes(256 << 20))
    server.plan("generate", says(200, bomb, Content_Encoding="gzip"))
    before = peak_memory()
    with pytest.raises(UncertainError):
        await client.generate(FOX)
    assert peak_memory() - before < 8 << 20


def nowhere(port: int) -> dict[str, str]:
    return {
        "refused": f"http://127.0.0.1:{port}",
        "no such host": "https://no-such-host.invalid",
        "no address": "https://[fe80::1]:9",
    }


@pytest.mark.parametrize("where", nowhere(0))
async def test_a_request_that_never_left_cost_nothing(where: str, free_port: int) -> None:
    async with AsyncSeedance(KEY, nowhere(free_port)[where]) as client:
        with pytest.raises(OfflineError) as caught:
            await client.generate(FOX, patience=0.05)
    assert caught.value.money is Money.NOTHING


async def test_a_server_that_does_not_speak_tls_gets_no_request(server: FaultyServer) -> None:
    async with AsyncSeedance(KEY, server.url.replace("http:", "https:")) as client:
        with pytest.raises(OfflineError):
            await client.generate(FOX, patience=0.05)
    assert server.requests == []
    assert server.made == 0


async def test_a_request_that_never_left_is_tried_again_until_it_arrives(
    free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    failed = asyncio.Event()
    pause = polling.backoff

    def noted(failures: int, *, asked: float | None = None) -> float:
        failed.set()
        return pause(failures, asked=asked)

    monkeypatch.setattr(polling, "backoff", noted)
    async with AsyncSeedance(KEY, f"http://127.0.0.1:{free_port}") as client:
        sending = asyncio.create_task(client.generate(FOX))
        await failed.wait()
        with FaultyServer(port=free_port) as server:
            assert (await sending).generation_id == "gen-1"
            assert server.count("generate") == server.made == 1


@pytest.mark.parametrize(("date", "clock"), [(False, 0.0), (True, 0.0), (True, -7200.0), (True, 7200.0)])
async def test_a_request_refused_unprocessed_is_sent_again_and_never_early(
    server: FaultyServer, client: AsyncSeedance, date: bool, clock: float
) -> None:
    server.plan("generate", faulty.busy(0.5, date=date, clock=clock))
    assert (await client.generate(FOX)).generation_id == "gen-1"
    assert server.made == 1
    [first, second] = server.arrivals("generate")
    assert second >= server.not_before[0] > first


async def test_a_pause_longer_than_ones_patience_is_told_at_once(server: FaultyServer, client: AsyncSeedance) -> None:
    server.plan("generate", faulty.busy(600))
    with pytest.raises(RateLimitedError) as caught:
        await client.generate(FOX, patience=5)
    assert caught.value.retry_after == 600
    assert caught.value.money is Money.NOTHING
    assert server.count("generate") == 1


REFUSALS: dict[int, type[ApiError]] = {
    400: RefusedError,
    401: AuthenticationError,
    402: OutOfCreditsError,
    403: AuthenticationError,
    404: RefusedError,
    409: RefusedError,
    410: ModelGoneError,
    413: RefusedError,
    415: RefusedError,
    422: RefusedError,
}


@pytest.mark.parametrize("code", REFUSALS)
@pytest.mark.parametrize("body", [{"success": False, "error": "Because of the fox"}, b"Because of the fox", b""])
async def test_a_refusal_is_sent_once_costs_nothing_and_says_why(
    server: FaultyServer, client: AsyncSeedance, code: int, body: Any
) -> None:
    server.plan("generate", says(code, body, X_Request_Id="r-77"))
    with pytest.raises(REFUSALS[code]) as caught:
        await client.generate(FOX)
    error = caught.value
    assert type(error) is REFUSALS[code]
    assert (error.status, error.request_id, error.money) == (code, "r-77", Money.NOTHING)
    assert server.count("generate") == 1
    if body and code != 404:
        assert "Because of the fox" in str(error)
    assert ("Because of the fox" in error.body) is bool(body)


async def test_out_of_credits_says_how_many_are_missing(server: FaultyServer, client: AsyncSeedance) -> None:
    said = {"error": "Insufficient credits. Need 18, have 7", "credits_needed": 18, "credits_balance": 7}
    server.plan("generate", says(402, said))
    with pytest.raises(OutOfCreditsError) as caught:
        await client.generate(FOX)
    assert (caught.value.needed, caught.value.balance) == (18, 7)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("Model not found", ModelGoneError),
        ("The model bytedance/seedance-1.5-pro has been retired", ModelGoneError),
        ("Unknown model", ModelGoneError),
        ("This model is no longer available", ModelGoneError),
        ("1080p is not supported by this model", RefusedError),
        ("Unknown aspect ratio for the model", RefusedError),
        ("This model is not available in 4k", RefusedError),
        ("Image not found", RefusedError),
    ],
)
async def test_a_model_that_is_gone_is_told_from_a_setting_it_does_not_have(
    server: FaultyServer, client: AsyncSeedance, said: str, kind: type[ApiError]
) -> None:
    server.plan("generate", says(400, {"error": said}))
    with pytest.raises(kind) as caught:
        await client.generate(FOX)
    assert type(caught.value) is kind


async def test_a_connection_gone_stale_is_not_mistaken_for_a_lost_reply(
    server: FaultyServer, client: AsyncSeedance
) -> None:
    server.plan("status", faulty.stale)
    await client.status("gen-0")
    assert await asyncio.to_thread(server.closed_stale.wait, 10)
    assert (await client.generate(FOX)).generation_id == "gen-1"
    assert server.count("generate") == 1


async def test_cancelling_sends_nothing_again(server: FaultyServer, client: AsyncSeedance) -> None:
    server.plan("generate", faulty.stall)
    sending = asyncio.create_task(client.generate(FOX))
    assert await asyncio.to_thread(server.made_one.wait, 10)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert server.count("generate") == 1


async def test_bad_input_never_reaches_the_server(server: FaultyServer, client: AsyncSeedance, tmp_path: Path) -> None:
    good = tmp_path / "good.png"
    good.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    bad = tmp_path / "bad.gif"
    bad.write_bytes(b"GIF89a")
    with pytest.raises(InvalidRequestError) as caught:
        await client.generate(GenerationRequest("x", images=[good, bad], duration=5))
    assert [problem.field for problem in caught.value.problems] == ["prompt", "duration", "images"]
    for images in ([good, bad], [good, tmp_path / "none.png"], [good, good, good], ["https://"]):
        with pytest.raises(InvalidRequestError):
            await client.generate(FOX.replace(images=images))
    assert server.connections == 0


@pytest.mark.parametrize("style", ["simple", "model"])
async def test_what_arrives_is_what_was_asked(server: FaultyServer, client: AsyncSeedance, style: Any) -> None:
    prompt = "It's \"odd\" -- isn't it? {x} $HOME \N{FOX FACE}\n\u2028 </script>"
    await client.generate(FOX.replace(prompt=prompt, images=["https://m/a.png"], duration="12"), style=style)
    [request] = server.requests
    body = json.loads(request.body)
    fields = body["input"] if style == "model" else body
    assert (fields["prompt"], fields["input_urls"], fields["duration"]) == (prompt, ["https://m/a.png"], "12")
    assert request.headers["authorization"] == f"Bearer {KEY}"


class Unruly(httpx.AsyncBaseTransport):
    """A transport that breaks in a way nobody expects, after it may have sent something."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        raise LookupError("no idea")


async def test_a_transport_that_breaks_in_an_odd_way_leaves_the_job_uncertain() -> None:
    async with AsyncSeedance(KEY, "https://api.example", Unruly()) as client:
        with pytest.raises(UncertainError, match="LookupError"):
            await client.generate(FOX)
