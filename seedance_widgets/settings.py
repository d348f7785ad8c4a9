"""Where requests go and with which key: pure, the environment comes in as a mapping."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from .capabilities import DEFAULT_MODEL, Model
from .errors import ConfigurationError

DEFAULT_BASE_URL: Final = "https://api.ulazai.com"
"""The service (reference). A setting, since newer pages of the host use another name."""

KEY_VARIABLE: Final = "SEEDANCE_API_KEY"
BASE_URL_VARIABLE: Final = "SEEDANCE_BASE_URL"
HOME_VARIABLE: Final = "SEEDANCE_HOME"
LEDGER_VARIABLE: Final = "SEEDANCE_LEDGER_URL"

SANDBOX: Final = "sandbox"
"""The identity of the embedded sandbox in the ledger; its port changes with every start and is never stored."""


_SECRET_LENGTH: Final = 8
"""Characters from which on a key is taken for a secret."""

_TELLING_LENGTH: Final = 12
"""So many of its first characters in a row are a key that broke off, not chance."""


class ApiKey:
    """An API key that hides itself: from repr, str, pickle, copies and `vars`, and so from every traceback."""

    __slots__ = ("_reveal", "_without")

    def __init__(self, value: str) -> None:
        text = value.strip() if isinstance(value, str) else ""
        if not text or any(ord(c) < 33 or ord(c) > 126 for c in text):
            value = text = ""  # a verbose traceback prints locals
            raise ConfigurationError(
                "The API key is empty or holds characters no key has.", todo="Copy it again from your dashboard."
            )
        self._reveal: Callable[[], str] = lambda: text
        # Bound, so that no frame of ours has the pattern for a local, should a person interrupt it.
        self._without = re.compile(_copies_of(text) if len(text) >= _SECRET_LENGTH else "(?!)").sub

    def authorization(self) -> str:
        """The value of the Authorization header. The one place the key comes out."""
        return f"Bearer {self._reveal()}"

    def same_as(self, other: ApiKey) -> bool:
        """Whether both hold one key."""
        return self._reveal() == other._reveal()

    def hide_in(self, text: str) -> str:
        """`text` with every copy of the key taken out, whole or broken off: what a server says may echo it, plain or
        escaped as in JSON, HTML or an address, or as base64. A key as short as a word, which only a sandbox takes, is
        no secret and may stand there by chance."""
        return self._without("[key]", text)

    def __repr__(self) -> str:
        return "<API key, hidden>"

    def __reduce__(self) -> Any:
        raise TypeError("An API key is never pickled or copied.")


def _copies_of(key: str) -> str:
    """A pattern for a key in what a server says: all of it, or so much of its start that it is no chance."""
    written = [_written(char) for char in key]
    start, rest = written[:_TELLING_LENGTH], written[_TELLING_LENGTH:]
    more = f"(?:{'|'.join(sorted(set(rest)))}){{0,{len(rest)}}}" if rest else ""
    packed = re.escape(base64.b64encode(key.encode()).decode().rstrip("="))
    return f"{''.join(start)}{more}|{packed}=*"


def _written(char: str) -> str:
    """A pattern for one character of a key in the ways in which a server may write it."""
    code = f"{ord(char):02x}"
    escaped = "".join(f"[{c}{c.upper()}]" if c.isalpha() else c for c in code)
    return rf"(?:\\?{re.escape(char)}|%{escaped}|\\u00{escaped}|&#0*{ord(char)};|&#[xX]0*{escaped};)"


def hidden(key: str | ApiKey) -> ApiKey | ConfigurationError:
    """A key that was handed in, as one that hides itself. Text that can be no key gives the error for whoever got it to
    raise, once the text is none of their locals any more: a verbose traceback prints those."""
    try:
        return key if isinstance(key, ApiKey) else ApiKey(key)
    except ConfigurationError as error:
        return error.with_traceback(None)


@dataclass(frozen=True, slots=True)
class Connection:
    """A service to talk to. Reuse, estimates, usual durations and budgets belong to one connection."""

    base_url: str
    """Where requests go, without a trailing slash. Empty for an embedded sandbox that has not been started."""
    identity: str
    """What the ledger knows it by: `sandbox`, or host and model."""
    label: str
    """What people call it."""
    model: Model = DEFAULT_MODEL
    badge: str = ""
    """What the badge adds to the label; empty for a paid service."""
    free: bool = False


_DEFAULT_PORTS: Final = {"http": 80, "https": 443}

SANDBOX_CONNECTION: Final = Connection(
    base_url="", identity=SANDBOX, label="Sandbox", badge="free, renders an animatic", free=True
)


def connection_to(base_url: str, model: Model = DEFAULT_MODEL) -> Connection:
    """The connection for an address. ConfigurationError where it is none, or not safe to send a key to."""
    url = base_url.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
        parts = urlsplit("")
    odd = any(c.isspace() or not c.isprintable() or c in '\\^`{|}<>"%' for c in url)
    if parts.scheme not in ("http", "https") or not host or odd or parts.query or parts.fragment or "@" in parts.netloc:
        # What is like no address may be a key in the wrong place, and what is before an @ a password.
        what = repr(base_url) if "://" in url and not any(c in url for c in "@?#") else "What was given"
        raise ConfigurationError(
            f"{what} is not the address of a service.", todo=f"Use an address such as {DEFAULT_BASE_URL}."
        )
    if parts.scheme == "http" and not is_loopback(host):
        raise ConfigurationError(
            f"{url} is not encrypted, and a key is never sent over it.", todo="Use its https:// address."
        )
    name = host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"
    label = "UlazAI" if host == "ulazai.com" or host.endswith(".ulazai.com") else name
    return Connection(base_url=url, identity=f"{name}{parts.path}|{model.id}", label=label, model=model)


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only be this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


FROM_ARGUMENT: Final = "the argument"
FROM_KEYRING: Final = "the keyring"
FROM_PERSON: Final = "what was entered in this session"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session runs with."""

    connection: Connection
    key: ApiKey | None
    key_source: str
    """In words, for messages: one of those above, "SEEDANCE_API_KEY", or empty."""


def resolve(
    env: Mapping[str, str],
    *,
    api_key: str | ApiKey | None = None,
    base_url: str | None = None,
    stored_key: str | ApiKey | None = None,
    key_source: str = FROM_ARGUMENT,
) -> Settings:
    """Argument, then environment, then keyring. With neither key nor base URL the embedded sandbox serves. `key_source`
    says where `api_key` is from.

    ConfigurationError where key or address cannot be used; its traceback shows no key, even with locals.
    """
    try:
        return _resolve(env, api_key, base_url, stored_key, key_source)
    except ConfigurationError as error:
        failure = error.with_traceback(None)
    del env, api_key, stored_key
    raise failure


def _resolve(
    env: Mapping[str, str],
    api_key: str | ApiKey | None,
    base_url: str | None,
    stored_key: str | ApiKey | None,
    key_source: str,
) -> Settings:
    key: ApiKey | None = None
    source = ""
    for value, where in ((api_key, key_source), (env.get(KEY_VARIABLE), KEY_VARIABLE), (stored_key, FROM_KEYRING)):
        if value:
            key = value if isinstance(value, ApiKey) else ApiKey(value)
            source = where
            break
    address = base_url or env.get(BASE_URL_VARIABLE)
    if key is None and not address:
        return Settings(SANDBOX_CONNECTION, None, "")
    return Settings(connection_to(address or DEFAULT_BASE_URL), key, source)
