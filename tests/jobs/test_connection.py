"""Which service a session talks to, and with which key."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from seedance_widgets import GenerationRequest, Studio, runtime
from seedance_widgets.errors import ConfigurationError
from seedance_widgets.settings import Connection
from tests.support.faulty import Exchange, FaultyServer, answer

from .test_job import WAIT


def test_a_key_that_is_set_in_a_cell_is_used_by_the_next(
    new_studio_at: Callable[..., Studio],
    service: FaultyServer,
    fox: GenerationRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    studio = new_studio_at(service.url, api_key=None)
    with pytest.raises(ConfigurationError, match="SEEDANCE_API_KEY"):
        studio.submit(fox)
    monkeypatch.setenv("SEEDANCE_API_KEY", "a-key")
    studio.submit(fox).wait(WAIT)
    assert service.requests[0].headers["authorization"] == "Bearer a-key"


def told(studio: Studio) -> list[Connection]:
    """The connections that watchers of a studio are told of from now on."""
    seen: list[Connection] = []
    studio.watch_session(lambda: seen.append(studio.connection))
    return seen


def settle() -> None:
    """Let the background loop do what it was asked before."""
    runtime.block(asyncio.sleep(0))


def test_in_the_sandbox_by_choice_no_cell_pays_and_a_job_under_way_goes_on_at_the_service(
    new_studio_at: Callable[..., Studio], service: FaultyServer, fox: GenerationRequest
) -> None:
    studio = new_studio_at(service.url)
    seen = told(studio)
    held = threading.Event()

    def hold(exchange: Exchange) -> None:
        held.wait(WAIT)
        answer(exchange)

    service.always("status", hold)
    paid = studio.submit(fox)
    studio.use("sandbox")
    settle()
    assert seen[-1].free
    assert studio.estimate(fox).free
    rehearsed = studio.submit(fox)
    assert rehearsed is not paid
    assert rehearsed.connection.free
    held.set()
    assert paid.wait(WAIT).connection == studio.service
    assert rehearsed.wait(WAIT).credits_used is not None
    assert service.count("generate") == 1
    assert studio.spent == paid.credits_used

    studio.use("service")
    settle()
    assert not seen[-1].free
    assert studio.submit(fox) is paid
    assert service.count("generate") == 1


def test_a_key_that_is_set_later_leaves_a_session_in_the_sandbox_it_chose(
    new_studio_at: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = new_studio_at(None, api_key=None)
    studio.use("sandbox")
    monkeypatch.setenv("SEEDANCE_API_KEY", "a-key")
    assert studio.connection.free
    studio.use("service")
    assert studio.connection.label == "UlazAI"
    assert studio.key_source == "SEEDANCE_API_KEY"


def test_without_a_key_the_service_cannot_be_chosen_and_nothing_changes(new_studio_at: Callable[..., Studio]) -> None:
    studio = new_studio_at(None, api_key=None)
    seen = told(studio)
    with pytest.raises(ConfigurationError, match=r"no API key for UlazAI.*SEEDANCE_API_KEY.*%seedance_login"):
        studio.use("service")
    with pytest.raises(ValueError, match='"service" or "sandbox", not \'ulazai\''):
        studio.use("ulazai")
    settle()
    assert studio.connection.free
    assert (studio.service.label, seen) == ("UlazAI", [])


def test_with_a_key_that_is_entered_the_service_serves_and_a_job_under_way_goes_on_with_it(
    new_studio_at: Callable[..., Studio], service: FaultyServer, fox: GenerationRequest
) -> None:
    studio = new_studio_at(service.url, api_key="first-key")
    seen = told(studio)
    job = studio.submit(fox)
    studio.use("sandbox")
    said = studio.login("second-key")
    assert "kept in memory until the kernel ends" in said
    assert studio.service.label in said, "it says who makes the videos now"
    settle()
    assert seen
    assert not studio.connection.free
    assert studio.key_source == "what was entered in this session"
    job.wait(WAIT)
    studio.submit(fox, new=True).wait(WAIT)
    sent = [each.headers["authorization"] for each in service.requests if each.route == "generate"]
    assert sent[-1] == "Bearer second-key"
    assert service.count("generate") == 2


def test_a_key_is_kept_for_no_address_that_is_not_safe_for_it(
    new_studio_at: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    studio = new_studio_at(None, api_key=None)
    monkeypatch.setenv("SEEDANCE_BASE_URL", "http://api.example")
    with pytest.raises(ConfigurationError, match="not encrypted"):
        studio.login("a-key")
    monkeypatch.delenv("SEEDANCE_BASE_URL")
    assert studio.connection.free


def test_whoever_watches_no_more_is_told_nothing(new_studio_at: Callable[..., Studio]) -> None:
    studio = new_studio_at(None)
    seen: list[None] = []
    end = studio.watch_session(lambda: seen.append(None))
    end()
    end()
    studio.use("sandbox")
    settle()
    assert seen == []


def test_a_change_while_a_client_is_made_takes_no_key_to_another_service(
    new_studio_at: Callable[..., Studio], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread may set key and address at any line of the loop's: the key goes to its own service."""

    def set_up(name: str) -> None:
        monkeypatch.setenv("SEEDANCE_API_KEY", f"the-key-of-{name}")
        monkeypatch.setenv("SEEDANCE_BASE_URL", f"https://{name}.example")

    set_up("one")
    studio = new_studio_at(None, api_key=None)
    one = studio.connection

    class Overtaken:
        """A connection; by the time it is compared, another thread has changed the session's."""

        label = one.label
        looks = 0

        @property
        def identity(self) -> str:
            self.looks += 1
            if self.looks == 2:
                set_up("two")
                assert studio.connection != one
            return one.identity

    client = runtime.block(studio._connector.connect(Overtaken()))  # type: ignore[arg-type]
    assert (client.connection, client._auth.key.authorization()) == (one, "Bearer the-key-of-one")
    later = runtime.block(studio._connector.connect(studio.connection))
    assert later.connection.base_url == "https://two.example", "a client of one is not used for the other"
    assert later._auth.key.authorization() == "Bearer the-key-of-two"
