"""The part of a `Studio` that keeps the history: what was made, as a list or a table; removing; freeing disk."""

from __future__ import annotations

import logging
import operator
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal, overload

from . import runtime
from .archive import Archive, Freed
from .errors import SeedanceError
from .frame import frame
from .jobs import Carrier, Job
from .ledger import Ledger, Record, Wanted
from .lineage import Lineage, tree
from .models import GenerationRequest
from .states import KINDS, NOT_IN_HISTORY, Kind

if TYPE_CHECKING:
    import pandas as pd


_log = logging.getLogger("seedance_widgets")


class Keeping(ABC):
    """See `Studio`, which it is a part of."""

    ledger: Ledger
    _archive: Archive
    _carrier: Carrier
    _jobs: dict[str, Job]

    @abstractmethod
    def _job(self, record: Record) -> Job:
        """The one Job of a row in this kernel."""

    @overload
    def history(
        self,
        limit: int | None = 100,
        *,
        search: str = "",
        state: Kind | None = None,
        starred: bool = False,
        since: datetime | None = None,
        as_frame: Literal[False] = False,
    ) -> list[Job]: ...
    @overload
    def history(
        self,
        limit: int | None = 100,
        *,
        search: str = "",
        state: Kind | None = None,
        starred: bool = False,
        since: datetime | None = None,
        as_frame: Literal[True],
    ) -> pd.DataFrame: ...
    def history(
        self,
        limit: int | None = 100,
        *,
        search: str = "",
        state: Kind | None = None,
        starred: bool = False,
        since: datetime | None = None,
        as_frame: bool = False,
    ) -> list[Job] | pd.DataFrame:
        """Takes of all connections, newest first; all of them with `limit=None`. Those that were removed or forgotten
        are left out.

            studio.history(search="lighthouse", state="ready", starred=True)

        search:   only takes with these words in their prompt, in any case.
        state:    only takes that are "ready", "running", "failed" or "uncertain".
        starred:  only takes with a star.
        since:    only takes that were asked for from then on; a datetime without a time zone is of this machine's.
        as_frame: as a pandas DataFrame, one row a take, by their ids: the request, state and times (in UTC), credits,
                  files and hashes, star, note, error. `credits` is what a take cost, and may be summed: 0 in the
                  sandbox, which is free, empty where it is not known. `credits_used` is what was said where it was
                  made (`connection`), also by the sandbox. ConfigurationError where there is no pandas.

        TypeError, ValueError for a limit that is no whole number from 0, and for what is no state or time.
        """
        wanted = Wanted(search, _checked_kind(state), bool(starred), None if since is None else _seconds(since))
        jobs = [self._job(record) for record in self.ledger.history(wanted, limit=_checked_limit(limit))]
        live = {job_id for job_id, job in tuple(self._jobs.items()) if job.record.reason not in NOT_IN_HISTORY}
        for job_id in live & self.ledger.gone() if live else ():  # by another kernel, which tells nobody
            self.job(job_id)
        return frame(jobs) if as_frame else jobs

    def job(self, job_id: str) -> Job | None:
        """The take with an id, or None."""
        record = self.ledger.get(job_id)
        return self._job(record) if record is not None else None

    def take_of(self, recipe: Mapping[str, Any]) -> Job | None:
        """The take of the history that a recipe is of, as it stands in a video or beside it: that very one, else the
        newest of the same request on the same connection; None where there is none. ValueError for what is no
        recipe."""
        fingerprint = GenerationRequest.from_dict(recipe).fingerprint
        generation_id = recipe.get("generation_id")
        if "model" not in recipe:  # it was attached by its ID, and says what is known: no other take is the same
            known = self.ledger.with_generation_id(str(generation_id))
            return self._job(known) if known is not None else None
        found = self.ledger.same(str(recipe.get("connection")), fingerprint)
        itself = (row for row in found if generation_id is not None and row.generation_id == generation_id)
        record = next(itself, found[0] if found else None)
        return self._job(record) if record is not None else None

    def lineage(self, job: Job) -> Lineage:
        """The tree a take belongs to, from the first take it comes from: what was remixed from what. It prints as an
        indented tree; each node has `.job`, `.link` ("remix of", "from last frame of") and `.children`, and iterating
        over one gives all below it."""
        if not isinstance(job, Job):
            raise TypeError(f"Pass a Job, as from studio.job(id) or studio.history(), not {job!r}.")
        return tree([self._job(record) for record in self.ledger.family(job.id)], job)

    def remove(self, job: Job, *, files: Literal["trash", "stay"] = "trash", keep_copy: bool = True) -> None:
        """Take a take out of the history, so that `restore` can put it back: no list shows it, and the same request
        makes a new one, which costs again. What it cost stays in totals and estimates.

        files:     "trash" moves its video and poster to `trash/` under the home; "stay" leaves them where they are.
        keep_copy: whether its copy beside the notebook stays there, as files that are yours. As long as it does,
                   running the cell again finds the take there, at no cost.

        What has been in the trash for 30 days is erased for good when something is removed next, and all of it by
        `empty_trash`. SeedanceError while the take is under way, here or in another live kernel; StorageError where the
        history cannot be written.
        """
        if files not in ("trash", "stay"):
            raise ValueError(f'files is "trash" or "stay", not {files!r}.')

        def erase() -> tuple[Record, None]:
            return self._archive.remove(job.record, stay=files == "stay", keep_copy=keep_copy), None

        runtime.block(self._carrier.erase(_checked_job(job, "remove"), erase))
        try:
            self._emptied(overdue=True)
        except SeedanceError as error:
            _log.warning("What is overdue in the trash could not be erased: %s", error)

    def trash(self) -> list[Job]:
        """Takes that were removed and can be put back, the last removed first."""
        return [self._job(record) for record in self.ledger.in_trash()]

    def restore(self, job: Job) -> Job:
        """Put a removed take back, with its files, its star and its note. Sends nothing; one that was interrupted is
        followed again. SeedanceError where it is not in the trash any more, StorageError where its files cannot be
        moved back."""

        def put_back() -> tuple[Record, None]:
            return self._archive.restore(job.record), None

        runtime.block(self._carrier.erase(_checked_job(job, "restore"), put_back))
        if job.info.active:
            self._carrier.resume(job)
        return job

    def empty_trash(self) -> Freed:
        """Erase all that is in the trash now, for good: see `forget`. Copies beside notebooks stay, and so do files
        that were to stay where they are."""
        return self._emptied(overdue=False)

    def _emptied(self, *, overdue: bool) -> Freed:
        rows, freed = self._archive.empty_trash(overdue=overdue)
        for record in rows:
            job = self._jobs.get(record.id)
            if job is not None:
                self._carrier.catch_up(job, record)
        return freed

    def forget(self, job: Job, *, keep_copy: bool = False) -> Freed:
        """Erase a take from this machine, for good: its prompt, images, video, poster and recipe, its copy beside the
        notebook (not with `keep_copy`), and what the embedded sandbox has of it.

        That there was a take stays in the history, with its settings, times and credits, so that totals and estimates
        stay true; `history()` leaves it out. An image that another take is made of stays. So does what is not ours to
        erase: cells and outputs of notebooks, templates, files made with `job.save`, copies that were changed since
        (see `Freed.left`), and whatever the service keeps of it. Where the files that `Freed.left` names lie beside the
        notebook, a video and a recipe of it, running the cell again finds the take there and it is in the history once
        more: remove them too.

        SeedanceError while it is under way, here or in another live kernel. StorageError where something could not be
        erased; ask again.
        """
        _checked_job(job, "forget")
        return runtime.block(self._carrier.erase(job, lambda: self._archive.forget(job.record, keep_copy=keep_copy)))

    def prune(self, *, older_than: float = 30, also_last_copies: bool = False, dry_run: bool = False) -> Freed:
        """Free disk: remove videos under SEEDANCE_HOME of takes that were ready more than `older_than` days ago, and
        what was left behind there: images that no take is made of, downloads that were cut off, locks of dead kernels.

        A take loses nothing by it: one whose copy beside the notebook is gone or was changed keeps its video, for to
        make it again may cost. `also_last_copies` removes these too: then re-running the cell fetches the video again,
        at no cost, for as long as the service has it. Takes with a star, unfinished ones, rows, posters and recipes
        stay in any case. `dry_run` removes nothing and says what would be.

        TypeError, ValueError for an age that is no number from 0.
        """
        if isinstance(older_than, bool) or not isinstance(older_than, Real):
            raise TypeError(f"older_than is a number of days, as in prune(older_than=30), not {older_than!r}.")
        if not older_than >= 0:  # NaN as well
            raise ValueError(f"older_than is a number of days from 0, as in prune(older_than=30), not {older_than!r}.")
        return self._archive.prune(older_than=older_than, also_last_copies=also_last_copies, dry_run=dry_run)


def _checked_job(job: Job, verb: str) -> Job:
    if not isinstance(job, Job):
        raise TypeError(f"Pass the Job to {verb}, as from studio.job(id) or studio.history(), not {job!r}.")
    return job


def _checked_limit(limit: int | None) -> int | None:
    if limit is None:
        return None
    try:
        count = operator.index(limit)
    except TypeError:
        count = None
    if count is None or isinstance(limit, bool):
        raise TypeError(f"limit is a whole number of takes, or None for all of them, not {limit!r}.")
    if count < 0:
        raise ValueError(f"limit is a number of takes from 0, or None for all of them, not {limit!r}.")
    return count


def _checked_kind(state: Kind | None) -> Kind | None:
    if state is not None and state not in KINDS:
        raise ValueError(f"state is one of {', '.join(KINDS)}, or None for all takes, not {state!r}.")
    return state


def _seconds(since: datetime) -> float:
    if not isinstance(since, datetime):
        raise TypeError(f"since is a datetime, as in datetime.now() - timedelta(days=7), not {since!r}.")
    return since.timestamp()
