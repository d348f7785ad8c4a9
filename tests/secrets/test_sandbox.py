"""The sandbox: its faults bring no key out, and its processes never get one."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from seedance_widgets import GenerationRequest, Studio, runtime
from tests.secrets.search import (
    KEY,
    found_below,
    found_in,
    found_in_children,
    objects_that_show_it,
)
from tests.secrets.test_python_api import all_it_shows, until
from tests.support.faulty import FaultyServer
from tests.support.sandbox import RunningSandbox

FOX = GenerationRequest("A red fox trots through fresh snow", resolution="480p")

FAULTS: dict[str, dict[str, object]] = {
    "latency": {"seconds": 0.05},
    "status": {"code": 401, "route": "status"},
    "garbage": {"body": f"<p>{KEY}</p>"},
    "drop_before": {},
    "drop_after": {"route": "generate"},
    "reply_late": {"seconds": 1, "route": "status"},
    "drip": {"seconds": 1, "route": "status"},
    "truncate": {},
    "redirect": {"location": "http://127.0.0.1:9/"},
    "fail_job": {},
    "stuck_job": {},
    "expire_media": {},
}


def test_no_fault_of_the_sandbox_brings_the_key_out(
    sandbox: RunningSandbox, new_studio: Callable[..., Studio], tmp_path: Path, log: io.StringIO
) -> None:
    """A sandbox at an address of its own is a service like any other: it gets the key, and keeps none of it."""
    studio = new_studio(sandbox.url)
    stats = ""
    for kind, params in FAULTS.items():
        with sandbox.faults(kind, count=1, **params):  # type: ignore[arg-type]
            job = studio.submit(FOX, new=True)
            route = "media" if kind == "expire_media" else "status"
            asked = sandbox.stats()["requests"].get(route, 0) + 2
            until(lambda: job.over or sandbox.stats()["requests"].get(route, 0) >= asked, f"{kind} to strike")  # noqa: B023
            assert not found_in(all_it_shows(job)), kind
        job.stop_watching()
        stats += repr(sandbox.stats())
        sandbox.control.reset()  # nobody waits for its clip, and the next one's is not rendered after it
    finished = studio.submit(FOX, new=True).wait(60)
    assert finished.path is not None
    assert not found_in(finished.save(tmp_path / "saved.mp4").read_bytes())
    assert not found_in(stats + repr(sandbox.stats()))
    assert not objects_that_show_it()
    assert not found_below(tmp_path)
    assert not found_in(log.getvalue())


def test_a_rehearsal_of_a_paid_session_stays_on_this_machine_and_gets_no_key(
    server: FaultyServer, new_studio: Callable[..., Studio], tmp_path: Path
) -> None:
    studio = new_studio(server.url)
    job = runtime.block(studio.submit_async(FOX, rehearse=True))
    assert job.wait(60).path is not None
    assert job.connection.free
    assert server.connections == 0
    assert studio.spent == 0
    count, found = found_in_children(psutil.Process(os.getpid()))
    assert count >= 2, "the sandbox and a renderer"
    assert not found
    paid = studio.submit(FOX)
    assert paid is not job, "what was rehearsed answers no paid request"
    assert paid.wait(60).generation_id != job.generation_id
    assert not found_below(tmp_path)


def test_the_embedded_sandbox_and_its_renderers_never_get_the_key(
    server: FaultyServer,
    new_studio: Callable[..., Studio],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A session with a key follows what one without a key left behind, and so starts the sandbox beside its service."""
    before = new_studio(None, None)
    job = before.submit(FOX)
    until(lambda: job.generation_id, "the sandbox to take the job")
    job.stop_watching()
    before.close()
    monkeypatch.setenv("SEEDANCE_API_KEY", KEY)
    monkeypatch.setenv("SEEDANCE_BASE_URL", server.url)
    studio = new_studio(None, None)
    assert studio.key_source == "SEEDANCE_API_KEY"
    (resumed,) = studio.resume()
    until(lambda: resumed.base_url.startswith("http://127") and resumed.base_url != server.url, "the sandbox to start")
    count, found = found_in_children(psutil.Process(os.getpid()))
    assert count >= 2, "the sandbox and a renderer"
    assert not found
    assert resumed.wait(60).path is not None
    assert not found_in_children(psutil.Process(os.getpid()))[1]
    assert server.connections == 0
    assert not found_below(tmp_path)
