"""The page that shows every state of the widgets (js/dev), built and served on its own."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .clips import spoken_clip
from .environment import ROOT

JS = ROOT / "js"
CLIP = "clip.mp4"
"""A video of two seconds with sound beside the page, for states that are ready."""
LONGER = "longer.mp4"
"""One of four seconds, for takes that are compared."""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass

    def do_GET(self) -> None:
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().do_GET()


@contextmanager
def served_states(folder: Path) -> Iterator[str]:
    """Build the page into an empty folder and serve it; its address."""
    command = ["node", "build.mjs", f"--states-in={folder / 'dist'}"]
    subprocess.run(command, cwd=JS, check=True, capture_output=True)
    shutil.copy(JS / "dev/states.html", folder)
    spoken_clip(folder / CLIP)
    spoken_clip(folder / LONGER, frames=97)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/states.html"
    finally:
        server.shutdown()
        server.server_close()
