"""The budget of a session: what its takes may use at a paid service, what they have used, and who is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .errors import Money, OverBudgetError
from .estimate import BUDGET, Estimate, Session
from .jobs import Job


class Budget:
    """Counts the takes of one session and says no beyond its limit. Safe to use from any thread."""

    def __init__(self) -> None:
        self._limit: int | None = BUDGET
        self._made: dict[Job, int] = {}
        self._held: dict[str, int] = {}
        self._lock = threading.RLock()  # a widget that is collected while it is held lets go of its watcher
        self._watchers: list[Callable[[], object]] = []
        self._told = self.session

    @property
    def limit(self) -> int | None:
        """Credits that the takes of this session may use; None for no limit."""
        return self._limit

    @limit.setter
    def limit(self, limit: int | None) -> None:
        if limit is not None and type(limit) is not int:  # one that is no number lets everything pass
            raise TypeError(f"A budget is a whole number of credits, or None for no limit, not {limit!r}.")
        self._limit = limit
        self._tell()

    @property
    def session(self) -> Session:
        """What was used of it: what the service said, else what a take was estimated at for as long as it is under way
        or may have been charged."""
        made = tuple(self._made.items())
        spent = sum(
            about if job.credits_used is None else job.credits_used
            for job, about in made
            if (job.info.active or job.info.money not in (Money.NOTHING, Money.REFUNDED)) and not job.connection.free
        )
        return Session(spent, self._limit)

    def hold(self, take: str, about: Estimate, *, max_credits: int | None, over_budget: bool) -> None:
        """Keep room for a new take, by its id, until it is counted or let go of: others that are asked for at the same
        moment find that much less. OverBudgetError where it is estimated at more than is allowed for it, or than the
        session has left; `over_budget` passes the latter for this one take. A free one needs no room."""
        if about.free:
            return
        with self._lock:
            others = sum(room for other, room in self._held.items() if other != take)
            spent, limit = self.session.spent, self._limit
            self._check(about, Session(spent + others, limit), max_credits=max_credits, over_budget=over_budget)
            self._held[take] = about.credits or 0

    def let_go(self, take: str) -> None:
        """Keep no room for a take any more; nothing where none is kept."""
        with self._lock:
            self._held.pop(take, None)

    @staticmethod
    def _check(about: Estimate, session: Session, *, max_credits: int | None, over_budget: bool) -> None:
        if max_credits is not None and (about.credits or 0) > max_credits:
            what = f"{about.text}, and {max_credits} is the most you allow. {about.source}."
            todo = "Allow more, or choose a lower resolution or a shorter clip."
        elif not over_budget and session.is_over(about):
            used = f"this session has used {session.spent} of its {session.budget} credits"
            what = f"{about.text}, and {used}. {about.source}."
            todo = "Raise it with %config SeedanceMagics.budget = 1000, or Studio.budget in Python."
        else:
            return
        error = OverBudgetError(what, todo=todo)
        error.expected, error.source = about.credits, about.source
        error.spent, error.budget = session.spent, session.budget
        raise error

    def count(self, job: Job, about: Estimate) -> None:
        """Count a take that was made in this session, in place of the room that was kept for it."""
        with self._lock:
            self.let_go(job.id)
            self._made[job] = about.credits or 0
        job.subscribe(lambda _job: self._tell())
        self._tell()

    def watch(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call `watcher()` whenever the figures have changed, on whatever thread that was. Returns what ends it."""
        with self._lock:
            self._watchers.append(watcher)

        def unwatch() -> None:
            with self._lock:
                if watcher in self._watchers:
                    self._watchers.remove(watcher)

        return unwatch

    def _tell(self) -> None:
        session = self.session
        with self._lock:
            if session == self._told:
                return
            self._told = session
            watchers = tuple(self._watchers)
        for watcher in watchers:
            watcher()
