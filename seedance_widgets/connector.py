"""Where a session's requests go: the key, the client, and the embedded sandbox where nobody else serves."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import runtime, settings
from .client import AsyncSeedance
from .errors import ConfigurationError, OfflineError
from .settings import ApiKey, Connection
from .watchers import Watchers

if TYPE_CHECKING:
    import httpx

    from .sandbox.process import SandboxProcess

_KEYRING_SERVICE: Final = "seedance-widgets"
_SANDBOX_NEEDS: Final = ("av", "numpy", "starlette", "uvicorn", "python_multipart")
_SANDBOX_KEY: Final = "sandbox"
"""The sandbox takes any key; it never gets the real one."""


class Connector:
    """Finds the settings, and gives the client for them. Its coroutines belong to the background loop."""

    def __init__(
        self,
        sandbox_home: Callable[[], Path],
        *,
        api_key: ApiKey | None = None,
        base_url: str | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._sandbox_home = sandbox_home
        self._key = api_key
        self._key_source = settings.FROM_ARGUMENT
        self._base_url = base_url
        self._transport = transport
        self._client: AsyncSeedance | None = None
        self._client_of: settings.Settings | None = None
        """What it was made for."""
        self._sandbox: SandboxProcess | None = None
        self._sandbox_own: AsyncSeedance | None = None
        self._starting = asyncio.Lock()
        self._seen = _environment()
        self._settings = self._resolve()
        self._in_sandbox = False
        self.watchers = Watchers()
        self._told = self._shown()

    @property
    def connection(self) -> Connection:
        """Where requests go: to the service, or the embedded sandbox where a person chose that."""
        configured = self.configured
        return settings.SANDBOX_CONNECTION if self._in_sandbox else configured

    @property
    def configured(self) -> Connection:
        """Where they go by key and address alone."""
        with contextlib.suppress(ConfigurationError):  # `check` says so to whoever sends
            self._look_again()
        return self._settings.connection

    @property
    def service(self) -> Connection:
        """The service of this session, also while the sandbox serves in its place or there is no key for it."""
        configured = self.configured
        return settings.connection_to(settings.DEFAULT_BASE_URL) if configured.free else configured

    @property
    def key_source(self) -> str:
        """Where the key is from, in words; empty where there is none."""
        return self._settings.key_source

    def check(self, *, rehearse: bool = False) -> Connection:
        """The connection, if a request can be sent over it; the embedded sandbox for a rehearsal, wherever the session
        talks to. ConfigurationError that says what is missing."""
        self._look_again()
        chosen = rehearse or self._in_sandbox
        connection = settings.SANDBOX_CONNECTION if chosen else self._settings.connection
        if connection.identity == settings.SANDBOX:
            if any(importlib.util.find_spec(name) is None for name in _SANDBOX_NEEDS):
                lacks = (
                    "The sandbox is not installed."
                    if chosen
                    else "There is no API key, and the sandbox is not installed."
                )
                key = "" if chosen else "Set SEEDANCE_API_KEY, or "
                raise ConfigurationError(lacks, todo=f'{key}pip install "seedance-widgets[sandbox]".')
        elif self._settings.key is None:
            raise _no_key(connection)
        return connection

    def use(self, where: str) -> None:
        """Let "service" or "sandbox" serve from now on. ConfigurationError where that cannot be: nothing changes."""
        if where == "sandbox":
            self.check(rehearse=True)
            self._in_sandbox = True
            self._tell()
        elif where == "service":
            found = self._resolve()  # a key may have come into the keyring meanwhile
            if found.key is None:
                raise _no_key(self.service)
            self._in_sandbox = False
            self._use(found)
        else:
            raise ValueError(f'A session uses "service" or "sandbox", not {where!r}.')

    async def connect(self, connection: Connection) -> AsyncSeedance:
        """The client for a job's connection, with the embedded sandbox running if that is who serves it.

        OfflineError where the sandbox does not start, StorageError where it finds no folder that can be written.
        ConfigurationError for a connection that this session has no key for: a key goes to its own service only.
        """
        if connection.identity == settings.SANDBOX:
            return await self._sandbox_client()
        with contextlib.suppress(ConfigurationError):
            self._look_again()
        found = self._settings  # read once: another thread may change it at any line, and a key belongs to its address
        configured = found.connection
        if connection.identity != configured.identity:
            raise ConfigurationError(
                f"This take belongs to {connection.label}, and this session talks to {configured.label}.",
                todo=f"Set {settings.BASE_URL_VARIABLE} and {settings.KEY_VARIABLE} for {connection.label}.",
            )
        client = self._client
        if client is None or self._client_of is None or not _are_one(self._client_of, found):
            client = AsyncSeedance(found.key, configured.base_url, self._transport)
            self._client, self._client_of = client, found
        return client

    async def _sandbox_client(self) -> AsyncSeedance:
        from .sandbox.process import SandboxProcess, SandboxUnavailable

        async with self._starting:
            if self._sandbox is None:
                self._sandbox = SandboxProcess(await asyncio.to_thread(self._sandbox_home))
            try:
                url = await asyncio.to_thread(self._sandbox.start)
            except SandboxUnavailable as error:
                reason = str(error)
            else:
                client = self._sandbox_own
                if client is None or client.connection.base_url != url:  # it was started anew, on another port
                    if client is not None:
                        await client.aclose()
                    client = AsyncSeedance(_SANDBOX_KEY, url, label=settings.SANDBOX_CONNECTION.label)
                    self._sandbox_own = client
                return client
        raise OfflineError(reason)

    def login(self, key: ApiKey) -> str:
        """Keep a key in the system's keyring; where there is none, in memory until the kernel ends. From then on the
        service serves. Returns what was done, in words. ConfigurationError where its address is not safe for a key."""
        service = settings.connection_to(self._address())
        free_before = self.connection.free
        stored = False
        with contextlib.suppress(Exception):  # every keyring backend fails in ways of its own
            import keyring

            keyring.set_password(_KEYRING_SERVICE, self._address(), key.authorization().removeprefix("Bearer "))
            found = _stored_key(self._address())
            stored = isinstance(found, ApiKey) and found.same_as(key)
        self._key, self._key_source = key, settings.FROM_KEYRING if stored else settings.FROM_PERSON
        self._in_sandbox = False
        self._use(self._resolve())
        done = "The key is kept in the keyring of this computer."
        if not stored:
            done = "This computer has no keyring. The key is kept in memory until the kernel ends, and nowhere else."
        elif _key_is_set():
            done += f" A new kernel takes that of {settings.KEY_VARIABLE} for as long as it is set."
        return f"{done} Videos are made on {service.label} from now on." if free_before else done

    @property
    def in_sandbox(self) -> bool:
        """Whether a person chose the sandbox."""
        return self._in_sandbox

    def forked(self) -> None:
        """For a forked child: whoever was starting the sandbox is its parent's."""
        self._starting = asyncio.Lock()

    def has_keyring(self) -> bool:
        """Whether a key that is entered is likely to outlive the kernel: this computer has a keyring."""
        with contextlib.suppress(Exception):  # every backend fails in ways of its own
            import keyring

            return bool(keyring.get_keyring().priority > 0)
        return False

    async def close(self) -> None:
        """Close connections and end the sandbox."""
        for client in (self._client, self._sandbox_own):
            if client is not None:
                await client.aclose()
        self._client = self._sandbox_own = None
        if self._sandbox is not None:
            await asyncio.to_thread(self._sandbox.stop)
            self._sandbox = None

    def _look_again(self) -> None:
        """Notice a key or an address that was set in the environment meanwhile, as by %env in a cell."""
        seen = _environment()
        if seen != self._seen:
            self._use(self._resolve())
            self._seen = seen

    def _use(self, found: settings.Settings) -> None:
        before, self._settings = self._settings, found
        if not _are_one(before, found):
            client, self._client = self._client, None
            if client is not None:
                runtime.submit(client.aclose())
        self._tell()

    def _shown(self) -> tuple[object, ...]:
        """What people are told of it."""
        return self._in_sandbox, self._settings.connection, self._settings.key_source

    def _tell(self) -> None:
        """Soon, and not from here: whoever asks for the connection may hold locks."""
        before, self._told = self._told, self._shown()
        if before != self._told:
            runtime.call_soon(self.watchers.tell)

    def _resolve(self) -> settings.Settings:
        named = self._key is not None or bool(os.environ.get(settings.KEY_VARIABLE))
        stored = None if named else _stored_key(self._address())
        if isinstance(stored, ConfigurationError):
            raise stored
        try:
            return settings.resolve(
                os.environ,
                api_key=self._key,
                base_url=self._base_url,
                stored_key=stored,
                key_source=self._key_source,
            )
        except ConfigurationError as error:
            failure = error.with_traceback(None)
        raise failure  # on a line without os.environ: a verbose traceback prints all that its lines name

    def _address(self) -> str:
        """The service a stored key belongs to: it is found again for that one only."""
        address = self._base_url or os.environ.get(settings.BASE_URL_VARIABLE) or settings.DEFAULT_BASE_URL
        return address.strip().rstrip("/")


def _are_one(one: settings.Settings, other: settings.Settings) -> bool:
    """Whether both lead to one service, with one key."""
    same_key = one.key is other.key or bool(one.key and other.key and one.key.same_as(other.key))
    return same_key and one.connection == other.connection


def _no_key(service: Connection) -> ConfigurationError:
    return ConfigurationError(
        f"There is no API key for {service.label}.",
        todo=f"Set {settings.KEY_VARIABLE}, run %seedance_login, or choose Use another key in the form's menu.",
    )


def _key_is_set() -> bool:
    """Apart, since a verbose traceback prints what its lines name, and `os.environ` holds the key."""
    return bool(os.environ.get(settings.KEY_VARIABLE))


def _environment() -> int:
    """Tells one environment from another, without holding on to the key."""
    return hash((os.environ.get(settings.KEY_VARIABLE), os.environ.get(settings.BASE_URL_VARIABLE)))


def _stored_key(address: str) -> ApiKey | ConfigurationError | None:
    text: str | None = None
    with contextlib.suppress(Exception):  # no keyring is the same as an empty one
        import keyring

        text = keyring.get_password(_KEYRING_SERVICE, address)
    return settings.hidden(text) if text else None
