"""Requests from rows: prompts, dicts of settings, a DataFrame, a CSV file. One request a row, all problems at once."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from .capabilities import SETTINGS
from .errors import InvalidRequestError, Problem
from .models import GenerationRequest, check_setting_names, unknown_setting_message
from .sweep import Point
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
"""What spreadsheets put between cells, by the language they are set to."""


def requests_from(source: Any, **settings: Any) -> list[GenerationRequest]:
    """Requests from a CSV file (by its path), a pandas DataFrame or column, or anything that gives rows.

        requests_from("prompts.csv", resolution="480p")

    A row is a prompt, a `GenerationRequest`, or settings by name, as columns are: `prompt`, `duration`, `resolution`,
    ... and `first_frame`, `last_frame` for guide images. What a row leaves out or leaves empty is taken from
    `settings`, else it is the default.

    InvalidRequestError with all problems of all rows at once, each with its row, counted from 1 below the header.
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
        source = source.to_dict("records")
    if isinstance(source, (Mapping, GenerationRequest, bytes)) or not isinstance(source, Iterable):
        raise TypeError(f"Pass a list of prompts, requests or settings, a DataFrame, or a path, not {_kind(source)}.")
    rows = list(source)
    while rows and isinstance(rows[-1], Mapping) and all(map(_is_empty, rows[-1].values())):
        rows.pop()  # what spreadsheets leave below a table
    if not rows:
        raise InvalidRequestError([Problem("prompt", "There are no rows.", "Write a prompt in each.")])
    return rows


def _request(row: Any, settings: Mapping[str, Any]) -> GenerationRequest:
    if isinstance(row, Point):
        row = row.request
    if isinstance(row, GenerationRequest):
        return row.replace(**settings)
    if isinstance(row, str):
        row = {"prompt": row}
    if not isinstance(row, Mapping):
        raise InvalidRequestError([Problem("prompt", f"A row is a prompt or settings by name, not {_kind(row)}.")])
    given = {name: plain(name, value) for name, value in row.items() if not _is_empty(value)}
    frames = [given.pop(name, None) for name in _FRAMES]
    found = [
        Problem(str(name), unknown_setting_message(str(name))) for name in row if name not in (*SETTINGS, *_FRAMES)
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


def plain(name: Any, value: Any) -> Any:
    """A value of a cell, or one that was typed, as settings have it: 8, "8" and NumPy's 8 alike, "yes" for a switch."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if name in _SWITCHES and isinstance(value, (str, int)):
        return _WORDS.get(str(value).strip().lower(), value)
    if not isinstance(value, str):
        return value
    words = value.strip()
    # A column of whole numbers with gaps is written as decimals: 4.0.
    return words.partition(".")[0] if name == "duration" and _WHOLE.fullmatch(words) else words


def _is_empty(value: Any) -> bool:
    """Whether a cell holds nothing: None, blank, NaN, or pandas' own words for it."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return True
    return (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType")


def _read_csv(path: Path) -> list[dict[str, Any]]:
    """The rows of a file, by the names in its first line. Blank lines are none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            file.seek(0)
            separator = max(_SEPARATORS, key=header.count)
            rows = list(csv.DictReader(file, delimiter=separator, skipinitialspace=True, restkey=""))
    except UnicodeDecodeError:
        raise InvalidRequestError(
            [Problem("prompt", f"{path.name} is not UTF-8 text.", "Save it as “CSV UTF-8”.")]
        ) from None
    except csv.Error as error:
        raise InvalidRequestError([Problem("prompt", f"{path.name} cannot be read as CSV: {error}.")]) from None
    for number, row in enumerate(rows, 1):
        if row.pop("", None):
            why = f"Row {number} of {path.name} has more cells than there are names in the first line."
            raise InvalidRequestError([Problem("prompt", why, "Put a prompt with commas in double quotes.")])
    names = [name.strip() for name in rows[0]] if rows else []
    return [dict(zip(names, row.values(), strict=True)) for row in rows]


def _kind(value: object) -> str:
    return f"a {type(value).__name__}"
