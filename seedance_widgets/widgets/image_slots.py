"""The guide images of the form: two slots, filled from Python or from the page.

`js/src/guide_images.ts` is its other half; what a slot says and what may go into it is in `guide_images`.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Awaitable, Mapping
from typing import Any

import traitlets

from seedance_widgets import runtime
from seedance_widgets.capabilities import Model
from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.images import LoadedImage
from seedance_widgets.models import is_url

from . import guide_images, protocol
from .base import SeedanceWidget
from .guide_images import Passing
from .uploads import Uploads


class ImageSlots(SeedanceWidget):
    """See `SeedanceForm`, which it is a part of. `model` says what an image may be."""

    images: traitlets.List[Any] = traitlets.List()
    """Guide images: first frame, last frame. Set paths, bytes, pictures, web addresses, videos or jobs; each is read at
    once."""
    aspect_ratio = traitlets.Unicode().tag(sync=True)
    resolution = traitlets.Unicode().tag(sync=True)

    slots: traitlets.List[Any] = traitlets.List().tag(sync=True)
    first_preview = traitlets.Bytes(b"").tag(sync=True)
    last_preview = traitlets.Bytes(b"").tag(sync=True)

    def __init__(self, model: Model, **traits: Any) -> None:
        self._passing: dict[str, Passing] = {}
        self._previews: dict[str, bytes] = {}
        self._uploads = Uploads(max(model.image_bytes_max, protocol.VIDEO_BYTES_MAX))
        super().__init__(slots=guide_images.describe((), {}, "", "", model), **traits)
        self.observe(self._settle_images, names=["images", "aspect_ratio", "resolution"])
        self._settle_images({"name": "images"})

    @abstractmethod
    def _model(self) -> Model:
        """Whose limits hold."""

    @traitlets.validate("images")
    def _read_images(self, proposal: Mapping[str, Any]) -> list[LoadedImage | str]:
        return guide_images.load_all(proposal["value"])

    def _settle_images(self, change: Any) -> None:
        if change["name"] == "images":
            guide_images.settle(self._passing, self.images)
        self._show_slots()

    def _show_slots(self) -> None:
        shape = self.aspect_ratio, self.resolution
        self.slots = guide_images.describe(self.images, self._passing, *shape, self._model())

    async def _show_previews(self) -> None:
        previews = await asyncio.to_thread(guide_images.previews, list(self.images), self._previews)
        self.first_preview, self.last_preview = previews

    # ---- being asked, on the background loop

    def _heard_image(self, kind: str, message: dict[str, Any], parts: list[bytes]) -> None:
        slot = message.get("slot")
        if kind == "image-chunk":
            if slot in protocol.SLOTS:
                self._take_chunk(slot, message, parts)
            return
        message_id = self._is_new(message)
        if message_id is None:
            return
        if kind == "swap-images":
            self.images = self.images[::-1]
        elif slot not in protocol.SLOTS:
            pass
        elif kind == "crop-image":
            self.images = guide_images.cropped(self.images, slot, message.get("at"))
        elif kind == "image-address":
            url = protocol.text_of(message, "url", guide_images.ADDRESS_MAX)
            if url is not None and is_url(url):
                self._take_address(slot, url)
        else:
            self._uploads.forget(slot)
            if self._passing.pop(slot, None) is None:
                self.images = guide_images.without(self.images, slot)
            elif not self.images:
                self.images = guide_images.waiting(self._passing)
            self._show_slots()
        self._answer(message_id)

    def _take_chunk(self, slot: str, message: dict[str, Any], parts: list[bytes]) -> None:
        name, size = protocol.name_of(message), protocol.count_of(message, "size") or 0
        try:
            data = self._uploads.add(slot, message, parts)
        except ValueError:
            self._pass(slot, Passing.refused(name, f"{name} did not arrive whole. Choose it again."))
            return
        if isinstance(data, int):
            self._pass(slot, Passing.arriving(name, data, size))
        elif data is not None:
            passing = self._pass(slot, Passing.judging(name, data, slot))
            runtime.submit(self._take(slot, passing, asyncio.to_thread(guide_images.load, data, name, slot)))

    def _take_address(self, slot: str, url: str) -> None:
        self._uploads.forget(slot)
        passing = self._pass(slot, Passing.fetching(url))
        runtime.submit(self._take(slot, passing, guide_images.fetch(url, slot)))

    def _pass(self, slot: str, passing: Passing) -> Passing:
        """Show a state that ends."""
        self._passing[slot] = passing
        self._show_slots()
        return passing

    async def _take(self, slot: str, passing: Passing, judging: Awaitable[LoadedImage]) -> None:
        """Put what is being judged into its slot, unless it was removed or replaced meanwhile."""
        image, refused = None, ""
        try:
            image = await judging
        except InvalidRequestError as error:
            refused = " ".join(str(problem) for problem in error.problems)
        if self._passing.get(slot) is not passing:
            return
        if image is None:
            self._pass(slot, Passing.refused(passing.name, refused))
            return
        del self._passing[slot]
        self.images = [*guide_images.put(self.images, slot, image), *guide_images.waiting(self._passing)]
