"""How a wait for many takes goes, where no widget shows it: a bar by tqdm, else a line a take."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

from .rendering import short

if TYPE_CHECKING:
    from .jobs import Job


class Bar:
    """Shown for the length of a `with` block. `wish`: None is tqdm's bar where tqdm is installed, else nothing; True is
    the bar, else a line for each take; False is nothing.

    The bar is tqdm's own of letters, in notebooks too: its widget would be dead in a saved one, at 0 %."""

    def __init__(self, count: int, wish: bool | None) -> None:
        self._count = count
        self._done = 0
        self._wish = wish
        self._bar: Any = None

    def __enter__(self) -> Self:
        if self._wish is not False:
            try:
                from tqdm import tqdm
            except ImportError:
                pass
            else:
                self._bar = tqdm(total=self._count, unit="take", file=_page())
        return self

    def show(self, job: Job, takes: int) -> None:
        """So many takes more are over: those of this job."""
        self._done += takes
        if self._bar is not None:
            self._bar.update(takes)
        elif self._wish:
            prompt = short(job.request.prompt, 60)
            print(f"{self._done} of {self._count}: {job.info.title} · {prompt}", flush=True)  # noqa: T201  it was asked for

    @contextmanager
    def aside(self) -> Iterator[None]:
        """While somebody else may print: the bar leaves its line to them, and comes back below."""
        if self._bar is not None:
            self._bar.clear()
        yield
        if self._bar is not None:
            self._bar.refresh()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()


def _page() -> TextIO:
    """Where a bar goes: beside the output, as usual; in a notebook that looks as if something was wrong."""
    return sys.stdout if type(sys.stdout).__module__.startswith("ipykernel") else sys.stderr
