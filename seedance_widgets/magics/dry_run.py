"""`--dry-run`: the exact request and what it would cost. Sends nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seedance_widgets import runtime, wire
from seedance_widgets.estimate import Estimate, Session

if TYPE_CHECKING:
    from seedance_widgets.models import GenerationRequest
    from seedance_widgets.studio import Studio


def dry_run(studio: Studio, request: GenerationRequest, *, new: bool, allowed: int | None) -> str:
    """What would be sent, and what is said of its cost. `allowed`: the most that it may cost; None for no such limit.
    InvalidRequestError with every problem at once."""
    read = runtime.block(studio.read(request))
    names = [f"<address of {image.name} once uploaded>" for image in read.images]
    body = json.dumps(wire.to_wire(read, names), indent=2, ensure_ascii=False)
    about = studio.estimate(read)
    limit = "without a budget" if studio.budget is None else f"of {studio.budget} credits"
    session = "" if about.free else f" Session: {studio.spent} {limit} used."
    cost = f"{about.sentence}{session}{_refusal(about, studio.session, allowed)}"
    if not new and studio.has_take(read):
        cost = "You have this take already: 0 credits. --new makes another."
    target = studio.connection.base_url or "the sandbox"
    return f"POST /seedance/generate/ to {target}\n{body}\n\n{cost} Nothing was sent."


def _refusal(about: Estimate, session: Session, allowed: int | None) -> str:
    """Why a take of that cost would not be sent, as one more sentence; empty where it would be."""
    expected = about.credits or 0
    if session.refusal(about) is not None:
        most = f"{session.max_credits} is the most you allow for one take"
        return f" It would be refused: about {expected} credits, and {most}."
    if not about.free and allowed is not None and expected > allowed:
        return f" It would be refused: about {expected} credits, and {allowed} is the most you allow."
    if session.is_over(about):
        used = f"{session.spent} of the session's {session.budget} are used"
        return f" It would be refused: about {expected} credits, and {used}."
    return ""
