"""The widgets: what they tell the page, and what they would leave in a notebook, holds no key."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from seedance_widgets import GenerationRequest, JobView, SeedanceForm, Studio
from seedance_widgets.widgets import base
from seedance_widgets.widgets.protocol import FIELDS, INTENTS
from tests.client.shown import everything_shown
from tests.secrets.faults import QUOTING
from tests.secrets.search import KEY, bearers, found_below, found_in, objects_that_show_it, shown_of
from tests.secrets.test_python_api import until
from tests.support import faulty
from tests.support.faulty import FaultyServer

FOX = GenerationRequest("A red fox trots through fresh snow", resolution="480p")


def told_by(monkeypatch: pytest.MonkeyPatch, *kinds: Any) -> list[Any]:
    """What widgets of some kinds say to their pages from now on."""
    told: list[Any] = []
    for kind in kinds:
        monkeypatch.setattr(kind, "send", lambda self, content, buffers=None: told.append((content, buffers)))
        monkeypatch.setattr(kind, "_send", lambda self, msg, buffers=None: told.append((msg, buffers)))
    return told


def all_it_shows(widget: Any) -> str:
    """State for the page and for the file, representations for every reader, and what Python shows."""
    state = repr(widget.get_state()) + repr(widget.trait_values() if isinstance(widget, JobView) else "")
    return "\n".join([state, repr(widget._repr_mimebundle_()), shown_of(widget)])


def test_the_form_and_its_jobs_hold_no_key(
    server: FaultyServer,
    new_studio: Callable[..., Studio],
    tmp_path: Path,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every fault under the form's own button, and then every button of the job that is left."""
    told = told_by(monkeypatch, SeedanceForm, JobView)
    studio = new_studio(server.url)
    form = SeedanceForm(studio=studio, prompt=FOX.prompt, resolution="480p")
    fields = {name: getattr(form, name) for name in FIELDS}
    for name, fault in QUOTING.items():
        for route in ("generate", "status"):
            server.always(route, fault)
            made = len(form.jobs)
            prompt = f"A red fox trots, take {made}"
            form._handle_custom_msg(
                {"kind": "submit", "id": f"{name} {route}", "fields": {**fields, "prompt": prompt}}, []
            )
            until(lambda: len(form.jobs) > made, "the form's job")  # noqa: B023
            job, view = form.jobs[-1], form.views[0]
            until(lambda: job.over or job.reason or server.count("status") > made + 3, f"{name} to strike")  # noqa: B023
            assert not found_in(all_it_shows(view)), name
            server.always(route, faulty.answer)
            until(lambda: job.over or job.check_now(), f"the end of {job!r}")  # type: ignore[func-returns-value]  # noqa: B023
            assert not found_in(all_it_shows(view)), name
    pressed = set()
    for intent in INTENTS:
        for number, view in enumerate(form.views[:3]):
            pressed.add(f"{intent} {number}")
            view._handle_custom_msg({"kind": intent, "id": f"{intent} {number}"}, [])
    until(lambda: pressed <= {content.get("id") for content, _ in tuple(told)}, "an answer to every button")
    assert not found_in(all_it_shows(form))
    assert not found_in(repr(told))
    assert any("snapshot" in str(content) for content, _ in told), "changes of traits were told"
    assert not objects_that_show_it()
    assert not found_below(tmp_path)
    assert not found_in(log.getvalue())


def test_a_key_that_is_entered_in_a_view_is_shown_by_nothing_of_it(
    server: FaultyServer,
    new_studio: Callable[..., Studio],
    tmp_path: Path,
    log: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the service quotes it, and where the message that brings it is interrupted."""
    told = told_by(monkeypatch, SeedanceForm, JobView)
    studio = new_studio(server.url, "a-first-key")
    server.always("generate", faulty.says(401, {"error": "Invalid API key"}))
    job = studio.submit(FOX)
    until(lambda: job.over, "the refusal")
    server.always("generate", QUOTING["401 with the key"])
    form, view = SeedanceForm(studio=studio), JobView(job, studio=studio)
    until(lambda: view.snapshot["key_kept"], "the place for a key")

    def enter(widget: Any, text: str) -> dict[str, Any]:
        message_id = f"m{len(told)}"
        widget._handle_custom_msg({"kind": "keep-key", "id": message_id}, [memoryview(text.encode())])
        answers: list[dict[str, Any]] = []
        until(
            lambda: answers.extend(c for c, _ in tuple(told) if c.get("id") == message_id) or answers,  # type: ignore[func-returns-value]
            f"an answer to {message_id}",
        )
        return answers[0]

    for widget in (form, view):
        assert enter(widget, KEY)["ok"]
        assert not enter(widget, f"{KEY} {KEY}")["ok"]
    refused = studio.submit(FOX)
    until(lambda: refused.over, "the refusal of the other key")
    assert ("generate", f"Bearer {KEY}") in bearers(server.requests)
    monkeypatch.setattr(base.runtime, "call_soon", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt) as caught:
        view._handle_custom_msg({"kind": "keep-key", "id": "last"}, [memoryview(KEY.encode())])
    monkeypatch.undo()
    assert not found_in(everything_shown(caught.value))
    assert not found_in(all_it_shows(form) + all_it_shows(view))
    assert not found_in(repr(told))
    assert not objects_that_show_it()
    assert not found_below(tmp_path)
    assert not found_in(log.getvalue())
