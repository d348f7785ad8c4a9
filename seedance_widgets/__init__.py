"""Type a prompt in a notebook, get a video in the same cell.

    %load_ext seedance_widgets
    %seedance A red fox trots through fresh snow --duration 8

or, without magics:

    from seedance_widgets import generate
    job = generate("A red fox trots through fresh snow", duration=8)

Names are imported at first use, so that loading the extension is instant.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .batch import Batch
    from .client import AsyncSeedance, Seedance
    from .errors import SeedanceError
    from .jobs import Job
    from .many import generate_many
    from .models import GenerationRequest
    from .rehearsal import Sandbox
    from .rows import requests_from
    from .runtime import run
    from .studio import Studio, generate
    from .sweep import expand
    from .widgets import Compare, Gallery, JobView, SeedanceForm, Sweep

__version__: Final = "0.1.0"

_HOMES: Final = {
    "AsyncSeedance": "client",
    "Batch": "batch",
    "Compare": "widgets",
    "Gallery": "widgets",
    "GenerationRequest": "models",
    "Job": "jobs",
    "JobView": "widgets",
    "Sandbox": "rehearsal",
    "Seedance": "client",
    "SeedanceError": "errors",
    "SeedanceForm": "widgets",
    "Studio": "studio",
    "Sweep": "widgets",
    "expand": "sweep",
    "generate": "studio",
    "generate_many": "many",
    "requests_from": "rows",
    "run": "runtime",
}

__all__ = [
    "AsyncSeedance",
    "Batch",
    "Compare",
    "Gallery",
    "GenerationRequest",
    "Job",
    "JobView",
    "Sandbox",
    "Seedance",
    "SeedanceError",
    "SeedanceForm",
    "Studio",
    "Sweep",
    "expand",
    "generate",
    "generate_many",
    "requests_from",
    "run",
]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def _show_result(job: Job) -> None:
    from .widgets.showing import show_result

    show_result(job)


def _show_batch(batch: Batch) -> None:
    from .widgets.showing import show_batch

    show_batch(batch)


def _show_what_is_made_live() -> None:
    """Tell a running IPython how a `Job` and a `Batch` are shown, without importing anything for it yet."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        formatter = shell.display_formatter.ipython_display_formatter
        formatter.for_type_by_name("seedance_widgets.jobs.job", "Job", _show_result)
        formatter.for_type_by_name("seedance_widgets.batch", "Batch", _show_batch)


_show_what_is_made_live()


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """`%load_ext seedance_widgets`: registers the magics and sends nothing."""
    from .magics import load

    load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """`%unload_ext seedance_widgets`: puts back everything that loading changed."""
    from .magics import unload

    unload(ipython)
