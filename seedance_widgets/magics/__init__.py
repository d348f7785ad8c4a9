"""`%seedance` and its kin. Loading registers them and sends nothing; unloading puts everything back."""

from __future__ import annotations

from .extension import load, unload

__all__ = ["load", "unload"]
