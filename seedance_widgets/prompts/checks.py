"""Hints on a prompt: what contradicts its settings or leaves the model without guidance. They never block. Pure.

`RULES` is the table: each rule looks for one complaint, and most offer a fix of one click. The words they look for are
English; a prompt in another language is left alone. Sources of the advice: the model's own guide to prompts (upstream).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final, Literal

from seedance_widgets.capabilities import DEFAULT_MODEL, Model

from .template import Filling, read
from .words import (
    CAMERA_MOVES,
    CUT,
    ENGLISH,
    MOTION,
    MOVING,
    MUSIC,
    NO,
    NOT_ENGLISH,
    SHOT,
    SOUNDS,
    SPOKEN,
    UNQUOTED_SPEECH,
    WORD,
)

MOST_SHOTS: Final = ((4, 1), (12, 3))
"""Seconds, and how many shots a clip up to that length carries: one in 4 s, two or three in 8 to 12 s (upstream)."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What one click changes."""

    label: str
    changes: Mapping[str, Any]
    """New values by the names of the settings; `prompt` is the prompt as typed, variables and all."""
    short: str = ""
    """The label where there is little room; the same where empty."""


@dataclass(frozen=True, slots=True)
class Check:
    """One complaint about a prompt."""

    id: str
    """The name of its rule."""
    severity: Literal["warning", "hint"]
    """A warning contradicts a setting; a hint could be better."""
    message: str
    start: int
    """Characters from the start of the prompt as typed: what is marked. Nothing where both are the same."""
    end: int
    fix: Fix | None
    """None where no change of ours would do."""


@dataclass(frozen=True)
class Draft:
    """What is looked at: a prompt with its variables filled in, and the settings that matter to it."""

    filling: Filling
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """Of its variables."""
    duration: int = DEFAULT_MODEL.default_duration
    fixed_lens: bool = False
    generate_audio: bool = False
    model: Model = field(default=DEFAULT_MODEL, repr=False)

    @classmethod
    def of(cls, prompt: str, values: Mapping[str, Any] = MappingProxyType({}), **settings: Any) -> Draft:
        """From a prompt as typed and the values of its variables."""
        return cls(read(prompt, values), values, **settings)

    @property
    def text(self) -> str:
        """The prompt as sent."""
        return self.filling.text


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a rule found in the text as sent: where, what to say, and the fix."""

    message: str
    span: tuple[int, int] | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the table."""

    id: str
    severity: Literal["warning", "hint"]
    find: Callable[[Draft], Complaint | None]


def checks(draft: Draft) -> list[Check]:
    """Everything to say about a draft, the weightiest first. An empty prompt gets no advice."""
    if not draft.text.strip():
        return []
    found = []
    for rule in RULES:
        complaint = rule.find(draft)
        if complaint is not None:
            start, end = draft.filling.typed(*complaint.span) if complaint.span else (0, 0)
            fix = complaint.fix if complaint.fix and _ends(rule, complaint.fix, draft) else None
            found.append(Check(rule.id, rule.severity, complaint.message, start, end, fix))
    return found


def _ends(rule: Rule, fix: Fix, draft: Draft) -> bool:
    """Whether a fix is the end of its complaint. In odd texts it need not be: then none is offered."""
    changes = dict(fix.changes)
    template = changes.pop("prompt", draft.filling.template)
    fixed = replace(draft, filling=read(template, draft.values), **changes)
    return rule.find(fixed) is None


def camera_move(text: str) -> tuple[str, int, int] | None:
    """The first camera move a prompt asks for: what to call it ("a dolly-in") and where it stands."""
    found = [
        (*match.span("move"), -rank, name)
        for rank, (name, pattern) in enumerate(CAMERA_MOVES)
        if (match := _asked(pattern, "move", text))
    ]
    if not found:
        return None
    start, end, _, name = min(found, key=lambda each: (each[0], -each[2]))
    return name, start, end


def _asked(pattern: re.Pattern[str], group: str, text: str) -> re.Match[str] | None:
    """The first match whose words are asked for, not ruled out: no "no" or "without" stands right before them."""
    for match in pattern.finditer(text):
        place = match.start(group)
        if NO.search(text[max(0, place - _DENIAL_REACH) : place]) is None:
            return match
    return None


_DENIAL_REACH: Final = 40
"""Characters before a word in which a denial of it may stand."""


def _fixed_lens(draft: Draft) -> Complaint | None:
    move = camera_move(draft.text) if draft.fixed_lens else None
    if move is None:
        return None
    name, start, end = move
    return Complaint(
        f"Fixed lens is on, but the prompt asks for {name}.",
        (start, end),
        Fix("Turn off Fixed lens", {"fixed_lens": False}, short="Turn off"),
    )


