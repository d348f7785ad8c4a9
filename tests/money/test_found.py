"""Faults that drawn schedules have found, each as a test of its own."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from pathlib import Path

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.ledger import LEDGER_FILE, Ledger, Record
from seedance_widgets.states import State


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


def test_a_studio_that_is_closed_takes_no_job_over_afterwards(home: Path) -> None:
    """Its thread went on alone, took the job and held it: no later kernel could have it."""
    studio, later = (Studio(api_key="a-key", base_url="http://127.0.0.1:9", home=home) for _ in range(2))
    later.ledger.begin(_lost(later), reuse=False)
    (job,) = studio.history()
    with closing(sqlite3.connect(home / LEDGER_FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")  # what the job asks of the ledger has to wait
        job.attach("some-generation-id")
        closing_it = threading.Thread(target=studio.close)
        closing_it.start()
        closing_it.join(0.3)  # longer if it waits, as it should
        other.execute("ROLLBACK")
    closing_it.join()
    found = later.ledger.get(job.id)  # after every write that waited
    assert found is not None
    assert not later.ledger.is_alive(studio.ledger.owner)
    later.close()


def _lost(studio: Studio) -> Record:
    request = GenerationRequest("A fox", resolution="480p")
    return Record(
        id="20260101-000000-abcdef",
        connection=studio.connection.identity,
        label="here",
        model=request.model.id,
        request=request.to_dict(),
        fingerprint=request.fingerprint,
        created=1.0,
        updated=1.0,
        state=State.UNCERTAIN,
    )
