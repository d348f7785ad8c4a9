"""Takes that are made from the view of another: once more, anew, as a draft, in the sandbox, at the service."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import rendering
from seedance_widgets.errors import OverBudgetError
from seedance_widgets.models import GenerationRequest

from . import connecting
from .afterwards import draft_of
from .asking import Questions

if TYPE_CHECKING:
    from seedance_widgets.batch import Batch
    from seedance_widgets.jobs import Job
    from seedance_widgets.studio import Studio
    from seedance_widgets.takes import Take


@dataclass(frozen=True, slots=True)
class _Way:
    """How an intent makes a take."""

    verb: str
    """What its button says, in a question."""
    new: bool = False
    """Also where there is a take of the same request already."""
    request: Callable[[GenerationRequest], GenerationRequest] = lambda request: request
    changed: bool = False
    """It is a take of another request or place, made from this one."""
    rehearse: bool = False


WAYS: Final[Mapping[str, _Way]] = {
    "try-again": _Way("Try again"),
    "new-take": _Way("New take", new=True),
    "draft": _Way("Draft", request=draft_of, changed=True),
    "render": _Way("Render", changed=True),
    "rehearse": _Way("Run in sandbox", changed=True, rehearse=True),
}
"""Intents that make a take through the studio."""

_instead: weakref.WeakKeyDictionary[Job, Job] = weakref.WeakKeyDictionary()
"""What was made in place of a job that failed, in whatever view."""

_turns: weakref.WeakKeyDictionary[Job, asyncio.Lock] = weakref.WeakKeyDictionary()
"""For jobs that failed: one is made in their place after the other."""

_new_takes: weakref.WeakKeyDictionary[Job, Job | None] = weakref.WeakKeyDictionary()
"""The newest take that New take has made of a job, for all views of it; None while that is being asked for."""


async def make(
    job: Job, kind: str, maker: Studio, questions: Questions, message_id: str, message: Mapping[str, Any]
) -> Job | dict[str, str]:
    """Make a take, or give the question to ask before. Presses in several views of a job are one wish: New take makes
    one more only where none it has made of this job is under way, or where a person says that one more is meant. (Try
    again gives what is under way by itself: it is the same request.) OverBudgetError where it costs more than one take
    may: that is not asked about."""
    way = WAYS[kind]
    more: dict[str, Any] = {"rehearse": True} if way.rehearse else {"on": connecting.seen_free(maker, message)}
    request = way.request(job.request)
    latest = _new_takes.get(job) if way.new else None
    if way.new and job in _new_takes and latest is None:
        raise ValueError("That is on its way already.")
    beside = latest if latest is not None and not latest.info.over else None
    wish = (kind, beside.id if beside else "")
    consent = questions.consent(message, wish)
    if beside is not None and not consent.given:
        about, session = await asyncio.to_thread(maker.estimate, request), maker.session
        if (refusal := session.refusal(about)) is not None:  # then there is nothing to say yes to
            raise refusal
        questions.ask(message_id, wish, about.credits, over_budget=session.is_over(about))
        return rendering.one_more(about, session)
    if way.new:
        _new_takes[job] = None
    if way.changed:
        more["parent"] = job
    try:
        async with _turns.setdefault(job, asyncio.Lock()):
            again = await maker.submit_async(request, new=way.new, **more, **consent.terms)
            if kind == "try-again":
                _instead[job] = again
        latest = again
    except OverBudgetError as error:
        if error.max_credits is not None:
            raise
        questions.ask(message_id, wish, error.expected, over_budget=True)
        return rendering.over_budget(error, way.verb, risen=consent.is_below(error.expected))
    finally:
        if way.new and latest is None:
            del _new_takes[job]
        elif way.new:
            _new_takes[job] = latest
    return again


async def send_again(
    batch: Batch, take: Take, maker: Studio, questions: Questions, message_id: str, message: Mapping[str, Any]
) -> dict[str, str] | None:
    """Send a take of a batch that failed once more, or give the question to ask before: it costs, but where another
    view has made one in its place. ValueError where it has not failed, OverBudgetError where it costs more than one
    take may."""
    failed = take.job
    if take.kind != "failed" or failed is None:
        raise ValueError("This take has not failed.")
    if _put_other(batch, take, failed):
        return None
    about = await asyncio.to_thread(maker.estimate, take.request, batch.connection)
    session = maker.session
    if (refusal := session.refusal(about)) is not None:
        raise refusal
    wish = ("send-again", failed.id)
    consent = questions.consent(message, wish)
    if not consent.given:
        questions.ask(message_id, wish, about.credits, over_budget=session.is_over(about))
        return rendering.send_again(take, about, rendering.figures(about, session))
    try:
        async with _turns.setdefault(failed, asyncio.Lock()):
            if take.job is failed and not _put_other(batch, take, failed):  # another view of it may have been first
                await batch.send_again(take, **consent.terms)
    except OverBudgetError as error:
        if error.max_credits is not None:
            raise
        questions.ask(message_id, wish, error.expected, over_budget=True)
        return rendering.over_budget(error, "Send again", risen=consent.is_below(error.expected))
    return None


def _put_other(batch: Batch, take: Take, failed: Job) -> bool:
    """Whether one was made in place of a take that failed, and has not failed itself: then it is the batch's too."""
    other = _instead.get(failed)
    if other is None or (other.over and not other.info.reusable):
        return False
    batch.put(take, other, reused=True)
    return True
