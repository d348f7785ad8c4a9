"""A sweep sends nothing before it is confirmed, and then exactly what was shown."""

from __future__ import annotations

from typing import Any

import pytest

from seedance_widgets.errors import InvalidRequestError, OverBudgetError, SeedanceError
from tests.support.environment import ROOT
from tests.support.faulty import FaultyServer

from .conftest import say, until
from .sweeps import Show
from .test_protocol import members

SOURCE = (ROOT / "js/src/sweep_protocol.ts").read_text("utf-8")


def test_what_it_tells_has_the_members_the_page_reads(show: Show, service: FaultyServer) -> None:
    page = show()
    plan = page.plan
    told = {
        "Sweep": page.widget.sweep,
        "PromptPiece": page.widget.sweep["prompt"][0],
        "Plan": plan,
        "Axis": plan["axes"][0],
        "CostLine": plan["lines"][0],
    }
    page.press_start()
    page.until_kinds(*["ready"] * 4)
    told |= {"Run": page.run, "SweepTake": page.run["takes"][0]}
    for name, value in told.items():
        assert set(value) == members(name, SOURCE), name
    assert page.plan is None
    assert service.made == 4


def test_before_it_starts_it_says_what_all_of_it_would_cost_and_sends_nothing(
    show: Show, service: FaultyServer
) -> None:
    page = show(duration=[4, 8, 12])
    sweep, plan = page.widget.sweep, page.plan
    assert sweep["title"] == "nothing sent yet"
    assert [piece["text"] for piece in sweep["prompt"] if piece["variable"]] == ["{move}"]
    assert "".join(piece["text"] for piece in sweep["prompt"]) == "A keeper raises a lantern, {move}"
    assert [chip["text"] for chip in sweep["chips"]] == ["16:9", "480p"]
    assert [(axis["label"], axis["values"]) for axis in plan["axes"]] == [
        ("Camera move", ["static", "orbit"]),
        ("Duration", ["4 s", "8 s", "12 s"]),
    ]
    assert [tuple(line.values()) for line in plan["lines"]] == [
        ("4 s", "2 videos", "10 each", "20"),
        ("8 s", "2 videos", "21 each", "42"),
        ("12 s", "2 videos", "31 each", "62"),
    ]
    assert (plan["amount"], plan["label"], plan["label_cost"]) == (
        "About 124 credits",
        "Render 6 videos",
        "about 124 credits",
    )
    assert plan["source"] == "A guess: the service publishes no prices"
    assert (plan["session"]["text"], plan["session"]["after"]) == ("Session: 0 of 5000 credits used", "124 after")
    assert plan["note"].endswith("still finish and cost credits.")
    assert page.widget.batch is None
    assert page.widget.takes == []
    assert "6 takes, 6 to make" in page.widget.still["text/plain"]
    assert "Nothing is sent before you confirm it." in page.widget.still["text/html"]
    assert list(page.widget.frame()["state"]) == ["waiting"] * 6
    with pytest.raises(SeedanceError, match="Nothing is sent yet"):
        page.widget.pause()
    assert service.requests == []


@pytest.mark.parametrize(
    ("given", "error", "why"),
    [
        ({"mood": ["calm"]}, TypeError, "neither a placeholder"),
        ({"move": [None]}, TypeError, "stands for texts"),
        ({"move": []}, InvalidRequestError, "move has no values"),
        ({"move": range(201)}, InvalidRequestError, "402 takes"),
        ({"concurrency": 0}, ValueError, "concurrency"),
        ({"resolution": ["2k", "4k"]}, InvalidRequestError, "Resolution '2k' .*Resolution '4k'"),
    ],
)
def test_what_makes_no_sense_is_taught_at_once(
    show: Show, service: FaultyServer, given: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=f"(?s){why}"):
        show(**given)
    assert service.requests == []


def test_all_that_is_wrong_with_any_take_is_said_once(show: Show) -> None:
    with pytest.raises(InvalidRequestError) as raised:
        show(resolution="2k", duration=[5, 4], images=[["nowhere.png"], ["nothing.png"]])
    assert [problem.field for problem in raised.value.problems].count("resolution") == 1
    assert len(raised.value.problems) == len(set(raised.value.problems))
    assert {"resolution", "duration", "images"} == {problem.field for problem in raised.value.problems}


