"""The contact sheet of a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest
from seedance_widgets.estimate import Estimate
from seedance_widgets.sheet import contact_sheet
from seedance_widgets.states import State
from seedance_widgets.takes import Take
from tests.widgets.jobs import FakeJob

COLOURS = ("#cc0000", "#00aa00", "#0000cc", "#ccaa00")


def take(number: int, folder: Path, state: State = State.COMPLETED, **coordinates: Any) -> Take:
    poster = folder / f"{number}.jpg"
    Image.new("RGB", (864, 496), COLOURS[number - 1]).save(poster, quality=95)
    job = FakeJob(poster=poster if state is State.COMPLETED else None)
    job.go(state)
    job.record = job  # type: ignore[attr-defined]
    request = GenerationRequest("A fox", resolution="480p")
    return Take(number, request, Estimate(10, ""), coordinates, job=job)  # type: ignore[arg-type]


def colours(path: Path) -> set[tuple[int, ...]]:
    """The wide, even fields of a picture, roughly."""
    with Image.open(path) as sheet:
        small = sheet.convert("RGB").resize((sheet.width // 8, sheet.height // 8))
    found = small.getcolors(1 << 20) or []
    return {tuple(round(value / 32) * 32 for value in colour) for count, colour in found if count > 100}  # type: ignore[union-attr]


def test_two_axes_are_a_grid_and_a_take_without_a_poster_is_a_field(tmp_path: Path) -> None:
    places = [(move, seconds) for move in ("static", "orbit") for seconds in (4, 8)]
    takes = [
        take(number, tmp_path, State.FAILED if number == 4 else State.COMPLETED, move=move, duration=seconds)
        for number, (move, seconds) in enumerate(places, 1)
    ]
    path = contact_sheet(takes, tmp_path / "sheet.png")
    with Image.open(path) as sheet:
        assert sheet.format == "PNG"
        assert sheet.width > 2 * 320
        across = [sheet.getpixel((x, 140)) for x in (200, 540)]  # static and orbit, 4 s
    assert [pixel[0] > 150 for pixel in across] == [True, False]  # type: ignore[index]
    assert len(colours(path)) == 5  # three posters, a grey field, paper


def test_any_other_takes_are_laid_out_row_by_row(tmp_path: Path) -> None:
    takes = [take(number, tmp_path) for number in (1, 2, 3)]
    takes[0].request = takes[0].request.replace(prompt="\u202e猫 " * 400, aspect_ratio="9:16")
    path = contact_sheet(takes, tmp_path / "sheet")
    assert path == tmp_path / "sheet.png"
    assert len(colours(path)) == 4
    assert contact_sheet([], tmp_path / "none.png").exists()


def test_a_sheet_takes_the_place_of_a_sheet_and_of_nothing_else(tmp_path: Path) -> None:
    takes = [take(1, tmp_path)]
    path = contact_sheet(takes, tmp_path / "sheet.png")
    assert contact_sheet([*takes, take(2, tmp_path)], path) == path
    assert len(colours(path)) == 3
    Image.new("RGB", (9, 9)).save(tmp_path / "mine.png")
    with pytest.raises(FileExistsError, match="is no contact sheet"):
        contact_sheet(takes, tmp_path / "mine.png")
    with pytest.raises(ValueError, match=r"end in \.png"):
        contact_sheet(takes, tmp_path / "sheet.jpg")
    with pytest.raises(FileNotFoundError):
        contact_sheet(takes, tmp_path / "none" / "sheet.png")
    assert contact_sheet(takes, tmp_path).name == "contact-sheet.png"
    assert not list(tmp_path.glob(".contact*"))


def test_a_damaged_poster_leaves_a_field_empty(tmp_path: Path) -> None:
    takes = [take(1, tmp_path), take(2, tmp_path)]
    (tmp_path / "2.jpg").write_bytes(b"\xff\xd8\xffno")
    assert len(colours(contact_sheet(takes, tmp_path / "sheet.png"))) == 3
