"""The table of states is whole and does not contradict itself."""

from __future__ import annotations

import pytest

from seedance_widgets.errors import Money
from seedance_widgets.states import ACTIVE_STATES, NOT_IN_HISTORY, Reason, State, StateInfo, describe, rows

ACTIONS = {
    "add_credits", "attach", "cancel", "check_again", "check_now", "copy_report", "copy_url", "download", "draft",
    "edit", "fetch_again", "new_take", "rehearse", "remix", "restore", "send_again", "send_now", "stop_watching",
    "try_again", "try_now", "use_key", "use_last_frame", "watch_again",
}  # fmt: skip
ROWS = [pytest.param(state, reason, info, id=f"{state}-{reason}") for (state, reason), info in rows().items()]


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("reason", [None, *Reason, "a reason of a newer version"])
def test_every_state_has_a_row_whatever_the_reason(state: State, reason: Reason | str | None) -> None:
    info = describe(state, reason)
    assert info.title
    assert describe(state.value, reason) is info


@pytest.mark.parametrize(("state", "reason", "info"), ROWS)
def test_a_row_is_in_words_and_actions_that_are_known(state: State, reason: Reason | None, info: StateInfo) -> None:
    assert info.title
    assert info.title[0].isupper()
    assert info.note or state is State.COMPLETED
    assert info.note.replace("{service}", "").isprintable()
    info.note.format(service="UlazAI")
    assert set(info.actions) <= ACTIONS
    assert len(set(info.actions)) == len(info.actions)


@pytest.mark.parametrize(("state", "reason", "info"), ROWS)
def test_a_row_does_not_contradict_itself(state: State, reason: Reason | None, info: StateInfo) -> None:
    assert info.active != info.over, "either someone follows it, or nothing happens by itself"
    assert not info.terminal or info.over
    if "nothing was charged" in info.note.lower() or "not charged" in info.note.lower():
        assert info.money in (Money.NOTHING, Money.POSSIBLE)
    if state in (State.PROCESSING, State.COMPLETED, State.EXPIRED):
        assert info.money is (Money.NOTHING if reason is Reason.REUSED else Money.SPENT)
    if info.over and not info.terminal:
        assert info.actions, "what can go on needs a way to go on"
    if "send_again" in info.actions:
        assert info.money is Money.POSSIBLE


def test_only_what_was_never_sent_can_be_cancelled() -> None:
    for (state, reason), info in rows().items():
        if "cancel" in info.actions:
            assert state in (State.DRAFT, State.UPLOADING) or (state is State.SUBMITTING and reason is not None)
            assert info.money is Money.NOTHING


def test_a_take_that_was_refused_or_failed_is_never_given_back_for_the_same_request() -> None:
    gone = (State.FAILED, State.CANCELLED)
    lost = Reason.NOT_FOUND
    assert not any(info.reusable for (state, why), info in rows().items() if state in gone and why is not lost)


def test_a_take_that_the_service_may_have_is_given_back_for_the_same_request() -> None:
    lost = [describe(State.EXPIRED), describe(State.FAILED, Reason.NOT_FOUND)]
    assert [info for info in rows().values() if "check_again" in info.actions] == lost[::-1]
    assert all(info.reusable and "new_take" in info.actions for info in lost)
    kept = (State.PROCESSING, State.COMPLETED, State.UNCERTAIN, State.SUBMITTING)
    gone = NOT_IN_HISTORY
    assert all(info.reusable for (state, why), info in rows().items() if state in kept and why not in gone)
    assert not any(info.reusable or info.active for (_, why), info in rows().items() if why in gone)
    assert {info.actions for (_, why), info in rows().items() if why in gone} == {(), ("restore",)}


def test_a_restart_looks_at_every_state_that_can_go_on() -> None:
    assert set(ACTIVE_STATES) == {State.DRAFT, State.UPLOADING, State.SUBMITTING, State.PROCESSING}


def test_an_unknown_state_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="paused"):
        describe("paused")
