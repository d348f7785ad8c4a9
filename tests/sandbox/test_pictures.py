"""What a clip looks and sounds like: a person can judge framing, timing and camera by it before paying."""

from __future__ import annotations

import numpy as np
import pytest

from seedance_widgets.capabilities import DEFAULT_MODEL
from tests.sandbox.clips import Clip, correlation, cropped, encoded, flow, photograph, read, scale
from tests.support.sandbox import running_sandbox

FIRST, LAST = photograph((900, 700), 1), photograph((700, 900), 2)


@pytest.fixture(scope="module")
def guide(shared):
    return shared.upload(encoded(FIRST)), shared.upload(encoded(LAST, "WEBP"), "last.webp")


@pytest.fixture(scope="module")
def filmed(shared, guide):
    """Clips by prompt and settings, each made once; `guides`: how many images. Kept as files: one is 160 MB of frames
    and more, and all of them together filled the memory of a machine."""
    made: dict[object, bytes] = {}

    def film(prompt: str, guides: int = 0, **settings: object) -> Clip:
        key = (prompt, guides, *sorted(settings.items()))
        if key not in made:
            made[key] = shared.clip(prompt, input_urls=list(guide[:guides]), **settings)
        return read(made[key])

    return film


@pytest.mark.parametrize(
    ("settings", "size", "seconds"),
    [
        ({"aspect_ratio": "16:9", "generate_audio": True}, (864, 496), 4),
        ({"aspect_ratio": "9:16", "duration": "8"}, (496, 864), 8),
        ({"aspect_ratio": "21:9", "resolution": "720p", "generate_audio": True}, (1470, 630), 4),
    ],
)
def test_a_clip_has_the_size_the_length_and_the_streams_asked_for(filmed, settings, size, seconds):
    clip = filmed("A red fox in the snow", **settings)
    assert (clip.size, clip.fps, clip.codec, clip.pixel_format) == (size, 24, "h264", "yuv420p")
    assert abs(clip.seconds - seconds) <= 1 / 24
    if settings.get("generate_audio"):
        assert (clip.audio_codec, clip.channels) == ("aac", 2)
        assert abs(clip.sound.shape[1] / 48_000 - clip.seconds) <= 1024 / 48_000  # AAC comes in blocks of 1024
    else:
        assert clip.audio_codec is None


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("resolution", "ratio"), DEFAULT_MODEL.pixels)
def test_every_size_of_the_model_comes_out_exactly(filmed, resolution, ratio):
    clip = filmed("A boat on the sea", resolution=resolution, aspect_ratio=ratio)
    assert clip.size == DEFAULT_MODEL.size(resolution, ratio)
    assert len(clip.frames) == 96


def test_the_index_comes_first_so_that_a_browser_can_start_at_once(shared):
    data = shared.clip("A quiet lake")
    assert 0 < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize(
    ("prompt", "ratio"),
    [("Push in", "16:9"), ("Pan left, handheld", "9:16"), ("Pull out", "16:9"), ("Orbit to the right", "1:1")],
)
def test_the_first_frame_is_the_first_image(filmed, prompt, ratio):
    clip = filmed(prompt, guides=1, aspect_ratio=ratio)
    assert correlation(clip.frames[0], cropped(FIRST, clip.size)) > 0.97


