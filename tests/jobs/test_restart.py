"""Two kernels on one history, and kernels that come after others: each studio stands for one kernel."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.ledger import count_unfinished
from tests.support.faulty import FaultyServer, says
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT, jobs_made, reaches


def abandon(studio: Studio) -> None:
    """What a kernel's death does: its work stops where it is, and its lock is free."""
    studio.ledger.close()


def rewrite(home: Path, **columns: object) -> None:
    """The row as a kernel left it that died at another moment."""
    with sqlite3.connect(home / "ledger.db") as db:
        for name, value in columns.items():
            db.execute(f"UPDATE jobs SET {name} = ?", (value,))
    db.close()


def test_a_finished_job_is_there_in_the_next_kernel(new_studio: Callable[..., Studio], fox: GenerationRequest) -> None:
    made = new_studio().submit(fox).wait(WAIT)
    (found,) = new_studio().history()
    assert found is not made
    assert (found.id, found.path, found.request, found.credits_used) == (
        made.id,
        made.path,
        made.request,
        made.credits_used,
    )


def test_a_running_job_is_followed_by_the_next_kernel_without_sending(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox, home: Path
) -> None:
    first = new_studio()
    job = first.submit(fox)
    job.wait(WAIT)
    abandon(first)
    rewrite(home, state="processing", reason=None, media=None, owner="a-kernel-that-died")
    assert count_unfinished(home) == 1
    (resumed,) = new_studio().resume()
    resumed.wait(WAIT)
    assert resumed.path is not None
    assert resumed.path.exists()
    assert jobs_made(sandbox) == 1


@pytest.mark.parametrize(
    ("state", "reason", "becomes"),
    [
        ("submitting", None, "uncertain"),  # it may have left
        ("submitting", "rate_limited", "cancelled"),  # it had not: nobody sends without being asked
        ("uploading", None, "cancelled"),
        ("draft", None, "cancelled"),
    ],
)
def test_a_kernel_that_died_before_the_reply_leaves_a_job_that_says_so(
    new_studio: Callable[..., Studio],
    fox: GenerationRequest,
    sandbox: RunningSandbox,
    home: Path,
    state: str,
    reason: str | None,
    becomes: str,
) -> None:
    first = new_studio()
    first.submit(fox).wait(WAIT)
    abandon(first)
    rewrite(home, state=state, reason=reason, generation_id=None, media=None, sent=None, owner="a-kernel-that-died")
    (job,) = new_studio().resume()
    reaches(job, lambda job: job.status == becomes)
    assert jobs_made(sandbox) == 1


def test_a_job_of_a_living_kernel_is_watched_not_taken(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    with sandbox.faults("status", "generate", 1, code=429, retry_after=2):
        job = new_studio().submit(fox)
        reaches(job, lambda job: job.reason == "rate_limited")
        (other,) = new_studio().resume()
        reaches(other, lambda job: job.status == "completed")
    assert other.record.owner == job.record.owner
    assert other.path == job.path
    assert jobs_made(sandbox) == 1


def test_two_kernels_that_ask_for_the_same_make_one_job(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    studios = [new_studio() for _ in range(2)]
    ready = threading.Barrier(len(studios))
    ids: list[str] = []

    def ask(studio: Studio) -> None:
        ready.wait()
        ids.append(studio.submit(fox).wait(WAIT).id)

    threads = [threading.Thread(target=ask, args=(studio,)) for studio in studios]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert jobs_made(sandbox) == 1


def test_looking_for_unfinished_jobs_makes_no_file(home: Path) -> None:
    assert count_unfinished(home) == 0
    assert not home.exists()


def test_a_take_whose_file_is_gone_is_fetched_again_and_not_made_again(
    new_studio: Callable[..., Studio], fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    job = new_studio().submit(fox).wait(WAIT)
    assert job.path is not None
    assert job.placed is not None
    job.placed.unlink()
    job.path.unlink()
    again = new_studio().submit(fox)
    reaches(again, lambda job: job.status == "completed" and job.path is not None and job.path.exists())
    assert jobs_made(sandbox) == 1


def test_a_take_that_failed_at_the_service_is_not_looked_at_again(
    kernel: Callable[[], Studio], fox: GenerationRequest, service: FaultyServer, home: Path
) -> None:
    service.always("status", says(200, {"success": True, "status": "failed", "error": "No."}))
    first = kernel()
    reaches(first.submit(fox), lambda job: job.status == "failed")
    first.close()
    assert count_unfinished(home) == 0
    assert kernel().resume() == []


def test_a_take_of_another_service_is_left_to_a_session_that_has_its_key(
    new_studio: Callable[..., Studio], fox: GenerationRequest, home: Path
) -> None:
    first = new_studio()
    first.submit(fox).wait(WAIT)
    abandon(first)
    rewrite(home, state="processing", media=None, owner="a-kernel-that-died", connection="other.example|model")
    later = new_studio()
    assert later.resume() == []
    (other,) = later.unfinished()
    assert other.status == "processing"


def test_a_key_is_stored_for_one_service_and_found_for_no_other(
    monkeypatch: pytest.MonkeyPatch, new_studio: Callable[..., Studio], sandbox: RunningSandbox
) -> None:
    import keyring
    from keyring.backend import KeyringBackend

    class InMemory(KeyringBackend):
        priority = 1  # type: ignore[assignment]

        def __init__(self) -> None:
            super().__init__()
            self.kept: dict[tuple[str, str], str] = {}

        def get_password(self, service: str, username: str) -> str | None:
            return self.kept.get((service, username))

        def set_password(self, service: str, username: str, password: str) -> None:
            self.kept[service, username] = password

    before = keyring.get_keyring()
    keyring.set_keyring(InMemory())
    try:
        said = new_studio(api_key=None, base_url="https://one.example").login("a-secret-key")
        assert "keyring" in said
        assert new_studio(api_key=None, base_url="https://one.example").key_source == "the keyring"
        assert new_studio(api_key=None, base_url=sandbox.url).key_source == ""
    finally:
        keyring.set_keyring(before)
