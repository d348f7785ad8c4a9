"""The blocking client works where a loop is running already, and lets go at once when interrupted."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from seedance_widgets import GenerationRequest, Seedance
from seedance_widgets.errors import UncertainError
from tests.client.conftest import KEY
from tests.client.test_upload import jpeg
from tests.support import faulty
from tests.support.environment import child_environment
from tests.support.faulty import VIDEO, FaultyServer

FOX = GenerationRequest("A red fox trots through fresh snow")


def whole_path(client: Seedance, path: Path) -> None:
    assert client.upload(jpeg()).filename == "u1.png"
    made = client.generate(FOX.replace(images=[jpeg()]))
    done = client.wait(made.generation_id)
    assert done.video_url is not None
    assert client.download(done.video_url, path).read_bytes() == VIDEO


def test_it_does_all_that_the_async_one_does(server: FaultyServer, tmp_path: Path) -> None:
    with Seedance(KEY, server.url) as client:
        whole_path(client, tmp_path / "fox.mp4")
    assert server.made == 1


async def test_it_works_inside_a_running_loop(server: FaultyServer, tmp_path: Path) -> None:
    with Seedance(KEY, server.url) as client:
        whole_path(client, tmp_path / "fox.mp4")


def test_it_can_be_used_again_after_closing(server: FaultyServer) -> None:
    client = Seedance(KEY, server.url)
    for _ in range(3):
        assert client.status("gen-1").status == "completed"
        client.close()
        client.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "seedance-client"]


def test_threads_may_share_one(server: FaultyServer) -> None:
    with Seedance(KEY, server.url) as client, ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(client.status, [f"gen-{n}" for n in range(40)]))
        assert len([thread for thread in threading.enumerate() if thread.name == "seedance-client"]) == 1
    assert {reply.status for reply in replies} == {"completed"}


def test_errors_come_through_as_they_are(server: FaultyServer) -> None:
    server.plan("generate", faulty.cut())
    with Seedance(KEY, server.url) as client, pytest.raises(UncertainError):
        client.generate(FOX)


@pytest.mark.parametrize("call", ["generate", "status", "wait", "upload", "download"])
def test_an_interrupt_ends_a_wait_at_once(call: str, server: FaultyServer, tmp_path: Path) -> None:
    """At once: long before anything else could end it, for the server never answers and every limit is 30 s or more."""
    routes = ("generate", "status", "upload", "media")
    arrived = threading.Event()

    def never(exchange: faulty.Exchange) -> None:
        exchange.read_body()
        arrived.set()
        exchange.wait_until_gone()

    for route in routes:
        server.always(route, never)

    def interrupt() -> None:
        assert arrived.wait(20)
        os.kill(os.getpid(), signal.SIGINT)

    calls: dict[str, Callable[[Seedance], object]] = {
        "generate": lambda client: client.generate(FOX),
        "status": lambda client: client.status("gen-1"),
        "wait": lambda client: client.wait("gen-1"),
        "upload": lambda client: client.upload(jpeg()),
        "download": lambda client: client.download(server.video_url, tmp_path / "takes" / "fox.mp4"),
    }
    killer = threading.Thread(target=interrupt)
    killer.start()
    with Seedance(KEY, server.url) as client:
        with pytest.raises(KeyboardInterrupt):
            calls[call](client)
        killer.join()
        assert len(server.requests) == 1, "nothing was sent again"
        server.always("status", faulty.answer)
        assert client.status("gen-1").status == "completed", "the client is still good"
    assert not list(tmp_path.rglob("*.part"))


def test_a_script_that_closes_nothing_still_ends(server: FaultyServer, tmp_path: Path) -> None:
    script = "from seedance_widgets import Seedance; print(Seedance().status('gen-1').status)"
    environment = child_environment(tmp_path, SEEDANCE_API_KEY=KEY, SEEDANCE_BASE_URL=server.url)
    ended = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, ended.stdout.strip()) == (0, "completed"), ended.stderr


def test_calling_it_from_its_own_callback_is_an_error_and_no_deadlock(server: FaultyServer) -> None:
    with Seedance(KEY, server.url) as client, pytest.raises(RuntimeError, match="thread"):
        client.wait("gen-1", on_status=lambda reply: client.status("gen-1"))


def test_one_made_outside_any_loop_serves_several(server: FaultyServer) -> None:
    with Seedance(KEY, server.url) as client:

        async def look() -> str:
            return client.status("gen-1").status

        assert [asyncio.run(look()) for _ in range(3)] == ["completed"] * 3
