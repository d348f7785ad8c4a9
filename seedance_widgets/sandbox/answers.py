"""JSON answers in the shapes of the reference, and the one exception that becomes an error answer."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response


class JSON(Response):
    """A JSON body in ASCII, so that no odd character of a request can break the answer that quotes it."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """The body's bytes."""
        return json.dumps(content, allow_nan=False).encode("ascii")


class RequestError(Exception):
    """A request the sandbox does not accept: HTTP status, reason for people, further fields of the body."""

    def __init__(self, status: int, reason: str, **fields: object) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.fields = fields

    def answer(self) -> JSON:
        """The error as the service words it (`{"success": false, "error": ...}`)."""
        return JSON({"success": False, "error": self.reason, **self.fields}, status_code=self.status)


async def read_json(request: Request, bytes_max: int) -> object:
    """The JSON body of `request`. RequestError with 413 above `bytes_max` bytes and with 400 when it is not JSON."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            raise RequestError(413, f"The body is larger than {bytes_max // 1024} KB.")
    try:
        return json.loads(bytes(body))
    except (ValueError, RecursionError):  # ValueError covers bad UTF-8, bad JSON and numbers of absurd length
        raise RequestError(400, "The body is not valid JSON.") from None