def test_what_is_there_is_not_paid_for_again_and_can_be_made_anew(show: Show, service: FaultyServer) -> None:
    show(duration=4).widget.start().wait(60)
    page = show()
    assert page.plan["reused"] == "2 of 4 are the same request, 0 credits."
    assert (page.plan["label"], [line["videos"] for line in page.plan["lines"]]) == ("Render 2 videos", ["2 videos"])
    assert page.ask("reuse", on=False)["ok"]
    assert (page.plan["label"], page.plan["reused"]) == ("Render 4 videos", "")
    assert page.ask("reuse", on=True)["ok"]
    page.press_start()
    page.until_kinds("from history", "from history", "ready", "ready")
    assert page.run["takes"][0]["credits"] == "0 credits"
    assert page.run["takes"][0]["title"].startswith("From ")
    assert service.made == 4
    again = show()  # all of it is there: shown at once, for nothing
    again.until_kinds(*["from history"] * 4)
    assert show(reuse=False).widget.batch is None
    assert service.made == 4


def test_axes_are_put_in_place_and_get_and_lose_values(show: Show, service: FaultyServer) -> None:
    page = show()
    assert page.plan["axes"][1]["offers"] == ["12 s"]
    assert page.ask("set-axes", names=["duration", "move"])["ok"]
    assert [axis["name"] for axis in page.plan["axes"]] == ["duration", "move"]
    assert page.ask("add-value", axis="duration", value="12 s")["ok"]
    assert page.ask("add-value", axis="move", value=" pan left ")["ok"]
    assert page.plan["axes"][1]["values"] == ["static", "orbit", "pan left"]
    assert page.ask("remove-value", axis="move", index=0, value="static")["ok"]
    assert page.ask("remove-value", axis="duration", index=0, value="4 s")["ok"]
    assert page.plan["label"] == "Render 4 videos"
    page.press_start()
    page.until_kinds(*["ready"] * 4)
    assert page.run["columns"] == ["8 s", "12 s"]
    assert [row["label"] for row in page.run["rows"]] == ["orbit", "pan left"]
    assert "has started" in page.ask("add-value", axis="move", value="zoom")["message"]
    assert service.made == 4


HOSTILE: list[tuple[str, dict[str, Any], str]] = [
    ("set-axes", {"names": ["move"]}, "every axis once"),
    ("set-axes", {"names": {"move": 1}}, "every axis once"),
    ("set-axes", {}, "every axis once"),
    ("add-value", {"axis": "mood", "value": "calm"}, "no such axis"),
    ("add-value", {"axis": 7, "value": "calm"}, "no such axis"),
    ("add-value", {"axis": "move", "value": "  "}, "Write what"),
    ("add-value", {"axis": "move", "value": ["pan"]}, "Write what"),
    ("add-value", {"axis": "move", "value": "static"}, "there already"),
    ("add-value", {"axis": "move", "value": "x" * 2500}, "2,500 is the most"),
    ("add-value", {"axis": "duration", "value": "9 s"}, "Choose 12 s"),
    ("remove-value", {"axis": "move", "index": 1, "value": "static"}, "not there any more"),
    ("remove-value", {"axis": "move", "index": -1, "value": "orbit"}, "not there any more"),
    ("remove-value", {"axis": "move", "index": True, "value": "orbit"}, "not there any more"),
    ("concurrency", {"most": 0}, "from 1 to 8"),
    ("concurrency", {"most": 10**9}, "from 1 to 8"),
    ("pause", {}, "Nothing is sent yet"),
    ("resume", {}, "Nothing is sent yet"),
    ("open", {"take": "../../etc/passwd"}, "Nothing is sent yet"),
    ("send-again", {"take": {}}, "Nothing is sent yet"),
    ("star", {"on": True}, "Nothing is sent yet"),
    ("start", {}, "Nothing was sent"),
    ("start", {"seen": 7, "consent": []}, "Nothing was sent"),
]


