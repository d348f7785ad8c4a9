"""What a job looks like: the one fold from a job to words. Pure: no files, no network.

`snapshot` is what a live view shows; `text` and `html` are for where no view lives. The snapshot carries plain text,
which the page never reads as markup; `html` escapes everything itself.
"""

from __future__ import annotations

from .facts import JobLike, Media, Surroundings
from .snapshot import snapshot
from .static import html, text
from .words import chips, minutes

__all__ = ["JobLike", "Media", "Surroundings", "chips", "html", "minutes", "snapshot", "text"]
