from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.sandbox import RunningSandbox, running_sandbox


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One sandbox for all tests that leave it as they found it: fast, with credits enough."""
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), "--speed", "1000") as sandbox:
        sandbox.control.set_credits(10**9)
        yield sandbox


@pytest.fixture
def unrendered(shared: RunningSandbox) -> Iterator[RunningSandbox]:
    """The shared sandbox for tests that look at answers alone: jobs are made and charged, but nothing is rendered."""
    with shared.faults("stuck_job"):
        yield shared


@pytest.fixture
def sandbox(shared: RunningSandbox) -> Iterator[RunningSandbox]:
    """The shared sandbox, without faults before and after."""
    yield shared
    shared.control.clear_faults()
