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
        self._base_url = base_url
        self._transport = transport
        self._client: AsyncSeedance | None = None
        self._sandbox: SandboxProcess | None = None
        self._sandbox_own: AsyncSeedance | None = None
        self._starting = asyncio.Lock()
        self._seen = _environment()
        self._settings = self._resolve()

    @property
    def connection(self) -> Connection:
        """Where requests go."""
        with contextlib.suppress(ConfigurationError):  # `check` says so to whoever sends
            self._look_again()
        return self._settings.connection

    @property
    def key_source(self) -> str:
        """Where the key is from, in words; empty where there is none."""
        return self._settings.key_source

    def check(self, *, rehearse: bool = False) -> Connection:
        """The connection, if a request can be sent over it; the embedded sandbox for a rehearsal, wherever the session
        talks to. ConfigurationError that says what is missing."""
        self._look_again()
        connection = settings.SANDBOX_CONNECTION if rehearse else self._settings.connection
        if connection.identity == settings.SANDBOX:
            if any(importlib.util.find_spec(name) is None for name in _SANDBOX_NEEDS):
                lacks = (
                    "The sandbox is not installed."
                    if rehearse
                    else "There is no API key, and the sandbox is not installed."
                )
                key = "" if rehearse else "Set SEEDANCE_API_KEY, or "
                raise ConfigurationError(lacks, todo=f'{key}pip install "seedance-widgets[sandbox]".')
        elif self._settings.key is None:
            raise ConfigurationError(
                f"There is no API key for {connection.label}.",
                todo=f"Set {settings.KEY_VARIABLE} or run %seedance_login.",
            )
        return connection

    async def connect(self, connection: Connection) -> AsyncSeedance:
        """The client for a job's connection, with the embedded sandbox running if that is who serves it.

        OfflineError where the sandbox does not start, StorageError where it finds no folder that can be written.
        ConfigurationError for a connection that this session has no key for: a key goes to its own service only.
        """
        if connection.identity == settings.SANDBOX:
            return await self._sandbox_client()
        if connection.identity != self.connection.identity:
            raise ConfigurationError(
                f"This take belongs to {connection.label}, and this session talks to {self.connection.label}.",
                todo=f"Set {settings.BASE_URL_VARIABLE} and {settings.KEY_VARIABLE} for {connection.label}.",
            )
        if self._client is None:
            self._client = AsyncSeedance(self._settings.key, self.connection.base_url, self._transport)
        return self._client

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
        """Keep a key in the system's keyring; where there is none, in memory until the kernel ends. Returns what was
        done, in words."""
        self._key = key
        stored = False
        with contextlib.suppress(Exception):  # every keyring backend fails in ways of its own
            import keyring

            keyring.set_password(_KEYRING_SERVICE, self._address(), key.authorization().removeprefix("Bearer "))
            found = _stored_key(self._address())
            stored = isinstance(found, ApiKey) and found.same_as(key)
        self._use(self._resolve())
        if stored:
            return "The key is kept in the keyring of this computer."
        return "This computer has no keyring. The key is kept in memory until the kernel ends, and nowhere else."

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
        self._settings = found
        before, self._client = self._client, None
        if before is not None:
            runtime.submit(before.aclose())

    def _resolve(self) -> settings.Settings:
        named = self._key is not None or bool(os.environ.get(settings.KEY_VARIABLE))
        stored = None if named else _stored_key(self._address())
        if isinstance(stored, ConfigurationError):
            raise stored
        try:
            return settings.resolve(os.environ, api_key=self._key, base_url=self._base_url, stored_key=stored)
        except ConfigurationError as error:
            failure = error.with_traceback(None)
        raise failure  # on a line without os.environ: a verbose traceback prints all that its lines name

    def _address(self) -> str:
        """The service a stored key belongs to: it is found again for that one only."""
        address = self._base_url or os.environ.get(settings.BASE_URL_VARIABLE) or settings.DEFAULT_BASE_URL
        return address.strip().rstrip("/")


def _environment() -> int:
    """Tells one environment from another, without holding on to the key."""
    return hash((os.environ.get(settings.KEY_VARIABLE), os.environ.get(settings.BASE_URL_VARIABLE)))


def _stored_key(address: str) -> ApiKey | ConfigurationError | None:
    text: str | None = None
    with contextlib.suppress(Exception):  # no keyring is the same as an empty one
        import keyring

        text = keyring.get_password(_KEYRING_SERVICE, address)
    return settings.hidden(text) if text else None
