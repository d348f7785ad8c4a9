"""`Sandbox`: faults on the sandbox of a session, without an address or a key, and never at a paid service."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Sandbox, Studio
from seedance_widgets.errors import ConfigurationError, OfflineError
from seedance_widgets.sandbox import Control
from tests.support.faulty import FaultyServer
from tests.support.sandbox import KEY, RunningSandbox

ONLY_HERE = "faults can only be rehearsed in the sandbox"
FOX = GenerationRequest("A red fox trots through fresh snow", resolution="480p")


@pytest.fixture
def studio(home: Path) -> Iterator[Callable[..., Studio]]:
    studios: list[Studio] = []

    def make(**options: str) -> Studio:
        studios.append(Studio(home=home, place=None, **options))
        return studios[-1]

    yield make
    for made in studios:
        made.close()


def test_the_embedded_sandbox_is_found_without_an_address_and_again_after_it_died(studio):
    one = studio()
    sandbox = Sandbox(one)
    with sandbox.faults("stuck_job"):
        job = one.submit(FOX)
    assert job.status == "processing"
    assert [entry["generation_id"] for entry in sandbox.jobs()] == [job.generation_id]
    assert sandbox.credits == 10_000 - 10
    before = sandbox.url
    one._connector._sandbox.stop()
    assert [entry["generation_id"] for entry in sandbox.jobs()] == [job.generation_id]
    assert sandbox.url != before


def test_the_end_of_a_block_waits_for_its_fault_to_strike_and_for_the_request_to_end(studio, sandbox: RunningSandbox):
    one = studio(api_key=KEY, base_url=sandbox.url)
    rehearsed = Sandbox(one)
    with rehearsed.faults("lost_request") as fault:
        job = one.submit(FOX)
    assert (job.status, fault["hits"]) == ("uncertain", 1)
    assert sandbox.control.list_faults() == []
    with rehearsed.faults("lost_request") as fault:
        assert one.submit(FOX) is job  # nothing is sent, so there is nothing to wait for
    assert fault["hits"] == 0


def test_an_error_in_a_block_is_not_held_back(studio, sandbox: RunningSandbox):
    one = studio(api_key=KEY, base_url=sandbox.url)
    with pytest.raises(ZeroDivisionError), Sandbox(one).faults("lost_request"):
        _ = 1 / 0
    assert sandbox.control.list_faults() == []


def test_a_paid_service_is_not_asked(studio):
    with pytest.raises(ConfigurationError, match=f"This session talks to UlazAI, and {ONLY_HERE}"):
        Sandbox(studio(api_key="sk-real"))
    with pytest.raises(ConfigurationError, match=ONLY_HERE):
        Control("https://api.ulazai.com")


def test_another_service_on_this_machine_is_told_from_a_sandbox(studio):
    with FaultyServer() as other, pytest.raises(ConfigurationError, match=ONLY_HERE):
        Sandbox(studio(api_key=KEY, base_url=other.url))


def test_where_nothing_answers_it_says_how_to_start_one():
    with pytest.raises(OfflineError, match="Start one with python -m"):
        Control("http://127.0.0.1:9").stats()


@pytest.mark.parametrize("address", ["", "127.0.0.1:8899", "http://[", "http://127.0.0.1.example.org", "file:///etc"])
def test_what_is_no_address_of_a_sandbox_is_refused_before_anything_is_sent(address):
    with pytest.raises(ConfigurationError, match=ONLY_HERE):
        Control(address)


def test_the_dashboard_lists_what_was_accepted_newest_first(unrendered: RunningSandbox):
    first, second = unrendered.create("The first"), unrendered.create("The second")
    newest = unrendered.control.jobs()[:2]
    assert [(entry["generation_id"], entry["prompt"]) for entry in newest] == [
        (second, "The second"), (first, "The first")
    ]  # fmt: skip
    assert newest[0].items() >= {"status": "processing", "credits_used": 10, "credits_refunded": False}.items()
