"""`make demo`: one clip through the public API, then the quickstart in JupyterLab. Ctrl+C ends it.

DEMO_ONLY_CLIP=1 leaves JupyterLab out.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import webbrowser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = ROOT / "notebooks"
LOG = ROOT / ".make" / "jupyterlab.log"
PROMPT = "A red fox trots through fresh snow at dawn, the camera pans left"
START_SECONDS = 60


def main() -> int:
    use_the_sandbox()
    os.chdir(NOTEBOOKS)  # a take is also put beside the notebook, in seedance/
    make_clip()
    return 0 if os.environ.get("DEMO_ONLY_CLIP") else open_quickstart()


def use_the_sandbox() -> None:
    """Whatever key there is, a demo must not spend its credits."""
    if {"SEEDANCE_API_KEY", "SEEDANCE_BASE_URL"} & set(os.environ):
        print("The demo runs in the sandbox and leaves SEEDANCE_API_KEY and SEEDANCE_BASE_URL aside.")
    os.environ.pop("SEEDANCE_API_KEY", None)
    os.environ.pop("SEEDANCE_BASE_URL", None)
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.null.Keyring"


def make_clip() -> None:
    import seedance_widgets

    print(f'\n==> One clip in the sandbox: "{PROMPT}"', flush=True)
    started = time.monotonic()
    job = seedance_widgets.generate(PROMPT, duration=4, resolution="720p", generate_audio=True)
    told = ""

    def tell(job: seedance_widgets.Job) -> None:
        nonlocal told
        if job.info.title != told:
            told = job.info.title
            print(f"    {time.monotonic() - started:5.1f} s  {told}", flush=True)

    tell(job)
    job.subscribe(tell)
    job.wait(timeout=180)
    print(f"\n    The MP4: {job.path}", flush=True)


def open_quickstart() -> int:
    print("\n==> JupyterLab", flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.default_int_handler)
    LOG.parent.mkdir(exist_ok=True)
    # Its own session: Ctrl+C comes here alone, and JupyterLab is not asked whether it means it.
    with LOG.open("wb") as log:
        server = subprocess.Popen(
            lab_command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )
    try:
        address = wait_for_address(server)
        if address is None:
            print(f"JupyterLab did not start. {LOG} ends with:\n{LOG.read_text()[-2000:]}", file=sys.stderr)
            return 1
        print(f"    {address}\n    Ctrl+C ends it.", flush=True)
        if has_a_screen():
            webbrowser.open(address)
        return server.wait()
    except KeyboardInterrupt:
        print("\n    Ended.", flush=True)
        return 0
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()


def lab_command() -> list[str]:
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.root_dir={NOTEBOOKS}"]
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*command, "--allow-root"] if as_root else command


def wait_for_address(server: subprocess.Popen[bytes]) -> str | None:
    """The quickstart's address, as soon as the server has told on which port it listens."""
    from jupyter_server.serverapp import list_running_servers

    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        for info in list_running_servers():
            if info["pid"] == server.pid:
                return f"{info['url']}lab/tree/01_quickstart.ipynb?token={info['token']}"
        time.sleep(0.1)
    return None


def has_a_screen() -> bool:
    return sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & set(os.environ))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
