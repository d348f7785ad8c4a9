"""Which service a session talks to, and with which key."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.errors import ConfigurationError
from tests.support.faulty import FaultyServer

from .test_job import WAIT


def test_a_key_that_is_set_in_a_cell_is_used_by_the_next(
    new_studio_at: Callable[..., Studio],
    service: FaultyServer,
    fox: GenerationRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = new_studio_at(service.url, api_key=None)
    with pytest.raises(ConfigurationError, match="SEEDANCE_API_KEY"):
        studio.submit(fox)
    monkeypatch.setenv("SEEDANCE_API_KEY", "a-key")
    studio.submit(fox).wait(WAIT)
    assert service.requests[0].headers["authorization"] == "Bearer a-key"
