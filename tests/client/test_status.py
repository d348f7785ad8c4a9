"""A look at a job, and the wait for it, survive whatever a network does; what cannot be survived is told."""

from __future__ import annotations

import asyncio

import pytest

from seedance_widgets import AsyncSeedance, polling, wire
from seedance_widgets.errors import (
    AuthenticationError,
    JobFailedError,
    Money,
    NotFoundError,
    OfflineError,
    RateLimitedError,
    ServerError,
    WaitTimeoutError,
)
from tests.support import faulty
from tests.support.faulty import FaultyServer, says

PROCESSING = {"success": True, "status": "processing", "message": "Video is being generated..."}

FAULTS: dict[str, list[faulty.Behaviour]] = {
    "dropped once": [faulty.cut()],
    "dropped four times": [faulty.cut(), faulty.cut_unread, faulty.cut(30), faulty.end_early(0)],
    "429, in seconds": [faulty.busy(1)],
    "429, as a date": [faulty.busy(0.2, date=True)],
    "500 once": [says(500, {"error": "Oops"})],
    "500 five times": [says(500, b"Oops")] * 5,
    "not JSON": [says(200, b"<html>Hello</html>"), says(200, b"\x00\xff"), says(200, b"[]"), says(200, b"")],
    "a lone 404": [says(404, {"error": "Not found"})],
    "a slow drip": [faulty.drip(start=60)],
    "a drip of headers": [faulty.drip()],
    "no answer": [faulty.stall],
    "a redirect": [faulty.redirect("http://127.0.0.1:9/")],
    "a flood": [faulty.endless()],
    "everything in turn": [faulty.cut(), says(502), says(404), says(200, b"?"), faulty.drip(start=90), says(404)],
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_look_survives(fault: str, server: FaultyServer, client: AsyncSeedance, short_limit: float) -> None:
    server.plan("status", *FAULTS[fault])
    reply = await client.status("gen-1")
    assert (reply.progress, reply.video_url) == (wire.Progress.DONE, server.video_url)
    assert server.count("status") == len(FAULTS[fault]) + 1
    for asked, came in zip(server.not_before, server.arrivals("status")[1:], strict=False):
        assert came >= asked


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_wait_survives(fault: str, server: FaultyServer, client: AsyncSeedance, short_limit: float) -> None:
    server.plan("status", says(200, PROCESSING), *FAULTS[fault], says(200, PROCESSING))
    seen: list[str] = []
    reply = await client.wait("gen-1", on_status=lambda reply: seen.append(reply.status))
    assert reply.video_url == server.video_url
    assert seen[0] == "processing"
    assert seen[-1] == "completed"


LASTING: dict[str, tuple[faulty.Behaviour, type[Exception]]] = {
    "cut": (faulty.cut(), OfflineError),
    "stall": (faulty.stall, OfflineError),
    "drip": (faulty.drip(), OfflineError),
    "500": (says(500, b"Oops"), ServerError),
    "noise": (says(200, b"noise"), ServerError),
    "429": (faulty.busy(600), RateLimitedError),
    "404": (says(404, {"error": "No such generation"}), NotFoundError),
    "401": (says(401, {"error": "Invalid API key"}), AuthenticationError),
}


@pytest.mark.parametrize("fault", LASTING)
async def test_a_fault_that_lasts_is_raised_within_ones_patience_and_speaks_of_the_job(
    fault: str, server: FaultyServer, client: AsyncSeedance, short_limit: float
) -> None:
    behaviour, kind = LASTING[fault]
    server.always("status", behaviour)
    with pytest.raises(kind) as caught:
        await client.status("gen-1", patience=0.6)
    assert caught.value.money in (Money.SPENT, Money.NOT_KNOWN)  # type: ignore[attr-defined]
    assert "Nothing was charged" not in str(caught.value)


async def test_without_patience_a_fault_is_raised_at_once(server: FaultyServer, client: AsyncSeedance) -> None:
    server.always("status", says(500))
    with pytest.raises(ServerError):
        await client.status("gen-1", patience=0)
    assert server.count("status") == 1


async def test_a_job_that_stays_unknown_is_believed_to_be(server: FaultyServer, client: AsyncSeedance) -> None:
    server.always("status", says(404, {"error": "No such generation"}))
    with pytest.raises(NotFoundError, match="No such generation"):
        await client.status("gen-1")
    assert server.count("status") == polling.NOT_FOUND_PATIENCE


async def test_a_wait_ends_in_time_though_the_service_drips(server: FaultyServer, client: AsyncSeedance) -> None:
    server.always("status", faulty.drip())
    with pytest.raises(WaitTimeoutError, match="It goes on at the service") as caught:
        await client.wait("gen-1", timeout=0.7)
    assert caught.value.money is Money.SPENT
    with pytest.raises(TimeoutError):
        await client.wait("gen-1", timeout=0)


@pytest.mark.parametrize("status", ["dreaming", "completed"])
async def test_a_job_that_never_gets_done_does_not_wait_for_ever(
    status: str, server: FaultyServer, client: AsyncSeedance
) -> None:
    server.always("status", says(200, {"status": status}))  # an unknown word; done, but without a video
    with pytest.raises(WaitTimeoutError):
        await client.wait("gen-1", timeout=0.3)
    assert server.count("status") > 2


@pytest.mark.parametrize(
    ("body", "said", "money"),
    [
        ({"success": True, "job": {"status": "failed", "error_message": "Blocked", "credits_refunded": True}},
         "Blocked", Money.REFUNDED),
        ({"success": False, "status": "FAILED", "error": {"message": "Too dark"}}, "Too dark", Money.NOT_KNOWN),
        ({"status": "expired"}, "expired", Money.NOT_KNOWN),
    ],
)  # fmt: skip
async def test_a_failed_job_raises_its_reason_and_what_is_known_of_its_credits(
    server: FaultyServer, client: AsyncSeedance, body: dict[str, object], said: str, money: Money
) -> None:
    server.always("status", says(200, body))
    with pytest.raises(JobFailedError, match=said) as caught:
        await client.wait("gen-1")
    assert caught.value.money is money


@pytest.mark.parametrize("generation_id", ["a/b", "../generate", "a?b=c", "a#b", "ä", "a b", "%2e%2e", "a\r\nX: y"])
async def test_an_id_never_leads_to_another_route(
    server: FaultyServer, client: AsyncSeedance, generation_id: str
) -> None:
    await client.status(generation_id)
    [request] = server.requests
    assert request.path.startswith("/seedance/status/")
    assert request.path.count("/") == 4
    assert "x" not in request.headers


async def test_a_connection_gone_stale_is_made_anew(server: FaultyServer, client: AsyncSeedance) -> None:
    server.plan("status", faulty.stale)
    for _ in range(2):
        await client.status("gen-1")
        assert await asyncio.to_thread(server.closed_stale.wait, 10)
    assert server.connections == 2


async def test_one_client_follows_many_jobs_on_few_connections(server: FaultyServer, client: AsyncSeedance) -> None:

    await asyncio.gather(*(client.status(f"gen-{n}") for n in range(100)))
    assert server.count("status") == 100
    assert server.connections <= 16
