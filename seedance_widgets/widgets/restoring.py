"""The recipe of a video file, or of the JSON beside it, as a request: everything in it may come from a stranger.

`js/src/restore.ts` is the other half: it sends the boxes that may hold a recipe, never the picture, so that a clip of
100 MB costs no more than one of 1 MB.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from seedance_widgets import images, recipes, validation
from seedance_widgets.models import GenerationRequest, GuideImage
from seedance_widgets.rendering.words import sendable, short

MOST_BYTES: Final = 1 << 20
"""Of what the page sends: some boxes of 64 kB."""
_NAME: Final = 80
"""Characters of the name of a guide image, or of a file in a sentence."""

_CHOOSE: Final = "Choose a video made here, or the JSON that lies beside it."


class NoRecipeError(ValueError):
    """A file that cannot be restored from, and why, in sentences for people."""


def of_bytes(data: bytes, name: str, *, video: bool, whole: bool) -> dict[str, Any]:
    """The recipe in what the page has sent of a file: boxes of a video, or the beginning of any other file.

    `whole`: the video ends where its boxes say. NoRecipeError says why there is none.
    """
    file = io.BytesIO(data)
    found = recipes.find(file)
    file.seek(0)
    found = found or (None if video else recipes.read(file))
    if found is not None:
        return found
    file_name = called(name)
    if video and not whole:
        raise NoRecipeError(f"{file_name} is not whole: it ends in the middle. Copy or download it again.")
    if video:
        beside = called(f"{name.rpartition('.')[0] or name}.json")
        raise NoRecipeError(
            f"{file_name} holds no recipe: it was not made here, or another program saved it anew."
            f" If {beside} lies beside it, choose that."
        )
    if images.sniff(data[: images.HEADER]):
        raise NoRecipeError(f"{file_name} is a picture. Add it as first or last frame, below.")
    raise NoRecipeError(f"{file_name} holds no recipe. {_CHOOSE}")


def of_source(source: str | os.PathLike[str] | Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """The recipe of a path, or one that was read already; and what to call it. Errors as for `recipes.of_file`."""
    if isinstance(source, Mapping):
        return dict(source), "The recipe"
    return recipes.of_file(source), Path(source).name


def request_of(recipe: Mapping[str, Any], name: str) -> GenerationRequest:
    """The request of a recipe. NoRecipeError where it is none, or asks for what the model does not offer."""
    if "prompt" not in recipe and recipe.get("generation_id"):
        raise NoRecipeError(f"{called(name)} does not say its prompt: it was attached by its ID.")
    try:
        request = GenerationRequest.from_dict(recipe)
        problems = validation.problems(request)
    except (ValueError, TypeError, OverflowError, RecursionError):
        raise NoRecipeError(f"{called(name)} holds no recipe. {_CHOOSE}") from None
    if problems:
        raise NoRecipeError(sendable(f"{called(name)} asks for what cannot be made. {problems[0]}"))
    return request.replace(images=tuple(_renamed(image) for image in request.images))


def called(name: str) -> str:
    """The name of a file, as a sentence shows it."""
    return short(sendable(name), _NAME)


def _renamed(image: Any) -> Any:
    return replace(image, name=called(image.name)) if isinstance(image, GuideImage) else image
