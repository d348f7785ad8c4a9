"""What both widgets share: their bundles, references to each other, and a conversation that survives anything sent."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import anywidget
import traitlets
from IPython.display import display

from seedance_widgets import rendering, runtime
from seedance_widgets.errors import SeedanceError

from . import connecting, protocol, showing
from .companion import Companion
from .identity import model_id

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job

_log = logging.getLogger("seedance_widgets")

_STATIC: Final = Path(__file__).parent.parent / "static"
_REMEMBERED: Final = 512
"""Ids of messages that were seen, so that one that comes twice acts once."""


def bundle(name: str) -> Path:
    """A built file of the front end. FileNotFoundError that says how to build it."""
    path = _STATIC / name
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing: the front end is not built. In a clone, run `make js`.")
    return path


def why_not(kind: str, error: Exception) -> str:
    """What the page is told of an intent that failed, while its error is handled; of a fault the log has all."""
    if isinstance(error, (SeedanceError, ValueError)):
        return str(error)
    _log.exception("%s could not be done", kind)
    return "That could not be done; the log of the kernel has the details."


def _references(widgets: Sequence[Any], _owner: object) -> list[str]:
    """How the page finds other widgets."""
    return [f"anywidget:{widget.model_id}" for widget in widgets if getattr(widget, "model_id", None)]


def references() -> Any:
    """A synced list of widgets shown below this one, newest first."""
    return traitlets.List(trait=traitlets.Instance("ipywidgets.Widget")).tag(sync=True, to_json=_references)


class SeedanceWidget(anywidget.AnyWidget):
    """The base of the widgets. A subclass says which kinds of message it takes, and handles them in `_heard`.

    Messages arrive on any thread and hold anything; here they are only looked at and handed to the background loop.
    """

    _css = bundle("widgets.css")

    is_form = False
    """Whether it makes takes, and is none itself."""
    kept_changes_with: Sequence[str] = ("views",)
    """Traits with which what the notebook's file keeps of it may change: it is at once in the file."""
    kept_follows: Sequence[str] = ()
    """Traits with which it may change too, often, and be in the file some seconds later."""
    _takes: tuple[str, ...] = ()
    _page_fields: Mapping[str, type] = {}

    _companions: traitlets.Dict[str, Companion] = traitlets.Dict()
    """By the cell beside whose output they are. A trait, so that it is there whenever the widget is closed."""

    def __init__(self, **traits: Any) -> None:
        self._seen: deque[str] = deque(maxlen=_REMEMBERED)
        super().__init__(model_id=model_id(self), **traits)
        self.on_msg(self._receive)

    @property
    def embed(self) -> str:
        """How much of a video the saved notebook holds: one of `rendering.EMBEDS`."""
        return "auto"

    @property
    def takes(self) -> list[Job]:
        """The takes it shows by itself, not those of the views below it."""
        return []

    def static(self, takes: Sequence[rendering.Kept]) -> dict[str, str]:
        """What the saved notebook holds of it, by MIME type: `takes` are its own and those of the views below it."""
        return {
            "text/plain": rendering.static_text(takes, form=self.is_form),
            "text/html": rendering.static_html(takes, form=self.is_form),
        }

    @property
    def still(self) -> dict[str, str]:
        """What the notebook's file keeps of it, by media type, where that is something else than its takes."""
        return {}

    @property
    def shown_in(self) -> set[str]:
        """The cells under which it was shown."""
        return set(self._companions)

    def close(self) -> None:
        """End it in every page. What the notebook's file holds of it stays."""
        for companion in self._companions.values():
            companion.close()
        super().close()

    def _ipython_display_(self) -> None:
        """Two outputs: the live view, and the static companion for where it does not live."""
        cell = showing.cell()
        if cell is None or self.comm is None:  # in a terminal, or closed
            display({"text/plain": repr(self)}, raw=True)
            return
        view, _ = self._repr_mimebundle_() or ({}, {})
        # An untrusted notebook shows HTML rather than widgets: nothing, for the companion is there. The text does not
        # change with the job: a notebook that is run again does not differ.
        display({**view, "text/plain": f"<{type(self).__name__}>", "text/html": ""}, raw=True)
        if cell in self._companions:
            self._companions[cell].close()
        self._companions[cell] = Companion(self)

    def _receive(self, _widget: object, content: object, buffers: object) -> None:
        kind = protocol.kind_of(content, self._takes)
        if kind is None or not isinstance(content, Mapping):
            return
        message, parts = dict(content), _parts(kind, buffers)
        runtime.call_soon(lambda: self._hear(kind, message, parts))

    def _hear(self, kind: str, message: dict[str, Any], parts: list[Any]) -> None:
        """On the background loop, in the order of arrival."""
        try:
            self._heard(kind, message, parts)
        except Exception:  # noqa: BLE001  no message may end the conversation
            _log.exception("A message of kind %s could not be handled", kind)

    def _heard(self, kind: str, message: dict[str, Any], parts: list[Any]) -> None:
        """Handle one message with its buffers; with a key they are an `ApiKey`, or what is wrong with it. On the
        background loop; must not block."""
        raise NotImplementedError

    def _is_new(self, message: Mapping[str, Any]) -> str | None:
        """The id of an intent that has not been seen before, else None."""
        message_id = protocol.text_of(message, "id")
        if message_id is None or message_id in self._seen:
            return None
        self._seen.append(message_id)
        return message_id

    def _answer(
        self, message_id: str, problem: str = "", question: Mapping[str, str] | None = None, *, done: str = ""
    ) -> None:
        """Answer an intent; `done` is what was done, where the page does not show it anyway. With a question nothing
        was done yet: the page asks it, and a yes comes as the same intent again with the id of this one as its
        `consent`."""
        asked = {"question": dict(question)} if question else {}
        said = {"ok": not (problem or question), "message": problem or done}
        self.send({"kind": "answer", "id": message_id, **said, **asked})

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """From the page: the fields it owns and nothing else, and those only where their types are right."""
        if self._page_fields:
            super().set_state(protocol.written_by_page(sync_data))


def _parts(kind: str, buffers: object) -> list[Any]:
    if kind == "keep-key":  # at once, and in no local of ours: a verbose traceback prints those
        return [connecting.key_in(buffers)]
    return [bytes(part) for part in buffers] if isinstance(buffers, (list, tuple)) and _are_bytes(buffers) else []


def _are_bytes(buffers: Sequence[object]) -> bool:
    return all(isinstance(part, (bytes, bytearray, memoryview)) for part in buffers)
