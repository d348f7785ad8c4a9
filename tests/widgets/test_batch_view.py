"""A batch that was begun, as the value of a cell: the page of a sweep that runs, for takes from anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from seedance_widgets import Batch, Studio, expand, generate_many
from seedance_widgets.widgets import JobView
from seedance_widgets.widgets.batch_view import BatchView
from tests.support.faulty import FaultyServer, answer

from .conftest import Line, say, until
from .sweeps import FAILED, RENDERING, Page

FOX, OWL = "A red fox in snow", "An owl at dusk"


@pytest.fixture
def show_batch(
    kernel: Callable[[], Studio], listen: Callable[..., Line], service: FaultyServer
) -> Iterator[Callable[..., Page]]:
    """A function that begins a batch in the one kernel of the test, and shows it. What is not over at the end of the
    test is rendered and fetched first: nothing is left half done."""
    studio = kernel()
    made: list[Batch] = []

    def make(requests: Any, **options: Any) -> Page:
        batch = generate_many(requests, **{"studio": studio, "resolution": "480p", "progress": False, **options})
        made.append(batch)
        widget = BatchView(batch)
        return Page(widget, listen(widget))

    yield make
    service.always("status", answer)
    for batch in made:
        batch.cancel()
        batch.wait(60)


Show = Callable[..., Page]


def test_a_list_is_shown_live_by_its_prompts(show_batch: Show, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    page = show_batch([FOX, OWL, "A hare"], concurrency=1)
    page.until_kinds("rendering", "waiting", "waiting")
    assert (page.widget.sweep["name"], page.widget.sweep["title"]) == ("Batch", "3 videos")
    assert page.widget.sweep["prompt"] == []
    assert page.widget.sweep["plan"] is None
    assert [row["label"] for row in page.run["rows"]] == [FOX, OWL, "A hare"]
    assert [take["place"] for take in page.run["takes"]] == [FOX, OWL, "A hare"]
    assert page.run["concurrency"] == 1
    assert page.ask("pause")["ok"]
    service.always("status", answer)
    page.until_kinds("ready", "waiting", "waiting")
    assert page.ask("concurrency", most=2)["ok"]
    assert page.ask("resume")["ok"]
    page.until_kinds("ready", "ready", "ready")
    assert page.widget.still["text/plain"].startswith("3 of 3 settled: 3 ready. 120 credits used.")
    assert service.made == 3


def test_a_sweep_keeps_its_grid_and_a_table_its_labels(show_batch: Show) -> None:
    page = show_batch(expand("A pier, {move}", move=["static", "orbit"], duration=[4, 8]))
    assert page.run["columns"] == ["static", "orbit"]
    assert page.run["rows"] == [{"label": "4 s", "takes": [1, 3]}, {"label": "8 s", "takes": [2, 4]}]
    table = pd.DataFrame({"prompt": [FOX, FOX], "duration": [4, 8]}, index=["calm", "long"])
    assert [take["place"] for take in show_batch(table).run["takes"]] == ["calm · 4 s", "long · 8 s"]
    numbered = show_batch(table.reset_index(drop=True))
    assert [take["place"] for take in numbered.run["takes"]] == ["4 s", "8 s"]
    assert numbered.widget.sweep["prompt"] == [{"text": FOX, "variable": False}]


def test_a_take_is_opened_starred_and_sent_again_and_each_tile_of_it_shows_that(
    show_batch: Show, service: FaultyServer
) -> None:
    service.plan("status", FAILED)
    page = show_batch([FOX, OWL, FOX], concurrency=1)
    page.until_kinds("failed", "ready", "failed")
    first, second, third = page.run["takes"]
    assert first["job"] == third["job"]
    asked = page.ask("send-again", take=first["job"])
    assert asked["question"]["label"] == "Send again, about 40 credits"
    assert service.made == 2
    assert page.ask("send-again", take=first["job"], consent=asked["id"])["ok"]
    page.until_kinds("ready", "ready", "from history")
    assert service.made == 3
    assert page.ask("open", take=second["job"])["ok"]
    (view,) = page.widget.views
    assert isinstance(view, JobView)
    assert view.job.id == second["job"]
    assert page.ask("star", take=second["job"], on=True)["ok"]
    until(lambda: page.run["takes"][1]["starred"], "the star")
    assert page.ask("contact-sheet")["ok"]
    say(page.widget, {"kind": "posters", "takes": [second["job"]]})
    until(lambda: page.line.of("posters"), "its poster")


def test_nothing_can_be_asked_of_it_that_would_send_more(show_batch: Show, service: FaultyServer) -> None:
    page = show_batch([FOX])
    page.until_kinds("ready")
    until(lambda: page.run["over"], "its end in the page")
    before = {**page.widget.sweep, "now": 0}
    for kind in ("start", "rehearse", "set-axes", "add-value", "remove-value", "reuse"):
        say(page.widget, {"kind": kind, "id": kind, "seen": "Free", "names": [], "on": False})
    assert "not of these any more" in page.ask("open", take="nobody")["message"]
    assert page.line.of("answer")[0]["id"] not in ("start", "rehearse")
    assert {**page.widget.sweep, "now": 0} == before
    assert service.made == 1


def test_whoever_waits_finds_its_end_in_the_notebook(show_batch: Show) -> None:
    for number in range(5):
        page = show_batch([f"A fox, number {number}"])
        page.widget.batch.wait(60)
        assert page.widget.still["text/plain"].startswith("1 of 1 settled: 1 ready."), number


def test_what_is_kept_says_what_running_it_again_would_cost(show_batch: Show) -> None:
    assert "and the rest is sent" in show_batch([FOX]).widget.still["text/html"]
    assert "new videos each time" in show_batch([FOX], new=True).widget.still["text/html"]


def test_of_very_many_the_page_has_the_first_and_counts_all(show_batch: Show, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    page = show_batch([f"A fox, number {number}" for number in range(230)], max_credits=10_000, over_budget=True)
    until(lambda: len(page.run["takes"]) == 200, "the takes")
    assert page.widget.sweep["title"] == "230 videos, the first 200 are shown"
    assert page.run["settled"] == "0 of 230 settled"


def test_one_that_is_shown_before_it_is_begun_says_so_and_goes_on_there_once_it_is(
    show_batch: Show, service: FaultyServer
) -> None:
    made = show_batch([FOX])
    made.until_kinds("ready")
    service.always("status", RENDERING)
    page = show_batch([FOX, OWL, "A hare"], concurrency=1, start=False)
    assert (page.run["settled"], page.run["used"]) == ("Nothing is sent yet", "About 80 credits")
    assert (page.run["over"], page.run["tally"]) == (True, [])  # there is nothing to pause
    tiles = [(take["title"], take["detail"], take["credits"]) for take in page.run["takes"]]
    new = ("Not begun", "", "about 40")
    assert tiles == [("Not begun", "There already", "0 credits"), new, new]
    assert "Nothing is sent yet" in page.widget.still["text/html"]
    assert "start() begins it" in page.widget.still["text/html"]
    assert service.made == 1
    page.widget.batch.pause()
    page.widget.batch.start()
    page.until_kinds("from history", "waiting", "waiting")
    assert (page.run["settled"], page.run["over"]) == ("1 of 3 settled", False)
    page.widget.batch.resume()
    page.until_kinds("from history", "rendering", "waiting")
    service.always("status", answer)
    page.until_kinds("from history", "ready", "ready")


def test_a_view_that_is_closed_hears_no_more_and_the_batch_goes_on(show_batch: Show, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    page = show_batch([FOX, OWL])
    page.until_kinds("rendering", "rendering")
    batch = page.widget.batch
    page.widget.close()
    assert batch._watchers == []
    service.always("status", answer)
    assert batch.wait(60).tally == {"ready": 2}


def test_two_views_that_send_a_take_again_together_send_it_once(
    show_batch: Show, listen: Callable[..., Line], service: FaultyServer
) -> None:
    service.plan("status", FAILED)
    page = show_batch([FOX], new=True)
    page.until_kinds("failed")
    widget = BatchView(page.widget.batch)
    other = Page(widget, listen(widget))
    failed = page.run["takes"][0]["job"]
    asked = [(each, each.ask("send-again", take=failed)["id"]) for each in (page, other)]
    for each, consent in asked:
        say(each.widget, {"kind": "send-again", "id": f"yes {consent}", "take": failed, "consent": consent})
    for each, _ in asked:
        until(lambda line=each.line: len(line.of("answer")) == 2, "its answer")
        each.until_kinds("ready")
    assert service.made == 2
