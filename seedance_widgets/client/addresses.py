"""Which addresses a video may be fetched from: a `video_url` comes from a server and is not trusted."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from urllib.parse import urlsplit

import httpx

from seedance_widgets.errors import MediaError, Money
from seedance_widgets.settings import is_loopback


async def check(url: str, base_url: str) -> None:
    """MediaError unless `url` is https at a public address; where the API host itself is private or loopback, such
    addresses (and, on loopback, plain http) are allowed too."""
    try:
        parts = urlsplit(url)
        host, port = httpx.URL(url).host, parts.port
    except (ValueError, httpx.InvalidURL):
        parts, host, port = urlsplit(""), "", None
    api_host = urlsplit(base_url).hostname or ""
    if parts.scheme not in ("http", "https") or not host or " " in url or not url.isprintable():
        raise _refused("The service gave an address for the video that is none.")
    local = is_loopback(host) and is_loopback(api_host)
    if parts.scheme != "https" and not local:
        raise _refused(f"The service gave an address on {host} that is not encrypted (https). It was not fetched.")
    if local or not await is_private(host, port or 443):
        return
    if not await is_private(api_host, 443):
        raise _refused(f"The service gave a private address ({host}) for the video. It was not fetched.")


def _refused(what: str) -> MediaError:
    return MediaError(what, money=Money.SPENT)


async def is_private(host: str, port: int = 443) -> bool:
    """Whether any address of a host is not a public one. A name that does not resolve here is left to the request."""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        pass
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return False
    return any(not _global(str(entry[4][0])) for entry in found)


def _global(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped.is_global
    return ip.is_global
