"""The frame of a job's cell stays in its place, and what is made of a finished take, in a real notebook."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_job_view import MINUTE, SHOW, expect_state, job_in
from tests.support.notebook_page import play

pytestmark = pytest.mark.slow

# Looks at every frame that is drawn: where the request stands in its card, and how high the player is.
WATCH = """() => {
  const seen = { request: new Set(), player: new Set(), states: new Set() };
  window.seen = seen;
  const look = () => {
    const card = document.querySelector('.sdw-job');
    const request = card && card.querySelector('.sdw-request');
    if (request) {
      seen.states.add(card.dataset.state);
      const box = request.getBoundingClientRect();
      seen.request.add(`${Math.round(box.top - card.getBoundingClientRect().top)} ${Math.round(box.height)}`);
      const place = card.querySelector('.sdw-player-place:not([hidden])');
      if (place) seen.player.add(Math.round(place.getBoundingClientRect().height));
    }
    requestAnimationFrame(look);
  };
  look();
}"""

SEEN = "() => Object.fromEntries(Object.entries(window.seen).map(([name, values]) => [name, [...values]]))"

NO_AAC = """() => {
  const { prototype } = HTMLMediaElement;
  const original = prototype.canPlayType;
  prototype.canPlayType = function (type) { return type.includes('mp4a.40') ? '' : original.call(this, type); };
}"""


def test_the_request_line_never_moves_and_the_player_has_its_height_before_the_video_comes(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.page.evaluate(WATCH)
    notebook.run_all()
    job = job_in(notebook)
    expect_state(job, "Ready")
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")
    play(job.locator("video"))
    seen = notebook.page.evaluate(SEEN)
    assert {"processing", "completed"} <= set(seen["states"])
    assert len(seen["request"]) == 1, seen
    assert len(seen["player"]) == 1, seen


def test_where_the_sound_does_not_play_a_copy_does_and_the_last_frame_begins_the_next_shot(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.page.evaluate(NO_AAC)
    notebook.run_all()
    job = job_in(notebook).first
    expect_state(job, "Ready")
    band = job.get_by_text("This editor plays MP4 without sound. The file does have sound.")
    expect(band).to_be_visible(timeout=MINUTE)
    before = job.locator("video").get_attribute("src")
    job.get_by_role("button", name="Convert a copy").click()
    expect(band).to_be_hidden(timeout=MINUTE)
    expect(job.locator("video")).not_to_have_attribute("src", before or "")
    played = play(job.locator("video"))
    assert (played.width, played.height) == (864, 496)
    assert played.audio_bytes > 0
    expect(job.get_by_role("button", name="Convert a copy")).to_have_count(0)

    job.get_by_role("button", name="Use last frame as next first frame").click()
    form = notebook.output(0).get_by_role("form", name="New video")
    expect(form.get_by_text(re.compile("From “A red fox trots through"))).to_be_visible(timeout=MINUTE)
    expect(form.get_by_text(re.compile(r"Its last frame, taken at (3\.9|4\.0)\d s"))).to_be_visible()
