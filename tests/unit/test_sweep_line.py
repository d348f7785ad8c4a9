"""What `--sweep` on a line means."""

from __future__ import annotations

from typing import Any

import pytest

from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.magics.options import LineError, parse
from seedance_widgets.magics.sweeping import read


def swept(line: str, prompt: str = "", **namespace: Any) -> list[tuple[str, dict[str, Any]]]:
    wanted = parse(line, options_only=bool(prompt))
    found = read(wanted, prompt or wanted.prompt, wanted.settings, namespace, lambda name: namespace.get(name, name))
    return [(point.request.prompt, dict(point.coordinates)) for point in found.points]


@pytest.mark.parametrize(
    "option",
    [
        "--sweep move=static,slow-orbit",
        "--sweep=move=static,slow-orbit",
        '--sweep "move=static, slow-orbit"',
        "--sweep 'move=static,slow-orbit'",
        '--sweep move="static","slow-orbit"',
        "--sweep move=static,'slow-orbit'",
        "--sweep 'move=\"static\" , slow-orbit'",
        "--sweep move=static --sweep move=slow-orbit",
        "--sweep move=static,,slow-orbit,",
        "--sweep move=static,slow-orbit, --new",
    ],
)
def test_a_line_names_the_values_of_an_axis(option: str) -> None:
    expected = [("A fox, static", {"move": "static"}), ("A fox, slow-orbit", {"move": "slow-orbit"})]
    assert swept(option, "A fox, {move}") == expected
    assert swept(f"A fox, {{move}} {option}") == expected
    assert swept(f'"A fox, {{move}}" {option}') == expected


@pytest.mark.parametrize(
    ("option", "values"),
    [
        ('--sweep move="slow dolly-in, then hold",orbit', ["slow dolly-in, then hold", "orbit"]),
        ('--sweep move=orbit,"slow dolly-in, then hold"', ["orbit", "slow dolly-in, then hold"]),
        ('--sweep=move=\'pan left\',"she says ""go"""', ["pan left", 'she says "go"']),
        ("--sweep 'move=\"in, then hold\", slow orbit'", ["in, then hold", "slow orbit"]),
        ('--sweep move=don\'t,""', ["don't", ""]),
        ('--sweep move="slow orbit"', ["slow orbit"]),
        ('--sweep move=" --new, -d 8 ",orbit', ["--new, -d 8", "orbit"]),
    ],
)
def test_a_quoted_value_keeps_its_commas_and_spaces(option: str, values: list[str]) -> None:
    assert [place["move"] for _, place in swept(option, "A fox, {move}")] == values
    assert swept(f"A fox, {{move}} {option} -r 480p") == swept(option, "A fox, {move}")


def test_settings_are_axes_by_their_names_and_by_those_of_their_options() -> None:
    found = swept("--sweep aspect-ratio=1:1 --sweep audio=on,no --sweep duration=4", "A fox")
    assert [place for _, place in found] == [
        {"aspect_ratio": "1:1", "generate_audio": True, "duration": "4"},
        {"aspect_ratio": "1:1", "generate_audio": False, "duration": "4"},
    ]
    assert len(swept("--sweep image=hero,other.png", "A fox", hero="a.png")) == 2


def test_other_placeholders_are_variables_of_the_notebook() -> None:
    assert swept("--sweep move=static", "{hero}, {move}, {{x}}", hero=7)[0][0] == "7, static, {x}"
    with pytest.raises(InvalidRequestError, match="hero"):
        swept("--sweep move=static", "{hero}, {move}")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("--sweep move", "takes a name and its values"),
        ("--sweep move=", "takes a name and its values"),
        ("--sweep =static", "takes a name and its values"),
        ("--sweep 2=static", "takes a name and its values"),
        ("--sweep", "needs a value"),
        ("--sweep move", 'in quotes: move=static,"dolly in, then hold"'),
        ('--sweep move="static, orbit"', 'one value of move, or several.*--sweep "move=static, orbit"'),
        ('--sweep move="static,orbit', "quote after --sweep move= is never closed"),
        ('--sweep move="static"orbit', "a comma or a space"),
        ("--sweep move=static, orbit", "'orbit' would be part of the prompt.*--sweep \"move=static, ...\""),
        ('--sweep move=static, "orbit" -r 480p', "would be part of the prompt"),
        ("--sweep 'move=\"static'", "is never closed"),
        ("--sweep mood=calm", "neither a placeholder"),
        ("--sweep duration=4 -d 8", "duration is given twice"),
        ("--sweep move=static --save fox.mp4", "--save keeps one video"),
    ],
)
def test_a_sweep_that_makes_no_sense_says_why(line: str, why: str) -> None:
    with pytest.raises(LineError, match=why):
        swept(line, "A fox, {move}")
