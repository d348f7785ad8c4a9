"""Prompts and settings side by side: what a person sees changed is what has changed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.models import GenerationRequest, GuideImage
from seedance_widgets.rendering.difference import settings_of, word_diff, words

PIER = "walks to the end of a wooden pier at dusk and slowly raises a lantern."


def shown(before: str, after: str) -> str:
    signs = {"same": "{}", "removed": "[-{}-]", "added": "[+{}+]"}
    return "".join(signs[kind].format(text) for kind, text in word_diff(before, after))


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        (PIER, PIER, PIER),
        (PIER, PIER.replace("dusk", "dawn"), PIER.replace("dusk", "[-dusk-][+dawn+]")),
        ("A fox.", "A red fox.", "A [+red +]fox."),
        ("A red fox.", "A fox.", "A [-red -]fox."),
        ("cold teal light", "soft violet light", "[-cold teal-][+soft violet+] light"),
        ("a dolly-in, slow", "a dolly-out, slow", "a [-dolly-in-][+dolly-out+], slow"),
        ("Stop. Go", "Stop! Go", "Stop[-.-][+!+] Go"),
        ("don't move", "do move", "[-don't-][+do+] move"),
        ("", "A fox", "[+A fox+]"),
        ("A fox", "", "[-A fox-]"),
        ("", "", ""),
        ("one\ntwo", "one\nthree", "one\n[-two-][+three+]"),
        ("Fox", "fox", "[-Fox-][+fox+]"),
    ],
)
def test_whole_words_are_removed_and_added(before, after, seen):
    assert shown(before, after) == seen


@pytest.mark.parametrize(
    ("before", "after", "seen"),
    [
        ("一只红狐狸在雪中奔跑", "一只白狐狸在雪中奔跑", "一只[-红-][+白+]狐狸在雪中奔跑"),
        ("キツネが走る。", "キツネが歩く。", "キツネが[-走る-][+歩く+]。"),
        ("여우 한 마리", "여우 두 마리", "여우 [-한-][+두+] 마리"),
        ("ثعلب أحمر", "ثعلب أبيض", "ثعلب [-أحمر-][+أبيض+]"),
        ("a fox 🦊 runs", "a fox 🐺 runs", "a fox [-🦊-][+🐺+] runs"),
        ("👩‍🚀 waves", "👨‍🚀 waves", "[-👩‍🚀-][+👨‍🚀+] waves"),
        ("👍🏽 ok", "👍🏿 ok", "[-👍🏽-][+👍🏿+] ok"),
        ("flag 🇫🇷🇩🇪", "flag 🇫🇷🇯🇵", "flag 🇫🇷[-🇩🇪-][+🇯🇵+]"),
        ("cafe\u0301 noir", "cafe noir", "[-cafe\u0301-][+cafe+] noir"),
    ],
)
def test_no_character_is_cut_in_any_script(before, after, seen):
    assert shown(before, after) == seen


letters = st.text(alphabet=st.sampled_from("ab .,\n-'é一二🦊\u200d👩\u0301🇫🇷"), max_size=30)


@given(letters, letters)
def test_both_texts_can_be_read_out_of_the_difference(before, after):
    pieces = word_diff(before, after)
    assert "".join(text for kind, text in pieces if kind != "added") == before
    assert "".join(text for kind, text in pieces if kind != "removed") == after
    assert all(text for _, text in pieces)


@given(st.text(max_size=200))
def test_words_make_up_the_text_again(text):
    assert "".join(words(text)) == text
    assert word_diff(text, text) == ([("same", text)] if text else [])


def test_a_prompt_that_only_repeats_itself_is_compared_as_a_whole():
    before, after = "雪" * 2500 + "x", "山" + "雪" * 2400
    began = time.process_time()
    assert word_diff(before, after) == [("removed", before), ("added", after)]
    assert time.process_time() - began < 60  # word by word it would be minutes


def test_settings_that_are_the_same_read_and_compare_the_same():
    image = GuideImage("pier.png", "image/png", 10, "ab" * 32, 1600, 900)
    again = GuideImage("copy of pier.png", "image/png", 10, "ab" * 32, 1600, 900)
    one = GenerationRequest("A pier", images=(image,), duration=8)
    other = GenerationRequest("A pier at dusk", images=(again,), duration=12)
    differing = [
        (a.label, a.text, b.text)
        for a, b in zip(settings_of(one), settings_of(other), strict=True)
        if a.identity != b.identity
    ]
    assert differing == [("Duration", "8 s", "12 s")]


def test_another_crop_of_the_same_image_is_another_first_frame():
    image = GuideImage("pier.png", "image/png", 10, "ab" * 32, 1600, 1600)
    one = GenerationRequest("A pier", images=(image,))
    other = GenerationRequest("A pier", images=(image.cut_at(0.5, 0.1),))
    first, moved = (next(row for row in settings_of(each) if row.label == "First frame") for each in (one, other))
    assert first.identity != moved.identity
    assert (first.text, moved.text) == ("pier.png", "pier.png, moved crop")
