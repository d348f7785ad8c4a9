"""`Sandbox`: rehearse what can go wrong, on the sandbox of this session."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

from .errors import ConfigurationError
from .sandbox.control import Control
from .settings import SANDBOX, is_loopback
from .studio import Studio, default

_STRIKE_SECONDS: Final = 60.0
"""How long the end of a block waits at most for its fault to strike."""

_SENDING: Final = ("draft", "uploading", "submitting")
"""The states of a job whose request has not come to an end, unless there is a reason for a pause."""

_GAP: Final = 0.1
"""Seconds between two looks meanwhile."""


class Sandbox(Control):
    """The sandbox of this session, with no address or key to know: its faults, its dashboard, its credits.

        sandbox = Sandbox()
        with sandbox.faults("lost_reply"):
            fox = generate("A red fox trots through fresh snow")
        sandbox.jobs()

    studio: whose sandbox; the studio that `generate`, the magics and the form use where it is not given. That is the
            embedded sandbox, or the one at SEEDANCE_BASE_URL.

    ConfigurationError where the session talks to a service that is no sandbox: a paid one is never asked. OfflineError
    where the sandbox does not answer.
    """

    def __init__(self, studio: Studio | None = None) -> None:
        self._studio = studio or default()
        super().__init__(self.url)
        self.stats()  # what is at SEEDANCE_BASE_URL says here whether it is a sandbox

    @property
    def url(self) -> str:
        """The address now: a sandbox that was started anew has another one."""
        connection = self._studio.connection
        here = connection.identity == SANDBOX or is_loopback(urlsplit(connection.base_url).hostname or "")
        if not here:
            raise ConfigurationError(
                f"This session talks to {connection.label}, and faults can only be rehearsed in the sandbox.",
                todo="Start the kernel without a key; or start python -m seedance_widgets.sandbox, and set"
                " SEEDANCE_BASE_URL to the address it prints and SEEDANCE_API_KEY to any word.",
            )
        return self._studio.address()

    @contextmanager
    def faults(
        self, kind: str, route: str | None = None, count: int | None = None, **params: Any
    ) -> Iterator[dict[str, Any]]:
        """Let the sandbox misbehave inside a `with` block, then take back that fault and no other.

            with sandbox.faults("rate_limit", retry_after=3, count=1) as fault:
                fox = generate("A red fox trots through fresh snow")
            fault["hits"]

        A job is sent in the background, so the end of the block waits until the fault has struck (`count` times where
        that is given), for as long as a job of this session is under way that it may strike, and until what is being
        sent has come to an end. `hits` says how often it struck: 0 where nothing was sent, as for a take that was there
        already.

        Names:  lost_reply, lost_request, rate_limit(retry_after), server_error, bad_key
        Kinds:  latency(seconds), status(code, body, retry_after, processed), garbage(body, processed),
                drop_before(after_bytes), drop_after, reply_late(seconds), drip(seconds), truncate(keep),
                redirect(location), fail_job(error, refunded), stuck_job, expire_media(code, renew)
        Routes: upload, generate, status, media, *; each fault has its usual one

        docs/faults.md says what you will see of each. ValueError for a fault that the sandbox does not know.
        """
        began = time.time()
        with super().faults(kind, route, count, **params) as fault:
            yield fault
            end = time.monotonic() + _STRIKE_SECONDS
            while time.monotonic() < end:
                jobs = [job for job in self._studio.history() if job.events or job.created >= began]
                sending = any(job.status in _SENDING and job.reason is None for job in jobs)
                under_way = any(not job.over for job in jobs)
                if not sending and not (under_way and self._waits_for(fault, count or 1)):
                    break
                time.sleep(_GAP)

    def _waits_for(self, fault: dict[str, Any], hits: int) -> bool:
        """Whether the fault is still there and has struck less often than that."""
        return any(each["id"] == fault["id"] and each["hits"] < hits for each in self.list_faults())
