"""Servers that misbehave, and clients that lose no time between tries."""

from __future__ import annotations

import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from seedance_widgets import AsyncSeedance, polling
from seedance_widgets.client import client as client_module
from tests.support.faulty import FaultyServer
from tests.support.sandbox import RunningSandbox, running_sandbox

KEY = "sk-marked-4f9a1c7e"
"""A key that is looked for wherever it must not be."""


@pytest.fixture(autouse=True)
def without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of our own choosing are short; those a server asks for are kept."""
    monkeypatch.setattr(polling, "BACKOFF_FIRST", 0.01)
    monkeypatch.setattr(polling, "next_look", lambda elapsed, durations=(): 0.01)


@pytest.fixture
def short_limit(monkeypatch: pytest.MonkeyPatch) -> float:
    """A small request may take half a second in all."""
    monkeypatch.setattr(polling, "REQUEST_LIMIT", 0.5)
    monkeypatch.setattr(client_module, "_UPLOAD_LIMIT", 0.5)
    return 0.5


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer() as running:
        yield running


@pytest.fixture
def other() -> Iterator[FaultyServer]:
    """A second host, which nothing of ours may reach."""
    with FaultyServer() as running:
        yield running


@pytest.fixture
async def client(server: FaultyServer) -> AsyncIterator[AsyncSeedance]:
    async with AsyncSeedance(KEY, server.url) as open_client:
        yield open_client


@pytest.fixture
def free_port() -> int:
    """A port nobody listens on."""
    with FaultyServer() as gone:
        return gone.port


@pytest.fixture
def peak_memory() -> Iterator[Callable[[], int]]:
    """Bytes allocated by Python at most since the last call of this."""
    tracemalloc.start()

    def measure() -> int:
        current, peak = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        return max(current, peak)

    yield measure
    tracemalloc.stop()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """The real sandbox in a process of its own, at full speed."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--speed", "100") as running:
        yield running
