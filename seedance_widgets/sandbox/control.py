"""The sandbox's admin routes from Python: rehearse faults, read counters, set credits. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

_open = build_opener(ProxyHandler({})).open  # loopback never goes through a proxy


class Control:
    """The admin side of one running sandbox."""

    def __init__(self, url: str) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError(f"not the address of a sandbox: {url}")
        self.url = url.rstrip("/")

    def stats(self) -> dict[str, Any]:
        """Requests by route, the last request of each (without the key), jobs, uploads, credits, renders."""
        return self._send("GET", "stats")

    def set_credits(self, balance: int) -> None:
        """Set the balance, in credits."""
        self._send("POST", "credits", {"balance": balance})

    def set(self, **settings: float | None) -> dict[str, Any]:
        """Change `speed` (factor), `latency` (simulated seconds) or `media_seconds` (life of a clip's address)."""
        return self._send("POST", "settings", settings)

    def reset(self) -> None:
        """Forget all jobs, uploads, faults and counts."""
        self._send("POST", "reset", {})

    def add_fault(self, kind: str, route: str | None = None, count: int | None = None, **params: Any) -> dict[str, Any]:
        """Add a fault and return it as the sandbox understood it (with its `id`). ValueError when it makes no sense."""
        body = {"kind": kind, "count": count, **params} | ({} if route is None else {"route": route})
        fault: dict[str, Any] = self._send("POST", "faults", body)["fault"]
        return fault

    def remove_fault(self, fault_id: int) -> None:
        """Remove one fault; nothing happens when it is gone already."""
        with suppress(LookupError):
            self._send("DELETE", f"faults/{fault_id}")

    def clear_faults(self) -> None:
        """Remove every fault."""
        self._send("DELETE", "faults")

    @contextmanager
    def faults(
        self, kind: str, route: str | None = None, count: int | None = None, **params: Any
    ) -> Iterator[dict[str, Any]]:
        """A fault for the length of a `with` block; see `faults` below."""
        fault = self.add_fault(kind, route, count, **params)
        try:
            yield fault
        finally:
            self.remove_fault(fault["id"])

    def _send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode("ascii")
        headers = {"Content-Type": "application/json"}
        request = Request(f"{self.url}/admin/{path}", data, headers, method=method)  # noqa: S310  http(s), see above
        try:
            with _open(request, timeout=30) as reply:
                answer: dict[str, Any] = json.load(reply)
        except HTTPError as error:
            reason = json.load(error).get("error", str(error))
            raise (LookupError if error.code == 404 else ValueError)(reason) from None
        return answer


@contextmanager
def faults(
    url: str, kind: str, route: str | None = None, count: int | None = None, **params: Any
) -> Iterator[dict[str, Any]]:
    """Let the sandbox at `url` misbehave inside a `with` block, then take back that fault and no other.

        with faults(url, kind="status", route="status", code=429, retry_after=2, count=1): ...

    `route` is upload, generate, status, media or * (the default); `count` how many requests it strikes (None: all).
    Kinds and what they take: latency(seconds), status(code, body, retry_after, processed), garbage(body, processed),
    drop_before(after_bytes), drop_after(), reply_late(seconds), drip(seconds), truncate(keep), redirect(location),
    fail_job(error, refunded), stuck_job(), expire_media(code, renew). With `processed`, the request is carried out
    before the wrong answer is sent. Raises ValueError when the sandbox does not know such a fault.
    """
    with Control(url).faults(kind, route, count, **params) as fault:
        yield fault
