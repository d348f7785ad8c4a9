"""The form's prompt on the Python side: variables, hints, the words of the menus."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from IPython.core.events import EventManager, available_events

from seedance_widgets.errors import InvalidRequestError
from seedance_widgets.widgets import SeedanceForm, prompt_help
from tests.widgets.conftest import say, until
from tests.widgets.test_form import FIELDS


@pytest.fixture
def form(studio, listen):
    made = SeedanceForm(studio=studio)
    made.line = listen(made)
    return made


@pytest.fixture
def shell(monkeypatch):
    """A notebook with some names, and the events of IPython."""
    names = {"subject": "lighthouse keeper", "takes": 3, "listed": ["a"], "api_key": "sk-1", "_i": "x = 1"}
    made = SimpleNamespace(user_ns=names)
    made.events = EventManager(made, available_events)
    monkeypatch.setattr(prompt_help, "get_ipython", lambda: made)
    return made


PIER = "A {subject} on a pier in {weather}, slow dolly-in"


def test_variables_are_found_with_their_values_from_the_notebook(shell, studio):
    form = SeedanceForm(studio=studio, prompt=PIER)
    found = until(lambda: form.variables, "the variables")
    assert [(each["name"], each["source"], each["text"]) for each in found] == [
        ("subject", "notebook", "lighthouse keeper"),
        ("weather", "", ""),
    ]
    with pytest.raises(InvalidRequestError, match=r"\{weather\} has no value"):
        _ = form.request
    form.typed_values = {"weather": "mist"}
    assert form.request.prompt == "A lighthouse keeper on a pier in mist, slow dolly-in"


def test_a_value_follows_the_notebook_after_each_cell_until_the_form_is_closed(shell, studio):
    form = SeedanceForm(studio=studio, prompt=PIER)
    until(lambda: form.variables, "the variables")
    shell.user_ns["subject"] = "sailor"
    shell.events.trigger("post_run_cell", None)
    until(lambda: form.variables[0]["text"] == "sailor", "the new value")
    form.close()
    assert shell.events.callbacks["post_run_cell"] == []


def test_a_long_value_is_shown_short_and_counted_in_full(shell, studio):
    shell.user_ns["subject"] = "line\n" * 1000
    form = SeedanceForm(studio=studio, prompt="{subject}")
    shown = until(lambda: form.variables, "the variables")[0]
    assert (shown["length"], shown["whole"]) == (5000, False)
    assert len(shown["text"]) <= 120
    assert "\n" not in shown["text"]


def submit_words(form, prompt=PIER, message_id="a", **more):
    say(form, {"kind": "submit", "id": message_id, "fields": {**FIELDS, "prompt": prompt}, **more})
    until(lambda: any(answer["id"] == message_id for answer in form.line.of("answer")), "the answer")


def test_what_is_sent_is_the_filled_prompt(shell, form, studio):
    submit_words(form, typed_values={"weather": "{rain}"}, seen={"subject": "lighthouse keeper"})
    assert studio.requests[0][0].prompt == "A lighthouse keeper on a pier in {rain}, slow dolly-in"
    assert (form.prompt, form.typed_values) == (PIER, {"weather": "{rain}"})


def test_a_typed_value_goes_before_the_notebook(shell, form, studio):
    submit_words(form, "A {subject} runs", typed_values={"subject": "fox"})
    assert studio.requests[0][0].prompt == "A fox runs"


def test_a_variable_without_a_value_is_a_problem_of_the_prompt_and_nothing_is_sent(shell, form, studio):
    submit_words(form, typed_values={"weather": ""})
    assert [problem["field"] for problem in form.problems] == ["prompt"]
    assert "{weather} has no value." in form.problems[0]["message"]
    assert "weather = ..." in form.problems[0]["fix"]
    assert studio.requests == []
    form.typed_values = {"weather": "mist"}
    until(lambda: not form.problems, "the problem to be solved")


def test_a_value_that_changed_unseen_is_not_sent(shell, form, studio):
    """The page showed one value, and a cell gave the variable another before the press arrived."""
    submit_words(form, "A {subject} runs", seen={"subject": "fox"})
    assert "changed {subject} since it was shown" in form.line.of("answer")[0]["message"]
    assert studio.requests == []
    submit_words(form, "A {subject} runs", "b", seen={"subject": "lighthouse keeper"})
    assert len(studio.requests) == 1


def test_names_of_texts_and_numbers_are_offered_and_secrets_are_not(shell, form):
    say(form, {"kind": "names"})
    names = until(lambda: form.line.of("names"), "the names")[0]["names"]
    assert names == [{"name": "takes", "text": "3"}, {"name": "subject", "text": "lighthouse keeper"}]
    form.prompt = "{api_key}"
    until(lambda: form.variables, "the variables")
    assert "sk-1" not in repr(form.get_state())


def test_hints_come_with_the_prompt_they_are_about(form):
    form.prompt, form.fixed_lens = "A fox. Slow dolly-in.", True
    until(lambda: form.checks["rows"], "the hints")
    assert form.checks["prompt"] == form.prompt
    row = form.checks["rows"][0]
    assert form.prompt[row["start"] : row["end"]] == "dolly-in"
    assert row["fix"] == {"label": "Turn off Fixed lens", "short": "Turn off", "changes": {"fixed_lens": False}}
    form.fixed_lens = False
    until(lambda: not form.checks["rows"], "no hints")


def test_a_prompt_that_was_sent_with_braces_comes_back_as_it_was(form, studio):
    say(form, {"kind": "submit", "id": "a", "fields": {**FIELDS, "prompt": "A {{sign}} in snow"}})
    until(lambda: studio.requests, "the request")
    request = studio.requests[0][0]
    assert request.prompt == "A {sign} in snow"
    form.fill(request)
    assert form.request.prompt == request.prompt
