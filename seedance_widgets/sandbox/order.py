"""What a generate request asks for, checked against the model's limits: a pure function of the JSON body."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from seedance_widgets.capabilities import DEFAULT_MODEL, MODELS, Model

from .answers import RequestError

_SWITCHES = ("fixed_lens", "generate_audio", "prompt_directory_optin")


@dataclass(frozen=True, slots=True)
class Order:
    """One valid request for a clip, every default filled in."""

    model: str
    prompt: str
    input_urls: tuple[str, ...]
    aspect_ratio: str
    resolution: str
    duration: int
    fixed_lens: bool
    generate_audio: bool
    prompt_directory_optin: bool

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the clip in pixels."""
        return MODELS[self.model].size(self.resolution, self.aspect_ratio)

    def fingerprint(self, image_hashes: tuple[str, ...]) -> str:
        """The same for identical requests, wherever their images lie."""
        settings = [self.model, self.prompt, self.aspect_ratio, self.resolution, self.duration]
        whole = json.dumps([*settings, self.fixed_lens, self.generate_audio, image_hashes])
        return hashlib.sha256(whole.encode("ascii")).hexdigest()


def read_order(body: object) -> Order:
    """The order in a JSON body of either request style. RequestError with 400 and every reason at once.

    Switches and settings left out take the model's defaults; unknown fields are ignored.
    """
    if not isinstance(body, dict):
        raise RequestError(400, "The body must be a JSON object.")
    model_id = body.get("model", DEFAULT_MODEL.id)
    if not isinstance(model_id, str) or model_id not in MODELS:
        raise RequestError(400, f"model must be one of: {', '.join(MODELS)}.")
    fields = body.get("input", body)
    if not isinstance(fields, dict):
        raise RequestError(400, "input must be a JSON object.")
    model = MODELS[model_id]
    problems = list(_problems(fields, model))
    if problems:
        raise RequestError(400, " ".join(problems))
    switches = {name: fields.get(name, False) for name in _SWITCHES}
    return Order(
        model=model_id,
        prompt=fields["prompt"],
        input_urls=tuple(fields.get("input_urls", ())),
        aspect_ratio=fields.get("aspect_ratio", model.default_aspect_ratio),
        resolution=fields.get("resolution", model.default_resolution),
        duration=int(fields.get("duration", model.default_duration)),
        **switches,
    )


def _problems(fields: Mapping[str, Any], model: Model) -> Iterator[str]:
    prompt = fields.get("prompt")
    if not isinstance(prompt, str):
        yield "prompt is required and must be a string."
    elif not model.prompt_min <= len(prompt.strip()) <= len(prompt) <= model.prompt_max:
        yield f"prompt must have {model.prompt_min} to {model.prompt_max} characters."
    elif not _is_unicode(prompt):
        yield "prompt holds characters that are not valid Unicode."

    urls = fields.get("input_urls", [])
    if not isinstance(urls, list) or not all(isinstance(url, str) for url in urls):
        yield "input_urls must be a list of image URLs."
    elif len(urls) > model.images_max:
        yield f"input_urls may hold at most {model.images_max} images."

    durations = [str(seconds) for seconds in model.durations]
    choices = {"aspect_ratio": list(model.aspect_ratios), "resolution": list(model.resolutions)}
    for name, allowed in choices.items():
        if name in fields and fields[name] not in allowed:
            yield f"{name} must be one of: {', '.join(allowed)}."
    duration = fields.get("duration", str(model.default_duration))
    if isinstance(duration, bool) or not isinstance(duration, str | int) or _text(duration) not in durations:
        yield f"duration must be one of: {', '.join(durations)} seconds."
    for name in _SWITCHES:
        if not isinstance(fields.get(name, False), bool):
            yield f"{name} must be true or false."


def _text(duration: str | int) -> str:
    """`str(duration)`, without spelling out a number of absurd length (Python refuses that)."""
    return duration if isinstance(duration, str) else str(duration) if abs(duration) < 10**6 else ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True
