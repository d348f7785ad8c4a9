"""`python -m seedance_widgets.sandbox`: serve the sandbox until interrupted."""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import Final

from .place import SandboxFolder, default_home
from .process import MISSING_EXTRA

_DEFAULT_PORT: Final = 8899


def _speed(text: str) -> float:
    speed = float(text)
    if not (math.isfinite(speed) and speed > 0):
        raise argparse.ArgumentTypeError("must be above 0")
    return speed


def main() -> int:
    """Parse the command line and serve; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m seedance_widgets.sandbox",
        description="A free local stand-in for the Seedance service: same HTTP contract, real MP4 animatics.",
    )
    parser.add_argument("--port", type=int, default=_DEFAULT_PORT, help="0 picks a free one (default: %(default)s)")
    parser.add_argument("--speed", type=_speed, default=1.0, help="how fast simulated waiting passes (default: 1)")
    parser.add_argument("--home", type=Path, help="folder of jobs, media and credits (default: SEEDANCE_HOME/sandbox)")
    parser.add_argument("--watch-parent", action="store_true", help="end when standard input ends")
    options = parser.parse_args()
    try:
        from .app import make_app
        from .wire import serve
    except ImportError as error:
        sys.stderr.write(f"{MISSING_EXTRA} ({error})\n")
        return 3
    home = SandboxFolder((options.home or default_home()).expanduser().absolute())
    try:
        serve(make_app(home, options.speed), options.port, watch_parent=options.watch_parent)
    except (OSError, OverflowError) as error:
        sys.stderr.write(f"The sandbox could not start: {error}\n")
        return 1
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
