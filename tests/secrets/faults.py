"""What a server can do with a key it was given, and what can go wrong at all."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

from tests.secrets.search import KEY
from tests.support import faulty
from tests.support.faulty import Behaviour, reply, says


def _cut_within_the_key(exchange: faulty.Exchange) -> None:
    """The reply breaks off in the middle of the key: the part that came is most of it."""
    exchange.read_body()
    start, _ = reply(400, {"error": f"Invalid key {KEY}"}).split(KEY[-8:].encode())
    exchange.send(start)
    raise faulty.CutError


def _in_the_reason(exchange: faulty.Exchange) -> None:
    exchange.read_body()
    exchange.send(f"HTTP/1.1 401 Bad key {KEY}\r\nContent-Length: 0\r\n\r\n".encode())


def _in_a_broken_header(exchange: faulty.Exchange) -> None:
    exchange.read_body()
    exchange.send(f"HTTP/1.1 200 OK\r\n{KEY}\r\nContent-Length: 0\r\n\r\n".encode())


QUOTING: dict[str, Behaviour] = {
    "401 with the key": says(401, {"error": f"Invalid API key {KEY}", "detail": KEY}, X_Request_Id=KEY),
    "400 with the header": says(400, f"Bad header: Authorization: Bearer {KEY}".encode(), CF_Ray=KEY),
    "500 with the key": says(500, f"Bearer {KEY}".encode(), X_Request_Id=KEY),
    "429 with the key": says(429, {"error": KEY}, Retry_After="0", Set_Cookie=f"session={KEY}"),
    "200 with the key for everything": says(
        200,
        {"success": True, "status": KEY, "message": KEY, "error": KEY, "generation_id": KEY, "task_id": KEY,
         "filename": KEY, "url": f"https://{KEY}"},
    ),
    "failed, because of the key": says(
        200, {"success": True, "status": "failed", "error": f"No job for {KEY}", "video_url": f"https://a.example/{KEY}"}
    ),
    "with the key quoted for an address": says(400, {"error": f"/?key={quote(KEY, safe='')}"}),
    "with the key in JSON's escapes": says(
        400, ('{"error": "' + "".join(f"\\u{ord(c):04x}" for c in KEY) + '"}').encode()
    ),
    "with JSON's escaped slashes": says(400, json.dumps({"error": KEY}).replace("/", "\\/").encode()),
    "with the key in base64": says(400, {"error": base64.b64encode(KEY.encode()).decode()}),
    "with the key cut short": _cut_within_the_key,
    "with the key as the reason": _in_the_reason,
    "with the key as a header": _in_a_broken_header,
}  # fmt: skip

FAILING: dict[str, Behaviour] = {
    **faulty.TROUBLES,
    "402": says(402, {"error": "You need 40 credits and have 2"}),
    "410": says(410, {"error": "This model is retired"}),
}

ROUTES = ("upload", "generate", "status", "media")
