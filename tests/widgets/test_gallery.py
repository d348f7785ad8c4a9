"""The gallery shows what the ledger finds, a screenful at a time, and does what is asked of a take."""

from __future__ import annotations

import datetime as dt
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from seedance_widgets import images
from seedance_widgets.ledger import Record
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
from seedance_widgets.studio import Studio
from seedance_widgets.widgets import JobView, SeedanceForm
from seedance_widgets.widgets.gallery_pages import FIRST, MOST
from tests.support.clips import spoken_clip
from tests.support.environment import ROOT

from .conftest import Keep, answer, prompts, say, settle, until
from .test_protocol import members

GALLERY_SOURCE = (ROOT / "js/src/gallery_protocol.ts").read_text("utf-8")


def test_what_it_tells_has_the_members_the_page_reads(keep: Keep, open_gallery: Any) -> None:
    parent = keep("An owl turns its head")
    keep("An owl turns its head, at dusk", parent=parent.id)
    shown = open_gallery()[0].shown
    for name, value in {
        "Shelf": shown,
        "Day": shown["days"][0],
        "Filter": shown["filter"],
        "Card": shown["first"][0],
        "Origin": shown["first"][0]["origin"],
    }.items():
        assert set(value) == members(name, GALLERY_SOURCE), name


def test_a_take_says_what_it_was_made_from_and_what_it_used(keep: Keep, open_gallery: Any) -> None:
    parent = keep("An owl turns its head")
    keep("An owl turns its head, at dusk", parent=parent.id, credits_used=None)
    keep("A fox", state=State.FAILED, reason="refused", credits_used=None, error={"what": "First frame was refused."})
    fox, dusk, owl = open_gallery()[0].shown["first"]
    assert dusk["origin"] == {"link": "Remix of", "take": parent.id, "name": "An owl turns its head"}
    assert (owl["origin"], owl["credits"], dusk["credits"], fox["credits"]) == (
        None,
        "50 credits",
        "not known",
        "0 credits",
    )
    assert (fox["kind"], fox["tone"], fox["detail"]) == ("failed", "bad", "First frame was refused.")


def test_takes_whose_prompts_begin_alike_are_told_apart(keep: Keep, open_gallery: Any) -> None:
    pier = "A lighthouse keeper walks to the end of a wooden pier at dusk and raises a brass lantern"
    piers = [f"{pier}, {move}" for move in ("static", "slow\ndolly in", "slow dolly in, then hold")]
    for prompt in (*piers, "A fox", "狐" * 99, "狐" * 98 + "狸", "狸" * 98, "狸" * 99):
        keep(prompt)
    cards = open_gallery()[0].shown["first"]
    moves = [f"A lighthouse keeper … {move}" for move in ("slow dolly in, then hold", "slow dolly in", "static")]
    assert [card["brief"] for card in cards] == ["… 狸", "", "… 狸", "… 狐", "", *moves]
    assert cards[-1]["prompt"] == f"{pier}, static"


def test_only_a_screenful_is_told_unasked_and_the_rest_by_place(keep: Keep, open_gallery: Any) -> None:
    for number in range(FIRST + 40):
        keep(f"Take number {number}")
    gallery, line = open_gallery()
    assert len(gallery.shown["first"]) == FIRST
    assert sum(day["cards"] for day in gallery.shown["days"]) == FIRST + 40
    say(gallery, {"kind": "cards", "start": FIRST, "count": 5})
    told = until(lambda: line.of("cards"), "cards")[0]
    assert told["start"] == FIRST
    assert [card["prompt"] for card in told["cards"]] == [f"Take number {39 - at}" for at in range(5)]
    say(gallery, {"kind": "cards", "start": 0, "count": 10_000})
    assert len(until(lambda: line.of("cards")[1:], "more cards")[0]["cards"]) == MOST


def test_what_is_chosen_is_what_is_found(keep: Keep, open_gallery: Any) -> None:
    keep("A fox in snow")
    keep("A fox at sea", state=State.UNCERTAIN)
    keep("An owl")
    gallery, line = open_gallery()
    say(gallery, {"kind": "filter", "id": "f1", "search": " FOX ", "state": "", "starred": False, "days": 0})
    assert answer(line, "f1")["ok"]
    assert prompts(gallery) == ["A fox at sea", "A fox in snow"]
    say(gallery, {"kind": "filter", "id": "f2", "search": "fox", "state": "ready", "starred": False, "days": 30})
    answer(line, "f2")
    assert prompts(gallery) == ["A fox in snow"]
    assert [kind["count"] for kind in gallery.shown["kinds"]] == [2, 1, 0, 0, 1]
    say(gallery, {"kind": "filter", "id": "f3", "search": ["x"], "state": "odd", "starred": "yes", "days": 10**9})
    answer(line, "f3")
    assert gallery.shown["filter"] == {"search": "", "state": "", "starred": False, "days": 7}


