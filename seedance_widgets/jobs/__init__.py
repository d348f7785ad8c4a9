"""One take, from request to saved video: the `Job` people hold, and the `Carrier` that moves it along."""

from __future__ import annotations

from .carrier import Carrier
from .job import Event, Job

__all__ = ["Carrier", "Event", "Job"]
