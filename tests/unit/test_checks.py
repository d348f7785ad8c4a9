"""Hints on a prompt: each fires where it should, is silent where it should, and its fix is the end of it."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.capabilities import DEFAULT_MODEL
from seedance_widgets.prompts import MENUS
from seedance_widgets.prompts.checks import RULES, Check, Draft, camera_move, checks
from tests.unit.strategies import prompts

PIER = (
    "A {subject} walks to the end of a wooden pier at dusk and slowly raises a brass lantern. {weather}. Slow dolly-in "
    "from the pier to the face, ending on the lantern. Gulls wheel far away."
)
VALUES = {"subject": "lighthouse keeper in a long coat", "weather": "Thin drifting mist, cold teal light"}
SETTINGS = ("fixed_lens", "generate_audio", "duration")

FIRES: list[tuple[str, str, dict[str, Any], str]] = [
    # rule, prompt, settings, what is marked
    ("fixed-lens", PIER, {"fixed_lens": True}, "dolly-in"),
    ("fixed-lens", "A fox runs. The camera slowly pans to the left.", {"fixed_lens": True}, "pans to the left"),
    ("fixed-lens", "A slow pan left over a city at night, cars move", {"fixed_lens": True}, "slow pan"),
    ("fixed-lens", "Handheld footage of a busy market", {"fixed_lens": True}, "Handheld"),
    ("fixed-lens", "Drone flight over a canyon at dawn", {"fixed_lens": True}, "Drone flight"),
    ("fixed-lens", "The camera follows a dog through the rain", {"fixed_lens": True}, "follows"),
    ("fixed-lens", "No zoom at first, then a quick zoom on the door", {"fixed_lens": True}, "quick zoom"),
    ("sound-off", "A ship in fog, a distant foghorn", {}, "foghorn"),
    ("sound-off", 'An owl turns its head and says "Who is there?"', {}, '"Who is there?'),
    ("sound-off", "The sound of rain on leaves while a snail crawls", {}, "sound of rain on"),
    ("sound-off", "Waves roll in, with soft music and gulls", {}, "soft music"),
    ("shots", "Shot 1: a door. Shot 2: a hand opens it.", {"duration": 4}, "Shot 2"),
    ("shots", "A man runs. The shot cuts to his shoes.", {"duration": 4}, "The shot cuts to"),
    ("shots", "Shot 1: a. Shot 2: b. Shot 3: c. Shot 4: d runs.", {"duration": 12}, "Shot 4"),
    ("speech", "A woman turns and says: we made it.", {"generate_audio": True}, "we made it."),
    ("speech", "He shouts 'it's late!' and runs", {"generate_audio": True}, "'it's late!'"),
    ("motion", "A red fox in fresh snow under a pale sky", {}, ""),
    ("motion", "Portrait of a woman with a red hat, standing at a window in the morning", {}, ""),
    ("motion", "A red fox in fresh snow", {"fixed_lens": True}, ""),
    ("music", PIER, {"generate_audio": True}, ""),
]

SILENT: list[tuple[str, str, dict[str, Any]]] = [
    ("fixed-lens", PIER, {"fixed_lens": False}),
    ("fixed-lens", "Eggs sizzle in a frying pan on the left", {"fixed_lens": True}),
    ("fixed-lens", "A fox follows its own tracks in the snow", {"fixed_lens": True}),
    ("fixed-lens", "A crane stands in the river, herons fly up", {"fixed_lens": True}),
    ("fixed-lens", "A man with a camera follows a lion", {"fixed_lens": True}),
    ("fixed-lens", "She tilts her head and looks into the camera", {"fixed_lens": True}),
    ("fixed-lens", "A satellite orbits the Earth", {"fixed_lens": True}),
    ("fixed-lens", "No camera movement; the camera does not pan or tilt. Leaves fall.", {"fixed_lens": True}),
    ("fixed-lens", "Static shot without any zoom of a waterfall", {"fixed_lens": True}),
    ("sound-off", "A ship in fog, a distant foghorn", {"generate_audio": True}),
    ("sound-off", 'A neon sign reads "OPEN" above a bar', {}),
    ("sound-off", "A man plays the guitar below a bell tower", {}),
    ("sound-off", "A silent street, no footsteps, snow falls", {}),
    ("shots", "Shot 1: a door. Shot 2: a hand opens it.", {"duration": 8}),
    ("shots", "A wide shot of a man with his hair cut to the shoulders", {"duration": 4}),
    ("shots", "Cut to a fox that runs through snow", {"duration": 4}),
    ("shots", "One continuous take without cuts", {"duration": 4}),
    ("speech", 'A woman turns and says: "we made it."', {"generate_audio": True}),
    ("speech", "She says, smiling, that it is late", {"generate_audio": True}),
    ("speech", "He says hello to the dogs' owner", {"generate_audio": True}),
    ("motion", "A red fox trots through fresh snow", {}),
    ("motion", "A candle in a dark room, the flame flickers", {}),
    ("motion", "Slow pan left over a still lake", {}),
    ("motion", "Ein roter Fuchs in einer verschneiten Landschaft mit Licht", {}),
    ("motion", "雪の中の赤い狐 夕暮れ 静かな 森", {}),
    ("motion", "A red fox", {}),
    ("music", PIER, {"generate_audio": False}),
    ("music", "A violinist on a roof at dawn", {"generate_audio": True}),
]


def found(prompt: str, values: Any = VALUES, **settings: Any) -> list[Check]:
    return checks(Draft.of(prompt, values, **settings))


def of(rule: str, prompt: str, values: Any = VALUES, **settings: Any) -> Check | None:
    return next((check for check in found(prompt, values, **settings) if check.id == rule), None)


@pytest.mark.parametrize(("rule", "prompt", "settings", "marked"), FIRES)
def test_a_rule_fires_marks_its_words_and_its_fix_removes_it(
    rule: str, prompt: str, settings: dict[str, Any], marked: str
) -> None:
    check = of(rule, prompt, **settings)
    assert check is not None
    assert prompt[check.start : check.end] == marked
    assert check.fix is not None
    changed = {"prompt": prompt, **settings, **check.fix.changes}
    assert of(rule, changed.pop("prompt"), **changed) is None


@pytest.mark.parametrize(("rule", "prompt", "settings"), SILENT)
def test_a_rule_is_silent_where_nothing_is_wrong(rule: str, prompt: str, settings: dict[str, Any]) -> None:
    assert of(rule, prompt, **settings) is None


def test_every_rule_is_tried_both_ways() -> None:
    assert {row[0] for row in FIRES} == {row[0] for row in SILENT} == {rule.id for rule in RULES}


def test_warnings_come_before_hints() -> None:
    both = found("Slow dolly-in on a pier. A foghorn.", fixed_lens=True)
    assert [check.severity for check in both] == ["warning", "warning"]
    assert [rule.severity for rule in RULES] == sorted((rule.severity for rule in RULES), reverse=True)


def test_a_complaint_about_a_value_marks_its_variable_and_changes_no_word_of_it() -> None:
    check = of("fixed-lens", "A fox. {move}", {"move": "Slow dolly-in."}, fixed_lens=True)
    assert check is not None
    assert (check.start, check.end) == (7, 13)
    shots = of("shots", "{all}", {"all": "Shot 1: a. Shot 2: b."}, duration=12)
    assert shots is None
    many = of("shots", "{all}", {"all": "Shot 1: a. Shot 2: b. Shot 3: c. Shot 4: d."}, duration=12)
    assert many is not None
    assert many.fix is None
    speech = of("speech", "She says: {line}", {"line": "come here"})
    assert speech is not None
    assert speech.fix is not None
    assert speech.fix.changes == {"prompt": 'She says: "{line}"'}


def test_doubled_braces_do_not_shift_what_is_marked() -> None:
    prompt = "A {{sign}} and a {subject}, then a slow pan left"
    check = of("fixed-lens", prompt, fixed_lens=True)
    assert check is not None
    assert prompt[check.start : check.end] == "slow pan"


def test_a_fix_that_would_make_the_prompt_too_long_is_not_offered() -> None:
    full = "A fox runs. ".ljust(DEFAULT_MODEL.prompt_max, "x")
    check = of("music", full, generate_audio=True)
    assert check is not None
    assert check.fix is None


CAMERA = [entry for menu in MENUS if menu.id == "camera" for group in menu.groups for entry in group.entries]
SOUND = [entry for menu in MENUS if menu.id == "sound" for group in menu.groups for entry in group.entries]


@pytest.mark.parametrize("entry", CAMERA, ids=lambda entry: entry.label)
def test_the_menu_knows_which_of_its_phrases_move_the_camera(entry: Any) -> None:
    assert (camera_move(f"A fox. {entry.phrase}") is not None) == entry.moves


@pytest.mark.parametrize("entry", SOUND, ids=lambda entry: entry.label)
def test_a_phrase_of_the_sound_menu_needs_sound(entry: Any) -> None:
    assert (of("sound-off", f"A fox runs. {entry.phrase}") is not None) == (entry.label != "No music")
    assert of("speech", f"A fox runs. {entry.phrase}", generate_audio=True) is None


def test_every_phrase_of_the_menus_is_a_sentence_of_its_own() -> None:
    for menu in MENUS:
        labels = [entry.label for group in menu.groups for entry in group.entries]
        assert len(labels) == len(set(labels))
        for entry in (entry for group in menu.groups for entry in group.entries):
            assert entry.phrase[0].isupper()
            assert entry.phrase.rstrip('"').endswith(".")
            assert not set("{}/") & set(entry.phrase)


PARTS = [
    "Shot 1: ", "Shot 2: ", "shot 3 - ", "Shot 44: ", "cuts to ", "The shot cuts to ", "Cut to ", "dolly in ",
    "slow pan ", "the camera ", "says ", "says: ", "'", '"', "“", "no ", "without ", "foghorn ", "sound of ", "music ",
    "{a}", "{b}", "{{", "}}", "{", "}", ". ", "! ", "\n", "  ", "and the ", "in ", "fox ", "runs ",
    "İ", "🦊", "\u202e", "\0", "\ud800",
]  # fmt: skip
texts = st.one_of(prompts, st.lists(st.sampled_from(PARTS), max_size=20).map("".join))
values = st.dictionaries(st.sampled_from("ab"), texts, max_size=2)
settings = st.fixed_dictionaries(
    {"fixed_lens": st.booleans(), "generate_audio": st.booleans(), "duration": st.sampled_from([4, 8, 12, 5, 0])}
)


@given(texts, values, settings)
def test_no_text_breaks_the_checks_and_a_fix_ends_its_complaint(
    prompt: str, values: dict[str, str], settings: dict[str, Any]
) -> None:
    for check in found(prompt, values, **settings):
        assert 0 <= check.start <= check.end <= len(prompt)
        if check.fix is None:
            continue
        assert set(check.fix.changes) <= {"prompt", *SETTINGS}
        changed = {"prompt": prompt, **settings, **check.fix.changes}
        assert changed != {"prompt": prompt, **settings}
        assert of(check.id, changed.pop("prompt"), values, **changed) is None


@pytest.mark.parametrize(
    "part", ["a ", "s", "''", "\n", ". ", "camera a b c ", "says 'a", "says a, ", "no ", "Shot 1: ", " to", '"']
)
def test_a_text_of_one_repeated_part_takes_no_more_than_its_length(part: str) -> None:
    """Sixteen times as long: a pattern that looks back over all of it would take 256 times as long, not about 16."""

    def steps(length: int) -> float:
        draft = Draft.of(part * (length // len(part)), fixed_lens=True)
        before = time.thread_time()  # of this thread alone, whatever else the process does
        checks(draft)
        return time.thread_time() - before

    assert steps(40_000) < 100 * max(min(steps(2_500) for _ in range(3)), 1e-4)
