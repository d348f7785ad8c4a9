"""Guide images on their way: what arrives at the service, and how often."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.errors import RefusedError
from tests.support.sandbox import RunningSandbox

from .test_job import WAIT


def picture(width: int = 400, height: int = 300) -> Image.Image:
    """A picture of its own in each test: the sandbox keeps what it was sent."""
    return Image.fromarray(np.random.default_rng().integers(0, 256, (height, width, 3), np.uint8))


def arrived(sandbox: RunningSandbox) -> list[bytes]:
    """The images the sandbox was sent, oldest first."""
    files = [path for path in sandbox.home.rglob("seedance_images/*") if path.is_file()]
    return [path.read_bytes() for path in sorted(files, key=lambda path: path.stat().st_mtime_ns)]


def test_what_arrives_is_exactly_the_crop(studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox) -> None:
    whole = picture()
    fits = picture(640, 360)
    request = studio.submit(fox.replace(images=(whole, fits))).wait(WAIT).request
    shown = [np.asarray(Image.open(io.BytesIO(data))) for data in arrived(sandbox)[-2:]]
    box = request.images[0].box("16:9")
    assert (shown[0] == np.asarray(whole.crop(box))).all()
    assert (shown[1] == np.asarray(fits)).all()
    lower = request.images[0].cut_at(0.5, 1)
    studio.submit(fox.replace(images=(lower, fits))).wait(WAIT)
    assert (np.asarray(Image.open(io.BytesIO(arrived(sandbox)[-1]))) == np.asarray(whole)[75:]).all()


def test_a_moved_crop_is_another_take_and_its_file_gives_it_back(
    studio: Studio, fox: GenerationRequest, tmp_path: Path
) -> None:
    centred = studio.submit(fox.replace(images=(picture(),))).wait(WAIT)
    moved = studio.submit(fox.replace(images=(centred.request.images[0].cut_at(0.5, 0),))).wait(WAIT)
    assert moved is not centred
    found = GenerationRequest.from_file(moved.save(tmp_path / "fox.mp4"))
    assert found.images[0].crop == (0.5, 0)
    assert studio.submit(found) is moved


def test_the_same_image_is_uploaded_once(studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox) -> None:
    image = picture()
    jobs = [studio.submit(fox.replace(images=(image, image), duration=length)) for length in (4, 8)]
    for job in jobs:
        job.wait(WAIT)
    studio.submit(fox.replace(images=(image,)), new=True).wait(WAIT)
    assert sandbox.stats()["uploads"] == 1
    studio.submit(fox.replace(images=(image,), aspect_ratio="1:1")).wait(WAIT)
    assert sandbox.stats()["uploads"] == 2  # another part of it


def test_another_host_is_sent_the_image_itself(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox, tmp_path: Path
) -> None:
    image = picture(640, 360)
    studio.submit(fox.replace(images=(image,))).wait(WAIT)
    other = Studio(api_key="a-key", base_url=sandbox.url.replace("127.0.0.1", "localhost"), home=tmp_path / "other")
    try:
        other.submit(fox.replace(images=(image,))).wait(WAIT)
    finally:
        other.close()
    assert sandbox.stats()["uploads"] == 2


def test_an_image_the_service_has_dropped_is_uploaded_afresh_when_asked_again(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    """What is refused is not sent again by itself, not even where a fresh upload may help: one click, one request."""
    request = fox.replace(images=(picture(640, 360),))
    studio.submit(request).wait(WAIT)
    for path in sandbox.home.rglob("seedance_images/*"):
        path.unlink()
    before = sandbox.stats()["requests"]["generate"]
    with pytest.raises(RefusedError):
        studio.submit(request, new=True).wait(WAIT)
    assert sandbox.stats()["requests"]["generate"] == before + 1
    assert studio.submit(request, new=True).wait(WAIT).path
    assert sandbox.stats()["uploads"] == 2
    assert sandbox.stats()["jobs"]["created"] == 2


def test_a_take_goes_on_from_another_and_a_later_kernel_can_tell_it_from_a_remix(
    studio: Studio, fox: GenerationRequest, sandbox: RunningSandbox
) -> None:
    first = studio.submit(fox).wait(WAIT)
    second = studio.submit(fox.replace(images=(first,))).wait(WAIT)
    assert studio.submit(fox.replace(images=(first,))) is second
    shown = np.asarray(Image.open(io.BytesIO(arrived(sandbox)[-1])))
    assert (shown == np.asarray(last_picture(first.path))).all()
    remix = studio.submit(second.request.replace(prompt=f"{fox.prompt}, from below"), parent=second)
    kept = {row.id: GenerationRequest.from_dict(row.request) for row in (second.record, remix.record)}
    origin = kept[second.id].images[0].origin
    assert (origin.take, origin.frame) == (second.parent, "last")
    assert [node.link for node in studio.lineage(first)] == ["", "from last frame of", "remix of"]
    assert kept[remix.id].images[0].origin.take != remix.parent
    remix.wait(WAIT)


def last_picture(path: Path) -> Image.Image:
    with av.open(str(path)) as video:
        *_, last = video.decode(video=0)
        return last.reformat(format="rgb24").to_image()
