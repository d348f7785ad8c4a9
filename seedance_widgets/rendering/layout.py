"""Where takes that are made together stand in the page: in the grid of their axes, or one after the other by their
names. Plain text, which stays as it is from beginning to end.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from seedance_widgets.axes import Axis
from seedance_widgets.capabilities import SETTINGS

from .batch import MOST_ROWS, TakeLike
from .words import axis_label, parting, same_chips, sendable, shared, short, value_words, videos

_NAME: Final = 50
"""Characters of a prompt where it is a name: about two lines over a picture."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns, rows and places as `Run` in js/src/sweep_protocol.ts has them."""

    columns: list[str]
    """Their labels; one that is empty where the takes follow each other."""
    rows: list[dict[str, Any]]
    """Their labels, with the numbers of their takes."""
    places: Mapping[int, str]
    """What each take that is shown is called, by its number."""
    axes: tuple[Axis, ...] = ()
    """Those of its grid."""


def crossed(axes: Sequence[Axis]) -> str:
    """What is tried, in one line: its axes."""
    named = " \u00d7 ".join(axis_label(axis.name) for axis in axes)
    return named[:1].lower() + named[1:].lower()


def sweep_layout(axes: Sequence[Axis], takes: Sequence[TakeLike]) -> Layout:
    """The first axis across and the second down; more make more rows. Takes of a single axis follow each other."""
    places = {take.number: _place(axes, take) or short(take.request.prompt, _NAME) for take in takes}
    if len(axes) < 2:
        return _listed(takes, places, axes)
    across, *others = axes
    order = {(axis.name, repr(value)): place for axis in axes for place, value in enumerate(axis.values)}
    found: dict[tuple[int, ...], list[int]] = {}
    labels: dict[tuple[int, ...], str] = {}
    for take in takes:
        column, *row = (order[axis.name, repr(take.coordinates[axis.name])] for axis in axes)
        key = tuple(reversed(row))
        found.setdefault(key, [0] * len(across.values))[column] = take.number
        labels[key] = " · ".join(value_words(axis.name, take.coordinates[axis.name]) for axis in others)
    rows = [{"label": labels[key], "takes": found[key]} for key in sorted(found)]
    return Layout([value_words(across.name, value) for value in across.values], rows, places, tuple(axes))


def batch_layout(takes: Sequence[TakeLike], labels: Sequence[str] = ()) -> Layout:
    """The first takes of any batch: of a sweep as its grid, others by their prompts. `labels` are those of their rows
    in the table they come from."""
    shown = takes[:MOST_ROWS]
    axes = _axes(shown)
    if axes and _fills_a_grid(axes, shown):
        return sweep_layout(axes, shown)
    names = _names(axes, shown, labels)
    return _listed(shown, {take.number: name for take, name in zip(shown, names, strict=True)})


def batch_head(takes: Sequence[TakeLike], layout: Layout) -> dict[str, Any]:
    """What stands above: how many they are, and what is the same in all of them."""
    title = " · ".join(filter(None, (videos(len(takes)), crossed(layout.axes))))
    if len(layout.places) < len(takes):
        title += f", the first {len(layout.places)} are shown"
    prompts = list(dict.fromkeys(take.request.prompt for take in takes))
    shown: dict[str, Any] = sendable(
        {
            "name": "Batch",
            "title": title,
            "prompt": [{"text": prompts[0], "variable": False}] if len(prompts) == 1 else [],
            "chips": same_chips([take.request for take in takes]),
        }
    )
    return shown


def _listed(takes: Sequence[TakeLike], places: Mapping[int, str], axes: Sequence[Axis] = ()) -> Layout:
    rows = [{"label": places[take.number], "takes": [take.number]} for take in takes]
    return Layout([""], rows, places, tuple(axes))


def _place(axes: Iterable[Axis], take: TakeLike) -> str:
    return ", ".join(value_words(axis.name, take.coordinates[axis.name]) for axis in axes)


# ---- where takes have come from anywhere


def _axes(takes: Sequence[TakeLike]) -> list[Axis]:
    """What tells the takes apart by their coordinates; nothing where these do not."""
    names = list(takes[0].coordinates)
    if not names or any(set(take.coordinates) != set(names) for take in takes):
        return []
    places = {tuple(repr(take.coordinates[name]) for name in names) for take in takes}
    if len(places) < len(takes):
        return []
    values = {name: {repr(take.coordinates[name]): take.coordinates[name] for take in takes} for name in names}
    return [Axis(name, tuple(found.values())) for name, found in values.items()]


def _fills_a_grid(axes: Sequence[Axis], takes: Sequence[TakeLike]) -> bool:
    """Whether no more than half of their grid would be empty: of a sweep, some may have been left out."""
    rows = {tuple(repr(take.coordinates[axis.name]) for axis in axes[1:]) for take in takes}
    return len(axes[0].values) * len(rows) <= 2 * len(takes)


def _names(axes: Sequence[Axis], takes: Sequence[TakeLike], labels: Sequence[str]) -> list[str]:
    """What to call each take, so that no two are called the same."""
    heads = [_place(axes, take) for take in takes] if axes else _heads([take.request.prompt for take in takes])
    apart: dict[str, list[TakeLike]] = {}
    for take in takes:
        apart.setdefault(take.request.prompt, []).append(take)
    settings = {prompt: _differing(same) for prompt, same in apart.items()}
    names = []
    for head, take, label in zip(heads, takes, labels or [""] * len(takes), strict=False):
        tried = [] if axes else [_setting(take, name) for name in settings[take.request.prompt]]
        names.append(" · ".join(filter(None, (label, head, *tried))) or f"video {take.number}")
    count = Counter(names)
    return [name if count[name] == 1 else f"{name} ({take.number})" for name, take in zip(names, takes, strict=True)]


def _heads(prompts: Sequence[str]) -> list[str]:
    """The beginning of each prompt, and where that is the same in several, from where they part. Nothing where all are
    the same."""
    lines = [" ".join(prompt.split()) for prompt in prompts]
    if len(lines) > len(set(lines)) == 1:
        return ["" for _ in lines]
    alike: dict[str, set[str]] = {}
    for line in lines:
        alike.setdefault(short(line, _NAME), set()).add(line)
    same = {start: shared(group) for start, group in alike.items() if len(group) > 1}
    return [_parted(line, same.get(short(line, _NAME))) for line in lines]


def _parted(line: str, same: int | None) -> str:
    rest = "" if same is None else line[parting(line, same) :]
    return f"…{short(rest, _NAME)}" if rest else short(line, _NAME)


def _differing(takes: Sequence[TakeLike]) -> list[str]:
    """The settings in which they differ."""
    return [name for name in SETTINGS if name != "prompt" and len({_setting(take, name) for take in takes}) > 1]


def _setting(take: TakeLike, name: str) -> str:
    return value_words(name, getattr(take.request, name))
