"""Tab completion of options and their values. Pure, but for the files it lists."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .options import BY_NAME

_IMAGE_ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".mp4", ".mov", ".webm", ".mkv")
_LINE = re.compile(r"\s*(?:\w+\s*=\s*)?%%?seedance(?:_form)?\s(.*)", re.DOTALL)


def complete(line: str, namespace: Mapping[str, Any]) -> list[str]:
    """What may stand where the cursor is, at the end of `line`; the whole word each time."""
    match = _LINE.match(line)
    if match is None:
        return []
    words = match[1].split(" ")
    word = words[-1]
    before = next((w for w in reversed(words[:-1]) if w), "")
    option = BY_NAME.get(before)
    if option is not None and option.value:
        return [choice for choice in _values(option.target, option.choices, word, namespace) if choice.startswith(word)]
    if word.startswith("-"):
        return [name for name in BY_NAME if name.startswith(word) and (name.startswith("--") or word == "-")]
    return []


def _values(target: str, choices: Iterable[str], word: str, namespace: Mapping[str, Any]) -> list[str]:
    if target == "images":
        folder, start = os.path.split(word)
        found = Path(folder or ".").glob(f"{glob.escape(start)}*") if "\0" not in word else ()
        files = [str(Path(folder, path.name)) for path in found if path.suffix.lower() in _IMAGE_ENDINGS]
        names = [name for name, value in namespace.items() if not name.startswith("_") and _is_image(value)]
        return sorted(files) + sorted(names)
    return list(choices)


def _is_image(value: object) -> bool:
    """A take, a PIL image, an array or bytes: by name, so that neither PIL nor NumPy has to be loaded."""
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(value).__mro__}
    return bool(kinds & {"seedance_widgets.jobs.job.Job", "PIL.Image.Image", "numpy.ndarray", "builtins.bytes"})
