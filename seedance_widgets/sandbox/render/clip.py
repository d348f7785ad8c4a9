"""A request becomes a clip."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

from seedance_widgets.capabilities import MODELS

from . import overlay
from .camera import read_move
from .encode import SAMPLE_RATE, write_mp4
from .picture import Film, open_image
from .planes import Planes
from .scene import Scene, paint_sample
from .sound import compose

_PAINTERS: Final = 2
_AHEAD: Final = 6


def render_clip(request: Mapping[str, Any], take: int, images: Sequence[str | None], path: Path) -> None:
    """Render an accepted request into `path`. An image that is None is the painted sample.

    ImageError when a guide image cannot be decoded.
    """
    model = MODELS[request["model"]]
    size = model.size(request["resolution"], request["aspect_ratio"])
    frames = model.fps * request["duration"]  # the asked length, exactly
    prompt = request["prompt"]
    seed, take_seed = _seed(prompt), _seed(f"{take}\n{prompt}")
    move = read_move(prompt, fixed_lens=request["fixed_lens"], seed=take_seed)
    if images:
        pictures = [paint_sample(size) if name is None else open_image(Path(name)) for name in images]
        source: Film | Scene = Film(pictures, size, move, model.fps, frames)
    else:
        source = Scene(prompt, size, move, model.fps, frames, seed=seed, take_seed=take_seed)
    stamp = overlay.mark(size, take)
    facts = f"{request['resolution']}   {request['aspect_ratio']}   {request['duration']} s"
    slate = None if images else overlay.slate(size, prompt, facts)

    def picture(number: int) -> Planes:
        planes = source.frame(number)
        if slate is not None:
            slate.onto(planes, overlay.slate_strength(number / model.fps))
        stamp.onto(planes)
        return planes

    sound = None
    if request["generate_audio"]:
        sound = compose(prompt, frames * SAMPLE_RATE // model.fps, seed=seed, take_seed=take_seed)
    write_mp4(path, size, model.fps, _painted(picture, frames), sound)


def _painted(picture: Callable[[int], Planes], frames: int) -> Iterator[Planes]:
    """All frames in order, painted a few ahead of the encoder; the image library works outside the interpreter lock."""
    with ThreadPoolExecutor(_PAINTERS) as painters:
        ahead: deque[Future[Planes]] = deque()
        for number in range(frames):
            ahead.append(painters.submit(picture, number))
            if len(ahead) > _AHEAD:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _seed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8")).digest()[:8], "big")
