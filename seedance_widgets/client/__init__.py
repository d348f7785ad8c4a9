"""The HTTP client, usable alone: async and blocking. It knows nothing of notebooks, jobs or disks beyond the files it
is handed."""

from __future__ import annotations

from .blocking import Seedance
from .client import AsyncSeedance

__all__ = ["AsyncSeedance", "Seedance"]
