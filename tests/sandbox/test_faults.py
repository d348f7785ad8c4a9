"""Faults can be rehearsed: each kind does on the wire what it says, and nothing more."""

from __future__ import annotations

import socket
import time
from urllib.parse import urlsplit

import httpx
import pytest

from seedance_widgets.sandbox import faults
from tests.support.sandbox import KEY

PROMPT = "A boat on the sea"
BODY = {"prompt": PROMPT, "resolution": "480p"}


def created(sandbox) -> int:
    count: int = sandbox.stats()["jobs"]["created"]
    return count


def raw(sandbox, request: bytes, pause: float = 10.0) -> bytes:
    """Every byte the server sends until it ends the connection."""
    parts = urlsplit(sandbox.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=pause) as wire:
        wire.sendall(request)
        received = b""
        try:
            while part := wire.recv(65536):
                received += part
        except ConnectionError:
            pass
        return received


def raw_get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode()


def raw_generate() -> bytes:
    body = b'{"prompt": "A boat on the sea", "resolution": "480p"}'
    head = f"POST /seedance/generate/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {KEY}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize("retry_after", [2, "Sun, 22 Nov 2026 11:00:00 GMT"])
def test_a_status_comes_as_often_as_asked_and_then_no_more(sandbox, retry_after):
    generation = sandbox.create(PROMPT)
    with sandbox.faults("status", "status", code=429, retry_after=retry_after, count=2):
        answers = [sandbox.http.get(f"/seedance/status/{generation}/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == str(retry_after)
    assert answers[0].json() == {"success": False, "error": "Too Many Requests"}


def test_a_server_error_can_come_before_or_after_the_job_was_made(sandbox):
    before = created(sandbox)
    with sandbox.faults("status", "generate", code=500, count=1):
        assert sandbox.http.post("/seedance/generate/", json=BODY).status_code == 500
    assert created(sandbox) == before
    with sandbox.faults("status", "generate", code=500, count=1, processed=True, body={"oops": 1}):
        assert sandbox.http.post("/seedance/generate/", json=BODY).json() == {"oops": 1}
    assert created(sandbox) == before + 1


def test_garbage_is_a_200_that_is_not_json(sandbox):
    with sandbox.faults("garbage", "generate", count=1):
        answer = sandbox.http.post("/seedance/generate/", json=BODY)
    assert answer.status_code == 200
    with pytest.raises(ValueError, match="Expecting value"):
        answer.json()


@pytest.mark.parametrize(("kind", "jobs"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_ends_without_a_byte_before_or_after_the_job_was_made(sandbox, kind, jobs):
    before = created(sandbox)
    with sandbox.faults(kind, "generate", count=1):
        assert raw(sandbox, raw_generate()) == b""
    assert created(sandbox) == before + jobs
    with sandbox.faults(kind, "generate", count=1), pytest.raises(httpx.TransportError):
        sandbox.http.post("/seedance/generate/", json=BODY)


def test_an_upload_can_be_cut_in_its_middle(sandbox):
    with sandbox.faults("drop_before", "upload", count=1, after_bytes=100_000), pytest.raises(httpx.TransportError):
        sandbox.http.post("/seedance/upload/", files={"file": ("a.png", bytes(5_000_000))})


def test_a_truncated_body_promises_more_than_it_gives(sandbox):
    generation = sandbox.create(PROMPT)
    with sandbox.faults("truncate", "status", count=1):
        received = raw(sandbox, raw_get(f"/seedance/status/{generation}/"))
    head, body = received.split(b"\r\n\r\n", 1)
    promised = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    assert 0 < len(body) < promised


def test_a_drip_keeps_the_reader_waiting_and_ends_whole(sandbox):
    generation = sandbox.create(PROMPT)
    url = f"/seedance/status/{generation}/"
    sandbox.finished(generation)
    plain = sandbox.http.get(url).content
    with sandbox.faults("drip", "status", count=1, seconds=1.0), sandbox.http.stream("GET", url) as answer:
        pieces = list(answer.iter_raw())
    assert b"".join(pieces) == plain
    assert len(pieces) > 5


@pytest.mark.parametrize(("kind", "params"), [("latency", {"seconds": 0.5}), ("reply_late", {"seconds": 0.5})])
def test_a_slow_answer_outlasts_a_short_patience(sandbox, kind, params):
    before = created(sandbox)
    with sandbox.faults(kind, "generate", count=1, **params), pytest.raises(httpx.ReadTimeout):
        sandbox.http.post("/seedance/generate/", json=BODY, timeout=0.25)
    end = time.monotonic() + 10
    while created(sandbox) == before and kind == "reply_late" and time.monotonic() < end:
        time.sleep(0.02)
    assert created(sandbox) == before + (kind == "reply_late")


def test_a_redirect_names_its_target(sandbox):
    with sandbox.faults("redirect", "generate", count=1, location="http://127.0.0.1:9/elsewhere"):
        answer = sandbox.http.post("/seedance/generate/", json=BODY)
    assert (answer.status_code, answer.headers["location"]) == (307, "http://127.0.0.1:9/elsewhere")


@pytest.mark.parametrize("refunded", [True, False])
def test_a_failed_job_says_why_and_whether_credits_came_back(sandbox, refunded):
    before = sandbox.stats()["credits"]["balance"]
    with sandbox.faults("fail_job", count=1, error="Input image not allowed", refunded=refunded):
        status = sandbox.finished(sandbox.create(PROMPT, resolution="1080p"))
    assert status == {
        "success": True, "status": "failed", "error_message": "Input image not allowed", "credits_refunded": refunded,
    }  # fmt: skip
    assert sandbox.stats()["credits"]["balance"] == before - (0 if refunded else 50)


def test_a_stuck_job_stays_processing(sandbox):
    with sandbox.faults("stuck_job", count=1):
        stuck = sandbox.create(PROMPT)
    sandbox.finished(sandbox.create(PROMPT))
    assert sandbox.http.get(f"/seedance/status/{stuck}/").json()["status"] == "processing"


@pytest.mark.parametrize("renew", [True, False])
def test_expired_media_are_gone_and_the_status_renews_them_or_says_so(sandbox, renew):
    generation = sandbox.create(PROMPT)
    url = sandbox.finished(generation)["video_url"]
    with sandbox.faults("expire_media", count=1, renew=renew):
        assert httpx.get(url).status_code == 410
    assert httpx.get(url).status_code == 410
    status = sandbox.finished(generation)
    if renew:
        assert status["video_url"] != url
        assert httpx.get(status["video_url"]).status_code == 200
        assert httpx.get(url).status_code == 410
    else:
        assert (status["success"], status["status"]) == (True, "expired")


def test_media_can_be_given_a_short_life(sandbox):
    generation = sandbox.create(PROMPT)
    url = sandbox.finished(generation)["video_url"]
    sandbox.control.set(media_seconds=0)
    try:
        assert httpx.get(url).status_code == 410
        assert sandbox.finished(generation)["status"] == "expired"
    finally:
        sandbox.control.set(media_seconds=None)


def test_waiting_can_be_made_longer_and_the_job_is_not_ready_before(sandbox):
    sandbox.control.set(speed=1, latency=3600)
    try:
        generation = sandbox.create(PROMPT)
    finally:
        sandbox.control.set(speed=1000, latency=2)
    sandbox.finished(sandbox.create(PROMPT))  # rendered after it
    assert sandbox.http.get(f"/seedance/status/{generation}/").json()["status"] == "processing"


def test_the_context_manager_removes_only_its_own_fault(sandbox):
    with faults(sandbox.url, kind="status", route="status", code=503), faults(sandbox.url, kind="latency", seconds=0):
        assert sandbox.http.get("/seedance/status/x/").status_code == 503
        with pytest.raises(RuntimeError), faults(sandbox.url, kind="garbage"):
            raise RuntimeError
        assert sandbox.http.get("/seedance/status/x/").status_code == 503
    assert sandbox.http.get("/seedance/status/x/").status_code == 404


@pytest.mark.parametrize("fault", [
    {"kind": "nonsense"}, {"kind": ["status"]}, {"kind": "status"}, {"kind": "status", "code": 99},
    {"kind": "latency", "seconds": -1},
    {"kind": "latency", "route": "nowhere"}, {"kind": "drop_after", "count": 0},
    {"kind": "drop_after", "colour": "red"},
    {"kind": "stuck_job", "route": "status"}, {"kind": "redirect", "location": "a\r\nb: c"},
])  # fmt: skip
def test_a_fault_that_makes_no_sense_is_refused_with_the_reason(sandbox, fault):
    with pytest.raises(ValueError, match=r"\w+"):
        sandbox.control.add_fault(**fault)


def test_the_counters_show_what_came_in_but_never_the_key(sandbox):
    sandbox.http.post("/seedance/generate/", json=BODY)
    stats = sandbox.stats()
    last = stats["last"]["generate"]
    assert (last["authorized"], PROMPT in last["body"], stats["requests"]["generate"] > 0) == (True, True, True)
    assert KEY not in str(stats)


@pytest.mark.parametrize("request_parts", [
    {"headers": {"Origin": "https://example.org"}, "json": {}},
    {"headers": {"Content-Type": "text/plain"}, "content": "{}"},
    {"headers": {"Host": "example.org"}, "json": {}},
])  # fmt: skip
def test_a_web_page_cannot_use_the_admin_routes(sandbox, request_parts):
    before = sandbox.stats()["credits"]["balance"]
    assert httpx.post(f"{sandbox.url}/admin/reset", **request_parts).status_code in {403, 415}
    assert sandbox.stats()["credits"]["balance"] == before
