"""What a view makes of a finished take: the start of the next shot, a draft, a copy that plays elsewhere."""

from __future__ import annotations

import asyncio
import dataclasses
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from seedance_widgets import footage, images, rendering
from seedance_widgets.models import GenerationRequest

if TYPE_CHECKING:
    from seedance_widgets.jobs import Job
    from seedance_widgets.studio import Studio

    from .base import SeedanceWidget
    from .form import SeedanceForm


def next_shot(job: Job) -> GenerationRequest:
    """The same request, beginning where its video ends: its last frame is the first of the next. Reads and decodes the
    file. InvalidRequestError where it cannot be had."""
    return job.request.replace(images=(images.load(job, model=job.request.model),))


def draft_of(request: GenerationRequest) -> GenerationRequest:
    """The cheapest form of a request: the lowest resolution, the shortest clip."""
    return request.replace(resolution=request.model.resolutions[0], duration=min(request.model.durations))


def form_below(widget: SeedanceWidget, studio: Studio | None) -> SeedanceForm:
    """The form below a widget, opened there if there is none yet."""
    from .form import SeedanceForm

    form = next((view for view in widget.views if isinstance(view, SeedanceForm)), None)
    if form is None:
        form = SeedanceForm(studio=studio)
        widget.views = [form, *widget.views]
    return form


class Copies:
    """Copies of one video that play where the video itself does not. They live as long as their view."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._making = asyncio.Lock()
        self._made: dict[str, tuple[Path, rendering.Media]] = {}

    async def make(self, kind: str, video: Path, media: rendering.Media) -> tuple[Path, rendering.Media]:
        """A copy of a kind of `footage.COPIES`, made at most once. Errors as for `footage.copy_as`."""
        wanted = footage.COPIES[kind]
        token = f"{media.token}-{kind}"
        async with self._making:
            if token not in self._made:
                self._folder = self._folder or tempfile.TemporaryDirectory(
                    prefix="seedance-copy-", ignore_cleanup_errors=True
                )
                path = Path(self._folder.name) / f"{kind}{wanted.suffix}"
                await asyncio.to_thread(footage.copy_as, video, kind, path)
                size = path.stat().st_size
                self._made[token] = path, dataclasses.replace(media, token=token, size=size, type=wanted.media_type)
        return self._made[token]

    def find(self, token: str) -> tuple[Path, rendering.Media] | None:
        """The copy with a token, if it is made."""
        return self._made.get(token)

    def close(self) -> None:
        """Remove them."""
        self._made.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
