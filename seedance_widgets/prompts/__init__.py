"""The prompt: what is typed and what is sent, and the words menus insert. Pure.

Hints are in `checks`, apart: compiling the patterns they look for takes longer than all else that the magics load.
"""

from __future__ import annotations

from .template import Filling, escape, fill, missing_problem, read, unquote, value_of, variables
from .vocabulary import MENUS, Menu

__all__ = [
    "MENUS",
    "Filling",
    "Menu",
    "escape",
    "fill",
    "missing_problem",
    "read",
    "unquote",
    "value_of",
    "variables",
]
