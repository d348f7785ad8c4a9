"""What is erased from a sandbox is gone from its folder, also while a server works there."""

from __future__ import annotations

import hashlib
import io
import time
from pathlib import Path

import numpy as np
from PIL import Image

from seedance_widgets.sandbox.erasing import erase
from tests.support.sandbox import DEADLINE_SECONDS, running_sandbox


def test_a_job_that_is_erased_while_it_renders_leaves_nothing(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.fromarray(np.random.default_rng(3).integers(0, 255, (400, 400, 3), dtype=np.uint8)).save(out, "PNG")
    picture = out.getvalue()
    with running_sandbox(tmp_path, "--speed", "50") as sandbox:
        urls = [sandbox.upload(picture) for _ in range(3)]
        gone = sandbox.create("A zyxomma over a pond", input_urls=[urls[0]])
        kept = sandbox.create("An owl", input_urls=[urls[1]])
        removed = erase(tmp_path, generation_id=gone, prompt=None, images=[hashlib.sha256(picture).hexdigest()])
        assert sorted(Path(url).name for url in (urls[0], urls[2])) == sorted(path.name for path, _ in removed)
        assert sandbox.finished(kept)["status"] == "completed"
        assert sandbox.http.get(f"/seedance/status/{gone}/").status_code == 404
        assert sandbox.http.get(urls[1]).content == picture
        outputs = tmp_path / "media" / "seedance_outputs"
        end = time.monotonic() + DEADLINE_SECONDS
        while (left := [path.name for path in outputs.iterdir()]) != [f"{kept}.mp4"]:
            assert time.monotonic() < end, left
            time.sleep(0.05)
        assert not any(b"zyxomma" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert erase(tmp_path / "nowhere", generation_id=gone, prompt="An owl", images=[]) == []
    assert not (tmp_path / "nowhere").exists()
    assert [path.suffix for path, _ in erase(tmp_path, generation_id=None, prompt="An owl", images=[])] == [
        ".mp4",
        ".png",
    ]
