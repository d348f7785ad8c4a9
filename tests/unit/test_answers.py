"""Whatever an answer holds, it becomes a reply or an error of the right kind."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets.client.answers import Answer, error_for, generate_outcome
from seedance_widgets.errors import ApiError, Money, UncertainError
from tests.unit.strategies import anything

HEADERS = ["retry-after", "date", "x-request-id", "cf-ray", "content-type", "content-encoding"]
bodies = st.one_of(st.binary(max_size=100), anything.map(lambda data: json.dumps(data).encode()))
answers = st.builds(
    Answer,
    status=st.integers(100, 599),
    headers=st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=30), max_size=3),
    body=bodies,
    complete=st.booleans(),
)


@given(answers)
def test_no_answer_to_a_generate_request_crashes_and_none_but_a_refusal_is_called_free(answer: Answer) -> None:
    outcome: Any
    try:
        outcome = generate_outcome(answer, "UlazAI")
    except (ApiError, UncertainError) as error:
        outcome = error
    refused = 400 <= answer.status < 500
    if isinstance(outcome, ApiError):
        assert refused
        assert outcome.money is Money.NOTHING
    elif isinstance(outcome, UncertainError):
        assert outcome.status == answer.status
        assert str(outcome).isprintable()
    else:
        assert 200 <= answer.status < 300
        assert outcome.generation_id


@given(answers)
def test_no_answer_crashes_the_reader_of_errors(answer: Answer) -> None:
    error: Any = error_for(answer, "UlazAI", doing="asking about the job")
    assert isinstance(error, ApiError)
    assert error.status == answer.status
    assert len(error.body) <= 2000
    assert error.what.isprintable()
    pause = getattr(error, "retry_after", None)
    assert pause is None or 0 <= pause <= 3600
