"""The files of a home: kept whole, and nothing of anybody's overwritten."""

from __future__ import annotations

import errno
import io
import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from seedance_widgets import homes, images, library
from seedance_widgets.errors import MediaError, StorageError
from seedance_widgets.library import Library
from tests.support.clips import tiny_clip


@pytest.fixture
def files(home: Path) -> Library:
    return Library(home)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "take.mp4"
    path.write_bytes(b"a video")
    return path


def test_an_image_that_is_kept_by_many_at_once_is_kept_whole(files: Library) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (1200, 1200, 3), dtype=np.uint8)
    data = io.BytesIO()
    Image.fromarray(noise).save(data, "PNG")
    image = images.load(data.getvalue())
    ready = threading.Barrier(6)
    kept: list[str | None] = []

    def keep() -> None:
        ready.wait()
        kept.append(files.keep_image(image).path)

    threads = [threading.Thread(target=keep) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (path,) = set(kept)
    assert len(kept) == 6
    assert path is not None
    assert Path(path).read_bytes() == data.getvalue()
    assert [file.name for file in Path(path).parent.iterdir()] == [Path(path).name]


def test_an_image_goes_elsewhere_where_the_home_takes_none(
    files: Library, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "temporary_places", lambda: iter((tmp_path / "missing", tmp_path)))
    home.mkdir()
    (home / "images").write_text("no folder")
    kept = files.keep_image(images.load(Image.new("RGB", (400, 400))))
    assert kept.path is not None
    assert Path(kept.path).is_relative_to(tmp_path)
    assert files.find_image(kept) == kept
    assert files.unsaved is not None


def test_a_home_that_takes_no_image_is_a_storage_error_where_nothing_else_does(
    files: Library, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(homes, "temporary_places", lambda: iter(()))
    home.mkdir()
    (home / "images").write_text("no folder")
    with pytest.raises(StorageError, match="images"):
        files.keep_image(images.load(Image.new("RGB", (400, 400))))


def test_a_name_that_is_taken_is_left_as_it_is(files: Library, video: Path, tmp_path: Path) -> None:
    folder = tmp_path / "seedance"
    folder.mkdir()
    (folder / "fox.mp4").write_bytes(b"mine")
    placed = files.place(video, folder, "fox", {"prompt": "A fox"})
    assert placed.name == "fox-2.mp4"
    assert sorted(path.name for path in folder.iterdir()) == ["fox-2.json", "fox-2.mp4", "fox.mp4"]


def test_a_take_that_cannot_be_copied_leaves_nothing_behind(files: Library, tmp_path: Path) -> None:
    folder = tmp_path / "seedance"
    with pytest.raises(OSError, match="gone"):
        files.place(tmp_path / "gone.mp4", folder, "fox", {"prompt": "A fox"})
    assert list(folder.iterdir()) == []


def picture_in_a_video(side: int) -> bytes:
    """A small file whose only frame is a large PNG."""
    picture, out = io.BytesIO(), io.BytesIO()
    Image.new("L", (side, side)).save(picture, "PNG")
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("png", rate=24)
        stream.width, stream.height, stream.pix_fmt = side, side, "gray"
        packet = av.Packet(picture.getvalue())
        packet.stream, packet.pts, packet.dts, packet.time_base = stream, 0, 0, Fraction(1, 24)
        container.mux(packet)
    return out.getvalue()


def test_a_small_file_with_a_giant_frame_is_no_video() -> None:
    assert library.video_hash(io.BytesIO(picture_in_a_video(64)))
    giant = picture_in_a_video(6000)
    assert len(giant) < 100_000
    with pytest.raises(MediaError):
        library.video_hash(io.BytesIO(giant))


@pytest.mark.parametrize("text", [b"#EXTM3U\n#EXTINF:4,\nsecret.mp4\n", b"ffconcat version 1.0\nfile secret.mp4\n"])
def test_a_play_list_opens_no_other_file(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "secret.mp4").write_bytes(tiny_clip())
    (tmp_path / "list.mp4").write_bytes(text)
    with (tmp_path / "list.mp4").open("rb") as file, pytest.raises(MediaError):
        library.video_hash(file)


def test_saving_a_video_overwrites_no_file_of_its_recipes_name(video: Path, tmp_path: Path) -> None:
    mine = tmp_path / "out.json"
    mine.write_text("mine")
    with pytest.raises(FileExistsError, match=r"out\.json"):
        library.copy_with_recipe(video, tmp_path / "out.mp4", {"prompt": "A fox"})
    assert mine.read_text() == "mine"
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize("name", ["fox.json", "fox.JSON"])
def test_a_video_is_not_saved_where_its_recipe_goes(video: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"recipe.*fox\.mp4"):
        library.copy_with_recipe(video, tmp_path / name, {"prompt": "A fox"})
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("step", ["copyfileobj", "recipe"])
def test_a_save_that_fails_midway_leaves_nothing_in_the_way_of_the_next(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_arguments: object) -> str:
        raise OSError(errno.ENOSPC, "No space left on device")

    target = tmp_path / "saved" / "fox.mp4"
    with monkeypatch.context() as patch:
        if step == "recipe":
            patch.setattr(library, "_recipe_text", full)
        else:
            patch.setattr(library.shutil, "copyfileobj", full)
        with pytest.raises(OSError, match="No space"):
            library.copy_with_recipe(video, target, {})
    assert list(target.parent.iterdir()) == []
    assert library.copy_with_recipe(video, target, {}).read_bytes() == b"a video"
    with pytest.raises(FileExistsError):
        library.copy_with_recipe(video, target, {})
    target.with_suffix(".json").unlink()
    with pytest.raises(FileExistsError):
        library.copy_with_recipe(video, target, {})
    assert target.read_bytes() == b"a video", "what was there before stays"
