"""Paths of the clone, and the environment in which programs are started by tests."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The clone."""

PACKAGE = ROOT / "seedance_widgets"

ARTIFACTS = ROOT / "artifacts"
"""Screenshots and traces, git-ignored."""

SEEDANCE_VARIABLES = ("SEEDANCE_API_KEY", "SEEDANCE_BASE_URL", "SEEDANCE_HOME", "SEEDANCE_LEDGER_URL")


def isolated_environment(home: Path) -> dict[str, str]:
    """The variables that keep a program off the user's own takes and keys: `home` is its SEEDANCE_HOME."""
    return {
        "SEEDANCE_HOME": str(home),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
    }


def child_environment(home: Path, **extra: str) -> dict[str, str]:
    """A whole environment for a child process: this one, less every SEEDANCE_ setting, plus isolation and `extra`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SEEDANCE_")}
    return kept | isolated_environment(home) | extra
