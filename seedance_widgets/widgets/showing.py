"""Show a job as a live cell, once a cell execution."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.display import display

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job


def show(job: Job) -> None:
    """Show the job in the cell that runs now."""
    from .job_view import JobView

    display(JobView(job))
    job.shown_by = _execution()


def show_result(job: Job) -> None:
    """What IPython does with a job that is the value of a cell: shown, unless the same execution has shown it."""
    execution = _execution()
    if execution is None or job.shown_by != execution:
        show(job)


def _execution() -> Any:
    shell = get_ipython()
    return None if shell is None else shell.execution_count
