"""The project's notebooks, executed headless in a copy."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from tests.support.environment import ROOT, child_environment
from tests.support.kernel import sockets, write_spec

NOTEBOOKS = ROOT / "notebooks"


@dataclass(frozen=True)
class Executed:
    """An executed copy of a notebook and the folder it ran in."""

    notebook: Any
    folder: Path

    @property
    def code_cells(self) -> list[Any]:
        return [cell for cell in self.notebook.cells if cell.cell_type == "code"]

    def errors(self) -> list[str]:
        """Errors shown under cells that are not tagged to raise one."""
        return [
            f"{cell.source}\n{output.ename}: {output.evalue}"
            for cell in self.code_cells
            if "raises-exception" not in cell.metadata.get("tags", [])
            for output in cell.outputs
            if output.output_type == "error"
        ]

    def text_of(self, start: str) -> str:
        """All that is printed or shown as plain text under the cell whose source starts so."""
        (cell,) = [cell for cell in self.code_cells if cell.source.startswith(start)]
        parts = [
            output.get("text") or output.get("data", {}).get("text/plain") or output.get("evalue", "")
            for output in cell.outputs
        ]
        return "".join(parts)


def execute(source: Path, folder: Path, home: Path, python: Path, timeout: int = 120, **env: str) -> Executed:
    """Run a copy of the notebook in `folder` on `python`, with no key unless `env` has one. A cell that raises unasked
    ends it."""
    copy = folder / source.name
    shutil.copy2(source, copy)
    specs = KernelSpecManager(kernel_dirs=[str(write_spec(python, folder / ".kernels"))])
    manager = AsyncKernelManager(kernel_name="test", kernel_spec_manager=specs, **sockets())
    notebook = nbformat.read(copy, as_version=4)
    client = NotebookClient(notebook, km=manager, timeout=timeout, resources={"metadata": {"path": str(folder)}})
    client.execute(cleanup_kc=True, env=child_environment(home, IPYTHONDIR=str(folder / ".ipython"), **env))
    nbformat.write(notebook, copy)
    return Executed(notebook, folder)


def books(folder: Path) -> list[tuple[str, str, int]]:
    """Prompt, state and credits kept of every job in the own database of the sandbox that served a notebook run in
    `folder` with `.home` there, oldest first."""
    with closing(sqlite3.connect(folder / ".home" / "sandbox" / "sandbox.sqlite3")) as db:
        rows = db.execute("SELECT request, state, credits, refund FROM jobs ORDER BY created").fetchall()
    return [
        (json.loads(request)["prompt"], state, 0 if state == "failed" and refund else cost)
        for request, state, cost, refund in rows
    ]
