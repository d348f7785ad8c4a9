"""An image arrives byte for byte, in little memory, however it is handed over and whatever happens on the way."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import httpx
import numpy as np
import pytest
from PIL import Image

from seedance_widgets import AsyncSeedance, GenerationRequest
from seedance_widgets.errors import InvalidRequestError, OfflineError, OutOfCreditsError, RefusedError
from tests.client.conftest import KEY
from tests.support import faulty
from tests.support.faulty import FaultyServer, says
from tests.support.sandbox import RunningSandbox

TEN_MB = 10 * 1024 * 1024


def jpeg(size: int = 0) -> bytes:
    """A real JPEG, with bytes after its end to make it `size` bytes long."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((640, 360)).save(out, "JPEG")
    return out.getvalue() + bytes(max(0, size - out.tell()))


def fetched(url: str) -> bytes:
    return httpx.get(url, trust_env=False).content


@pytest.fixture
def hero(tmp_path: Path) -> Path:
    path = tmp_path / "hero.jpg"
    path.write_bytes(jpeg(TEN_MB))
    return path


@pytest.fixture
def open_hero(hero: Path) -> Iterator[IO[bytes]]:
    with hero.open("rb") as file:
        file.seek(500)  # someone looked into it first
        yield file


@pytest.mark.parametrize("way", ["path", "text", "open file", "bytes", "BytesIO"])
async def test_ten_megabytes_take_less_than_three(
    way: str, hero: Path, open_hero: IO[bytes], sandbox: RunningSandbox, peak_memory: Callable[[], int]
) -> None:
    data = jpeg(TEN_MB)
    ways: dict[str, Any] = {
        "path": hero,
        "text": str(hero),
        "open file": open_hero,
        "bytes": data,
        "BytesIO": io.BytesIO(data),
    }
    async with AsyncSeedance(KEY, sandbox.url) as client:
        await client.upload(jpeg())  # what is loaded once is no part of it
        before = peak_memory()
        reply = await client.upload(ways[way])
        assert peak_memory() - before < 3 << 20
    assert fetched(reply.url) == data


FAULTS: dict[str, list[faulty.Behaviour]] = {
    "dropped once": [faulty.cut_unread],
    "dropped four times": [faulty.cut(), faulty.cut_unread, faulty.cut(40), faulty.end_early(0)],
    "429, in seconds": [faulty.busy(1)],
    "500 five times": [says(500)] * 5,
    "not JSON": [says(200, b"<html>"), says(200, b"[]"), says(200, {"success": True})],
    "a lone 404": [says(404)],
    "an answer that breaks off": [faulty.end_early(100)],
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_upload_survives(
    fault: str, server: FaultyServer, client: AsyncSeedance, open_hero: IO[bytes]
) -> None:
    server.plan("upload", *FAULTS[fault])
    reply = await client.upload(open_hero)
    assert reply.url.startswith(server.url)
    assert server.bytes_received["upload"] > TEN_MB, "sent again from its first byte"
    assert server.count("upload") == len(FAULTS[fault]) + 1
    assert not open_hero.closed


@pytest.mark.parametrize(
    ("code", "kind"), [(400, RefusedError), (413, RefusedError), (415, RefusedError), (402, OutOfCreditsError)]
)
async def test_a_refused_image_is_told_with_the_reason_and_not_sent_again(
    server: FaultyServer, client: AsyncSeedance, code: int, kind: type[Exception]
) -> None:
    server.always("upload", says(code, {"error": "Too many foxes"}))
    with pytest.raises(kind, match="Too many foxes"):
        await client.upload(jpeg())
    assert server.count("upload") == 1


@pytest.mark.parametrize("image", [b"", b"GIF89a", b"fox", "none.png", None, 3, jpeg(TEN_MB + 1), np.zeros((2, 2, 9))])
async def test_what_is_no_image_is_never_sent(server: FaultyServer, client: AsyncSeedance, image: Any) -> None:
    with pytest.raises(InvalidRequestError):
        await client.upload(image)
    assert server.connections == 0


async def test_pictures_in_memory_arrive_as_pictures(sandbox: RunningSandbox) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (360, 640, 3), np.uint8)
    async with AsyncSeedance(KEY, sandbox.url) as client:
        for image in (pixels, Image.fromarray(pixels)):
            reply = await client.upload(image)
            arrived = Image.open(io.BytesIO(fetched(reply.url)))
            assert (np.asarray(arrived) == pixels).all()


@pytest.mark.parametrize(
    "name", ['a"b.png', "a\r\nX-Injected: yes.png", "ünïcode 🦊.png", "..", "x" * 300, "a;b=c.png"]
)
async def test_a_name_never_breaks_the_form(server: FaultyServer, client: AsyncSeedance, name: str) -> None:
    file = io.BytesIO(jpeg())
    file.name = name
    await client.upload(file)
    [request] = server.requests
    header = request.body.split(b"\r\n\r\n", 1)[0]
    assert header.count(b"\r\n") == 2, "boundary, disposition, type"
    assert header.count(b'"') == 4
    assert request.body.split(b"\r\n\r\n", 1)[1].startswith(b"\xff\xd8\xff")


async def test_a_guide_image_goes_up_before_its_request(
    server: FaultyServer, client: AsyncSeedance, hero: Path
) -> None:
    await client.generate(GenerationRequest("A red fox", images=[hero, "https://m/last.png"]))
    assert [request.route for request in server.requests] == ["upload", "generate"]
    body = server.requests[1].body.decode()
    assert f'["{server.url}/media/u1.png","https://m/last.png"]' in body.replace(" ", "")


async def test_a_lost_upload_costs_nothing_and_makes_no_job(server: FaultyServer, client: AsyncSeedance) -> None:
    server.always("upload", faulty.cut())
    with pytest.raises(OfflineError, match="Nothing was charged"):
        await client.upload(jpeg(), patience=0.1)
    server.plan("upload", says(400, {"error": "No"}))
    with pytest.raises(RefusedError):
        await client.generate(GenerationRequest("A red fox", images=[jpeg()]))
    assert server.count("generate") == 0
