"""What a person is asked before something that costs: the figures, and a button that names the cost."""

from __future__ import annotations

from seedance_widgets.errors import OverBudgetError
from seedance_widgets.estimate import Estimate, Session


def over_budget(error: OverBudgetError, verb: str, *, risen: bool = False, gone: bool = False) -> dict[str, str]:
    """Whether one take may go over the session's budget; `risen` where a yes was given to a lower estimate, `gone`
    where it was shown to cost nothing."""
    about = Estimate(error.expected, error.source)
    title = "The estimate has risen" if risen else "Go over the budget of this session?"
    first = "The take that you had of this is gone. " if gone else ""
    return {
        "title": "Make this take again?" if gone else title,
        "text": f"{first}{about.text}. {figures(about, Session(error.spent, error.budget))}",
        "label": f"{verb}, {cost(about)}",
        "cancel": "Cancel",
    }


def one_more(about: Estimate, session: Session) -> dict[str, str]:
    """Whether one more take is meant, where one is on its way already."""
    known = f" {figures(about, session)}" if not about.free else ""
    return {
        "title": "Make one more take?",
        "text": f"A new take of this is on its way already. {about.text}.{known}",
        "label": f"New take, {cost(about)}",
        "cancel": "Cancel",
    }


def cost(about: Estimate) -> str:
    """What one more take costs, on or beside a button: "about 50 credits", "free", "cost not known"."""
    if about.free:
        return "free"
    return "cost not known" if about.credits is None else f"about {about.credits} credits"


def figures(about: Estimate, session: Session) -> str:
    """How the cost is known, what the session has used, and what it would be with this where that is over its budget.
    Empty where it is free."""
    if about.free:
        return ""
    if session.budget is None:
        return f"{about.source}. This session has used {session.spent} credits and has no budget."
    used = f"{about.source}. This session has used {session.spent} of its {session.budget} credits"
    return (
        f"{used}; with this it would be {session.spent + (about.credits or 0)}."
        if session.is_over(about)
        else f"{used}."
    )
