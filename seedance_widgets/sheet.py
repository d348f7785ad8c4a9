"""A contact sheet: the posters of many takes in a labelled grid, as one PNG."""

from __future__ import annotations

import contextlib
import functools
import math
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .capabilities import SETTINGS
from .rendering import chips, value_words

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

    from .takes import Take

_MARK: Final = ("Software", "seedance-widgets contact sheet")
"""In the PNG: what was made here before may be made again in its place."""

_WIDTH: Final = 320
"""Of a field, in pixels."""
_HEIGHT: Final = 400
"""Of a field, at most: a portrait is narrower than its field, so that a row of mixed shapes has no great gaps."""
_SIDE: Final = 160
"""Of the words beside a row."""
_ALIKE: Final = 0.04
"""How far the shape of a picture that fills its place may be from that of its place, of one."""
_MOST_ACROSS: Final = 8
_GAP: Final = 16
_LINE: Final = 22
_SIZE: Final = 15
"""Of letters."""
_PAPER, _FIELD, _INK, _FAINT, _EMPTY = "#ffffff", "#f4f4f4", "#1a1a1a", "#666666", "#e2e2e2"

_FONTS: Final = (
    "NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "PingFang.ttc", "Arial Unicode.ttf", "msyh.ttc", "DejaVuSans.ttf",
)  # fmt: skip
"""Of the system, the widest first, for letters that Pillow's own font does not have: it is Latin alone."""


def contact_sheet(takes: Sequence[Take], path: str | os.PathLike[str]) -> Path:
    """Write the posters of takes as a PNG: over two axes as their grid, else row by row. A take without a poster is a
    grey field that says why. Returns the path.

    ValueError for a path that is no .png, FileExistsError where something is there that is no contact sheet, OSError
    where it cannot be written.
    """
    target = Path(path).expanduser()
    target = target / "contact-sheet.png" if target.is_dir() else target
    target = target if target.suffix else target.with_suffix(".png")
    if target.suffix.lower() != ".png":
        raise ValueError(f"A contact sheet is a PNG: {target.name} would have to end in .png.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {target.parent} for a contact sheet.")
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
    from PIL import Image, ImageDraw

    axes = list(dict.fromkeys(name for take in takes for name in take.coordinates))
    across, down = (_values(takes, name) for name in axes) if len(axes) == 2 else ([], [])
    columns = len(across) or max(1, min(_MOST_ACROSS, math.ceil(math.sqrt(len(takes)))))
    places = [(index % columns, index // columns) for index in range(len(takes))]
    if across:
        places = [(across.index(_value(take, axes[0])), down.index(_value(take, axes[1]))) for take in takes]
    heights = [0] * (max((row for _, row in places), default=0) + 1)
    for take, (_, row) in zip(takes, places, strict=True):
        heights[row] = max(heights[row], _shape(take)[1])
    label = _LINE * (1 if across else 2)
    left = _GAP + (_SIDE if across else 0)
    tops = [_GAP + (_LINE + _GAP // 2 if across else 0)]
    for height in heights:
        tops.append(tops[-1] + height + label + _GAP)
    sheet = Image.new("RGB", (left + columns * (_WIDTH + _GAP), tops[-1]), _PAPER)
    pen = _Pen(ImageDraw.Draw(sheet))
    for column, name in enumerate(across):
        pen.write((left + column * (_WIDTH + _GAP), _GAP), name, _INK)
    for row, name in enumerate(down):
        pen.write((_GAP, tops[row] + (heights[row] - _LINE) // 2), name, _INK, most=_SIDE - _GAP)
    for take, (column, row) in zip(takes, places, strict=True):
        x, y = left + column * (_WIDTH + _GAP), tops[row]
        _place(sheet, pen, take, (x, y), heights[row])
        for line, words in enumerate(_label(take, axes, in_grid=bool(across))):
            pen.write((x, y + heights[row] + 3 + line * _LINE), words, _FAINT if line else _INK)
    return sheet


class _Pen:
    """Writes words, each line no longer than its place."""

    def __init__(self, draw: ImageDraw) -> None:
        self.draw = draw

    def write(self, at: tuple[float, float], words: str, colour: str, most: int = _WIDTH) -> None:
        line = " ".join("".join(c if c.isprintable() else " " for c in words).split())[:_WIDTH]
        font = _font(latin=max(line, default="") < "\u0250")
        shown = line
        while shown and self.draw.textlength(shown, font) > most:
            line = line[:-1].rstrip()
            shown = f"{line}…" if line else ""
        self.draw.text(at, shown, colour, font)


@functools.cache
def _font(*, latin: bool) -> Any:
    from PIL import ImageFont

    for name in () if latin else _FONTS:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(name, _SIZE)
    return ImageFont.load_default(_SIZE)


def _place(sheet: Image, pen: _Pen, take: Take, at: tuple[int, int], height: int) -> None:
    """The poster in the middle of its field; where there is none, its shape and why."""
    x, y = at
    pen.draw.rectangle((x, y, x + _WIDTH - 1, y + height - 1), _FIELD)
    shape = _shape(take)
    width, tall = (_WIDTH, height) if _is_like(shape, (_WIDTH, height)) else shape
    left, top = x + (_WIDTH - width) // 2, y + (height - tall) // 2
    poster = _poster(take, (width, tall))
    if poster is not None:
        sheet.paste(poster, (left, top))
        return
    pen.draw.rectangle((left, top, left + width - 1, top + tall - 1), _EMPTY)
    title = "Waiting" if take.job is None else "No picture" if take.job.status == "completed" else take.job.info.title
    pen.write((left + _GAP, top + _GAP), title, _FAINT, most=width - 2 * _GAP)


def _label(take: Take, axes: Sequence[str], *, in_grid: bool) -> list[str]:
    said = ["starred"] if take.job is not None and take.job.starred else []
    said += [] if take.kind in ("ready", "waiting") else [take.kind]
    if in_grid:
        return [" · ".join([str(take.number), *said])]
    # Settings stand in the second line in any case.
    place = ", ".join(_value(take, name) for name in axes if name == "images" or name not in SETTINGS)
    settings = (chip["text"] for chip in chips(take.request))
    return [f"{take.number} · {place or take.request.prompt}", " · ".join([*said, *settings])]


def _values(takes: Sequence[Take], axis: str) -> list[str]:
    return list(dict.fromkeys(_value(take, axis) for take in takes))


def _value(take: Take, axis: str) -> str:
    return value_words(axis, take.coordinates[axis]) if axis in take.coordinates else ""


def _shape(take: Take) -> tuple[int, int]:
    """Of its poster, in pixels."""
    width, height = take.request.size or (16, 9)
    scale = min(_WIDTH / width, _HEIGHT / height)
    return round(width * scale), round(height * scale)


def _poster(take: Take, shape: tuple[int, int]) -> Image | None:
    """Scaled to its place; None where there is none that can be read."""
    from PIL import Image, ImageOps

    path = take.job.poster if take.job is not None else None
    if path is None:
        return None
    try:
        with Image.open(path) as picture:
            poster = picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    return ImageOps.fit(poster, shape) if _is_like(poster.size, shape) else ImageOps.pad(poster, shape, color=_EMPTY)


def _is_like(size: tuple[int, int], shape: tuple[int, int]) -> bool:
    """Whether a picture fills a place and loses no more than a hair: 864 x 496 pixels are called 16:9 too."""
    return abs(size[0] * shape[1] - size[1] * shape[0]) <= _ALIKE * size[0] * shape[1]
