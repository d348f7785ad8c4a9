"""What people see in a notebook: the form, and a job as a live cell."""

from __future__ import annotations

from .form import SeedanceForm
from .job_view import JobView

__all__ = ["JobView", "SeedanceForm"]