def test_takes_older_than_the_time_that_is_shown_say_so(keep: Keep, past: Studio, open_gallery: Any) -> None:
    keep("A fox")
    with past.ledger._write() as db:
        db.exec_driver_sql("UPDATE jobs SET created = created - 40 * 86400")
    assert open_gallery()[0].shown["nothing"] == "No takes in this time: last 7 days."


def test_a_change_of_a_take_reaches_the_page_unasked(keep: Keep, past: Studio, open_gallery: Any) -> None:
    first = keep("A fox")
    gallery, _ = open_gallery()
    version = gallery.shown["version"]
    past.ledger.mark(first.id, starred=True)
    until(lambda: gallery.shown["first"][0]["starred"], "the star")
    keep("An owl")
    until(lambda: len(gallery.shown["first"]) == 2, "the new take")
    assert gallery.shown["version"] > version
    assert "An owl" in gallery.still["text/plain"]


def test_a_gallery_that_is_closed_is_told_no_more(keep: Keep, past: Studio, open_gallery: Any) -> None:
    gallery, _ = open_gallery()
    gallery.close()
    assert past.ledger.watchers._watchers == []


def test_pictures_come_for_what_is_in_view(keep: Keep, open_gallery: Any) -> None:
    made, bare = keep("A fox", video=b"x"), keep("An owl")
    gallery, line = open_gallery()
    say(gallery, {"kind": "posters", "takes": [made.id, bare.id, 7, "../../etc/passwd", made.id]})
    until(lambda: line.of("posters"), "pictures")
    content, (picture, nothing, _) = next(each for each in line.messages if each[0]["kind"] == "posters")
    assert content["takes"] == [made.id, bare.id, "../../etc/passwd"]
    assert nothing == b""
    with Image.open(io.BytesIO(picture)) as small:
        assert max(small.size) <= 640


def test_frames_to_look_through_come_from_the_saved_file(keep: Keep, open_gallery: Any, tmp_path: Path) -> None:
    spoken_clip(tmp_path / "clip.mp4")
    made = keep("A fox", video=(tmp_path / "clip.mp4").read_bytes())
    gallery, line = open_gallery()
    say(gallery, {"kind": "strip", "take": made.id})
    (told,) = until(lambda: line.of("strip"), "frames")
    picture = next(buffers[0] for content, buffers in line.messages if content["kind"] == "strip")
    with Image.open(io.BytesIO(picture)) as row:
        assert row.height == 180
        assert told["frames"] == 24
        assert row.width % told["frames"] == 0
    say(gallery, {"kind": "strip", "take": keep("An owl", video=b"no video").id})
    assert until(lambda: line.of("strip")[1:], "an empty strip")[0]["frames"] == 0


def test_opening_a_take_shows_it_below_and_the_next_takes_its_place(keep: Keep, open_gallery: Any) -> None:
    fox, owl = keep("A fox"), keep("An owl")
    gallery, line = open_gallery()
    say(gallery, {"kind": "open", "id": "o1", "takes": [fox.id]})
    answer(line, "o1")
    say(gallery, {"kind": "new-video", "id": "n1"})
    answer(line, "n1")
    say(gallery, {"kind": "open", "id": "o2", "takes": [owl.id]})
    answer(line, "o2")
    form, view = gallery.views
    assert isinstance(form, SeedanceForm)
    assert isinstance(view, JobView)
    assert view.job.id == owl.id
    say(gallery, {"kind": "open", "id": "o3", "takes": ["nobody"]})
    assert "does not hold" in answer(line, "o3")["message"]


def test_remix_fills_one_form_and_names_the_parent(keep: Keep, open_gallery: Any) -> None:
    fox, owl = keep("A fox"), keep("An {owl}")
    gallery, line = open_gallery()
    for number, take in enumerate((fox, owl)):
        say(gallery, {"kind": "remix", "id": f"r{number}", "take": take.id})
        answer(line, f"r{number}")
    (form,) = gallery.views
    assert form.request.prompt == "An {owl}"
    assert form._parent.id == owl.id


