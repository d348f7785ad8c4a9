"""Requests to the wire and answers from it. Pure, and tolerant: no answer of a server makes the reader crash.

Where the reference leaves the shape of an answer open, several are read; see the table each reader goes by.
"""

from __future__ import annotations

import enum
import json
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from .capabilities import DEFAULT_MODEL, MODELS
from .models import GenerationRequest

Style = Literal["simple", "model"]
"""The two styles of the generate body: the flat one, and `model` plus `input`."""

_TEXT_LIMIT: Final = 2000
_WRAPPERS: Final = ("data", "job", "generation")
_DONE: Final = frozenset({"completed", "complete", "succeeded", "success", "done"})
_DEAD: Final = frozenset({"failed", "error", "cancelled", "canceled", "expired"})
_LIVE: Final = frozenset({"pending", "queued", "processing", "generating", "running", "in_progress"})
_KNOWN: Final = _DONE | _DEAD | _LIVE


class Progress(enum.Enum):
    """What a status word means. A word nobody knows is still live: the deadline ends it, not a guess."""

    LIVE = "live"
    DONE = "done"
    DEAD = "dead"


class UnreadableReplyError(ValueError):
    """An answer that does not hold what it must. For the client to turn into an error that knows the money."""


@dataclass(frozen=True, slots=True)
class UploadReply:
    """What an upload gave."""

    url: str
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class GenerateReply:
    """What a generate request gave."""

    generation_id: str
    task_id: str | None = None
    credits_used: int | None = None
    directory_discount_applied: bool | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class StatusReply:
    """What a look at a job gave."""

    progress: Progress
    status: str
    """The service's own word."""
    video_url: str | None = None
    message: str | None = None
    error: str | None = None
    credits_refunded: bool | None = None
    credits_used: int | None = None
    prompt: str | None = None
    """What was asked for, where it says that."""


def to_wire(request: GenerationRequest, input_urls: Sequence[str] = (), style: Style = "simple") -> dict[str, Any]:
    """The JSON body of a generate request. Every field is sent, always: what the service assumes for one left out is
    not known. `input_urls` are the addresses of the uploaded images, first frame first."""
    body: dict[str, Any] = {
        "prompt": request.prompt,
        "aspect_ratio": request.aspect_ratio,
        "resolution": request.resolution,
        "duration": str(request.duration),
        "fixed_lens": request.fixed_lens,
        "generate_audio": request.generate_audio,
        "prompt_directory_optin": request.prompt_directory_optin,
    }
    if input_urls:
        body["input_urls"] = list(input_urls)
    if style == "model":
        return {"model": request.model.id, "input": body}
    return body


def from_wire(body: Mapping[str, Any]) -> tuple[GenerationRequest, list[str]]:
    """The inverse of `to_wire`, for both styles: the request without its images, and the image addresses.

    ValueError where the body has not the shape of a request. Values out of range are `validation`'s matter.
    """
    fields = body.get("input", body) if isinstance(body, Mapping) else None
    if not isinstance(fields, Mapping):
        raise ValueError("The request is not an object.")
    urls = fields.get("input_urls") or []
    if not isinstance(urls, (list, tuple)) or not all(isinstance(url, str) for url in urls):
        raise ValueError("`input_urls` is not a list of addresses.")
    named = ("aspect_ratio", "resolution", "duration", "fixed_lens", "generate_audio", "prompt_directory_optin")
    settings = {name: fields[name] for name in named if name in fields}
    model = MODELS.get(str(body.get("model")), DEFAULT_MODEL)
    return GenerationRequest(prompt=fields.get("prompt", ""), model=model, **settings), list(urls)


def parse_json(body: bytes | str) -> Any:
    """The JSON in a body. UnreadableReplyError where there is none, however broken it is."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableReplyError(f"The answer is not JSON ({type(error).__name__}).") from None


def read_upload(data: Any) -> UploadReply:
    """`url` at top level, else under a wrapper."""
    for layer in _layers(data):
        url = _url(layer.get("url"))
        if url:
            return UploadReply(url, clean(layer.get("filename")))
    raise UnreadableReplyError("The answer names no address for the image.")


def read_generate(data: Any) -> GenerateReply:
    """`generation_id` at top level, else under a wrapper (where siblings of the service put it)."""
    layers = _layers(data)
    for layer in layers:
        generation_id = _identifier(layer.get("generation_id"))
        if generation_id:
            discount = _first(layers, "directory_discount_applied")
            return GenerateReply(
                generation_id=generation_id,
                task_id=_identifier(_first(layers, "task_id")),
                credits_used=count(_first(layers, "credits_used")),
                directory_discount_applied=bool(discount) if isinstance(discount, (bool, int)) else None,
                message=clean(_first(layers, "message")),
            )
    raise UnreadableReplyError("The answer names no generation ID.")


def generation_id_of(text: object) -> str:
    """A generation ID as a person has copied it. ValueError for what can be none."""
    found = _identifier(text)
    if found is None:
        raise ValueError("That can be no generation ID. Copy it from the service's dashboard.")
    return found


def salvage_generation_id(body: bytes) -> str | None:
    """The generation ID in a reply to a generate request that broke off later on; None where it had not come yet."""
    match = re.search(rb'"generation_id"\s*:\s*"([^"\\]{1,200})"', body)
    return _identifier(match[1].decode("utf-8", "replace")) if match else None


_HINT: Final = re.compile(
    rb"""generation[_ -]?id[\\"'\s:=]{1,9}(?=[\w-]{0,63}\d)([A-Za-z0-9][\w-]{5,63})(?=[^\w-])""", re.IGNORECASE
)
"""What reads like an ID with its name before it, in JSON, in JSON within text, in a web page. It holds a digit
("generation ID is missing" names none) and has an end (one that broke off is no ID)."""


