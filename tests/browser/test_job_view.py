"""A job as a live cell in a real notebook."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.support.notebook_page import NotebookPage, play

MINUTE = 60_000
SHOW = (
    "from seedance_widgets import generate, JobView\n"
    "job = generate('A red fox trots through fresh snow', resolution='480p', generate_audio=True)\n"
    "JobView(job)"
)


def job_in(notebook: NotebookPage, cell: int = 0) -> Locator:
    return notebook.output(cell).get_by_role("group", name="Video job")


def expect_state(job: Locator, title: str) -> None:
    expect(job.get_by_role("status", name="Job status")).to_contain_text(title, timeout=MINUTE)


def test_the_video_appears_and_plays_while_another_cell_keeps_the_kernel_busy(open_notebook):
    notebook = open_notebook([SHOW, "import time\ntime.sleep(30)"])
    notebook.run_all()
    job = job_in(notebook)
    expect_state(job, "Ready")
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")
    played = play(job.locator("video"))
    assert notebook.is_running(1)
    assert (played.width, played.height) == (864, 496)
    assert played.audio_bytes > 0
    notebook.interrupt_kernel()
    notebook.wait_idle()


def test_the_player_steps_frames_and_scrubs(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.run_all()
    job = job_in(notebook)
    expect_state(job, "Ready")
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")
    video = job.locator("video")
    job.get_by_role("slider", name="Position").fill("2")
    expect(job.get_by_text(re.compile(r"0:02\.0\d / 0:04"))).to_be_visible()
    before = video.evaluate("(v) => v.currentTime")
    job.get_by_role("button", name="Next frame").click()
    job.get_by_role("button", name="Next frame").click()
    step = video.evaluate("(v) => v.currentTime") - before
    assert 1 / 24 < step < 3 / 24
    job.get_by_role("button", name="Play").click()
    expect(job.get_by_role("button", name="Pause")).to_be_visible()
    assert video.evaluate("(v) => v.muted")
    job.get_by_role("button", name="Sound").click()
    assert not video.evaluate("(v) => v.muted")


def test_a_reloaded_page_gets_the_video_again(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.run_all()
    expect_state(job_in(notebook), "Ready")
    notebook.wait_idle()
    notebook.save()
    notebook.reload()
    job = job_in(notebook)
    expect_state(job, "Ready")
    expect(job.get_by_role("button", name="Play")).not_to_have_attribute("aria-disabled", "true")
    assert play(job.locator("video")).video_bytes > 0


def test_a_download_has_a_readable_name_and_the_bytes_of_the_saved_file(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.run_all()
    job = job_in(notebook)
    expect_state(job, "Ready")
    button = job.get_by_role("button", name="Download")
    expect(button).not_to_have_attribute("aria-disabled", "true")
    with notebook.page.expect_download() as waiting:
        button.click()
    download = waiting.value
    assert re.fullmatch(r"red-fox-trots-fresh-\d{4}\.mp4", download.suggested_filename)
    saved = next((notebook.path.parent / ".home" / "media").glob("*.mp4"))
    assert download.path().read_bytes() == saved.read_bytes()


def test_remix_opens_a_form_with_the_request_and_new_take_shows_another_job(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.run_all()
    job = job_in(notebook).first
    expect_state(job, "Ready")
    job.get_by_role("button", name="Remix").click()
    form = notebook.output(0).get_by_role("form", name="New video")
    expect(form.get_by_role("textbox", name="Prompt")).to_have_value("A red fox trots through fresh snow")
    expect(form.get_by_role("radio", name="480p")).to_be_checked()
    expect(form.get_by_role("switch", name="Native audio")).to_be_checked()
    job.get_by_role("button", name="New take free").click()
    expect(job_in(notebook)).to_have_count(2)
    expect_state(job_in(notebook).nth(1), "Ready")
