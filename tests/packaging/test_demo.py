"""`make demo`: a clip, then JupyterLab on the quickstart, and an end without complaint."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from tests.support.builds import copy_of_clone, run
from tests.support.environment import child_environment


def clip_in(printed: str) -> Path:
    return Path(printed.split("The MP4: ", 1)[1].splitlines()[0])


def test_demo_makes_a_clip_opens_the_quickstart_and_ends_at_ctrl_c(tmp_path, home):
    clone = copy_of_clone(tmp_path / "clone")
    # Whatever key the user has: a demo spends nothing.
    environment = child_environment(home, SEEDANCE_API_KEY="sk-real", SEEDANCE_BASE_URL="http://127.0.0.1:9")
    environment.pop("DISPLAY", None)
    demo = subprocess.Popen(
        [sys.executable, "tools/demo.py"], cwd=clone, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert demo.stdout is not None
    try:
        lines: list[str] = []
        while not lines or "/lab/tree/01_quickstart.ipynb?token=" not in lines[-1]:
            line = demo.stdout.readline()
            assert line, "".join(lines)
            lines.append(line)
        assert clip_in("".join(lines)).stat().st_size > 10_000
        assert clip_in("".join(lines)).is_relative_to(home)
        with urllib.request.urlopen(lines[-1].strip()) as page:
            assert "JupyterLab" in page.read().decode()
        children = psutil.Process(demo.pid).children(recursive=True)
        demo.send_signal(signal.SIGINT)
        assert demo.wait(30) == 0
        psutil.wait_procs(children, timeout=30)
        assert [child for child in children if child.is_running()] == []
    finally:
        demo.kill()
        demo.stdout.close()


@pytest.mark.slow  # installs everything into a clone of its own
@pytest.mark.timeout(900)
def test_make_demo_on_a_fresh_clone_and_again_in_seconds(tmp_path, home):
    clone = copy_of_clone(tmp_path / "clone")
    environment = child_environment(home, DEMO_ONLY_CLIP="1")
    for name in ("VIRTUAL_ENV", "MAKEFLAGS", "MAKELEVEL"):
        environment.pop(name, None)
    venv = Path(sys.executable).parent
    environment["PATH"] = os.pathsep.join(
        place for place in environment["PATH"].split(os.pathsep) if Path(place).resolve() != venv.resolve()
    )
    first = run(["make", "demo"], cwd=clone, env=environment)
    assert clip_in(first).stat().st_size > 10_000
    assert list((clone / "seedance_widgets" / "static").glob("*.js"))
    again = run(["make", "demo"], cwd=clone, env=environment)
    assert clip_in(again) == clip_in(first)
    assert "pip" not in again
