"""Who makes the videos, with which key, for how many credits: the form's connection menu, and keys entered in a page.

`js/src/connection_menu.ts` and `js/src/key_entry.ts` are its other half. A key comes as the buffer of a message, never
in its content, which is logged where somebody looks for faults; it is an `ApiKey` before anything else is done with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import rendering, settings
from seedance_widgets.errors import ConfigurationError
from seedance_widgets.estimate import Estimate
from seedance_widgets.settings import ApiKey, Connection

from . import protocol

if TYPE_CHECKING:
    from seedance_widgets.studio import Studio

_LONGEST_KEY: Final = 1000
"""Bytes: far over any key that is known."""

_MOST_CREDITS: Final = 1_000_000_000
"""Of a budget: what a page can count exactly, and nobody has."""

_FREE: Final = Estimate(None, "", free=True)

_KEY_FROM: Final = {
    settings.KEY_VARIABLE: "Key from SEEDANCE_API_KEY, never saved in the notebook.",
    settings.FROM_KEYRING: "Key from the keyring of this computer, never saved in the notebook.",
    settings.FROM_PERSON: "Key entered in this session, in memory until the kernel ends.",
    settings.FROM_ARGUMENT: "Key given in Python.",
}
_NO_KEY: Final = "No key yet. Choose this to enter one; videos then spend credits."
_SANDBOX: Final = "Free and offline. Renders an animatic with the same timing and settings."
_IN_KEYRING: Final = "Kept in the keyring of this computer, never in the notebook."
_IN_MEMORY: Final = "Kept in memory until the kernel ends, never in the notebook: this computer has no keyring."


def key_in(parts: object) -> ApiKey | ConfigurationError:
    """The key in the buffers of a message, or what is wrong with them, which quotes nothing."""
    part = parts[0] if isinstance(parts, (list, tuple)) and len(parts) == 1 else None
    fits = isinstance(part, (bytes, bytearray, memoryview)) and memoryview(part).nbytes <= _LONGEST_KEY
    # Not to be read as text gives a character that no key has, and so the same answer.
    return settings.hidden(bytes(part).decode("utf-8", "replace") if fits and part is not None else "")


def shown(maker: Studio, kept: str = "") -> dict[str, Any]:
    """The connection menu, as plain JSON. `kept`: where a key will be kept, where that is known already."""
    now, service = maker.connection, maker.service
    source = maker.key_source
    ready = bool(source)
    budget = maker.budget
    return {
        "label": now.label,
        "text": f"{now.label} — {now.badge}" if now.badge else now.label,
        "sandbox": now.free,
        "choices": [
            {
                "id": "service",
                "label": service.label,
                "text": f"Spends credits. {_KEY_FROM.get(source, '')}".rstrip() if ready else _NO_KEY,
                "ready": ready,
            },
            {"id": "sandbox", "label": settings.SANDBOX_CONNECTION.label, "text": _SANDBOX, "ready": True},
        ],
        "kept": kept,
        "budget": budget,
        "budget_text": "No limit" if budget is None else f"{budget:,} credits",
    }


async def kept_at(maker: Studio) -> str:
    """Where a key that is entered will be kept, as a sentence."""
    return _IN_KEYRING if await asyncio.to_thread(maker.has_keyring) else _IN_MEMORY


def seen(maker: Studio, message: Mapping[str, Any]) -> Connection:
    """The connection that the page showed, for a take to be made on it or not at all. ValueError where this session has
    another by now: what is shown as free is free."""
    shown_label, now = message.get("connection"), maker.connection
    if isinstance(shown_label, str) and shown_label != now.label:
        raise ValueError(
            f"This session has changed to {now.label} meanwhile. Look at the cost, and press Generate again."
        )
    return now


def seen_free(maker: Studio, message: Mapping[str, Any]) -> Connection:
    """The same for a button with a cost on it. ValueError where it said free, and this session pays by now."""
    now = maker.connection
    if message.get("cost") == rendering.cost(_FREE) and not now.free:
        raise ValueError(f"This session has changed to {now.label} meanwhile. Look at the cost, and press again.")
    return now


async def follow(maker: Studio, kind: str, message: Mapping[str, Any], parts: list[Any]) -> str:
    """Do what was asked for in the menu. Returns what was done, in words; nothing where the menu shows it anyway.

    ConfigurationError, ValueError in words for people: then nothing was done.
    """
    if kind == "keep-key":
        (found,) = parts
        if isinstance(found, ConfigurationError):
            raise found
        return await asyncio.to_thread(maker.login, found)
    if kind == "use-connection":
        await asyncio.to_thread(maker.use, protocol.text_of(message, "to") or "")
        return ""
    budget = message.get("budget", "")
    if budget is not None and (type(budget) is not int or not 0 <= budget <= _MOST_CREDITS):
        raise ValueError(f"Write a whole number of credits from 0 to {_MOST_CREDITS:,}, or nothing for no limit.")
    maker.budget = budget
    return "This session has no budget now." if budget is None else f"This session may use {budget:,} credits now."