def _sound_without_audio(draft: Draft) -> Complaint | None:
    if draft.generate_audio:
        return None
    matches = [match for pattern in (SOUNDS, SPOKEN) if (match := _asked(pattern, "sound", draft.text))]
    match = min(matches, key=lambda each: each.start("sound"), default=None)
    if match is None:
        return None
    word = " ".join(match["sound"].split())
    return Complaint(
        f"Native audio is off, but the prompt mentions \u201c{word}\u201d.",
        match.span("sound"),
        Fix("Turn on Native audio", {"generate_audio": True}, short="Turn on"),
    )


def _too_many_shots(draft: Draft) -> Complaint | None:
    starts = _later_shots(draft.text)
    shots = len(starts) + 1
    most = _most_shots(draft.duration)
    if shots <= most:
        return None
    span = starts[most - 1]
    longer = next((s for s in draft.model.durations if s > draft.duration and _most_shots(s) >= shots), None)
    fix = None
    if longer is not None:
        fix = Fix(f"Make it {longer} s", {"duration": longer})
    elif draft.filling.is_typed(*span):
        kept = draft.filling.template[: draft.filling.typed(*span)[0]].rstrip(" \n\t,;-\u2013\u2014")
        fix = Fix("Keep 1 shot" if most == 1 else f"Keep {most} shots", {"prompt": kept})
    return Complaint(f"The prompt has {shots} shots. In {draft.duration} s, {_so_many(most)} best.", span, fix)


def _so_many(most: int) -> str:
    return "one works" if most == 1 else f"up to {most} work"


def _later_shots(text: str) -> list[tuple[int, int]]:
    """Where each shot after the first begins: at "Shot 2:", or at a cut where shots are not numbered."""
    numbered = list({int(m["number"]): m.span() for m in reversed(list(SHOT.finditer(text)))}.values())
    if numbered:
        return sorted(numbered)[1:]
    return [match.span() for match in CUT.finditer(text)]


def _most_shots(seconds: int) -> int:
    return next((most for longest, most in MOST_SHOTS if seconds <= longest), MOST_SHOTS[-1][1])


def _speech_without_quotes(draft: Draft) -> Complaint | None:
    filling = draft.filling
    # Who speaks must be in the prompt as typed; what is said may be a variable, which then gets the quotes around it.
    matches = [m for m in UNQUOTED_SPEECH.finditer(draft.text) if filling.is_typed(m.start(), m.start("speech"))]
    if not matches:
        return None
    prompt = filling.template
    for match in reversed(matches):
        start, end = filling.typed(*match.span("speech"))
        prompt = f'{prompt[:start]}"{prompt[start:end].strip(_SINGLE_QUOTES)}"{prompt[end:]}'
    fix = Fix("Add quotes", {"prompt": prompt}) if _fits(prompt, draft) else None
    return Complaint("Speech is clearest in double quotes.", matches[0].span("speech"), fix)


_SINGLE_QUOTES: Final = " '\u2018\u2019"


def _no_motion(draft: Draft) -> Complaint | None:
    text = draft.text
    if len(text.split()) < 4 or len(ENGLISH.findall(text)) < 2 or NOT_ENGLISH.search(text):
        return None
    if MOTION.search(text) or not MOVING.isdisjoint(WORD.findall(text.lower())) or camera_move(text):
        return None
    if draft.fixed_lens:
        return Complaint("Nothing in the prompt moves.", None, _add("gentle movement", _STIRRING, draft))
    return Complaint("Nothing in the prompt moves.", None, _add("a slow dolly-in", _PUSH, draft))


_STIRRING: Final = "A light breeze moves through the scene."
_PUSH: Final = "The camera makes a slow dolly-in toward the subject."


def _music(draft: Draft) -> Complaint | None:
    if not draft.generate_audio or MUSIC.search(draft.text):
        return None
    fix = _add("", "No music, only the sounds of the scene.", draft)
    return Complaint("The video may include music.", None, fix and Fix("Ask for no music", fix.changes))


def _add(what: str, sentence: str, draft: Draft) -> Fix | None:
    """A sentence at the end of the prompt, where it fits into what the model takes."""
    prompt = draft.filling.template.rstrip()
    stop = "" if prompt.rstrip("\"'\u201d\u2019").endswith((".", "!", "?", "\u2026")) else "."
    longer = f"{prompt}{stop} {sentence}"
    return Fix(f"Add {what}", {"prompt": longer}) if _fits(longer, draft) else None


def _fits(prompt: str, draft: Draft) -> bool:
    grown = len(prompt) - len(draft.filling.template)
    return grown <= 0 or len(draft.text) + grown <= draft.model.prompt_max


RULES: Final = (
    Rule("fixed-lens", "warning", _fixed_lens),
    Rule("sound-off", "warning", _sound_without_audio),
    Rule("shots", "warning", _too_many_shots),
    Rule("speech", "hint", _speech_without_quotes),
    Rule("motion", "hint", _no_motion),
    Rule("music", "hint", _music),
)
"""What is looked for, the weightiest first."""
