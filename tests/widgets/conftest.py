"""Widgets without a notebook: what they would send is kept, and the background loop can be waited for."""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import Studio, Sweep, polling, runtime
from seedance_widgets.batch import Batch
from seedance_widgets.budget import Budget
from seedance_widgets.errors import ConfigurationError
from seedance_widgets.estimate import Estimate, Session
from seedance_widgets.ledger import Ledger, Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import SANDBOX_CONNECTION, ApiKey, Connection, connection_to
from seedance_widgets.states import State
from seedance_widgets.widgets import Gallery
from seedance_widgets.widgets.base import SeedanceWidget
from tests.support.clips import tiny_clip
from tests.support.faulty import FaultyServer
from tests.widgets.jobs import FakeJob

PATIENCE = 60.0
KEY = "sk-0123456789-that-nobody-may-see"

Keep = Callable[..., Record]


def until(holds: Callable[[], Any], what: str) -> Any:
    """Wait for something to become true on the background loop's side."""
    deadline = time.monotonic() + PATIENCE
    while not (found := holds()):
        assert time.monotonic() < deadline, f"Waited in vain for {what}"
        settle()
    return found


def settle() -> None:
    """Let the background loop do what it was asked before."""

    async def turn() -> None:
        for _ in range(5):
            await asyncio.sleep(0.001)

    runtime.block(turn())


class Line:
    """The messages a widget sent to its page."""

    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, Any], list[bytes]]] = []

    def __call__(self, content: dict[str, Any], buffers: list[bytes] | None = None) -> None:
        self.messages.append((content, list(buffers or [])))

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [content for content, _ in self.messages if content["kind"] == kind]


class FakeStudio:
    """A studio that makes fake jobs, and remembers what it was asked for. Its budget is a real one."""

    def __init__(self) -> None:
        self.connection: Connection = SANDBOX_CONNECTION
        self.service = connection_to("https://api.ulazai.com")
        self.key_source = ""
        self.keys: list[ApiKey] = []
        self.requests: list[tuple[GenerationRequest, bool]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = 0
        """Requests that have come as far as the gate."""
        self.error: Exception | None = None
        self.credits = 50
        self.limits = Budget()
        self.watchers: list[Callable[[], object]] = []
        self.not_saved = ""
        self.there: list[GenerationRequest] = []
        self.parents: list[Any] = []
        self.past: list[FakeJob] = []
        self.embed = "auto"
        self.ledger = Ledger("sqlite://", Path("nowhere"))

    @property
    def session(self) -> Session:
        return self.limits.session

    @property
    def budget(self) -> int | None:
        return self.limits.limit

    @budget.setter
    def budget(self, limit: int | None) -> None:
        self.limits.limit = limit

    def watch_session(self, watcher: Callable[[], object]) -> Callable[[], None]:
        end = self.limits.watch(watcher)
        self.watchers.append(watcher)

        def unwatch() -> None:
            self.watchers.remove(watcher)
            end()

        return unwatch

    def has_used(self, used: int) -> FakeJob:
        """A take of this session has used so many credits. `job.go(..., credits_used=...)` changes that."""
        job = FakeJob(state=State.COMPLETED, credits_used=used)
        self.limits.count(job, Estimate(used, ""))
        return job

    def use(self, where: str) -> None:
        if self.error is not None:
            raise self.error
        self.connection = SANDBOX_CONNECTION if where == "sandbox" else self.service
        for watcher in tuple(self.watchers):
            watcher()

    def login(self, key: ApiKey) -> str:
        self.keys.append(key)
        self.key_source = "the keyring"
        self.use("service")
        return "The key is kept in the keyring of this computer."

    def has_keyring(self) -> bool:
        return True

    def estimate(self, _request: GenerationRequest, connection: Connection | None = None) -> Estimate:
        return Estimate(self.credits, "Estimate from your last 3 runs", (connection or self.connection).free)

    def has_take(self, request: GenerationRequest) -> bool:
        return request in self.there

    def usual_time(self, _request: GenerationRequest) -> tuple[float, float]:
        return 58.4, 100.2

    async def submit_async(
        self,
        request: GenerationRequest,
        *,
        new: bool = False,
        parent: Any = None,
        max_credits: int | None = None,
        over_budget: bool = False,
        rehearse: bool = False,
        on: Connection | None = None,
    ) -> FakeJob:
        self.asked += 1
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        from seedance_widgets import validation

        validation.check(request)
        free = rehearse or (on is not None and on.free)
        connection = SANDBOX_CONNECTION if free else self.connection
        if on is not None and on.identity != connection.identity:
            raise ConfigurationError(f"This was to be made on {on.label}.")
        made = FakeJob(request=request, id=f"j{len(self.requests) + 1}", connection=connection)
        about = self.estimate(request, connection)
        self.limits.hold(made.id, about, max_credits=max_credits, over_budget=over_budget)
        self.limits.count(made, about)
        self.requests.append((request, new))
        self.parents.append(parent)
        return made

    def history(self, limit: int | None = 100) -> list[FakeJob]:
        return self.past[:limit]

    def job(self, job_id: str) -> FakeJob | None:
        return next((job for job in self.past if job.id == job_id), None)

    def forget(self, job: FakeJob) -> None:
        job.asked.append(("forget",))


@pytest.fixture
def studio() -> FakeStudio:
    return FakeStudio()


@pytest.fixture
def listen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[SeedanceWidget], Line]]:
    """Put a line in place of a widget's comm."""
    made: list[SeedanceWidget] = []

    def tap(widget: SeedanceWidget) -> Line:
        line = Line()
        monkeypatch.setattr(widget, "send", line)
        pushes = getattr(widget, "_pushes", {}).values() or [getattr(widget, "_push", None)]
        for push in filter(None, pushes):
            monkeypatch.setattr(push, "_send", line)
        made.append(widget)
        return line

    yield tap
    settle()
    for widget in made:
        widget.close()


