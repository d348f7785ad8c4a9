"""What is put into a form as a whole: a take to remix, a past prompt, the recipe of a file, what was in it before.

`js/src/history_menu.ts`, `js/src/prompt_walk.ts` and `js/src/restore.ts` are the other half.
"""

from __future__ import annotations

import asyncio
import logging
import os
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from seedance_widgets import runtime, studio
from seedance_widgets.capabilities import Model
from seedance_widgets.errors import SeedanceError
from seedance_widgets.models import GenerationRequest, GuideImage

from . import guide_images, past_prompts, protocol, restoring
from .image_slots import ImageSlots
from .past_prompts import Content

if TYPE_CHECKING:
    import traitlets

    from seedance_widgets.jobs import Job

_log = logging.getLogger("seedance_widgets")

Find = Callable[[], tuple[Content, str]]
"""Gives what is to be put into a form, and what to say of it."""


class Refilling(ImageSlots):
    """See `SeedanceForm`, which it is a part of. Nothing that was typed is lost by it: what was in the form before is
    the first of its past prompts."""

    prompt: traitlets.Unicode[str, str]
    typed_values: traitlets.Dict[str, str]
    problems: traitlets.List[Any]

    _parent: Job | None = None
    _untouched: Content | None = None
    """What was put into it last; None where it was never finished."""

    def __init__(self, model: Model, **traits: Any) -> None:
        super().__init__(model, **traits)
        self._untouched = self._content()

    @abstractmethod
    def _maker(self) -> studio.Studio:
        """Who makes the videos."""

    def close(self) -> None:
        """End it in every page; what was typed is on offer in the next form."""
        if self._untouched is not None:
            self._keep(self._content())
        super().close()

    def fill(self, request: GenerationRequest, parent: Job | None = None) -> None:
        """Put a request into the fields and the caret into the prompt. `parent` is the take it is remixed from. Of a
        guide image whose copy is gone, its slot says so."""
        content = past_prompts.content_of(request, self.typed_values, parent)
        self._put(content, *guide_images.bring_back(content.images, self._copy_of), before=self._content())
        self.send({"kind": "focus", "field": "prompt"})

    def restore(self, source: str | os.PathLike[str] | Mapping[str, Any]) -> None:
        """Put what a video was made from back into the form: its prompt, its settings, and its guide images where there
        are copies of them; of the others, the slots say so. What is made next is a remix of that take, where this
        history has it.

            form.restore("fox.mp4")         # a video made here, also one from a colleague, or the JSON beside it
            form.restore(job.recipe())

        OSError where there is no such file, ValueError where it holds no recipe or one of what cannot be made: then the
        form stays as it is.
        """
        recipe, name = restoring.of_source(source)
        self.fill(restoring.request_of(recipe, name), parent=self._maker().take_of(recipe))

    # ---- being asked, on the background loop

    def _heard_past(self, kind: str, message: dict[str, Any], parts: list[bytes]) -> None:
        if kind == "past-prompts":
            runtime.submit(self._tell(message))
        elif (message_id := self._is_new(message)) is None:
            pass
        elif kind == "keep-draft":
            self._keep(self._seen_content(message))
            self._answer(message_id)
        elif kind == "restore":
            name = protocol.name_of(message)
            facts = {"video": message.get("video") is True, "whole": message.get("whole") is True}
            data = b"".join(parts)[: restoring.MOST_BYTES]
            runtime.submit(self._refill(message_id, message, lambda: self._restored(data, name, **facts)))
        else:
            entry = protocol.text_of(message, "entry") or ""
            runtime.submit(self._refill(message_id, message, lambda: self._past(entry)))

    async def _tell(self, message: Mapping[str, Any]) -> None:
        """A screenful of past prompts."""
        now = self._content()
        words, place = protocol.text_of(message, "find") or "", protocol.place_of(message.get("after"))
        maker = self._maker()
        drafts = past_prompts.drafts_of(maker).offered(self, now)
        whole = now.is_empty and now == self._untouched
        try:
            told = await asyncio.to_thread(past_prompts.told, maker.ledger, drafts, words, place, whole=whole)
        except SeedanceError as error:
            told = past_prompts.problem(str(error))
        self.send({"kind": "past-prompts", "id": protocol.text_of(message, "id") or "", **told})

    async def _refill(self, message_id: str, message: Mapping[str, Any], find: Find) -> None:
        """Put in what `find` gives, which may read files. The page has said what it shows: of what was typed last, the
        form itself may not know yet."""
        problem = ""
        walking = message.get("walking") is True
        before = self._seen_content(message)
        try:
            content, said = await asyncio.to_thread(find)
            images = await asyncio.to_thread(guide_images.bring_back, content.images, self._copy_of)
            shown = message.get("kind") == "restore"
            self._put(content, *images, before=before, said=said, shown=shown, walking=walking)
            if not walking:
                self.send({"kind": "focus", "field": "prompt"})
        except (SeedanceError, ValueError) as error:
            problem = str(error)
        except Exception:  # noqa: BLE001  the page is told, and the log has all of it
            _log.exception("A form could not be filled")
            problem = "Nothing was changed: this package stumbled. The log of the kernel has the details."
        self._answer(message_id, problem)

    # ---- inside

    def _past(self, entry: str) -> tuple[Content, str]:
        maker = self._maker()
        if past_prompts.is_draft(entry):
            draft = past_prompts.drafts_of(maker).find(entry)
            if draft is not None:
                return draft, "What you had is back."
        elif (job := maker.job(entry)) is not None and job.request.prompt.strip():
            content = past_prompts.content_of(job.request, self.typed_values, job)
            return content, "Prompt and settings are in the form."
        raise ValueError("That prompt is not in the history any more.")

    def _restored(self, data: bytes, name: str, *, video: bool, whole: bool) -> tuple[Content, str]:
        recipe = restoring.of_bytes(data, name, video=video, whole=whole)
        request = restoring.request_of(recipe, name)
        parent = self._maker().take_of(recipe)
        known = " Its take is in the history: what you make next is a remix of it." if parent else ""
        said = f"Restored from {restoring.called(name)}.{known}"
        return past_prompts.content_of(request, self.typed_values, parent), said

    def _put(
        self,
        content: Content,
        images: list[Any],
        passing: Mapping[str, guide_images.Passing],
        *,
        before: Content,
        said: str = "",
        shown: bool = False,
        walking: bool = False,
    ) -> None:
        """Put a content into the form, and say so; `shown`: not only to be read out. While somebody walks through past
        prompts, the page alone writes the prompt.

        The page is told the fields by a message too, and writes them itself: what it has still to send of what was
        typed before would undo them.
        """
        self._keep(before)
        fields = {name: value for name, value in content.fields.items() if not (walking and name == "prompt")}
        typed = dict(content.typed_values)
        self.send({"kind": "filled", "fields": fields, "typed_values": typed, "said": said, "shown": shown})
        for slot in protocol.SLOTS:
            self._uploads.forget(slot)
        self._passing.clear()
        with self.hold_trait_notifications():
            for name, value in fields.items():
                setattr(self, name, value)
            self.typed_values = typed
            self.images = images
        self._parent = content.parent
        self._passing.update(passing)
        self._show_slots()
        self.problems = []
        self._untouched = self._content()

    def _keep(self, content: Content) -> None:
        """Keep what is in the form, unless it was put there and not touched since."""
        if content != self._untouched:
            past_prompts.drafts_of(self._maker()).keep(self, content)

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in protocol.FIELDS}

    def _content(self) -> Content:
        return Content(self._fields(), dict(self.typed_values), tuple(self.images), self._parent)

    def _seen_content(self, message: Mapping[str, Any]) -> Content:
        """What is in the form as the page has said it."""
        now = self._content()
        fields = {**now.fields, **protocol.fields_of(message.get("fields"))}
        typed = protocol.texts_of(message.get("typed_values"))
        return Content(fields, dict(now.typed_values) if typed is None else typed, now.images, now.parent)

    def _copy_of(self, image: GuideImage) -> GuideImage:
        return self._maker().library.find_image(image)
