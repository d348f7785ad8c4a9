"""Studios on the real sandbox, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Studio
from tests.support.sandbox import RunningSandbox, running_sandbox

PROMPT = "A red fox trots through fresh snow, slow pan left"


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--speed", "20") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> RunningSandbox:
    """A sandbox without jobs or faults."""
    shared_sandbox.control.reset()
    return shared_sandbox


@pytest.fixture
def new_studio(sandbox: RunningSandbox, home: Path) -> Iterator[Callable[..., Studio]]:
    """A function that makes studios on this test's home: each is what one kernel has."""
    studios: list[Studio] = []

    def make(**options: object) -> Studio:
        settings = {"api_key": "a-key", "base_url": sandbox.url, "home": home, **options}
        studios.append(Studio(**settings))  # type: ignore[arg-type]
        return studios[-1]

    yield make
    for studio in studios:
        studio.close()


@pytest.fixture
def studio(new_studio: Callable[..., Studio]) -> Studio:
    return new_studio()


@pytest.fixture
def fox() -> GenerationRequest:
    return GenerationRequest(PROMPT, resolution="480p")
