"""A sweep before it starts: its axes, what they would make, and what all of it would cost."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import rendering, validation
from seedance_widgets.batch import Batch
from seedance_widgets.errors import InvalidRequestError, Problem, SeedanceError
from seedance_widgets.jobs import Job
from seedance_widgets.states import State

from . import costs, protocol

if TYPE_CHECKING:
    from seedance_widgets.axes import Axes
    from seedance_widgets.models import GenerationRequest
    from seedance_widgets.studio import Studio
    from seedance_widgets.sweep import Point

_log = logging.getLogger("seedance_widgets")

_MOST_AXES: Final = 100
_LONGEST_VALUE: Final = 2500
"""Characters: the longest prompt there is."""
_ALL_THERE: Final = "You have all of these already"

EDITS: Final = ("set-axes", "add-value", "remove-value")


def edited(axes: Axes, kind: str, message: Mapping[str, Any], model: Any) -> Axes:
    """The axes as a message wants them. ValueError in words for people: then nothing has changed."""
    if kind == "set-axes":
        return axes.reordered(protocol.ids_of(message, "names", _MOST_AXES))
    axis = axes.axis(protocol.text_of(message, "axis"))
    words = [rendering.value_words(axis.name, value) for value in axis.values]
    wanted = (protocol.text_of(message, "value", _LONGEST_VALUE) or "").strip()
    if kind == "remove-value":
        index = protocol.count_of(message, "index")
        if index is None or index >= len(words) or words[index].strip() != wanted:
            raise ValueError("This value is not there any more.")
        if len(words) == 1:
            raise ValueError("The last value stays: add another one first.")
        return axes.having(axis.name, [*axis.values[:index], *axis.values[index + 1 :]])
    if wanted in words:
        raise ValueError(f"“{wanted}” is there already.")
    if axis.free:
        if not wanted:
            raise ValueError(f"Write what {{{axis.name}}} is to stand for.")
        return axes.having(axis.name, [*axis.values, wanted])
    offered = rendering.offers(axis, model)
    if wanted not in offered:
        raise ValueError(f"Choose {' or '.join(offered)}." if offered else "There is nothing more to choose.")
    return axes.having(axis.name, [*axis.values, offered[wanted]])


def check(points: Sequence[Point]) -> None:
    """InvalidRequestError with all that is wrong with any of them, each problem once. Images are not read for that."""
    found = dict.fromkeys(problem for point in points for problem in validation.problems(point.request))
    if found:
        raise InvalidRequestError(list(found))


@dataclass(frozen=True, slots=True)
class Draft:
    """A batch that has not begun, and what is said of it."""

    axes: Axes
    batch: Batch
    plan: dict[str, Any]
    """`Plan` in js/src/sweep_protocol.ts."""


class Planner:
    """Makes drafts of one sweep. Belongs to the background loop."""

    def __init__(
        self, maker: Studio, axes: Axes, *, reuse: bool, concurrency: int, max_credits: int | None, rehearse: bool
    ) -> None:
        self._maker = maker
        self.axes = axes
        self.reuse = reuse
        self.concurrency = concurrency
        self.max_credits = max_credits
        """What all of it together may be estimated at; None for no limit of its own."""
        self._rehearse = rehearse
        self._images: dict[object, Any] = {}
        """As they were when they were first read: what was shown is what is sent."""

    def rehearsal(self) -> Planner:
        """One for the same in the embedded sandbox."""
        other = Planner(
            self._maker, self.axes, reuse=True, concurrency=self.concurrency, max_credits=None, rehearse=True
        )
        other._images = self._images
        return other

    async def draft(self) -> Draft:
        """What would be made as it is now. InvalidRequestError with all problems of all takes, ConfigurationError."""
        axes, reuse = self.axes, self.reuse
        points = await asyncio.to_thread(axes.points)
        requests = await self._read(points)
        plan = await self._maker.plan(dict(enumerate(requests, 1)), rehearse=self._rehearse)
        takes = tuple(
            dataclasses.replace(take, parent=_parent(point.request))
            for take, point in zip(plan.takes, points, strict=True)
        )
        batch = Batch(
            self._maker,
            dataclasses.replace(plan, takes=takes),
            concurrency=self.concurrency,
            new=not reuse,
            progress=False,
            coordinates=[point.coordinates for point in points],
        )
        draft = Draft(axes, batch, self._shown(axes, batch, reuse=reuse))
        draft.plan["seen"] = hashlib.sha256(repr(wish_of(draft)).encode("utf-8", "backslashreplace")).hexdigest()
        return draft

    async def _read(self, points: Sequence[Point]) -> list[GenerationRequest]:
        """Their requests with images read, each image once and for all."""
        read: list[GenerationRequest] = []
        found: dict[Problem, None] = {}
        for point in points:
            images = point.request.images
            known = [self._images.get(_key(index, image)) for index, image in enumerate(images)]
            try:
                if any(image is None for image in known):
                    known = list((await self._maker.read(point.request)).images)
                    self._images.update((_key(index, images[index]), image) for index, image in enumerate(known))
                request = point.request.replace(images=tuple(known))
                validation.check(request)
                read.append(request)
            except InvalidRequestError as error:
                found.update(dict.fromkeys(error.problems))
        if found:
            raise InvalidRequestError(list(found))
        return read

    def _shown(self, axes: Axes, batch: Batch, *, reuse: bool) -> dict[str, Any]:
        about, nothing_new = batch.estimate, not batch.to_make
        together = dataclasses.replace(self._maker.session, max_credits=None)  # that is of one take
        panel = costs.cost(about, None, together, there=nothing_new, service=self._maker.service)
        spread = "" if about.spread is None or about.free else f"{about.spread[0]}\u2013{about.spread[1]}"
        return {
            **rendering.sweep_plan(axes, batch, reuse=reuse),
            "amount": "Free" if about.free else panel["amount"],
            "qualifier": panel["qualifier"] or spread,
            "source": _ALL_THERE if nothing_new else panel["source"],
            "session": panel["session"],
            "problem": self._refusal(batch),
        }

    def _refusal(self, batch: Batch) -> str:
        """Why it is not made, whoever says yes to it; empty where it may be."""
        new = [take.about for take in batch.takes if not take.reused]
        if not new or batch.estimate.free:
            return ""
        refusal = self._maker.session.refusal(max(new, key=lambda about: about.credits or 0))
        if refusal is not None:
            return str(refusal)
        if self.max_credits is not None and (batch.estimate.credits or 0) > self.max_credits:
            return f"{batch.estimate.text}, and {self.max_credits} is the most you allow for this sweep."
        return ""


async def follow(batch: Batch) -> None:
    """Look on at what is on its way already, whether the rest is ever sent or not: it is paid for."""
    for take in batch.takes:
        try:
            if take.reused and take.there is not State.COMPLETED:
                await batch.studio.follow(take.request, batch.connection)
        except SeedanceError as error:
            _log.warning("A take of a sweep is not followed: %s", error)


def wish_of(draft: Draft) -> object:
    """All that was shown, for a yes that holds for it alone."""
    new = [take for take in draft.batch.takes if not take.reused]
    made = draft.batch.new, [take.request.fingerprint for take in new]
    return draft.plan["amount"], draft.batch.connection.identity, made


def _key(index: int, image: Any) -> object:
    return index, image if isinstance(image, str) else id(image)


def _parent(request: GenerationRequest) -> Job | None:
    first = next(iter(request.images), None)
    return first if isinstance(first, Job) else None
