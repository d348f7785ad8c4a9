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
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

from seedance_widgets import errors, library, runtime
from seedance_widgets.errors import JobCancelledError, Money, SeedanceError, UncertainError, WaitTimeoutError
from seedance_widgets.ledger import Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.settings import Connection
from seedance_widgets.states import Reason, State, StateInfo, describe

if TYPE_CHECKING:
    import os

_log = logging.getLogger("seedance_widgets")

Subscriber = Callable[["Job"], object]

Carried = Literal["here", "elsewhere", "nowhere"]
"""Who moves a job along: this kernel, another one that is alive, or nobody."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change of a job."""

    time: float
    """Seconds since the epoch."""
    state: State
    reason: str | None
    detail: Mapping[str, Any] = field(default_factory=dict)


class Actions(Protocol):
    """What a job asks of whoever carries it. All return at once; their effect shows as events."""

    def carried(self, job: Job) -> Carried:
        """Who carries it. May look at a file."""

    def cancel(self, job: Job) -> None:
        """Stop before anything is sent."""

    def hurry(self, job: Job) -> None:
        """Look, or send what is waiting to be sent, now."""

    def stop_watching(self, job: Job) -> None:
        """Look no more. No cancel."""

    def watch(self, job: Job) -> None:
        """Look again."""

    def attach(self, job: Job, generation_id: str) -> None:
        """Say which generation a job is."""

    def send_again(self, job: Job) -> None:
        """Send an uncertain request once more."""

    def busy(self, job: Job) -> bool:
        """Whether what was asked for a job is still being done. `job.changed` is called when it no longer is."""

    def not_saved(self, job: Job) -> str:
        """What of a job is not kept beyond this session."""


class Job:
    """One take: what was asked, where it is, and, once it is ready, its file.

        job = generate("A red fox trots through fresh snow")   # returns at once
        await job                                              # or job.wait()
        job.path

    Its last state shows in a notebook as a live cell. All methods may be called from any thread and return at once,
    except `wait`, and `save` which copies a file.
    """

    def __init__(
        self, record: Record, request: GenerationRequest, connection: Connection, actions: Actions, home: Path
    ) -> None:
        self.record = record
        """The job as the ledger keeps it. Written by its carrier alone."""
        self._actions = actions
        self._home = home
        self._lock = threading.Lock()
        self._subscribers: list[Subscriber] = []
        self.request = request
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
        """Why, where the state alone does not say."""
        return self.record.reason

    @property
    def info(self) -> StateInfo:
        """What the state means: title, money, what may be done."""
        return describe(self.record.state, self.record.reason)

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
        """The id of the take it was remixed from."""
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
        """The video on this machine, once the job is completed."""
        return self._home / self.record.media if self.record.media else None

    @property
    def poster(self) -> Path | None:
        """The first frame as JPEG, where it could be made."""
        return self._home / self.record.poster if self.record.poster else None

    @property
    def placed(self) -> Path | None:
        """The copy beside the notebook."""
        return Path(self.record.placed) if self.record.placed else None

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
        return error_from(self.record.error) if self.record.error else None

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
        future, forget = self._when_over()
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
        future, forget = self._when_over()
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
        """Look no more. This is no cancel: the job may still finish and cost credits."""
        self._actions.stop_watching(self)

    def watch_again(self) -> None:
        """Follow the job again, or fetch its video again."""
        self._actions.watch(self)

    def attach(self, generation_id: str) -> None:
        """Say which generation an uncertain job is (from the dashboard of the service), and follow it."""
        self._actions.attach(self, generation_id)

    def send_again(self) -> None:
        """Send an uncertain request once more. It may be charged a second time."""
        self._actions.send_again(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Copy the video to a path that does not exist yet; its recipe goes beside it as JSON. Returns the path.

        FileExistsError where the file is there already. SeedanceError where the job has no video.
        """
        if self.path is None:
            raise self.error or SeedanceError("The job has no video yet.", money=self.info.money, todo="Wait for it.")
        target = Path(path).expanduser()
        if target.is_dir():
            target /= f"{library.take_name(self.request.prompt, self.created)}.mp4"
        elif not target.suffix:
            target = target.with_suffix(".mp4")
        return library.copy_with_recipe(self.path, target, self.recipe())

    def recipe(self) -> dict[str, Any]:
        """All that is needed to make this take again, as plain JSON."""
        return {
            **self.request.to_dict(),
            "take": self.take,
            "connection": self.record.connection,
            "generation_id": self.generation_id,
            "credits_used": self.credits_used,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z", time.localtime(self.created)),
            "sha256": self.media_sha256,
        }

    def _when_over(self) -> tuple[Future[None], Callable[[], None]]:
        future: Future[None] = Future()

        def look(_job: Job) -> None:
            # What was asked just now, as by `attach`, is begun by now and may be about to change the end it came to.
            if self.over and not self._actions.busy(self) and not future.done():
                future.set_result(None)

        unsubscribe = self.subscribe(look)
        runtime.call_soon(lambda: look(self))  # on the one thread where changes happen: none is missed
        return future, unsubscribe

    def _outcome(self) -> Self:
        if self.record.state is State.COMPLETED:
            return self
        error = self.error
        if error is None and self.record.state is State.CANCELLED:
            error = JobCancelledError("The job was cancelled before it was sent.")
        if error is None and self.record.state is State.UNCERTAIN:
            error = UncertainError("The reply was lost: a job may have been created and charged.")
        if error is None and self.record.reason == Reason.NOT_WATCHING:
            error = WaitTimeoutError(
                "The job is not watched any more. It may still finish and cost credits.",
                money=Money.SPENT,
                todo="Use job.watch_again(), then wait for it again.",
            )
        raise error or SeedanceError(self.info.note or "The job is over.", money=self.info.money)

    def copy_failed(self, path: str, why: str) -> None:
        """On the background loop: say in every view that a copy of the video is not where it was asked for."""
        self.not_copied = f"{path}: {why}"
        self.changed(None)

    def adopt(self, record: Record) -> None:
        """For the carrier, on the background loop: the job as another kernel has left it in the ledger."""
        self.record = record
        self.changed(Event(record.updated, record.state, record.reason, {"seen": "ledger"}))

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


def error_to(error: SeedanceError) -> dict[str, Any]:
    """An error as the ledger keeps it."""
    kept = {name: value for name, value in vars(error).items() if isinstance(value, (str, int, float, type(None)))}
    return {**kept, "kind": type(error).__name__, "money": error.money.value}


def error_from(data: Mapping[str, Any]) -> SeedanceError:
    """The inverse of `error_to`. A kind that does not exist (any more) comes back as a plain SeedanceError."""
    kind = getattr(errors, str(data.get("kind")), SeedanceError)
    if not (isinstance(kind, type) and issubclass(kind, SeedanceError)) or issubclass(kind, ValueError):
        kind = SeedanceError
    error: SeedanceError = kind.__new__(kind)
    SeedanceError.__init__(error, str(data.get("what") or "Something went wrong."), todo=str(data.get("todo") or ""))
    try:
        error.money = Money(str(data.get("money")))
    except ValueError:
        error.money = Money.NOT_KNOWN
    for name, value in data.items():
        if name not in ("kind", "what", "todo", "money", "args") and name.isidentifier() and not name.startswith("_"):
            setattr(error, name, value)
    return error
