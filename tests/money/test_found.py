"""Faults that drawn schedules have found, each as a test of its own."""

from __future__ import annotations

import threading
from pathlib import Path

from seedance_widgets.ledger import LEDGER_FILE, Ledger


def test_many_kernels_that_open_a_new_history_at_once_all_get_it(tmp_path: Path) -> None:
    """SQLite does not wait when two connections switch a new file to WAL: one was told that it is locked."""
    refused: list[Exception] = []
    for number in range(20):
        home = tmp_path / str(number)
        ledgers = [Ledger(f"sqlite:///{home / LEDGER_FILE}", home) for _ in range(6)]
        ready = threading.Barrier(len(ledgers))

        def look(ledger: Ledger, ready: threading.Barrier = ready) -> None:
            ready.wait()
            try:
                ledger.history()
            except Exception as error:  # noqa: BLE001  whatever it is told
                refused.append(error)

        threads = [threading.Thread(target=look, args=(ledger,)) for ledger in ledgers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for ledger in ledgers:
            ledger.close()
    assert not refused