def test_prompt_recipe_and_path_are_given_whole_to_be_copied(keep: Keep, open_gallery: Any) -> None:
    prompt = "A fox, " + "and a fox, " * 100 + "\ud800"
    made, bare = keep(prompt, video=b"x"), keep("An owl")
    gallery, line = open_gallery()
    for number, (what, take) in enumerate([("prompt", made), ("recipe", made), ("path", made), ("path", bare)]):
        say(gallery, {"kind": "copy", "id": f"c{number}", "take": take.id, "what": what})
    assert answer(line, "c0")["message"] == prompt.replace("\ud800", "?")
    assert json.loads(answer(line, "c1")["message"])["duration"] == 4
    assert Path(answer(line, "c2")["message"]).read_bytes() == b"x"
    assert not answer(line, "c3")["ok"]


def test_a_remix_has_everything_the_take_was_made_of(past: Studio, open_gallery: Any, tmp_path: Path) -> None:
    picture = tmp_path / "dusk.png"
    Image.linear_gradient("L").resize((640, 400)).save(picture)
    kept = past.library.keep_image(images.load(picture))
    asked = GenerationRequest(
        'A fox says "{Hello}"', images=[kept.cut_at(0.3, 0.5), kept], aspect_ratio="1:1", resolution="480p",
        duration=8, fixed_lens=True, generate_audio=True, prompt_directory_optin=True,
    )  # fmt: skip
    now = time.time()
    past.ledger.begin(
        Record(id="fox", connection="ulazai", label="UlazAI", model="m", request=asked.to_dict(), state=State.COMPLETED,
               fingerprint=asked.fingerprint, created=now, updated=now),
        reuse=False,
    )  # fmt: skip
    gallery, line = open_gallery()
    say(gallery, {"kind": "remix", "id": "r", "take": "fox"})
    assert answer(line, "r")["ok"]
    (form,) = gallery.views
    assert form.request.replace(images=()) == asked.replace(images=())
    assert [images.load(image).info for image in form.request.images] == list(asked.images)
    assert form._parent.id == "fox"


def test_takes_are_compared_below_until_the_page_closes_that_and_remixed_in_the_one_form(
    keep: Keep, open_gallery: Any
) -> None:
    fox, owl, hare = (keep(prompt, video=b"x") for prompt in ("A fox", "An owl", "A hare"))
    gallery, line = open_gallery()
    say(gallery, {"kind": "new-video", "id": "n1"})
    answer(line, "n1")
    (form,) = gallery.views
    for number, takes in enumerate(([fox, owl], [owl, fox, hare])):
        say(gallery, {"kind": "compare", "id": f"c{number}", "takes": [take.id for take in takes]})
        assert answer(line, f"c{number}")["ok"]
        compare, below = gallery.views
        assert [job.id for job in compare.takes] == [take.id for take in takes]
        assert below is form
    say(compare, {"kind": "remix", "id": "r1", "job": hare.id})
    until(lambda: form.prompt == "A hare", "the remix")
    say(compare, {"kind": "close"})
    until(lambda: gallery.views == [form], "that it is gone")
    assert compare.comm is None
    say(gallery, {"kind": "compare", "id": "c9", "takes": [fox.id]})
    assert "two to four takes" in answer(line, "c9")["message"]


def test_a_take_that_was_removed_meanwhile_is_not_compared_and_it_is_said(
    keep: Keep, past: Studio, open_gallery: Any
) -> None:
    fox, owl = keep("A fox", video=b"x"), keep("An owl", video=b"x")
    gallery, line = open_gallery()
    past.remove(past.job(owl.id))
    say(gallery, {"kind": "compare", "id": "c1", "takes": [fox.id, owl.id]})
    assert "Take B was removed from the history. It is out of the history and can be" in answer(line, "c1")["message"]
    with pytest.raises(ValueError, match="Take B was removed"):
        gallery.compare(fox.id, owl.id)


def test_takes_are_compared_by_job_id_and_the_time_on_their_cards(keep: Keep, past: Studio, open_gallery: Any) -> None:
    today = dt.datetime.now().replace(hour=0, minute=7, second=5)  # noqa: DTZ005  of the person's clock
    yesterday = today - dt.timedelta(days=1)
    fox = keep("A fox", video=b"x", created=yesterday.timestamp())
    owl = keep("An owl", video=b"x", created=today.timestamp())
    gallery, _ = open_gallery()
    by_hand = gallery.compare(past.job(fox.id), owl.id)
    assert [job.id for job in by_hand.takes] == [fox.id, owl.id]
    by_hand.close()
    by_time = gallery.compare("00:07", f"{yesterday.day} {yesterday:%b}, 00:07")
    assert [job.id for job in by_time.takes] == [owl.id, fox.id]
    by_time.close()


