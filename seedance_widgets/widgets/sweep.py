"""`Sweep`: values to try, what they would cost, and the takes in their grid. `js/src/sweep.ts` is its other half."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from seedance_widgets import rendering, runtime, studio
from seedance_widgets.axes import Axes
from seedance_widgets.errors import OverBudgetError, SeedanceError, WaitTimeoutError
from seedance_widgets.states import State

from . import protocol
from .base import SeedanceWidget
from .run_view import RunView
from .sweep_draft import EDITS, Draft, Planner, check, edited, follow, wish_of

if TYPE_CHECKING:
    import os

    import pandas as pd

    from seedance_widgets.batch import Batch
    from seedance_widgets.jobs import Job

_MOMENT: Final = 5.0
"""Seconds that takes which are there may take to be found and shown."""
_STARTED: Final = "This sweep has started: what is tried stays as it is."
_NOT_STARTED: Final = "Nothing is sent yet."


class Sweep(RunView):
    """One prompt with values to try: what all of it would cost, then, once it is confirmed, its takes as a grid.

        Sweep("A lighthouse at dusk, {move}", move=["static", "slow orbit"], duration=[4, 8])

    prompt, values, axes: as for `expand`. The first axis is across, the second down; more make more rows.
    concurrency: how many are under way at the service at once, at most.
    studio:      who makes the takes; the studio of this kernel where not given.
    reuse:       False to make a new take of each, also of those that have one.
    max_credits: send nothing where all together are estimated at more.

    Nothing is sent before its button is pressed or `start` is called; where all takes are there or on their way
    already, they are shown at once, for 0 credits. After a restart of the kernel, run the cell again: what is under way
    is followed, and only the rest is left to be sent. TypeError, InvalidRequestError as for `expand`, with all problems
    of all takes at once; ConfigurationError where there is no key.
    """

    _takes = protocol.SWEEP_TAKES
    _one_after_the_other = (*EDITS, "reuse")  # each on what the one before has left

    _rehearsal: Sweep | None = None
    _rehearses = False

    def __init__(
        self,
        prompt: str,
        values: Mapping[str, Any] | None = None,
        /,
        *,
        concurrency: int = 2,
        studio: studio.Studio | None = None,
        reuse: bool = True,
        max_credits: int | None = None,
        **axes: Any,
    ) -> None:
        if not isinstance(prompt, str):
            raise TypeError(f"The prompt of a sweep is text, not {prompt!r}.")
        self._studio = studio
        planner = Planner(
            self._maker(),
            Axes.of(prompt, values, axes),
            reuse=bool(reuse),
            concurrency=concurrency,
            max_credits=max_credits,
            rehearse=False,
        )
        self._set_up(planner, runtime.block(planner.draft()))

    def _set_up(self, planner: Planner, draft: Draft) -> None:
        self._planner = planner
        self._draft = draft
        self._batch: Batch | None = None
        self._problem = ""
        super().__init__()
        maker = self._maker()
        watched = maker.watch_session(self._throttle), maker.ledger.watchers.add(self._throttle)
        self._leave = (*self._leave, *watched)
        if self._rehearses or not draft.batch.to_make:  # free, or there: what is lost meanwhile is not paid for
            self._show_what_is_there(self._begun(draft.batch.start()))
        else:
            runtime.submit(follow(draft.batch))

    def _show_what_is_there(self, batch: Batch) -> None:
        """At once, for a notebook that is executed headless may be over in a moment."""
        if all(take.there is State.COMPLETED for take in batch.takes) and not runtime.on_loop():
            with contextlib.suppress(WaitTimeoutError):
                batch.wait(_MOMENT)

    # ---- for people in Python

    @property
    def batch(self) -> Batch | None:
        """The takes as a `Batch`, once it has started; None before."""
        return self._batch

    @property
    def takes(self) -> list[Job]:
        """The jobs of its takes, of those that have one so far."""
        return self._batch.jobs if self._batch is not None else []

    def start(self, *, max_credits: int | None = None, over_budget: bool = False) -> Batch:
        """Begin, as its button does; later it does nothing. Where all of it together is estimated at more than
        `max_credits`, or than what is left of the session's budget, nothing is sent: OverBudgetError with the figures.
        `over_budget` passes the budget. Returns the batch."""
        return runtime.block(self._start_anew(max_credits, over_budget=over_budget))

    def pause(self) -> None:
        """Send nothing new. What is under way at the service goes on, and costs what it costs. SeedanceError before it
        has started."""
        self._begun_batch().pause()

    def resume(self) -> None:
        """Go on after `pause`."""
        self._begun_batch().resume()

    def frame(self) -> pd.DataFrame:
        """A pandas DataFrame as it is now, one row a take; see `Batch.frame`."""
        return self._latest().frame()

    def contact_sheet(self, path: str | os.PathLike[str]) -> Path:
        """Write the posters of its takes as a PNG, in their grid; see `Batch.contact_sheet`."""
        return self._latest().contact_sheet(path)

    def __repr__(self) -> str:
        return f"<Sweep: {rendering.batch_line(self._latest())}>"

    # ---- showing

    def _shown(self, now: float) -> dict[str, Any]:
        draft, batch = self._draft, self._batch
        takes = draft.batch.takes
        head = rendering.sweep_head(draft.axes, [take.request for take in takes], started=batch is not None)
        if self._rehearses:
            head["title"] += ", rehearsed in the sandbox"
        if batch is None:
            plan = {**draft.plan, "problem": self._problem or draft.plan["problem"]}
            return {**head, "plan": plan, "run": None, "now": now}
        layout = rendering.sweep_layout(draft.axes.axes, takes)
        return {**head, "plan": None, "run": rendering.sweep_run(layout, batch, now), "now": now}

    @property
    def still(self) -> dict[str, str]:
        """Its takes as a table; before it starts what it would make."""
        return rendering.sweep_still(self._latest())

    def _below(self) -> list[SeedanceWidget]:
        return [*super()._below(), *([] if self._rehearsal is None else [self._rehearsal])]

    async def _look(self) -> None:
        try:
            if self._batch is None:
                self._draft = await self._planner.draft()
            self._problem = ""
        except SeedanceError as error:
            self._problem = str(error)
        await self._show()

    def _begun(self, batch: Batch) -> Batch:
        self._batch = batch
        self._follow(batch)
        return batch

    def _latest(self) -> Batch:
        return self._batch or self._draft.batch

    def _begun_batch(self) -> Batch:
        if self._batch is None:
            raise SeedanceError(_NOT_STARTED, todo="Press its button, or call start().")
        return self._batch

    # ---- being asked, on the background loop

    async def _do(self, kind: str, message_id: str, message: dict[str, Any]) -> dict[str, str] | None:
        if kind in (*EDITS, "reuse"):
            await self._edit(kind, message)
        elif kind == "start":
            return await self._start(message_id, message)
        elif kind == "rehearse":
            await self._rehearse()
        else:
            return await super()._do(kind, message_id, message)
        return None

    async def _edit(self, kind: str, message: dict[str, Any]) -> None:
        """Change what is tried; the page shows what follows of it before the answer comes."""
        async with self._turn:
            if self._batch is not None:
                raise ValueError(_STARTED)
            planner, before = self._planner, (self._planner.axes, self._planner.reuse)
            try:
                if kind == "reuse":
                    planner.reuse = message.get("on") is True
                else:
                    model = self._draft.batch.takes[0].request.model
                    planner.axes = edited(planner.axes, kind, message, model)
                    check(await asyncio.to_thread(planner.axes.points))
                self._draft, self._problem = await planner.draft(), ""
            except BaseException:
                planner.axes, planner.reuse = before
                raise
            await self._show()

    def _change_concurrency(self, most: int) -> None:
        self._planner.concurrency = self._latest().concurrency = most

    async def _start(self, message_id: str, message: dict[str, Any]) -> dict[str, str] | None:
        """Begin what the page showed when its button was pressed, or nothing. A yes passes the session's budget for
        just that, and no limit that was set."""
        async with self._turn:
            if self._batch is not None:  # a second press, perhaps in another view
                return None
            draft = self._draft = await self._planner.draft()
            self._problem = ""
            if message.get("seen") != draft.plan["seen"]:
                await self._show()
                now = f"{draft.plan['label']}, {draft.plan['label_cost']}"
                raise ValueError(f"By now it is: {now}. Nothing was sent. Look at it, and press again.")
            if draft.plan["problem"]:
                await self._show()
                raise ValueError(draft.plan["problem"])
            wish = wish_of(draft)
            consent = self._questions.consent(message, wish)
            try:
                self._begun(draft.batch.start(**consent.terms))
            except OverBudgetError as error:
                if error.max_credits is not None:  # a limit that was set is not there to be clicked away
                    raise
                self._questions.ask(message_id, wish, error.expected, over_budget=True)
                return rendering.over_budget(error, draft.plan["label"], risen=consent.is_below(error.expected))
            await self._show()
        return None

    async def _start_anew(self, max_credits: int | None, *, over_budget: bool) -> Batch:
        async with self._turn:
            if self._batch is None:
                self._draft = await self._planner.draft()
                limits = [limit for limit in (max_credits, self._planner.max_credits) if limit is not None]
                self._begun(self._draft.batch.start(max_credits=min(limits, default=None), over_budget=over_budget))
                await self._show()
            return self._begun_batch()

    async def _rehearse(self) -> None:
        """The whole of it in the embedded sandbox, below; the service hears nothing of it."""
        if self._batch is not None:
            raise ValueError(_STARTED)
        planner = self._planner.rehearsal()
        before, self._rehearsal = self._rehearsal, _Rehearsal(self._studio, planner, await planner.draft())
        self._show_views()
        if before is not None:
            before.close()

    def _maker(self) -> studio.Studio:
        return self._studio or studio.default()


class _Rehearsal(Sweep):
    """The same in the embedded sandbox, free, as it is shown below the one that costs."""

    _rehearses = True

    def __init__(self, studio: studio.Studio | None, planner: Planner, draft: Draft) -> None:
        self._studio = studio
        self._set_up(planner, draft)
