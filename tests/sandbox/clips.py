"""Looking at clips as a person would: sizes, frames, where the picture flows, what is heard."""

from __future__ import annotations

import io
from dataclasses import dataclass

import av
import numpy as np
from PIL import Image


@dataclass(frozen=True)
class Clip:
    size: tuple[int, int]
    fps: float
    codec: str
    pixel_format: str
    frames: list[np.ndarray]
    """Luma of every frame, 0..1."""
    audio_codec: str | None
    channels: int
    sound: np.ndarray
    """channels x samples at 48 kHz, empty when there is none."""

    @property
    def seconds(self) -> float:
        return len(self.frames) / self.fps


def read(data: bytes) -> Clip:
    frames: list[np.ndarray] = []
    blocks: list[np.ndarray] = []
    with av.open(io.BytesIO(data)) as container:
        video = container.streams.video[0]
        audio = container.streams.audio[0] if container.streams.audio else None
        for frame in container.decode(*container.streams):
            if isinstance(frame, av.VideoFrame):
                frames.append(frame.to_ndarray(format="gray").astype(np.float32) / 255)
            elif isinstance(frame, av.AudioFrame):
                blocks.append(frame.to_ndarray())
        return Clip(
            size=(video.codec_context.width, video.codec_context.height),
            fps=float(video.average_rate),
            codec=video.codec_context.name,
            pixel_format=video.codec_context.pix_fmt,
            frames=frames,
            audio_codec=audio.codec_context.name if audio else None,
            channels=audio.codec_context.channels if audio else 0,
            sound=np.concatenate(blocks, axis=1) if blocks else np.zeros((0, 0)),
        )


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


def flow(a: np.ndarray, b: np.ndarray, block: int = 64) -> np.ndarray:
    """Where the picture went from `a` to `b`: (right, down) in pixels for every block with something to follow."""
    found = []
    window = np.outer(np.hanning(block), np.hanning(block))
    top = a.shape[0] // 8  # the mark
    for row in range(top, int(a.shape[0] * 0.95) - block, block // 2):
        for column in range(0, a.shape[1] - block, block // 2):
            one = a[row : row + block, column : column + block]
            two = b[row : row + block, column : column + block]
            if one.std() < 0.03:
                continue
            product = np.fft.fft2((two - two.mean()) * window) * np.conj(np.fft.fft2((one - one.mean()) * window))
            surface = np.fft.ifft2(product / (np.abs(product) + 1e-6)).real
            peak = np.unravel_index(int(surface.argmax()), surface.shape)
            found.append([(step + block // 2) % block - block // 2 for step in (peak[1], peak[0])])
    return np.array(found)


def scale(a: np.ndarray, b: np.ndarray, scales: np.ndarray) -> float:
    """By which of `scales` the picture grew about its middle from `a` to `b`."""
    height, width = a.shape
    picture = Image.fromarray((a * 255).astype(np.uint8))

    def grown(by: float) -> np.ndarray:
        box = (
            width / 2 - width / 2 / by,
            height / 2 - height / 2 / by,
            width / 2 + width / 2 / by,
            height / 2 + height / 2 / by,
        )
        return np.asarray(picture.transform((width, height), Image.Transform.EXTENT, box, Image.Resampling.BILINEAR))

    inside = np.s_[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    return float(max(scales, key=lambda by: correlation(grown(by)[inside], b[inside])))


def photograph(size: tuple[int, int], seed: int) -> Image.Image:
    """A picture with detail at every scale."""
    rng = np.random.default_rng(seed)
    total = np.zeros((size[1], size[0], 3), np.float32)
    for cells, weight in ((5, 60), (17, 40), (60, 28)):
        small = Image.fromarray(rng.integers(0, 255, (cells, cells, 3), np.uint8))
        total += (np.asarray(small.resize(size, Image.Resampling.BICUBIC), np.float32) - 128) * weight / 64
    return Image.fromarray(np.uint8(np.clip(total + 128, 0, 255)))


def encoded(picture: Image.Image, kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    picture.save(file, kind)
    return file.getvalue()


def cropped(picture: Image.Image, size: tuple[int, int]) -> np.ndarray:
    """The picture cut to a frame's ratio around its centre, at the frame's size: its luma, 0..1."""
    ratio = min(picture.width / size[0], picture.height / size[1])
    half = size[0] * ratio / 2, size[1] * ratio / 2
    middle = picture.width / 2, picture.height / 2
    box = (
        max(0.0, middle[0] - half[0]), max(0.0, middle[1] - half[1]),
        min(picture.width, middle[0] + half[0]), min(picture.height, middle[1] + half[1]),
    )  # fmt: skip
    return np.asarray(picture.convert("L").resize(size, Image.Resampling.LANCZOS, box=box), np.float32) / 255
