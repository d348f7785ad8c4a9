"""Named prompts with placeholders and defaults, kept as one JSON file each in the `templates` folder of SEEDANCE_HOME.

A name is text for people and never part of a path: the file is called by its hash.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .capabilities import SETTINGS
from .errors import InvalidRequestError, SeedanceError, StorageError
from .models import GenerationRequest
from .prompts import variables
from .rendering import templates_html, templates_text
from .sweep import Point, check_name, expand, filled, text_of
from .validation import problems

_log = logging.getLogger("seedance_widgets")

FOLDER: Final = "templates"
_NAME_MAX: Final = 80
_BYTES_MAX: Final = 1 << 20
"""Of a file: no template of ours has a tenth."""


@dataclass(frozen=True)
class Template:
    """A named prompt. `template.fill(subject="fox")` makes a request of it."""

    name: str
    prompt: str
    """With `{placeholders}`; `{{` and `}}` are braces."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What placeholders stand for, and settings, where nothing else is said."""

    @property
    def variables(self) -> list[str]:
        """The placeholders, each once, in order."""
        return variables(self.prompt)

    @property
    def settings(self) -> dict[str, Any]:
        """Those of the defaults that are settings."""
        return {name: value for name, value in self.defaults.items() if name in SETTINGS}

    @property
    def values(self) -> dict[str, Any]:
        """Those of the defaults that placeholders stand for."""
        return {name: value for name, value in self.defaults.items() if name in self.variables}

    def fill(self, **values: Any) -> GenerationRequest:
        """A request: placeholders filled in, settings as given here, else as in the defaults.

        TypeError that teaches for a name that is neither a placeholder nor a setting; InvalidRequestError for a
        placeholder without a value.
        """
        return filled(self.prompt, {**self.defaults, **values})

    def expand(self, **axes: Any) -> list[Point]:
        """The requests of a sweep over lists of values, for `generate_many`; see `expand`."""
        return expand(self.prompt, **{**self.defaults, **axes})


class Templates:
    """The templates of one SEEDANCE_HOME, as `Studio.templates`. Iterate over it, or look at it as a cell's last
    line."""

    def __init__(self, home: Path) -> None:
        self._folder = home / FOLDER

    def save(self, name: str, prompt: str, /, **defaults: Any) -> Template:
        """Keep a prompt under a name, in place of the one that had it. `defaults` are values of its placeholders, and
        settings.

            studio.templates.save("portrait", "{subject} looks up, soft light", subject="A fox", resolution="1080p")

        TypeError that teaches for a default that is neither; ValueError for a name that is none; InvalidRequestError
        for a setting that is not offered, StorageError where it cannot be written.
        """
        kept = {each: value if isinstance(value, (str, int, float)) else str(value) for each, value in defaults.items()}
        _check(Template(_checked(name), prompt, defaults))
        template = Template(_checked(name), prompt, kept)
        data = {"name": template.name, "prompt": prompt, "defaults": kept}
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, part = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(data, file, ensure_ascii=True, indent=1)
                Path(part).replace(self._path(template.name))
            finally:
                Path(part).unlink(missing_ok=True)
        except OSError as error:
            raise StorageError(
                f"The template could not be kept: {error.strerror or type(error).__name__}.", code=error.errno
            ) from None
        return template

    def list(self) -> tuple[Template, ...]:
        """All of them, by name. Those whose files are damaged are left out."""
        found = (self._read(path) for path in self._folder.glob("*.json"))
        return tuple(sorted((each for each in found if each is not None), key=lambda each: each.name.casefold()))

    def get(self, name: str) -> Template:
        """The one of that name. SeedanceError that lists them where there is none."""
        found = self._read(self._path(_checked(name)))
        if found is None:
            raise self._none(name)
        return found

    def delete(self, name: str) -> None:
        """Forget the one of that name. SeedanceError where there is none, StorageError where it cannot be removed."""
        path = self._path(_checked(name))
        try:
            path.unlink()
        except FileNotFoundError:
            raise self._none(name) from None
        except OSError as error:
            raise StorageError(f"The template could not be removed: {error.strerror}.", code=error.errno) from None

    def __iter__(self) -> Iterator[Template]:
        return iter(self.list())

    def __repr__(self) -> str:
        return templates_text(self.list())

    def _repr_html_(self) -> str:
        return templates_html(self.list())

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _read(self, path: Path) -> Template | None:
        try:
            with path.open("rb") as file:
                data = json.loads(file.read(_BYTES_MAX))
            template = Template(_checked(data["name"]), data["prompt"], dict(data["defaults"]))
            _check(template)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            _log.warning("The template in %s is damaged and left out: %s", path.name, error)
            return None
        return template if self._path(template.name) == path else None

    def _none(self, name: str) -> SeedanceError:
        names = ", ".join(f"“{each.name}”" for each in self.list())
        return SeedanceError(
            f"There is no template “{name}”.",
            todo=f"There are: {names}." if names else "studio.templates.save(name, prompt) keeps one.",
        )


def _checked(name: object) -> str:
    """A name without the spaces around it. ValueError for what can be none."""
    called = name.strip() if isinstance(name, str) else ""
    if not called or not called.isprintable() or len(called) > _NAME_MAX:
        raise ValueError(f"A template is called by 1 to {_NAME_MAX} characters on one line.")
    called.encode()  # half a character is a ValueError too
    return called


def _check(template: Template) -> None:
    """TypeError, InvalidRequestError for a prompt or defaults that could never be sent."""
    if not isinstance(template.prompt, str):
        raise TypeError("A template is a prompt: text.")
    for name, value in template.defaults.items():
        check_name(name, template.variables)
        if name == "images":
            raise TypeError("A template keeps no guide images. Give them to fill().")
        if name in template.variables:
            text_of(name, value)
    found = problems(GenerationRequest(template.prompt, **template.settings))
    if found:
        raise InvalidRequestError(found)
