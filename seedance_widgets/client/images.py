"""Fetch a guide image that was given as a web address."""

from __future__ import annotations

import asyncio

import httpx

from seedance_widgets import polling
from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.errors import InvalidRequestError, Problem
from seedance_widgets.images import ImageSource
from seedance_widgets.models import display_name
from seedance_widgets.validation import megabytes


async def fetch_image(url: str) -> ImageSource:
    """The bytes behind an address, without any key. InvalidRequestError where they cannot be had, or are too many."""
    name = display_name(url)
    limit = DEFAULT_MODEL.image_bytes_max
    data = bytearray()
    try:
        async with (
            asyncio.timeout(polling.REQUEST_LIMIT),
            httpx.AsyncClient(follow_redirects=True, headers={"User-Agent": "seedance-widgets"}) as client,
            client.stream("GET", url) as response,
        ):
            if response.status_code != 200:
                raise _refusal(f"{name} could not be fetched: the server answered HTTP {response.status_code}.")
            async for chunk in response.aiter_bytes(1 << 16):
                data += chunk
                if len(data) > limit:
                    raise _refusal(f"{name} is larger than {megabytes(limit)}, which is the most.")
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, ValueError) as error:
        if isinstance(error, InvalidRequestError):
            raise
        raise _refusal(f"{name} could not be fetched: no usable answer from its server.") from None
    return ImageSource(name, data=bytes(data))


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError([Problem("images", message, "Check the address, or save the image and use the file.")])
