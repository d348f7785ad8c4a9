"""`Gallery`: the history as cards, by days. `js/src/gallery.ts` is its other half."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import traitlets

from seedance_widgets import library, rendering, runtime, studio
from seedance_widgets.errors import SeedanceError

from . import protocol
from .afterwards import next_shot
from .asking import Questions
from .base import SeedanceWidget, bundle, references, why_not
from .compare import Compare
from .form import SeedanceForm
from .gallery_pages import MOST, Filter, Pages, filter_of
from .job_view import JobView
from .pictures import hand_posters
from .video_push import VideoPush

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job
    from seedance_widgets.models import GenerationRequest

_log = logging.getLogger("seedance_widgets")

_ROWS: Final = 20
_MOST_OPEN: Final = 8
"""Takes of one stack that are opened at once."""
_MOST_CHOSEN: Final = 5_000


class Gallery(SeedanceWidget):
    """The history to look through: search, filters, days, every take with its picture. A take that is opened, and what
    is made from one, appears below.

        Gallery()

    studio: whose history; that of the studio of this kernel where not given.
    rows:   how many takes the saved notebook keeps of it, as a table.
    """

    _esm = bundle("gallery.js")
    _takes = protocol.GALLERY_TAKES
    kept_changes_with = ("views", "shown")

    shown = traitlets.Dict().tag(sync=True)
    """What was found, counted, and its first cards, made by `Pages.outline`. Written here alone."""
    views = references()
    """What was opened from here: a comparison, a form, takes."""

    _leave: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, studio: studio.Studio | None = None, *, rows: int = _ROWS) -> None:
        self._studio = studio
        self._pages = Pages(self._maker())
        self._filter = Filter()
        self._rows = rows
        self._version = 1
        self._turn = asyncio.Lock()
        self._to_be_looked_at = False
        self._removed: dict[str, Any] | None = None
        self._questions = Questions()
        self._opened: list[JobView] = []
        self._form: SeedanceForm | None = None
        self._compare: Compare | None = None
        self._push = VideoPush(self._tell)
        self._drawing = asyncio.Lock()
        self._still = self._pages.still(rows)
        super().__init__(shown=self._outline())
        self._throttle = runtime.Throttle(lambda: runtime.submit(self._refresh()))
        self._leave = self._maker().ledger.watchers.add(self._throttle)

    @property
    def still(self) -> dict[str, str]:
        """The newest takes as a table."""
        return self._still

    @property
    def embed(self) -> str:
        """As its studio has it."""
        return self._maker().embed

    def compare(self, *takes: Job | str) -> Compare:
        """Two to four takes of it side by side, to be shown in a cell: by the times on their cards, their ids, or jobs.

            gallery.compare("12:06", "11:52")

        TypeError, ValueError that teach as for `Compare`, and for a time that is of no take the gallery shows, or of
        several.
        """
        jobs = [self._pages.meant(self._filter, take) if isinstance(take, str) else take for take in takes]
        return Compare(*jobs, studio=self._studio)

    def close(self) -> None:
        """Take it off the page, with what was opened from it. The takes stay."""
        self._leave()
        runtime.call_soon(self._push.stop)
        for view in self.views:
            view.close()
        super().close()

    def __repr__(self) -> str:
        return self._still["text/plain"]

    # ---- showing

    def _outline(self) -> dict[str, Any]:
        return {"version": self._version, "removed": self._removed, **self._pages.outline(self._filter)}

    async def _refresh(self) -> None:
        """One look after the other; what changes while one waits for its turn is seen by it."""
        if self._to_be_looked_at:
            return
        self._to_be_looked_at = True
        async with self._turn:
            self._to_be_looked_at = False
            await self._look()

    async def _look(self) -> None:
        self._version += 1
        try:
            self._still = await asyncio.to_thread(self._pages.still, self._rows)
            self.shown = await asyncio.to_thread(self._outline)
        except SeedanceError as error:
            _log.warning("The history cannot be shown: %s", error)

    def _tell(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.send(content, buffers)

    # ---- being asked, on the background loop

    def _heard(self, kind: str, message: dict[str, Any], parts: list[bytes]) -> None:  # noqa: ARG002
        if kind in protocol.GALLERY_ASKS:
            runtime.submit(self._give(kind, message))
        elif (message_id := self._is_new(message)) is not None:
            runtime.submit(self._act(kind, message_id, message))

    async def _give(self, kind: str, message: dict[str, Any]) -> None:
        """What is in view. What cannot be given is not: the page shows the card without it."""
        try:
            if kind == "cards":
                await self._give_cards(message)
            elif kind == "posters":
                await hand_posters(protocol.ids_of(message, "takes", MOST), self._pages.poster, self._tell)
            elif kind == "strip":
                await self._give_strip(protocol.text_of(message, "take") or "")
            else:
                await self._give_video(kind, protocol.text_of(message, "token") or "")
        except Exception:  # noqa: BLE001  a card without its picture is still a card
            _log.exception("%s could not be given", kind)

    async def _give_cards(self, message: dict[str, Any]) -> None:
        start, count = protocol.count_of(message, "start"), protocol.count_of(message, "count")
        if start is None or count is None:
            return
        version = self._version
        cards = await asyncio.to_thread(self._pages.cards, self._filter, start, count)
        self.send({"kind": "cards", "version": version, "start": start, "cards": cards})

    async def _give_strip(self, job_id: str) -> None:
        async with self._drawing:  # one after the other: a pointer passes over many
            picture, frames = await asyncio.to_thread(self._pages.strip, job_id)
        self.send({"kind": "strip", "take": job_id, "frames": frames}, [picture])

    async def _give_video(self, kind: str, job_id: str) -> None:
        if kind == "video-have":
            self._push.have(job_id)
            return
        job = await asyncio.to_thread(self._maker().job, job_id)
        path = job.path if job is not None else None
        if path is not None:
            size = await asyncio.to_thread(lambda: path.stat().st_size)
            self._push.wanted(path, rendering.Media(job_id, path.name, size))

    async def _act(self, kind: str, message_id: str, message: dict[str, Any]) -> None:
        problem, done, question = "", "", None
        try:
            if kind == "remove":
                question = await self._remove(message_id, message)
            elif kind == "copy":
                done = await self._text(message)
            else:
                await self._do(kind, message_id, message)
        except Exception as error:  # noqa: BLE001  the page is told of it
            problem = why_not(kind, error)
        self._answer(message_id, problem, question, done=done)

    async def _text(self, message: dict[str, Any]) -> str:
        """What is to be copied of a take."""
        (job,) = await self._jobs([protocol.text_of(message, "take") or ""])
        what = message.get("what")
        if what == "path":
            path = await asyncio.to_thread(lambda: job.placed or job.path)
            if path is None:
                raise ValueError("The video of this take is not on this machine.")
            return str(path)
        text = json.dumps(job.recipe(), indent=2, ensure_ascii=False) if what == "recipe" else job.request.prompt
        return text.encode("utf-8", "replace").decode()  # half characters would stop the message

    async def _do(self, kind: str, message_id: str, message: dict[str, Any]) -> None:
        if kind == "filter":
            self._filter = filter_of(message)
            async with self._turn:  # what the page chose is there before the answer
                await self._look()
        elif kind == "open":
            self._open(await self._jobs(protocol.ids_of(message, "takes", _MOST_OPEN)))
        elif kind == "compare":
            self._show_compare(await self._jobs(protocol.ids_of(message, "takes", _MOST_OPEN)))
        elif kind == "new-video":
            self._fill_form(None, None)
        elif kind == "download":
            files = [await asyncio.to_thread(_file, job) for job in await self._chosen(message)]
            self.send({"kind": "files", "id": message_id, "files": [file for file in files if file is not None]})
        elif kind == "restore":
            await self._restore()
        elif kind == "attach":
            await self._attach((protocol.text_of(message, "generation_id", longest=300) or "").strip())
        else:
            (job,) = await self._jobs([protocol.text_of(message, "take") or ""])
            if kind == "star":
                await asyncio.to_thread(job.star, message.get("on") is True)
            elif kind == "next-shot":
                self._fill_form(await asyncio.to_thread(next_shot, job), job)
            else:
                self._fill_form(job.request, job)

    async def _chosen(self, message: dict[str, Any]) -> list[Job]:
        return await self._jobs(protocol.ids_of(message, "takes", _MOST_CHOSEN))

    async def _jobs(self, ids: list[str]) -> list[Job]:
        """The takes with these ids. ValueError where one is not in the history any more, or none is meant."""
        found = await asyncio.to_thread(lambda: [self._maker().job(job_id) for job_id in ids])
        jobs = [job for job in found if job is not None]
        if not jobs or len(jobs) < len(ids):
            raise ValueError("The history does not hold this take any more.")
        return jobs

    async def _remove(self, message_id: str, message: dict[str, Any]) -> dict[str, str] | None:
        """Asks first, with how many; the yes says what becomes of the files, and of the copies beside the notebook."""
        jobs = await self._chosen(message)
        wish = ("remove", tuple(job.id for job in jobs))
        if not self._questions.consent(message, wish).given:
            self._questions.ask(message_id, wish, 0, over_budget=False)
            return rendering.remove_question(len(jobs))
        stay, keep = message.get("files") == "stay", message.get("keep_copy") is not False
        done, kept = list[str](), list[str]()
        for job in jobs:
            try:
                await asyncio.to_thread(
                    self._maker().remove, job, files="stay" if stay else "trash", keep_copy=keep or stay
                )
                done.append(job.id)
            except SeedanceError as error:
                kept.append(str(error))
        self._removed = {"text": rendering.removed_text(len(done), stay=stay), "takes": done} if done else None
        await self._refresh()
        if kept:
            raise ValueError(f"{len(kept)} of {len(jobs)} are still there. {kept[0]}")
        return None

    async def _restore(self) -> None:
        """Put back what was removed last."""
        removed, self._removed = self._removed, None
        try:
            for job in await self._jobs(removed["takes"] if removed else []):
                await asyncio.to_thread(self._maker().restore, job)
        finally:
            await self._refresh()

    async def _attach(self, generation_id: str) -> None:
        """Open the take that has an id; else say of the one whose reply was lost that it is that, and follow it; else
        ask the service for it."""
        if not generation_id:
            raise ValueError("Enter the generation ID, as the service's dashboard shows it.")
        job = await asyncio.to_thread(self._pages.with_id, generation_id)
        if job is None:
            lost = await asyncio.to_thread(self._pages.uncertain)
            if len(lost) > 1:
                raise ValueError("The replies of several takes were lost. Open the one it is, and attach it there.")
            if lost:
                job = lost[0]
                job.attach(generation_id)
            else:
                job = await self._maker().attach_async(generation_id)
        self._open([job])

    def _open(self, jobs: list[Job]) -> None:
        """Show takes below, in place of those that were opened before."""
        before, self._opened = self._opened, [JobView(job, studio=self._studio) for job in jobs]
        self._show()
        for view in before:
            view.close()

    def _show_compare(self, jobs: list[Job]) -> None:
        """Show a comparison below, in place of one that was there, until a page closes it."""
        before, self._compare = self._compare, Compare(*jobs, studio=self._studio, fill=self._fill_form)
        self._compare.observe(self._compare_closed, names=["closed"])
        self._show()
        if before is not None:
            before.close()

    def _compare_closed(self, change: Any) -> None:
        if change.owner is self._compare:
            self._compare = None
            self._show()
        change.owner.close()

    def _fill_form(self, request: GenerationRequest | None, parent: Job | None) -> None:
        """Put a request into the form below; with none it is a new one."""
        if self._form is None:
            self._form = SeedanceForm(studio=self._studio)
            self._show()
        if request is not None:
            self._form.fill(request, parent=parent)

    def _show(self) -> None:
        self.views = [*filter(None, [self._compare, self._form]), *self._opened]

    def _maker(self) -> studio.Studio:
        return self._studio or studio.default()


def _file(job: Job) -> dict[str, str] | None:
    """A video that can be downloaded, by the take's id, and its readable name."""
    if job.path is None:
        return None
    placed = job.placed
    name = placed.name if placed is not None else f"{library.take_name(job.request.prompt, job.created)}.mp4"
    return {"token": job.id, "name": name}
