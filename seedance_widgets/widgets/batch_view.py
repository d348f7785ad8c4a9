"""`BatchView`: a batch as the value of a cell, live, with the page of a `Sweep` that has started."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from seedance_widgets import rendering

from .run_view import RunView

if TYPE_CHECKING:
    from seedance_widgets.batch import Batch
    from seedance_widgets.jobs import Job
    from seedance_widgets.studio import Studio


class BatchView(RunView):
    """The takes of a batch: as the grid of their sweep, else by their prompts; the first 200 of many. Where it is begun
    after it was shown, it goes on here."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        """What it shows."""
        self._layout = rendering.batch_layout(batch.takes, _row_names(batch.labels))
        self._head = rendering.batch_head(batch.takes, self._layout)
        super().__init__()
        self._follow(batch)

    @property
    def takes(self) -> list[Job]:
        """The jobs of the takes it shows, of those that have one so far."""
        places = self._layout.places
        return [take.job for take in self.batch.takes if take.job is not None and take.number in places]

    @property
    def still(self) -> dict[str, str]:
        """Its takes as a table."""
        return rendering.batch_still(self.batch)

    def __repr__(self) -> str:
        return f"<BatchView: {rendering.batch_line(self.batch)}>"

    def _shown(self, now: float) -> dict[str, Any]:
        return {**self._head, "plan": None, "run": rendering.sweep_run(self._layout, self.batch, now), "now": now}

    def _begun_batch(self) -> Batch:
        return self.batch

    def _maker(self) -> Studio:
        return self.batch.studio


def _row_names(labels: Any) -> list[str]:
    """The labels of the rows of a pandas table, where it has others than the numbers they get by themselves."""
    if labels is None or type(labels).__name__ == "RangeIndex":
        return []
    return [", ".join(map(str, label)) if isinstance(label, tuple) else str(label) for label in labels]
