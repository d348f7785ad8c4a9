"""The connection menu of the form, and a key entered in the cell of a job: messages in, studio and words out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from seedance_widgets import JobView, SeedanceForm, Studio, runtime
from seedance_widgets.errors import AuthenticationError, ConfigurationError, Money
from seedance_widgets.settings import connection_to
from seedance_widgets.states import Reason, State
from seedance_widgets.widgets.protocol import FIELDS
from tests.widgets.conftest import FakeStudio, Line, say, settle, until
from tests.widgets.jobs import FakeJob

KEY = "a-key-that-was-entered"
Listen = Callable[[Any], Line]


def answer_to(line: Line, message_id: str) -> dict[str, Any]:
    found = until(
        lambda: [each for each in line.of("answer") if each["id"] == message_id], f"an answer to {message_id}"
    )
    assert len(found) == 1
    return dict(found[0])


def choices(form: SeedanceForm) -> dict[str, str]:
    return {choice["id"]: choice["text"] for choice in form.connection["choices"]}


@pytest.fixture
def form(studio: FakeStudio) -> SeedanceForm:
    return SeedanceForm(studio=studio, prompt="A red fox trots")  # type: ignore[arg-type]


def refused(connection: Any = None) -> FakeJob:
    """A job whose key was not accepted."""
    error = AuthenticationError("UlazAI did not accept the API key.", status=401, body="", request_id=None)
    job = FakeJob(error=error)
    if connection is not None:
        job.connection = connection
    job.go(State.FAILED, Reason.BAD_KEY)
    return job


def test_the_menu_says_who_serves_where_the_key_is_from_and_what_the_session_may_use(
    form: SeedanceForm, studio: FakeStudio
) -> None:
    assert form.connection["label"] == "Sandbox"
    assert choices(form)["service"].startswith("No key yet.")
    assert [choice["ready"] for choice in form.connection["choices"]] == [False, True]
    studio.key_source, studio.budget = "SEEDANCE_API_KEY", 12_000
    studio.use("service")
    until(lambda: form.connection["label"] == "UlazAI", "the badge to follow")
    until(lambda: form.connection["kept"], "where a key would be kept")
    assert choices(form)["service"] == "Spends credits. Key from SEEDANCE_API_KEY, never saved in the notebook."
    assert form.connection["budget_text"] == "12,000 credits"
    assert form.connection["kept"] == "Kept in the keyring of this computer, never in the notebook."


def test_choosing_switches_the_session_and_every_form_shows_it_with_its_cost(
    form: SeedanceForm, studio: FakeStudio, listen: Listen
) -> None:
    other = SeedanceForm(studio=studio)  # type: ignore[arg-type]
    line = listen(form)
    listen(other)
    say(form, {"kind": "use-connection", "id": "m1", "to": "service"})
    assert answer_to(line, "m1")["ok"]
    assert (form.connection["label"], form.cost["amount"]) == ("UlazAI", "About 50 credits"), "shown before the answer"
    until(lambda: other.connection["label"] == "UlazAI", "the other form's badge")
    until(lambda: other.cost["session"], "the other form's meter")
    say(other, {"kind": "use-connection", "id": "m2", "to": "sandbox"})
    until(lambda: form.connection["sandbox"] and form.cost["amount"] == "Free", "the first form's badge and cost")


def test_a_connection_that_cannot_be_used_is_an_answer_in_words(
    form: SeedanceForm, studio: FakeStudio, listen: Listen
) -> None:
    line = listen(form)
    studio.error = ConfigurationError("There is no API key for UlazAI.", todo="Set SEEDANCE_API_KEY.")
    say(form, {"kind": "use-connection", "id": "m1", "to": "service"})
    answer = answer_to(line, "m1")
    assert (answer["ok"], "no API key" in answer["message"]) == (False, True)
    assert form.connection["sandbox"]


def test_what_a_page_showed_as_free_is_not_sent_to_a_service_meanwhile(
    form: SeedanceForm, studio: FakeStudio, listen: Listen
) -> None:
    line = listen(form)
    fields = {name: getattr(form, name) for name in FIELDS}
    studio.use("service")
    say(form, {"kind": "submit", "id": "m1", "fields": fields, "typed_values": {}, "seen": {}, "connection": "Sandbox"})
    answer = answer_to(line, "m1")
    assert "has changed to UlazAI meanwhile" in answer["message"]
    assert studio.requests == []
    say(form, {"kind": "submit", "id": "m2", "fields": fields, "typed_values": {}, "seen": {}, "connection": "UlazAI"})
    assert answer_to(line, "m2")["ok"]
    assert len(studio.requests) == 1


def test_a_key_comes_as_a_buffer_and_the_answer_says_what_was_done(
    form: SeedanceForm, studio: FakeStudio, listen: Listen
) -> None:
    line = listen(form)
    for _ in range(2):  # a message that comes twice acts once
        say(form, {"kind": "keep-key", "id": "m1"}, memoryview(f" {KEY}\n".encode()))
    answer = answer_to(line, "m1")
    assert (answer["ok"], answer["message"]) == (True, "The key is kept in the keyring of this computer.")
    assert [key.authorization() for key in studio.keys] == [f"Bearer {KEY}"]
    assert form.connection["label"] == "UlazAI"
    assert (
        choices(form)["service"]
        == "Spends credits. Key from the keyring of this computer, never saved in the notebook."
    )


NO_KEYS: dict[str, list[Any]] = {
    "no buffer": [],
    "two buffers": [KEY.encode(), KEY.encode()],
    "an empty one": [b""],
    "spaces": [b"  \n"],
    "no text": [b"\xff\xfe\x00key"],
    "two lines": [f"{KEY}\n{KEY}".encode()],
    "letters no key has": [f"{KEY}ä".encode()],
    "8 MB": [b"k" * (8 << 20)],
    "no bytes": [KEY],
    "nothing": [None],
    "numbers": [[1, 2]],
}


@pytest.mark.parametrize("what", NO_KEYS)
@pytest.mark.parametrize("widget", ["form", "job"])
def test_what_can_be_no_key_changes_nothing_and_is_not_repeated(
    widget: str, what: str, form: SeedanceForm, studio: FakeStudio, listen: Listen
) -> None:
    view = form if widget == "form" else JobView(refused(), studio=studio)  # type: ignore[arg-type]
    line = listen(view)
    say(view, {"kind": "keep-key", "id": "m1", "key": KEY}, *NO_KEYS[what])
    answer = answer_to(line, "m1")
    assert not answer["ok"]
    assert "holds characters no key has" in answer["message"]
    assert KEY not in repr(line.messages)
    assert studio.keys == []


GARBAGE: list[Any] = [
    {"kind": "use-connection", "id": "m1"},
    {"kind": "use-connection", "id": "m1", "to": None},
    {"kind": "use-connection", "id": "m1", "to": {"a": [1]}},
    {"kind": "use-connection", "id": "m1", "to": "x" * 10_000},
    {"kind": "set-budget", "id": "m1"},
    *({"kind": "set-budget", "id": "m1", "budget": budget} for budget in ("", "500", 12.5, True, -1, [], 10**400)),
]


@pytest.mark.parametrize("message", GARBAGE, ids=lambda message: repr(message)[:60])
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(
    message: dict[str, Any], new_real_studio: Callable[[], Studio], listen: Listen
) -> None:
    studio = new_real_studio()
    form = SeedanceForm(studio=studio)
    line = listen(form)
    say(form, message)
    answer = answer_to(line, "m1")
    assert not answer["ok"]
    assert answer["message"]
    assert (studio.connection.free, studio.budget) == (True, 500)
    say(form, {"kind": "set-budget", "id": "m2", "budget": 800})
    assert answer_to(line, "m2")["ok"], "the conversation goes on"


@pytest.fixture
def new_real_studio(home: Path) -> Any:
    made: list[Studio] = []

    def make() -> Studio:
        made.append(Studio(home=home))
        return made[-1]

    yield make
    settle()
    for studio in made:
        studio.close()


@pytest.mark.parametrize(("budget", "text"), [(800, "800 credits"), (0, "0 credits"), (None, "No limit")])
def test_the_budget_of_the_session_is_set_and_said(
    budget: int | None, text: str, form: SeedanceForm, studio: FakeStudio, listen: Listen
) -> None:
    line = listen(form)
    say(form, {"kind": "set-budget", "id": "m1", "budget": budget})
    answer = answer_to(line, "m1")
    assert answer["ok"]
    assert text.lower() in answer["message"] or budget is None
    assert studio.budget == budget
    assert form.connection["budget_text"] == text


def test_a_job_whose_key_was_refused_takes_another_and_sends_nothing_by_itself(
    studio: FakeStudio, listen: Listen
) -> None:
    view = JobView(refused(), studio=studio)  # type: ignore[arg-type]
    line = listen(view)
    until(lambda: view.snapshot["key_kept"], "the place for a key")
    labels = [action["label"] for action in view.snapshot["actions"] if action["place"] == "footer"]
    assert labels == ["Use another key", "Run in sandbox, free", "Try again"]
    facts = {fact["label"]: fact["text"] for fact in view.snapshot["facts"]}
    assert facts["What to do"] == "Use another key, then try again."
    assert facts["Credits"] == Money.NOTHING.sentence
    say(view, {"kind": "keep-key", "id": "m1"}, KEY.encode())
    assert answer_to(line, "m1")["ok"]
    assert len(studio.keys) == 1
    assert studio.requests == []
    say(view, {"kind": "try-again", "id": "m2"})
    assert answer_to(line, "m2")["ok"]
    assert len(studio.requests) == 1


def test_a_job_of_another_service_takes_no_key_for_it(studio: FakeStudio, listen: Listen) -> None:
    view = JobView(refused(connection_to("https://another.example")), studio=studio)  # type: ignore[arg-type]
    listen(view)
    until(lambda: view._about is not None, "its first look")
    settle()
    assert view.snapshot["key_kept"] == ""
    assert "use-key" not in [action["id"] for action in view.snapshot["actions"]]


def test_the_buttons_of_a_job_follow_the_connection(studio: FakeStudio, listen: Listen) -> None:
    studio.use("service")
    job = FakeJob()
    view = JobView(job, studio=studio)  # type: ignore[arg-type]
    listen(view)
    job.go(State.CANCELLED)

    def cost() -> str:
        return next((action["cost"] for action in view.snapshot["actions"] if action["id"] == "try-again"), "none")

    until(lambda: cost() == "about 50 credits", "the cost at the service")
    studio.use("sandbox")
    until(lambda: cost() == "free", "the cost in the sandbox")


@pytest.mark.parametrize(("shown", "then"), [("sandbox", "service"), ("service", "sandbox")])
def test_a_take_is_made_on_the_connection_that_was_seen_or_not_at_all(
    form: SeedanceForm, studio: FakeStudio, listen: Listen, shown: str, then: str
) -> None:
    """The session changes after the form has looked, and before the studio does."""
    line = listen(form)
    studio.use(shown)
    label = studio.connection.label
    studio.gate.clear()
    fields = {name: getattr(form, name) for name in FIELDS}
    say(form, {"kind": "submit", "id": "m1", "fields": fields, "typed_values": {}, "seen": {}, "connection": label})
    until(lambda: studio.asked, "the request at the studio")
    studio.use(then)
    runtime.call_soon(studio.gate.set)
    answer = answer_to(line, "m1")
    assert answer["ok"] == (shown == "sandbox")
    assert all(job.connection.free for job in form.jobs)
    assert len(form.jobs) == (shown == "sandbox")


def test_a_button_that_said_free_makes_its_take_for_free(studio: FakeStudio, listen: Listen) -> None:
    """As above, for the cell of a job."""
    job = FakeJob()
    job.go(State.COMPLETED)
    view = JobView(job, studio=studio)  # type: ignore[arg-type]
    line = listen(view)
    studio.gate.clear()
    say(view, {"kind": "new-take", "id": "m1", "cost": "free"})
    until(lambda: studio.asked, "the request at the studio")
    studio.use("service")
    runtime.call_soon(studio.gate.set)
    answer_to(line, "m1")
    assert [made.job.connection.free for made in view.views] == [True]
