"""What a notebook's lines become, and how a line of `%seedance` is read: no prompt is changed on its way."""

from __future__ import annotations

import contextlib

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from seedance_widgets.magics.extension import PromptLine
from seedance_widgets.magics.options import LineError, parse


def transformed(cell: str) -> str:
    manager = TransformerManager()
    manager.token_transformers.append(PromptLine)
    return str(manager.transform_cell(cell))


@pytest.mark.parametrize(
    "cell",
    [
        'notes = """\n%seedance A fox?\n"""\n',
        'def make():\n    """Use it so:\n    %seedance A fox?\n    """\n',
        "# %seedance A fox?\n",
        "share = 5 % seedance\n",
    ],
)
def test_text_that_is_no_line_of_ours_stays_as_it_is(cell: str) -> None:
    assert transformed(cell) == cell


@pytest.mark.parametrize("cell", ["%%writefile notes.txt\n%seedance A fox?\n", "%%seedance\nOne\n%seedance A fox?\n"])
def test_the_body_of_a_cell_magic_stays_as_it_is(cell: str) -> None:
    assert repr(cell.split("\n", 1)[1]) in transformed(cell)


@pytest.mark.parametrize(
    ("cell", "becomes"),
    [
        ("%seedance Who is there?\n", "{call}'Who is there?')\n"),
        ("  %seedance Who is there?\n", "{call}'Who is there?')\n"),
        ("fox = %seedance Who??\n", "fox = {call}'Who??')\n"),
        ("a, b.c = %seedance Who?\n", "a, b.c = {call}'Who?')\n"),
        ("for i in (1, 2):\n    %seedance Who?\n", "for i in (1, 2):\n    {call}'Who?')\n"),
        ("%seedance A fox \\\nruns?\n", "{call}'A fox  runs?')\n"),
        ("%seedance It's\n%seedance 'Who?\n", '{call}"It\'s")\n{call}"\'Who?")\n'),
        ("%seedance_form Who?\n", "{call}'Who?')\n"),
    ],
)
def test_a_question_is_a_prompt_and_no_call_for_help(cell: str, becomes: str) -> None:
    magic = "seedance_form" if "_form" in cell else "seedance"
    assert transformed(cell) == becomes.replace("{call}", f"get_ipython().run_line_magic({magic!r}, ")


@pytest.mark.parametrize("cell", ["%seedance?\n", "%%seedance?\n", "?%seedance\n", "%seedance_form??\n"])
def test_a_question_mark_after_the_name_is_a_call_for_help(cell: str) -> None:
    assert "pinfo" in transformed(cell)


def test_quotes_that_are_opened_again_and_again_take_no_time() -> None:
    line = parse("'a " * 20_000)
    assert line.prompt.startswith("'a 'a")


def test_a_value_that_sticks_to_its_option_is_not_taken_for_a_word_of_the_prompt() -> None:
    with pytest.raises(LineError, match="Write -d 8"):
        parse("A fox -d8")
    assert parse("A robot -r2d2").prompt == "A robot -r2d2"


@pytest.mark.parametrize(
    "quoted",
    [
        'subject="a --move orbit b"',
        "subject='a --new -d 8 b'",
        'subject="a ""--new"" -r2d2" light="at --dusk"',
        'A man says "press --new, then -d 4", and goes',
        'The sign: "--move"',
        'He said "go --now"—and left',
    ],
)
def test_what_is_in_quotes_is_no_option(quoted: str) -> None:
    for typed in (f"{quoted} --wait -r 480p", f"--wait {quoted} -r 480p", f"-r 480p --wait {quoted}"):
        line = parse(typed)
        assert (line.prompt, line.settings, line.wait, line.new) == (quoted, {"resolution": "480p"}, True, False)


@pytest.mark.parametrize(
    ("typed", "prompt"),
    [
        ("It's a fox --wait and it's red", "It's a fox and it's red"),
        ('A 12" screen --wait beside a 24" one', 'A 12" screen beside a 24" one'),
        ('He says "go --wait and never closes it', 'He says "go and never closes it'),
        ("subject='it --wait isn't", "subject='it isn't"),
    ],
)
def test_a_quote_that_opens_nothing_hides_no_option(typed: str, prompt: str) -> None:
    line = parse(typed)
    assert (line.prompt, line.wait) == (prompt, True)


def test_quoted_values_that_do_not_end_take_no_time() -> None:
    for piece in ("x='a ", 'x="a""', '"a "', 'x="" "', "x='' '' '"):
        with contextlib.suppress(LineError):
            parse(piece * 20_000)
