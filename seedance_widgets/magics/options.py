"""The options of `%seedance`: one table, and how a line is read by it. Pure.

The prompt is taken as it stands, minus the options: quotes inside it, dashes, braces and dollars are part of it.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Any, Final

from seedance_widgets.capabilities import DEFAULT_MODEL, SETTINGS
from seedance_widgets.models import unknown_setting_message
from seedance_widgets.prompts import unquote

from .values import NAMED, QUOTES, OpenQuoteError, inline, whole


@dataclass(frozen=True, slots=True)
class Option:
    """One option."""

    names: tuple[str, ...]
    """As typed; the last is the long one."""
    target: str
    """Where its value goes: a setting, or a name of `Line`."""
    help: str
    value: str = ""
    """What its value is called in help; empty for a switch."""
    constant: Any = True
    """What a switch stands for."""
    choices: tuple[str, ...] = ()


OPTIONS: Final = (
    Option(
        ("-d", "--duration"),
        "duration",
        "length in seconds",
        "SECONDS",
        choices=tuple(map(str, DEFAULT_MODEL.durations)),
    ),
    Option(("-r", "--resolution"), "resolution", "size of the picture", "SIZE", choices=DEFAULT_MODEL.resolutions),
    Option(("-a", "--aspect-ratio"), "aspect_ratio", "width to height", "RATIO", choices=DEFAULT_MODEL.aspect_ratios),
    Option(
        ("-i", "--image"),
        "images",
        "a guide image: path, web address or name of a variable; twice for first frame and last frame. A video or a "
        "job stands for its last frame as first frame, and for its first as last",
        "IMAGE",
    ),
    Option(("--fixed-lens",), "fixed_lens", "ask for a still camera"),
    Option(("--no-fixed-lens",), "fixed_lens", "let the camera move", constant=False),
    Option(("--audio",), "generate_audio", "ask for sound; costs more"),
    Option(("--no-audio",), "generate_audio", "no sound", constant=False),
    Option(("--share-prompt",), "prompt_directory_optin", "make the prompt public; may lower the price"),
    Option(("--no-share-prompt",), "prompt_directory_optin", "keep the prompt private", constant=False),
    Option(("-n", "--name"), "name", "the variable that becomes the job", "NAME"),
    Option(("--save",), "save", "copy the finished video there", "PATH"),
    Option(("--wait",), "wait", "wait until the video is ready"),
    Option(("--new",), "new", "make another take, even of a request that was made before"),
    Option(("--dry-run",), "dry_run", "show the exact request and its estimate; send nothing"),
    Option(("--max-credits",), "max_credits", "send nothing if the estimate is higher", "CREDITS"),
    Option(
        ("--template",),
        "template",
        'a prompt that Studio.templates keeps, with its settings; its placeholders as subject="A fox", else variables',
        "NAME",
    ),
    Option(
        ("--sweep",),
        "sweep",
        "values to try for a {placeholder} or a setting; again for another. One with a space or a comma in quotes: "
        'move=static,"dolly in, then hold"',
        "NAME=A,B",
    ),
    Option(("--yes",), "yes", "send the sweep that was shown without it"),
)

BY_NAME: Final = {name: option for option in OPTIONS for name in option.names}

_WORD: Final = re.compile(
    r"(?:(?<=\s)|^)(?:(--?[A-Za-z][\w-]*)(?:(=)|(?=\s|$))"
    r"""|[\w-]+=(?:"(?:[^"]|"")*"|'(?:[^']|'')*')(?=\s|$)"""  # subject="A fox": the value of a placeholder
    r"""|"[^"]*"(?!\w))"""  # speech; a single quote may be an apostrophe
)
"""An option; or what is in quotes, where nothing is one."""


class LineError(ValueError):
    """What is wrong with a line, in words for the person who typed it."""


