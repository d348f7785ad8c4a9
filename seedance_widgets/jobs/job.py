"""`Job`: one take as people hold it. Await it, wait for it, watch it.

Every change is one event, appended to the job and its row; views, waits and logging are equal subscribers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from seedance_widgets import library, runtime
from seedance_widgets.errors import (
    SeedanceError,
    WaitTimeoutError,
)
from seedance_widgets.ledger import Record
from seedance_widgets.library import Library
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import Connection
from seedance_widgets.states import NOT_IN_HISTORY, Reason, State, StateInfo, describe

from .reported import end_of, error_from

if TYPE_CHECKING:
    import os

    from .actions import Actions, Carried

_log = logging.getLogger("seedance_widgets")

Subscriber = Callable[["Job"], object]


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a job."""

    time: float
    """Seconds since the epoch."""
    state: State
    reason: str | None
    detail: Mapping[str, Any] = field(default_factory=dict)


class Job:
    """One take: what was asked, where it is, and, once it is ready, its file.

        job = generate("A red fox trots through fresh snow")   # returns at once
        await job                                              # or job.wait()
        job.path

    Its last state shows in a notebook as a live cell. All methods may be called from any thread and return at once,
    except `wait`, `save` which copies a file, `remix` which reads images, `star` and `note` which write to the history,
    and `send_again` which may read it.
    """

    def __init__(
        self, record: Record, request: GenerationRequest, connection: Connection, actions: Actions, files: Library
    ) -> None:
        self.record: Record = record
        """The job as the ledger keeps it. Written by its carrier alone."""
        self._actions = actions
        self._files = files
        self._lock = threading.Lock()
        self._subscribers: list[Subscriber] = []
        self.request: GenerationRequest = request
        """What was asked."""
        self.connection = connection
        """Where it was asked."""
        self.base_url = connection.base_url
        """Where the service is now: an embedded sandbox has another port in every session."""
        self.events: tuple[Event, ...] = ()
        """Everything that happened to it in this session, oldest first."""
        self.next_check: float | None = None
        """When it is looked at next, in seconds since the epoch, while it is followed."""
        self.usual: tuple[float, float] | None = None
        """The usual time from sending to ready in seconds (low, high), from at least three past runs."""
        self.usual_runs = 0
        """How many past runs that is from."""
        self.reused_at: float | None = None
        """When the same request was given this take again, in this session; None where it was not."""
        self.not_copied = ""
        """Where a copy was asked for and could not be put, and why, in words; empty where nothing went wrong."""
        self.shown_by: object = None
        """The cell execution that has shown this job already, so that it is not shown twice."""

    @property
    def id(self) -> str:
        """The id in the history."""
        return self.record.id

    @property
    def status(self) -> str:
        """The state: draft, uploading, submitting, processing, completed, failed, uncertain, cancelled, expired."""
        return self.record.state.value

    @property
    def reason(self) -> str | None:
        """Why, where the state alone does not say. `gone`: the take is made, and its file is not here any more."""
        made = self.record.state is State.COMPLETED and self.record.reason not in NOT_IN_HISTORY
        if made and self.path is None:
            self._actions.missed(self)
            return Reason.GONE.value
        return self.record.reason

    @property
    def info(self) -> StateInfo:
        """What the state means: title, money, what may be done."""
        return describe(self.record.state, self.reason)

    @property
    def created(self) -> float:
        """When it was asked for, in seconds since the epoch."""
        return self.record.created

    @property
    def sent(self) -> float | None:
        """When the service took it, in seconds since the epoch; where its reply was lost, when that was noticed."""
        return self.record.sent

    @property
    def finished(self) -> float | None:
        """When it was over, in seconds since the epoch."""
        return self.record.finished

    @property
    def take(self) -> int:
        """The how-manieth take of its request, from 1."""
        return self.record.take

    @property
    def parent(self) -> str | None:
        """The id of the take it was remixed from, or goes on from."""
        return self.record.parent

    @property
    def generation_id(self) -> str | None:
        """The service's id, once it took the job."""
        return self.record.generation_id

    @property
    def credits_used(self) -> int | None:
        """Credits the service took, where it said so."""
        return self.record.credits_used

    @property
    def video_url(self) -> str | None:
        """The service's address of the video. It expires; the file at `path` does not. None where it is on an embedded
        sandbox that has not been used in this session."""
        url = self.record.video_url
        if url and url.startswith("/"):
            return self.base_url + url if self.base_url else None
        return url

    @property
    def path(self) -> Path | None:
        """The video on this machine, once the job is completed; where the one under SEEDANCE_HOME is pruned, the copy
        beside the notebook. None where neither is here."""
        return self._files.find_video(self.record.media, self.record.placed, self.record.media_sha256)

    @property
    def poster(self) -> Path | None:
        """The first frame as JPEG, where it could be made."""
        return self._files.home / self.record.poster if self.record.poster else None

    @property
    def placed(self) -> Path | None:
        """The copy beside the notebook, while it is there."""
        placed = Path(self.record.placed) if self.record.placed else None
        return placed if placed is not None and placed.is_file() else None

    @property
    def not_saved(self) -> str:
        """What of it is not kept beyond this session, why, and what to do; empty where all is kept."""
        return self._actions.not_saved(self)

    @property
    def media_sha256(self) -> str | None:
        """The hash of the video's bytes, as hex."""
        return self.record.media_sha256

    @property
    def error(self) -> SeedanceError | None:
        """What went wrong, where something did."""
        made = self.record.state is State.COMPLETED and self.path is not None
        return error_from(self.record.error) if self.record.error and not made else None

    @property
    def starred(self) -> bool:
        """Whether it has a star. `prune` leaves such takes alone."""
        return self.record.starred

    def star(self, on: bool = True) -> None:
        """Give it a star, or take it back. Kept in the history, also where another kernel carries the job.

        StorageError where the history cannot be written, or holds the job no more.
        """
        self._actions.mark(self, starred=bool(on))

    @property
    def note(self) -> str:
        """What you want to remember of it. Set it as in `job.note = "the calm one"`; errors as for `star`."""
        return self.record.note

    @note.setter
    def note(self, text: str) -> None:
        if not isinstance(text, str):
            raise TypeError(f"A note is text, not a {type(text).__name__}.")
        self._actions.mark(self, note=text.encode("utf-8", "replace").decode())

    @property
    def over(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.info.over

    def wait(self, timeout: float | None = None) -> Self:
        """Block until the job is over; the finished job, or its error raised. An interrupt ends the wait, not the job.

        `timeout` in seconds; WaitTimeoutError when it is up. The job goes on.
        """
        if runtime.on_loop():
            raise RuntimeError("job.wait() cannot be called on the background loop. Await the job instead.")
        future, forget = self.when_over()
        try:
            future.result(timeout)
        except TimeoutError:
            raise WaitTimeoutError(
                f"The job was not over after {timeout:g} s. It goes on.",
                money=self.info.money,
                todo="Wait for it again.",
            ) from None
        finally:
            forget()
        return self._outcome()

    def __await__(self) -> Generator[Any, None, Self]:
        """The finished job, or its error raised, on any event loop."""
        return self._awaited().__await__()

    async def _awaited(self) -> Self:
        future, forget = self.when_over()
        try:
            await runtime.hop(future)
        finally:
            forget()
        return self._outcome()

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Call `subscriber(job)` on the background loop's thread after every change. Returns what ends it."""
        with self._lock:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return unsubscribe

    @property
    def carried(self) -> Carried:
        """Who moves the job along: `here`, `elsewhere` (another kernel that is alive) or `nowhere` (it is over, or its
        kernel ended and it waits for `Studio.resume`). Where it is not `here`, `cancel`, `check_now` and
        `stop_watching` have no effect."""
        return self._actions.carried(self)

    def cancel(self) -> None:
        """Stop before the request is sent. Has no effect afterwards, since the service cannot be told to stop, nor on a
        job that is not carried here."""
        self._actions.cancel(self)

    def check_now(self) -> None:
        """Look now, or send now what waits to be sent."""
        self._actions.hurry(self)

    def stop_watching(self) -> None:
        """Look no more. This is no cancel: the job may still finish and cost credits. Before the request has left it is
        remembered, and holds from when it has."""
        self._actions.stop_watching(self)

    def watch_again(self) -> None:
        """Follow the job again, or fetch its video again."""
        self._actions.watch(self)

    def attach(self, generation_id: str) -> None:
        """Say which generation an uncertain job is (from the dashboard of the service), and follow it."""
        self._actions.attach(self, generation_id)

    def send_again(self) -> None:
        """Send an uncertain request once more, also beyond the budget. It may be charged a second time, with as much as
        a new take (see `Studio.estimate`), and both count in `Studio.spent`. OverBudgetError where that is more than
        `Studio.max_credits`: nothing is sent."""
        self._actions.send_again(self)

    def remix(
        self,
        prompt: str | None = None,
        *,
        new: bool = False,
        max_credits: int | None = None,
        over_budget: bool = False,
        **settings: Any,
    ) -> Job:
        """Ask for a child of this take, with some of its settings changed: `job.remix(duration=8)`. What is not named
        stays, its guide images too. Reuse, budget and errors as for `Studio.submit`; TypeError that teaches for a
        setting that does not exist, SeedanceError for a take that was forgotten."""
        if self.record.reason == Reason.FORGOTTEN:
            self._outcome()
        request = self.request.replace(**settings, **({} if prompt is None else {"prompt": prompt}))
        return self._actions.submit(request, parent=self, new=new, max_credits=max_credits, over_budget=over_budget)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Copy the video to a path that does not exist yet; its recipe goes beside it as JSON. Returns the path.

        FileExistsError where either is there, ValueError for a .json path. SeedanceError where the job has no video.
        """
        video = self.path
        if video is None:
            if self.record.state is State.COMPLETED:
                self._outcome()
            raise self.error or SeedanceError("The job has no video yet.", money=self.info.money, todo="Wait for it.")
        target = Path(path).expanduser()
        if target.is_dir():
            target /= f"{library.take_name(self.request.prompt, self.created)}.mp4"
        elif not target.suffix:
            target = target.with_suffix(".mp4")
        return library.copy_with_recipe(video, target, self.recipe())

    def recipe(self) -> dict[str, Any]:
        """All that is needed to make this take again, as plain JSON; of one attached by its ID, what is known."""
        return {
            **(self.request.to_dict() if self.record.known is None else self.record.known),
            "take": self.take,
            "connection": self.record.connection,
            "generation_id": self.generation_id,
            "credits_used": self.credits_used,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(self.created)),
            "sha256": self.media_sha256,
        }

    def when_over(self) -> tuple[Future[None], Callable[[], None]]:
        """For whoever waits for many: what is done, on the background loop, once it is over, and what ends the wait."""
        future: Future[None] = Future()

        def look(_job: Job) -> None:
            # What was asked just now, as by `attach`, is begun by now and may be about to change the end it came to.
            if self.over and not self._actions.busy(self) and not future.done():
                future.set_result(None)

        unsubscribe = self.subscribe(look)
        runtime.call_soon(lambda: look(self), future)  # on the one thread where changes happen: none is missed
        return future, unsubscribe

    def _outcome(self) -> Self:
        error = end_of(self.record, self.info, here=self.path is not None)
        if error is not None:
            raise error
        return self

    def copy_failed(self, path: str, why: str) -> None:
        """On the background loop: say in every view that a copy of the video is not where it was asked for."""
        self.not_copied = f"{path}: {why}"
        self.changed(None)

    def adopt(self, record: Record) -> None:
        """For the carrier, on the background loop: the job as another kernel has left it in the ledger."""
        self.record = record
        if record.reason == Reason.FORGOTTEN:
            self.request = GenerationRequest.from_dict(record.request)
        self.changed(Event(record.updated, record.state, record.reason, {"seen": "ledger"}))

    def marked(self, *, starred: bool | None = None, note: str | None = None) -> None:
        """For whoever has kept or read a star or a note: show it. It is no step of the job, and so no event."""
        wanted = (self.starred if starred is None else starred, self.note if note is None else note)
        if wanted != (self.starred, self.note):
            self.record.starred, self.record.note = wanted
            runtime.call_soon(lambda: self.changed(None))

    def changed(self, event: Event | None) -> None:
        """For the carrier, on the background loop, after the record was changed: append the event and tell everyone."""
        if event is not None:
            self.events = (*self.events, event)
            _log.debug("job %s: %s %s", self.id, event.state.value, event.reason or "")
        with self._lock:
            subscribers = tuple(self._subscribers)
        for subscriber in subscribers:
            try:
                subscriber(self)
            except Exception:  # noqa: BLE001  a view that fails must not stop the job, nor the other views
                _log.exception("A subscriber of job %s failed", self.id)

    def __repr__(self) -> str:
        reason = self.reason or (Reason.REUSED if self.reused_at is not None else None)
        return f"<Job {self.id}: {self.status}{f' ({reason})' if reason else ''}>"
