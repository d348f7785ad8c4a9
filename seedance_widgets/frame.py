"""The history as a pandas DataFrame: one row a take, every fact in a plain column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from .errors import ConfigurationError
from .models import GuideImage

if TYPE_CHECKING:
    import pandas as pd

    from .jobs import Job

_WORDS: Final = "string"
_COUNT: Final = "Int64"
"""Whole numbers of which some may not be known."""
_SWITCH: Final = "bool"
_TIME: Final = "datetime64[us, UTC]"

_LARGEST: Final = 2**63

_COLUMNS: Final[tuple[tuple[str, str, Callable[[Job], Any]], ...]] = (
    ("created", _TIME, lambda job: job.created),
    ("state", _WORDS, lambda job: job.status),
    ("reason", _WORDS, lambda job: job.reason),
    ("prompt", _WORDS, lambda job: job.request.prompt),
    ("aspect_ratio", _WORDS, lambda job: job.request.aspect_ratio),
    ("resolution", _WORDS, lambda job: job.request.resolution),
    ("duration", _COUNT, lambda job: job.request.duration),
    ("fixed_lens", _SWITCH, lambda job: job.request.fixed_lens),
    ("generate_audio", _SWITCH, lambda job: job.request.generate_audio),
    ("prompt_directory_optin", _SWITCH, lambda job: job.request.prompt_directory_optin),
    ("first_frame", _WORDS, lambda job: _image(job, 0, "path")),
    ("first_frame_sha256", _WORDS, lambda job: _image(job, 0, "sha256")),
    ("last_frame", _WORDS, lambda job: _image(job, 1, "path")),
    ("last_frame_sha256", _WORDS, lambda job: _image(job, 1, "sha256")),
    ("take", _COUNT, lambda job: job.take),
    ("parent", _WORDS, lambda job: job.parent),
    ("starred", _SWITCH, lambda job: job.starred),
    ("note", _WORDS, lambda job: job.note),
    ("credits_used", _COUNT, lambda job: job.credits_used),
    ("connection", _WORDS, lambda job: job.record.connection),
    ("model", _WORDS, lambda job: job.record.model),
    ("sent", _TIME, lambda job: job.sent),
    ("finished", _TIME, lambda job: job.finished),
    ("updated", _TIME, lambda job: job.record.updated),
    ("generation_id", _WORDS, lambda job: job.generation_id),
    ("task_id", _WORDS, lambda job: job.record.task_id),
    ("video_url", _WORDS, lambda job: job.video_url),
    ("path", _WORDS, lambda job: job.path),
    ("placed", _WORDS, lambda job: job.placed),
    ("poster", _WORDS, lambda job: job.poster),
    ("media", _WORDS, lambda job: job.record.media),
    ("sha256", _WORDS, lambda job: job.media_sha256),
    ("fingerprint", _WORDS, lambda job: job.record.fingerprint),
    ("error", _WORDS, lambda job: job.error.what if job.error else None),
    ("error_kind", _WORDS, lambda job: type(job.error).__name__ if job.error else None),
)
"""Name, dtype, and where it is read. `path`, `placed`, `poster` and the frames are files of this machine; `media` is
the video relative to SEEDANCE_HOME, whether it is there or not."""


def frame(jobs: Sequence[Job]) -> pd.DataFrame:
    """The jobs as a table, in their order, by their ids. ConfigurationError where there is no pandas."""
    try:
        import pandas as pd
    except ImportError:
        raise ConfigurationError(
            "The history as a table needs pandas, which is not installed.",
            todo="pip install pandas, or use studio.history() for a list.",
        ) from None
    columns = {
        name: pd.array([_READ[kind](read(job)) for job in jobs], dtype=kind)  # type: ignore[call-overload]
        for name, kind, read in _COLUMNS
    }
    return pd.DataFrame(columns, index=pd.Index([job.id for job in jobs], name="id", dtype=_WORDS))


def _words(value: object) -> str | None:
    return None if value is None else str(value)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and abs(value) < _LARGEST else None


def _time(value: float | None) -> datetime | None:
    try:
        return None if value is None else datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):  # of a damaged row
        return None


_READ: Final[dict[str, Callable[[Any], object]]] = {_WORDS: _words, _COUNT: _count, _SWITCH: bool, _TIME: _time}


def _image(job: Job, index: int, fact: str) -> str | None:
    images = job.request.images
    if index >= len(images):
        return None
    image = images[index]
    if isinstance(image, GuideImage):
        found: str | None = getattr(image, fact)
        return found
    return str(image) if fact == "path" else None
