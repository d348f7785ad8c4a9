"""Which cell runs now, and showing jobs and batches there, live."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.core.getipython import get_ipython
from IPython.display import display

if TYPE_CHECKING:
    from seedance_widgets.batch import Batch
    from seedance_widgets.jobs import Job


def show(job: Job) -> None:
    """Show the job in the cell that runs now."""
    from .job_view import JobView

    display(JobView(job))
    job.shown_by = execution()


def show_result(job: Job) -> None:
    """What IPython does with a job that is the value of a cell: shown, unless the same execution has shown it."""
    running = execution()
    if running is None or job.shown_by != running:
        show(job)


def show_batch(batch: Batch) -> None:
    """What IPython does with a batch that is the value of a cell: shown live.

    NotImplementedError, by which IPython knows to show its table, where there is no notebook.
    """
    if cell() is None:
        raise NotImplementedError
    from .batch_view import BatchView

    display(BatchView(batch))


def execution() -> Any:
    """Which execution of a cell this is; None outside of IPython."""
    shell = get_ipython()
    return None if shell is None else shell.execution_count


def cell() -> str | None:
    """Which cell runs now, by the id it has in the notebook, or by its number where the front end does not tell. None
    where there is no notebook."""
    shell: Any = get_ipython()
    if getattr(shell, "kernel", None) is None:
        return None
    parent = shell.get_parent()
    known = parent.get("metadata", {}).get("cellId") if isinstance(parent, dict) else None
    return str(known or shell.execution_count)
