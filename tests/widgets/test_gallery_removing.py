"""Takes are removed from a gallery after a yes, and come back."""

from __future__ import annotations

from typing import Any

from seedance_widgets.studio import Studio
from seedance_widgets.widgets import JobView

from .conftest import Keep, answer, prompts, say, until


def test_takes_are_removed_only_after_a_yes_to_exactly_these(keep: Keep, past: Studio, open_gallery: Any) -> None:
    fox, owl = keep("A fox", video=b"x"), keep("An owl")
    gallery, line = open_gallery()
    say(gallery, {"kind": "remove", "id": "q1", "takes": [fox.id], "keep_copy": True})
    question = answer(line, "q1")["question"]
    assert "30 days" in question["text"]
    assert "nothing is paid back" in question["text"]
    say(gallery, {"kind": "remove", "id": "q2", "takes": [fox.id, owl.id], "consent": "q1"})
    assert answer(line, "q2")["question"]["title"] == "Remove 2 takes?"
    assert len(past.history()) == 2
    say(gallery, {"kind": "remove", "id": "q3", "takes": [fox.id, owl.id], "files": "trash", "consent": "q2"})
    assert answer(line, "q3")["ok"]
    assert past.history() == []
    until(lambda: gallery.shown["nothing"], "an empty gallery")
    assert not list((past.library.home / "media").glob("*.mp4"))
    assert gallery.shown["removed"] == {
        "text": "2 takes removed, and in the trash for 30 days.",
        "takes": [fox.id, owl.id],
    }
    say(gallery, {"kind": "restore", "id": "u1"})
    assert answer(line, "u1")["ok"]
    assert {job.id for job in past.history()} == {fox.id, owl.id}
    assert len(list((past.library.home / "media").glob("*.mp4"))) == 1
    until(lambda: gallery.shown["removed"] is None and len(gallery.shown["first"]) == 2, "both takes")
    say(gallery, {"kind": "restore", "id": "u2"})
    assert "does not hold" in answer(line, "u2")["message"]


def test_a_removed_take_that_is_opened_offers_to_be_put_back(keep: Keep, past: Studio, open_gallery: Any) -> None:
    owl = keep("An owl")
    keep("An owl at dusk", parent=owl.id)
    gallery, line = open_gallery()
    job = past.job(owl.id)
    assert job is not None
    past.remove(job)
    until(lambda: prompts(gallery) == ["An owl at dusk"], "the owl gone")
    say(gallery, {"kind": "open", "id": "o", "takes": [gallery.shown["first"][0]["origin"]["take"]]})
    assert answer(line, "o")["ok"]
    (view,) = gallery.views
    assert isinstance(view, JobView)
    assert (view.snapshot["title"], [each["label"] for each in view.snapshot["actions"]]) == ("Removed", ["Put back"])
    say(view, {"kind": "restore", "id": "p"})
    until(lambda: len(prompts(gallery)) == 2, "the owl")
