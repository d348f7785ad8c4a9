"""Takes as a pandas DataFrame: one row a take, every fact in a plain column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .errors import ConfigurationError, Money
from .models import GenerationRequest, GuideImage

if TYPE_CHECKING:
    import pandas as pd

    from .jobs import Job

WORDS: Final = "string"
COUNT: Final = "Int64"
"""Whole numbers of which some may not be known."""
SWITCH: Final = "bool"
TIME: Final = "datetime64[us, UTC]"

_LARGEST: Final = 2**63

_T = TypeVar("_T")

Column = tuple[str, str, Callable[[_T], Any]]
"""Name, dtype, and where it is read."""


def setting_columns(request_of: Callable[[_T], GenerationRequest]) -> tuple[Column[_T], ...]:
    """What was asked for, by the names of the settings; guide images by their files here, and by their hashes."""

    def setting(name: str, kind: str) -> Column[_T]:
        return name, kind, lambda item: getattr(request_of(item), name)

    def image(name: str, index: int, fact: str) -> Column[_T]:
        return name, WORDS, lambda item: _image(request_of(item), index, fact)

    return (
        setting("prompt", WORDS),
        setting("aspect_ratio", WORDS),
        setting("resolution", WORDS),
        setting("duration", COUNT),
        setting("fixed_lens", SWITCH),
        setting("generate_audio", SWITCH),
        setting("prompt_directory_optin", SWITCH),
        image("first_frame", 0, "path"),
        image("first_frame_sha256", 0, "sha256"),
        image("last_frame", 1, "path"),
        image("last_frame_sha256", 1, "sha256"),
    )


def _image(request: GenerationRequest, index: int, fact: str) -> str | None:
    if index >= len(request.images):
        return None
    image = request.images[index]
    if isinstance(image, GuideImage):
        found: str | None = getattr(image, fact)
        return found
    return str(image) if fact == "path" else None


def paid(job: Job) -> int | None:
    """Credits that a take used at a service: what may be summed. 0 in the sandbox, which is free, and where nothing was
    charged or it was paid back; None where that is not known (yet)."""
    if job.connection.free:
        return 0
    if job.info.money is Money.POSSIBLE:
        return None
    refunded = job.error is not None and job.error.money is Money.REFUNDED  # as the service itself said
    return 0 if job.over and (refunded or job.info.money is Money.NOTHING) else job.credits_used


_SETTINGS_OF_JOBS: Final[tuple[Column[Job], ...]] = setting_columns(lambda job: job.request)

_COLUMNS: Final[tuple[Column[Job], ...]] = (
    ("created", TIME, lambda job: job.created),
    ("state", WORDS, lambda job: job.status),
    ("reason", WORDS, lambda job: job.reason),
    *_SETTINGS_OF_JOBS,
    ("take", COUNT, lambda job: job.take),
    ("parent", WORDS, lambda job: job.parent),
    ("starred", SWITCH, lambda job: job.starred),
    ("note", WORDS, lambda job: job.note),
    ("credits", COUNT, paid),
    ("credits_used", COUNT, lambda job: job.credits_used),
    ("connection", WORDS, lambda job: job.record.connection),
    ("model", WORDS, lambda job: job.record.model),
    ("sent", TIME, lambda job: job.sent),
    ("finished", TIME, lambda job: job.finished),
    ("updated", TIME, lambda job: job.record.updated),
    ("generation_id", WORDS, lambda job: job.generation_id),
    ("task_id", WORDS, lambda job: job.record.task_id),
    ("video_url", WORDS, lambda job: job.video_url),
    ("path", WORDS, lambda job: job.path),
    ("placed", WORDS, lambda job: job.placed),
    ("poster", WORDS, lambda job: job.poster),
    ("media", WORDS, lambda job: job.record.media),
    ("sha256", WORDS, lambda job: job.media_sha256),
    ("fingerprint", WORDS, lambda job: job.record.fingerprint),
    ("error", WORDS, lambda job: job.error.what if job.error else None),
    ("error_kind", WORDS, lambda job: type(job.error).__name__ if job.error else None),
)
"""`path`, `placed`, `poster` and the frames are files of this machine; `media` is
the video relative to SEEDANCE_HOME, whether it is there or not. `credits_used` is what the service said, also the
sandbox, which plays one that charges; `credits` is what it cost."""


def frame(jobs: Sequence[Job]) -> pd.DataFrame:
    """The jobs as a table, in their order, by their ids. ConfigurationError where there is no pandas."""
    return table(jobs, _COLUMNS, ("id", WORDS, lambda job: job.id), "use studio.history() for a list")


def table(
    items: Sequence[_T],
    columns: Sequence[Column[_T]],
    index: Column[_T],
    otherwise: str,
    labels: pd.Index[Any] | None = None,
) -> pd.DataFrame:
    """One row an item, by its `index`; by its label where there are `labels`, and then `index` is the first column.
    ConfigurationError where there is no pandas; it says what to do `otherwise`."""
    try:
        import pandas as pd
    except ImportError:
        raise ConfigurationError(
            "Takes as a table need pandas, which is not installed.", todo=f"pip install pandas, or {otherwise}."
        ) from None

    def values(column: Column[_T]) -> Any:
        _, kind, read = column
        return pd.array([_READ[kind](read(item)) for item in items], dtype=kind)  # type: ignore[call-overload]

    rows = pd.Index(values(index), name=index[0]) if labels is None else labels
    shown = columns if labels is None else (index, *columns)
    return pd.DataFrame({column[0]: values(column) for column in shown}, index=rows)


def _words(value: object) -> str | None:
    return None if value is None else str(value)


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and abs(value) < _LARGEST else None


def _time(value: float | None) -> datetime | None:
    try:
        return None if value is None else datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):  # of a damaged row
        return None


_READ: Final[dict[str, Callable[[Any], object]]] = {WORDS: _words, COUNT: _count, SWITCH: bool, TIME: _time}
