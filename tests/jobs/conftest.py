"""Studios on the real sandbox, over real sockets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets import Batch, GenerationRequest, Studio, generate_many, polling
from tests.support.clips import tiny_clip
from tests.support.faulty import FaultyServer
from tests.support.sandbox import RunningSandbox, running_sandbox

PROMPT = "A red fox trots through fresh snow, slow pan left"


@pytest.fixture(scope="module")
def shared_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--speed", "20") as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary folder, where files go that find no home."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks come eight times as often as at a service that takes minutes; how often they come there is tested alone."""
    usual = polling.next_look
    monkeypatch.setattr(polling, "next_look", lambda elapsed, durations=(): usual(elapsed, durations) / 8)


@pytest.fixture
def sandbox(shared_sandbox: RunningSandbox) -> RunningSandbox:
    """A sandbox without jobs or faults."""
    shared_sandbox.control.reset()
    return shared_sandbox


@pytest.fixture
def new_studio_at(home: Path) -> Iterator[Callable[..., Studio]]:
    """A function that makes studios on this test's home."""
    studios: list[Studio] = []

    def make(url: str, **options: object) -> Studio:
        settings = {"api_key": "a-key", "base_url": url, "home": home, **options}
        studios.append(Studio(**settings))  # type: ignore[arg-type]
        return studios[-1]

    yield make
    for studio in studios:
        studio.close()


@pytest.fixture
def new_studio(sandbox: RunningSandbox, new_studio_at: Callable[..., Studio]) -> Callable[..., Studio]:
    """A function that makes studios on this test's home and the sandbox: each is what one kernel has."""
    return lambda **options: new_studio_at(options.pop("base_url", sandbox.url), **options)


@pytest.fixture
def studio(new_studio: Callable[..., Studio]) -> Studio:
    return new_studio()


@pytest.fixture
def fox() -> GenerationRequest:
    return GenerationRequest(PROMPT, resolution="480p")


@pytest.fixture(scope="session")
def clip() -> bytes:
    """What the service has rendered."""
    return tiny_clip()


@pytest.fixture
def service(clip: bytes) -> Iterator[FaultyServer]:
    """A service that renders at once and misbehaves to order."""
    with FaultyServer(video=clip) as server:
        yield server


@pytest.fixture
def kernel(service: FaultyServer, new_studio_at: Callable[..., Studio]) -> Callable[..., Studio]:
    """A function that makes studios on this test's home and `service`: each is what one kernel has."""
    return lambda: new_studio_at(service.url)


@pytest.fixture
def many(kernel: Callable[[], Studio]) -> Callable[..., Batch]:
    """`generate_many` in the one kernel of the test, at 480p and without a bar."""
    studio = kernel()

    def make(requests: Any, **options: Any) -> Batch:
        return generate_many(requests, **{"studio": studio, "resolution": "480p", "progress": False, **options})

    return make


def until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    """Wait for something that nobody is told of."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)
