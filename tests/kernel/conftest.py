"""Kernels for tests: each test that asks for one runs on ipykernel 7 and on ipykernel 6.

The two differ where it hurts: on which thread a front end's message arrives, whether it waits for the running cell, and
what a nested loop does to Run All.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.environment import ROOT
from tests.support.kernel import Kernel

INTERPRETERS = {
    "ipykernel7": Path(sys.executable),
    "ipykernel6": ROOT / ".venv-ipykernel6" / "bin" / "python",  # the Makefile makes it
}


ON_BOTH = {
    "test_generate_returns_at_once_and_its_cell_becomes_a_video",
    "test_the_video_arrives_while_a_later_cell_keeps_the_kernel_busy",
    "test_run_all_with_waits_of_every_kind_runs_to_its_end",
}
"""What differs most between the kernels is always tried on both; the rest on the older one with all that is slow."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.kernel)
            if "ipykernel6" in item.name and getattr(item, "originalname", "") not in ON_BOTH:
                item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="module", params=INTERPRETERS)
def kernel_python(request: pytest.FixtureRequest) -> Path:
    python = INTERPRETERS[request.param]
    if not python.exists():
        pytest.fail(f"{python.relative_to(ROOT)} is missing. `make environment` makes it.")
    return python


@pytest.fixture
def new_kernel(kernel_python: Path, tmp_path: Path, home: Path) -> Iterator[Callable[..., Kernel]]:
    """A function that starts kernels. All share this test's home, so that two of them share one ledger."""
    kernels: list[Kernel] = []

    def start(env: dict[str, str] | None = None) -> Kernel:
        folder = tmp_path / f"kernel{len(kernels)}"
        folder.mkdir()
        kernel = Kernel(kernel_python, folder, home, env)
        kernels.append(kernel)
        kernel.start()
        return kernel

    yield start
    for kernel in kernels:
        kernel.shutdown()


@pytest.fixture
def kernel(new_kernel: Callable[..., Kernel]) -> Kernel:
    """A running kernel with no key: the embedded sandbox serves it."""
    return new_kernel()
