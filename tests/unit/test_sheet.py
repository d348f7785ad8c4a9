"""The contact sheet of a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, sheet
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
    with Image.open(path) as picture:
        small = picture.convert("RGB").resize((picture.width // 8, picture.height // 8))
    found = small.getcolors(1 << 20) or []
    return {tuple(round(value / 32) * 32 for value in colour) for count, colour in found if count > 100}  # type: ignore[union-attr]


def test_two_axes_are_a_grid_and_a_take_without_a_poster_is_a_field(tmp_path: Path) -> None:
    places = [(move, seconds) for move in ("static", "orbit") for seconds in (4, 8)]
    takes = [
        take(number, tmp_path, State.FAILED if number == 4 else State.COMPLETED, move=move, duration=seconds)
        for number, (move, seconds) in enumerate(places, 1)
    ]
    path = contact_sheet(takes, tmp_path / "sheet.png")
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert picture.width > 2 * 320
        across = [picture.getpixel((x, 140)) for x in (200, 540)]  # static and orbit, 4 s
    assert [pixel[0] > 150 for pixel in across] == [True, False]  # type: ignore[index]
    assert len(colours(path)) == 5  # three posters, a grey field, paper


def test_any_other_takes_are_laid_out_row_by_row(tmp_path: Path) -> None:
    takes = [take(number, tmp_path) for number in (1, 2, 3)]
    takes[0].request = takes[0].request.replace(prompt="\u202e猫 " * 400, aspect_ratio="9:16")
    path = contact_sheet(takes, tmp_path / "sheet")
    assert path == tmp_path / "sheet.png"
    assert len(colours(path)) == 5  # three posters, the field beside the one that is to be upright, paper
    assert contact_sheet([], tmp_path / "none.png").exists()


def test_pictures_of_about_one_shape_fill_their_row(tmp_path: Path) -> None:
    takes = [take(number, tmp_path) for number in (1, 2)]
    takes[0].request = takes[0].request.replace(resolution="720p")
    poster = takes[0].job.poster  # type: ignore[union-attr]
    Image.new("RGB", (960, 540), COLOURS[0]).save(str(poster), quality=95)
    with Image.open(contact_sheet(takes, tmp_path / "sheet.png")) as picture:
        edges = [picture.getpixel((x, y)) for x, y in ((20, 17), (20, 198), (17, 100), (334, 100))]
    assert all(pixel[0] > 150 > pixel[1] for pixel in edges), edges  # type: ignore[index]


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
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        contact_sheet(takes, tmp_path / "none" / "sheet.png")
    assert contact_sheet(takes, tmp_path).name == "contact-sheet.png"
    assert not list(tmp_path.glob(".contact*"))


def test_a_damaged_poster_leaves_a_field_empty(tmp_path: Path) -> None:
    takes = [take(1, tmp_path), take(2, tmp_path)]
    (tmp_path / "2.jpg").write_bytes(b"\xff\xd8\xffno")
    assert len(colours(contact_sheet(takes, tmp_path / "sheet.png"))) == 3


@pytest.mark.parametrize("prompt", ["W" * 300, "Ж" * 300, "猫" * 300, "M " * 300, "\u202e" * 40, ""])
def test_no_words_run_into_the_next_field(tmp_path: Path, prompt: str) -> None:
    takes = [take(number, tmp_path, move=prompt or "x", light=f"{prompt}{number}") for number in (1, 2, 3, 4)]
    for each in takes:
        each.request = each.request.replace(prompt=prompt)
    grid = contact_sheet([*takes[:1], take(2, tmp_path, move="y", light=prompt)], tmp_path / "grid.png")
    for each in takes:
        each.coordinates = {}
    with Image.open(contact_sheet(takes, tmp_path / "rows.png")) as picture:
        assert (picture.crop((337, 0, 350, picture.height)).getcolors() or [])[0][1] == (255, 255, 255)
        assert len(picture.crop((337, 0, 350, picture.height)).getcolors() or []) == 1
    with Image.open(grid) as picture:
        assert len(picture.crop((161, 0, 174, picture.height)).getcolors() or []) == 1  # beside the first column


def test_takes_of_every_shape_stand_in_fields_of_a_row_and_200_of_them_fit_a_screen_or_two(tmp_path: Path) -> None:
    takes = [take(1 + number % 4, tmp_path, State.FAILED if number == 5 else State.COMPLETED) for number in range(200)]
    for number, each in enumerate(takes):
        each.request = each.request.replace(aspect_ratio=("16:9", "9:16", "21:9", "1:1")[number % 4])
    with Image.open(contact_sheet(takes, tmp_path / "sheet.png")) as picture:
        assert picture.width == 16 + 8 * 336
        assert picture.height < 25 * 470
        middle = 16 + 200  # of the first row, as high as a portrait
        # A poster that has not the shape of its video is whole, with what is empty around it.
        assert picture.getpixel((16 + 160, middle)) == pytest.approx((204, 0, 0), abs=8)
        assert picture.getpixel((16 + 160, 20)) == (244, 244, 244)
        assert picture.getpixel((16 + 336 + 160, middle)) == pytest.approx((0, 170, 0), abs=8)
        assert picture.getpixel((16 + 336 + 160, 30)) == (226, 226, 226)
        assert picture.getpixel((16 + 336 + 10, middle)) == (244, 244, 244)


def test_labels_say_what_differs_in_the_words_of_the_form(tmp_path: Path) -> None:
    one = take(1, tmp_path, move="static", generate_audio=True, images=(b"\x89PNG" * 1000,))
    one.request = one.request.replace(generate_audio=True)
    assert sheet._label(one, list(one.coordinates), in_grid=False) == [
        "1 · static, a bytes",
        "16:9 · 480p · 4 s · Sound",
    ]
    two = take(2, tmp_path, State.FAILED, generate_audio=False, duration=4)
    assert sheet._label(two, list(two.coordinates), in_grid=False) == ["2 · A fox", "failed · 16:9 · 480p · 4 s"]
    assert [sheet._value(two, name) for name in two.coordinates] == ["No sound", "4 s"]
