"""What the table that the notebook's file keeps of a sweep of 200 takes costs while it runs, 8 at a time: beside one
that is made anew at every change, as a view that follows its jobs does it.

    python benchmarks/sweep_of_hundreds.py

The service is the sandbox, in a process of its own. CPU is that of the thread on which all jobs are looked at.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seedance_widgets import Sweep, rendering
from seedance_widgets.batch import Batch
from seedance_widgets.jobs import Job
from seedance_widgets.studio import Studio
from seedance_widgets.widgets import base, companion, showing
from tests.support.sandbox import KEY, running_sandbox

TAKES = 200
AT_A_TIME = 8
SPEED = "20"


@dataclass
class Cost:
    """What one way of keeping the table has cost."""

    updates: int = 0
    sent: int = 0
    """Bytes."""
    seconds: float = 0.0

    def count(self, bundle: dict[str, str]) -> None:
        """It was sent to the page."""
        self.updates += 1
        self.sent += len(json.dumps(bundle).encode())

    def timed(self, work: Callable[[], object]) -> None:
        """Do some of its work."""
        began = time.thread_time()
        work()
        self.seconds += time.thread_time() - began

    def row(self, name: str, wall: float) -> str:
        """Its row of the table."""
        rate = self.sent / wall / 1000
        return f"| {name} | {self.updates:,} | {rate:,.1f} kB/s | {self.seconds / wall:.2%} of a core |\n"


def follow_each(batch: Batch, cost: Cost) -> Callable[[], object]:
    """Make the table anew at every change of every job. Returns what looks for jobs that are new."""
    followed: set[str] = set()
    last: list[object] = [None]

    def changed(_job: Job) -> None:
        def renew() -> None:
            table = rendering.sweep_still(batch)
            if table != last[0]:
                last[0] = table
                cost.count(table)

        cost.timed(renew)

    def look() -> None:
        for job in batch.jobs:
            if job.id not in followed:
                followed.add(job.id)
                job.subscribe(changed)

    return look


def main() -> None:
    """Make the takes, and print the table."""
    here, beside = Cost(), Cost()
    renew = companion.Companion._update  # noqa: SLF001  what is measured

    def display(bundle: dict[str, str], **_how: Any) -> None:
        here.count(bundle)

    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(Path(folder) / "service", "--speed", SPEED) as service,
        patch.object(base, "display", lambda *_, **__: None),
        patch.object(companion, "display", display),
        patch.object(companion.Companion, "_update", lambda each: here.timed(lambda: renew(each))),
        patch.object(showing, "cell", lambda: "cell"),
    ):
        studio = Studio(api_key=KEY, base_url=service.url, home=Path(folder) / "home", place=None)
        prompt, moves = "A keeper raises a lantern, {move}", [f"move {number}" for number in range(TAKES)]
        sweep = Sweep(prompt, move=moves, resolution="480p", concurrency=AT_A_TIME, studio=studio)
        sweep._ipython_display_()
        began, busy = time.monotonic(), time.process_time()
        batch = sweep.start(over_budget=True)
        batch.subscribe(follow_each(batch, beside))
        batch.wait()
        wall, busy = time.monotonic() - began, time.process_time() - busy
        sys.stdout.write(f"{dict(batch.tally)} in {wall:.0f} s; this process used {busy / wall:.1%} of a core.\n")
        sys.stdout.write("| the table is renewed | times | to the page | CPU |\n|---|---|---|---|\n")
        sys.stdout.write(here.row("as here", wall))
        sys.stdout.write(beside.row("at every change", wall))
        sweep.close()
        studio.close()


if __name__ == "__main__":
    main()