@dataclass(slots=True)
class Line:
    """A line, read."""

    prompt: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    """Settings by name; `images` as typed."""
    name: str | None = None
    save: str | None = None
    wait: bool = False
    new: bool = False
    dry_run: bool = False
    max_credits: int | None = None
    template: str | None = None
    defaults: dict[str, Any] = field(default_factory=dict)
    """Settings of the template."""
    sweep: dict[str, list[str]] = field(default_factory=dict)
    """Values as typed, by the names of settings and placeholders."""
    yes: bool = False


def parse(text: str, *, options_only: bool = False) -> Line:
    """Read what follows the magic's name. LineError that says what to change.

    `options_only`: there is no prompt in it, as on the first line of a cell magic.
    """
    line = Line()
    quoted = None if options_only else _quoted_prompt(text)
    if quoted is not None:
        before, line.prompt, after = quoted
        rest = _take_options(before, line) + _take_options(after, line)
    else:
        rest = _take_options(text, line)
        line.prompt = "" if options_only else unquote(rest)
    if rest.strip() and (options_only or quoted is not None):
        where = "The first line of %%seedance" if options_only else "What stands beside the quoted prompt"
        raise LineError(f"{where} takes options only, not {rest.strip()[:60]!r}. The prompt goes below it.")
    return line


def _quoted_prompt(text: str) -> tuple[str, str, str] | None:
    """(before, prompt, after) where one pair of quotes stands around the whole prompt and only options are beside it:
    then nothing inside the quotes is an option."""
    for start, character in enumerate(text):
        if character not in QUOTES or (start and not text[start - 1].isspace()):
            continue
        end = text.find(character, start + 1)  # with another of its kind inside, there is more than one quoted piece
        before, inside, after = text[:start], text[start + 1 : end], text[end + 1 :]
        beside_are_options = (not after or after[0].isspace()) and _only_options(before) and _only_options(after)
        if end > start and inside.strip() and beside_are_options:
            return before, inside.strip(), after
        if not _is_value(text[:start]):
            return None  # the prompt began before this quote: it is speech
    return None


def _is_value(before: str) -> bool:
    """Whether a quote that follows this opens the value of an option."""
    words = before.split()
    option = BY_NAME.get(words[-1]) if words else None
    return option is not None and bool(option.value)


def _only_options(text: str) -> bool:
    try:
        return not _take_options(text, Line()).strip()
    except LineError:
        return False


def _take_options(text: str, line: Line) -> str:
    """The text without its options, which go into `line`."""
    kept: list[str] = []
    place = 0
    while match := _WORD.search(text, place):
        word = match[1] or ""
        option = BY_NAME.get(word)
        if option is None:
            if word.startswith("--"):
                raise LineError(_unknown(word))
            short, value = word[:2], word[2:]
            if short in BY_NAME and value in BY_NAME[short].choices:
                raise LineError(f"Write {short} {value} instead of {word}, which would be part of the prompt.")
            kept.append(text[place : match.end()])  # part of the prompt: a short word with a dash, or quotes
            place = match.end()
            continue
        kept.append(text[place : match.start()])
        place = match.end()
        if option.value:
            value, place = _value(text, place, option)
            _set(line, option, value)
        else:
            if match[2]:
                raise LineError(f"{match[1]} takes no value.")
            _set(line, option, option.constant)
        if place < len(text) and text[place].isspace() and (not kept or not kept[-1] or kept[-1][-1].isspace()):
            place += 1
    return "".join([*kept, text[place:]])


