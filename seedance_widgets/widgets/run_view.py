"""Takes that are made together, live: how far they are, their pictures, and what can be done with them.

`js/src/sweep.ts` is the other half, for a `Sweep` as for a `BatchView`.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import traitlets

from seedance_widgets import runtime
from seedance_widgets.sheet import contact_sheet

from . import protocol
from .asking import Questions
from .base import SeedanceWidget, bundle, references, why_not
from .job_view import JobView
from .making import send_again
from .pictures import Pictures

if TYPE_CHECKING:
    from seedance_widgets.batch import Batch
    from seedance_widgets.jobs import Job
    from seedance_widgets.studio import Studio
    from seedance_widgets.takes import Take

_log = logging.getLogger("seedance_widgets")

_MOST_AT_A_TIME: Final = 8
_GOES_ON: Final = frozenset({"waiting", "sending", "rendering"})
_SHEET_BYTES: Final = 2 * protocol.CHUNK_BYTES


class RunView(SeedanceWidget):
    """See `Sweep` and `BatchView`, which it is a part of."""

    _esm = bundle("sweep.js")
    _takes: tuple[str, ...] = protocol.RUN_TAKES
    kept_changes_with = ("phase",)
    kept_follows = ("sweep",)

    sweep = traitlets.Dict().tag(sync=True)
    """All that is shown, made by `rendering.sweep`. Written here alone."""
    phase = traitlets.Tuple()
    """How it is as a whole, which changes a few times however many takes there are: what it would make, then whether it
    goes on, and whether there are takes that have come to nothing. Follows `sweep`."""
    views = references()
    """What was opened from here."""

    _leave: Sequence[Callable[[], object]] = ()
    _opened: JobView | None = None
    _one_after_the_other: Sequence[str] = ()
    """Intents that wait for each other; of the others one of a kind, and of a take, is under way at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self._to_be_looked_at = False
        self._over = False
        self._questions = Questions()
        self._busy: set[tuple[str, str]] = set()
        self._pictures = Pictures(self._tell)
        super().__init__(sweep=self._state())
        self._throttle = runtime.Throttle(lambda: runtime.submit(self._refresh()))
        self._leave = (self._pictures.stop,)

    # ---- what it shows

    def _begun_batch(self) -> Batch:
        """The takes. SeedanceError before they were begun."""
        raise NotImplementedError

    def _maker(self) -> Studio:
        """Who makes takes that are asked for here."""
        raise NotImplementedError

    def _shown(self, now: float) -> dict[str, Any]:
        """`Sweep` in js/src/sweep_protocol.ts, but for what is not saved. `now` in seconds since the epoch."""
        raise NotImplementedError

    def _state(self) -> dict[str, Any]:
        """The same as of now, with what is not kept beyond this session."""
        return {**self._shown(time.time()), "not_saved": self._maker().not_saved}

    def _below(self) -> list[SeedanceWidget]:
        """What was opened from here, as it stands in the page."""
        return [] if self._opened is None else [self._opened]

    def close(self) -> None:
        """Take it off the page, with what was opened from it. What was started goes on."""
        for leave in self._leave:
            leave()
        for view in self._below():
            view.close()
        super().close()

    def _follow(self, batch: Batch) -> None:
        def changed() -> None:
            if batch.over and not self._over:
                # At once: whoever waits for it, as a notebook that is executed headless, hears of its end after this.
                self._over = True
                self._put(self._state())
            self._throttle()

        self._leave = (*self._leave, batch.subscribe(changed))
        runtime.call_soon(changed)

    async def _refresh(self) -> None:
        """One look after the other; what changes while one waits for its turn is seen by it."""
        if self._to_be_looked_at:
            return
        self._to_be_looked_at = True
        async with self._turn:
            self._to_be_looked_at = False
            await self._look()

    async def _look(self) -> None:
        """Show how it is by now."""
        await self._show()

    async def _show(self) -> None:
        over = self._over
        shown = await asyncio.to_thread(self._state)
        if over == self._over:  # else its end is shown already
            self._put(shown)

    def _put(self, shown: dict[str, Any]) -> None:
        if {**shown, "now": 0} != {**self.sweep, "now": 0}:
            self.sweep = shown
        self.phase = _phase(shown, over=self._over)

    # ---- being asked, on the background loop

    def _heard(self, kind: str, message: dict[str, Any], parts: list[bytes]) -> None:  # noqa: ARG002
        if kind in protocol.SWEEP_ASKS:
            runtime.submit(self._pictures.give(kind, message, self.takes))
        elif (message_id := self._is_new(message)) is not None:
            runtime.submit(self._act(kind, message_id, message))

    def _tell(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        self.send(content, buffers)

    async def _act(self, kind: str, message_id: str, message: dict[str, Any]) -> None:
        about = kind, protocol.text_of(message, "take") or ""
        if about in self._busy:
            self._answer(message_id, "That is on its way already.")
            return
        if kind not in self._one_after_the_other:
            self._busy.add(about)
        problem, question = "", None
        try:
            question = await self._do(kind, message_id, message)
        except Exception as error:  # noqa: BLE001  the page is told of it
            problem = why_not(kind, error)
        finally:
            self._busy.discard(about)
        self._answer(message_id, problem, question)

    async def _do(self, kind: str, message_id: str, message: dict[str, Any]) -> dict[str, str] | None:
        """Do what was asked, or give the question to ask before."""
        if kind == "concurrency":
            self._set_concurrency(protocol.count_of(message, "most"))
        elif kind == "contact-sheet":
            await self._give_sheet(message_id)
        elif kind == "pause":
            self._begun_batch().pause()
        elif kind == "resume":
            self._begun_batch().resume()
        else:
            take = self._take(message)
            if kind == "send-again":
                return await send_again(self._begun_batch(), take, self._maker(), self._questions, message_id, message)
            if take.job is not None and kind == "star":
                await asyncio.to_thread(take.job.star, message.get("on") is True)
            elif take.job is not None:
                self._open(take.job)
        return None

    def _take(self, message: Mapping[str, Any]) -> Take:
        job_id = protocol.text_of(message, "take")
        for take in self._begun_batch().takes:
            if take.job is not None and take.job.id == job_id:
                return take
        raise ValueError("This take is not of these any more.")

    def _set_concurrency(self, most: int | None) -> None:
        if most is None or not 1 <= most <= _MOST_AT_A_TIME:
            raise ValueError(f"Choose from 1 to {_MOST_AT_A_TIME} at a time.")
        self._change_concurrency(most)

    def _change_concurrency(self, most: int) -> None:
        self._begun_batch().concurrency = most

    async def _give_sheet(self, message_id: str) -> None:
        picture = await asyncio.to_thread(_sheet, self._begun_batch().takes)
        if len(picture) > _SHEET_BYTES:
            raise ValueError('The sheet is too large for the page: .contact_sheet("sheet.png") writes it to a file.')
        self._tell({"kind": "sheet", "id": message_id, "name": "contact-sheet.png"}, [picture])

    def _open(self, job: Job) -> None:
        """Show a take below, in place of the one that was opened before."""
        before, self._opened = self._opened, JobView(job, studio=self._maker())
        self._show_views()
        if before is not None:
            before.close()

    def _show_views(self) -> None:
        self.views = self._below()


def _phase(shown: Mapping[str, Any], *, over: bool) -> tuple[object, ...]:
    run = shown["run"]
    if run is None:
        return (shown["plan"]["seen"],)
    kinds = {each["kind"] for each in run["tally"]}
    return (over, run["paused"], not kinds.isdisjoint(_GOES_ON), *sorted(kinds - _GOES_ON))


def _sheet(takes: Sequence[Take]) -> bytes:
    with tempfile.TemporaryDirectory(prefix="seedance-sheet-") as folder:
        return contact_sheet(takes, Path(folder) / "sheet.png").read_bytes()
