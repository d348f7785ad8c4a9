"""Fetch a guide image that was given as a web address."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urljoin

import httpx

from seedance_widgets import polling
from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.errors import InvalidRequestError, Problem
from seedance_widgets.images import ImageSource
from seedance_widgets.models import display_name, is_url
from seedance_widgets.validation import megabytes

from . import addresses
from .answers import Answer
from .exchange import NoAnswerError, exchange

_REDIRECTS: Final = 5
_HEADERS: Final = {"User-Agent": "seedance-widgets", "Accept": "image/*", "Accept-Encoding": "identity"}


async def fetch_image(url: str) -> ImageSource:
    """The bytes behind an address, without any key. InvalidRequestError where they cannot be had, or are too many."""
    name = display_name(url)
    try:
        answer = await _get(url)
    except InvalidRequestError:  # a ValueError as well
        raise
    except (NoAnswerError, ValueError, httpx.InvalidURL):
        raise _refusal(f"{name} could not be fetched: its server gave no answer.") from None
    if answer.status != 200:
        raise _refusal(f"{name} could not be fetched: its server answered HTTP {answer.status}.")
    limit = DEFAULT_MODEL.image_bytes_max
    if len(answer.body) > limit:
        raise _refusal(f"{name} is larger than {megabytes(limit)}, which is the most.")
    if not answer.complete:
        raise _refusal(f"{name} did not arrive whole.")
    return ImageSource(name, data=answer.body)


async def _get(url: str) -> Answer:
    async with httpx.AsyncClient(headers=_HEADERS, timeout=polling.REQUEST_LIMIT) as client:
        for _ in range(_REDIRECTS):
            address = url

            def build(more: dict[str, Any], address: str = address) -> httpx.Request:
                return client.build_request("GET", address, extensions=more)

            answer = await exchange(client, build, limit=polling.REQUEST_LIMIT, cap=DEFAULT_MODEL.image_bytes_max + 1)
            target = answer.headers.get("location")
            if not (300 <= answer.status < 400 and target):
                break
            url = urljoin(url, target)
            if not is_url(url):
                break
            if await _leads_inside(address, url):
                raise _refusal(f"{display_name(address)} leads to a private address, which was not fetched.")
    return answer


async def _leads_inside(public: str, target: str) -> bool:
    """Whether a redirect goes from the internet into a private network: a person would not have meant that."""
    there, here = httpx.URL(target).host, httpx.URL(public).host
    return there != here and await addresses.is_private(there) and not await addresses.is_private(here)


def _refusal(message: str) -> InvalidRequestError:
    return InvalidRequestError([Problem("images", message, "Check the address, or save the image and use the file.")])
