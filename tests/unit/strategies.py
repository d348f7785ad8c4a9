"""Requests, prompts and JSON for hypothesis."""

from __future__ import annotations

import string

from hypothesis import strategies as st

from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.models import GenerationRequest, GuideImage

NASTY = ["'", '"', "--", "?", "{", "}", "{{", "}}", "$", "$HOME", "{name}", "🦊", "“", "”", "\\", "\n", "<script>", "%"]
NASTY += ["👩\u200d👩\u200d👧"]

prompts = st.lists(st.one_of(st.text(max_size=20), st.sampled_from(NASTY)), min_size=1, max_size=12).map("".join)

images = st.builds(
    GuideImage,
    name=st.text(max_size=20),
    media_type=st.sampled_from(DEFAULT_MODEL.image_types),
    size=st.integers(1, DEFAULT_MODEL.image_bytes_max),
    sha256=st.text(string.hexdigits.lower(), min_size=64, max_size=64),
    width=st.integers(1, 6000),
    height=st.integers(1, 6000),
)

urls = st.sampled_from(["https://media.ulazai.com/a.jpg", "http://127.0.0.1:8000/b.png?c=d"])


def requests(with_images: st.SearchStrategy[object] | None = None) -> st.SearchStrategy[GenerationRequest]:
    guide = st.lists(with_images if with_images is not None else st.one_of(images, urls), max_size=2).map(tuple)
    return st.builds(
        GenerationRequest,
        prompt=prompts,
        images=guide,
        aspect_ratio=st.sampled_from(DEFAULT_MODEL.aspect_ratios),
        resolution=st.sampled_from(DEFAULT_MODEL.resolutions),
        duration=st.sampled_from(DEFAULT_MODEL.durations),
        fixed_lens=st.booleans(),
        generate_audio=st.booleans(),
        prompt_directory_optin=st.booleans(),
    )


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=30),
    st.sampled_from(["completed", "failed", "https://m/v.mp4", "", "..", "4", 10**40, float("inf"), "\ud800\u202e"]),
)
FIELDS = [
    "status", "url", "video_url", "result_urls", "generation_id", "task_id", "credits_used", "error", "message", "data",
    "job", "generation", "success", "filename", "credits_needed", "credits_balance", "credits_refunded", "detail",
    "code", "directory_discount_applied", "error_message",
]  # fmt: skip
anything = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.one_of(st.sampled_from(FIELDS), st.text(max_size=8)), inner, max_size=6),
    ),
    max_leaves=20,
)
"""Any JSON, often with the fields a reader looks for, holding what it does not expect."""
