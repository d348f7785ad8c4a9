"""`JobView`: a job as a live cell, from upload to inline player. `js/src/job_view.ts` is its other half."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import traitlets

from seedance_widgets import images, library, rendering, runtime, studio
from seedance_widgets.errors import InvalidRequestError, SeedanceError
from seedance_widgets.estimate import Estimate
from seedance_widgets.footage import COPIES
from seedance_widgets.models import GenerationRequest, GuideImage
from seedance_widgets.settings import Connection
from seedance_widgets.states import Reason, State

from . import connecting, protocol
from .afterwards import Copies, draft_of, form_below, next_shot
from .asking import Questions
from .base import SeedanceWidget, bundle, references, why_not
from .making import WAYS, make
from .video_push import VideoPush, saved_video

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job

    from .form import SeedanceForm

_log = logging.getLogger("seedance_widgets")

_ONE_AT_A_TIME = frozenset({*WAYS, "send-again", "use-last-frame", "convert", "forget"})
"""Intents that may cost, or take a while: one of a kind at a time."""

_THERE: Final = {
    "cancel": "cancel it there",
    "check-now": "it looks by itself",
    "try-now": "it tries by itself",
    "send-now": "send it there",
    "stop-watching": "stop watching it there",
}
"""Intents that only the kernel which carries a job can follow, and what to do where that is another."""


class JobView(SeedanceWidget):
    """A live view of one job: where it is, what it costs, what may be done, and the video once it is ready.

        JobView(job)

    job:    the take to show. It may be shown by any number of views.
    studio: who makes new takes; the studio of this kernel where not given.
    form:   the form this take came from: Remix goes there, and new takes show there.
    embed:  how much of the video the saved notebook holds, as for `Studio`; as its studio has it where not given.
    """

    _esm = bundle("job_view.js")
    _takes = protocol.JOB_VIEW_TAKES

    snapshot = traitlets.Dict().tag(sync=True)
    """All that is shown, made by `rendering.snapshot`. Written here alone."""
    poster = traitlets.Bytes(b"").tag(sync=True)
    """The first frame as JPEG."""
    thumbnail = traitlets.Bytes(b"").tag(sync=True)
    """The first guide image as JPEG."""
    views = references()
    """What was opened from this view: new takes, a form to remix."""

    def __init__(
        self,
        job: Job,
        *,
        studio: studio.Studio | None = None,
        form: SeedanceForm | None = None,
        embed: str | None = None,
    ) -> None:
        self.job = job
        self._studio = studio
        self._form = form
        self._reused = job.reused_at is not None
        self._about: Estimate | None = None
        self._about_draft: Estimate | None = None
        self._about_at: tuple[str, int, bool] | None = None
        """What they follow from; None while that is looked up."""
        self._key_kept = ""
        self._questions = Questions()
        self._open = True
        self._media: rendering.Media | None = None
        self._copy: rendering.Media | None = None
        self._copies = Copies()
        self._busy: set[str] = set()
        self._push = VideoPush(self.send)
        self._unsubscribe: Callable[[], None] = lambda: None
        self._unwatch: Callable[[], None] = lambda: None
        self._embed = rendering.checked_embed(embed) if embed is not None else None
        super().__init__(snapshot=self._look())
        self._throttle = runtime.Throttle(self._update)
        self._unsubscribe = job.subscribe(lambda _job: self._throttle())
        runtime.submit(self._prepare())

    @property
    def takes(self) -> list[Job]:
        """Its job."""
        return [self.job]

    @property
    def embed(self) -> str:
        """How much of the video the saved notebook holds."""
        return self._embed or self._maker().embed

    def close(self) -> None:
        """Stop following the job. The job goes on."""
        self._unsubscribe()
        self._open = False
        runtime.call_soon(self._unwatch)
        runtime.call_soon(self._push.stop)
        runtime.call_soon(self._copies.close)
        super().close()

    def __repr__(self) -> str:
        return rendering.text(self.job, self._saved_as(), reused=self._reused)

    # ---- showing, on the background loop

    async def _prepare(self) -> None:
        """The first look, and then what takes a moment: the picture of the first frame, what one more take costs."""
        self._update()
        first = next(iter(self.job.request.images), None)
        if isinstance(first, GuideImage) and first.path:
            try:
                self.thumbnail = await asyncio.to_thread(_thumbnail, first)
            except (InvalidRequestError, OSError, ValueError):
                _log.debug("No thumbnail of %s", first.name)
        await self._estimate()
        if self._open:
            self._unwatch = self._maker().watch_session(self._throttle)
        self._update()

    async def _estimate(self) -> None:
        """What one more take costs, where it would be made now."""
        connection, requests = self._where(), (self.job.request, draft_of(self.job.request))
        at = self._about_at = self._prices()
        abouts: list[Estimate | None] = [None, None]
        try:
            abouts = [await asyncio.to_thread(self._maker().estimate, request, connection) for request in requests]
        except SeedanceError:
            _log.debug("No estimate for %s", self.job.id)
        if self._about_at == at:
            self._about, self._about_draft = abouts

    def _prices(self) -> tuple[str, int, bool]:
        """What estimates follow from: the connection, and what has been learnt of its prices in this session."""
        return self._where().identity, self._maker().session.spent, self.job.info.over

    def _where(self) -> Connection:
        """Where its buttons make takes: what is sent once more goes where it went, whatever this session uses now."""
        return self.job.connection if "send_again" in self.job.info.actions else self._maker().connection

    async def _follow_prices(self) -> None:
        await self._estimate()
        self._update()

    async def _find_where_keys_are_kept(self) -> None:
        self._key_kept = await connecting.kept_at(self._maker())
        self._update()

    def _update(self) -> None:
        if self.job.path is None:
            self._media = self._copy = None
        if self._about_at is not None and self._about_at != (prices := self._prices()):
            if self._about_at[0] != prices[0]:
                self._about = self._about_draft = None
            self._about_at = None
            runtime.submit(self._follow_prices())
        if self._takes_key() and not self._key_kept:
            runtime.submit(self._find_where_keys_are_kept())
        shown = self._look()
        if {**shown, "now": 0} != {**self.snapshot, "now": 0}:
            self.snapshot = shown
        if self.job.reason == Reason.FORGOTTEN:
            self.poster = self.thumbnail = b""
        elif self._media is None and self.job.status == State.COMPLETED:
            self._play()

    def _play(self) -> None:
        """Hand the finished video to every page that is open."""
        path, media = self.job.path, saved_video(self.job)
        if path is None or media is None:
            return
        self._media = media
        if self.job.poster is not None and self.job.poster.is_file():
            self.poster = self.job.poster.read_bytes()
        self.snapshot = self._look()
        self._push.push(path, media)

    def _look(self) -> dict[str, Any]:
        about, connection = self._about, self._maker().connection
        draft = draft_of(self.job.request)
        around = rendering.Surroundings(
            now=time.time(),
            media=self._media,
            saved_as=self._saved_as(),
            cost=_known_cost(about),
            figures=rendering.figures(about, self._maker().session) if about else "",
            not_copied=self.job.not_copied,
            reused=self._reused,
            copy=self._copy,
            service="" if connection.free else connection.label,
            draft=f"{draft.resolution}, {draft.duration} s" if draft != self.job.request else "",
            draft_cost=_known_cost(self._about_draft),
            key_kept=self._key_kept if self._takes_key() else "",
        )
        return rendering.snapshot(self.job, around)

    def _takes_key(self) -> bool:
        """Whether another key may help: this session has the keys of the service that refused one."""
        return "use_key" in self.job.info.actions and self.job.connection.identity == self._maker().service.identity

    def _saved_as(self) -> str:
        path = (self.job.placed or self.job.path) if self.job.path else None
        return library.shown_path(path) if path is not None else ""

    # ---- being asked, on the background loop

    def _heard(self, kind: str, message: dict[str, Any], parts: list[Any]) -> None:
        if kind in ("video-want", "video-have"):
            self._heard_of_video(kind, protocol.text_of(message, "token"))
        elif (message_id := self._is_new(message)) is not None:
            runtime.submit(self._act(kind, message_id, message, parts))

    def _heard_of_video(self, kind: str, token: str | None) -> None:
        path, media = self.job.path, self._media
        if media is None or path is None or token is None:
            return
        if token != media.token:
            copy = self._copies.find(token)
            if copy is None:
                return
            path, media = copy
        if kind == "video-have":
            self._push.have(media.token)
        else:
            self._push.wanted(path, media)

    async def _act(self, kind: str, message_id: str, message: dict[str, Any], parts: list[Any]) -> None:
        if kind in self._busy:
            self._answer(message_id, "That is on its way already.")
            return
        if kind in _ONE_AT_A_TIME:
            self._busy.add(kind)
        problem, done, question = "", "", None
        try:
            if kind in WAYS:
                made = await make(self.job, kind, self._maker(), self._questions, message_id, message)
                if isinstance(made, dict):
                    question = made
                else:
                    self._show(made)
            elif kind == "keep-key":
                done = await connecting.follow(self._maker(), kind, message, parts)
            else:
                await self._do(kind, message)
        except Exception as error:  # noqa: BLE001  the page is told of it
            problem = why_not(kind, error)
        finally:
            self._busy.discard(kind)
        self._answer(message_id, problem, question, done=done)

    async def _do(self, kind: str, message: dict[str, Any]) -> None:
        job = self.job
        if kind in _THERE:
            carried = await asyncio.to_thread(lambda: job.carried)
            if carried == "elsewhere":
                raise ValueError(f"Another notebook carries this job; {_THERE[kind]}.")
            if carried == "nowhere" and job.info.active:
                raise ValueError("The notebook that carried this job is gone. Run %seedance_resume to follow it.")
        simple: dict[str, Callable[[], object]] = {
            "cancel": job.cancel,
            "check-now": job.check_now,
            "try-now": job.check_now,
            "send-now": job.check_now,
            "stop-watching": job.stop_watching,
            "watch-again": job.watch_again,
            "check-again": job.watch_again,
            "fetch-again": job.watch_again,
        }
        if kind in simple:
            simple[kind]()
        elif kind == "send-again":
            await asyncio.to_thread(job.send_again)
        elif kind == "attach":
            job.attach(protocol.text_of(message, "generation_id", longest=300) or "")
        elif kind == "star":
            await asyncio.to_thread(job.star, message.get("on") is True)
        elif kind == "note":
            await self._keep_note(protocol.note_of(message))
        elif kind == "forget":
            await asyncio.to_thread(self._maker().forget, job)
        elif kind == "restore":
            await asyncio.to_thread(self._maker().restore, job)
        elif kind == "convert":
            await self._convert(str(message.get("to")))
        elif kind == "use-last-frame":
            self._fill_form(await asyncio.to_thread(next_shot, job))
        else:
            self._fill_form(job.request)

    async def _keep_note(self, text: str | None) -> None:
        if text is None:
            raise ValueError("That is no note, or too long for one.")
        await asyncio.to_thread(setattr, self.job, "note", text)

    async def _convert(self, kind: str) -> None:
        """Make a copy that plays where the video does not, and hand it to every page."""
        if kind not in COPIES or self._media is None:
            raise ValueError("There is no such copy.")
        path, self._copy = await self._copies.make(kind, self._video(), self._media)
        self._update()
        self._push.push(path, self._copy)

    def _video(self) -> Path:
        if self.job.path is None:
            raise ValueError("The video is not on this machine any more.")
        return self.job.path

    def _show(self, job: Job) -> None:
        if self._form is not None:
            self._form.show(job)
        elif job.info.over or not any(isinstance(view, JobView) and view.job is job for view in self.views):
            self.views = [JobView(job, studio=self._studio), *self.views]

    def _fill_form(self, request: GenerationRequest) -> None:
        """Put a request made from this take into the form it came from, or into one below."""
        form = self._form or form_below(self, self._studio)
        form.fill(request, parent=self.job)

    def _maker(self) -> studio.Studio:
        return self._studio or studio.default()


def _known_cost(about: Estimate | None) -> str:
    return rendering.cost(about) if about and (about.free or about.credits is not None) else ""


def _thumbnail(image: GuideImage) -> bytes:
    return images.thumbnail(images.load(image), longest=240)
