"""Every feature and every fault, from Python: the key reaches the API's own host, and is found nowhere afterwards."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from seedance_widgets import AsyncSeedance, GenerationRequest, Job, Seedance, Studio
from seedance_widgets.errors import SeedanceError
from tests.client.shown import everything_shown
from tests.secrets.faults import FAILING, QUOTING, ROUTES
from tests.secrets.search import KEY, bearers, found_below, found_in, objects_that_show_it, shown_of
from tests.support import faulty
from tests.support.faulty import FaultyServer

FAULTS = QUOTING | FAILING


def until(condition: Callable[[], object], what: str, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.005)


@pytest.fixture
def request_with_image(tmp_path: Path) -> GenerationRequest:
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "hero.png")
    return GenerationRequest("A red fox trots through fresh snow", resolution="480p", images=(tmp_path / "hero.png",))


def all_it_shows(job: Job) -> str:
    """Of a job that is over or not, the error of waiting for it included."""
    shown = [shown_of(job), repr(job.events), repr(job.record), repr(job.info), repr(job.recipe())]
    try:
        job.wait(0.001)
    except SeedanceError as error:
        shown.append(everything_shown(error))
    return "\n".join(shown)


@pytest.mark.parametrize("route", ROUTES)
def test_no_job_keeps_the_key_whatever_the_server_does_with_it(
    route: str,
    server: FaultyServer,
    other: FaultyServer,
    new_studio: Callable[..., Studio],
    request_with_image: GenerationRequest,
    tmp_path: Path,
    log: io.StringIO,
) -> None:
    studio = new_studio(server.url)
    redirects = {f"redirect {code}": faulty.redirect(f"{other.url}/seedance/x/", code) for code in (301, 302, 307)}
    jobs = []
    for number, (name, fault) in enumerate({**FAULTS, **redirects}.items()):
        before = server.count(route)
        server.always(route, fault)
        image = Image.new("RGB", (640, 360), (number, 128, 128))  # of its own: the same one is not uploaded twice
        job = studio.submit(request_with_image.replace(images=(image,)), new=True)
        jobs.append(job)
        until(lambda: job.over or server.count(route) >= before + 2, f"{name} to strike {job!r}")  # noqa: B023
        assert not found_in(all_it_shows(job)), name
        server.always(route, faulty.answer)
        until(lambda: job.over or job.check_now(), f"the end of {job!r} after {name}")  # type: ignore[func-returns-value]  # noqa: B023
        assert not found_in(all_it_shows(job)), name
    assert server.count(route) >= len(jobs)
    assert not found_in("\n".join(map(shown_of, [studio, studio._connector, *studio.history(), *studio.unfinished()])))
    assert not objects_that_show_it()
    assert not found_below(tmp_path)
    assert not found_in(log.getvalue())
    assert "httpcore" in log.getvalue()
    assert bearers(server.requests) - {("media", None)} <= {
        (asked, f"Bearer {KEY}") for asked in ("upload", "generate", "status")
    }
    assert bool(other.requests) == (route == "media"), "only a video may be elsewhere"
    assert not any(found_in(request.raw + request.body) for request in other.requests)


async def test_no_error_of_the_clients_shows_the_key(server: FaultyServer, tmp_path: Path, log: io.StringIO) -> None:
    """The clients alone, and the blocking one, whose errors come from a thread of its own."""
    shown = []
    fox = GenerationRequest("A red fox trots through fresh snow")
    async with AsyncSeedance(KEY, server.url) as client:
        with Seedance(KEY, server.url) as blocking:
            for name, fault in QUOTING.items():
                for route in ROUTES:
                    server.always(route, fault)
                calls = [
                    client.upload(_jpeg(), patience=0.1),
                    client.generate(fox, patience=0.1),
                    client.status("gen-1", patience=0.1),
                    client.wait("gen-1", timeout=0.1),
                    client.download(server.video_url, tmp_path / f"{name}.mp4", timeout=0.2),
                ]
                for call in calls:
                    try:
                        shown.append(shown_of(await call))
                    except SeedanceError as error:
                        shown.append(everything_shown(error))
                try:
                    shown.append(shown_of(blocking.status("gen-1", patience=0.1)))
                except SeedanceError as error:
                    shown.append(everything_shown(error))
            shown += [shown_of(client), shown_of(blocking), *objects_that_show_it()]
    assert len(shown) >= 6 * len(QUOTING)
    assert not [text for text in shown if found_in(text)]
    assert not found_below(tmp_path)
    assert not found_in(log.getvalue())


def _jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 360), "teal").save(out, "JPEG")
    return out.getvalue()
