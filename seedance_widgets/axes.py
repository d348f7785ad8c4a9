"""The axes of a sweep as they can be changed until it starts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from .capabilities import SETTINGS
from .prompts import variables
from .sweep import Point, expand, is_axis, values_of


@dataclass(frozen=True, slots=True)
class Axis:
    """A placeholder or a setting with the values to try."""

    name: str
    values: tuple[Any, ...]

    @property
    def free(self) -> bool:
        """Whether any text can be a value."""
        return self.name not in SETTINGS


@dataclass(frozen=True, slots=True)
class Axes:
    """One prompt, what is the same in all of its takes, and what is tried. It does not change: each edit gives another
    one."""

    prompt: str
    fixed: Mapping[str, Any]
    """Settings and placeholders that are the same everywhere."""
    axes: tuple[Axis, ...]
    """First across, then down, then those that make more rows."""

    @classmethod
    def of(cls, prompt: str, values: Mapping[str, Any] | None, given: Mapping[str, Any]) -> Self:
        """As `expand` takes it, with its errors."""
        names = variables(prompt)
        lists = {name: values_of(name, value, name in names) for name, value in given.items() if is_axis(name, value)}
        expand(prompt, values, **{**given, **lists})
        known = {name: value for name, value in (values or {}).items() if name in names and name not in given}
        fixed = {name: value for name, value in given.items() if name not in lists}
        return cls(prompt, {**known, **fixed}, tuple(Axis(name, tuple(tried)) for name, tried in lists.items()))

    @property
    def given(self) -> dict[str, Any]:
        """All but the prompt, as `expand` takes it."""
        return {**self.fixed, **{axis.name: list(axis.values) for axis in self.axes}}

    def points(self) -> list[Point]:
        """The requests, row by row: what is across changes fastest. InvalidRequestError for too many of them."""
        backwards = {axis.name: list(axis.values) for axis in reversed(self.axes)}
        return [
            Point(point.request, {axis.name: point.coordinates[axis.name] for axis in self.axes})
            for point in expand(self.prompt, None, **self.fixed, **backwards)
        ]

    def axis(self, name: str | None) -> Axis:
        """The axis of a name. ValueError where there is none."""
        for axis in self.axes:
            if axis.name == name:
                return axis
        raise ValueError("This sweep has no such axis.")

    def reordered(self, names: Sequence[str]) -> Axes:
        """With its axes in another order. ValueError where `names` are not those it has."""
        if sorted(names) != sorted(axis.name for axis in self.axes):
            raise ValueError("An order names every axis once.")
        return replace(self, axes=tuple(self.axis(name) for name in names))

    def having(self, name: str, values: Sequence[Any]) -> Axes:
        """With other values on one axis."""
        return replace(self, axes=tuple(Axis(name, tuple(values)) if axis.name == name else axis for axis in self.axes))
