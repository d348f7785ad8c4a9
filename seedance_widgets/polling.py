"""When to look, when to try again, when to stop. Pure: time comes in as numbers, chance as a function."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

WATCH_LIMIT: Final = 1800.0
"""Seconds a job is watched before it becomes *not watching*. The service says "a few minutes" (reference)."""

REQUEST_LIMIT: Final = 30.0
"""Seconds any small request may take in all, from connecting to the last byte."""

RETRY_AFTER_CAP: Final = 3600.0
"""Longest pause believed, in seconds: a server's slip of the pen must not stop a job for years."""

NOT_FOUND_PATIENCE: Final = 5
"""How many times in a row a known job may be "not found" before it is believed."""

NOT_FOUND_TIME: Final = 120.0
"""Seconds for which it must have been so before a job that is watched is called lost: a balancer that stumbles answers
with a burst of 404, and the job goes on behind it."""

BACKOFF_FIRST: Final = 0.5
"""Seconds to wait at most after a first failure; doubled by each further one."""

BACKOFF_MOST: Final = 30.0
"""Seconds to wait at most after any failure, unless a server asks for more."""

_BELIEVED: Final = 4
"""Refusals in a row after which the pause that a server names is no longer all (ours): one that names a past moment or
a second, and goes on refusing for an hour, is not asked thousands of times."""

_HISTORY_NEEDED: Final = 3
"""Past runs before their times say anything."""


def usual_band(durations: Sequence[float]) -> tuple[float, float] | None:
    """The usual time from sending to ready in seconds (low, high), from past runs; None below three runs."""
    known = sorted(d for d in durations if math.isfinite(d) and d >= 0)
    if len(known) < _HISTORY_NEEDED:
        return None
    return _quantile(known, 0.1), _quantile(known, 0.9)


def next_look(elapsed: float, durations: Sequence[float] = ()) -> float:
    """Seconds until the next look at a job that has been running for `elapsed` seconds.

    With a history of finished runs (seconds each) nobody looks before the fastest of them; from there looks are spread
    evenly over the times at which runs ended, then thin out. Without one, looks start close together and thin out.
    """
    known = sorted(d for d in durations if math.isfinite(d) and d > 0)
    if len(known) >= _HISTORY_NEEDED:
        first = _quantile(known, 0.02)
        last = known[-1]
        step = min(10.0, max(0.5, (last - first) / 10))
        if elapsed < first:
            return max(0.25, first - elapsed)
        if elapsed <= last:
            return step
        return min(15.0, max(step, (elapsed - last) * 0.25))
    if elapsed < 3:
        return 1.0
    if elapsed < 90:
        return 3.0
    return 5.0 if elapsed < 300 else 10.0


def backoff(failures: int, *, asked: float | None = None, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after `failures` failures in a row: doubling from half a second up to 30, with jitter.

    `asked` is the pause a server named (Retry-After): never less than that, with jitter on top; longer where it has
    refused again and again after it.
    """
    ceiling = min(BACKOFF_MOST, BACKOFF_FIRST * 2.0 ** min(max(failures, 1) - 1, 10))
    if asked is not None:
        own = BACKOFF_FIRST * 2.0 ** min(failures - _BELIEVED, 10) if failures > _BELIEVED else 0.0
        return max(asked, min(BACKOFF_MOST, own)) + min(ceiling, 1.0) * 0.5 * chance()
    return ceiling * (0.5 + 0.5 * chance())


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds to wait by a Retry-After header, as a number or as an HTTP date; None where there is none or it is
    unreadable. Never early, and capped at an hour.

    `now` is the server's own clock (its Date header), so that a wrong clock here does not matter to a date.
    """
    if not value:
        return None
    text = value.strip()
    try:
        seconds = float(text)
    except ValueError:
        when = http_date(text)
        if when is None:
            return None
        # A date has whole seconds: a server that means 12:00:02.9 writes 12:00:02. One second more is never early.
        seconds = (when - (now or datetime.now(UTC))).total_seconds() + 1.0
    if not math.isfinite(seconds):
        return None
    return min(max(seconds, 0.0), RETRY_AFTER_CAP)


def http_date(value: str | None) -> datetime | None:
    """The moment an HTTP header names; None where it names none."""
    try:
        when = parsedate_to_datetime(value or "")
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
