"""`python -m seedance_widgets.sandbox.render`: a renderer for the sandbox server, one task per line.

A line of JSON on standard input is a task (`request`, `take`, `images`, `path`); the answer is a line of JSON on
standard output, `{"ok": true}` or `{"error": reason}`. The process ends when its input does, also in the middle of a
render, so it never outlives the server.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from .clip import render_clip
from .picture import ImageError


def _read(tasks: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        tasks.put(line)
    os._exit(0)


def _render(line: str) -> dict[str, Any]:
    task = json.loads(line)
    try:
        render_clip(task["request"], task["take"], task["images"], Path(task["path"]))
    except ImageError as error:
        return {"error": str(error)}
    except Exception as error:  # noqa: BLE001  one clip that cannot be made must not end the renderer
        traceback.print_exc()
        return {"error": f"The sandbox could not render this request ({type(error).__name__})."}
    return {"ok": True}


def main() -> None:
    """Render until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the server, which then closes our input
    tasks: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(tasks,), daemon=True).start()
    while True:
        sys.stdout.write(json.dumps(_render(tasks.get())) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
