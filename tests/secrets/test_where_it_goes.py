"""Which key is taken from where, and what is no key or no safe place for one is refused, without being quoted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import keyring
import keyring.backend
import pytest

from seedance_widgets import AsyncSeedance, GenerationRequest, Seedance, Studio, homes
from seedance_widgets.errors import ConfigurationError, SeedanceError
from tests.client.shown import everything_shown
from tests.secrets.search import KEY, bearers, found_in, objects_that_show_it
from tests.support.faulty import FaultyServer

FOX = GenerationRequest("A red fox trots through fresh snow", resolution="480p")


class InMemory(keyring.backend.KeyringBackend):
    """A keyring of this process."""

    priority = 1.0  # type: ignore[assignment]

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> InMemory:
    ring = InMemory()
    monkeypatch.setattr(keyring, "get_password", ring.get_password)
    monkeypatch.setattr(keyring, "set_password", ring.set_password)
    return ring


def test_the_argument_goes_before_the_environment_and_that_before_the_keyring(
    server: FaultyServer, home: Path, store: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.set_password("seedance-widgets", server.url, f"{KEY}-kept")
    for variable, argument, sent, source in (
        (None, None, f"{KEY}-kept", "the keyring"),
        (f"{KEY}-set", None, f"{KEY}-set", "SEEDANCE_API_KEY"),
        (f"{KEY}-set", f"{KEY}-given", f"{KEY}-given", "the argument"),
    ):
        if variable:
            monkeypatch.setenv("SEEDANCE_API_KEY", variable)
        studio = Studio(api_key=argument, base_url=server.url, home=home)
        assert studio.key_source == source
        server.requests.clear()
        studio.submit(FOX, new=True).wait(30)
        assert bearers(server.requests) == {
            ("generate", f"Bearer {sent}"), ("status", f"Bearer {sent}"), ("media", None)
        }  # fmt: skip
        studio.close()


def test_a_key_that_was_typed_is_kept_in_the_keyring_and_found_by_the_next_session(
    server: FaultyServer, new_studio: Callable[..., Studio], store: InMemory
) -> None:
    said = new_studio(server.url, None).login(f" {KEY}\n")
    assert "keyring" in said
    assert list(store.kept.values()) == [KEY]
    after = new_studio(server.url, None)
    assert after.key_source == "the keyring"
    assert not found_in(said)
    assert not objects_that_show_it()


NO_KEYS = [f"{KEY} {KEY}", f"{KEY}\n{KEY}", f"{KEY}\tx", f"{KEY}\x00", f"{KEY}ä"]


@pytest.mark.parametrize("number", range(len(NO_KEYS)))
@pytest.mark.parametrize("way", ["argument", "environment", "keyring", "login", "client", "blocking client"])
def test_what_can_be_no_key_is_refused_and_not_quoted(
    way: str, number: int, server: FaultyServer, home: Path, store: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = NO_KEYS[number]
    if way == "environment":
        if "\0" in bad:
            bad = bad.replace("\0", "\x01")  # no variable can hold the other
        monkeypatch.setenv("SEEDANCE_API_KEY", bad)
    store.set_password("seedance-widgets", server.url, bad if way == "keyring" else KEY)
    ways: dict[str, Callable[[], object]] = {
        "argument": lambda: Studio(api_key=bad, base_url=server.url, home=home),
        "environment": lambda: Studio(base_url=server.url, home=home),
        "keyring": lambda: Studio(base_url=server.url, home=home),
        "login": lambda: Studio(base_url=server.url, home=home).login(bad),
        "client": lambda: AsyncSeedance(bad, server.url),
        "blocking client": lambda: Seedance(bad, server.url),
    }
    with pytest.raises(ConfigurationError, match="API key") as caught:
        ways[way]()
    assert not found_in(everything_shown(caught.value))
    assert server.connections == 0


@pytest.mark.parametrize("way", ["argument", "environment", "keyring", "client", "blocking client"])
def test_an_address_that_is_not_encrypted_is_refused_before_anything_connects(
    way: str, server: FaultyServer, home: Path, store: InMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """0.0.0.0 is no loopback address by name, and yet a request to it would arrive at our server."""
    url = f"http://0.0.0.0:{server.port}"
    if way == "environment":
        monkeypatch.setenv("SEEDANCE_API_KEY", KEY)
    store.set_password("seedance-widgets", url, KEY)
    ways: dict[str, Callable[[], object]] = {
        "argument": lambda: Studio(api_key=KEY, base_url=url, home=home).submit(FOX),
        "environment": lambda: Studio(base_url=url, home=home).submit(FOX),
        "keyring": lambda: Studio(base_url=url, home=home).submit(FOX),
        "client": lambda: AsyncSeedance(KEY, url),
        "blocking client": lambda: Seedance(KEY, url).status("gen-1"),
    }
    with pytest.raises(ConfigurationError, match="not encrypted") as caught:
        ways[way]()
    assert not found_in(everything_shown(caught.value))
    assert server.connections == 0


def test_no_error_of_setting_up_prints_the_environment(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A verbose traceback prints what the lines in it name, and `os.environ` holds the key."""
    monkeypatch.setenv("SEEDANCE_API_KEY", KEY)
    monkeypatch.setattr(homes, "temporary_places", lambda: iter(()))
    (tmp_path / "file").write_text("no folder")
    ways: list[Callable[[], object]] = [
        lambda: Studio(home=tmp_path / "file"),
        lambda: Studio(home=home, base_url="http://api.example"),
        lambda: Studio(home=home, base_url="no address").submit(FOX),
        lambda: AsyncSeedance(base_url="no address"),
    ]
    for way in ways:
        with pytest.raises(SeedanceError) as caught:
            way()
        assert not found_in(everything_shown(caught.value))


@pytest.mark.parametrize("url", ["{}", "https://me:{}@api.example", "https://api.example/?key={}"])
def test_a_key_where_an_address_belongs_is_not_quoted(url: str, home: Path) -> None:
    address = url.format(KEY)
    for made in (lambda: Studio(base_url=address, home=home), lambda: Seedance("another-key", address)):
        with pytest.raises(ConfigurationError, match="not the address") as caught:
            made()
        assert not found_in(str(caught.value))
