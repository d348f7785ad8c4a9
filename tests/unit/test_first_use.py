"""What the studio is told once it is made reaches it, whatever else goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from seedance_widgets import first_use


def test_a_step_that_fails_is_done_with_the_next_studio() -> None:
    told: list[Any] = []

    def step(studio: Any) -> None:
        if studio == "first":
            raise ValueError("not yet")
        told.append(studio)

    first_use.then(step)
    with pytest.raises(ValueError, match="not yet"):
        first_use.made("first")
    first_use.made("second")
    first_use.made("third")
    assert told == ["second"]