def hinted_generation_id(body: bytes) -> str | None:
    """What reads like a generation ID in an answer that is none: for a person to compare, never to act upon. ASCII
    letters, digits, dashes and underscores, at most 64."""
    match = _HINT.search(body)
    return match[1].decode("ascii", "ignore") if match else None


def read_status(data: Any) -> StatusReply:
    """`status` at top level, else under a wrapper, in any case; `success` alone decides nothing.

    A word nobody knows at top level (an HTTP code, "ok") gives way to one that is known under a wrapper.
    """
    layers = _layers(data)
    words = [w for layer in layers if (w := clean(layer.get("status")))]
    if not words:
        raise UnreadableReplyError("The answer names no status.")
    word = next((w for w in words if w.lower() in _KNOWN), words[0])
    lowered = word.lower()
    progress = Progress.DONE if lowered in _DONE else Progress.DEAD if lowered in _DEAD else Progress.LIVE
    refunded = _first(layers, "credits_refunded")
    return StatusReply(
        progress=progress,
        status=word[:60],
        video_url=next((url for layer in layers if (url := _video_url(layer))), None),
        message=clean(_first(layers, "message")),
        error=error_text(data) if progress is Progress.DEAD else None,
        credits_refunded=refunded if isinstance(refunded, bool) else None,
        credits_used=count(_first(layers, "credits_used")),
        prompt=clean(_first(layers, "prompt")),
    )


def error_text(data: Any) -> str | None:
    """What an answer says went wrong: `error` (a string, or an object with `message` or `code`), else
    `error_message`, else `message`; a bare string is the message itself. Cleaned, at most 2,000 characters."""
    if isinstance(data, str):
        return clean(data)
    layers = _layers(data)
    for name in ("error", "error_message", "detail", "message"):
        for layer in layers:
            value = layer.get(name)
            if isinstance(value, Mapping):
                value = clean(value.get("message")) or clean(value.get("code"))
            text = clean(value)
            if text:
                return text
    return None


def credits_short(data: Any) -> tuple[int | None, int | None]:
    """(needed, balance) of an out-of-credits answer, each None where it is not said."""
    layers = _layers(data)
    return count(_first(layers, "credits_needed")), count(_first(layers, "credits_balance"))


def count(value: Any) -> int | None:
    """A whole number of credits out of whatever a server wrote; None where it is none."""
    if isinstance(value, str) and len(value) < 20:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return round(value) if 0 <= value < 1e9 else None


def clean(value: Any) -> str | None:
    """Text from a server, made harmless to print: no control or direction-changing characters, at most 2,000 long."""
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e15:
        value = str(value)
    if not isinstance(value, str):
        return None
    kept = "".join(
        c if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") or c == "\u200d" else " "
        for c in value[: _TEXT_LIMIT * 2]
    )
    return " ".join(kept.split())[:_TEXT_LIMIT] or None


def _layers(data: Any) -> list[Mapping[str, Any]]:
    """The places to look for a field, nearest first."""
    if not isinstance(data, Mapping):
        return []
    return [data, *(data[name] for name in _WRAPPERS if isinstance(data.get(name), Mapping))]


def _first(layers: Sequence[Mapping[str, Any]], name: str) -> Any:
    return next((layer[name] for layer in layers if layer.get(name) is not None), None)


def _identifier(value: Any) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value) if abs(value) < 10**30 else None
    if not isinstance(value, str):
        return None
    value = value.strip()
    usable = 0 < len(value) <= 200 and value.isprintable() and value.strip(".")
    return value if usable and value.isascii() else None


def _url(value: Any) -> str | None:
    if not isinstance(value, str) or len(value) > 4000 or not value.isprintable():
        return None
    value = value.strip()
    return value if value.lower().startswith(("https://", "http://")) and " " not in value else None


def _video_url(layer: Mapping[str, Any]) -> str | None:
    results = layer.get("result_urls")
    first = results[0] if isinstance(results, (list, tuple)) and results else None
    return _url(layer.get("video_url")) or _url(first) or _url(layer.get("url"))
