"""What a gallery shows, read as far as it is looked at: the outline, a page of cards, small pictures."""

from __future__ import annotations

import datetime as dt
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, get_args

from seedance_widgets import footage, library, polling, rendering
from seedance_widgets.errors import SeedanceError
from seedance_widgets.ledger import Overview, Record, Stack, Wanted
from seedance_widgets.lineage import link_of
from seedance_widgets.models import GenerationRequest
from seedance_widgets.rendering.words import clock_time, hour
from seedance_widgets.states import Kind, State

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job
    from seedance_widgets.studio import Studio

FIRST: Final = 24
"""Cards that are told with the outline: a page that opens while a cell runs shows them at once."""
MOST: Final = 60
"""Cards, and pictures, of one answer."""

_POSTER_BYTES: Final = 60_000
_STRIP_FRAMES: Final = 24
_STRIP_HEIGHT: Final = 180
_STRIPS: Final = 24
"""Strips that are kept in memory, of about 150 kB each."""
_LONGEST_WORDS: Final = 1000

DAYS: Final[Mapping[int, str]] = {1: "Today", 7: "Last 7 days", 30: "Last 30 days", 0: "All time"}
"""What can be chosen as the date, in days up to today."""
WEEK: Final = 7
_KINDS: Final[tuple[tuple[Kind | None, str], ...]] = (
    (None, "All"), ("ready", "Ready"), ("running", "Running"), ("failed", "Failed"), ("uncertain", "Uncertain"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """What was chosen in the page."""

    search: str = ""
    state: Kind | None = None
    starred: bool = False
    days: int = WEEK

    @property
    def wanted(self) -> Wanted:
        """The same as the ledger takes it."""
        return Wanted(self.search.strip(), self.state, self.starred, rendering.since(self.days, time.time()))


def filter_of(message: Mapping[str, Any]) -> Filter:
    """The filter in a message; what makes no sense in it is left out."""
    search, state, days = message.get("search"), message.get("state"), message.get("days")
    return Filter(
        search=search[:_LONGEST_WORDS] if isinstance(search, str) else "",
        state=state if state in get_args(Kind) else None,
        starred=message.get("starred") is True,
        days=days if type(days) is int and days in DAYS else WEEK,
    )


class Pages:
    """Reads the history of a studio. Blocks: not for the background loop."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._strips: OrderedDict[str, tuple[bytes, int]] = OrderedDict()

    def outline(self, chosen: Filter) -> dict[str, Any]:
        """All that is found, counted, and the first cards of it."""
        wanted = chosen.wanted
        found = self._studio.ledger.overview(wanted)
        today = dt.date.today()  # noqa: DTZ011  of the person's clock
        return {
            "title": rendering.shelf_title(found.sum),
            "kinds": _counted(found),
            "days": [rendering.day_card(day.date, day.sum, day.stacks, today) for day in found.days],
            "dates": [{"days": days, "label": label} for days, label in DAYS.items()],
            "filter": {
                "search": chosen.search,
                "state": chosen.state or "",
                "starred": chosen.starred,
                "days": chosen.days,
            },
            "nothing": "" if found.stacks else self._nothing(chosen),
            "first": self._cards(wanted, 0, FIRST),
            "now": time.time(),
        }

    def cards(self, chosen: Filter, start: int, count: int) -> list[dict[str, Any] | None]:
        """The cards at some places; None where a row is damaged."""
        return self._cards(chosen.wanted, start, min(count, MOST))

    def poster(self, job_id: str) -> bytes:
        """A small picture of a take, as JPEG; nothing where there is none."""
        record = self._record(job_id)
        if record is None or not record.poster:
            return b""
        return library.small_poster(self._studio.library.home / record.poster, _POSTER_BYTES)

    def strip(self, job_id: str) -> tuple[bytes, int]:
        """Frames of a take side by side, and how many; none where they cannot be had."""
        if job_id in self._strips:
            self._strips.move_to_end(job_id)
            return self._strips[job_id]
        record = self._record(job_id)
        path = self._video(record) if record is not None else None
        try:
            made = footage.strip(path, _STRIP_FRAMES, _STRIP_HEIGHT) if path is not None else (b"", 0)
        except SeedanceError:
            made = (b"", 0)
        self._strips[job_id] = made
        while len(self._strips) > _STRIPS:
            self._strips.popitem(last=False)
        return made

    def still(self, limit: int) -> dict[str, str]:
        """The newest takes as a table, for the notebook's file."""
        jobs = self._studio.history(limit)
        if not jobs:
            line = "No takes yet. Start with %seedance and a prompt."
            return {"text/plain": line, "text/html": rendering.static_table("", line)}
        closing = "Run the cell for the gallery: search, filters, all takes. Nothing is sent."
        table = rendering.history_html(jobs, library.shown_path)
        return {
            "text/plain": rendering.history_text(jobs, library.shown_path),
            "text/html": rendering.static_table(table, closing),
        }

    def with_id(self, generation_id: str) -> Job | None:
        """The take to which the service gave an id."""
        found = self._studio.ledger.with_generation_id(generation_id)
        return self._studio.job(found.id) if found is not None else None

    def meant(self, chosen: Filter, words: str) -> Job:
        """The take that is meant by its id or, of those that are shown, by its time: "12:06", or "9 Nov, 18:30". Of
        several of one time the ready ones are meant, and of several days today. ValueError where it is none or still
        several."""
        wanted, now = words.strip(), time.time()
        job = self._studio.job(wanted)
        if job is not None:
            return job
        rows = self._studio.ledger.history(chosen.wanted, limit=None)
        said = [row for row in rows if clock_time(row.created, now) == wanted]
        found = said or [row for row in rows if hour(row.created) == wanted]
        found = [row for row in found if row.state == State.COMPLETED] or found
        job = self._studio.job(found[0].id) if len(found) == 1 else None
        if job is None:
            raise ValueError(rendering.not_one_take(words, found))
        return job

    def uncertain(self) -> list[Job]:
        """Takes whose reply was lost, newest first."""
        return self._studio.history(limit=2, state="uncertain")

    def _cards(self, wanted: Wanted, start: int, count: int) -> list[dict[str, Any] | None]:
        stacks = self._studio.ledger.stacks(wanted, start, count)
        parents = {stack.take.parent for stack in stacks if stack.take is not None and stack.take.parent}
        prompts = {row.id: str(row.request["prompt"]) for row in self._studio.ledger.rows(parents)} if parents else {}
        texts = ["" if stack.take is None else str(stack.take.request["prompt"]) for stack in stacks]
        briefs = rendering.told_apart(texts, rendering.TWO_LINES)
        return [
            self._card(stack, stack.take, brief, prompts) if stack.take is not None else None
            for stack, brief in zip(stacks, briefs, strict=True)
        ]

    def _card(self, stack: Stack, take: Record, brief: str, prompts: Mapping[str, str]) -> dict[str, Any]:
        named = prompts.get(take.parent or "", "")
        parent = take.parent if named else None
        link = link_of(GenerationRequest.from_dict(take.request), parent)
        usual = None
        if not rendering.look_of(take.state, take.reason)[1]:  # it is under way
            usual = polling.usual_band(self._studio.ledger.durations(take.connection, take.request))
        return rendering.card(
            take,
            key=stack.key,
            brief=brief,
            ids=stack.ids,
            starred=stack.starred,
            tally=stack.sum,
            has_video=self._video(take) is not None,
            usual=usual,
            origin=(link, parent or "", named),
        )

    def _record(self, job_id: str) -> Record | None:
        return self._studio.ledger.get(job_id)

    def _video(self, record: Record) -> Path | None:
        return self._studio.library.find_video(record.media, record.placed, record.media_sha256)

    def _nothing(self, chosen: Filter) -> str:
        if not self._studio.ledger.history(limit=1):
            return "No takes yet. New video makes the first."
        if chosen == replace(Filter(), days=chosen.days):
            return f"No takes in this time: {DAYS[chosen.days].lower()}."
        return "No take is like that."


def _counted(found: Overview) -> list[dict[str, Any]]:
    every = sum(found.kinds.values())
    return [
        {"value": kind or "", "label": label, "count": every if kind is None else found.kinds[kind]}
        for kind, label in _KINDS
    ]
