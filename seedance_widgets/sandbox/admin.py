"""Admin routes: faults, statistics, credits, settings, reset. For the person at this machine, not for web pages."""

from __future__ import annotations

import math
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from .answers import JSON, RequestError, read_json
from .faulting import read_fault
from .place import LOOPBACK_NAMES
from .state import Settings, Traffic, state_of

_BYTES_MAX: Final = 1024 * 1024


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object sent to an admin route, once it is plain that no web page sent it."""
    _refuse_pages(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise RequestError(415, "Admin routes take JSON (Content-Type: application/json).")
    body = await read_json(request, _BYTES_MAX)
    if not isinstance(body, dict):
        raise RequestError(400, "The body must be a JSON object.")
    return body


def _refuse_pages(request: Request) -> None:
    """A page of any site can reach loopback; browsers then send Origin, or a Host of that site's choosing."""
    try:
        host = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        host = None
    if "origin" in request.headers or host not in LOOPBACK_NAMES:
        raise RequestError(403, "Admin routes are not for web pages.")


async def add_fault(request: Request) -> Response:
    """Add one fault, see `faulting.KINDS` and `faulting.NAMED`."""
    fault = read_fault(await _body(request))
    state_of(request).faults.append(fault)
    return JSON({"success": True, "fault": fault.as_json()})


async def list_faults(request: Request) -> Response:
    """Every fault in force."""
    _refuse_pages(request)
    return JSON({"success": True, "faults": [fault.as_json() for fault in state_of(request).faults]})


async def clear_faults(request: Request) -> Response:
    """Remove every fault."""
    _refuse_pages(request)
    state_of(request).faults.clear()
    return JSON({"success": True})


async def remove_fault(request: Request) -> Response:
    """Remove one fault by its id; answers with it, so that the caller sees how often it struck."""
    _refuse_pages(request)
    faults = state_of(request).faults
    fault = next((fault for fault in faults if str(fault.id) == request.path_params["fault_id"]), None)
    if fault is None:
        raise RequestError(404, "No such fault")
    faults.remove(fault)
    return JSON({"success": True, "fault": fault.as_json()})


async def stats(request: Request) -> Response:
    """Requests since the start (or a reset), jobs, uploads and credits of the home, renders of this server."""
    _refuse_pages(request)
    state = state_of(request)
    return JSON(
        {
            "success": True,
            "requests": dict(state.traffic.requests),
            "statuses": dict(state.traffic.statuses),
            "last": state.traffic.last,
            "renders": state.renders.counts(),
            **state.store.summary(),
        }
    )


async def list_jobs(request: Request) -> Response:
    """The dashboard: every job that was accepted, newest first. The contract itself has no such list (reference)."""
    _refuse_pages(request)
    jobs = [
        {
            "generation_id": job.id,
            "prompt": job.request["prompt"],
            "status": job.status,
            "credits_used": job.credits,
            "credits_refunded": job.status == "failed" and job.refund,
            "created": job.created,
        }
        for job in state_of(request).store.jobs()
    ]
    return JSON({"success": True, "jobs": jobs})


async def set_credits(request: Request) -> Response:
    """Set the balance, in credits."""
    balance = (await _body(request)).get("balance")
    if type(balance) is not int or not 0 <= balance < 2**53:
        raise RequestError(400, "balance must be a whole number, 0 or more.")
    store = state_of(request).store
    store.set_balance(balance)
    return JSON({"success": True, "balance": store.balance()})


async def set_settings(request: Request) -> Response:
    """Change `speed` (factor), `latency` (simulated seconds) or `media_seconds` (life of a clip's address, or null)."""
    body = await _body(request)
    settings = state_of(request).settings
    for name, value in body.items():
        if name not in Settings.__slots__:
            raise RequestError(400, f"Settings are: {', '.join(Settings.__slots__)}.")
        endless = name == "media_seconds" and value is None
        if not endless and (type(value) not in (int, float) or not math.isfinite(value) or value < 0):
            raise RequestError(400, f"{name} must be a number, 0 or more.")
        if name == "speed" and value == 0:
            raise RequestError(400, "speed must be above 0.")
    for name, value in body.items():
        setattr(settings, name, value)
    return JSON({"success": True, **{name: getattr(settings, name) for name in Settings.__slots__}})


async def reset(request: Request) -> Response:
    """Forget all jobs, uploads, faults and counts, and start again with the first balance."""
    await _body(request)
    state = state_of(request)
    state.store.reset()
    state.faults.clear()
    state.traffic = Traffic()
    return JSON({"success": True})
