"""One sandbox and one line for all schedules; each schedule has a home and prompts of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.support.sandbox import running_sandbox

from .line import Line
from .world import Service, World


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--speed", "1000") as sandbox:
        yield Service(sandbox)


@pytest.fixture(scope="module")
def line(service: Service) -> Iterator[Line]:
    line = Line(service.sandbox.url)
    yield line
    line.close()


@pytest.fixture(scope="module")
def new_world(service: Service, line: Line, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., World]:
    """A function that makes worlds. One at a time: they share the line."""
    folder, numbers = tmp_path_factory.mktemp("homes"), count(1)
    return lambda **options: World(service, line, folder / str(next(numbers)), **options)
