"""What the widgets and the page say to each other. `js/src/protocol.ts` is the other side, and a test compares them.

Nothing that comes from the page is trusted: the readers here give back what is well formed, and None for all else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

CHUNK_BYTES: Final = 4 * 1024 * 1024
"""Most bytes of one buffer: a server between closes the socket over messages of 10 MB."""

VIDEO_BYTES_MAX: Final = 100 * 1024 * 1024
"""Most bytes of a video that a page may send for one of its frames: a minute or two from a telephone."""

FIELDS: Final[Mapping[str, type]] = {
    "prompt": str,
    "aspect_ratio": str,
    "resolution": str,
    "duration": int,
    "fixed_lens": bool,
    "generate_audio": bool,
    "prompt_directory_optin": bool,
}
"""The fields of the form by the names of the settings. They and the values typed for variables are all that the page
may write."""

FORM_TRAITS: Final = (
    *FIELDS,
    "typed_values",
    "variables",
    "checks",
    "vocabulary",
    "limits",
    "connection",
    "cost",
    "problems",
    "slots",
    "first_preview",
    "last_preview",
    "views",
)
IMAGE_TAKES: Final = ("image-chunk", "image-address", "crop-image", "remove-image", "swap-images")
"""Those of the guide images."""
CONNECTION_TAKES: Final = ("use-connection", "keep-key", "set-budget")
"""Those of the connection menu. The key is the buffer of its message."""
PAST_TAKES: Final = ("past-prompts", "use-past", "keep-draft", "restore")
"""Those of what was asked for before."""
FORM_TAKES: Final = ("submit", "names", *IMAGE_TAKES, *CONNECTION_TAKES, *PAST_TAKES)
"""Kinds of message from the form's page."""
FORM_SENDS: Final = ("answer", "focus", "names", "past-prompts", "filled")
"""Kinds of message to the form's page."""

JOB_VIEW_TRAITS: Final = ("snapshot", "poster", "thumbnail", "views")
INTENTS: Final = (
    "cancel",
    "check-now",
    "try-now",
    "send-now",
    "stop-watching",
    "watch-again",
    "check-again",
    "fetch-again",
    "send-again",
    "try-again",
    "new-take",
    "remix",
    "edit",
    "use-last-frame",
    "render",
    "draft",
    "rehearse",
    "forget",
    "restore",
)
"""What a person can ask of a job with one press."""
JOB_VIEW_TAKES: Final = (*INTENTS, "attach", "star", "note", "convert", "keep-key", "video-want", "video-have")
"""Kinds of message from a job view's page."""
JOB_VIEW_SENDS: Final = ("answer", "video-chunk")
"""Kinds of message to a job view's page."""

GALLERY_TRAITS: Final = ("shown", "views")
GALLERY_ASKS: Final = ("cards", "posters", "strip", "video-want", "video-have")
"""What the page needs to show, and asks for as it comes into view."""
GALLERY_TAKES: Final = (
    "filter",
    "open",
    "compare",
    "remix",
    "next-shot",
    "new-video",
    "copy",
    "star",
    "download",
    "remove",
    "restore",
    "attach",
    *GALLERY_ASKS,
)
"""Kinds of message from a gallery's page."""
GALLERY_SENDS: Final = ("answer", "cards", "posters", "strip", "files", "video-chunk")
"""Kinds of message to a gallery's page."""

COMPARE_TRAITS: Final = ("comparison", "posters", "offers", "closed", "views")
COMPARE_INTENTS: Final = ("star", "remix", "use-last-frame", "add-take")
"""What can be asked of one take of a comparison, or for one more."""
COMPARE_TAKES: Final = (*COMPARE_INTENTS, "look-for-takes", "close", "video-want", "video-have")
"""Kinds of message from a comparison's page."""
COMPARE_SENDS: Final = ("answer", "video-chunk")
"""Kinds of message to a comparison's page."""

