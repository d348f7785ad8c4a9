"""What stays of a take in a saved notebook."""

from __future__ import annotations

import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_widgets import states
from seedance_widgets.errors import JobFailedError, Money, UncertainError
from seedance_widgets.models import GenerationRequest
from seedance_widgets.rendering import Kept, checked_embed, static_html, static_text
from seedance_widgets.settings import SANDBOX_CONNECTION
from seedance_widgets.states import Reason, State
from tests.widgets.jobs import FakeJob


class Page(HTMLParser):
    """The elements with their attributes, and the words, of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag):
        self._style = False

    def handle_data(self, data):
        if not self._style:
            self.words += f"{data} "

    def only(self, tag):
        (found,) = [attrs for name, attrs in self.elements if name == tag]
        return found


def finished(**facts):
    job = FakeJob(credits_used=50, media_sha256="ab" * 32, generation_id="gen-7", **facts)
    job.go(State.COMPLETED, finished=job.created + 90)
    return job


def test_a_finished_take_is_its_video_its_prompt_and_one_line_of_facts():
    job = finished(request=GenerationRequest("A pier at dusk", duration=8, generate_audio=True))
    page = Page(static_html([Kept(job, video=b"abc", path="seedance/pier at 5 #1.mp4")]))
    assert page.only("video")["src"] == "data:video/mp4;base64,YWJj"
    assert "controls" in page.only("video")
    assert page.only("a")["href"] == "seedance/pier%20at%205%20%231.mp4"
    assert "A pier at dusk" in page.words
    assert "16:9 · 720p · 8 s · sound · 50 credits · made 22 Nov 2026, " in page.words
    assert "0 credits where this video is in history" in page.words


def test_without_the_video_its_poster_stands_before_the_copy_beside_the_notebook():
    page = Page(static_html([Kept(finished(), poster=b"abc", path="seedance/fox.mp4")]))
    wanted = {"poster": "data:image/jpeg;base64,YWJj", "src": "seedance/fox.mp4", "preload": "none"}
    assert wanted.items() <= page.only("video").items()
    assert Page(static_html([Kept(finished(), poster=b"abc")])).only("img")["src"] == "data:image/jpeg;base64,YWJj"
    assert "video" not in dict(Page(static_html([Kept(finished())])).elements)


def test_the_same_take_gives_the_same_bytes_on_every_machine_at_any_time(monkeypatch):
    job = finished()
    before = static_html([Kept(job, video=b"abc")])
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        job.reused_at = time.time()
        job.events = job.events[1:]
        assert static_html([Kept(job, video=b"abc")]) == before
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(("state", "reason"), list(states.rows()))
def test_nothing_that_may_be_paid_is_lost_from_the_notebook(state, reason):
    job = FakeJob(generation_id="gen-<7>", error=JobFailedError("It did not work.", money=Money.NOT_KNOWN))
    job.go(state, reason)
    page = Page(static_html([Kept(job)]))
    assert job.request.prompt in page.words
    if state is not State.COMPLETED:
        assert job.info.title in page.words
        assert "gen-<7>" in page.words
    assert job.info.title in static_text([Kept(job)])


def test_a_take_on_its_way_says_what_to_do_and_that_nothing_is_sent_twice():
    job = FakeJob()
    job.go(State.PROCESSING)
    assert "Run the cell again to see it: nothing is sent twice." in Page(static_html([Kept(job)])).words


def test_an_uncertain_and_a_failed_take_keep_what_happened_and_what_it_cost():
    job = FakeJob(error=UncertainError("The reply was lost."))
    job.go(State.UNCERTAIN)
    words = Page(static_html([Kept(job)])).words
    assert "A job may have been created and charged. Not sent again." in words
    assert "Nothing is sent by itself." in words
    job = FakeJob(error=JobFailedError("The image was not allowed.", money=Money.NOT_KNOWN), credits_used=50)
    job.go(State.FAILED)
    words = Page(static_html([Kept(job)])).words
    assert "Reason: The image was not allowed." in words
    assert "50 taken at the start. Whether they come back is not known." in words
    assert "Running the cell again sends a new request." in words


def test_the_sandbox_is_named_and_free():
    assert "sandbox, free" in Page(static_html([Kept(finished(connection=SANDBOX_CONNECTION))])).words


def test_a_form_keeps_its_takes_and_says_that_it_comes_back_empty():
    page = Page(static_html([Kept(finished(), video=b"abc")], form=True))
    assert page.only("video")
    assert "Run the cell for the form. The same request gives a take back from history for 0 credits." in page.words
    assert "live controls" not in page.words
    assert "Run the cell for the form." in Page(static_html([], form=True)).words


@given(words=st.text(), reason=st.text(), path=st.text())
def test_hostile_words_stay_words(words, reason, path):
    job = FakeJob(request=GenerationRequest(words), error=JobFailedError(reason), generation_id=reason)
    for state in (State.FAILED, State.COMPLETED):
        job.go(state, Reason.OFFLINE if state is State.FAILED else None)
        html = static_html([Kept(job, path=path, video=b"abc")])
        html.encode()
        plain = FakeJob(error=JobFailedError(reason and "."), generation_id=reason and ".")
        plain.go(state, Reason.OFFLINE if state is State.FAILED else None)
        expected = static_html([Kept(plain, path=path and ".", video=b"abc")])
        assert [tag for tag, _ in Page(html).elements] == [tag for tag, _ in Page(expected).elements]


def test_dollars_in_a_prompt_are_not_set_as_mathematics():
    page = Page(static_html([Kept(finished())]))
    root = next(attrs for tag, attrs in page.elements if tag == "div")
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set(str(root["class"]).split())


def test_an_unknown_word_for_embed_is_named():
    with pytest.raises(ValueError, match="auto, off, poster, full, not 'some'"):
        checked_embed("some")
