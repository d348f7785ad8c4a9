"""What a sweep must not pay for, and must not leave alone: found by attacking it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets import expand, generate_many
from tests.support.disks import fill, small_disk
from tests.support.faulty import FaultyServer, answer

from .conftest import Line, say, until
from .sweeps import FAILED, RENDERING, Page, Show


def test_what_is_all_there_is_shown_also_where_the_session_is_over_its_budget(
    show: Show, kernel: Any, service: FaultyServer
) -> None:
    studio = kernel()
    studio.budget = 10
    show(studio=studio, duration=4).widget.start(over_budget=True).wait(60)
    assert studio.spent > 10
    show(studio=studio, duration=4).until_kinds("from history", "from history")
    points = expand("A keeper raises a lantern, {move}", move=["static", "orbit"], resolution="480p")
    assert all(job.path for job in generate_many(points, studio=studio, progress=False))
    assert service.made == 2


def test_after_a_restart_what_is_under_way_is_followed_though_the_rest_is_never_sent(
    show: Show, kernel: Any, service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    before = kernel()
    page = show(studio=before)
    page.press_start()
    page.until_kinds("rendering", "rendering", "waiting", "waiting")
    page.widget.batch.cancel()
    before.close()
    service.always("status", answer)
    studio = kernel()
    again = show(studio=studio)
    until(lambda: len(studio.history(state="ready")) == 2, "both takes that were paid for")
    assert again.plan["label"] == "Render the other 2 videos"
    assert again.widget.batch is None
    assert service.made == 2


def test_a_sum_that_was_said_in_python_is_passed_by_no_more_than_a_guess_may_be_wrong(
    show: Show, kernel: Any, service: FaultyServer
) -> None:
    studio = kernel()
    studio.budget = 0
    page = show(studio=studio, concurrency=1, duration=4, move=["static", "orbit", "tilt up", "pan left"])
    page.widget.start(max_credits=100, over_budget=True).wait(60)  # about 40; they cost 40 each
    page.until_kinds("ready", "ready", "ready", "not sent")
    assert studio.spent == 120
    studio.max_credits = None
    again = show(studio=studio, duration=4, move=["static", "orbit", "tilt up", "pan left"])
    again.widget.start(over_budget=True).wait(60)  # no sum was said
    assert service.made == 4


def test_a_disk_that_fills_meanwhile_is_told_of_where_the_takes_are(
    show: Show, kernel: Any, service: FaultyServer, home: Path
) -> None:
    service.always("status", RENDERING)
    with small_disk(home) as filling:
        studio = kernel()
        page = show(studio=studio, duration=4)
        page.press_start()
        page.until_kinds("rendering", "rendering")
        assert page.widget.sweep["not_saved"] == ""
        fill(filling)
        service.always("status", answer)
        page.until_kinds("ready", "ready")
        until(lambda: "the disk is full" in page.widget.sweep["not_saved"], "the warning")
        studio.close()


@pytest.mark.parametrize("reuse", [True, False])
def test_a_take_that_failed_is_sent_once_more_by_presses_in_its_grid_and_its_own_view_together(
    show: Show, service: FaultyServer, listen: Callable[[Any], Line], reuse: bool
) -> None:
    page, job = failed(show, service, reuse=reuse)
    view = page.widget.views[0]
    line = listen(view)
    asked = page.ask("send-again", take=job)
    say(view, {"kind": "try-again", "id": "try"})
    assert page.ask("send-again", take=job, consent=asked["id"])["ok"]
    until(lambda: line.of("answer"), "the other answer")
    until(lambda: service.made == 3 and page.kinds() == ["rendering", "ready"], "one more")
    assert [each.job.id for each in view.views] == [page.run["takes"][0]["job"]]
    assert service.made == 3


def test_a_take_that_was_made_in_place_of_one_that_failed_is_not_paid_for_again_in_the_grid(
    show: Show, service: FaultyServer, listen: Callable[[Any], Line]
) -> None:
    page, job = failed(show, service, reuse=False)
    view = page.widget.views[0]
    line = listen(view)
    say(view, {"kind": "try-again", "id": "try"})
    until(lambda: line.of("answer") and service.made == 3, "one more")
    answered = page.ask("send-again", take=job)
    assert answered["ok"]
    assert "question" not in answered
    service.always("status", answer)
    page.until_kinds("from history", "ready")
    assert service.made == 3


def failed(show: Show, service: FaultyServer, *, reuse: bool) -> tuple[Page, str]:
    """A sweep whose first take failed, with a view of that below it, and the id of its job."""
    service.plan("status", FAILED)
    page = show(duration=4, concurrency=1, reuse=reuse)
    page.press_start()
    page.until_kinds("failed", "ready")
    service.always("status", RENDERING)
    job = page.run["takes"][0]["job"]
    assert page.ask("open", take=job)["ok"]
    assert service.made == 2
    return page, job
