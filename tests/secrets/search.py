"""A key that is looked for, in every form in which one could be found."""

from __future__ import annotations

import base64
import gc
import json
import pickle
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil

KEY = f"sk-marked-{secrets.token_hex(10)}+/{secrets.token_hex(10)}=="
"""Another one in every run, with characters that look different once they are quoted."""

ANSI = re.compile(rb"\x1b\[[0-9;]*m")


def _forms(key: str) -> dict[str, bytes]:
    raw = key.encode()
    forms = {
        "the key's start": raw[:12],
        "the first half": raw[: len(raw) // 2],
        "the second half": raw[len(raw) // 2 :],
        "quoted for an address": quote(key, safe="").encode(),
        "quoted for JSON": json.dumps(key).strip('"').replace("/", "\\/").encode(),
        "hex": raw.hex().encode(),
    }
    for shift in range(3):  # base64 looks different at each of three places
        inside = base64.b64encode(b"\0" * shift + raw)[4:-4]
        forms[f"base64 from {shift}"] = inside
        forms[f"base64 for addresses from {shift}"] = inside.replace(b"+", b"-").replace(b"/", b"_")
    return forms


FORMS = _forms(KEY)


def found_in(text: str | bytes) -> list[str]:
    """In which forms a text holds the key. Colours, which could split it, do not count."""
    data = ANSI.sub(b"", text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    return [name for name, form in FORMS.items() if form in data]


def found_below(*folders: Path) -> dict[str, list[str]]:
    """Files with the key in their bytes or in their names. A database's log and journal are files too."""
    found: dict[str, list[str]] = {}
    for path in (path for folder in folders for path in folder.rglob("*")):
        where = found_in(str(path))
        if path.is_file():
            where += found_in(path.read_bytes())
        if where:
            found[str(path)] = where
    return found


def shown_of(thing: object) -> str:
    """All that print, format, `vars` and a pickle show of an object."""
    parts = [repr(thing), str(thing), f"{thing}", repr(getattr(thing, "__dict__", ""))]
    names = [name for kind in type(thing).__mro__ for name in getattr(kind, "__slots__", ())]
    parts += [repr(getattr(thing, name, "")) for name in names if isinstance(name, str)]
    try:
        parts.append(repr(pickle.dumps(thing)))
    except Exception as error:  # noqa: BLE001  what cannot be pickled shows nothing that way, but its error does
        parts.append(repr(error))
    return "\n".join(parts)


def objects_that_show_it() -> list[str]:
    """Types of the package's objects, anywhere in this process, that show the key."""
    ours = [thing for thing in gc.get_objects() if str(type(thing).__module__).startswith("seedance_widgets")]
    assert ours, "nothing of the package is alive: this search would find nothing"
    return sorted({type(thing).__qualname__ for thing in ours if found_in(shown_of(thing))})


def found_in_children(process: psutil.Process) -> tuple[int, dict[str, list[str]]]:
    """How many processes a process has below it, and those with the key in their command line or environment."""
    children = process.children(recursive=True)
    seen = {f"{child.pid} {child.name()}": (child.cmdline(), child.environ()) for child in children}
    return len(seen), {name: where for name, parts in seen.items() if (where := found_in(repr(parts)))}


def found_in_messages(messages: Iterable[Mapping[str, Any]]) -> list[str]:
    """Kinds of kernel messages with the key in their content or their buffers."""
    return [
        str(message["msg_type"])
        for message in messages
        if found_in(repr({name: part for name, part in message.items() if name != "buffers"}))
        or any(found_in(bytes(part)) for part in message["buffers"])
    ]


def bearers(requests: Sequence[Any]) -> set[tuple[str, str | None]]:
    """Which routes were asked with which Authorization."""
    return {(request.route, request.headers.get("authorization")) for request in requests}