def _value(text: str, place: int, option: Option) -> tuple[Any, int]:
    rest = text[place:]
    skipped = len(rest) - len(rest.lstrip())
    rest = rest.lstrip()
    name = option.names[-1]
    if not rest:
        raise LineError(f"{name} needs a value: {name} {_example(option)}.")
    if option.target == "sweep" and (named := NAMED.match(rest)):
        try:
            values, end = inline(rest, named.end())
        except OpenQuoteError:
            raise LineError(f"The quote after {name} {named[0]} is never closed.") from None
        if rest[end : end + 1].strip():
            raise LineError(f"After a quoted value of {name} comes a comma or a space, not {rest[end : end + 20]!r}.")
        after = rest[end:].lstrip()
        if len(values) > 1 and values[-1] == ("", False) and after and not after.startswith("-"):
            raise LineError(
                f"The values of {named[1]} end at a space, and {after[:20]!r} would be part of the prompt. Leave that"
                f' space out, or quote all of it: {name} "{named[0]}{values[0][0]}, ...".'
            )
        return (named[1], values), place + skipped + end
    if rest[0] in QUOTES:
        end = rest.find(rest[0], 1)
        if end < 0:
            raise LineError(f"The quote after {name} is never closed.")
        return rest[1:end], place + skipped + end + 1
    word = rest.split(None, 1)[0]
    if word in BY_NAME:
        raise LineError(f"{name} needs a value: {name} {_example(option)}.")
    return word, place + skipped + len(word)


def _example(option: Option) -> str:
    return option.choices[0] if option.choices else option.value


def _set(line: Line, option: Option, value: Any) -> None:
    if option.target == "images":
        line.settings.setdefault("images", []).append(value)
    elif option.target == "max_credits":
        if not (value.isascii() and value.isdigit() and len(value) < 10):
            raise LineError(f"--max-credits is a whole number of credits, not {value!r}.")
        line.max_credits = int(value)
    elif option.target == "sweep":
        _add_axis(line, value)
    elif option.target == "name":
        if not value.isidentifier():
            raise LineError(f"{value!r} cannot be the name of a variable.")
        line.name = value
    elif hasattr(line, option.target):
        setattr(line, option.target, value)
    else:
        line.settings[option.target] = value


def _add_axis(line: Line, given: Any) -> None:
    """`given`: a name and its values, each with whether it was quoted; or both in one text, that was quoted whole."""
    if isinstance(given, str):
        name, _, listed = given.partition("=")
        try:
            given = name.strip(), whole(listed)
        except OpenQuoteError as error:
            raise LineError(f"The quote before {error} is never closed.") from None
    name = given[0].replace("-", "_")
    values = [value for value, quoted in given[1] if value or quoted]
    if not name.isidentifier() or not values:
        raise LineError(
            f"--sweep takes a name and its values, as --sweep move=static,orbit, not {name}=. A value with a space or a"
            ' comma goes in quotes: move=static,"dolly in, then hold".'
        )
    if len(given[1]) == 1 and "," in values[0]:
        raise LineError(
            f'Is {values[0]!r} one value of {name}, or several? Quote each alone, as {name}=static,"dolly in, then'
            f' hold", or all together with the name, as --sweep "{name}={values[0]}".'
        )
    option = BY_NAME.get(f"--{name.replace('_', '-')}")  # audio is generate_audio, as the option of that name
    setting = option.target if option is not None and option.target in SETTINGS else name
    line.sweep.setdefault(setting, []).extend(values)


def _unknown(word: str) -> str:
    setting = word.lstrip("-").replace("-", "_")
    near = difflib.get_close_matches(word, [name for name in BY_NAME if name.startswith("--")], n=1, cutoff=0.7)
    teach = unknown_setting_message(setting).split(" The settings are:", 1)[0].split(". ", 1)
    hint = f" {teach[1]}" if len(teach) > 1 else f" Did you mean {near[0]}?" if near else ""
    return f"There is no option {word}.{hint} If it is part of the prompt, quote the whole prompt or use %%seedance."


def help_text() -> str:
    """The options as a table for people."""
    rows = []
    for option in OPTIONS:
        left = ", ".join(option.names) + (f" {option.value}" if option.value else "")
        more = f": {', '.join(option.choices)}" if option.choices else ""
        rows.append(f"  {left:<28} {option.help}{more}")
    return "\n".join(rows)
