"""What a comparison shows, and what stays of it in a saved notebook."""

from __future__ import annotations

import json

import pytest

from seedance_widgets.models import GenerationRequest, GuideImage
from seedance_widgets.rendering import Kept, Media, comparison, comparison_html, comparison_text, offer
from seedance_widgets.settings import SANDBOX_CONNECTION
from seedance_widgets.states import State
from tests.widgets.jobs import NOW, FakeJob
from tests.widgets.test_static import Page

DUSK = GuideImage("pier_dusk.png", "image/png", 10, "ab" * 32, 1600, 900)
NOON = GuideImage("pier_noon.png", "image/png", 10, "cd" * 32, 1600, 900)


def take(job_id="j1", prompt="A pier at dusk, cold teal light", *, credits_used=50, connection=None, **settings):
    request = GenerationRequest(prompt, **{"duration": 8, "generate_audio": True, "images": (DUSK,), **settings})
    more = {} if connection is None else {"connection": connection}
    job = FakeJob(request=request, id=job_id, credits_used=credits_used, media_sha256=job_id * 8, **more)
    job.go(State.COMPLETED, finished=NOW)
    return job


def shown(*jobs):
    return comparison(jobs, [Media("t", "fox.mp4", 1)] * len(jobs), NOW)


def cells(told, number):
    return {cell["label"]: (cell["text"], cell["changed"]) for cell in told["takes"][number]["settings"]}


def test_only_settings_that_differ_have_a_row_and_what_differs_from_the_first_is_marked():
    told = shown(take(), take("j2"), take("j3", duration=12, images=(NOON,), credits_used=75))
    assert told["same"] == "4 are the same: 16:9 · 720p · sound · fixed lens off"
    same = {
        "Duration": ("8 s", False),
        "First frame": ("pier_dusk.png", False),
        "Credits": ("50", False),
        "Rendered in": ("1:30", False),
    }
    assert cells(told, 0) == cells(told, 1) == same
    assert cells(told, 2) == {
        "Duration": ("12 s", True),
        "First frame": ("pier_noon.png", True),
        "Credits": ("75", True),
        "Rendered in": ("1:30", False),
    }


def test_takes_of_the_sandbox_and_of_the_service_say_so():
    told = shown(take(), take("j2", connection=SANDBOX_CONNECTION, credits_used=0))
    assert cells(told, 1)["Made with"] == ("Sandbox", True)
    assert cells(told, 1)["Credits"] == ("free", True)
    assert [each["badge"] for each in told["takes"]] == ["", "Sandbox"]


def test_prompts_are_held_against_the_first():
    told = shown(take(), take("j2", "A pier at dawn, soft violet light"))
    assert told["takes"][0]["prompt"] == [{"kind": "same", "text": "A pier at dusk, cold teal light"}]
    assert [(piece["kind"], piece["text"]) for piece in told["takes"][1]["prompt"]] == [
        ("same", "A pier at "),
        ("removed", "dusk"),
        ("added", "dawn"),
        ("same", ", "),
        ("removed", "cold teal"),
        ("added", "soft violet"),
        ("same", " light"),
    ]
    assert told["title"] == "2 takes of A pier at dusk, cold teal light"


def test_a_take_whose_video_is_gone_says_so_beside_the_others():
    told = comparison([take(), take("j2")], [None, Media("t", "fox.mp4", 1)], NOW)
    assert [each["missing"] for each in told["takes"]] == ["The video is not on this machine any more.", ""]
    assert told["takes"][0]["media"] is None


def test_half_characters_do_not_stop_the_message():
    json.dumps(shown(take(prompt="A pier \ud800 at dusk"), take("j2")), ensure_ascii=False).encode()
    assert json.dumps(offer(take(prompt="A pier \ud800 at dusk"), NOW), ensure_ascii=False).encode()


def test_a_saved_notebook_keeps_posters_side_by_side_with_what_differs():
    dawn = take("j2", "A pier at dawn, cold teal light", duration=12)
    html = comparison_html([Kept(take(), poster=b"abc"), Kept(dawn, poster=b"def")])
    page = Page(html)
    pictures = [attrs["src"] for name, attrs in page.elements if name == "img"]
    assert pictures == ["data:image/jpeg;base64,YWJj", "data:image/jpeg;base64,ZGVm"]
    assert "<del>dusk</del> <ins>dawn</ins>" in html
    assert "></th>" not in html  # every column and row has its name
    assert "<strong>12 s</strong>" in html
    assert "script" not in html
    assert html == comparison_html([Kept(take(), poster=b"abc"), Kept(dawn, poster=b"def")])


def test_nothing_in_a_prompt_or_a_file_name_becomes_markup():
    bad = "<img src=x onerror=alert(1)>"
    named = GuideImage(bad, "image/png", 10, "ef" * 32, 1600, 900)
    html = comparison_html([Kept(take()), Kept(take("j2", f"A pier {bad}", images=(named,)))])
    assert [name for name, _ in Page(html).elements if name == "img"] == []
    assert bad in Page(html).words.replace("  ", " ")


def test_where_there_is_only_text_it_says_what_differs():
    text = comparison_text([take(), take("j2", duration=12)])
    assert "A: A pier at dusk, cold teal light (duration 8 s, credits 50, rendered in 1:30)" in text
    assert "B: A pier at dusk, cold teal light (duration 12 s" in text


@pytest.mark.parametrize("count", [2, 3, 4])
def test_takes_have_their_letters_in_their_order(count):
    told = shown(*[take(f"j{number}") for number in range(count)])
    assert "".join(each["letter"] for each in told["takes"]) == "ABCD"[:count]
    assert [each["base"] for each in told["takes"]] == [True] + [False] * (count - 1)
