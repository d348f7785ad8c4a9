"""A job as a live cell in a real notebook."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.notebook_page import NotebookPage, play
from tests.support.sandbox import KEY, running_sandbox

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
    video.evaluate("(v) => v.addEventListener('contextmenu', (event) => { window.asked = event; }, { once: true })")
    video.click(button="right")  # the browser's own menu, which saves the video, and not the notebook's
    assert notebook.page.evaluate("() => !window.asked.defaultPrevented")
    expect(notebook.page.locator(".lm-Menu")).to_have_count(0)
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_note_is_written_in_the_cell_and_read_there_after_a_restart(open_notebook):
    notebook = open_notebook([SHOW])
    notebook.run_all()
    job = job_in(notebook)
    expect_state(job, "Ready")
    job.get_by_role("button", name="More actions").click()
    job.get_by_role("menuitem", name="Note…").click()
    note = notebook.page.get_by_role("textbox", name="Note", exact=True)
    expect(note).to_be_focused()
    notebook.page.keyboard.type("bad dx: the <b>calm</b> one")  # letters that are shortcuts of the notebook
    notebook.page.get_by_role("button", name="Save", exact=True).click()
    expect(job).to_contain_text("Note: bad dx: the <b>calm</b> one")
    expect(job.get_by_role("button", name="More actions")).to_be_focused()
    notebook.restart_kernel()
    notebook.run_all()
    expect_state(job, "Same request as")
    job.get_by_role("button", name="More actions").click()
    job.get_by_role("menuitem", name="Note…").click()
    expect(note).to_have_value("bad dx: the <b>calm</b> one")
    notebook.page.keyboard.press("Escape")
    expect(note).to_have_count(0)


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A sandbox that plays the paid service: it has a key, credits, and faults on demand."""
    with running_sandbox(tmp_path_factory.mktemp("service"), "--speed", "20") as sandbox:
        yield sandbox


@pytest.fixture
def open_job(open_notebook, service):
    """Runs a cell that generates against the service, while a fault lasts; gives notebook and job."""

    def open_one(fault, *, key=KEY, **params):
        service.control.reset()
        notebook = open_notebook([SHOW], env={"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": key})
        if fault:
            service.control.add_fault(fault, **params)
        notebook.run_all()
        return notebook, job_in(notebook).first

    yield open_one
    service.control.reset()


@pytest.mark.slow
def test_a_failure_shows_its_reason_and_opens_the_request_for_editing(open_job):
    notebook, job = open_job("fail_job", error="input image not allowed", refunded=False)
    expect_state(job, "Failed")
    expect(job.locator("dl")).to_contain_text("input image not allowed")
    job.get_by_role("button", name="Edit and send").click()
    prompt = notebook.output(0).get_by_role("textbox", name="Prompt")
    expect(prompt).to_have_value("A red fox trots through fresh snow")
    expect(prompt).to_be_focused()


def test_a_lost_reply_is_uncertain_and_only_a_person_sends_again(open_job, service):
    _, job = open_job("drop_after", route="generate", count=1)
    expect_state(job, "Uncertain")
    made = service.stats()["requests"]["generate"]
    job.get_by_role("button", name="Send again…").click()
    dialog = job.page.get_by_role("alertdialog", name="Send again?")
    expect(dialog).to_contain_text("a second time")
    dialog.get_by_role("button", name="Do not send").click()
    expect(dialog).to_have_count(0)
    assert service.stats()["requests"]["generate"] == made
    job.get_by_role("textbox", name="Generation ID").fill("no-such-id")
    job.get_by_role("button", name="Attach").click()
    expect_state(job, "Rendering")


@pytest.mark.slow
def test_a_key_that_is_not_accepted_is_named_and_nothing_is_charged(open_job):
    _, job = open_job(None, key="bad-key")
    expect_state(job, "Key not accepted")
    expect(job).to_contain_text("Nothing was c")
    expect(job).not_to_contain_text("bad-key")
    expect(job.get_by_role("button", name="Try again")).to_be_visible()


@pytest.mark.slow
def test_credits_that_lack_are_shown_beside_those_needed(open_job):
    _, job = open_job(
        "status",
        route="generate",
        code=402,
        body={
            "success": False,
            "error": "Insufficient credits. Need 18, have 7",
            "credits_needed": 18,
            "credits_balance": 7,
        },
    )
    expect_state(job, "Not enough credits")
    expect(job).to_contain_text("Needed18")
    expect(job).to_contain_text("You have7")


@pytest.mark.slow
def test_a_pause_the_service_asked_for_is_counted_down(open_job):
    _, job = open_job("status", route="generate", code=429, retry_after=60, count=1)
    expect_state(job, "Too many requests")
    expect(job.get_by_text(re.compile(r"Sends again in (0:5\d|1:00)"))).to_be_visible()
    job.get_by_role("button", name="Send now").click()
    expect_state(job, "Ready")
