"""Every limit, checked before anything is sent; all problems at once, in the words of the form. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from .capabilities import Model
from .errors import InvalidRequestError, Problem
from .models import GenerationRequest, GuideImage, is_url

_ADDRESS_MAX: Final = 4000
"""Characters of a web address: no real one has more, and none of the service's has a tenth."""

_TOLD: Final = 100
"""Problems of many rows that are told at once (ours): nobody reads further, and all of them could be megabytes."""

_ENLARGED: Final = 1.5
"""How many times a picture may grow before that is worth a word (ours): a 480p frame serves 720p, not 1080p."""

FRAME_NAMES = ("first frame", "last frame")
"""What the guide images are, in their order."""


def problems(request: GenerationRequest) -> list[Problem]:
    """All that is wrong with a request; an empty list where it can be sent.

    Images that have not been read yet are only counted: `images.load` judges their bytes.
    """
    model = request.model
    found = [
        *_prompt(request.prompt, model),
        *_choice("aspect_ratio", request.aspect_ratio, model.aspect_ratios, "Aspect ratio"),
        *_choice("resolution", request.resolution, model.resolutions, "Resolution"),
        *_choice("duration", request.duration, model.durations, "Duration", unit=" s"),
    ]
    for name in ("fixed_lens", "generate_audio", "prompt_directory_optin"):
        value = getattr(request, name)
        if not isinstance(value, bool):
            found.append(Problem(name, f"{name} is on or off: True or False, not {_short(value)}."))
    found += _images(request.images, model)
    return found


def check(request: GenerationRequest, more: Iterable[Problem] = ()) -> None:
    """Raise InvalidRequestError with all problems of the request, and `more` found elsewhere, if there are any."""
    found = [*problems(request), *more]
    if found:
        raise InvalidRequestError(found)


def check_rows(found: Iterable[tuple[int, Problem]]) -> None:
    """Raise InvalidRequestError with problems of many requests, each with the numbers of its rows, if there are any.
    Of very many different ones, the first are told."""
    rows: dict[Problem, list[int]] = {}
    for number, problem in sorted(found, key=lambda each: each[0]):
        rows.setdefault(problem, []).append(number)
    listed = [
        Problem(problem.field, f"{_rows(list(dict.fromkeys(numbers)))}: {problem.message}", problem.fix)
        for problem, numbers in itertools.islice(rows.items(), _TOLD)
    ]
    if len(rows) > _TOLD:
        listed.append(Problem("prompt", f"There are {len(rows) - _TOLD:,} further problems.", "Change these first."))
    if listed:
        raise InvalidRequestError(listed)


def _rows(numbers: Sequence[int]) -> str:
    """ "Row 3", "Rows 3, 4 and 9" or "Rows 3, 4, 9 and 120 more" """
    if len(numbers) == 1:
        return f"Row {numbers[0]}"
    said = [str(number) for number in numbers[: 4 if len(numbers) == 4 else 3]]
    last = f"{len(numbers) - 3:,} more" if len(numbers) > 4 else said.pop()
    return f"Rows {', '.join(said)} and {last}"


def image_problem(image: GuideImage, model: Model, index: int) -> Problem | None:
    """What is wrong with one image that has been read, as the frame it is to be; None where nothing is."""
    frame = FRAME_NAMES[index] if index < len(FRAME_NAMES) else f"image {index + 1}"
    if image.media_type not in model.image_types:
        return Problem("images", f"{image.name} ({frame}) is {image.media_type}.", "Use JPG, PNG or WebP.")
    if image.size > model.image_bytes_max:
        limit = megabytes(model.image_bytes_max)
        return Problem(
            "images",
            f"{image.name} ({frame}) has {megabytes(image.size)}; {limit} is the most.",
            "Save it smaller, or as JPG.",
        )
    if image.size == 0:
        return Problem("images", f"{image.name} ({frame}) is empty.", "Choose another file.")
    return None


@dataclass(frozen=True, slots=True)
class Advice:
    """A word of caution on an image, which blocks nothing."""

    text: str
    """What comes after "The first frame "."""
    resolution: str = ""
    """One that would suit it better; empty where none does."""


def image_advice(image: GuideImage, ratio: str, resolution: str, model: Model) -> Advice | None:
    """What to think of before an image is sent for a video of that shape and size; None where there is nothing."""
    left, top, right, bottom = image.box(ratio) or (0, 0, image.width, image.height)
    across, down = right - left, bottom - top
    size = f"is {across} \u00d7 {down} px"
    least, most = model.image_side
    if min(across, down) < least:
        return Advice(f"{size}. The model is said to want {least} px a side.")
    if max(across, down) > most:
        return Advice(f"{size}. The model is said to take {most} px a side.")
    pixels = model.pixels.get((resolution, ratio))
    if pixels is None or across * _ENLARGED >= pixels[0]:
        return None
    fitting = [other for other in model.resolutions if across * _ENLARGED >= model.pixels[other, ratio][0]]
    better = (fitting or model.resolutions[:1])[-1]
    wide, high = pixels
    text = f"{size}. Enlarged to {wide} \u00d7 {high} it may look soft."
    return Advice(text, better if better != resolution else "")


def megabytes(size: int) -> str:
    """Bytes as people read them: "3.1 MB"."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} kB"
    return f"{size / (1024 * 1024):.1f} MB".replace(".0 MB", " MB")


def _prompt(prompt: Any, model: Model) -> list[Problem]:
    if not isinstance(prompt, str):
        return [Problem("prompt", f"The prompt is text, not {_short(prompt)}.")]
    try:
        prompt.encode()
    except UnicodeEncodeError:
        return [Problem("prompt", "The prompt holds half a character (a lone surrogate).", "Type it again.")]
    if len(prompt.strip()) < model.prompt_min:
        return [Problem("prompt", f"Write a prompt of at least {model.prompt_min} characters.")]
    if len(prompt) > model.prompt_max:
        over = len(prompt) - model.prompt_max
        return [
            Problem(
                "prompt",
                f"The prompt has {len(prompt):,} characters; {model.prompt_max:,} is the most.",
                f"Take out {over:,}.",
            )
        ]
    return []


def _choice(field: str, value: Any, allowed: tuple[Any, ...], label: str, unit: str = "") -> list[Problem]:
    if not isinstance(value, bool) and any(type(value) is type(choice) and value == choice for choice in allowed):
        return []
    *most, last = [f"{choice}{unit}" for choice in allowed]
    return [Problem(field, f"{label} {_short(value)} is not offered.", f"Choose {', '.join(most)} or {last}.")]


def _images(images: Sequence[Any], model: Model) -> list[Problem]:
    found: list[Problem] = []
    if len(images) > model.images_max:
        found.append(
            Problem(
                "images",
                f"{len(images)} guide images; {model.images_max} is the most: a first frame and a last frame.",
            )
        )
    for index, image in enumerate(images):
        if isinstance(image, GuideImage) and (problem := image_problem(image, model, index)):
            found.append(problem)
        if is_url(image) and not _usable_address(image):
            frame = FRAME_NAMES[index] if index < len(FRAME_NAMES) else f"image {index + 1}"
            found.append(Problem("images", f"{_short(image)} ({frame}) is not a web address.", "Copy it again."))
    return found


def _usable_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    return bool(host) and len(url) <= _ADDRESS_MAX and url.isprintable() and " " not in url


def _short(value: object) -> str:
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001  a hostile or broken __repr__ must not hide the problem it belongs to
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else f"{text[:57]}..."
