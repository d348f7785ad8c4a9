"""The command and its life: starts on a free port, ends with its parent, goes on after a restart."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from seedance_widgets.sandbox import SandboxProcess, SandboxUnavailable, process
from tests.sandbox.clips import encoded, photograph, read
from tests.support.environment import ROOT
from tests.support.sandbox import running_sandbox

DEADLINE_SECONDS = 60


def eventually(true) -> bool:
    end = time.monotonic() + DEADLINE_SECONDS
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


def running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False


def test_unfinished_jobs_go_on_and_finished_media_stay_after_a_sudden_death(tmp_path):
    image = encoded(photograph((400, 400), 1))
    with running_sandbox(tmp_path) as first:
        first.control.set(latency=0)
        done = first.create("A lake")
        kept = first.http.get(first.finished(done)["video_url"]).content
        guide = first.upload(image)
        waiting = first.create("Push in", input_urls=[guide], duration="12")
        balance = first.stats()["credits"]["balance"]
        first.kill()
    with running_sandbox(tmp_path) as second:
        assert second.url != first.url
        assert second.stats()["credits"]["balance"] == balance
        assert second.http.get(second.finished(done)["video_url"]).content == kept
        assert len(read(second.http.get(second.finished(waiting)["video_url"]).content).frames) == 12 * 24
        again = second.create("Push in", input_urls=[guide])  # an address with the port of the dead server
        assert second.finished(again)["status"] == "completed"


def test_two_servers_on_one_home_share_the_jobs_and_render_none_twice(tmp_path):
    with running_sandbox(tmp_path, "--speed", "100") as one, running_sandbox(tmp_path, "--speed", "100") as two:
        jobs = [(one, two)[index % 2].create(f"A lake, take {index}") for index in range(6)]
        statuses = [(two, one)[index % 2].finished(job) for index, job in enumerate(jobs)]
        assert {status["status"] for status in statuses} == {"completed"}
        assert one.stats()["renders"]["done"] + two.stats()["renders"]["done"] == len(jobs)
        assert one.stats()["jobs"]["created"] == len(jobs)


def test_the_home_is_the_users_own(tmp_path):
    home = tmp_path / "deep" / "home"
    with running_sandbox(home):
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "sandbox.sqlite3").stat().st_mode) == 0o600


def test_without_a_home_it_keeps_its_things_under_seedance_home(home):
    sandbox = SandboxProcess()
    try:
        sandbox.start()
        assert (home / "sandbox" / "sandbox.sqlite3").is_file()
    finally:
        sandbox.stop()


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        command = [sys.executable, "-m", "seedance_widgets.sandbox", "--home", str(tmp_path), "--port"]
        ended = subprocess.run(
            [*command, str(taken.getsockname()[1])], cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE_SECONDS
        )
    assert ended.returncode == 1
    assert ended.stderr.startswith("The sandbox could not start: ")
    assert ended.stderr.count("\n") == 1


def test_many_threads_start_one_child(tmp_path):
    sandbox = SandboxProcess(tmp_path)
    urls: list[str] = []
    threads = [threading.Thread(target=lambda: urls.append(sandbox.start())) for _ in range(8)]
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(urls) == {sandbox.url}
        assert len(urls) == 8
        assert sandbox.alive
    finally:
        sandbox.stop()
    assert not sandbox.alive
    with pytest.raises(SandboxUnavailable):
        _ = sandbox.url


def test_a_running_child_needs_no_thread_of_its_parent(tmp_path):
    """One that waits for what the child says would be woken by its end, in the middle of the parent's own."""
    before = set(threading.enumerate())
    sandbox = SandboxProcess(tmp_path)
    try:
        sandbox.start()
        assert eventually(lambda: set(threading.enumerate()) <= before)  # the timer of its start ends by itself
    finally:
        sandbox.stop()


def test_it_starts_anew_after_its_child_died(tmp_path):
    sandbox = SandboxProcess(tmp_path)
    try:
        sandbox.start()
        sandbox._process.kill()
        assert eventually(lambda: not sandbox.alive)
        sandbox.start()
        assert sandbox.alive
    finally:
        sandbox.stop()


PARENT = """
import os, sys, time
from seedance_widgets.sandbox import SandboxProcess
sandbox = SandboxProcess(sys.argv[1])
sandbox.start()
if sys.argv[2] == "fork" and os.fork() == 0:
    time.sleep(600)  # a forked child keeps the pipe open after its parent's death
print(sandbox._process.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("how", ["plain", "fork"])
def test_it_dies_with_its_parent_however_sudden(tmp_path, how):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path), how], env=process.child_environment(), stdout=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    sandbox = int(parent.stdout.readline())
    renderers = [
        int(pid) for path in Path(f"/proc/{sandbox}/task").iterdir() for pid in (path / "children").read_text().split()
    ]
    assert running(sandbox)
    try:
        parent.kill()
        parent.wait()
        parent.stdout.close()
        assert eventually(lambda: not running(sandbox))
        assert eventually(lambda: not any(running(pid) for pid in renderers))
    finally:
        os.killpg(parent.pid, signal.SIGKILL) if how == "fork" else None


def test_the_users_key_is_not_passed_on(tmp_path, monkeypatch):
    monkeypatch.setenv("SEEDANCE_API_KEY", "a-secret-of-the-user")
    sandbox = SandboxProcess(tmp_path)
    try:
        sandbox.start()
        assert "a-secret-of-the-user" not in Path(f"/proc/{sandbox._process.pid}/environ").read_text()
    finally:
        sandbox.stop()


def test_a_missing_extra_is_said_with_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "_NEEDED", ("starlette", "a_module_nobody_has"))
    with pytest.raises(
        SandboxUnavailable, match=r'The sandbox needs its extra: pip install "seedance-widgets\[sandbox\]"'
    ):
        SandboxProcess(tmp_path).start()


def test_a_child_that_does_not_come_up_tells_why(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(SandboxUnavailable, match="could not be started: The sandbox could not start"):
        SandboxProcess(tmp_path / "file" / "home").start()


def test_importing_the_process_loads_nothing_heavy():
    heavy = ["av", "numpy", "starlette", "uvicorn", "PIL"]
    script = f"import sys, seedance_widgets.sandbox.process; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], env=process.child_environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_interrupting_the_notebook_does_not_interrupt_the_sandbox(tmp_path):
    sandbox = SandboxProcess(tmp_path)
    try:
        sandbox.start()
        assert os.getpgid(sandbox._process.pid) != os.getpgid(os.getpid())
    finally:
        sandbox.stop()
