"""What a clip costs in sandbox credits: proportional to pixels and seconds, like the model's own price elsewhere."""

from __future__ import annotations

from typing import Final

_EXAMPLE_PIXEL_SECONDS: Final = 1920 * 1080 * 4
_EXAMPLE_CREDITS: Final = 50
"""The reference shows 40 credits beside 1080p, 4 s, silent, opted in; before the discount that is 50."""
_DISCOUNT_PERCENT: Final = 20
_AUDIO_FACTOR: Final = 2


def price(size: tuple[int, int], seconds: int, *, audio: bool, opted_in: bool) -> int:
    """Whole credits for one clip of `size` pixels and `seconds` length; at least 1."""
    width, height = size
    per_clip = _EXAMPLE_CREDITS * width * height * seconds
    if audio:
        per_clip *= _AUDIO_FACTOR
    if opted_in:
        per_clip = per_clip * (100 - _DISCOUNT_PERCENT) // 100
    return max(1, (2 * per_clip + _EXAMPLE_PIXEL_SECONDS) // (2 * _EXAMPLE_PIXEL_SECONDS))
