"""`Compare`: two to four takes in step, with what differs between them. `js/src/compare.ts` is its other half."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import traitlets

from seedance_widgets import rendering, runtime, studio
from seedance_widgets.states import NOT_IN_HISTORY, State

from . import protocol
from .afterwards import form_below, next_shot
from .base import SeedanceWidget, bundle, references, why_not
from .video_push import VideoPush, saved_video

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job
    from seedance_widgets.models import GenerationRequest

_log = logging.getLogger("seedance_widgets")

_FEWEST: Final = 2
_MOST: Final = len(rendering.LETTERS)
_LOOKED_AT: Final = 60
"""Newest takes of the history among which those that can be added are looked for."""
_OFFERED: Final = 12


class Compare(SeedanceWidget):
    """Two to four finished takes side by side, played as one: one position, exact frames, a wipe between two of them,
    the sound of one; the words of the prompts and the settings that differ from the first.

        Compare(a, b)

    jobs:   the takes, as from `generate`, `studio.job` or `studio.history`. The others are held against the first.
    studio: where takes to add are found and remixes are made; the studio of this kernel where not given.
    fill:   is given the request of a remix and the take it is of; where not given they go to a form below.

    It sends nothing and costs nothing. TypeError, ValueError that teach for what is not two to four finished takes.
    """

    _esm = bundle("compare.js")
    _takes = protocol.COMPARE_TAKES
    kept_changes_with = ("views", "comparison", "closed")

    comparison = traitlets.Dict().tag(sync=True)
    """All that is shown, made by `rendering.comparison`. Written here alone, as are all others."""
    posters = traitlets.List(trait=traitlets.Bytes()).tag(sync=True)
    """The first frames as JPEG, in the order of the takes."""
    offers = traitlets.List(trait=traitlets.Dict()).tag(sync=True)
    """Takes that can be added, newest first."""
    closed = traitlets.Bool(False).tag(sync=True)
    """Whether a page has closed it, for good: what was opened from it stays."""
    views = references()
    """Forms that were opened from here."""

    def __init__(
        self,
        *jobs: Job,
        studio: studio.Studio | None = None,
        fill: Callable[[GenerationRequest, Job], object] | None = None,
    ) -> None:
        self._studio = studio
        self._fill = fill or self._fill_below
        self._busy: set[tuple[str, str]] = set()
        self._pushes: dict[str, VideoPush] = {}
        self._unsubscribe: dict[str, Callable[[], None]] = {}
        self._open = True
        self._jobs = checked(jobs)  # last: what is refused is closed by Python too
        super().__init__(comparison=self._look(), posters=[_poster(job) for job in self._jobs])
        self._throttle = runtime.Throttle(self._update)
        for job in self._jobs:
            self._follow(job)
        runtime.submit(self._find_offers())

    @property
    def takes(self) -> list[Job]:
        """The takes it compares, the first first; none once it is closed."""
        return [] if self.closed else list(self._jobs)

    @property
    def embed(self) -> str:
        """How much of a video the saved notebook holds: posters, the videos are in the cells of their takes."""
        return "off" if self._maker().embed == "off" else "poster"

    def static(self, takes: Sequence[rendering.Kept]) -> dict[str, str]:
        """What the saved notebook holds: a table, or that it is closed, and below it the takes that were made from
        here."""
        own, more = takes[: len(self.takes)], takes[len(self.takes) :]
        bundle = {
            "text/plain": rendering.comparison_text([kept.job for kept in own]),
            "text/html": rendering.comparison_html(own),
        }
        if more:
            below = super().static(more)
            bundle = {kind: f"{words}\n{below[kind]}" for kind, words in bundle.items()}
        return bundle

    def add(self, job: Job) -> None:
        """Compare one more take. ValueError where there are four already or it is closed, and as for `Compare`."""
        if not self._open:  # a page that has not heard of it yet may ask
            raise ValueError("This comparison is closed.")
        jobs = checked((*self._jobs, job))
        self._jobs = jobs
        self._follow(job)
        self.posters = [_poster(each) for each in jobs]
        self._update()
        runtime.submit(self._find_offers())

    def close(self) -> None:
        """End it in every page. The takes stay."""
        self._let_go()
        super().close()

    def _let_go(self) -> None:
        """Follow the takes no more, and send no more of their videos."""
        self._open = False
        for unsubscribe in self._unsubscribe.values():
            unsubscribe()
        for push in self._pushes.values():
            runtime.call_soon(push.stop)

    def __repr__(self) -> str:
        return rendering.comparison_text(self._jobs)

    # ---- showing

    def _follow(self, job: Job) -> None:
        """Show what becomes of a take, and hand its video to every page that is open."""
        self._unsubscribe[job.id] = job.subscribe(lambda _job: self._throttle())
        push = self._pushes[job.id] = VideoPush(self.send)
        path, media = job.path, saved_video(job)
        if path is not None and media is not None:
            runtime.call_soon(lambda: push.push(path, media))

    def _look(self) -> dict[str, Any]:
        return rendering.comparison(self._jobs, [saved_video(job) for job in self._jobs], time.time())

    def _update(self) -> None:
        shown = self._look()
        if self._open and shown != self.comparison:
            self.comparison = shown

    async def _find_offers(self) -> None:
        try:
            offers = await asyncio.to_thread(self._offers)
        except Exception:  # noqa: BLE001  the takes that are here can be compared without
            _log.exception("No takes could be found to add to a comparison")
            return
        if self._open and offers != self.offers:
            self.offers = offers

    def _offers(self) -> list[dict[str, str]]:
        if len(self._jobs) >= _MOST:
            return []
        here, now = {job.id for job in self._jobs}, time.time()
        found = (job for job in self._maker().history(_LOOKED_AT) if job.id not in here and _is_ready(job))
        return [rendering.offer(job, now) for job, _ in zip(found, range(_OFFERED), strict=False)]

    # ---- being asked, on the background loop

    def _heard(self, kind: str, message: dict[str, Any], parts: list[bytes]) -> None:  # noqa: ARG002
        if kind in ("video-want", "video-have"):
            self._heard_of_video(kind, protocol.text_of(message, "token"))
        elif kind == "look-for-takes":
            runtime.submit(self._find_offers())
        elif kind == "close":
            self._let_go()
            self.closed, self.posters, self.offers = True, [], []
        elif (message_id := self._is_new(message)) is not None:
            runtime.submit(self._act(kind, message_id, message))

    def _heard_of_video(self, kind: str, token: str | None) -> None:
        for job in self.takes:
            path, media = job.path, saved_video(job)
            if path is None or media is None or media.token != token:
                continue
            if kind == "video-have":
                self._pushes[job.id].have(media.token)
            else:
                self._pushes[job.id].wanted(path, media)
            return

    async def _act(self, kind: str, message_id: str, message: Mapping[str, Any]) -> None:
        job_id = protocol.text_of(message, "job") or ""
        if (kind, job_id) in self._busy:
            self._answer(message_id, "That is on its way already.")
            return
        self._busy.add((kind, job_id))
        problem = ""
        try:
            await self._do(kind, job_id, message)
        except Exception as error:  # noqa: BLE001  the page is told of it
            problem = why_not(kind, error)
        finally:
            self._busy.discard((kind, job_id))
        self._answer(message_id, problem)

    async def _do(self, kind: str, job_id: str, message: Mapping[str, Any]) -> None:
        if kind == "add-take":
            job = await asyncio.to_thread(self._maker().job, job_id)
            if job is None:
                raise ValueError("This take is not in the history any more.")
            self.add(job)
            return
        job = next((each for each in self._jobs if each.id == job_id), None)
        if job is None:
            raise ValueError("This take is not compared here.")
        if kind == "star":
            await asyncio.to_thread(job.star, message.get("on") is True)
        elif kind == "remix":
            self._fill(job.request, job)
        elif kind == "use-last-frame":
            self._fill(await asyncio.to_thread(next_shot, job), job)

    def _fill_below(self, request: GenerationRequest, parent: Job) -> None:
        form_below(self, self._studio).fill(request, parent=parent)

    def _maker(self) -> studio.Studio:
        return self._studio or studio.default()


def checked(jobs: Sequence[Any]) -> list[Job]:
    """The same, if they are two to four finished takes, no two of them the same. TypeError, ValueError that teach."""
    if len(jobs) == 1 and isinstance(jobs[0], (list, tuple)):
        raise TypeError("Pass the takes one by one: Compare(a, b), or Compare(*takes) for a list.")
    for job in jobs:
        if not hasattr(job, "request") or not hasattr(job, "subscribe"):
            raise TypeError(
                f"Compare shows takes. Pass jobs, as from generate(), studio.job(id) or studio.history(), not {job!r}."
            )
    if not _FEWEST <= len(jobs) <= _MOST:
        raise ValueError(f"Compare shows two to four takes at a time, not {len(jobs)}: Compare(a, b).")
    if len({job.id for job in jobs}) < len(jobs):
        raise ValueError(
            "The same take is there twice. The same request gives back the take it has; generate(..., new=True) or"
            " New take makes another."
        )
    for letter, job in zip(rendering.LETTERS, jobs, strict=False):
        if job.reason in NOT_IN_HISTORY:
            raise ValueError(f"Take {letter} was removed from the history. {job.info.note}")
        if job.status != State.COMPLETED:
            raise ValueError(
                f"Take {letter} has no video: {job.info.title}. Compare shows finished takes; job.wait() waits for one."
            )
        if not _is_ready(job):
            raise ValueError(
                f"The video of take {letter} is not on this machine any more. Run its cell again: where the service"
                " still has it, it is fetched for 0 credits."
            )
    return list(jobs)


def _is_ready(job: Job) -> bool:
    return job.status == State.COMPLETED and job.path is not None


def _poster(job: Job) -> bytes:
    try:
        return job.poster.read_bytes() if job.poster is not None else b""
    except OSError:
        return b""
