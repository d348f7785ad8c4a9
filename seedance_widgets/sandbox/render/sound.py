"""An audio track that belongs to the clip: a chord that breathes, and the air, water or city of its place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from .encode import SAMPLE_RATE
from .mood import Mood, read_mood

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.floating[Any]]

_PEAK: Final = 0.5  # about -6 dB: never clips, also after AAC
_FADE_IN_SECONDS: Final = 0.25
_FADE_OUT_SECONDS: Final = 0.6

# Notes of the pad, in semitones above its root.
_CHORDS: Final = {
    "dusk": (0, 7, 10, 15, 19), "dawn": (0, 7, 11, 14, 19), "golden": (0, 7, 9, 16, 21), "noon": (0, 7, 12, 16, 19),
    "night": (0, 7, 10, 14, 17), "neon": (0, 3, 7, 10, 14), "overcast": (0, 5, 7, 12, 15), "storm": (0, 3, 7, 8, 12),
    "deep": (0, 7, 14, 17, 22), "space": (0, 7, 13, 14, 19),
}  # fmt: skip

# What is heard of a place or a weather: lowest and highest frequency in Hz, loudness, seconds of one swell (0: steady).
_AIR: Final = {
    "hills": (180, 900, 0.22, 5.1), "mountains": (120, 700, 0.42, 6.3), "lake": (150, 800, 0.2, 4.4),
    "sea": (90, 2400, 0.6, 4.8), "forest": (400, 3500, 0.2, 5.5), "desert": (160, 1200, 0.36, 7.2),
    "snow": (220, 1300, 0.3, 6.1), "city": (40, 320, 0.55, 9.0), "underwater": (30, 260, 0.7, 5.9),
    "studio": (60, 400, 0.14, 8.0), "space": (25, 120, 0.6, 11.0),
    "rain": (1200, 9000, 0.34, 0.0), "wind": (140, 900, 0.6, 3.9), "surf": (90, 2400, 0.6, 4.8),
    "fire": (300, 5000, 0.12, 0.0), "thunder": (25, 140, 0.9, 6.7),
}  # fmt: skip
_HEARD: Final = (
    ("rain", ("rain", "rainy", "raining", "drizzle", "downpour", "storm")),
    ("wind", ("wind", "windy", "gust", "gusts", "breeze", "storm", "blizzard")),
    ("surf", ("surf", "waves", "wave", "shore", "beach")),
    ("fire", ("fire", "campfire", "bonfire", "embers", "flames")),
    ("thunder", ("thunder", "thunderstorm", "storm", "lightning")),
)


def compose(prompt: str, samples: int, *, seed: int, take_seed: int) -> Floats:
    """The track of a clip: 2 x `samples` at 48 kHz, within -0.5..0.5. Another take breathes differently."""
    mood = read_mood(prompt, seed)
    rng = np.random.default_rng((seed, take_seed))
    seconds = np.arange(samples, dtype=np.float32) / SAMPLE_RATE
    track = _pad(mood, seconds, np.random.default_rng(seed), rng)
    heard = [mood.place, *(name for name, words in _HEARD if mood.words.intersection(words))]
    for name in heard:
        track += _air(name, seconds, rng)
    if "rain" in heard or "fire" in heard:
        track += _ticks(samples, 26 if "rain" in heard else 14, rng)
    if mood.place == "forest" or mood.words & {"bird", "birds", "birdsong"}:
        track += _chirps(seconds, rng)
    length = samples / SAMPLE_RATE
    track *= np.clip(seconds / _FADE_IN_SECONDS, 0, 1) * np.clip((length - seconds) / _FADE_OUT_SECONDS, 0, 1)
    peak = float(np.abs(track).max())
    return (track * (_PEAK / max(peak, 1e-6))).astype(np.float32)


def _pad(mood: Mood, seconds: Floats, choice: np.random.Generator, rng: np.random.Generator) -> Floats:
    """A soft chord; root and voicing come from the prompt, the slow swells from the take."""
    root = 55.0 * 2 ** (int(choice.integers(0, 12)) / 12)
    track = np.zeros((2, len(seconds)), np.float32)
    for note in _CHORDS[mood.time]:
        if note and choice.random() < 0.2:
            continue
        pitch = root * 2 ** (note / 12)
        swell = 0.6 + 0.4 * np.sin(2 * math.pi * seconds * rng.uniform(0.05, 0.16) + rng.uniform(0, 6.28))
        loud = 0.16 / (1 + pitch / 420)
        for channel in range(2):
            for partial, share in ((1, 1.0), (2, 0.3), (3, 0.12)):
                detuned = pitch * partial * (1 + rng.uniform(-0.0016, 0.0016))
                wave = np.sin((2 * math.pi * detuned) * seconds + np.float32(rng.uniform(0, 6.28)))
                track[channel] += (loud * share) * swell * wave
    return track


def _air(name: str, seconds: Floats, rng: np.random.Generator) -> Floats:
    """Noise in a band, swelling like wind or surf."""
    low, high, loud, period = _AIR[name]
    count = len(seconds)
    frequencies = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    with np.errstate(divide="ignore"):
        shape = 1 / (1 + (low / np.maximum(frequencies, 1)) ** 4) / (1 + (frequencies / high) ** 3)
    shape = (shape / np.sqrt(np.maximum(frequencies, 20) / 20)).astype(np.float32)
    track = np.empty((2, count), np.float32)
    for channel in range(2):
        spectrum = np.fft.rfft(rng.standard_normal(count).astype(np.float32)) * shape
        noise = np.fft.irfft(spectrum, count)
        track[channel] = noise / max(float(noise.std()), 1e-9)
    if period:
        swell = 0.55 + 0.45 * np.sin(2 * math.pi * seconds / period + rng.uniform(0, 6.28))
        swell = swell * (0.8 + 0.2 * np.sin(2 * math.pi * seconds / (period * 0.37) + rng.uniform(0, 6.28)))
        track *= swell.astype(np.float32)
    return (track * (0.2 * loud)).astype(np.float32)


def _ticks(samples: int, rate: float, rng: np.random.Generator) -> Floats:
    """Drops or crackles: short bursts here and there."""
    track = np.zeros((2, samples), np.float32)
    burst = np.exp(-np.arange(900, dtype=np.float32) / 110)
    for _ in range(round(rate * samples / SAMPLE_RATE)):
        start = int(rng.integers(0, max(1, samples - len(burst))))
        pitch, side = rng.uniform(900, 4200), rng.uniform(0.2, 0.8)
        tick = burst * np.sin(2 * math.pi * pitch / SAMPLE_RATE * np.arange(len(burst))) * rng.uniform(0.01, 0.07)
        track[0, start : start + len(burst)] += tick * side
        track[1, start : start + len(burst)] += tick * (1 - side)
    return track


def _chirps(seconds: Floats, rng: np.random.Generator) -> Floats:
    """A few birds."""
    track = np.zeros((2, len(seconds)), np.float32)
    for _ in range(round(1.1 * len(seconds) / SAMPLE_RATE)):
        length = int(SAMPLE_RATE * rng.uniform(0.08, 0.2))
        start = int(rng.integers(0, max(1, len(seconds) - 3 * length)))
        base, side = rng.uniform(2300, 4300), rng.uniform(0.15, 0.85)
        time = np.arange(length) / SAMPLE_RATE
        sweep = base * time + rng.uniform(-1, 1) * 2500 * time**2 + 9 * np.sin(2 * math.pi * 28 * time)
        chirp = np.sin(2 * math.pi * sweep) * np.sin(math.pi * np.arange(length) / length) ** 2 * 0.035
        for repeat in range(int(rng.integers(1, 4))):
            begin = start + round(repeat * length * 1.25)
            part = chirp[: max(0, len(seconds) - begin)]
            track[0, begin : begin + len(part)] += part * side
            track[1, begin : begin + len(part)] += part * (1 - side)
    return track
