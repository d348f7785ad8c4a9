"""Servers that quote the key wherever they can, a second host that waits for it, and a log of everything."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seedance_widgets import Studio, polling
from seedance_widgets.client import client as client_module
from tests.secrets.search import KEY
from tests.support.clips import tiny_clip
from tests.support.faulty import FaultyServer
from tests.support.sandbox import RunningSandbox, running_sandbox


@pytest.fixture(autouse=True)
def without_long_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of our own choosing are short, and nobody waits long for a server that does not answer."""
    monkeypatch.setattr(polling, "BACKOFF_FIRST", 0.01)
    monkeypatch.setattr(polling, "next_look", lambda elapsed, durations=(): 0.01)
    monkeypatch.setattr(polling, "REQUEST_LIMIT", 0.4)
    monkeypatch.setattr(client_module, "_UPLOAD_LIMIT", 0.4)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What everybody logs, at the level at which most is said."""
    buffer = io.StringIO()
    handler = logging.StreamHandler(buffer)
    handler.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    loggers = [root, *(logging.getLogger(name) for name in root.manager.loggerDict)]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield buffer
    root.removeHandler(handler)
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def clip() -> bytes:
    """What the service has rendered."""
    return tiny_clip()


@pytest.fixture
def server(clip: bytes) -> Iterator[FaultyServer]:
    """The API's host."""
    with FaultyServer(video=clip) as running:
        yield running


@pytest.fixture
def other(clip: bytes) -> Iterator[FaultyServer]:
    """A second host, where the key must never arrive."""
    with FaultyServer(video=clip) as running:
        yield running


@pytest.fixture
def new_studio(home: Path) -> Iterator[Callable[..., Studio]]:
    """A function that makes studios with the marked key on this test's home."""
    studios: list[Studio] = []

    def make(base_url: str | None, api_key: str | None = KEY) -> Studio:
        studios.append(Studio(api_key=api_key, base_url=base_url, home=home))
        studios[-1].budget = 100_000  # credits: more than all jobs of a test together
        return studios[-1]

    yield make
    for studio in studios:
        studio.close()


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[RunningSandbox]:
    """The real sandbox, its folder inside the folder that is searched."""
    with running_sandbox(tmp_path / "sandbox", "--speed", "100") as running:
        yield running