SWEEP_TRAITS: Final = ("sweep", "views")
SWEEP_ASKS: Final = ("posters", "video-want", "video-have")
"""What the page needs to show, and asks for as it comes into view."""
RUN_INTENTS: Final = ("pause", "resume", "concurrency", "open", "send-again", "star", "contact-sheet")
"""What can be asked of takes that were begun."""
RUN_TAKES: Final = (*RUN_INTENTS, *SWEEP_ASKS)
"""Kinds of message from the page of a batch: of a sweep that has started, whatever it was made from."""
SWEEP_TAKES: Final = ("set-axes", "add-value", "remove-value", "reuse", "start", "rehearse", *RUN_TAKES)
"""Kinds of message from a sweep's page."""
SWEEP_SENDS: Final = ("answer", "posters", "sheet", "video-chunk")
"""Kinds of message to a sweep's page."""

SLOTS: Final = ("first", "last")
"""The guide images, in their order."""

_LONGEST_NOTE: Final = 10_000
_LONGEST_ID: Final = 80
_LONGEST_NAME: Final = 200
_MOST_TEXTS: Final = 1000
_LONGEST_TEXT: Final = 100_000
"""Far over any limit of a model: the form's own check answers what is too long, up to here."""


def kind_of(content: object, kinds: tuple[str, ...]) -> str | None:
    """The kind of a message, if it is one of these."""
    kind = content.get("kind") if isinstance(content, Mapping) else None
    return kind if isinstance(kind, str) and kind in kinds else None


def text_of(content: Mapping[str, Any], name: str, longest: int = _LONGEST_ID) -> str | None:
    """A text of a message, if it is there, is not empty and not too long."""
    value = content.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= longest else None


def note_of(content: Mapping[str, Any]) -> str | None:
    """A note on a take, which may be empty, if it is text and not too long."""
    value = content.get("text")
    return value if isinstance(value, str) and len(value) <= _LONGEST_NOTE else None


def name_of(content: Mapping[str, Any]) -> str:
    """What a file is called, without any folders."""
    name = content.get("name")
    plain = name.replace("\\", "/").rsplit("/", 1)[-1].strip() if isinstance(name, str) else ""
    return plain[:_LONGEST_NAME] or "image"


def count_of(content: Mapping[str, Any], name: str) -> int | None:
    """A whole number from zero up."""
    value = content.get(name)
    return value if type(value) is int and value >= 0 else None


def place_of(content: object) -> tuple[float, str] | None:
    """A place in the history: a time and an id."""
    if not isinstance(content, (list, tuple)) or len(content) != 2:
        return None
    when, take = content
    fits = isinstance(when, (int, float)) and isinstance(take, str) and len(take) <= _LONGEST_ID
    return (when, take) if fits else None


def ids_of(content: Mapping[str, Any], name: str, most: int) -> list[str]:
    """Ids in a message, each once; those that are none are left out."""
    found = content.get(name)
    ids = (
        [each for each in found[:most] if _fits(each, str) and 0 < len(each) <= _LONGEST_ID]
        if isinstance(found, list)
        else []
    )
    return list(dict.fromkeys(ids))


def fields_of(content: object) -> dict[str, Any]:
    """The fields of the form that are there and of the right type."""
    if not isinstance(content, Mapping):
        return {}
    return {name: content[name] for name, wanted in FIELDS.items() if _fits(content.get(name), wanted)}


def written_by_page(content: object) -> dict[str, Any]:
    """What the page may write of the form, where it is of the right type."""
    typed = texts_of(content.get("typed_values")) if isinstance(content, Mapping) else None
    return fields_of(content) | ({} if typed is None else {"typed_values": typed})


def texts_of(content: object) -> dict[str, str] | None:
    """Texts by name, if it is that and nothing else."""
    if not isinstance(content, Mapping) or len(content) > _MOST_TEXTS:
        return None
    fits = all(isinstance(name, str) and len(name) <= _LONGEST_NAME and _fits(content[name], str) for name in content)
    return dict(content) if fits else None


def _fits(value: object, wanted: type) -> bool:
    if type(value) is not wanted:
        return False
    if isinstance(value, str):
        return len(value) <= _LONGEST_TEXT
    return not isinstance(value, int) or abs(value) < 2**31
