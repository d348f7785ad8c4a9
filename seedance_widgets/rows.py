"""Requests from rows: prompts, dicts of settings, a DataFrame, a CSV file. One request a row, all problems at once."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, Final

from .capabilities import SETTINGS
from .errors import InvalidRequestError, Problem
from .models import GenerationRequest, check_setting_names, unknown_setting_message
from .sweep import Point, is_missing
from .validation import check_rows, problems

_FRAMES: Final = ("first_frame", "last_frame")
"""Columns for guide images, by what they are; `images` holds one, or a list of them."""

_SWITCHES: Final = ("fixed_lens", "generate_audio", "prompt_directory_optin")
_WORDS: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
_WHOLE: Final = re.compile(r"\d{1,5}\.0+")
_SEPARATORS: Final = (",", ";", "\t")
_NAMED_SEPARATORS: Final = tuple(f"sep={separator}" for separator in (",", ";"))
"""What spreadsheets put between cells, by the language they are set to."""

MOST_ROWS: Final = 10_000
"""Rows that are taken at once: more is a slip of the pen, or a source without end."""

_MOST_BYTES: Final = 1 << 26
"""Of a CSV file: twice what so many of the longest prompts take."""


def requests_from(source: Any, **settings: Any) -> list[GenerationRequest]:
    """Requests from a CSV file (by its path), a pandas DataFrame or column, or anything that gives rows.

        requests_from("prompts.csv", resolution="480p")

    A row is a prompt, a `GenerationRequest`, or settings by name, as columns are: `prompt`, `duration`, `resolution`,
    ... and `first_frame`, `last_frame` for guide images; "Aspect ratio" is `aspect_ratio`. What a row leaves out or
    leaves empty is taken from `settings`, else it is the default. Of a request, what is still the default is left out;
    what stands on an axis of a sweep is not.

    InvalidRequestError with all problems of all rows at once, each with its row, counted from 1 below the header; also
    where a column is there twice, and for more than 10,000 rows.
    TypeError that teaches for a setting in `settings` that does not exist; OSError for a file that cannot be opened.
    """
    requests, found = read(source, settings)
    for number, request in requests.items():
        found += ((number, problem) for problem in problems(request))
    check_rows(found)
    return list(requests.values())


def read(source: Any, settings: Mapping[str, Any]) -> tuple[dict[int, GenerationRequest], list[tuple[int, Problem]]]:
    """The requests of those rows that can be understood, and what is wrong with the others, both by the number of the
    row. Values out of range are kept as they are given."""
    check_setting_names(settings)
    requests: dict[int, GenerationRequest] = {}
    found: list[tuple[int, Problem]] = []
    for number, row in enumerate(listed(source), 1):
        try:
            requests[number] = _request(row, settings)
        except InvalidRequestError as error:
            found += ((number, problem) for problem in error.problems)
    return requests, found


def listed(source: Any) -> list[Any]:
    """The rows of whatever holds some. TypeError for what holds none; InvalidRequestError where there are none."""
    if isinstance(source, (str, PurePath)):
        source = _read_csv(Path(source).expanduser())
    elif hasattr(source, "columns") and hasattr(source, "to_dict"):  # a DataFrame, with no need of pandas here
        _check_columns(list(source.columns), "the table")
        source = source.to_dict("records")
    if isinstance(source, (Mapping, GenerationRequest, bytes)) or not isinstance(source, Iterable):
        raise TypeError(f"Pass a list of prompts, requests or settings, a DataFrame, or a path, not {_kind(source)}.")
    rows = list(itertools.islice(source, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        why = f"There are more than {MOST_ROWS:,} rows."
        raise InvalidRequestError([Problem("prompt", why, "Ask for a part of them at a time.")])
    while rows and _is_blank(rows[-1]):
        rows.pop()  # what spreadsheets leave below a table
    if not rows:
        raise InvalidRequestError([Problem("prompt", "There are no rows.", "Write a prompt in each.")])
    return rows


def labels_of(source: Any, count: int) -> Any:
    """The labels of the first `count` rows, where the source is a pandas DataFrame or column; else None."""
    index: Any = getattr(source, "index", None)
    return index[:count] if hasattr(index, "get_indexer") else None


def _request(row: Any, settings: Mapping[str, Any]) -> GenerationRequest:
    if isinstance(row, (Point, GenerationRequest)):
        request, said = (row.request, row.coordinates) if isinstance(row, Point) else (row, ())
        unsaid = {name for name, value in _UNSAID.items() if getattr(request, name) == value and name not in said}
        return request.replace(**{name: value for name, value in settings.items() if name in unsaid})
    if isinstance(row, str) or _is_empty(row):
        row = {"prompt": row}
    if not isinstance(row, Mapping):
        raise InvalidRequestError([Problem("prompt", f"A row is a prompt or settings by name, not {_kind(row)}.")])
    row = _by_setting(row)
    given = {name: plain(name, value) for name, value in row.items() if not _is_empty(value)}
    frames = [given.pop(name, None) for name in _FRAMES]
    found = [
        Problem(str(name), unknown_setting_message(str(name)), "Leave out what is none of them.")
        for name in row
        if name not in (*SETTINGS, *_FRAMES)
    ]
    if frames[1] is not None and frames[0] is None:
        found.append(Problem("images", "A last frame needs a first frame.", "Fill in first_frame as well."))
    if any(frame is not None for frame in frames):
        if "images" in given:
            found.append(
                Problem("images", "Guide images are given twice.", "Use images, or first_frame and last_frame.")
            )
        given["images"] = [frame for frame in frames if frame is not None]
    if "prompt" not in {**settings, **given}:
        found.append(Problem("prompt", "There is no prompt.", "Write it in a column called prompt."))
    if found:
        raise InvalidRequestError(found)
    return GenerationRequest(**{**settings, **given})


_UNSAID: Final = {name: getattr(GenerationRequest(""), name) for name in SETTINGS}


def _by_setting(row: Mapping[Any, Any]) -> dict[Any, Any]:
    """Columns are called as settings, however a table writes them: "Aspect ratio" is aspect_ratio."""
    named = {}
    for name, value in row.items():
        setting = _column(name)
        if setting in named:
            raise InvalidRequestError([_twice(setting, "the row")])
        named[setting] = value
    return named


def _column(name: Any) -> Any:
    return name.strip().lower().replace(" ", "_").replace("-", "_") if isinstance(name, str) else name


def _check_columns(names: Sequence[Any], where: str) -> None:
    known = set()
    for name in map(_column, names):
        if name in known and name != "":
            raise InvalidRequestError([_twice(name, where)])
        known.add(name)


def _twice(name: Any, where: str) -> Problem:
    return Problem(str(name), f"There are two columns called {name} in {where}.", "Leave one out.")


def plain(name: Any, value: Any) -> Any:
    """A value of a cell, or one that was typed, as settings have it: 8, "8" and NumPy's 8 alike, "yes" for a switch."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if name in _SWITCHES and isinstance(value, (str, int, float)):
        # A column of switches with gaps is written as decimals: 1.0.
        return _WORDS.get(str(value).strip().lower().removesuffix(".0"), value)
    if not isinstance(value, str):
        return value
    words = value.strip()
    # A column of whole numbers with gaps is written as decimals: 4.0.
    return words.partition(".")[0] if name == "duration" and _WHOLE.fullmatch(words) else words


