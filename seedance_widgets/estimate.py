"""What a request may cost, and from where that is known. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from .errors import OverBudgetError
from .models import GenerationRequest
from .settings import Connection

_SAMPLE_CREDITS: Final = 50
"""Credits for the sample below. The reference shows 40 with the prompt shared, which takes 10 off on sibling routes."""

_SAMPLE_WORK: Final = 1920 * 1080 * 4
"""Pixels x seconds of the reference's one sample: 1080p, 16:9, 4 s, silent."""


BUDGET: Final = 500
"""Credits a session at a paid service starts with: enough to work, not enough to regret."""


@dataclass(frozen=True, slots=True)
class PastCost:
    """What one earlier take used."""

    request: GenerationRequest
    credits_used: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """About how many credits, and how that is known."""

    credits: int | None
    """None where nothing can be said."""
    source: str
    """In words for people: "Estimate from your last 3 runs"."""
    free: bool = False
    """The connection charges no real money."""
    spread: tuple[int, int] | None = None
    """The least and the most that such runs have used, where they differ."""

    @property
    def text(self) -> str:
        """ "About 50 credits", "Free in the sandbox" or "Cost not known"."""
        if self.free:
            return "Free in the sandbox"
        return "Cost not known" if self.credits is None else f"About {self.credits} credits"

    @property
    def sentence(self) -> str:
        """The whole of it: "About 50 credits. Estimate from your last 3 runs." """
        return f"{self.text}." if self.free else f"{self.text}. {self.source}."


@dataclass(frozen=True, slots=True)
class Session:
    """What the takes of one session have used at a paid service, and may use."""

    spent: int
    """Credits."""
    budget: int | None
    """Credits; None for no limit."""
    max_credits: int | None = None
    """Most credits that one take may be estimated at; None for no limit."""

    def is_over(self, about: Estimate) -> bool:
        """Whether one more take of that cost would be over the budget."""
        return self.budget is not None and not about.free and self.spent + (about.credits or 0) > self.budget

    def refusal(self, about: Estimate) -> OverBudgetError | None:
        """Why no take of that cost is made in this session, whoever says yes to it; None where one may be."""
        if self.max_credits is None or about.free or (about.credits or 0) <= self.max_credits:
            return None
        error = OverBudgetError(
            f"{about.text}, and {self.max_credits} is the most you allow for one take. {about.source}.",
            todo=f"Raise it with %config SeedanceMagics.max_credits = {about.credits}, or Studio.max_credits in Python,"
            " or choose a lower resolution or a shorter clip.",
        )
        error.expected, error.source, error.max_credits = about.credits, about.source, self.max_credits
        error.spent, error.budget = self.spent, self.budget
        return error


def work(request: GenerationRequest) -> float | None:
    """Pixels x seconds, doubled by sound: what the price is said to follow. None for settings out of range."""
    size = request.size
    if size is None or isinstance(request.duration, bool) or request.duration not in request.model.durations:
        return None
    return size[0] * size[1] * request.duration * (2.0 if request.generate_audio else 1.0)


def estimate(request: GenerationRequest, past: Sequence[PastCost], connection: Connection) -> Estimate:
    """From the user's own runs with the same settings, else scaled from the nearest run, else a labelled guess.

    `past` belongs to one connection, newest first.
    """
    wanted = work(request)
    if wanted is None:
        return Estimate(None, "Choose valid settings first", connection.free)
    same = [run.credits_used for run in past if _price_settings(run.request) == _price_settings(request)][:5]
    if same:
        runs = "run" if len(same) == 1 else f"{len(same)} runs"
        spread = (min(same), max(same)) if len(set(same)) > 1 else None
        return Estimate(round(sum(same) / len(same)), f"Estimate from your last {runs}", connection.free, spread)
    scaled = [(abs(w - wanted), run.credits_used * wanted / w) for run in past if (w := work(run.request))]
    if scaled:
        return Estimate(max(1, round(min(scaled)[1])), "Scaled from your nearest run", connection.free)
    guess = max(1, round(_SAMPLE_CREDITS * wanted / _SAMPLE_WORK))
    return Estimate(guess, "A guess: the service publishes no prices", connection.free)


def total(abouts: Sequence[Estimate], *, free: bool) -> Estimate:
    """Of several takes together; what is not known of one is not known of all."""
    known = [about.credits for about in abouts if about.credits is not None]
    sources = list(dict.fromkeys(about.source for about in abouts))
    words = "; ".join([sources[0], *(source[:1].lower() + source[1:] for source in sources[1:])] if sources else [])
    spreads = [about.spread or (about.credits or 0,) * 2 for about in abouts]
    spread = (sum(low for low, _ in spreads), sum(high for _, high in spreads))
    return Estimate(
        sum(known) if len(known) == len(abouts) else None,
        words or "Nothing new is made",
        free,
        spread if any(about.spread for about in abouts) else None,
    )


def _price_settings(request: GenerationRequest) -> tuple[object, ...]:
    return (
        request.aspect_ratio,
        request.resolution,
        request.duration,
        request.generate_audio,
        request.prompt_directory_optin,
        len(request.images) > 0,
    )
