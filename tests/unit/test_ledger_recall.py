"""Past prompts come from the ledger a screenful at a time, newest first, each once."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets.ledger import LEDGER_FILE, Ledger, Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import Reason
from tests.support.rows import finished_row

Keep = Callable[..., Record]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(f"sqlite:///{tmp_path / LEDGER_FILE}", tmp_path)
    yield made
    made.close()


@pytest.fixture
def keep(ledger: Ledger) -> Keep:
    """A function that enters a finished take of a prompt; each is a second newer than the one before."""
    made: list[Record] = []

    def enter(prompt: str, connection: str = "sandbox", **facts: Any) -> Record:
        request = GenerationRequest(prompt, **facts.pop("settings", {}))
        when = 1_790_000_000.0 + len(made)
        row = finished_row(f"take-{len(made):03}", request, when, connection, **facts)
        made.append(ledger.begin(row, reuse=False))
        return row

    return enter


def prompts(found: Any) -> list[str]:
    return [take.request["prompt"] for take in found.takes]


def test_each_prompt_is_there_once_with_its_newest_take(ledger: Ledger, keep: Keep) -> None:
    keep("fox")
    keep("owl", "ulazai")
    newest = keep("fox", "ulazai", settings={"duration": 8})
    found = ledger.prompts(limit=10)
    assert prompts(found) == ["fox", "owl"]
    assert found.takes[0].id == newest.id
    assert (found.more, found.count) == (False, 2)


def test_they_come_a_screenful_at_a_time_and_none_twice(ledger: Ledger, keep: Keep) -> None:
    for number in range(7):
        keep(f"fox {number}")
    first = ledger.prompts(limit=3)
    keep("fox 2")  # somebody asks for more meanwhile, and for one again
    keep("fox 9")
    last = first.takes[-1]
    rest = ledger.prompts(limit=3, after=(last.created, last.id))
    assert prompts(first) + prompts(rest) == ["fox 6", "fox 5", "fox 4", "fox 3", "fox 1", "fox 0"]
    assert (first.more, first.count) == (True, 7)
    assert not rest.more


def test_they_are_searched_in_any_case_and_language(ledger: Ledger, keep: Keep) -> None:
    for prompt in ("Ein FUCHS im Schnee", "Straße bei Nacht", "Λευκή ΑΛΕΠΟΎ", "An owl"):
        keep(prompt)
    assert prompts(ledger.prompts(limit=5, holding="fuchs")) == ["Ein FUCHS im Schnee"]
    assert prompts(ledger.prompts(limit=5, holding="STRASSE")) == ["Straße bei Nacht"]
    assert prompts(ledger.prompts(limit=5, holding="αλεπού")) == ["Λευκή ΑΛΕΠΟΎ"]
    assert prompts(ledger.prompts(limit=5, holding="%")) == []


def test_a_forgotten_prompt_is_not_among_them(ledger: Ledger, keep: Keep) -> None:
    take = keep("secret fox")
    keep("owl")
    keep("marked by hand", reason=Reason.FORGOTTEN.value)
    ledger.forget(take)
    assert prompts(ledger.prompts(limit=5)) == ["owl"]
    assert ledger.same(take.connection, take.fingerprint) == []


def test_prompts_that_differ_only_behind_a_null_are_two(ledger: Ledger, keep: Keep) -> None:
    keep("fox\0one")
    keep("fox\0two")
    assert prompts(ledger.prompts(limit=5)) == ["fox\0two", "fox\0one"]


@pytest.mark.parametrize(
    ("column", "value"),
    [("request", "{"), ("request", "[]"), ("request", '{"prompt": 7}'), ("created", "yesterday"), ("state", "lost")],
)
def test_a_damaged_row_hides_no_other_prompt(
    ledger: Ledger, keep: Keep, tmp_path: Path, column: str, value: str
) -> None:
    keep("owl")
    bad = keep("fox")
    with closing(sqlite3.connect(tmp_path / LEDGER_FILE)) as db, db:
        db.execute(f"UPDATE jobs SET {column} = ? WHERE id = ?", (value, bad.id))
    assert prompts(ledger.prompts(limit=5)) == ["owl"]


def test_only_what_is_shown_is_read_of_a_long_history(
    ledger: Ledger, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = keep("fox")
    with ledger._write() as db:
        for number in range(5000):
            when = one.created + 1 + number
            request = one.request | {"prompt": f"fox {number}"}
            ledger._insert(db, Record(**{**vars(one), "id": f"t{number}", "created": when, "request": request}))
    read: list[int] = []
    loads = json.loads
    monkeypatch.setattr(json, "loads", lambda text: (read.append(1), loads(text))[1])
    found = ledger.prompts(limit=20)
    assert (len(found.takes), found.more, found.count) == (20, True, None)
    assert len(read) < 2_500
