"""Peak memory of uploading a 10 MB image, as a share of the image, beside httpx used as most code uses it.

    python benchmarks/upload_memory.py

The server is the sandbox, in a process of its own. Python's own allocations are counted (tracemalloc).
"""

from __future__ import annotations

import asyncio
import base64
import io
import sys
import tempfile
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seedance_widgets import AsyncSeedance
from tests.support.sandbox import running_sandbox

SIZE = 10 * 1024 * 1024
KEY = "benchmark-key"


def image(path: Path) -> None:
    """A real JPEG, filled up to 10 MB."""
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1280, 720)).save(out, "JPEG")
    path.write_bytes(out.getvalue() + bytes(SIZE - out.tell()))


async def peak(call: Callable[[], Awaitable[object]]) -> float:
    """Bytes at most above what was there before, as a share of the image."""
    await call()  # what is loaded once does not count
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    await call()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return (most - before) / SIZE


async def measure(url: str, path: Path) -> None:
    """Print the table."""
    data = path.read_bytes()  # noqa: ASYNC240
    address = f"{url}/seedance/upload/"
    headers = {"Authorization": f"Bearer {KEY}"}
    async with AsyncSeedance(KEY, url) as client, httpx.AsyncClient(headers=headers, timeout=60) as plain:

        async def from_open_file() -> object:
            with path.open("rb") as file:
                return await client.upload(file)

        async def plain_bytes() -> object:
            return await plain.post(address, files={"file": ("a.jpg", path.read_bytes(), "image/jpeg")})  # noqa: ASYNC240

        async def plain_base64() -> object:
            text = base64.b64encode(path.read_bytes()).decode()  # noqa: ASYNC240
            return await plain.post(address, json={"image": f"data:image/jpeg;base64,{text}"})

        rows: dict[str, Callable[[], Awaitable[object]]] = {
            "here, from a path": lambda: client.upload(path),
            "here, from an open file": from_open_file,
            "here, from bytes": lambda: client.upload(data),
            "httpx, files= with bytes read first": plain_bytes,
            "httpx, base64 in JSON": plain_base64,
        }
        sys.stdout.write(f"{'upload of 10 MB':40}peak / size\n")
        for name, call in rows.items():
            sys.stdout.write(f"{name:40}{await peak(call):.2f}\n")


def main() -> None:
    """Start the sandbox, make the image, measure."""
    with tempfile.TemporaryDirectory() as folder, running_sandbox(Path(folder) / "home") as sandbox:
        path = Path(folder) / "hero.jpg"
        image(path)
        asyncio.run(measure(sandbox.url, path))


if __name__ == "__main__":
    main()
