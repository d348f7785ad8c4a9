"""What people see in a notebook: the form, a job as a live cell, the history as a gallery."""

from __future__ import annotations

from .form import SeedanceForm
from .gallery import Gallery
from .job_view import JobView

__all__ = ["Gallery", "JobView", "SeedanceForm"]
