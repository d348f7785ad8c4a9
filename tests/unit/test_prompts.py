"""What is typed is what is sent: quotes, braces and everything else that magics are known to spoil."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.prompts import escape, fill, read, unquote, value_of, variables
from tests.support.environment import ROOT
from tests.unit.strategies import prompts


def escaped(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")


@given(prompts)
def test_any_text_with_its_braces_doubled_arrives_as_it_was(text: str) -> None:
    assert fill(escaped(text), {}) == text
    assert variables(escaped(text)) == []


@given(prompts, prompts, prompts)
def test_a_variable_is_replaced_once_and_its_value_is_never_read_again(before: str, value: str, after: str) -> None:
    assert fill(f"{escaped(before)}{{hero}}{escaped(after)}", {"hero": value}) == before + value + after


@pytest.mark.parametrize(
    "text",
    ["It's a fox", 'He says "run"', "a -- b", "who goes there?", "$HOME and $ {HOME }", "100 %", "🦊 in ❄️", "\\n stays",
     "{not an identifier}", "{0}", "{a.b}", "{a!r}", "{a:>10}", "{", "}", "{}", "{1a}", "{a-b}"],
)  # fmt: skip
def test_everything_but_a_plain_name_in_braces_stays_as_it_stands(text: str) -> None:
    assert fill(text, {"a": "WRONG", "HOME": "WRONG", "not": "WRONG"}) == text


@pytest.mark.parametrize(
    ("template", "sent"),
    [("{who} runs", "fox runs"), ("{{who}}", "{who}"), ("{{{who}}}", "{fox}"), ("{who}}", "fox}"), ("{ж}", "5"),
     ("{who}{who}", "foxfox"), ("${who}", "$fox"), ("{{}}", "{}")],
)  # fmt: skip
def test_names_and_braces(template: str, sent: str) -> None:
    assert fill(template, {"who": "fox", "ж": 5}) == sent


def test_every_name_without_a_value_is_told_at_once() -> None:
    with pytest.raises(InvalidRequestError, match=r"\{fox\}, \{snow\} have no value") as caught:
        fill("{fox} in {snow} with {hero}", {"hero": "Ann"})
    assert caught.value.problems[0].field == "prompt"
    assert "{{fox}}" in str(caught.value)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ('"A red fox"', "A red fox"),
        ("'A red fox'", "A red fox"),
        ("“A red fox”", "A red fox"),
        ('  "A red fox"  ', "A red fox"),
        ('"She says "go" and leaves"', 'She says "go" and leaves'),
        ('""Go," she says"', '"Go," she says'),
        ("'It's snowing, isn't it?'", "It's snowing, isn't it?"),
        ("“She says “go” now”", "She says “go” now"),
        ('"Go," she says, "now"', '"Go," she says, "now"'),
        ("'Go' and 'stay'", "'Go' and 'stay'"),
        ("“Go” and “stay”", "“Go” and “stay”"),
        ('"A" "B"', '"A" "B"'),
        ('He says "go"', 'He says "go"'),
        ('"Go" he says', '"Go" he says'),
        ("the dogs'", "the dogs'"),
        ('"', '"'),
        ('""', ""),
        ("", ""),
        ("\"mixed'", "\"mixed'"),
    ],
)
def test_one_pair_of_quotes_around_the_whole_is_removed_and_speech_stays(typed: str, kept: str) -> None:
    assert unquote(typed) == kept


@given(prompts.filter(lambda text: not any(q in text for q in "\"'“”")))
def test_quoting_a_plain_prompt_changes_nothing(text: str) -> None:
    for opening, closing in ('""', "''", "“”"):
        assert unquote(opening + text + closing) == text.strip()


@given(st.text(alphabet="ab '\"“”{}", max_size=30))
def test_unquoting_only_ever_takes_away_the_ends(text: str) -> None:
    assert unquote(text) in text


SHARED = json.loads((ROOT / "js/test/prompt_samples.json").read_text("utf-8"))


@pytest.mark.parametrize("sample", SHARED, ids=lambda sample: sample["prompt"])
def test_python_and_the_page_read_a_prompt_alike(sample: dict[str, Any]) -> None:
    """`js/test/prompt.test.ts` reads the same samples."""
    assert variables(sample["prompt"]) == sample["names"]
    assert read(sample["prompt"], {"subject": "FOX"}).text == sample["sent"]


@given(prompts)
def test_an_escaped_text_is_sent_as_it_was(text: str) -> None:
    assert fill(escape(text), {}) == text
    assert "{" in text or "}" in text or escape(text) == text


@given(prompts, st.dictionaries(st.sampled_from(["name", "hero"]), st.text(max_size=8)), st.integers(0, 60), st.data())
def test_every_stretch_as_sent_is_found_where_it_was_typed(
    template: str, values: dict[str, str], start: int, data: st.DataObject
) -> None:
    filling = read(template, values)
    assert "".join(template[piece.start : piece.end] for piece in filling.pieces) == template
    start = min(start, len(filling.text))
    end = data.draw(st.integers(start, len(filling.text)))
    first, last = filling.typed(start, end)
    assert 0 <= first <= last <= len(template)
    if start < end and filling.is_typed(start, end) and not {"{{", "}}"} & {p.text * 2 for p in filling.pieces}:
        assert template[first:last] == filling.text[start:end]


def test_a_form_reads_a_prompt_whose_values_are_not_all_there() -> None:
    filling = read("A {subject} in {place}, {{no}} {subject}", {"subject": "fox"})
    assert filling.text == "A fox in {place}, {no} fox"
    assert filling.names == ["subject", "place"]
    assert filling.missing == ("place",)
    assert filling.typed(2, 5) == (2, 11)


@pytest.mark.parametrize(
    ("name", "value", "sent"),
    [("hero", "Ann", "Ann"), ("seconds", 4, "4"), ("share", 0.5, "0.5"), ("empty", "", ""), ("flag", True, None),
     ("nothing", None, None), ("listed", ["a"], None), ("api_key", "sk-1", None), ("KEY", "sk-1", None),
     ("my_token2", "t", None), ("password", "p", None), ("monkey", "m", "m"), ("keyframe", "k", "k")],
)  # fmt: skip
def test_texts_and_numbers_are_values_for_prompts_and_secrets_are_not(
    name: str, value: object, sent: str | None
) -> None:
    assert value_of(name, value) == sent


def test_a_value_that_cannot_be_written_is_none() -> None:
    class Odd(float):
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert value_of("odd", Odd()) is None
