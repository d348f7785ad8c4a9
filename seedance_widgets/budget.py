"""The budget of a session: what its takes, and each of them, may use at a paid service, what they have used, and who is
told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

from .errors import Money, OverBudgetError
from .estimate import BUDGET, Estimate, Session
from .jobs import Job
from .watchers import Watchers


def _used(job: Job, abouts: tuple[int, ...]) -> int:
    if not abouts:
        return 0
    *lost, last = abouts
    counts = job.info.active or job.info.money not in (Money.NOTHING, Money.REFUNDED)
    return sum(lost) + ((last if job.credits_used is None else job.credits_used) if counts else 0)


def checked_limit(limit: int | None, name: str) -> int | None:
    """The same, where it can be one. TypeError, ValueError for anything else: NaN would let everything pass."""
    if limit is not None and type(limit) is not int:
        raise TypeError(f"{name} is a whole number of credits, or None for no limit, not {limit!r}.")
    if limit is not None and limit < 0:
        raise ValueError(f"{name} is a number of credits from 0, or None for no limit, not {limit}.")
    return limit


class Budget:
    """Counts the takes of one session and says no beyond its limit. Safe to use from any thread."""

    def __init__(self) -> None:
        self._limit: int | None = BUDGET
        self._max_credits: int | None = None
        self._charges: dict[Job, list[int]] = {}
        """What each take was estimated at, once for every time it was sent: all but the last had no reply."""
        self._held: dict[str, int] = {}
        """By the id of a take that is asked for at this moment."""
        self._rooms: dict[str, dict[str, int]] = {}
        """By the name of a room, what is kept in it for each take that is to be asked for later, by its own name. A
        take that several rooms are for will be made once, and is counted once."""
        self._lock = threading.RLock()
        self._watchers = Watchers()
        self._told = self.session

    @property
    def limit(self) -> int | None:
        """Credits that the takes of this session may use; None for no limit."""
        return self._limit

    @limit.setter
    def limit(self, limit: int | None) -> None:
        self._limit = checked_limit(limit, "A budget")
        self._tell()

    @property
    def max_credits(self) -> int | None:
        """Most credits that one take may be estimated at; None for no limit."""
        return self._max_credits

    @max_credits.setter
    def max_credits(self, limit: int | None) -> None:
        self._max_credits = checked_limit(limit, "max_credits")
        self._tell()

    @property
    def session(self) -> Session:
        """What was used of it: what the service said, else what a take was estimated at for as long as it is under way
        or may have been charged. A request whose reply was lost may have been, also where it was sent again since."""
        with self._lock:
            charges = [(job, tuple(abouts)) for job, abouts in self._charges.items() if not job.connection.free]
        return Session(sum(_used(job, abouts) for job, abouts in charges), self._limit, self._max_credits)

    def hold(
        self,
        take: str,
        about: Estimate,
        *,
        max_credits: int | None,
        over_budget: bool,
        out_of: str = "",
    ) -> None:
        """Keep room for a new take, by its id, until it is counted or let go of: others that are asked for at the same
        moment find that much less. OverBudgetError where it is estimated at more than is allowed for it or for any
        take, or than the session has left; `over_budget` passes the last for this one. A free one needs no room.
        `out_of` is the name by which rooms keep some for it: what they kept becomes the take's own at once."""
        if about.free:
            return
        with self._lock:
            kept = self._kept(without={out_of}, but=take)
            self._check(about, about, about.credits or 0, kept, max_credits=max_credits, over_budget=over_budget)
            self._held[take] = about.credits or 0
            for room in self._rooms.values():
                room.pop(out_of, None)

    def keep_room(
        self,
        name: str,
        takes: Mapping[str, int],
        about: Estimate,
        dearest: Estimate,
        *,
        max_credits: int | None,
        over_budget: bool,
    ) -> None:
        """Keep room for takes that are asked for later, `about` together, each by the name that `hold` takes it out
        by; until `let_go` of the room. Errors as for `hold`; what any take may cost is asked of the `dearest`. Where
        none is to be made no room is needed, also where the session has used more than its budget."""
        if about.free or not takes:
            return
        with self._lock:
            kept = self._kept(without=takes)
            more = sum(takes.values())
            self._check(about, dearest, more, kept, max_credits=max_credits, over_budget=over_budget)
            self._rooms[name] = dict(takes)

    def give_back(self, name: str, take: str, room: int) -> None:
        """Keep room again for a take that was taken out and not sent; nothing where the room is gone."""
        with self._lock:
            if name in self._rooms:
                self._rooms[name][take] = room

    def _kept(self, *, without: Collection[str], but: str = "") -> int:
        """Credits that are kept for takes that are not counted yet, other than these."""
        rooms = {take: room for each in self._rooms.values() for take, room in each.items() if take not in without}
        return sum(rooms.values()) + sum(room for take, room in self._held.items() if take != but)

    def forked(self) -> Budget:
        """For a forked child, one that goes on from this: the same limits, and what was used until then."""
        child = Budget()
        child._limit, child._max_credits = self._limit, self._max_credits
        child._charges = {job: list(abouts) for job, abouts in self._charges.items()}
        return child

    def let_go(self, take: str) -> None:
        """Keep no room for a take any more, or no such room; nothing where none is kept."""
        with self._lock:
            self._held.pop(take, None)
            self._rooms.pop(take, None)

    def _check(
        self, about: Estimate, dearest: Estimate, more: int, kept: int, *, max_credits: int | None, over_budget: bool
    ) -> None:
        used = self.session
        session = replace(used, spent=used.spent + kept)
        refusal = session.refusal(dearest)
        if refusal is not None:
            raise refusal
        if max_credits is not None and (about.credits or 0) > max_credits:
            what = f"{about.text}, and {max_credits} is the most you allow. {about.source}."
            todo = "Allow more, or choose a lower resolution or a shorter clip."
        elif not over_budget and session.budget is not None and session.spent + more > session.budget:
            waiting = f" and keeps {kept} for takes that wait to be sent" if kept else ""
            said = f"this session has used {used.spent} of its {used.budget} credits{waiting}"
            what = f"{about.text}, and {said}. {about.source}."
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
            self._charges[job] = [about.credits or 0]
        self._follow(job)

    def count_again(self, job: Job, about: Estimate) -> Callable[[], None]:
        """Count a take that is sent once more, perhaps one of an earlier session. Returns what takes that back, for
        where nothing was made by it."""
        charge = about.credits or 0
        with self._lock:
            known = job in self._charges
            self._charges.setdefault(job, []).append(charge)

        def take_back() -> None:
            with self._lock:
                self._charges[job].remove(charge)
            self._tell()

        if not known:
            self._follow(job)
        self._tell()
        return take_back

    def _follow(self, job: Job) -> None:
        job.subscribe(lambda _job: self._tell())
        self._tell()

    def watch(self, watcher: Callable[[], object]) -> Callable[[], None]:
        """Call `watcher()` whenever the figures have changed, on whatever thread that was. Returns what ends it."""
        return self._watchers.add(watcher)

    def _tell(self) -> None:
        session = self.session
        with self._lock:
            if session == self._told:
                return
            self._told = session
        self._watchers.tell()
