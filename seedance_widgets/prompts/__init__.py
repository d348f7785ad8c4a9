"""The prompt: what is typed and what is sent, the words menus insert, and hints that never block. Pure."""

from __future__ import annotations

from .checks import Check, Draft, Fix, checks
from .template import Filling, escape, fill, missing_problem, read, unquote, value_of, variables
from .vocabulary import MENUS, Menu

__all__ = [
    "MENUS",
    "Check",
    "Draft",
    "Filling",
    "Fix",
    "Menu",
    "checks",
    "escape",
    "fill",
    "missing_problem",
    "read",
    "unquote",
    "value_of",
    "variables",
]
