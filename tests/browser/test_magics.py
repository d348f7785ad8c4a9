"""The magics in a real notebook, as a person uses them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.notebook_page import play

MINUTE = 60_000
LOAD = "%load_ext seedance_widgets"
PROMPT = 'An owl turns its head and says "Who is there?"'


@pytest.mark.parametrize("app", ["lab", pytest.param("notebook", marks=pytest.mark.slow)])
def test_a_prompt_in_a_cell_becomes_a_video_that_plays_in_that_cell(open_notebook, app):
    notebook = open_notebook(
        [LOAD, f"%%seedance --resolution 480p --aspect-ratio 1:1 --audio --name owl\n{PROMPT}"], app=app
    )
    notebook.run_all()
    job = notebook.output(1).get_by_role("group", name="Video job")
    expect(job.get_by_role("status", name="Job status")).to_contain_text("Ready", timeout=MINUTE)
    expect(job).to_contain_text(PROMPT)
    played = play(job.locator("video"))
    assert (played.width, played.height) == (640, 640)
    assert played.audio_bytes > 0
    assert played.current_time > 0


@pytest.mark.slow
def test_a_line_shows_its_job_once_and_gives_it_to_a_variable(open_notebook):
    notebook = open_notebook(
        [LOAD, "fox = %seedance A red fox trots --resolution 480p\nfox", "print(fox.wait().status)"]
    )
    notebook.run_all()
    notebook.wait_idle()
    expect(notebook.output(1).get_by_role("group", name="Video job")).to_have_count(1)
    expect(notebook.output(2)).to_contain_text("completed")


@pytest.mark.slow
def test_a_mistake_is_one_line_without_a_traceback(open_notebook):
    notebook = open_notebook([LOAD, "%seedance A red fox --duraton 8"])
    notebook.run_all()
    expect(notebook.output(1)).to_contain_text("UsageError: There is no option --duraton. Did you mean --duration?")
    expect(notebook.output(1)).not_to_contain_text("Traceback")


@pytest.mark.slow
def test_a_bare_line_shows_the_form_with_the_defaults_of_the_session(open_notebook):
    notebook = open_notebook([LOAD, "%config SeedanceMagics.duration = 8\n%seedance"])
    notebook.run_all()
    form = notebook.output(1).get_by_role("form", name="New video")
    expect(form.get_by_role("radiogroup", name="Duration").get_by_role("radio", name="8 s")).to_be_checked()