def _is_blank(row: Any) -> bool:
    return all(map(_is_empty, row.values())) if isinstance(row, Mapping) else row is None or is_missing(row)


def _is_empty(value: Any) -> bool:
    """Whether a cell holds nothing: None, blank, NaN, or pandas' own words for it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return is_missing(value)


def _read_csv(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, by the names in its first line. Blank lines are none."""
    with path.open("rb") as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise _unreadable(f"{path.name} is too large for a list of prompts.", "Ask for a part of them at a time.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _unreadable(f"{path.name} is not UTF-8 text.", "Save it as “CSV UTF-8”.") from None
    header, _, below = text.partition("\n")
    separator = max(_SEPARATORS, key=header.count)
    if header.strip().lower() in _NAMED_SEPARATORS:  # what Excel writes above the names
        separator, text = header.strip()[-1], below
    try:
        # Strict: a quote that is never closed would make one prompt of all rows below it.
        lines = list(csv.reader(io.StringIO(text, ""), delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error as error:
        why = f"{path.name} cannot be read as CSV: {error}."
        raise _unreadable(why, "Look for a quote without its pair.") from None
    names, *rows = [line for line in lines if line] or [[]]
    _check_columns(names, path.name)
    for number, row in enumerate(rows, 1):
        if any(cell.strip() for name, cell in itertools.zip_longest(names, row, fillvalue="") if not name.strip()):
            why = f"Row {number} of {path.name} has more cells than there are names in the first line."
            raise _unreadable(why, "Put a prompt with commas in double quotes.")
    return [
        {name: cell for name, cell in itertools.zip_longest(names, row, fillvalue="") if name.strip()} for row in rows
    ]


def _unreadable(why: str, remedy: str) -> InvalidRequestError:
    return InvalidRequestError([Problem("prompt", why, remedy)])


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
