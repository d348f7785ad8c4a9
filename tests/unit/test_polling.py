"""When to look and when to try again: never early, never never."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import polling

NOON = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
durations = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=30)
moments = st.floats(0, 1e7)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("3", 3.0), (" 2.5 ", 2.5), ("0", 0.0), ("-5", 0.0), ("99999999", 3600.0), ("1e999", None), ("nan", None)],
)
def test_a_pause_in_seconds(value: str, seconds: float | None) -> None:
    assert polling.retry_after(value) == seconds


@pytest.mark.parametrize("value", [None, "", "soon", "12 parsecs", "Mon, 99 Foo 2026", "\x00", "Sun, 22 Nov 2026"])
def test_an_unreadable_pause_is_none(value: str | None) -> None:
    assert polling.retry_after(value, NOON) is None


@given(st.floats(0, 3000), st.floats(0, 0.999))
def test_a_pause_until_a_date_is_never_early(ahead: float, fraction: float) -> None:
    now = NOON + timedelta(seconds=fraction)
    meant = now + timedelta(seconds=ahead)
    written = format_datetime(meant.replace(microsecond=0), usegmt=True)  # the fraction is lost in an HTTP date
    pause = polling.retry_after(written, now)
    assert pause is not None
    assert now + timedelta(seconds=pause) >= meant
    assert pause <= ahead + 1 + 1e-5


def test_a_date_in_the_past_means_now() -> None:
    assert polling.retry_after("Sun, 22 Nov 2020 12:00:00 GMT", NOON) == 0.0


def test_a_date_long_ahead_is_capped() -> None:
    assert polling.retry_after("Fri, 22 Nov 2999 12:00:00 GMT", NOON) == polling.RETRY_AFTER_CAP


@given(st.one_of(st.text(max_size=60), st.dates().map(lambda d: f"{d:%a, %d %b %Y} 12:00:00 +9999")))
def test_no_header_of_a_server_crashes_the_reader(value: str) -> None:
    pause = polling.retry_after(value)
    assert pause is None or 0 <= pause <= polling.RETRY_AFTER_CAP


@given(st.integers(-3, 10**9), st.floats(0, 1))
def test_backoff_stays_within_bounds(failures: int, chance: float) -> None:
    pause = polling.backoff(failures, chance=lambda: chance)
    assert 0.25 <= pause <= 30
    assert pause <= polling.backoff(failures + 1, chance=lambda: 1.0)


@given(st.integers(1, 100), st.floats(0, 3600), st.floats(0, 1))
def test_backoff_is_never_shorter_than_what_the_server_asked_for(failures: int, asked: float, chance: float) -> None:
    pause = polling.backoff(failures, asked=asked, chance=lambda: chance)
    assert asked <= pause <= max(asked, polling.BACKOFF_MOST) + 0.5
    if failures <= 4:
        assert pause <= asked + 0.5


@pytest.mark.parametrize("header", ["0", "-5", "0.0", "1", "Wed, 21 Oct 2015 07:28:00 GMT"])
def test_a_server_that_names_no_real_pause_and_goes_on_refusing_is_asked_seldom(header: str) -> None:
    asked = polling.retry_after(header)
    passed, tries = 0.0, 0
    while passed < 3600:
        tries += 1
        passed += polling.backoff(tries, asked=asked, chance=lambda: 0.0)
    assert tries < 140  # every half minute, in the end


@given(moments, durations)
def test_the_next_look_is_neither_at_once_nor_far_off(elapsed: float, past: list[float]) -> None:
    usable = [d for d in past if math.isfinite(d) and d > 0]
    longest = max(usable) if len(usable) >= 3 else 0.0
    assert 0.25 <= polling.next_look(elapsed, past) <= max(15.0, longest)


@given(st.lists(st.floats(1, 600), min_size=3, max_size=30), st.floats(0, 1))
def test_with_a_history_nobody_looks_before_the_fastest_run(past: list[float], share: float) -> None:
    elapsed = min(past) * share
    assert elapsed + polling.next_look(elapsed, past) >= min(past) - 1e-6


@given(durations)
def test_a_job_of_a_few_minutes_is_looked_at_a_bounded_number_of_times(past: list[float]) -> None:
    elapsed, looks = 0.0, 0
    while elapsed < polling.WATCH_LIMIT:
        elapsed += polling.next_look(elapsed, past)
        looks += 1
    assert looks < polling.WATCH_LIMIT / 0.25
    if not past:
        assert looks < 250


def test_the_usual_time_needs_three_runs() -> None:
    assert polling.usual_band([60, 70]) is None
    assert polling.usual_band([60, 70, math.nan, math.inf]) is None
    low, high = polling.usual_band([60, 70, 80, 90, 100]) or (0, 0)
    assert 60 <= low < high <= 100
