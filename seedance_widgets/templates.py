"""Named prompts with placeholders and defaults, kept as one JSON file each in the `templates` folder of SEEDANCE_HOME.

A name is text for people and never part of a path: the file is called by its hash. Copies of guide images lie beside
the files, by their own hashes: no take that is forgotten and no pruning takes them away.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from .capabilities import SETTINGS
from .errors import InvalidRequestError, Problem, SeedanceError, StorageError
from .images import ImageSource, LoadedImage, load, suffix
from .models import GenerationRequest, GuideImage, is_url
from .prompts import variables
from .rendering import templates_html, templates_text
from .sweep import Point, check_name, expand, filled, text_of
from .validation import problems

_log = logging.getLogger("seedance_widgets")

FOLDER: Final = "templates"
_NAME_MAX: Final = 80
_HASH: Final = re.compile("[0-9a-f]{64}")
_BYTES_MAX: Final = 1 << 20
"""Of a file: no template of ours has a tenth."""


@dataclass(frozen=True)
class Template:
    """A named prompt. `template.fill(subject="fox")` makes a request of it."""

    name: str
    prompt: str
    """With `{placeholders}`; `{{` and `}}` are braces."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What placeholders stand for, and settings, where nothing else is said. `images` are copies."""

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

    def __init__(self, home: Path, fetch: Callable[[str], ImageSource] | None = None) -> None:
        self._folder = home / FOLDER
        self._fetch = fetch
        """What is behind a web address; None where none is asked."""

    def save(self, name: str, prompt: str, /, **defaults: Any) -> Template:
        """Keep a prompt under a name, in place of the one that had it. `defaults` are values of its placeholders, and
        settings.

            studio.templates.save("portrait", "{subject} looks up, soft light", subject="A fox", resolution="1080p")

        Guide images, in `images` as everywhere, are copied: a file may be moved, an address may go, and a video or a
        `Job` gives its frame now.

        TypeError that teaches for a default that is neither; ValueError for a name that is none; InvalidRequestError
        for a setting that is not offered and an image that cannot be read, StorageError where it cannot be written.
        """
        _check(Template(_checked(name), prompt, defaults))
        images = GenerationRequest("", defaults.pop("images", ())).images
        kept = {each: value if isinstance(value, (str, int, float)) else str(value) for each, value in defaults.items()}
        loaded = self._loaded(images)
        with _keeping():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            copies = tuple(map(self._copied, loaded))
        return self._write(Template(_checked(name), prompt, {**kept, "images": copies} if copies else kept))

    def rename(self, name: str, to: str) -> Template:
        """Call the one of a name otherwise. SeedanceError where there is none, or one that is called so already."""
        found, wanted = self.get(name), _checked(to)
        if wanted == found.name:
            return found
        if self._path(wanted).exists():
            raise SeedanceError(f"There is a template “{wanted}” already.", todo="Delete it, or choose another name.")
        renamed = self._write(Template(wanted, found.prompt, found.defaults))
        self.delete(name)
        return renamed

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
        before = self._read(path)
        try:
            path.unlink()
        except FileNotFoundError:
            raise self._none(name) from None
        except OSError as error:
            raise StorageError(f"The template could not be removed: {error.strerror}.", code=error.errno) from None
        self._drop_images_of(before)

    def __iter__(self) -> Iterator[Template]:
        return iter(self.list())

    def __repr__(self) -> str:
        return templates_text(self.list())

    def _repr_html_(self) -> str:
        return templates_html(self.list())

    def _path(self, name: str) -> Path:
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()[:32]}.json"

    def _loaded(self, images: Sequence[Any]) -> Sequence[LoadedImage]:
        loaded: list[LoadedImage] = []
        found: list[Problem] = []
        for index, image in enumerate(images):
            try:
                loaded.append(load(self._fetch(image) if is_url(image) and self._fetch else image, index=index))
            except InvalidRequestError as error:
                found += error.problems
        if found:
            raise InvalidRequestError(found)
        return loaded

    def _copied(self, image: LoadedImage) -> GuideImage:
        with image.source.open() as file:
            data = file.read()
        if hashlib.sha256(data).hexdigest() != image.info.sha256:
            raise StorageError(f"{image.info.name} changed while it was read.", todo="Try again.")
        path = self._image(image.info)
        self._put(path, data)
        return replace(image.info, path=str(path))

    def _image(self, info: GuideImage) -> Path:
        return self._folder / f"{info.sha256}{suffix(info.media_type)}"

    def _write(self, template: Template) -> Template:
        path = self._path(template.name)
        before = self._read(path)
        defaults = dict(template.defaults)
        if "images" in defaults:
            defaults["images"] = [image.to_dict() for image in defaults["images"]]
        data = {"name": template.name, "prompt": template.prompt, "defaults": defaults}
        with _keeping():
            self._put(path, json.dumps(data, ensure_ascii=True, indent=1).encode())
        self._drop_images_of(before)
        return template

    def _put(self, path: Path, data: bytes) -> None:
        handle, part = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(part).replace(path)
        finally:
            Path(part).unlink(missing_ok=True)

    def _drop_images_of(self, gone: Template | None) -> None:
        """Remove the copies of a template that is there no more, but those that another one has."""
        if gone is None or "images" not in gone.defaults:
            return
        used = {image.sha256 for template in self.list() for image in template.defaults.get("images", ())}
        for image in gone.defaults["images"]:
            if image.sha256 not in used:
                with suppress(OSError):
                    self._image(image).unlink(missing_ok=True)

    def _read(self, path: Path) -> Template | None:
        try:
            with path.open("rb") as file:
                data = json.loads(file.read(_BYTES_MAX))
            defaults = dict(data["defaults"])
            if "images" in defaults:
                defaults["images"] = tuple(map(self._found, defaults["images"]))
            template = Template(_checked(data["name"]), data["prompt"], defaults)
            _check(template)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
            _log.warning("The template in %s is damaged and left out: %s", path.name, error)
            return None
        return template if self._path(template.name) == path else None

    def _found(self, data: Any) -> GuideImage:
        """An image with its copy, where that is there. ValueError where this is none."""
        info = GuideImage.from_dict(data)
        if _HASH.fullmatch(info.sha256) is None:  # it chooses a path
            raise ValueError("Not a guide image.")
        path = self._image(info)
        return replace(info, path=str(path) if path.is_file() else None)

    def _none(self, name: str) -> SeedanceError:
        names = ", ".join(f"“{each.name}”" for each in self.list())
        return SeedanceError(
            f"There is no template “{name}”.",
            todo=f"There are: {names}." if names else "studio.templates.save(name, prompt) keeps one.",
        )


@contextmanager
def _keeping() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise StorageError(f"The template could not be kept: {why}.", code=error.errno) from None


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
        if name in template.variables:
            text_of(name, value)
    found = problems(GenerationRequest(template.prompt, **template.settings))
    if found:
        raise InvalidRequestError(found)
