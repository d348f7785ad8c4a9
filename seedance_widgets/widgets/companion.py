"""The static companion of a live widget: an output beside it that stays in the saved notebook, where no widget does.

It is one output of the cell, updated in place whenever a take that the widget shows has changed, also while another
cell runs. A table of many takes follows none of them: it is of some seconds ago at most, and of now where something has
come to an end. `rendering.static` builds it, and hides it while the widget lives.
"""

from __future__ import annotations

import atexit
import contextvars
import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from IPython.core.getipython import get_ipython
from IPython.display import display

from seedance_widgets import library, rendering, runtime
from seedance_widgets.states import State

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job

_log = logging.getLogger("seedance_widgets")

EMBED_BYTES: Final = 4 * 1024 * 1024
"""Most bytes of video that the file of a notebook holds for one cell, unless it is asked for more."""
_POSTER_BYTES: Final = 100_000

_BEHIND: Final = 5.0
"""Seconds by which the table in a file that is saved meanwhile may be behind. One of 200 takes is 90 kB for the page,
and 10 ms of the loop on which all jobs are looked at."""


class Shown(Protocol):
    """What a companion reads of a widget."""

    views: list[Any]
    kept_changes_with: Sequence[str]
    """Traits with which what is kept of it may change: it is at once in the file."""
    kept_follows: Sequence[str]
    """Traits with which it may change too, often, and be in the file some seconds later."""

    @property
    def takes(self) -> list[Job]:
        """The takes it shows by itself, not those of the views below it."""

    @property
    def still(self) -> dict[str, str]:
        """What the file keeps of it in place of its takes; nothing where it keeps these."""

    @property
    def embed(self) -> str:
        """How much of a video the file holds: one of `rendering.EMBEDS`."""

    def static(self, takes: Sequence[rendering.Kept]) -> dict[str, str]:
        """What the file holds of it, by MIME type."""

    def observe(self, handler: Callable[[Any], None], names: list[str]) -> None:
        """Be told when a trait changes."""

    def unobserve(self, handler: Callable[[Any], None], names: list[str]) -> None:
        """Be told no more."""


class Companion:
    """Shows the static companion of a widget in the cell that runs now, and keeps it up to date until it is closed."""

    def __init__(self, widget: Shown) -> None:
        self._widget = widget
        self._display_id = secrets.token_hex(16)  # lives in the session; the file does not hold it
        self._lock = threading.Lock()
        self._followed: dict[int, Callable[[], None]] = {}
        self._seen = self._state()
        self._of_takes = not isinstance(self._seen, dict)
        self._later = runtime.Throttle(self._update, gap=_BEHIND)
        display(self._bundle(self._seen), raw=True, display_id=self._display_id)
        # What changes from here on is seen at once, on the background loop: whoever waits for a job, or for a table's
        # batch (a notebook that is executed headless), finds it in the notebook, since a waiter that asked later is
        # told later.
        self._follow()
        runtime.call_soon(self._update)
        if not self._of_takes:
            atexit.register(self._renew)  # a kernel that is shut down

    def close(self) -> None:
        """Leave the output as it is by now."""
        with self._lock:
            followed, self._followed = self._followed, {}
        for forget in followed.values():
            forget()
        atexit.unregister(self._renew)
        if followed and not self._of_takes:
            runtime.call_soon(self._renew)  # it may be behind

    # ---- following the widget and its jobs

    def _changed(self, _what: object) -> None:
        if self._followed:
            self._update()

    def _follow(self) -> None:
        for widget in _tree(self._widget) if self._of_takes else [self._widget]:
            self._listen_once(widget, self._listen)
        for job in _takes(self._widget) if self._of_takes else []:
            self._listen_once(job, lambda job: job.subscribe(self._changed))

    def _listen_once(self, source: Any, listen: Callable[[Any], Callable[[], None]]) -> None:
        with self._lock:
            if id(source) not in self._followed:
                self._followed[id(source)] = listen(source)

    def _listen(self, widget: Shown) -> Callable[[], None]:
        heard = (self._widget_changed, widget.kept_changes_with), (self._widget_moved, widget.kept_follows)
        listened = [(handler, list(names)) for handler, names in heard if names]  # no names would be all of them
        for handler, names in listened:
            widget.observe(handler, names=names)

        def forget() -> None:
            for handler, names in listened:
                widget.unobserve(handler, names=names)

        return forget

    def _widget_changed(self, _change: object) -> None:
        if runtime.on_loop():
            self._update()  # before anybody is told of it who waits
        else:
            runtime.call_soon(self._update)

    def _widget_moved(self, _change: object) -> None:
        self._later()

    def _update(self) -> None:
        """On the background loop."""
        if self._followed:
            self._follow()
            self._renew()

    def _renew(self) -> None:
        try:
            state = self._state()
            if state == self._seen:
                return
            self._seen = state
            # In a context of its own the kernel takes it for the word of the cell that runs now. In this one's it would
            # be of the cell that made the job: over, and whoever executes a notebook headless listens to it no more.
            contextvars.Context().run(self._publish, self._bundle(state))
        except Exception:  # noqa: BLE001  the job and its live view go on
            _log.exception("The static companion of a cell could not be updated")

    def _publish(self, bundle: dict[str, str]) -> None:
        display(bundle, raw=True, display_id=self._display_id, update=True)

    # ---- what it shows

    def _state(self) -> dict[str, str] | list[tuple[object, ...]]:
        """How it looks, else what decides that: nothing is read or sent where this has not changed."""
        return self._widget.still or [
            (job.id, job.status, job.info.title, job.reason, job.generation_id, job.media_sha256, job.placed)
            for job in _takes(self._widget)
        ]

    def _bundle(self, state: dict[str, str] | list[tuple[object, ...]]) -> dict[str, str]:
        if isinstance(state, dict):
            return state
        left = EMBED_BYTES
        takes = []
        for job in _takes(self._widget):
            take = _keep(job, self._widget.embed, left)
            left -= len(take.video)
            takes.append(take)
        return self._widget.static(takes)


def _tree(widget: Shown) -> Iterator[Shown]:
    """The widget and the views below it, as they stand in the page."""
    yield widget
    for view in widget.views:
        yield from _tree(view)


def _takes(widget: Shown) -> list[Job]:
    """Each take once: one that was given back for the same request has a view of its own in the page."""
    return list(dict.fromkeys(job for each in _tree(widget) for job in each.takes))


def _keep(job: Job, embed: str, left: int) -> rendering.Kept:
    """The take with as much of its media as the file is to hold. What cannot be read is left out."""
    if job.status != State.COMPLETED or job.path is None:
        return rendering.Kept(job)
    path = _relative(job.placed) if job.placed is not None and job.placed.is_file() else ""
    try:
        if embed == "full" or (embed == "auto" and job.path.stat().st_size <= left):
            return rendering.Kept(job, video=job.path.read_bytes(), path=path)
    except OSError as error:
        _log.warning("A video is not kept in the notebook: %s", error)
    poster = library.small_poster(job.poster, _POSTER_BYTES) if job.poster is not None and embed != "off" else b""
    return rendering.Kept(job, poster=poster, path=path)


def _relative(path: Path) -> str:
    """The path as the notebook's page finds it: below the folder of the notebook, where its kernel was started. Empty
    for any other: a saved notebook tells nothing of the folders of this machine."""
    start = getattr(get_ipython(), "starting_dir", None) or Path.cwd()
    try:
        return path.relative_to(start).as_posix()
    except ValueError:
        return ""
