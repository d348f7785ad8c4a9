"""A guide image given as a web address is fetched whole, without a key, or refused in words."""

from __future__ import annotations

import gzip
import io

import pytest
from PIL import Image

from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.client import addresses
from seedance_widgets.client.images import fetch_image
from seedance_widgets.errors import InvalidRequestError
from tests.support import faulty
from tests.support.faulty import FaultyServer, says


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (400, 300), "navy").save(out, "PNG")
    return out.getvalue()


async def test_the_bytes_behind_an_address_come_without_a_key(
    server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEDANCE_API_KEY", "a-key-that-stays-here")
    server.plan("media", says(200, png()))
    image = await fetch_image(f"{server.url}/media/hero.png?size=large")
    assert (image.name, image.data) == ("hero.png", png())
    assert "authorization" not in server.requests[0].headers


async def test_a_redirect_is_followed(server: FaultyServer, other: FaultyServer) -> None:
    server.plan("media", faulty.redirect(f"{other.url}/media/hero.png", 302))
    other.plan("media", says(200, png()))
    assert (await fetch_image(f"{server.url}/media/hero.png")).data == png()


async def test_a_redirect_from_the_internet_into_a_private_network_is_not_followed(
    server: FaultyServer, other: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_private(host: str, _port: int = 443) -> bool:
        return host == "localhost"

    monkeypatch.setattr(addresses, "is_private", is_private)
    inside = other.url.replace("127.0.0.1", "localhost")
    server.plan("media", faulty.redirect(f"{inside}/media/secret.png", 302))
    with pytest.raises(InvalidRequestError, match="private address"):
        await fetch_image(f"{server.url}/media/hero.png")
    assert other.requests == []


@pytest.mark.parametrize(
    ("behaviour", "says_why"),
    [
        (says(404), "HTTP 404"),
        (says(500), "HTTP 500"),
        (faulty.cut_unread, "gave no answer"),
        (faulty.endless(), "larger than 10 MB"),
        (
            says(200, gzip.compress(b"\0" * (DEFAULT_MODEL.image_bytes_max + 10)), Content_Encoding="gzip"),
            "larger than 10 MB",
        ),
        (faulty.redirect("ftp://example.com/hero.png", 302), "HTTP 302"),
    ],
    ids=["missing", "failing", "cut", "endless", "bomb", "redirect to no web address"],
)
async def test_what_cannot_be_had_is_refused_in_words(
    server: FaultyServer, behaviour: faulty.Behaviour, says_why: str
) -> None:
    server.always("media", behaviour)
    with pytest.raises(InvalidRequestError, match=says_why):
        await fetch_image(f"{server.url}/media/hero.png")


async def test_redirects_without_end_are_given_up(server: FaultyServer) -> None:
    server.always("media", faulty.redirect(f"{server.url}/media/hero.png", 302))
    with pytest.raises(InvalidRequestError, match="HTTP 302"):
        await fetch_image(f"{server.url}/media/hero.png")
    assert server.count("media") == 5
