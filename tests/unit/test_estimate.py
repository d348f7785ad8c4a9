"""What a request may cost is said with where it is known from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.estimate import PastCost, estimate, work
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import SANDBOX_CONNECTION, connection_to
from tests.unit.strategies import requests, urls

PAID = connection_to("https://api.ulazai.com")
FOX = GenerationRequest("A red fox", resolution="1080p")


def test_without_history_it_is_called_a_guess() -> None:
    found = estimate(FOX, [], PAID)
    assert found.credits == 50
    assert "guess" in found.source.lower()
    assert found.text == "About 50 credits"


def test_ones_own_runs_with_these_settings_count_most() -> None:
    past = [PastCost(FOX.replace(prompt=f"Fox {n}"), 40 + n) for n in range(9)]
    found = estimate(FOX, [PastCost(FOX.replace(duration=8), 500), *past], PAID)
    assert found.credits == 42
    assert found.source == "Estimate from your last 5 runs"


def test_else_the_nearest_run_is_scaled() -> None:
    past = [PastCost(FOX.replace(duration=12), 300), PastCost(FOX.replace(resolution="480p"), 10)]
    found = estimate(FOX.replace(duration=8), past, PAID)
    assert found.credits == 200
    assert "nearest" in found.source


@pytest.mark.parametrize(
    ("change", "factor"),
    [({"duration": 8}, 2), ({"duration": 12}, 3), ({"generate_audio": True}, 2), ({"fixed_lens": True}, 1)],
)
def test_price_follows_pixels_seconds_and_sound(change: dict[str, object], factor: int) -> None:
    assert estimate(FOX.replace(**change), [], PAID).credits == 50 * factor


@pytest.mark.parametrize("change", [{"duration": 5}, {"duration": True}, {"resolution": "4k"}, {"duration": "x"}])
def test_settings_out_of_range_have_no_price(change: dict[str, object]) -> None:
    found = estimate(FOX.replace(**change), [PastCost(FOX, 40)], PAID)
    assert found.credits is None
    assert found.text == "Cost not known"


def test_the_sandbox_is_free_whatever_it_counts() -> None:
    assert estimate(FOX, [PastCost(FOX, 40)], SANDBOX_CONNECTION).text == "Free in the sandbox"


@given(requests(urls), st.lists(st.builds(PastCost, requests(urls), st.integers(0, 10**6)), max_size=5))
def test_an_estimate_is_always_a_sane_number(request_: GenerationRequest, past: list[PastCost]) -> None:
    found = estimate(request_, past, PAID)
    assert found.credits is not None
    assert found.credits >= 0
    assert found.source
    assert (work(request_) or 0) > 0
