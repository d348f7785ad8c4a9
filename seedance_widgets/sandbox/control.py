"""The sandbox's admin routes from Python: rehearse faults, read its dashboard and counters, set credits. Standard
library only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, Request, build_opener

from seedance_widgets.errors import ConfigurationError, OfflineError

from .place import LOOPBACK_NAMES

_open = build_opener(ProxyHandler({})).open  # loopback never goes through a proxy
_SECONDS: Final = 30.0
_START_ONE: Final = "Start one with python -m seedance_widgets.sandbox; it prints its address."


class Control:
    """The admin side of one running sandbox: its faults, its dashboard, its credits.

        control = Control("http://127.0.0.1:8899")
        with control.faults("rate_limit", retry_after=3, count=1): ...

    `seedance_widgets.Sandbox` is the same for the sandbox of a notebook's own session, which needs no address. Nothing
    is ever sent to another machine: ConfigurationError for such an address, and for one where no sandbox answers;
    OfflineError where nothing answers at all.
    """

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        try:
            parts = urlsplit(self._url)
            here = parts.scheme in ("http", "https") and parts.hostname in LOOPBACK_NAMES
        except ValueError:
            here = False
        if not here:
            raise _no_sandbox(url)

    @property
    def url(self) -> str:
        """The address, without a trailing slash."""
        return self._url

    def stats(self) -> dict[str, Any]:
        """Requests by route, the last request of each (without the key), jobs, uploads, credits, renders."""
        return self._send("GET", "stats")

    def jobs(self) -> list[dict[str, Any]]:
        """The dashboard, newest first: `generation_id`, `prompt`, `status`, `credits_used`, `credits_refunded` and when
        it was `created` (seconds since the epoch) of every job that was accepted, whoever's reply was lost."""
        jobs: list[dict[str, Any]] = self._send("GET", "jobs")["jobs"]
        return jobs

    @property
    def credits(self) -> int:
        """The balance, in credits."""
        return int(self.stats()["credits"]["balance"])

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

    def list_faults(self) -> list[dict[str, Any]]:
        """Every fault that was not taken back, with how many requests each has struck (`hits`)."""
        faults: list[dict[str, Any]] = self._send("GET", "faults")["faults"]
        return faults

    def remove_fault(self, fault_id: int) -> dict[str, Any] | None:
        """Remove one fault and return it as it was at last; None when it is gone already."""
        try:
            fault: dict[str, Any] = self._send("DELETE", f"faults/{fault_id}")["fault"]
        except LookupError:
            return None
        return fault

    def clear_faults(self) -> None:
        """Remove every fault."""
        self._send("DELETE", "faults")

    @contextmanager
    def faults(
        self, kind: str, route: str | None = None, count: int | None = None, **params: Any
    ) -> Iterator[dict[str, Any]]:
        """A fault for the length of a `with` block; see `faults` below. After it, `hits` in the fault is true."""
        fault = self.add_fault(kind, route, count, **params)
        try:
            yield fault
        finally:
            fault.update(self.remove_fault(fault["id"]) or {})

    def _send(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode("ascii")
        headers = {"Content-Type": "application/json"}
        url = self.url
        request = Request(f"{url}/admin/{path}", data, headers, method=method)  # noqa: S310  http(s), see above
        try:
            with _open(request, timeout=_SECONDS) as reply:
                code, answer = 200, _read(reply.read())
        except HTTPError as error:
            code, answer = error.code, _read(error.read())
        except OSError:
            raise OfflineError(f"No sandbox answers at {url}.", todo=_START_ONE) from None
        if "success" not in answer or answer.get("error") == "Not Found":  # no sandbox lacks one of these routes
            raise _no_sandbox(url)
        if code != 200:
            raise (LookupError if code == 404 else ValueError)(answer.get("error"))
        return answer

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self.url}>"


def _read(body: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _no_sandbox(what: str) -> ConfigurationError:
    return ConfigurationError(
        f"{what} is no sandbox on this machine, and faults can only be rehearsed in the sandbox.", todo=_START_ONE
    )


@contextmanager
def faults(
    url: str, kind: str, route: str | None = None, count: int | None = None, **params: Any
) -> Iterator[dict[str, Any]]:
    """Let the sandbox at `url` misbehave inside a `with` block, then take back that fault and no other.

        with faults(url, kind="rate_limit", retry_after=2, count=1): ...

    `route` is upload, generate, status, media or * (the default); `count` how many requests it strikes (None: all).
    Kinds and what they take: latency(seconds), status(code, body, retry_after, processed), garbage(body, processed),
    drop_before(after_bytes), drop_after(), reply_late(seconds), drip(seconds), truncate(keep), redirect(location),
    fail_job(error, refunded), stuck_job(), expire_media(code, renew). With `processed`, the request is carried out
    before the wrong answer is sent. Some have a name of their own: lost_reply (drop_after, generate), lost_request
    (drop_before, generate), rate_limit (429, generate), server_error (503), bad_key (401, generate). Raises ValueError
    when the sandbox does not know such a fault, and what `Control` raises.
    """
    with Control(url).faults(kind, route, count, **params) as fault:
        yield fault
