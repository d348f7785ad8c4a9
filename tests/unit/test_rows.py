"""Requests from rows of every kind."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import GenerationRequest, expand, requests_from
from seedance_widgets.errors import InvalidRequestError

FOX = "A red fox, in snow"


def said(source: Any, **settings: Any) -> list[str]:
    with pytest.raises(InvalidRequestError) as caught:
        requests_from(source, **settings)
    return [str(problem) for problem in caught.value.problems]


def write(tmp_path: Path, text: str, encoding: str = "utf-8") -> Path:
    path = tmp_path / "prompts.csv"
    path.write_text(text, encoding)
    return path


def test_a_csv_file_gives_a_request_a_row(tmp_path: Path) -> None:
    text = f'prompt,duration,generate_audio,first_frame,last_frame\n"{FOX}",8,yes,a.png,b.png\n'
    path = write(tmp_path, f"{text}An owl,,,,\n\nA whale,4s,0,,\n")
    expected = [
        GenerationRequest(FOX, duration=8, generate_audio=True, images=["a.png", "b.png"], resolution="480p"),
        GenerationRequest("An owl", resolution="480p"),
        GenerationRequest("A whale", resolution="480p"),
    ]
    assert requests_from(path, resolution="480p") == expected
    assert requests_from(str(path), resolution="480p") == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_file_is_read_as_spreadsheets_write_it(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [
        ["Prompt".lower(), "aspect_ratio", "resolution"],
        ["Ein Fuchs im Schnee, grün", "9:16", "1080p"],
        ["", "", ""],
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(lines)
    found = requests_from(write(tmp_path, out.getvalue(), encoding))
    assert found == [GenerationRequest("Ein Fuchs im Schnee, grün", aspect_ratio="9:16", resolution="1080p")]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "There are no rows"),
        ("prompt\n", "There are no rows"),
        ("title\nA fox\n", "There is no setting 'title'"),
        ("duration\n4\n", "Row 1: There is no prompt."),
        ("prompt,duration\nA fox, in snow, 4\n", "Row 1 of prompts.csv has more cells"),
        ("prompt,last_frame\nA fox,b.png\n", "Row 1: A last frame needs a first frame."),
        ("prompt,images,first_frame\nA fox,a.png,b.png\n", "Row 1: Guide images are given twice."),
        ("prompt,generate_audio\nA fox,loud\n", "Row 1: generate_audio is on or off"),
        ("prompt,duration,duration\nA fox,4,8\n", "two columns called duration in prompts.csv"),
        ("Aspect ratio,aspect_ratio,prompt\n1:1,1:1,A fox\n", "two columns called aspect_ratio"),
        ('prompt,duration\n"A fox,4\nAn owl,8\n', "Look for a quote without its pair"),  # not one prompt of two rows
        ("prompt,duration,\nA fox,4,x\n", "more cells than there are names"),
    ],
)
def test_a_file_that_makes_no_sense_says_where_and_why(tmp_path: Path, text: str, why: str) -> None:
    assert any(why in each for each in said(write(tmp_path, text)))


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nprompt;duration\nA fox;8\n",
        "Prompt , Duration,\nA fox,8.0,\n",
        "\ufeffprompt\tduration\r\nA fox\t8s\r\n",
    ],
)
def test_headings_and_first_lines_of_spreadsheets_are_understood(tmp_path: Path, text: str) -> None:
    assert requests_from(write(tmp_path, text)) == [GenerationRequest("A fox", duration=8)]


def test_a_formula_is_a_prompt_like_any_other(tmp_path: Path) -> None:
    text = 'prompt\n"=HYPERLINK(""http://x"",""y"")"\n'
    assert [request.prompt for request in requests_from(write(tmp_path, text))] == ['=HYPERLINK("http://x","y")']


def test_the_same_thing_wrong_with_many_rows_is_said_once() -> None:
    assert said([{"prompt": FOX, "shot": number} for number in range(5000)])[0].startswith(
        "Rows 1, 2, 3 and 4,997 more: There is no setting 'shot'."
    )
    assert [each[:15] for each in said([{"prompt": FOX, "shot": 1}] * 4)] == ["Rows 1, 2, 3 an"]
    many = said([{"prompt": FOX, f"x{number}": 1} for number in range(5000)])
    assert (len(many), many[-1]) == (101, "There are 4,900 further problems. Change these first.")


def test_sources_without_an_end_are_refused(tmp_path: Path) -> None:
    assert "more than 10,000 rows" in said(itertools.repeat(FOX))[0]
    assert "is too large" in said(Path("/dev/zero"))[0]


def test_what_a_request_or_a_sweep_says_itself_is_not_replaced() -> None:
    assert [request.duration for request in requests_from(expand("A fox", duration=[4, 8]), duration=12)] == [4, 8]
    long = GenerationRequest("A fox", duration=12)
    assert requests_from([long, GenerationRequest("An owl")], duration=8, resolution="480p") == [
        long.replace(resolution="480p"),
        GenerationRequest("An owl", duration=8, resolution="480p"),
    ]


def test_a_file_of_other_bytes_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "prompts.csv"
    path.write_bytes(b"prompt\nF\xfcchse\n")
    assert "UTF-8" in said(path)[0]
    path.write_bytes(b"prompt\n\x00\n")
    with pytest.raises(InvalidRequestError):
        requests_from(path)
    with pytest.raises(FileNotFoundError):
        requests_from(tmp_path / "none.csv")


def test_a_frame_gives_a_request_a_row_and_its_gaps_are_defaults() -> None:
    data = pd.DataFrame(
        {
            "prompt": [FOX, "An owl"],
            "duration": [8, None],
            "fixed_lens": pd.array([True, None], dtype="boolean"),
            "resolution": [None, "480p"],
        }
    )
    expected = [GenerationRequest(FOX, duration=8, fixed_lens=True), GenerationRequest("An owl", resolution="480p")]
    assert requests_from(data) == expected
    assert requests_from(data["prompt"], duration=12) == [
        GenerationRequest(FOX, duration=12),
        GenerationRequest("An owl", duration=12),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"duration": np.array([8, np.nan], dtype=np.float32)},
        {"duration": pd.array([8, pd.NA], dtype="Int64")},
        {"Duration": ["8 s", np.nan]},
        {"generate_audio": [1.0, np.nan], "duration": [8, 4]},
        {"generate_audio": [np.True_, np.False_], "duration": [np.int64(8), np.int64(4)]},
        {"generate_audio": ["Yes", None], "duration": [8.0, None]},
    ],
)
def test_numbers_and_gaps_of_every_kind_of_column_are_read(data: dict[str, Any]) -> None:
    found = requests_from(pd.DataFrame({"prompt": [FOX, "An owl"], **data}))
    sound = "generate_audio" in data
    assert found == [GenerationRequest(FOX, duration=8, generate_audio=sound), GenerationRequest("An owl")]


def test_a_column_with_gaps_says_where_and_one_that_is_there_twice_which() -> None:
    assert said(pd.Series([FOX, None, FOX, np.nan])) == [
        "Row 2: There is no prompt. Write it in a column called prompt."
    ]
    twice = pd.DataFrame([[FOX, 4, 8]], columns=["prompt", "duration", "duration"])
    assert "two columns called duration" in said(twice)[0]


def test_all_rows_are_judged_at_once() -> None:
    rows = [FOX, {"prompt": FOX, "duration": 5}, 7, {"prompt": "x"}, {"seed": 1}]
    assert [each[:7] for each in said(rows)] == ["Row 2: ", "Row 3: ", "Row 4: ", "Row 5: ", "Row 5: "]


@pytest.mark.parametrize("source", [7, None, {"prompt": FOX}, GenerationRequest(FOX), b"prompts"])
def test_what_is_no_list_of_rows_is_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError, match="Pass a list"):
        requests_from(source)
    with pytest.raises(TypeError, match="no seed"):
        requests_from([FOX], seed=1)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "prompt": st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=3).filter(
                    lambda p: len(p.strip()) > 2
                )
            },
            optional={"duration": st.sampled_from([4, 8, 12]), "fixed_lens": st.booleans()},
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_table_that_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / "prompts.csv"
    pd.DataFrame(rows, columns=["prompt", "duration", "fixed_lens"]).to_csv(path, index=False)
    expected = [GenerationRequest(**{**row, "prompt": row["prompt"].strip()}) for row in rows]
    assert requests_from(path) == expected
