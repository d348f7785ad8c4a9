"""The rooms of a budget: whatever is asked for in whatever order, what is used and kept never passes the limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.budget import Budget
from seedance_widgets.errors import OverBudgetError
from seedance_widgets.estimate import Estimate
from seedance_widgets.states import State
from tests.widgets.jobs import FakeJob

NAMES = [f"take {number}" for number in range(6)]
COSTS = dict(zip(NAMES, (10, 20, 30, 40, 15, 25), strict=True))
LIMIT = 100

steps = st.lists(
    st.one_of(
        st.tuples(st.just("room"), st.sampled_from("ab"), st.lists(st.sampled_from(NAMES), unique=True, min_size=1)),
        st.tuples(st.just("leave"), st.sampled_from("ab")),
        st.tuples(st.just("ask"), st.sampled_from(NAMES), st.booleans()),
        st.tuples(st.just("made"), st.sampled_from(NAMES)),
        st.tuples(st.just("not made"), st.sampled_from(NAMES)),
    ),
    max_size=40,
)


@given(steps)
def test_what_is_used_and_kept_never_passes_the_limit(steps: list[tuple[object, ...]]) -> None:
    budget = Budget()
    budget.limit = LIMIT
    made: dict[str, FakeJob] = {}
    asked: set[str] = set()
    rooms: set[object] = set()
    for step in steps:
        try:
            match step:
                case ("room", str(name), list(takes)) if name not in rooms:
                    wanted = {take: COSTS[take] for take in takes if take not in made}
                    about = Estimate(sum(wanted.values()), "")
                    budget.keep_room(name, wanted, about, about, max_credits=None, over_budget=False)
                    rooms.add(name)
                case ("leave", str(name)):
                    budget.let_go(name)
                    rooms.discard(name)
                case ("ask", str(take), bool(of_room)) if take not in made:
                    of = take if of_room else ""
                    about = Estimate(COSTS[take], "")
                    budget.hold(f"id of {take}", about, max_credits=None, over_budget=False, out_of=of)
                    asked.add(take)
                case ("made", str(take)) if take in asked and take not in made:
                    made[take] = FakeJob(State.PROCESSING, id=f"id of {take}")
                    budget.count(made[take], Estimate(COSTS[take], ""))  # type: ignore[arg-type]
                case ("not made", str(take)):
                    budget.let_go(f"id of {take}")
                    asked.discard(take)
        except OverBudgetError:
            pass
        assert budget.session.spent + budget._kept(without=()) <= LIMIT
    for name in rooms:
        budget.let_go(str(name))
    for take in NAMES:
        budget.let_go(f"id of {take}")
    assert budget._kept(without=()) == 0  # nothing is kept for ever
    assert budget.session.spent == sum(COSTS[take] for take in made)


def test_several_rooms_for_one_take_keep_it_once_and_all_give_it_to_whoever_asks_first() -> None:
    budget = Budget()
    budget.limit = 60
    together = Estimate(60, "")
    for room in ("a", "b"):
        wanted = {"one": 20, "two": 40}
        budget.keep_room(room, wanted, together, together, max_credits=None, over_budget=False)
    one = Estimate(20, "")
    with pytest.raises(OverBudgetError, match="used 0 of its 60 credits and keeps 60 for takes"):
        budget.hold("another", one, max_credits=None, over_budget=False)
    budget.hold("id", one, max_credits=None, over_budget=False, out_of="one")
    with pytest.raises(OverBudgetError, match="keeps 60"):
        budget.hold("another", one, max_credits=None, over_budget=False)
    budget.let_go("id")
    budget.hold("another", one, max_credits=None, over_budget=False)  # it was not made, and nobody keeps it any more
    budget.give_back("a", "one", 20)
    with pytest.raises(OverBudgetError):
        budget.hold("third", Estimate(1, ""), max_credits=None, over_budget=False)
