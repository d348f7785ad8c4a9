"""Takes beside the notebook answer the same request in a fresh history, whatever else lies in that folder."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import GenerationRequest, Job, Studio, beside, recipes, rendering
from seedance_widgets.errors import Money, OverBudgetError
from seedance_widgets.settings import SANDBOX
from tests.support.faulty import FaultyServer, answer

from .conftest import until
from .test_job import WAIT
from .test_money import RENDERING, write

Colleague = Callable[..., Studio]


@pytest.fixture
def made(kernel: Callable[[], Studio], fox: GenerationRequest) -> Job:
    """A take of somebody's, in `seedance/`."""
    return kernel().submit(fox).wait(WAIT)


@pytest.fixture
def colleague(service: FaultyServer, new_studio_at: Callable[..., Studio], tmp_path: Path) -> Colleague:
    """A function that makes studios in the same folder with a history of their own."""
    return lambda home="another home", **options: new_studio_at(service.url, home=tmp_path / home, **options)


def recipe_of(job: Job) -> dict[str, Any]:
    assert job.placed is not None
    found = json.loads(job.placed.with_suffix(".json").read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def rewrite(job: Job, **facts: object) -> None:
    """Change what a recipe says."""
    assert job.placed is not None
    job.placed.with_suffix(".json").write_text(json.dumps({**recipe_of(job), **facts}), "utf-8")


def put(folder: Path, name: str, video: bytes, recipe: object) -> None:
    (folder / f"{name}.mp4").write_bytes(video)
    (folder / f"{name}.json").write_text(json.dumps(recipe), "utf-8")


def test_a_colleague_gets_the_take_of_the_clone_without_paying(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer
) -> None:
    studio = colleague()
    found = studio.submit(fox)
    assert (found.status, found.reason, found.reused_at is not None) == ("completed", "reused", True)
    assert service.count("generate") == 1
    assert found.wait(WAIT).path != made.path
    assert found.path is not None
    assert made.path is not None
    assert made.placed is not None
    assert found.path.read_bytes() == made.path.read_bytes()
    assert found.path.stat().st_mode == made.path.stat().st_mode
    assert found.poster is not None
    assert found.poster.read_bytes()[:2] == b"\xff\xd8"
    assert (found.placed, found.take, found.generation_id) == (made.placed, 1, made.generation_id)
    assert abs(found.created - made.created) < 1
    assert sorted(path.suffix for path in made.placed.parent.iterdir()) == [".json", ".mp4"]
    assert found.recipe() == {**made.recipe(), "created": found.recipe()["created"]}
    assert studio.submit(fox) is found


def test_it_costs_no_budget_and_says_nothing_of_prices(made: Job, colleague: Colleague, fox: GenerationRequest) -> None:
    rewrite(made, credits_used=1)
    studio = colleague()
    studio.budget = 0
    found = studio.submit(fox, max_credits=0)
    assert (found.credits_used, studio.spent, found.info.money) == (1, 0, Money.NOTHING)
    assert studio.estimate(fox).source.startswith("A guess")
    with pytest.raises(OverBudgetError):
        studio.submit(fox, new=True)


def test_a_new_take_is_a_new_take_and_counts_on(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer
) -> None:
    rewrite(made, take=4)
    studio = colleague()
    assert studio.submit(fox).take == 4
    assert studio.submit(fox, new=True).wait(WAIT).take == 5
    assert service.count("generate") == 2


def test_the_newest_of_several_is_given(
    kernel: Callable[[], Studio], colleague: Colleague, fox: GenerationRequest
) -> None:
    studio = kernel()
    jobs = [studio.submit(fox, new=True).wait(WAIT) for _ in range(3)]
    for job, hour in zip(jobs, (10, 12, 11), strict=True):
        rewrite(job, created=f"2026-05-04T{hour}:00:00+0000")
    found = colleague().submit(fox)
    assert (found.take, found.placed) == (2, jobs[1].placed)


def test_a_video_alone_answers_by_the_recipe_inside_it(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer
) -> None:
    assert made.placed is not None
    made.placed.with_suffix(".json").unlink()
    assert colleague().submit(fox).placed == made.placed
    made.placed.with_suffix(".json").write_text("my notes")
    assert colleague("third home").submit(fox).placed == made.placed
    assert service.count("generate") == 1


def test_images_answer_by_their_bytes_and_not_by_their_names(
    kernel: Callable[[], Studio], colleague: Colleague, fox: GenerationRequest, service: FaultyServer, tmp_path: Path
) -> None:
    paths = [tmp_path / "start.png", tmp_path / "elsewhere.png", tmp_path / "other" / "start.png"]
    paths[2].parent.mkdir()
    for path, colour in zip(paths, ("navy", "navy", "orange"), strict=True):
        Image.new("RGB", (400, 300), colour).save(path)
    kernel().submit(fox.replace(images=paths[0])).wait(WAIT)
    studio = colleague()
    assert studio.submit(fox.replace(images=paths[1])).reason == "reused"
    assert service.count("generate") == 1
    assert studio.submit(fox.replace(images=paths[2])).wait(WAIT).reason is None
    assert studio.submit(fox).wait(WAIT).reason is None
    assert service.count("generate") == 3


@pytest.mark.parametrize("claimed", [SANDBOX, "api.ulazai.com|seedance-1.5-pro", None, 5])
def test_a_take_of_one_connection_never_answers_another(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer, claimed: object
) -> None:
    rewrite(made, connection=claimed)
    assert colleague().submit(fox).wait(WAIT).reason is None
    assert service.count("generate") == 2


def test_a_paid_take_never_answers_the_sandbox(made: Job, colleague: Colleague, fox: GenerationRequest) -> None:
    assert colleague().has_take(fox)
    assert not colleague("third home", api_key=None, base_url=None).has_take(fox)
    rewrite(made, connection=SANDBOX)
    assert colleague("third home", api_key=None, base_url=None).has_take(fox)


UNTRUE = [
    {"prompt": "An owl"},
    {"duration": 8},
    {"fixed_lens": 0},
    {"images": [{"name": "a", "media_type": "image/png", "size": 1, "sha256": "a", "width": 1, "height": 1}]},
    {"model": "seedance-9"},
    {"sha256": "0" * 64},
    {"sha256": 5},
]


@pytest.mark.parametrize("untrue", UNTRUE, ids=[next(iter(each)) for each in UNTRUE])
def test_a_recipe_is_believed_in_what_it_asks_for_and_in_nothing_else(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer, untrue: dict[str, object]
) -> None:
    rewrite(made, **untrue, fingerprint=fox.fingerprint)
    studio = colleague()
    assert not studio.has_take(fox)
    assert studio.submit(fox).wait(WAIT).reason is None
    assert service.count("generate") == 2


ODD = {"take": 10**30, "created": "99999-01-01", "generation_id": "a\nb", "credits_used": -1, "parent": [], "note": {}}


def test_facts_that_make_no_sense_are_left_out(made: Job, colleague: Colleague, fox: GenerationRequest) -> None:
    rewrite(made, **ODD)
    found = colleague().submit(fox)
    assert (found.reason, found.take, found.generation_id, found.credits_used) == ("reused", 1, None, None)
    assert found.created >= made.created


def test_a_take_from_the_future_is_of_now(made: Job, colleague: Colleague, fox: GenerationRequest) -> None:
    rewrite(made, created="2999-01-01T00:00:00+0000")
    assert colleague().submit(fox).created <= time.time()


def test_a_video_that_does_not_play_is_no_take(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer, tmp_path: Path
) -> None:
    assert made.placed is not None
    rewrite(made, sha256=None)
    whole = made.placed.read_bytes()
    spoiled = [b"", b"#EXTM3U\n#EXTINF:4,\n/etc/passwd\n", b"version https://git-lfs.github.com/spec/v1\n", whole[:60]]
    studio = colleague()
    for video in spoiled:
        made.placed.write_bytes(video)
        assert not studio.has_take(fox)
    found = studio.submit(fox).wait(WAIT)
    assert found.reason is None
    assert service.count("generate") == 2
    kept = sorted(path.name for path in (tmp_path / "another home" / "media").iterdir())
    assert kept == sorted([f"{found.id}.jpg", f"{found.id}.mp4"])  # nothing is left of what was tried


def hostile(folder: Path, outside: Path, recipe: dict[str, Any], video: bytes) -> None:
    """A folder as nobody wants it. Only the first pair is a take."""
    put(folder, "0 a take", video, recipe)
    put(folder, "huge", video, {**recipe, "prompt": "fox " * 2_500_000})
    put(folder, "list", video, [recipe])
    put(folder, "types", video, {name: {} for name in recipe})
    put(folder, "settings", video, {**recipe, "duration": [[4]], "aspect_ratio": {"a": None}, "images": {"a": 1}})
    put(folder, "images", video, {**recipe, "images": [None, 5, {}, {"size": 1e999}]})
    for name, text in {
        "deep": b'{"prompt":' + b"[" * 30_000,
        "deeper": b'{"prompt": "fox", "aspect_ratio":' + b"[" * 900 + b"]" * 900 + b"}",
        "not utf-8": b"\xff\xfe\x00{",
        "number": b'{"prompt": "fox", "take": ' + b"9" * 30_000 + b"}",
        "half": b'{"prompt": "\\ud83e fox", "connection": "\\ud83e"}',
        "empty": b"",
    }.items():
        put(folder, name, video, recipe)
        (folder / f"{name}.json").write_bytes(text)
    boxes = b"\0\0\0\x08free" * 200_000
    (folder / "boxes.mp4").write_bytes(boxes)
    (folder / "recipe in front.mp4").write_bytes(recipes.box(recipe) + boxes)
    (folder / "folder.mp4").mkdir()
    put(outside, "secret", video, {**recipe, "created": "2026-11-01T00:00:00+0000"})
    for kind in (".mp4", ".json"):
        (folder / f"link{kind}").symlink_to(outside / f"secret{kind}")
        os.mkfifo(folder / f"pipe{kind}")
    put(folder, "json is a pipe", video, recipe)
    (folder / "json is a pipe.json").unlink()
    os.mkfifo(folder / "json is a pipe.json")
    (folder / "loop.mp4").symlink_to("loop.mp4")
    (folder / "device.mp4").symlink_to("/dev/zero")
    with contextlib.suppress(OSError):  # not every file system has such names
        put(folder, "line\nbreak \u202e", video, recipe)
        shutil.copy(folder / "line\nbreak \u202e.mp4", os.fsencode(folder) + b"/\xff\xfe.mp4")


def test_nothing_in_a_strangers_folder_fails_or_holds_up_anyone(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer, tmp_path: Path
) -> None:
    assert made.placed is not None
    (tmp_path / "outside").mkdir()
    recipe, video, folder = recipe_of(made), made.placed.read_bytes(), made.placed.parent
    shutil.rmtree(folder)
    folder.mkdir()
    plain = video.split(b"uuid")[0][:-4]  # without the recipe inside
    hostile(folder, tmp_path / "outside", {**recipe, "sha256": None}, plain)
    found = colleague().submit(fox)
    assert found.placed is not None
    assert (found.reason, found.placed.name) == ("reused", "0 a take.mp4")
    (folder / "0 a take.json").unlink()
    assert not colleague("third home").has_take(fox)
    assert colleague("third home").submit(fox.replace(prompt="An owl")).wait(WAIT).reason is None


def test_thousands_of_takes_are_read_once(
    made: Job, colleague: Colleague, fox: GenerationRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert made.placed is not None
    recipe, folder = recipe_of(made), made.placed.parent
    for number in range(2_000):
        put(folder, f"owl-{number}", b"no video", {**recipe, "prompt": f"Owl number {number}"})
    opened: list[str] = []
    really = beside._opened
    monkeypatch.setattr(beside, "_opened", lambda path: opened.append(path.name) or really(path))
    studio = colleague()
    owl = fox.replace(prompt="An owl")
    assert not studio.has_take(owl)
    assert len(opened) == 2_001
    opened.clear()
    assert not studio.has_take(owl)
    rewrite(made, note="changed")
    assert studio.has_take(fox)
    assert opened == [made.placed.with_suffix(".json").name, made.placed.name]


def test_two_kernels_that_find_one_take_at_once_make_one_row(
    made: Job, colleague: Colleague, fox: GenerationRequest, tmp_path: Path
) -> None:
    studios = [colleague() for _ in range(4)]
    ready = threading.Barrier(len(studios))
    found: list[str] = []

    def ask(studio: Studio) -> None:
        ready.wait()
        found.append(studio.submit(fox).id)

    threads = [threading.Thread(target=ask, args=(studio,)) for studio in studios]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert [job.id for job in studios[0].history()] == [found[0]]
    media = tmp_path / "another home" / "media"
    assert sorted(path.suffix for path in media.iterdir()) == [".jpg", ".mp4"]


def test_a_take_whose_video_is_gone_from_the_library_gets_it_back_from_the_folder(
    made: Job, kernel: Callable[[], Studio], fox: GenerationRequest, service: FaultyServer
) -> None:
    assert made.path is not None
    made.path.unlink()
    looks = service.count("status")
    again = kernel().submit(fox)
    assert again.id == made.id
    assert again.path is not None
    assert again.path.exists()
    assert (service.count("generate"), service.count("status")) == (1, looks)


def test_a_library_that_cannot_be_written_does_not_make_anyone_pay_for_what_is_there(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer, tmp_path: Path
) -> None:
    studio = colleague()
    (tmp_path / "another home" / "media").write_text("no folder")
    found = studio.submit(fox)
    assert found.reason == "reused"
    assert found.path is not None
    assert made.path is not None
    assert found.path.read_bytes() == made.path.read_bytes()  # in the place that stands in for it
    assert service.count("generate") == 1


def test_a_running_take_is_given_by_its_own_history_alone(
    kernel: Callable[[], Studio], colleague: Colleague, fox: GenerationRequest, service: FaultyServer
) -> None:
    service.always("status", RENDERING)
    running = kernel().submit(fox)
    assert kernel().submit(fox).id == running.id
    other = colleague().submit(fox)
    assert other.reason is None
    until(lambda: service.count("generate") == 2, "both requests")


def test_a_studio_without_a_place_looks_nowhere(
    made: Job, colleague: Colleague, fox: GenerationRequest, service: FaultyServer
) -> None:
    found = colleague(place=None).submit(fox).wait(WAIT)
    assert (found.reason, found.placed) == (None, None)
    assert service.count("generate") == 2


def test_the_copy_lies_where_the_notebook_was_when_it_asked(
    kernel: Callable[[], Studio],
    fox: GenerationRequest,
    service: FaultyServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service.always("status", RENDERING)
    job = kernel().submit(fox)
    until(lambda: service.count("status"), "a first look")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    job.stop_watching()
    until(lambda: job.over, "the end of watching")
    service.always("status", answer)
    later = kernel().job(job.id)
    assert later is not None
    later.watch_again()
    until(lambda: later.status == "completed", "the video")
    assert later.placed is not None
    assert later.placed.parent == tmp_path / "seedance"


def test_a_history_of_an_earlier_version_is_brought_up_to_date(
    made: Job, kernel: Callable[[], Studio], fox: GenerationRequest, home: Path
) -> None:
    for column in ("place", "removed"):
        write(home, f"ALTER TABLE jobs DROP COLUMN {column}")
    write(home, "UPDATE version SET number = 1")
    for _ in range(2):
        assert kernel().submit(fox).id == made.id
    with sqlite3.connect(home / "ledger.db") as db:
        assert db.execute("SELECT number FROM version").fetchall() == [(3,)]
    db.close()


def test_it_says_so_where_no_view_lives(made: Job, colleague: Colleague, fox: GenerationRequest) -> None:
    found = colleague().submit(fox)
    assert repr(found) == f"<Job {found.id}: completed (reused)>"
    assert "Same request as " in rendering.text(found, reused=True)
    assert "  0  " in rendering.history_text([found])
    summary = rendering.snapshot(found, rendering.Surroundings(now=time.time()))["summary"]
    assert summary[0] == {"kind": "credits", "lead": "0 credits.", "text": "Found beside the notebook."}
