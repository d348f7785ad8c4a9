"""Where requests go and with which key; and that the key shows itself nowhere."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import pickle
from typing import Any

import pytest

from seedance_widgets import AsyncSeedance, Seedance, settings
from seedance_widgets.errors import ConfigurationError
from seedance_widgets.settings import ApiKey, connection_to, resolve
from tests.client.shown import everything_shown

SECRET = "sk-marked-4f9a1c7e"


def test_with_nothing_set_the_sandbox_serves() -> None:
    found = resolve({})
    assert found.connection is settings.SANDBOX_CONNECTION
    assert found.key is None


def test_the_key_comes_from_the_argument_then_the_environment_then_the_keyring() -> None:
    env = {"SEEDANCE_API_KEY": "from-environment"}
    expected = [
        (resolve(env, api_key="from-argument", stored_key="from-keyring"), "from-argument", "the argument"),
        (resolve(env, stored_key="from-keyring"), "from-environment", "SEEDANCE_API_KEY"),
        (resolve({"SEEDANCE_API_KEY": ""}, stored_key="from-keyring"), "from-keyring", "the keyring"),
    ]
    for found, key, source in expected:
        assert found.key is not None
        assert found.key.authorization() == f"Bearer {key}"
        assert found.key_source == source
        assert found.connection.base_url == settings.DEFAULT_BASE_URL


def test_the_address_comes_from_the_argument_then_the_environment() -> None:
    env = {"SEEDANCE_BASE_URL": "https://b.example/"}
    assert resolve(env, base_url="https://a.example").connection.base_url == "https://a.example"
    assert resolve(env).connection.base_url == "https://b.example"


@pytest.mark.parametrize(
    "url",
    ["http://api.ulazai.com", "http://10.0.0.1", "http://localhost.evil.com", "http://127.0.0.1.evil.com", "http://0.0.0.0",
     "http://[::2]", "http://LOCALHOST.", "HTTP://example.com"],
)  # fmt: skip
def test_a_key_is_never_sent_unencrypted_to_another_machine(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not encrypted"):
        connection_to(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:9/", "http://127.8.8.8"])
def test_this_machine_needs_no_encryption(url: str) -> None:
    assert connection_to(url).base_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    ["", "api.ulazai.com", "ftp://api.ulazai.com", "https://", "https://u:p@api.ulazai.com", "https://a.com?x=1", "https://a#b",
     "https://a.com:x", "https://a.com:99999", "https://[::1", "https://a b.com", "https://a.com\\@evil.com", "https://a\n.com",
     "https://@evil.com", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_of_a_service_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="not the address"):
        connection_to(url)


def test_one_service_has_one_identity_however_it_is_written() -> None:
    written = [
        "https://API.ulazai.com",
        "https://api.ulazai.com/",
        "https://api.ulazai.com:443",
        " https://api.ulazai.com ",
    ]
    assert len({connection_to(url).identity for url in written}) == 1
    assert connection_to(written[0]).label == "UlazAI"
    assert connection_to("https://evil-ulazai.com").label == "evil-ulazai.com"
    assert connection_to("https://a.example:8443").identity != connection_to("https://a.example").identity


@pytest.mark.parametrize("bad", ["", "  ", "a b", "a\nb", "schlüssel", "k\x00", None, 5, b"bytes"])
def test_a_key_that_can_be_none_is_refused_before_a_header_is_made_of_it(bad: Any) -> None:
    with pytest.raises(ConfigurationError, match="API key"):
        ApiKey(bad)


def test_the_key_hides_from_everything_that_prints_or_keeps_objects() -> None:
    key = ApiKey(f" {SECRET}\n")
    held = resolve({}, api_key=key)
    shown = [
        repr(key),
        str(key),
        f"{key}",
        f"{key!r:>40}",
        f"{[key]}",
        repr(held),
        str(dir(key)),
        repr(key.__reduce_ex__),
    ]
    shown += [str({name: getattr(key, name) for name in ApiKey.__slots__}), repr(dataclasses.fields(held))]
    assert not any(SECRET in text for text in shown)
    for keep in (pickle.dumps, copy.copy, copy.deepcopy, vars, json.dumps):
        with pytest.raises(TypeError) as caught:
            keep(key)
        assert SECRET not in str(caught.value)
    assert key.authorization() == f"Bearer {SECRET}"
    assert key.same_as(ApiKey(SECRET))
    assert not key.same_as(ApiKey("another-key"))


def test_the_key_is_taken_out_of_what_a_server_says() -> None:
    assert ApiKey(SECRET).hide_in(f"Invalid key {SECRET}!") == "Invalid key [key]!"
    assert ApiKey("e").hide_in("seedance") == "seedance", "a one-letter key of a sandbox is no secret"


BAD_KEY = f"{SECRET} {SECRET}"
FAILURES: dict[str, Any] = {
    "a key that is none": lambda: ApiKey(BAD_KEY),
    "such a key for settings": lambda: resolve({}, api_key=BAD_KEY),
    "such a key for a client": lambda: AsyncSeedance(BAD_KEY),
    "such a key for the blocking client": lambda: Seedance(BAD_KEY),
    "an address that is not safe": lambda: AsyncSeedance(SECRET, "http://api.ulazai.com"),
    "the same, blocking": lambda: Seedance(SECRET, "http://api.ulazai.com"),
    "an address that is none": lambda: Seedance(SECRET, "https://exa mple.com"),
    "an address with an odd host": lambda: Seedance(SECRET, "https://xn--a.com"),
    "a style that is none": lambda: Seedance(SECRET, "https://a.example", style="odd"),  # type: ignore[arg-type]
    "from the environment": lambda: AsyncSeedance(base_url="http://api.ulazai.com"),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_traceback_with_locals_shows_no_key(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEEDANCE_API_KEY", SECRET)
    logging.getLogger().setLevel(logging.DEBUG)
    with pytest.raises(ConfigurationError) as caught:
        FAILURES[name]()
    assert SECRET not in everything_shown(caught.value)