def say(widget: SeedanceWidget, content: Any, *buffers: Any) -> None:
    """A message from the page, as the kernel hands it over."""
    widget._handle_custom_msg(content, list(buffers))


@pytest.fixture(scope="session")
def clip() -> bytes:
    return tiny_clip()


@pytest.fixture
def service(clip: bytes) -> Iterator[FaultyServer]:
    """A service that costs, renders at once and misbehaves to order."""
    with FaultyServer(video=clip) as server:
        yield server


@pytest.fixture
def kernel(service: FaultyServer, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], Studio]]:
    """A function that makes studios on this test's home and `service`, and looks often: each is what one kernel has."""
    usual = polling.next_look
    monkeypatch.setattr(polling, "next_look", lambda elapsed, durations=(): usual(elapsed, durations) / 8)
    made: list[Studio] = []

    def start() -> Studio:
        made.append(Studio(api_key=KEY, base_url=service.url, home=home, place=None))
        made[-1].budget = 5000
        return made[-1]

    yield start
    for batch in Batch.running():  # those that are paused would be, for all tests to come
        batch.cancel()
    for each in made:
        each.close()


@pytest.fixture
def show(kernel: Callable[[], Studio], listen: Callable[[SeedanceWidget], Line]) -> Callable[..., Any]:
    """A function that shows a sweep over two moves and two lengths, in the one kernel of the test."""
    from tests.widgets.sweeps import PROMPT, Page

    own: list[Studio] = []

    def make(prompt: str = PROMPT, *values: Any, studio: Studio | None = None, **given: Any) -> Page:
        own.extend([] if own else [kernel()])
        axes = {"move": ["static", "orbit"], "duration": [4, 8]} if prompt == PROMPT else {}
        about = {**axes, **given}
        about.setdefault("resolution", "480p")
        widget = Sweep(prompt, *(values or ({"hero": "keeper"},)), studio=studio or own[0], **about)
        return Page(widget, listen(widget))

    return make


@pytest.fixture
def past(tmp_path: Path) -> Iterator[Studio]:
    """A real studio, whose history a test fills with `keep`."""
    made = Studio(home=tmp_path / "home", place=None)
    yield made
    made.close()


@pytest.fixture
def keep(past: Studio) -> Keep:
    """A function that enters a take of a prompt, a second after the one before, from a while ago on."""
    first, count = time.time() - 30_000, 0

    def enter(prompt: str, *, video: bytes = b"", **facts: Any) -> Record:
        nonlocal count
        count += 1
        request = GenerationRequest(prompt)
        job_id = f"20261122-{count:06}"
        when = facts.pop("created", first + count)
        if video:
            media = past.library.video_path(job_id)
            media.write_bytes(video)
            picture = io.BytesIO()
            Image.new("RGB", (1280, 720), "teal").save(picture, "JPEG")
            media.with_suffix(".jpg").write_bytes(picture.getvalue())
            facts |= {"media": f"media/{job_id}.mp4", "poster": f"media/{job_id}.jpg", "media_sha256": "0" * 64}
        return past.ledger.begin(
            Record(
                id=job_id, connection="ulazai", label="UlazAI", model="m", request=request.to_dict(),
                fingerprint=request.fingerprint, created=when, updated=when, sent=when, finished=when + 60,
                **{"state": State.COMPLETED, "credits_used": 50, **facts},
            ),
            reuse=False,
        )  # fmt: skip

    return enter


@pytest.fixture
def open_gallery(past: Studio, listen: Callable[[Any], Line]) -> Callable[[], tuple[Gallery, Line]]:
    def open_one() -> tuple[Gallery, Line]:
        gallery = Gallery(past)
        return gallery, listen(gallery)

    return open_one


def answer(line: Line, message_id: str) -> dict[str, Any]:
    return until(
        lambda: next((a for a in line.of("answer") if a["id"] == message_id), None), f"the answer {message_id}"
    )


def prompts(gallery: Gallery) -> list[str]:
    return [card["prompt"] for card in gallery.shown["first"]]
