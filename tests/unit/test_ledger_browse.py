"""The history is looked through in the ledger: by words, state, star and date, in pages of stacks, counted by days."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets.ledger import LEDGER_FILE, Ledger, Record, Sum, Wanted
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import KINDS, Reason, State
from tests.support.rows import finished_row

NOON = 1_795_348_800.0
DAY = 86_400.0
Keep = Callable[..., Record]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(f"sqlite:///{tmp_path / LEDGER_FILE}", tmp_path)
    yield made
    made.close()


@pytest.fixture
def keep(ledger: Ledger) -> Keep:
    """A function that enters a finished paid take of a prompt, a minute after the one before, so many days ago."""
    made: list[Record] = []

    def enter(prompt: str, connection: str = "ulazai", *, days: int = 0, **facts: Any) -> Record:
        when = NOON - days * DAY + 60.0 * len(made)
        row_id = f"take-{10_000 - days * 1000 + len(made)}"
        row = finished_row(row_id, GenerationRequest(prompt), when, connection, **{"credits_used": 50, **facts})
        made.append(ledger.begin(row, reuse=False))
        return row

    return enter


def prompts(rows: list[Record]) -> list[str]:
    return [row.request["prompt"] for row in rows]


@pytest.mark.parametrize("words", ["straße", "STRASSE", "💡 am", "Regen"])
def test_words_are_found_in_any_case_and_any_language(ledger: Ledger, keep: Keep, words: str) -> None:
    keep("Eine Straße im Regen\0, 💡 am Ende")
    keep("A fox")
    assert len(ledger.history(Wanted(words))) == 1
    assert ledger.overview(Wanted(words)).sum.takes == 1
    assert len(ledger.stacks(Wanted(words), 0, 10)) == 1


def test_what_is_searched_for_is_text_and_no_pattern(ledger: Ledger, keep: Keep) -> None:
    keep("A fox")
    for words in ("%", "_ fox", "'; DROP TABLE jobs; --", "*", '"prompt"'):
        assert ledger.history(Wanted(words)) == []


def test_takes_are_found_by_how_they_stand_by_star_and_by_date(ledger: Ledger, keep: Keep) -> None:
    keep("old", days=9)
    keep("lost", state=State.UNCERTAIN, credits_used=None)
    keep("bad", state=State.FAILED, credits_used=None)
    keep("on its way", state=State.PROCESSING)
    keep("good")
    ledger.mark(keep("best").id, starred=True)
    keep("gone", reason=Reason.FORGOTTEN.value)
    assert prompts(ledger.history(Wanted(kind="ready"))) == ["best", "good", "old"]
    assert prompts(ledger.history(Wanted(kind="running"))) == ["on its way"]
    assert prompts(ledger.history(Wanted(kind="failed"))) == ["bad"]
    assert prompts(ledger.history(Wanted(kind="uncertain"))) == ["lost"]
    assert prompts(ledger.history(Wanted(starred=True))) == ["best"]
    assert prompts(ledger.history(Wanted(kind="ready", since=NOON - 7 * DAY))) == ["best", "good"]
    everything = ledger.overview(Wanted(kind="failed"))
    assert everything.kinds == {"ready": 3, "running": 1, "failed": 1, "uncertain": 1}
    assert everything.sum.takes == 1


def test_every_state_is_of_one_kind() -> None:
    assert sorted(state for members in KINDS.values() for state in members) == sorted(State)


def test_days_say_what_was_used_and_what_is_not_known(ledger: Ledger, keep: Keep) -> None:
    keep("whale", days=1)
    keep("whale", days=1)
    keep("sketch", "sandbox", days=1, credits_used=75)
    keep("pier", credits_used=None, state=State.UNCERTAIN)
    keep("typo", credits_used=None, state=State.FAILED, reason=Reason.BAD_KEY.value)
    keep("lake", credits_used=None)
    today, yesterday = ledger.overview(Wanted()).days
    assert (yesterday.stacks, yesterday.sum) == (2, Sum(takes=3, credits=100, not_known=0, paid=2, seconds=12))
    assert (today.stacks, today.sum) == (3, Sum(takes=3, credits=0, not_known=2, paid=3, seconds=4))


def test_takes_of_one_request_and_day_are_one_stack_with_the_newest_on_top(ledger: Ledger, keep: Keep) -> None:
    first = keep("pier")
    keep("fox")
    keep("pier", "sandbox")
    keep("pier", days=1)
    again = keep("pier")
    ledger.mark(first.id, starred=True)
    stacks = ledger.stacks(Wanted(), 0, 10)
    assert [len(stack.ids) for stack in stacks] == [2, 1, 1, 1]
    assert stacks[0].ids == [again.id, first.id]
    assert stacks[0].take is not None
    assert stacks[0].take.id == again.id
    assert stacks[0].starred
    assert stacks[0].sum.credits == 100
    assert ledger.overview(Wanted()).stacks == len(stacks) == len({stack.key for stack in stacks})


def test_pages_lie_behind_each_other_and_together_are_all_there_is(ledger: Ledger, keep: Keep) -> None:
    for number in range(30):
        keep(f"take {number % 11}", days=number % 4)
    whole = ledger.stacks(Wanted(), 0, 1000)
    pages = [stack for start in range(0, 40, 7) for stack in ledger.stacks(Wanted(), start, 7)]
    assert pages == whole
    assert len(whole) == ledger.overview(Wanted()).stacks
    days = [day.date for day in ledger.overview(Wanted()).days for _ in range(day.stacks)]
    assert [stack.key[:10] for stack in whole] == days


def test_a_damaged_row_keeps_its_place_and_hides_no_other(ledger: Ledger, keep: Keep, tmp_path: Path) -> None:
    keep("fox")
    hurt = keep("owl")
    keep("hare")
    with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as db, db:
        db.execute("UPDATE jobs SET request = '{\"prompt\": 7', credits_used = 'many' WHERE id = ?", (hurt.id,))
    assert [stack.take and stack.take.request["prompt"] for stack in ledger.stacks(Wanted(), 0, 9)] == [
        "hare", None, "fox",
    ]  # fmt: skip
    assert ledger.overview(Wanted()).stacks == 3
    assert prompts(ledger.history(Wanted("o"))) == ["fox"]


def test_who_watches_is_told_of_every_change_and_of_no_reading(ledger: Ledger, keep: Keep) -> None:
    told: list[int] = []
    end = ledger.watchers.add(lambda: told.append(1))
    row = keep("fox")
    assert len(told) == 1
    ledger.mark(row.id, starred=True)
    ledger.save(row)
    assert len(told) == 3
    ledger.stacks(Wanted(), 0, 9)
    ledger.overview(Wanted())
    assert len(told) == 3
    end()
    ledger.mark(row.id, starred=False)
    assert len(told) == 3
