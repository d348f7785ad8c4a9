"""`Studio`: the one object that ties the rest together: submit, resume, history, estimate."""

from __future__ import annotations

import asyncio
import functools
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import first_use, homes, library, polling, rendering, runtime, settings, storage
from .archive import Archive
from .beside import Beside
from .budget import Budget
from .client.images import fetch_image
from .connector import Connector
from .errors import ConfigurationError
from .estimate import Estimate, PastCost, Session, estimate
from .jobs import Carrier, Job
from .keeping import Keeping
from .ledger import LEDGER_FILE, Ledger, Record
from .models import GenerationRequest, GuideImage
from .settings import ApiKey, Connection
from .submitting import Submitting
from .templates import Templates

if TYPE_CHECKING:
    import httpx


_studios: weakref.WeakSet[Studio] = weakref.WeakSet()


class Studio(Keeping, Submitting):
    """Makes and keeps takes: the history, the files and the connection of one SEEDANCE_HOME.

    api_key, base_url: where to; SEEDANCE_API_KEY and SEEDANCE_BASE_URL where not given, then the keyring. With neither
                       key nor address the embedded sandbox serves, free and offline.
    home:              where history and videos are kept; SEEDANCE_HOME, else the user's data folder.
    place:             where the readable copy of each take goes: `seedance/` in the current folder. None: none.
    embed:             what saved notebooks hold of a video: "auto" (up to 4 MB, or a poster), "off", "poster", "full".
    transport:         an httpx transport to use instead of the network.
    """

    def __init__(
        self,
        *,
        api_key: str | ApiKey | None = None,
        base_url: str | None = None,
        home: str | os.PathLike[str] | None = None,
        place: str | os.PathLike[str] | None = library.PLACE,
        embed: str = "auto",
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        key = settings.hidden(api_key) if api_key is not None else None
        del api_key  # a verbose traceback prints locals
        if isinstance(key, ConfigurationError):
            raise key
        self.home = library.home_folder(home)
        self.place = Path(place) if place is not None else None
        self.embed = rendering.checked_embed(embed)
        self.library = library.Library(self.home)
        self.library.make_home()
        ledger_url = os.environ.get(settings.LEDGER_VARIABLE)  # alone: a verbose traceback prints what its lines name
        self.ledger = Ledger(ledger_url or f"sqlite:///{self.home / LEDGER_FILE}", self.home)
        self.templates = Templates(self.home, lambda url: runtime.block(fetch_image(url)))
        """Named prompts: `save`, `get`, `list`, `rename`, `delete`."""
        self._archive = Archive(self.ledger, self.library)
        self._budget = Budget()
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._turn = asyncio.Lock()
        self._connector = Connector(
            lambda: self.library.folder(library.SANDBOX_FOLDER), api_key=key, base_url=base_url, transport=transport
        )
        self._beside = Beside(self.ledger, self.library)
        self._carrier = Carrier(
            ledger=self.ledger,
            library=self.library,
            connect=self._connector.connect,
            submit=self.submit,
            not_saved=self._not_saved_of,
            check_again=self._check_again,
            count_again=self._count_again,
        )
        _studios.add(self)

    @property
    def connection(self) -> Connection:
        """Where requests go."""
        return self._connector.connection

    @property
    def service(self) -> Connection:
        """The service of this session, also while the sandbox serves in its place or there is no key for it."""
        return self._connector.service

    def use(self, where: str) -> None:
        """Let "service" or "sandbox" serve this session from now on: its forms, and for the studio of the kernel also
        the magics and `generate`.

            studio.use("sandbox")  # free; nothing is sent to the service, whichever cell asks, until
            studio.use("service")  # or until a key is entered

        Jobs under way go on where they are. Sends nothing. ConfigurationError where there is no key for the service, or
        the sandbox is not installed: then nothing changes.
        """
        self._connector.use(where)

    def address(self) -> str:
        """Where the service is now: an embedded sandbox is started for it, and has another port in every session.

        ConfigurationError, OfflineError where it cannot be used.
        """
        client = runtime.block(self._connector.connect(self._connector.check()))
        return client.connection.base_url

    @property
    def key_source(self) -> str:
        """Where the key is from, in words; empty where there is none."""
        return self._connector.key_source

    def has_keyring(self) -> bool:
        """Whether a key that is entered is likely to outlive the kernel: this computer has a keyring."""
        return self._connector.has_keyring()

    def submit(
        self,
        request: GenerationRequest,
        *,
        new: bool = False,
        parent: Job | None = None,
        max_credits: int | None = None,
        over_budget: bool = False,
    ) -> Job:
        """Start one take and return its job at once; nothing is waited for but the reading of its images.

        The same request on the same connection gives back the take it has already, running or finished, without
        sending anything; `new` makes another. `parent` is the take this one was remixed from. Where a new take is
        estimated at more than `max_credits`, here or of the studio, or than what is left of the session's `budget`,
        nothing is sent; `over_budget` passes the budget for this one take, for whoever has shown a person the figures.

        All problems at once as InvalidRequestError; OverBudgetError, ConfigurationError, StorageError: nothing is sent.
        """
        return runtime.block(
            self.submit_async(request, new=new, parent=parent, max_credits=max_credits, over_budget=over_budget)
        )

    def estimate(self, request: GenerationRequest, connection: Connection | None = None) -> Estimate:
        """About how many credits a request uses, and how that is known. In the sandbox: how many it would use at the
        service, of which sandbox runs say nothing."""
        return self.estimates([request], connection)[0]

    def estimates(self, requests: Sequence[GenerationRequest], connection: Connection | None = None) -> list[Estimate]:
        """The same of each of many."""
        connection = connection or self.connection
        paid = self.service if connection.free else connection
        past = [
            PastCost(GenerationRequest.from_dict(row.request), row.credits_used)
            for row in self.ledger.costs(paid.identity)
            if row.credits_used is not None
        ]
        return [estimate(request, past, connection) for request in requests]

    def has_take(self, request: GenerationRequest) -> bool:
        """Whether the same request has a take already, ready or on its way, in the history or beside the notebook:
        submitting it sends nothing and costs 0 credits. ValueError while an image of it has not been read."""
        return self._beside.has(self._record(request, self.connection))

    def usual_time(self, request: GenerationRequest) -> tuple[float, float] | None:
        """The usual time from sending to ready in seconds (low, high) for such a request on this connection; None below
        three past runs."""
        return polling.usual_band(self.ledger.durations(self.connection.identity, request.settings()))

    @property
    def budget(self) -> int | None:
        """Credits that takes made in this session may use at a paid service; None for no limit. Set it to raise it."""
        return self._budget.limit

    @budget.setter
    def budget(self, limit: int | None) -> None:
        self._budget.limit = limit

    @property
    def max_credits(self) -> int | None:
        """Most credits that one take at a paid service may be estimated at, however it is asked for: nothing is sent
        above it, and nobody is asked. None for no limit."""
        return self._budget.max_credits

    @max_credits.setter
    def max_credits(self, limit: int | None) -> None:
        self._budget.max_credits = limit

    @property
    def spent(self) -> int:
        """Credits that takes made in this session have used: what the service said, else what they were estimated at
        for as long as they are under way or may have been charged."""
        return self._budget.session.spent

    @property
    def session(self) -> Session:
        """What this session has used and may use, at one moment."""
        return self._budget.session

    def watch_session(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call `watcher()`, on any thread, whenever `session`, `connection` or `key_source` has changed. Returns what
        ends it."""
        ends = (self._budget.watch(watcher), self._connector.watchers.add(watcher))

        def unwatch() -> None:
            for end in ends:
                end()

        return unwatch

    @property
    def not_saved(self) -> str:
        """What is not kept beyond this session, why, and what to do, in plain sentences; empty where all is kept.

        A history that is damaged, read-only or on a full disk is kept in memory instead, and so are new takes; where
        SEEDANCE_HOME cannot be written, videos go to a temporary folder. That stays so until the session ends.
        """
        copies = f"{self.place.as_posix()}/" if self.place is not None and homes.can_write(self.place) else ""
        return storage.not_saved(
            self.ledger.unsaved,
            self.library.unsaved,
            wished=self.ledger.in_memory,
            copies=copies,
            free=self.connection.free,
        )

    def unfinished(self) -> list[Job]:
        """Jobs that have not come to an end, and that this kernel does not follow; also, for three days, those that
        ended because the service no longer knew them or gave their video."""
        known = {job_id for job_id, job in tuple(self._jobs.items()) if job.events and not job.over}
        return [self._job(record) for record in self.ledger.unfinished() if record.id not in known]

    def resume(self) -> list[Job]:
        """Follow unfinished jobs again, the sandbox's included, and also those that nobody watches any more or whose
        video could not be fetched, and look once more at those that ended because the service no longer knew them or
        gave their video (for three days after they did). Sends nothing. Jobs of another service than this session's are
        left to a session that has its key."""
        mine = (self._connector.configured.identity, settings.SANDBOX)
        jobs = [job for job in self.unfinished() if job.connection.identity in mine]
        for job in jobs:
            if job.over:
                self._carrier.watch(job)
            else:
                self._carrier.resume(job)
        return jobs

    def login(self, key: str | ApiKey) -> str:
        """Keep a key in the system's keyring; where there is none, in memory until the kernel ends. From then on the
        service serves, also where `use` chose the sandbox. Returns what was done, in words. ConfigurationError for text
        that can be no key."""
        found = settings.hidden(key)
        del key  # a verbose traceback prints locals
        if isinstance(found, ConfigurationError):
            raise found
        return self._connector.login(found)

    def close(self) -> None:
        """Stop following, end the sandbox, let go of the files. Jobs go on at the service."""
        runtime.block(self._carrier.close())
        runtime.block(self._connector.close())
        self.ledger.close()

    def __repr__(self) -> str:
        if not hasattr(self, "_carrier"):  # a traceback may print one that was never finished
            return "<Studio: not set up>"
        return f"<Studio: {self.connection.label}, {self.home}{', not saved' if self.not_saved else ''}>"

    # ---- inside

    def _check_again(self, job: Job) -> None:
        if self.max_credits is not None:
            refusal = self.session.refusal(self.estimate(job.request, job.connection))
            if refusal is not None:
                raise refusal

    async def _count_again(self, job: Job) -> Callable[[], None]:
        return self._budget.count_again(job, await asyncio.to_thread(self.estimate, job.request, job.connection))

    def _not_saved_of(self, job: Job) -> str:
        away = self.library.unsaved
        lies_away = away is not None and away.instead in (job.path.parents if job.path is not None else ())
        return self.not_saved if lies_away or self.ledger.is_unsaved(job.id) else ""

    def _job(self, record: Record, request: GenerationRequest | None = None) -> Job:
        """The one Job of a row in this kernel."""
        with self._lock:
            job = self._jobs.get(record.id)
            if job is not None and record.owner != self.ledger.owner and record.updated > job.record.updated:
                self._carrier.catch_up(job, record)
            elif job is not None:
                job.marked(starred=record.starred, note=record.note)
            if job is None:
                asked = request or self._asked(record)
                job = Job(record, asked, self._connection_of(record), self._carrier, self.library)
                self._jobs[record.id] = job
        return job

    def _asked(self, record: Record) -> GenerationRequest:
        request = GenerationRequest.from_dict(record.request)
        found = [self.library.find_image(i) if isinstance(i, GuideImage) else i for i in request.images]
        return request.replace(images=tuple(found))

    def _connection_of(self, record: Record) -> Connection:
        if record.connection == self._connector.configured.identity:
            return self._connector.configured
        if record.connection == settings.SANDBOX:
            return settings.SANDBOX_CONNECTION
        return Connection(base_url="", identity=record.connection, label=record.label)


_default: Studio | None = None
_default_lock = threading.Lock()


def _forget() -> None:
    """In a forked child the carrier's work is gone, and the ledger's lock and connections are the parent's. What a
    person has set for the kernel holds for the child's own studio too: what was to be free is."""
    global _default, _default_lock
    if _default is not None:
        first_use.then(functools.partial(_go_on_from, _default))
    _default, _default_lock = None, threading.Lock()
    for studio in tuple(_studios):
        studio.ledger.forked()
        studio._carrier.forked()  # noqa: SLF001  of this module
        studio._connector.forked()  # noqa: SLF001  of this module
        studio._budget = studio._budget.forked()  # noqa: SLF001  of this module; its lock too
        studio._turn = asyncio.Lock()  # noqa: SLF001  of this module; somebody may have had it at that moment


def _go_on_from(parent: Studio, studio: Studio) -> None:
    studio.place, studio.embed = parent.place, parent.embed
    studio._budget = parent._budget.forked()  # noqa: SLF001  of this module
    if parent._connector.in_sandbox:  # noqa: SLF001  of this module
        studio.use("sandbox")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def default() -> Studio:
    """The studio of this kernel, made at first use from the environment."""
    global _default  # noqa: PLW0603  one shared studio a kernel is the point
    with _default_lock:
        if _default is None:
            made = Studio()
            first_use.made(made)
            _default = made
        return _default


def is_made() -> bool:
    """Whether `default` has made its studio already."""
    return _default is not None


def generate(prompt: str, *, new: bool = False, **settings: Any) -> Job:
    """Make a video from a prompt. Returns its job at once; in a notebook it shows as a live cell.

        job = generate("A red fox trots through fresh snow", duration=8, resolution="1080p")
        await job

    settings: images, aspect_ratio, resolution, duration, fixed_lens, generate_audio, prompt_directory_optin (see
              `GenerationRequest`). The same request gives back the take it has already; `new=True` makes another.

    Errors as for `Studio.submit`; TypeError that teaches for a setting that does not exist.
    """
    return default().submit(GenerationRequest.of(prompt, **settings), new=new)
