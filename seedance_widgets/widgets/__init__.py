"""What people see in a notebook: the form, a job as a live cell, the history as a gallery, takes compared, a sweep."""

from __future__ import annotations

from .compare import Compare
from .form import SeedanceForm
from .gallery import Gallery
from .job_view import JobView
from .sweep import Sweep

__all__ = ["Compare", "Gallery", "JobView", "SeedanceForm", "Sweep"]