def test_no_message_sends_or_changes_what_it_may_not(show: Show, service: FaultyServer) -> None:
    page = show()
    before = {**page.widget.sweep, "now": 0}
    for kind, content, why in HOSTILE:
        assert why in page.ask(kind, **content)["message"], (kind, content)
    for odd in (
        None,
        [],
        {"kind": "start"},
        {"kind": ["start"]},
        {"kind": "erase", "id": "e"},
        {"kind": "posters", "takes": 7},
    ):
        say(page.widget, odd)
    assert page.ask("concurrency", most=4)["ok"]
    assert {**page.widget.sweep, "now": 0} == before
    assert service.requests == []
    page.press_start()
    page.until_kinds(*["ready"] * 4)
    assert "not of these any more" in page.ask("open", take="nobody")["message"]
    assert "has not failed" in page.ask("send-again", take=page.run["takes"][0]["job"])["message"]
    assert service.made == 4


def test_a_page_that_shows_what_is_no_longer_so_sends_nothing(show: Show, kernel: Any, service: FaultyServer) -> None:
    studio = kernel()
    studio.use("sandbox")
    page = show(studio=studio)
    assert (page.plan["amount"], page.plan["qualifier"], page.plan["rehearsable"]) == ("Free", "in the sandbox", False)
    free = page.plan["seen"]
    studio.use("service")
    refused = page.ask("start", seen=free)
    assert "By now it is: Render 4 videos, about 62 credits. Nothing was sent." in refused["message"]
    assert page.plan["amount"] == "About 62 credits"
    assert page.ask("start", seen=free)["ok"] is False
    shown, amount = page.plan["seen"], page.plan["amount"]
    page.ask("add-value", axis="move", value="whip pan")  # in another view of it
    page.ask("remove-value", axis="move", index=0, value=page.plan["axes"][0]["values"][0])
    assert page.plan["amount"] == amount
    assert page.ask("start", seen=shown)["ok"] is False
    assert service.requests == []
    assert page.press_start()["ok"]
    page.until_kinds(*["ready"] * 4)


def test_over_the_budget_it_asks_and_a_yes_holds_for_what_was_shown(
    show: Show, kernel: Any, service: FaultyServer
) -> None:
    studio = kernel()
    studio.budget = 30
    page = show(studio=studio, concurrency=1)
    until(lambda: page.plan["session"]["over"], "the meter")
    message_id = page.press_start()
    question = message_id["question"]
    assert question["title"] == "Go over the budget of this session?"
    assert "About 62 credits" in question["text"]
    assert question["label"] == "Render 4 videos, about 62 credits"
    page.ask("add-value", axis="duration", value="12 s")
    assert page.press_start(consent=message_id["id"])["question"]  # it was a yes to something else
    with pytest.raises(OverBudgetError):
        page.widget.start()
    assert service.requests == []
    page.ask("remove-value", axis="duration", index=2, value="12 s")
    asked = page.press_start()
    assert page.press_start(consent=asked["id"])["ok"]
    # The service asks for 40 credits each, as nobody could know: what is far beyond the 62 is not sent.
    page.until_kinds("ready", "not sent", "not sent", "not sent")
    assert "far beyond the 62 credits" in page.run["takes"][3]["detail"]
    assert (service.made, studio.spent) == (1, 40)


def test_no_yes_passes_a_limit_that_was_set(show: Show, kernel: Any, service: FaultyServer) -> None:
    studio = kernel()
    page = show(studio=studio, max_credits=50)
    assert page.plan["problem"] == "About 62 credits, and 50 is the most you allow for this sweep."
    assert page.press_start(consent="m1")["message"] == page.plan["problem"]
    with pytest.raises(OverBudgetError):
        page.widget.start(over_budget=True)
    other = show(studio=studio)
    studio.max_credits = 20  # an 8 s take is 21
    until(lambda: "most you allow for one take" in other.plan["problem"], "the problem")
    refused = other.press_start()
    assert "question" not in refused
    assert "most you allow" in refused["message"]
    studio.max_credits = None
    until(lambda: not other.plan["problem"], "the way to be free")
    assert service.requests == []


def test_the_estimate_follows_what_is_learnt_and_says_how_far_it_may_be_off(show: Show, service: FaultyServer) -> None:
    first = show(duration=4, move="static")
    waiting = show(duration=4, move=["pan", "orbit"])
    assert waiting.plan["amount"] == "About 20 credits"
    first.widget.start().wait(60)
    until(lambda: waiting.plan["amount"] == "About 80 credits", "the new price")
    assert waiting.plan["source"] == "Estimate from your last run"
    assert waiting.plan["session"]["text"] == "Session: 40 of 5000 credits used"
