"""A contact sheet: the posters of many takes in a labelled grid, as one PNG."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .rendering import chips, short

if TYPE_CHECKING:
    from PIL.Image import Image

    from .takes import Take

_MARK: Final = ("Software", "seedance-widgets contact sheet")
"""In the PNG: what was made here before may be made again in its place."""

_WIDTH: Final = 320
"""Of a poster, in pixels."""
_GAP: Final = 16
_LINE: Final = 22
_LETTERS: Final = 40
"""Of a label, at most."""
_PAPER, _INK, _FAINT, _EMPTY = "#ffffff", "#1a1a1a", "#666666", "#e6e6e6"


def contact_sheet(takes: Sequence[Take], path: str | os.PathLike[str]) -> Path:
    """Write the posters of takes as a PNG: over two axes as their grid, else row by row. A take without a poster is a
    grey field that says why. Returns the path.

    ValueError for a path that is no .png, FileExistsError where something is there that is no contact sheet.
    """
    target = Path(path).expanduser()
    target = target / "contact-sheet.png" if target.is_dir() else target
    target = target if target.suffix else target.with_suffix(".png")
    if target.suffix.lower() != ".png":
        raise ValueError(f"A contact sheet is a PNG: {target.name} would have to end in .png.")
    if target.exists() and not _is_ours(target):
        raise FileExistsError(f"{target} exists already and is no contact sheet. Choose another path.")
    from PIL.PngImagePlugin import PngInfo

    facts = PngInfo()
    facts.add_text(*_MARK)
    picture = _drawn(takes)
    handle, part = tempfile.mkstemp(dir=target.parent, prefix=".contact-sheet-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            picture.save(file, "PNG", pnginfo=facts)
        Path(part).replace(target)
    finally:
        Path(part).unlink(missing_ok=True)
    return target


def _is_ours(path: Path) -> bool:
    from PIL import Image

    try:
        with Image.open(path) as picture:
            return picture.info.get(_MARK[0]) == _MARK[1]
    except (OSError, ValueError, Image.DecompressionBombError):
        return False


def _drawn(takes: Sequence[Take]) -> Image:
    from PIL import Image, ImageDraw, ImageFont

    axes = list(dict.fromkeys(name for take in takes for name in take.coordinates))
    across = list(dict.fromkeys(str(take.coordinates[axes[0]]) for take in takes)) if len(axes) == 2 else []
    down = list(dict.fromkeys(str(take.coordinates[axes[1]]) for take in takes)) if len(axes) == 2 else []
    columns = len(across) or max(1, min(5, math.ceil(math.sqrt(len(takes)))))
    rows = len(down) or math.ceil(len(takes) / columns)
    height = max((_height(take) for take in takes), default=_WIDTH)
    label = _LINE * (1 if across else 2)
    left = 8 * _GAP if across else _GAP
    top = _LINE + 2 * _GAP if across else _GAP
    sheet = Image.new("RGB", (left + columns * (_WIDTH + _GAP), top + rows * (height + label + _GAP)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(15)
    for column, name in enumerate(across):
        pen.text((left + column * (_WIDTH + _GAP), _GAP), _words(name), _INK, font)
    for row, name in enumerate(down):
        y = top + row * (height + label + _GAP)
        pen.text((_GAP, y + height // 2), short(_words(f"{name} s" if axes[1] == "duration" else name), 14), _INK, font)
    for index, take in enumerate(takes):
        column, row = index % columns, index // columns
        if across:
            column = across.index(str(take.coordinates[axes[0]]))
            row = down.index(str(take.coordinates[axes[1]]))
        x, y = left + column * (_WIDTH + _GAP), top + row * (height + label + _GAP)
        _place(sheet, pen, font, take, (x, y), height)
        for line, words in enumerate(_label(take, axes, in_grid=bool(across))):
            pen.text((x, y + height + 3 + line * _LINE), _words(words), _FAINT if line else _INK, font)
    return sheet


def _place(sheet: Image, pen: Any, font: Any, take: Take, at: tuple[int, int], height: int) -> None:
    x, y = at
    poster = _poster(take)
    if poster is None:
        pen.rectangle((x, y, x + _WIDTH - 1, y + height - 1), _EMPTY)
        title = take.job.info.title if take.job is not None else "Waiting"
        pen.text((x + _GAP, y + _GAP), title, _FAINT, font)
    else:
        sheet.paste(poster, (x + (_WIDTH - poster.width) // 2, y + height - poster.height))


def _label(take: Take, axes: Sequence[str], *, in_grid: bool) -> list[str]:
    said = ["starred"] if take.job is not None and take.job.starred else []
    said += [] if take.kind in ("ready", "waiting") else [take.kind]
    if in_grid:
        return [" · ".join([str(take.number), *said])]
    place = ", ".join(f"{name} {take.coordinates.get(name, '')}" for name in axes) or take.request.prompt
    return [f"{take.number} · {place}", " · ".join([*(chip["text"] for chip in chips(take.request)), *said])]


def _words(words: str) -> str:
    return short("".join(c if c.isprintable() else " " for c in words), _LETTERS)


def _height(take: Take) -> int:
    """Of a poster of that shape."""
    width, height = take.request.size or (16, 9)
    return min(2 * _WIDTH, round(_WIDTH * height / width))


def _poster(take: Take) -> Image | None:
    """Scaled to its field; None where there is none that can be read."""
    from PIL import Image

    path = take.job.poster if take.job is not None else None
    if path is None:
        return None
    try:
        with Image.open(path) as picture:
            poster = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    poster.thumbnail((_WIDTH, _height(take)))
    return poster
