"""How fast the sandbox renders, as a share of how long the clip plays: below 1 is faster than it plays.

`wall` is what a person waits, `cpu` what it would be with a single free core.

Guide images are synthetic noisy photographs: smooth pictures would flatter every figure.

    python benchmarks/render_speed.py [--busy]      # --busy keeps one core busy meanwhile
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.sandbox.process import child_environment

CASES: tuple[tuple[str, str, int, int, str], ...] = (
    # resolution, aspect ratio, seconds, guide images, prompt
    ("480p", "16:9", 4, 0, "A lighthouse above the sea at dusk, slow dolly in"),
    ("480p", "16:9", 4, 1, "Push in on the market"),
    ("720p", "16:9", 4, 0, "A lighthouse above the sea at dusk, slow dolly in"),
    ("720p", "16:9", 8, 2, "Pan left over the market"),
    ("1080p", "16:9", 12, 0, "Neon city street in the rain at night, tracking shot to the right"),
    ("1080p", "16:9", 12, 0, "A fox in a snowy forest at dawn, pan left, handheld"),
    ("1080p", "16:9", 12, 1, "Push in on the market"),
    ("1080p", "16:9", 12, 2, "Push in on the market"),
    ("1080p", "1:1", 12, 1, "Handheld shot, pan right over the market"),
    ("1080p", "16:9", 12, 1, "Orbit around the fountain"),
)


def noisy_photograph(size: tuple[int, int], seed: int) -> Image.Image:
    """Shapes of many sizes under strong sensor noise."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((size[1], size[0], 3), np.float32)
    for cells, weight in ((6, 90), (24, 50), (96, 35), (384, 25)):
        small = rng.normal(0, 1, (cells * size[1] // size[0] + 2, cells, 3))
        layer = Image.fromarray(np.uint8(np.clip(small * 60 + 128, 0, 255))).resize(size, Image.Resampling.BICUBIC)
        picture += (np.asarray(layer, np.float32) - 128) * weight / 60
    picture += rng.normal(0, 18, picture.shape)
    return Image.fromarray(np.uint8(np.clip(picture + 120, 0, 255))).filter(ImageFilter.GaussianBlur(0.5))


def _spin() -> None:
    while True:
        pass


def main() -> None:
    """Render every case once, in the sandbox's own renderer, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--busy", action="store_true", help="keep one core busy meanwhile")
    options = parser.parse_args()
    if options.busy:
        multiprocessing.Process(target=_spin, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        photographs = []
        for number in range(2):
            photographs.append(str(Path(folder) / f"photograph{number}.jpg"))
            noisy_photograph((2400, 1600), number).save(photographs[-1], quality=92)
        for resolution, ratio, seconds, images, prompt in CASES:
            request: dict[str, Any] = {
                "model": DEFAULT_MODEL.id, "prompt": prompt, "aspect_ratio": ratio, "resolution": resolution,
                "duration": seconds, "fixed_lens": False, "generate_audio": True,
            }  # fmt: skip
            path = Path(folder) / "clip.mp4"
            task = {"request": request, "take": 1, "images": photographs[:images], "path": str(path)}
            wall, cpu = _render(task)
            megabytes = path.stat().st_size / 2**20
            sys.stdout.write(
                f"{resolution:>5} {ratio:>5} {seconds:2d} s  {images} images   {wall / seconds:5.2f} wall"
                f"  {cpu / seconds:5.2f} cpu  {megabytes:6.1f} MB  {prompt}\n"
            )


def _render(task: dict[str, Any]) -> tuple[float, float]:
    """Seconds on the clock and of processor time for one render, with the start of its process."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    renderer = subprocess.Popen(
        [sys.executable, "-m", "seedance_widgets.sandbox.render"], env=child_environment(), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    with renderer:
        pipe = renderer.stdin, renderer.stdout
        if pipe[0] is None or pipe[1] is None:
            raise SystemExit("the renderer has no pipes")
        pipe[0].write(json.dumps(task) + "\n")
        pipe[0].flush()
        answer = json.loads(pipe[1].readline())
        wall = time.perf_counter() - started
    if "error" in answer:
        raise SystemExit(answer["error"])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
