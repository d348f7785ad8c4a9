"""`--sweep`: what was typed as a sweep, and what is said before it is sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seedance_widgets import rows
from seedance_widgets.errors import OverBudgetError
from seedance_widgets.prompts import variables
from seedance_widgets.sweep import Point, expand

from .options import Line, LineError

if TYPE_CHECKING:
    from seedance_widgets.batch import Batch


def points(
    wanted: Line, template: str, settings: Mapping[str, Any], namespace: Mapping[str, Any], image: Callable[[str], Any]
) -> list[Point]:
    """The requests of a sweep. `settings` are those of every take; `image` says what a name or a path stands for.

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
        return expand(template, values, **same, **axes)
    except TypeError as error:
        raise LineError(str(error)) from None


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