def test_a_time_of_no_take_or_of_several_teaches_what_to_pass(keep: Keep, past: Studio, open_gallery: Any) -> None:
    early = dt.datetime.now().replace(hour=0, minute=7, second=5).timestamp()  # noqa: DTZ005
    fox = keep("A fox", video=b"x", created=early)
    keep("A fox that failed", state=State.FAILED, created=early + 1)
    gallery, _ = open_gallery()
    with pytest.raises(ValueError, match="'00:08' is no take that this gallery shows") as raised:
        gallery.compare("00:07", "00:08")
    assert 'gallery.compare("12:06", job)' in str(raised.value)
    owl = keep("An owl", video=b"x", created=early + 2)
    with pytest.raises(ValueError, match="'00:07' is the time of 2 takes") as raised:
        gallery.compare("00:07", fox.id)
    assert f"{owl.id!r} (An owl), {fox.id!r} (A fox)" in str(raised.value)
    with pytest.raises(TypeError, match="not 12"):
        gallery.compare(12, 13)


def test_an_id_opens_its_take_or_is_that_of_the_one_that_was_lost_or_is_asked_for(
    keep: Keep, past: Studio, open_gallery: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep("A fox", generation_id="gen-1")
    gallery, line = open_gallery()
    say(gallery, {"kind": "attach", "id": "a1", "generation_id": "gen-1"})
    assert answer(line, "a1")["ok"]
    assert gallery.views[0].job.generation_id == "gen-1"
    asked: list[Any] = []

    async def found_there(generation_id: str) -> Any:
        asked.append(past.job(keep("Attached from the service", generation_id=generation_id).id))
        return asked[0]

    monkeypatch.setattr(past, "attach_async", found_there)
    say(gallery, {"kind": "attach", "id": "a2", "generation_id": "gen-2"})
    assert answer(line, "a2")["ok"]
    assert gallery.views[0].job is until(lambda: asked and past.job(asked[0].id), "the service's answer")
    keep("An owl", state=State.UNCERTAIN)
    keep("A hare", state=State.UNCERTAIN)
    say(gallery, {"kind": "attach", "id": "a3", "generation_id": "gen-3"})
    assert "several" in answer(line, "a3")["message"]


def test_videos_are_handed_over_by_name_and_in_pieces(keep: Keep, open_gallery: Any) -> None:
    fox, owl = keep("A fox", video=b"0123456789"), keep("An owl")
    gallery, line = open_gallery()
    say(gallery, {"kind": "download", "id": "d1", "takes": [fox.id, owl.id]})
    answer(line, "d1")
    (files,) = line.of("files")
    assert [file["token"] for file in files["files"]] == [fox.id]
    assert files["files"][0]["name"].startswith("fox-")
    say(gallery, {"kind": "video-want", "token": fox.id})
    until(lambda: line.of("video-chunk"), "the video")
    assert next(buffers for content, buffers in line.messages if content["kind"] == "video-chunk") == [b"0123456789"]


@pytest.mark.parametrize(
    "message",
    [{}, {"kind": "cards"}, {"kind": "cards", "start": -1, "count": 3}, {"kind": "cards", "start": 10**30, "count": 1},
     {"kind": "posters", "takes": {}}, {"kind": "strip", "take": None}, {"kind": "open", "id": "x", "takes": "all"},
     {"kind": "star", "id": "y", "take": 5}, {"kind": "video-want", "token": "nobody"}, {"kind": "remove", "id": "z"}],
)  # fmt: skip
def test_messages_that_make_no_sense_end_nothing(keep: Keep, open_gallery: Any, message: dict[str, Any]) -> None:
    keep("A fox")
    gallery, line = open_gallery()
    say(gallery, message)
    say(gallery, {"kind": "filter", "id": "ok", "search": "fox", "days": 0})
    assert answer(line, "ok")["ok"]
    settle()
    assert prompts(gallery) == ["A fox"]


def test_a_hostile_prompt_is_text_in_the_saved_table(keep: Keep, open_gallery: Any) -> None:
    keep("<img src=x onerror=alert(1)>\ud800")
    gallery, _ = open_gallery()
    assert "<img" not in gallery.still["text/html"]
    assert gallery.shown["first"][0]["prompt"].startswith("<img src=x")
