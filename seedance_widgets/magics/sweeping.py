"""`--sweep`: what was typed as a sweep, and what is said before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import rows
from seedance_widgets.errors import OverBudgetError
from seedance_widgets.prompts import variables
from seedance_widgets.sweep import Point, expand

from .options import Line, LineError

if TYPE_CHECKING:
    from seedance_widgets.batch import Batch
    from seedance_widgets.studio import Studio
    from seedance_widgets.widgets import Sweep


_OWN: Final = frozenset({"concurrency", "max_credits", "reuse", "studio"})
"""Placeholders of these names cannot be told from what else the widget takes."""


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep as it was typed."""

    prompt: str
    values: Mapping[str, str]
    """Of placeholders that are the same everywhere."""
    given: Mapping[str, Any]
    """Settings that are the same everywhere, and what is tried."""
    points: list[Point]
    """The requests."""

    @property
    def has_widget(self) -> bool:
        """Whether it can be shown as one."""
        return not _OWN & set(self.given)


def read(
    wanted: Line, template: str, settings: Mapping[str, Any], namespace: Mapping[str, Any], image: Callable[[str], Any]
) -> Swept:
    """A sweep from its line. `settings` are those of every take; `image` says what a name or a path stands for.

    LineError, InvalidRequestError where it is none.
    """
    twice = [name for name in wanted.sweep if name in wanted.settings]
    if twice:
        raise LineError(f"{twice[0]} is given twice: as an option, and in --sweep. Leave one out.")
    if wanted.save:
        raise LineError("--save keeps one video, and a sweep makes several: leave it out.")
    axes = {
        name: [(image(value),) if name == "images" else rows.plain(name, value) for value in values]
        for name, values in wanted.sweep.items()
    }
    values = {name: str(namespace[name]) for name in variables(template) if name in namespace}
    same = {name: value for name, value in settings.items() if name not in axes}
    try:
        return Swept(template, values, {**same, **axes}, expand(template, values, **same, **axes))
    except TypeError as error:
        raise LineError(str(error)) from None


def as_batch(swept: Swept, wanted: Line, studio: Studio) -> Batch:
    """A batch, sent where --yes says so or nothing new is made; else the question is printed."""
    from seedance_widgets.many import generate_many

    batch = generate_many(swept.points, new=wanted.new, start=False, studio=studio)
    if wanted.dry_run or (batch.to_make and not wanted.yes):
        print(question(batch, wanted.max_credits))  # noqa: T201  what a person must know before it costs
        return batch
    batch.start(max_credits=wanted.max_credits)
    return batch.wait() if wanted.wait else batch


def as_widget(swept: Swept, wanted: Line, studio: Studio) -> Sweep:
    """The widget, begun where --yes says so; else it asks."""
    from seedance_widgets.widgets import Sweep

    sweep = Sweep(
        swept.prompt,
        swept.values,
        studio=studio,
        reuse=not wanted.new,
        max_credits=wanted.max_credits,
        **swept.given,
    )
    if wanted.yes:
        sweep.start()
    if wanted.wait and sweep.batch is not None:
        sweep.batch.wait()
    return sweep


def question(batch: Batch, max_credits: int | None) -> str:
    """What is said of a sweep that has not been confirmed."""
    studio, about = batch.studio, batch.estimate
    videos = "1 video" if batch.to_make == 1 else f"{batch.to_make} videos"
    limit = "without a budget" if studio.budget is None else f"of {studio.budget} credits"
    session = "" if about.free else f" Session: {studio.spent} {limit} used."
    said = f"Nothing was sent. This would render {videos}. {about.sentence}{session}"
    try:
        batch.check(max_credits=max_credits)
    except OverBudgetError as error:
        return f"{said} It would be refused: {error.what}"
    return f"{said} Add --yes to send it."
