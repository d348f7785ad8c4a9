"""A sweep: one prompt with placeholders, and the values to try, made into requests with their places. Pure."""

from __future__ import annotations

import itertools
import math
import numbers
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .capabilities import SETTINGS
from .errors import InvalidRequestError, Problem
from .models import GenerationRequest, unknown_setting_message
from .prompts import fill, missing_problem, variables

MOST_TAKES: Final = 200
"""Takes of one sweep: more are no comparison any more, and a slip of the pen could ask for millions."""


@dataclass(frozen=True)
class Point:
    """One request of a sweep."""

    request: GenerationRequest
    coordinates: Mapping[str, Any]
    """The value of each axis, by its name."""


def expand(prompt: str, values: Mapping[str, Any] | None = None, /, **axes: Any) -> list[Point]:
    """The requests of a sweep, each with its place in it.

        expand("A lighthouse at dusk, {move}", move=["static", "slow orbit"], duration=[4, 8])   # four requests

    axes:   by name, a list of values for a `{placeholder}` of the prompt or for a setting. What is no list is the same
            everywhere. Guide images are an axis where they are a list of lists.
    values: what further placeholders stand for; those that are not in the prompt do not matter.

    The last axis changes fastest, values stay in their order, and the same request comes once. In the prompt, `{{` and
    `}}` are braces. Hand it to `generate_many`, which checks the settings.

    TypeError that teaches for a name that is neither a placeholder nor a setting, and for a value that cannot stand in
    a prompt. InvalidRequestError for a placeholder without a value, an axis without values, and more than 200 takes.
    """
    names = variables(prompt)
    known = {name: text_of(name, value) for name, value in (values or {}).items() if name in names and name not in axes}
    _check(axes, names, {**known, **axes})
    lists = {name: values_of(name, given, name in names) for name, given in axes.items() if is_axis(name, given)}
    fixed = {name: given for name, given in axes.items() if name not in lists}
    count = math.prod(len(each) for each in lists.values())
    if count > MOST_TAKES:
        why = f"{count:,} takes; {MOST_TAKES} is the most of one sweep."
        raise InvalidRequestError([Problem("prompt", why, "Leave out some values, or try one axis after the other.")])
    found: dict[object, Point] = {}
    for place in itertools.product(*lists.values()):
        coordinates = dict(zip(lists, place, strict=True))
        request = _request(prompt, names, {**known, **fixed, **coordinates})
        found.setdefault(_identity(request), Point(request, coordinates))
    return list(found.values())


def filled(prompt: str, values: Mapping[str, Any]) -> GenerationRequest:
    """One request: placeholders and settings by name. Errors as for `expand`."""
    names = variables(prompt)
    _check(values, names, values)
    return _request(prompt, names, values)


def _request(prompt: str, names: list[str], chosen: Mapping[str, Any]) -> GenerationRequest:
    texts = {name: text_of(name, value) for name, value in chosen.items() if name in names}
    settings = {name: value for name, value in chosen.items() if name in SETTINGS}
    return GenerationRequest(fill(prompt, texts), **settings)


def _check(given: Mapping[str, Any], names: list[str], chosen: Mapping[str, Any]) -> None:
    for name in given:
        check_name(name, names)
    missing = tuple(name for name in names if name not in chosen)
    if missing:
        raise InvalidRequestError([missing_problem(missing, "", f"Give it one, as {missing[0]}=...")])


def check_name(name: str, names: list[str]) -> None:
    """TypeError that teaches for a name that is neither a setting nor one of the placeholders."""
    if name == "prompt" or name not in (*SETTINGS, *names):
        here = f"The prompt has {', '.join('{' + each + '}' for each in names)}." if names else "It has none."
        raise TypeError(
            f"{name!r} is neither a placeholder of the prompt nor a setting. {here} Write {{{name}}} into the prompt"
            f" where its values belong. {unknown_setting_message(name) if name != 'prompt' else ''}".rstrip()
        )


def is_axis(name: str, given: Any) -> bool:
    """Whether what was given for a name is a list of values to try."""
    if name == "images":
        return isinstance(given, (list, tuple)) and any(isinstance(each, (list, tuple)) for each in given)
    return isinstance(given, Iterable) and not isinstance(given, (str, bytes, Mapping))


def values_of(name: str, given: Iterable[Any], in_prompt: bool) -> list[Any]:
    """The values of an axis, each once, in their order. Errors as for `expand`."""
    kept: dict[object, Any] = {}
    for value in itertools.islice(given, MOST_TAKES * MOST_TAKES):  # it may have no end
        plain = value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value
        if in_prompt:
            text_of(name, plain)
        kept.setdefault(repr(plain), plain)
    if not kept:
        raise InvalidRequestError([Problem("prompt", f"{name} has no values.", "Give it one at least.")])
    return list(kept.values())


def text_of(name: str, value: Any) -> str:
    """What a value puts into a prompt. TypeError for what is neither text nor a number, and for a gap in a table."""
    if is_missing(value):
        raise TypeError(f"{{{name}}} has a value that is missing ({value}). Leave it out, as with column.dropna().")
    if isinstance(value, bool) or not isinstance(value, (str, numbers.Number)):
        raise TypeError(f"{{{name}}} stands for texts or numbers, not for a {type(value).__name__}.")
    return str(value)


def is_missing(value: Any) -> bool:
    """Whether this is what tables hold where there is nothing: NaN, or pandas' own words for it."""
    return type(value).__name__ in ("NAType", "NaTType") or (isinstance(value, numbers.Real) and value != value)  # noqa: PLR0124


def _identity(request: GenerationRequest) -> object:
    images = tuple(image if isinstance(image, str) else id(image) for image in request.images)
    return repr(request.settings()), images