@pytest.mark.parametrize("prompt", ["Push in", "Pan left"])
def test_with_two_images_the_last_frame_is_the_second(filmed, prompt):
    clip = filmed(prompt, guides=2)
    assert correlation(clip.frames[0], cropped(FIRST, clip.size)) > 0.97
    assert correlation(clip.frames[-1], cropped(LAST, clip.size)) > 0.97
    middle = clip.frames[len(clip.frames) // 2]
    assert max(correlation(middle, clip.frames[0]), correlation(middle, clip.frames[-1])) < 0.97


@pytest.mark.parametrize("guides", [0, 1])
@pytest.mark.parametrize(("prompt", "axis", "sign"), [
    ("{} Pan left", 0, 1), ("{} Pan right", 0, -1), ("{} Tilt up", 1, 1), ("{} Tilt down", 1, -1),
    ("{} The camera tracks right", 0, -1), ("{} Crane up", 1, 1),
])  # fmt: skip
def test_the_picture_flows_against_the_camera(filmed, guides, prompt, axis, sign):
    clip = filmed(prompt.format("Mountains at noon."), guides=guides)
    moved = flow(clip.frames[46], clip.frames[50])
    assert len(moved) > 8
    assert sign * moved[:, axis].mean() > 1.0


@pytest.mark.parametrize(
    ("prompt", "grows"), [("Dolly in", True), ("Zoom in", True), ("Pull out", False), ("Zoom out", False)]
)
def test_a_guide_image_grows_or_shrinks_with_the_camera(filmed, prompt, grows):
    clip = filmed(prompt, guides=1)
    assert (scale(clip.frames[24], clip.frames[72], np.linspace(0.8, 1.25, 46)) > 1.03) is grows


@pytest.mark.parametrize("guides", [0, 1])
def test_a_fixed_lens_stills_the_camera_whatever_the_words_say(filmed, guides):
    prompt = "Mountains at noon. Fast pan left, handheld"
    free, fixed = (filmed(prompt, guides=guides, fixed_lens=fixed) for fixed in (False, True))
    assert abs(flow(free.frames[46], free.frames[50])[:, 0].mean()) > 2
    assert np.abs(flow(fixed.frames[30], fixed.frames[90])).mean() < 0.3


def test_without_camera_words_the_camera_pushes_in_gently(filmed):
    clip = filmed("A market square", guides=1)
    assert 1.02 < scale(clip.frames[0], clip.frames[-1], np.linspace(0.8, 1.25, 46)) < 1.2


def test_two_prompts_differ_in_picture_and_in_sound(filmed):
    one = filmed("A quiet forest at dawn", generate_audio=True)
    two = filmed("Neon city street in the rain at night", generate_audio=True)
    assert correlation(one.frames[60], two.frames[60]) < 0.8
    assert np.abs(one.frames[60] - two.frames[60]).mean() > 0.08
    spectra = [
        np.log1p(np.abs(np.fft.rfft(clip.sound[0]))[:40_000].reshape(400, -1).sum(axis=1)) for clip in (one, two)
    ]
    assert correlation(*spectra) < 0.97


def test_sound_is_there_from_start_to_end_and_never_clips(filmed):
    clip = filmed("A quiet forest at dawn", generate_audio=True)
    seconds = [clip.sound[:, start : start + 48_000] for start in range(0, clip.sound.shape[1] - 48_000, 48_000)]
    assert all(np.sqrt((part**2).mean()) > 0.01 for part in seconds)
    assert np.abs(clip.sound).max() < 0.99


@pytest.mark.parametrize("guides", [0, 2])
def test_the_same_request_and_take_gives_the_same_bytes_and_a_new_take_differs(tmp_path, guides):
    images = [encoded(FIRST), encoded(LAST, "WEBP")][:guides]

    def takes(home: str, number: int) -> list[bytes]:
        with running_sandbox(tmp_path / home, "--speed", "1000") as sandbox:
            urls = [sandbox.upload(image) for image in images]
            return [sandbox.clip("A boat, crane up", generate_audio=True, input_urls=urls) for _ in range(number)]

    first, second = takes("one", 2)
    assert takes("other", 1) == [first]
    assert second != first
    assert correlation(read(first).frames[48], read(second).frames[48]) > 0.3


@pytest.mark.parametrize(
    "prompt", ["日本の山の夜明け مدينة في الليل 🦊❄️🎬", "a" * 2500, "line\nbreaks\tand \u202e marks \x00\x07"]
)
def test_any_prompt_can_be_filmed(shared, prompt):
    assert read(shared.clip(prompt)).size == (864, 496)


def test_rendering_happens_in_another_process(shared):
    """A thread of the server would slow down its answers."""
    shared.clip("A lake")
    children = shared.children()
    assert any("seedance_widgets.sandbox.render" in command for command in children)
