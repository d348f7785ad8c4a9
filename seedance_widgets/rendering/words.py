"""How things are said: the small words shared by live views, text and static pages."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from seedance_widgets.models import GenerationRequest, display_name

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_BEGINNING: Final = 24
"""Characters of the beginning of a prompt, where what follows is what tells it apart."""
_LONG_WORD: Final = 20
"""Characters without a space: no word that is read as one."""

_LABELS: Final[Mapping[str, str]] = {
    "aspect_ratio": "Aspect ratio",
    "resolution": "Resolution",
    "duration": "Duration",
    "fixed_lens": "Fixed lens",
    "generate_audio": "Native audio",
    "prompt_directory_optin": "Share prompt",
    "images": "Guide images",
    "move": "Camera move",
}
"""Settings as the form calls them, and the one placeholder of which the design speaks."""

SWITCHES: Final[Mapping[str, tuple[str, str]]] = {
    "fixed_lens": ("Fixed lens", "Moving lens"),
    "generate_audio": ("Sound", "No sound"),
    "prompt_directory_optin": ("Prompt shared", "Prompt private"),
}


def chips(request: GenerationRequest) -> list[dict[str, str]]:
    """The settings, short: what stands under a prompt."""
    found = [("", str(request.aspect_ratio)), ("", str(request.resolution)), ("", f"{request.duration} s")]
    if request.generate_audio:
        found.append(("sound", "Sound"))
    if request.fixed_lens:
        found.append(("lens", "Fixed lens"))
    if request.images:
        found.append(("image", "First frame" if len(request.images) == 1 else "First and last frame"))
    if request.prompt_directory_optin:
        found.append(("share", "Prompt shared"))
    return [{"icon": icon, "text": text} for icon, text in found]


def same_chips(requests: Sequence[GenerationRequest]) -> list[dict[str, str]]:
    """The settings that are the same in all of them."""
    return [chip for chip in chips(requests[0]) if all(chip in chips(request) for request in requests[1:])]


def axis_label(name: str) -> str:
    """What an axis is called: a setting as in the form, a placeholder by its own name."""
    return _LABELS.get(name) or name.replace("_", " ").strip().capitalize() or name


def value_words(name: str, value: Any) -> str:
    """A value of an axis as it is shown: "static", "4 s", "No sound"."""
    if name in SWITCHES and isinstance(value, bool):
        return SWITCHES[name][not value]
    if name == "images":
        found = value if isinstance(value, (list, tuple)) else [value]
        return " + ".join(map(display_name, found)) or "No image"
    return f"{str(value).removesuffix('s').strip()} s" if name == "duration" else str(value)


def minutes(seconds: float) -> str:
    """1:12, 1:02:03"""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def hour(when: float, *, seconds: bool = False) -> str:
    """12:06, or 12:06:40."""
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(when))


def clock_time(when: float, now: float) -> str:
    """12:06, with its date where that is not today."""
    moment, today = time.localtime(when), time.localtime(now)
    if moment[:3] == today[:3]:
        return time.strftime("%H:%M", moment)
    return f"{moment.tm_mday} {time.strftime('%b', moment)}, {time.strftime('%H:%M', moment)}"


def same_request(created: float, now: float) -> str:
    """Same request as 12:06: what is said of a take that was given back."""
    return f"Same request as {clock_time(created, now)}"


def moment(when: float) -> str:
    """22 Nov 2026, 12:06 UTC: the same on every machine, in every language."""
    then = time.gmtime(when)
    return f"{then.tm_mday} {_MONTHS[then.tm_mon - 1]} {then.tm_year}, {then.tm_hour:02d}:{then.tm_min:02d} UTC"


def told_apart(prompts: Sequence[str], most: int) -> list[str]:
    """Of prompts whose first so many characters are the same as those of others: a little of that, and what follows
    from where they part, in as many. Of the others nothing: their beginning tells them apart."""
    lines = [" ".join(prompt.split()) for prompt in prompts]
    alike: dict[str, set[str]] = {}
    for line in lines:
        alike.setdefault(line[:most], set()).add(line)
    places = {start: shared(group) for start, group in alike.items() if len(group) > 1}
    return [_apart(line, places[line[:most]], most) if line[:most] in places else "" for line in lines]


def _apart(line: str, same: int, most: int) -> str:
    rest = line[parting(line, same) :]
    if not rest:
        return ""  # it is how the others begin, and goes on no further
    beginning = line[:_BEGINNING].rpartition(" ")[0]
    return f"{beginning} … {short(rest, most - _BEGINNING)}".lstrip()


def shared(alike: set[str]) -> int:
    """How many characters are the same at the beginning of them all."""
    first, last = min(alike), max(alike)
    return next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))


def parting(line: str, same: int) -> int:
    """Where the word begins with which a line parts from others that share so many characters with it; where words
    have no spaces between them, where it parts."""
    word = line.rfind(" ", 0, same) + 1
    return word if same - word < _LONG_WORD else same


def short(words: str, most: int) -> str:
    """At most so many characters, on one line."""
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def videos(count: int) -> str:
    """1 video, 9 videos."""
    return "1 video" if count == 1 else f"{count:,} videos"


def sendable(value: Any) -> Any:
    """The same with half characters (lone surrogates) replaced: they have no bytes and would stop the message."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: sendable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [sendable(item) for item in value]
    return value
