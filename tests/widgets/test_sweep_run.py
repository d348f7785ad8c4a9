"""A sweep that has started: a few at a time, each take kept whatever becomes of it, nothing sent twice."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets.magics.options import parse
from seedance_widgets.magics.sweeping import as_batch, read
from seedance_widgets.sandbox.process import SandboxProcess
from seedance_widgets.widgets import JobView
from tests.support.faulty import FaultyServer, answer, cut, says

from .conftest import KEY, say, settle, until
from .sweeps import FAILED, RENDERING, Show


def test_one_press_renders_it_all_in_its_grid_a_few_at_a_time(show: Show, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    page = show()
    assert page.press_start()["ok"]
    page.until_kinds("rendering", "rendering", "waiting", "waiting")
    run = page.run
    assert (run["columns"], run["rows"]) == (
        ["static", "orbit"],
        [{"label": "4 s", "takes": [1, 2]}, {"label": "8 s", "takes": [3, 4]}],
    )
    first, _, third, fourth = run["takes"]
    assert page.widget.sweep["title"] == "camera move \u00d7 duration"
    assert (first["place"], first["credits"], first["action"]) == ("static, 4 s", "40 credits", "open")
    assert first["since"] is not None
    assert [(take["detail"], take["credits"], take["job"]) for take in (third, fourth)] == [
        ("Next", "about 21", ""),
        ("1 ahead", "about 21", ""),
    ]
    assert (run["settled"], run["used"], run["to_go"]) == ("0 of 4 settled", "80 credits used", "about 42 to go")
    assert [each["words"] for each in run["tally"]] == ["2 rendering", "2 waiting"]
    assert service.made == 2
    assert page.ask("concurrency", most=3)["ok"]
    until(lambda: service.made == 3, "the third")
    service.always("status", answer)
    page.until_kinds(*["ready"] * 4)
    assert page.run["over"]
    assert page.run["concurrency"] == 3
    assert "4 of 4 settled: 4 ready. 160 credits used" in page.widget.still["text/plain"]


def test_more_axes_make_more_rows_and_one_makes_a_row_a_value(show: Show) -> None:
    page = show(resolution=["480p", "720p"])
    page.widget.start(max_credits=1000).wait(60)
    settle()
    until(lambda: page.run.get("over"), "the end")
    assert [row["label"] for row in page.run["rows"]] == [
        "4 s \u00b7 480p",
        "8 s \u00b7 480p",
        "4 s \u00b7 720p",
        "8 s \u00b7 720p",
    ]
    assert page.run["rows"][0]["takes"] == [1, 2]
    single = show("A {hero}", {}, hero=["fox", "owl"])
    single.widget.start()
    until(lambda: single.run, "its grid")
    assert (single.run["columns"], single.run["rows"]) == (
        [""],
        [{"label": "fox", "takes": [1]}, {"label": "owl", "takes": [2]}],
    )


def test_a_second_press_sends_nothing_a_second_time(show: Show, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    page = show(duration=4)
    seen = page.plan["seen"]
    for number in range(3):
        say(page.widget, {"kind": "start", "id": f"press {number}", "seen": seen})
    until(lambda: len(page.line.of("answer")) == 3, "three answers")
    page.until_kinds("rendering", "rendering")
    batch = page.widget.batch
    assert page.widget.start() is batch
    assert service.made == 2


def test_pause_sends_nothing_new_and_resume_goes_on(show: Show, service: FaultyServer) -> None:
    service.always("status", RENDERING)
    page = show(concurrency=1)
    page.press_start()
    page.until_kinds("rendering", "waiting", "waiting", "waiting")
    assert page.ask("pause")["ok"]
    until(lambda: page.run["paused"], "the pause")
    assert [take["detail"] for take in page.run["takes"][1:]] == ["Paused"] * 3
    service.always("status", answer)
    page.until_kinds("ready", "waiting", "waiting", "waiting")
    assert service.made == 1
    assert page.ask("resume")["ok"]
    page.until_kinds(*["ready"] * 4)


def test_what_fails_or_is_lost_is_kept_and_the_others_go_on(show: Show, service: FaultyServer) -> None:
    service.plan("status", FAILED)
    service.plan("generate", answer, cut())
    page = show(concurrency=1)
    page.press_start()
    page.until_kinds("failed", "uncertain", "ready", "ready")
    failed, lost, *_ = page.run["takes"]
    assert (failed["tone"], failed["title"], failed["detail"], failed["credits"], failed["action"]) == (
        "bad", "Failed", "Refund not known", "40 credits", "send-again",
    )  # fmt: skip
    assert (lost["title"], lost["detail"], lost["credits"], lost["action"]) == (
        "Uncertain", "Reply lost, not sent again", "maybe 10", "resolve",
    )  # fmt: skip
    assert page.run["to_go"] == "10 uncertain"
    assert service.count("generate") == 4
    page.ask("open", take=lost["job"])
    (view,) = page.widget.views
    assert isinstance(view, JobView)
    assert view.job.id == lost["job"]

    asked = page.ask("send-again", take=failed["job"])
    assert asked["question"]["label"] == "Send again, about 40 credits"
    assert "One more is about 40 credits. Estimate from your last" in asked["question"]["text"]
    assert "The first one failed" in asked["question"]["text"]
    assert service.count("generate") == 4
    assert page.ask("send-again", take=failed["job"], consent=asked["id"])["ok"]
    page.until_kinds("ready", "uncertain", "ready", "ready")
    assert page.run["takes"][0]["credits"] == "80 credits"  # the first one is not known to have come back
    assert page.ask("send-again", take=failed["job"], consent=asked["id"])["ok"] is False
    assert service.count("generate") == 5
    assert page.ask("star", take=page.run["takes"][3]["job"], on=True)["ok"]
    until(lambda: page.run["takes"][3]["starred"], "the star")


def test_after_a_restart_in_the_middle_only_the_rest_is_left_to_be_sent(
    show: Show, kernel: Any, service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    first = show()
    first.press_start()
    first.until_kinds("rendering", "rendering", "waiting", "waiting")
    first.widget.pause()
    page = show(studio=kernel())
    assert page.plan["reused"] == "2 of 4 are there or on their way, 0 credits."
    assert (page.plan["label"], page.plan["label_cost"]) == ("Render the other 2 videos", "about 160 credits")
    assert service.made == 2
    service.always("status", answer)
    page.press_start()
    page.until_kinds("from history", "from history", "ready", "ready")
    assert service.made == 4


def test_a_rehearsal_is_shown_below_and_the_service_hears_nothing_of_it(
    show: Show, service: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SandboxProcess.__init__, "__kwdefaults__", {"speed": 20.0})
    page = show(duration=4)
    assert page.plan["rehearsable"]
    assert page.ask("rehearse")["ok"]
    (below,) = page.widget.views
    assert below.batch.wait(60).tally == {"ready": 2}
    until(lambda: below.sweep["run"]["over"], "the end of it in the page")
    assert below.sweep["title"] == "camera move, rehearsed in the sandbox"
    assert {take["credits"] for take in below.sweep["run"]["takes"]} == {"Free"}
    assert page.widget.batch is None
    assert page.plan["amount"] == "About 20 credits"
    assert page.ask("rehearse")["ok"]
    (again,) = page.widget.views
    assert again is not below
    assert again.batch.wait(60).tally == {"from history": 2}
    assert service.requests == []


def test_pictures_videos_and_the_contact_sheet_come_when_they_are_asked_for(
    show: Show, service: FaultyServer, tmp_path: Path
) -> None:
    page = show(duration=4)
    page.press_start()
    page.until_kinds("ready", "ready")
    first, second = (take["job"] for take in page.run["takes"])
    say(page.widget, {"kind": "posters", "takes": [first, "nobody", second, 7]})
    told = until(lambda: page.line.of("posters"), "posters")[0]
    assert told["takes"] == [first, second]
    pictures = next(buffers for content, buffers in page.line.messages if content["kind"] == "posters")
    assert all(Image.open(io.BytesIO(each)).format == "JPEG" for each in pictures)
    for job in (first, second):
        say(page.widget, {"kind": "video-want", "token": job})
    until(lambda: {each["token"] for each in page.line.of("video-chunk")} == {first, second}, "both videos")
    assert page.ask("contact-sheet")["ok"]
    (sheet,) = page.line.of("sheet")
    picture = next(buffers[0] for content, buffers in page.line.messages if content["kind"] == "sheet")
    written = page.widget.contact_sheet(tmp_path / "sheet.png").read_bytes()
    assert sheet["name"] == "contact-sheet.png"
    assert Image.open(io.BytesIO(picture)).size == Image.open(io.BytesIO(written)).size


def test_no_key_is_in_what_it_tells(show: Show) -> None:
    page = show(duration=4)
    page.press_start()
    page.until_kinds("ready", "ready")
    assert KEY not in repr(page.widget.get_state()) + repr(page.line.messages) + repr(page.widget.still)


def test_a_sweep_that_is_closed_is_told_no_more_and_what_was_started_goes_on(
    show: Show, kernel: Any, service: FaultyServer
) -> None:
    studio = kernel()
    service.always("status", RENDERING)
    page = show(studio=studio)
    page.press_start()
    page.until_kinds("rendering", "rendering", "waiting", "waiting")
    page.widget.close()
    assert studio.ledger.watchers._watchers == []
    batch = page.widget.batch
    assert batch is not None
    assert batch._watchers == []
    service.always("status", answer)
    assert batch.wait(60).tally == {"ready": 4}


def test_a_line_in_a_terminal_asks_and_sends_in_words(kernel: Any, service: FaultyServer, capsys: Any) -> None:
    studio = kernel()

    def typed(line: str) -> Any:
        wanted = parse(f"A fox, {{move}} --sweep move=static,orbit -r 480p {line}")
        return as_batch(read(wanted, wanted.prompt, wanted.settings, {}, str), wanted, studio)

    assert not typed("").started
    assert capsys.readouterr().out.startswith("Nothing was sent. This would render 2 videos. About 20 credits.")
    assert service.requests == []
    assert typed("--yes --wait").tally == {"ready": 2}
    assert capsys.readouterr().out == ""
    assert service.made == 2


def test_a_take_that_renders_shows_the_picture_it_begins_with(
    show: Show, service: FaultyServer, tmp_path: Path
) -> None:
    Image.new("RGB", (640, 360), "teal").save(tmp_path / "hero.png")
    service.always("status", RENDERING)
    page = show(duration=4, images=[str(tmp_path / "hero.png")])
    assert [chip["text"] for chip in page.widget.sweep["chips"]] == ["16:9", "480p", "4 s", "First frame"]
    (tmp_path / "hero.png").write_bytes(b"another file by now")  # what was shown is what is sent
    page.press_start()
    page.until_kinds("rendering", "rendering")
    assert all(take["poster"] and not take["video"] for take in page.run["takes"])
    say(page.widget, {"kind": "posters", "takes": [page.run["takes"][0]["job"]]})
    until(lambda: page.line.of("posters"), "its picture")
    (picture,) = next(buffers for content, buffers in page.line.messages if content["kind"] == "posters")
    with Image.open(io.BytesIO(picture)) as small:
        assert small.width <= 480
    assert service.count("upload") >= 1


def test_credits_that_the_service_says_it_gave_back_are_not_counted(show: Show, service: FaultyServer) -> None:
    given_back = {"success": True, "status": "failed", "error": "No.", "credits_refunded": True}
    service.always("status", says(200, given_back))
    page = show(duration=4, move="static")
    page.press_start()
    page.until_kinds("failed")
    (take,) = page.run["takes"]
    assert (take["detail"], take["credits"], page.run["used"]) == ("Credits refunded", "0 credits", "0 credits used")


def test_what_the_file_keeps_is_of_now_and_what_is_there_is_shown_at_once(show: Show) -> None:
    widget = show().widget
    assert "4 takes, 4 to make" in widget.still["text/plain"]
    widget.start().wait(60)
    assert widget.still["text/plain"].startswith("4 of 4 settled: 4 ready. 160 credits used.")
    again = show()
    assert again.kinds() == ["from history"] * 4
    assert again.widget.still["text/plain"].startswith("4 of 4 settled: 4 from history. 0 credits used.")
