"""What the form says of the cost of a take, in the words of its cost panel."""

from __future__ import annotations

import dataclasses
from typing import Any

from seedance_widgets.estimate import Estimate, Session
from seedance_widgets.settings import Connection


def cost(
    estimate: Estimate, usual: tuple[float, float] | None, session: Session, *, there: bool, service: Connection
) -> dict[str, Any]:
    """The cost panel. `usual`: the usual time in seconds; `there`: there is such a take already; `service`: whose
    credits are meant."""
    if there:
        nothing = None if estimate.free else _session(session, dataclasses.replace(estimate, credits=0))
        return {**said("0 credits", "You have this take already"), "session": nothing}
    ready = _ready_in(*usual) if usual else ""
    about = f"About {estimate.credits} credits" if estimate.credits is not None else "Cost not known"
    if not estimate.free:
        return {**said(about, estimate.source), "time": ready, "session": _session(session, estimate)}
    source = f"On {service.label} {about[0].lower()}{about[1:]} · {estimate.source[0].lower()}{estimate.source[1:]}"
    return {**said("Free", source), "qualifier": "in the sandbox", "time": ready}


def said(amount: str, source: str = "") -> dict[str, Any]:
    """The cost panel with nothing but an amount and what it is from."""
    return {"amount": amount, "qualifier": "", "source": source, "time": "", "not_saved": "", "session": None}


def _session(session: Session, about: Estimate) -> dict[str, Any]:
    """What the session has used, for the meter; `after` is with this take."""
    after = session.spent + (about.credits or 0)
    too_much = session.refusal(about) is not None
    over = session.is_over(about)
    beyond = f", over the {session.max_credits} for one take" if too_much else ", over budget" if over else ""
    limit = f" of {session.budget}" if session.budget is not None else ""
    return {
        "text": f"Session: {session.spent}{limit} credits used",
        "after": f"{after} after{beyond}",
        "spent": session.spent,
        "next": after,
        "budget": session.budget,
        "over": over or too_much,
    }


def _ready_in(low: float, high: float) -> str:
    first, last = max(1, round(low)), max(1, round(high))
    return f"Usually ready in about {last} s" if last - first < 2 else f"Usually ready in {first}\u2013{last} s"
