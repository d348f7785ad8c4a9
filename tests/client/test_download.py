"""A video arrives whole or not at all, from an allowed address, and never with the key."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from seedance_widgets import AsyncSeedance
from seedance_widgets.client import download as downloading
from seedance_widgets.errors import MediaError, MediaExpiredError, Money, StorageError
from tests.client.conftest import KEY
from tests.support import faulty
from tests.support.faulty import VIDEO, FaultyServer, says

PAGE = b"<!DOCTYPE html><html>Not found</html>"

FAULTS: dict[str, list[faulty.Behaviour]] = {
    "dropped once": [faulty.cut()],
    "dropped four times": [faulty.cut(9_000), faulty.cut(100_000), faulty.cut_unread, faulty.end_early(40_000)],
    "429, in seconds": [faulty.busy(1)],
    "429, as a date": [faulty.busy(0.2, date=True)],
    "500 once": [says(500)],
    "500 five times": [says(503)] * 5,
    "a page in its place": [says(200, PAGE)],
    "JSON in its place": [says(200, {"error": "Not ready"}, Content_Type="video/mp4")],
    "a few bytes": [says(200, b"OK", Content_Type="video/mp4")],
    "nothing": [says(200, b"", Content_Type="video/mp4")],
    "a lone 404": [says(404)],
    "a slow drip": [faulty.drip(start=5_000, pause=0.01)],
    "a drip of headers": [faulty.drip()],
    "no answer": [faulty.stall],
    "packed unasked": [says(200, gzip.compress(VIDEO), Content_Type="video/mp4", Content_Encoding="gzip")],
    "another part than asked for": [faulty.cut(50_000), says(206, VIDEO[9:], Content_Range="bytes 9-99/100")],
    "a part out of range": [faulty.cut(50_000), says(416)],
}


@pytest.fixture(autouse=True)
def impatient_with_drips(monkeypatch: pytest.MonkeyPatch, short_limit: float) -> None:
    monkeypatch.setattr(downloading, "_STALL_WINDOW", 0.5)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "takes" / "fox.mp4"


def keep(path: Path, data: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(data)


def names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def whole_and_alone(path: Path, video: bytes = VIDEO) -> bool:
    assert names(path.parent) == [path.name]
    return path.read_bytes() == video


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("ranges", [True, False])
async def test_a_download_survives(
    fault: str, ranges: bool, server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    server.ranges = ranges
    server.plan("media", *FAULTS[fault])
    assert await client.download(server.video_url, path) == path
    assert whole_and_alone(path)
    assert server.count("media") == len(FAULTS[fault]) + 1
    for asked, came in zip(server.not_before, server.arrivals("media")[1:], strict=False):
        assert came >= asked


async def test_a_download_goes_on_where_it_stopped(server: FaultyServer, client: AsyncSeedance, path: Path) -> None:
    server.plan("media", *(faulty.end_early(20_000) for _ in range(5)))
    seen: list[tuple[int, int | None]] = []
    await client.download(server.video_url, path, progress=lambda *facts: seen.append(facts))
    assert whole_and_alone(path)
    starts = [int(r.headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-")) for r in server.requests]
    assert starts == sorted(set(starts)), "every try begins further on"
    assert all(request.headers.get("if-range") == '"v1"' for request in server.requests[1:])
    assert seen[-1] == (len(VIDEO), len(VIDEO))
    assert [received for received, _ in seen] == sorted(received for received, _ in seen)


@pytest.mark.parametrize("mindful", [True, False])
async def test_two_halves_of_two_files_are_never_joined(
    server: FaultyServer, client: AsyncSeedance, path: Path, mindful: bool
) -> None:
    changed = VIDEO[:8] + b"another take" + VIDEO[20:] + b"longer"

    def change(exchange: faulty.Exchange) -> None:
        try:
            faulty.end_early(50_000)(exchange)
        finally:
            server.video, server.etag = changed, '"v2"'

    def heedless(exchange: faulty.Exchange) -> None:  # minds Range and not If-Range
        exchange.request.headers["if-range"] = server.etag
        faulty.answer(exchange)

    server.plan("media", change)
    if not mindful:
        server.plan("media", heedless)
    await client.download(server.video_url, path)
    assert whole_and_alone(path, changed)


FAILING: dict[str, tuple[faulty.Behaviour, type[MediaError]]] = {
    "gone": (says(410), MediaExpiredError),
    "forbidden": (says(403, b"<Error>Expired</Error>"), MediaExpiredError),
    "not found": (says(404), MediaExpiredError),
    "refused": (says(400), MediaError),
    "a page": (says(200, PAGE), MediaError),
    "two bytes": (says(200, b"OK"), MediaError),
    "redirected without end": (faulty.redirect("/media/video.mp4", 302), MediaError),
    "redirected to no address": (faulty.redirect("http://[bad", 302), MediaError),
    "redirected to another protocol": (faulty.redirect("ftp://127.0.0.1/v.mp4", 302), MediaError),
    "redirected to an open host": (faulty.redirect("http://example.com/v.mp4", 302), MediaError),
    "too large by its own word": (says(200, b"\0\0\0\x20ftyp", Content_Length=str(1 << 40)), MediaError),
    "down": (says(500), MediaError),
    "silent": (faulty.stall, MediaError),
    "cut": (faulty.cut(300), MediaError),
}


@pytest.mark.parametrize("fault", FAILING)
async def test_what_cannot_be_had_leaves_everything_as_it_was(
    fault: str, server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    keep(path, b"an earlier take")
    behaviour, kind = FAILING[fault]
    server.always("media", behaviour)
    server.ranges = False
    with pytest.raises(kind) as caught:
        await client.download(server.video_url, path, timeout=1.5)
    assert caught.value.money is Money.SPENT
    assert whole_and_alone(path, b"an earlier take")


async def test_a_video_that_never_ends_is_stopped(
    server: FaultyServer, client: AsyncSeedance, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "SIZE_CAP", 1 << 20)
    server.always("media", faulty.endless(b"\0\0\0\x20ftypisom"))
    with pytest.raises(MediaError, match="larger than 1 MB"):
        await client.download(server.video_url, path)
    assert names(path.parent) == []


async def test_a_line_that_drips_is_dropped_and_the_total_holds(
    server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    server.always("media", faulty.drip(start=200, pause=0.01))
    server.ranges = False
    with pytest.raises(MediaError):
        await client.download(server.video_url, path, timeout=1.2)
    assert server.count("media") >= 2
    assert names(path.parent) == []


async def test_a_slow_line_that_does_bring_the_video_is_kept(
    server: FaultyServer, client: AsyncSeedance, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "_STALL_BYTES", 64)

    def slowly(exchange: faulty.Exchange) -> None:
        data = server.proper_reply(exchange)
        for place in range(0, len(data), 20_000):
            exchange.send(data[place : place + 20_000])
            exchange.server.stopping.wait(0.05)

    server.plan("media", slowly)
    await client.download(server.video_url, path)
    assert server.count("media") == 1
    assert whole_and_alone(path)


@pytest.mark.parametrize(
    "url",
    ["http://example.com/v.mp4", "ftp://example.com/v.mp4", "file:///etc/passwd", "https://", "https://[bad", "https://xn--a.com/v",
     "https://exa mple.com/v.mp4", "javascript:alert(1)", "", "https://example.com:port/v", "//example.com/v.mp4"],
)  # fmt: skip
async def test_only_https_is_fetched(client: AsyncSeedance, path: Path, url: str) -> None:
    with pytest.raises(MediaError) as caught:
        await client.download(url, path, timeout=5)
    assert caught.value.money is Money.SPENT
    assert names(path.parent) == []


PRIVATE = [
    *("10.0.0.1", "192.168.1.1", "172.16.0.1", "169.254.169.254", "127.0.0.1", "0.0.0.0", "100.64.0.1", "localhost"),
    *("[::1]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]"),
    *("127.1", "2130706433", "0x7f.1"),
]


@pytest.mark.parametrize("host", PRIVATE)
@pytest.mark.parametrize("scheme", ["https", "http"])
async def test_a_public_service_cannot_point_at_a_private_address(
    server: FaultyServer, path: Path, host: str, scheme: str
) -> None:
    async with AsyncSeedance(KEY, "https://93.184.216.34") as client:  # public, and nothing is ever sent to it
        with pytest.raises(MediaError):
            await client.download(f"{scheme}://{host}:{server.port}/media/v.mp4", path, timeout=5)
    assert server.connections == 0


async def test_a_redirect_cannot_point_at_a_private_address_either(
    server: FaultyServer, other: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    server.plan("media", faulty.redirect(other.video_url, 302))
    await client.download(server.video_url, path)  # the API host is loopback itself: allowed
    assert whole_and_alone(path)
    server.plan("media", faulty.redirect(f"http://{socket.gethostname()}.invalid/v.mp4", 302))
    with pytest.raises(MediaError, match="not encrypted"):
        await client.download(server.video_url, path)


async def test_a_redirect_is_followed_with_the_range_and_without_the_key(
    server: FaultyServer, other: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    server.always("media", faulty.redirect(other.video_url, 307))
    other.plan("media", faulty.end_early(70_000))
    await client.download(server.video_url, path)
    assert whole_and_alone(path)
    assert "range" in other.requests[1].headers
    for request in (*server.requests, *other.requests):
        assert KEY.encode() not in request.raw


@pytest.mark.parametrize("target", ["", "folder", "file/under/a/file"])
async def test_a_place_that_cannot_be_written_is_told(
    server: FaultyServer, client: AsyncSeedance, tmp_path: Path, target: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    before = names(tmp_path)
    with pytest.raises(StorageError) as caught:
        await client.download(server.video_url, tmp_path / target)
    assert caught.value.money is Money.SPENT
    assert names(tmp_path) == before


async def test_a_progress_that_fails_leaves_nothing_behind(
    server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    def fails(received: int, total: int | None) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await client.download(server.video_url, path, progress=fails)
    assert names(path.parent) == []


async def test_a_long_name_is_no_trouble(server: FaultyServer, client: AsyncSeedance, tmp_path: Path) -> None:
    path = tmp_path / "x" / ("🦊" * 60 + ".mp4")
    await client.download(server.video_url, path)
    assert whole_and_alone(path)


# ---- a part that is kept


BEGUN = 100_000


async def broken_off(server: FaultyServer, path: Path) -> None:
    """A download that ended early and left what had come."""
    server.plan("media", faulty.end_early(BEGUN))
    server.always("media", says(503))
    with pytest.raises(MediaError):
        async with AsyncSeedance(KEY, server.url) as gone:
            await gone.download(server.video_url, path, timeout=0.5, keep_part=True)
    await asyncio.to_thread(server.hear_out)
    server.always("media", faulty.answer)


def asked_from(server: FaultyServer) -> int:
    """From which byte the last request wanted it."""
    return int(server.requests[-1].headers.get("range", "bytes=0-").removeprefix("bytes=").rstrip("-"))


def left(path: Path, ending: str) -> Path:
    (found,) = path.parent.glob(f".*{ending}")
    return found


async def test_the_next_download_goes_on_from_a_part_that_was_kept(
    server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    await broken_off(server, path)
    begun = left(path, ".part").stat().st_size
    async with AsyncSeedance(KEY, server.url) as later:
        await later.download(server.video_url, path, keep_part=True)
    assert asked_from(server) == begun > 0
    assert server.requests[-1].headers["if-range"] == '"v1"'
    assert whole_and_alone(path)


@pytest.mark.parametrize("mindful", [True, False])
async def test_a_kept_part_of_another_file_is_not_gone_on_from(
    server: FaultyServer, client: AsyncSeedance, path: Path, mindful: bool
) -> None:
    await broken_off(server, path)
    server.video, server.etag = VIDEO[:8] + b"another take" + VIDEO[20:], '"v2"'

    def heedless(exchange: faulty.Exchange) -> None:  # minds Range and not If-Range
        exchange.request.headers["if-range"] = server.etag
        faulty.answer(exchange)

    if not mindful:
        server.plan("media", heedless)
    await client.download(server.video_url, path, keep_part=True)
    assert whole_and_alone(path, server.video)


def linked(part: Path) -> None:
    elsewhere = part.with_suffix(".elsewhere")
    part.rename(elsewhere)
    part.symlink_to(elsewhere)


def whole(path: Path) -> bool:
    return path.read_bytes() == VIDEO and not path.is_symlink()


SPOILED: dict[str, Callable[[Path, Path], object]] = {
    "stale": lambda part, _: os.utime(part, (1e9, 1e9)),
    "longer than all of it": lambda part, _: part.write_bytes(VIDEO + b"more"),
    "empty": lambda part, _: part.write_bytes(b""),
    "gone": lambda part, _: part.unlink(),
    "a link": lambda part, _: linked(part),
    "without a note": lambda _, note: note.unlink(),
    "with half a note": lambda _, note: note.write_text(note.read_text()[:20]),
    "with another note": lambda _, note: note.write_text('["x"]'),
    "with a note of no kind": lambda _, note: note.write_text('{"of": "/", "validator": null, "total": null}'),
    "dated, of another address": lambda _, note: note.write_text(json.dumps(
        {"of": "/other", "validator": "Sun, 22 Nov 2026 12:00:00 GMT", "total": None})),
}  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED)
async def test_a_kept_part_that_is_odd_is_thrown_away(
    spoil: str, server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    await broken_off(server, path)
    SPOILED[spoil](left(path, ".part"), left(path, ".json"))
    await client.download(server.video_url, path, keep_part=True)
    assert asked_from(server) == 0
    assert whole(path)
    assert [name for name in names(path.parent) if not name.endswith(".elsewhere")] == [path.name]


async def test_what_is_no_video_or_too_large_is_not_kept(
    server: FaultyServer, client: AsyncSeedance, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.always("media", says(200, PAGE, ETag='"v1"'))
    with pytest.raises(MediaError):
        await client.download(server.video_url, path, timeout=1.5, keep_part=True)
    assert names(path.parent) == []
    monkeypatch.setattr(downloading, "SIZE_CAP", 1 << 20)
    server.always("media", faulty.endless(b"\0\0\0\x20ftypisom"))
    with pytest.raises(MediaError, match="larger than 1 MB"):
        await client.download(server.video_url, path, keep_part=True)
    assert names(path.parent) == []


async def test_two_downloads_to_one_path_never_write_one_part(
    server: FaultyServer, client: AsyncSeedance, path: Path
) -> None:
    first_is_under_way, second_is_done = threading.Event(), threading.Event()

    def halting(exchange: faulty.Exchange) -> None:
        data = server.proper_reply(exchange)
        exchange.send(data[:BEGUN])
        first_is_under_way.set()
        second_is_done.wait(20)
        exchange.send(data[BEGUN:])

    server.plan("media", halting)
    first = asyncio.ensure_future(client.download(server.video_url, path, keep_part=True))
    await asyncio.to_thread(first_is_under_way.wait, 20)
    async with AsyncSeedance(KEY, server.url) as other:
        await other.download(server.video_url, path, keep_part=True)
    assert whole(path)
    assert asked_from(server) == 0
    second_is_done.set()
    await first
    assert whole_and_alone(path)
