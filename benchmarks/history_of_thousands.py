"""What a gallery asks of a history of 5,000 takes, beside reading all of its rows, as a list of everything would.

    python benchmarks/history_of_thousands.py

The history is a real one, in a file, of 800 prompts over 60 days.
"""

from __future__ import annotations

import json
import random
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seedance_widgets.ledger import Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
from seedance_widgets.studio import Studio
from seedance_widgets.widgets.gallery_pages import FIRST, Filter, Pages

TAKES = 5_000
PROMPTS = 800
DAYS = 60
RUNS = 7
WORDS = (
    "lighthouse keeper",
    "wooden pier",
    "at dusk",
    "brass lantern",
    "thin mist",
    "a slow dolly-in",
    "fox",
    "owl",
    "snow",
)


def fill(studio: Studio) -> None:
    """Enter the takes, in one transaction."""
    chance = random.Random(5)
    prompts = [" ".join(chance.choices(WORDS, k=60)) for _ in range(PROMPTS)]
    now = time.time()
    with studio.ledger._write() as db:  # noqa: SLF001  one by one takes minutes
        for number in range(TAKES):
            request = GenerationRequest(chance.choice(prompts))
            when = now - DAYS * 86_400 * (1 - number / TAKES)
            record = Record(
                id=f"take-{number:06}", connection="ulazai", label="UlazAI", model=request.model.id,
                request=request.to_dict(), fingerprint=request.fingerprint, created=when, updated=when,
                state=State.COMPLETED, credits_used=50, sent=when, finished=when + 80,
            )  # fmt: skip
            studio.ledger._insert(db, record)  # noqa: SLF001  as above


def cost(call: Callable[[], object]) -> tuple[float, float]:
    """Median milliseconds, and peak of memory in MB."""
    call()
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1000)
    tracemalloc.start()
    call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return statistics.median(times), most / 1e6


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(home=folder, place=None)
        fill(studio)
        pages, everything = Pages(studio), Filter(days=0)
        whole, whole_memory = cost(lambda: studio.ledger.history(limit=None))
        sys.stdout.write(f"{TAKES:,} takes. All rows: {whole:.0f} ms, {whole_memory:.1f} MB.\n")
        sys.stdout.write("| what a page asks for | time | of all rows | memory | of all rows |\n")
        sys.stdout.write("|---|---|---|---|---|\n")
        for name, call in {
            "outline and first cards, all time": lambda: pages.outline(everything),
            "the same, last 7 days": lambda: pages.outline(Filter()),
            "the same, words searched for": lambda: pages.outline(Filter(search="owl snow", days=0)),
            "cards from the middle": lambda: pages.cards(everything, TAKES // 3, FIRST),
            "the last cards": lambda: pages.cards(everything, TAKES - 1000, FIRST),
        }.items():
            taken, memory = cost(call)
            sys.stdout.write(
                f"| {name} | {taken:.0f} ms | {taken / whole:.2f} | {memory:.1f} MB | {memory / whole_memory:.2f} |\n"
            )
        told = len(json.dumps(pages.outline(everything)))
        sys.stdout.write(
            f"A message to the page: {told / 1000:.0f} kB, whatever the number of takes but for its days.\n"
        )
        studio.close()


if __name__ == "__main__":
    main()
