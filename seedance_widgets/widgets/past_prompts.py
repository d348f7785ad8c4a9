"""What was asked for before, as a form offers it again: the prompts of the history, and what was in forms and not sent.

`js/src/history_menu.ts` and `js/src/prompt_walk.ts` are the other half.
"""

from __future__ import annotations

import time
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import prompts, rendering
from seedance_widgets.models import GenerationRequest
from seedance_widgets.rendering.words import clock_time, sendable
from seedance_widgets.states import describe

from . import protocol

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job
    from seedance_widgets.ledger import Ledger, Place, Record
    from seedance_widgets.studio import Studio

    from .base import SeedanceWidget

SCREENFUL: Final = 20
"""Prompts that are fetched at once."""
_KEPT: Final = 5
"""Drafts of a session that are kept; their pictures lie in memory."""
_SHOWN: Final = 240
"""Characters of a prompt in the list: what fits into its two lines."""
_DRAFT: Final = "draft-"


@dataclass(frozen=True)
class Content:
    """All that a form holds."""

    fields: Mapping[str, Any]
    typed_values: Mapping[str, str]
    images: tuple[Any, ...] = ()
    parent: Job | None = None

    @property
    def prompt(self) -> str:
        """The prompt as typed."""
        return str(self.fields.get("prompt", ""))

    @property
    def is_empty(self) -> bool:
        """Whether it is not worth keeping."""
        return not self.prompt.strip() and not self.images

    def is_in(self, other: Content) -> bool:
        """Whether another one has its words and pictures still."""
        return other.prompt.startswith(self.prompt) and other.images == self.images


@dataclass(frozen=True)
class Draft:
    """What was in a form before something else took its place, or before the form was ended."""

    id: str
    content: Content
    at: float
    """When it was kept, in seconds since the epoch."""
    form: weakref.ref[SeedanceWidget]

    def is_offered(self, form: SeedanceWidget) -> bool:
        """Whether a form offers it: its own, and those of forms that are gone."""
        owner = self.form()
        return owner is form or owner is None or owner.comm is None


class Drafts:
    """The drafts of one studio, newest first. They are in memory alone: what was not sent is written nowhere."""

    def __init__(self) -> None:
        self._kept: tuple[Draft, ...] = ()
        self._ids = count(1)

    def keep(self, form: SeedanceWidget, content: Content) -> None:
        """Keep what a form holds, if there is anything in it."""
        if content.is_empty:
            return
        others = [draft for draft in self._kept if draft.content != content]
        new = Draft(f"{_DRAFT}{next(self._ids)}", content, time.time(), weakref.ref(form))
        self._kept = (new, *others[: _KEPT - 1])

    def offered(self, form: SeedanceWidget, now: Content) -> list[Draft]:
        """What a form that holds `now` offers to bring back."""
        return [draft for draft in self._kept if draft.is_offered(form) and not draft.content.is_in(now)]

    def find(self, draft_id: str) -> Content | None:
        """The content of a draft, or None."""
        return next((draft.content for draft in self._kept if draft.id == draft_id), None)


_drafts: weakref.WeakKeyDictionary[Studio, Drafts] = weakref.WeakKeyDictionary()


def drafts_of(studio: Studio) -> Drafts:
    """The drafts of a studio, the same for all its forms."""
    return _drafts.setdefault(studio, Drafts())


def told(ledger: Ledger, drafts: Sequence[Draft], find: str, after: Place | None, *, whole: bool) -> dict[str, Any]:
    """For the page: a screenful of past prompts, the drafts before them. Reads the history. `whole`: walking to a draft
    brings back all of it. StorageError where the history cannot be read."""
    now = time.time()
    wanted = find.casefold()
    past = ledger.prompts(limit=SCREENFUL, holding=find, after=after)
    made = [] if whole else [_fields_of(GenerationRequest.from_dict(take.request)) for take in past.takes]
    shown = [
        draft
        for draft in drafts
        if wanted in draft.content.prompt.casefold() and (draft.content.images or draft.content.fields not in made)
    ]
    rows = [] if after else [_draft_row(draft, now, whole=whole) for draft in shown]
    rows += [_take_row(take, now) for take in past.takes]
    last = past.takes[-1] if past.takes else None
    answer: dict[str, Any] = {
        "rows": rows,
        "next": [last.created, last.id] if last is not None and past.more else None,
        "count": None if past.count is None else past.count + len(shown),
        "problem": "",
    }
    cleaned: dict[str, Any] = sendable(answer)
    return cleaned


def problem(message: str) -> dict[str, Any]:
    """For the page: why there are none."""
    return {"rows": [], "next": None, "count": None, "problem": message}


def _take_row(take: Record, now: float) -> dict[str, Any]:
    request = GenerationRequest.from_dict(take.request)
    return {
        "id": take.id,
        "text": rendering.short(request.prompt, _SHOWN),
        "insert": prompts.escape(request.prompt),
        "title": describe(take.state, take.reason).title,
        "tone": rendering.tone_of(take.state, take.reason),
        "about": _about(take.created, request, now),
        "connection": take.label,
        "whole": False,
    }


def _draft_row(draft: Draft, now: float, *, whole: bool) -> dict[str, Any]:
    content = draft.content
    request = GenerationRequest(images=content.images, **content.fields)
    return {
        "id": draft.id,
        "text": rendering.short(content.prompt, _SHOWN),
        "insert": content.prompt,
        "title": "What you had",
        "tone": "draft",
        "about": _about(draft.at, request, now),
        "connection": "",
        "whole": whole,
    }


def _about(when: float, request: GenerationRequest, now: float) -> str:
    return " · ".join([clock_time(when, now), *(chip["text"] for chip in rendering.chips(request))])


def _fields_of(request: GenerationRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in protocol.FIELDS} | {"prompt": prompts.escape(request.prompt)}


def is_draft(row_id: str) -> bool:
    """Whether the id of a row is that of a draft."""
    return row_id.startswith(_DRAFT)


def content_of(request: GenerationRequest, typed_values: Mapping[str, str], parent: Job | None) -> Content:
    """A request as a form holds it. It was sent: what stands in braces is no variable. ValueError for one whose
    settings are of other kinds than a form's."""
    fields = protocol.fields_of(_fields_of(request))
    if len(fields) != len(protocol.FIELDS):
        raise ValueError("Its settings make no sense.")
    return Content(fields, dict(typed_values), tuple(request.images), parent)
