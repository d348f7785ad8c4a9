"""What is sent of a guide image is what its crop shows, and the file itself where nothing is to be cut."""

from __future__ import annotations

import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.images import ImageSource, cut, load, sniff
from seedance_widgets.models import GuideImage

TURNED = 6
"""EXIF: the camera was held on its side."""


def rows(width: int = 400, height: int = 300) -> Image.Image:
    """A picture each row of which says which it is."""
    numbers = np.arange(height, dtype=np.uint16)
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[..., 0], pixels[..., 1] = (numbers >> 8)[:, None], (numbers & 255)[:, None]
    return Image.fromarray(pixels)


def kept(folder: Path, picture: Image.Image, kind: str = "PNG", **options: Any) -> GuideImage:
    path = folder / "hero"
    picture.save(path, kind, **options)
    return load(path).info


def data(source: ImageSource) -> bytes:
    with source.open() as file:
        return file.read()


def pixels(source: ImageSource) -> Any:
    return np.asarray(Image.open(io.BytesIO(data(source))).convert("RGB")).astype(int)


@pytest.mark.parametrize(
    ("at", "first"), [(None, 37), ((0.5, 0.0), 0), ((0.5, 1.0), 75), ((0.5, (12 + 112.5) / 300), 12)]
)
def test_exactly_the_crop_is_sent(tmp_path: Path, at: Any, first: int) -> None:
    image = dataclasses.replace(kept(tmp_path, rows()), crop=at)
    box = image.box("16:9")
    assert box is not None
    sent = pixels(cut(image, "16:9"))
    assert sent.shape[:2] == (225, 400)
    top = sent[0, 0, 0] * 256 + sent[0, 0, 1]
    assert top == box[1]
    assert abs(top - first) <= 1
    assert (sent == np.asarray(rows())[top : top + 225]).all()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_an_image_that_fits_is_sent_byte_for_byte(tmp_path: Path, kind: str) -> None:
    image = kept(tmp_path, rows(640, 360), kind)
    assert data(cut(image.cut_at(0.2, 0.9), "16:9")) == (tmp_path / "hero").read_bytes()


def test_a_picture_held_on_its_side_is_sent_upright_without_the_cameras_notes(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = TURNED
    exif[0x010F] = "a maker"
    image = kept(tmp_path, rows(360, 640), "JPEG", exif=exif)
    assert (image.width, image.height) == (640, 360)
    for ratio in ("16:9", "1:1"):
        sent = Image.open(io.BytesIO(data(cut(image, ratio))))
        assert sent.size == ((640, 360) if ratio == "16:9" else (360, 360))
        assert not sent.getexif()


@pytest.mark.parametrize(("kind", "sent"), [("PNG", "image/png"), ("WEBP", "image/png"), ("JPEG", "image/jpeg")])
def test_a_crop_is_a_file_the_service_takes(tmp_path: Path, kind: str, sent: str) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    made = data(cut(kept(tmp_path, rows(), kind, icc_profile=profile), "16:9"))
    assert sniff(made) == sent
    assert Image.open(io.BytesIO(made)).info["icc_profile"] == profile


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_a_picture_of_any_mode_can_be_cut(tmp_path: Path, mode: str) -> None:
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = kept(tmp_path, Image.linear_gradient("L").resize((400, 300)).convert(mode), kind)
    assert load(data(cut(image, "16:9"))).info.width == 400


def test_a_crop_that_would_be_too_large_becomes_a_jpeg_that_is_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (400, 300, 3), np.uint8)
    model = dataclasses.replace(DEFAULT_MODEL, image_bytes_max=60_000)
    made = data(cut(kept(tmp_path, Image.fromarray(noise)), "1:1", model))
    assert sniff(made) == "image/jpeg"
    assert len(made) <= 60_000


def test_a_file_that_went_away_is_named(tmp_path: Path) -> None:
    image = kept(tmp_path, rows())
    (tmp_path / "hero").unlink()
    with pytest.raises(InvalidRequestError, match="hero can no longer be read"):
        cut(image, "16:9")
