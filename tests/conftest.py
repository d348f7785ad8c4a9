"""What holds for every test: no key, no real keyring, a home and a working directory of its own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support.environment import SEEDANCE_VARIABLES, isolated_environment

# No deadline: a loaded machine makes an example slow, not wrong.
settings.register_profile("quick", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("thorough", parent=settings.get_profile("quick"), max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture
def anyio_backend() -> str:
    """Async tests run on asyncio: the loop that kernels and the runtime use."""
    return "asyncio"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """This test's SEEDANCE_HOME. Not made beforehand: making it (mode 0700) is the package's work."""
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def isolation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, home: Path) -> None:
    """No test sees the key, the takes or the keyring of whoever runs it, nor leaves a file in the clone."""
    for name in SEEDANCE_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in isolated_environment(home).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
