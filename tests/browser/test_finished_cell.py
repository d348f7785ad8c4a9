"""The finished cell survives: in the file, without its kernel, without script, in another page, run again."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.support.environment import child_environment
from tests.support.notebook_page import NotebookPage, play
from tests.support.sandbox import KEY, running_sandbox

MINUTE = 60_000
LOAD = "%load_ext seedance_widgets"
PROMPT = "A red fox trots through fresh snow, for $5 or $6"
SHOW = f"%%seedance --resolution 480p --name fox\n{PROMPT}"
FACTS = re.compile(r"16:9 · 480p · 4 s · sandbox, free · made \d+ \w+ \d{4}, \d\d:\d\d UTC")


def shown(notebook: NotebookPage, title: str, cell: int = 1) -> Locator:
    """The live view under a cell, once it shows a state."""
    job = notebook.output(cell).get_by_role("group", name="Video job").first
    expect(job.get_by_role("status", name="Job status")).to_contain_text(title, timeout=MINUTE)
    return job


def saved(notebook: NotebookPage, words: str = "data:video/mp4") -> str:
    """The file, once the page has what the file is to hold."""
    notebook.page.wait_for_function("(words) => document.body.innerHTML.includes(words)", arg=words)
    text = json.dumps(notebook.save())
    assert words in text
    return text


def expect_static(output: Locator) -> None:
    """The output shows its video without a live view, and no error of one."""
    expect(output.locator("video:visible")).to_have_count(1)
    expect(output).to_contain_text(PROMPT)
    expect(output).to_contain_text(FACTS)
    expect(output.get_by_text("Error displaying widget")).not_to_be_visible()
    expect(output.get_by_text("Loading widget")).not_to_be_visible()
    expect(output.locator("mjx-container, .MathJax")).to_have_count(0)
    output.locator("video:visible").evaluate("(video) => { video.preload = 'auto'; }")  # as pressing Play does
    played = play(output.locator("video:visible"))
    assert (played.width, played.height) == (864, 496)


def reopened(notebook: NotebookPage) -> Locator:
    """The same file in a new page, after the kernel is gone: Jupyter starts another, which knows nothing of it."""
    notebook.tolerate("widget model not found")
    notebook.shut_down_kernel()
    notebook.reload()
    notebook.page.wait_for_function("() => !document.body.innerText.includes('Loading widget')")
    return notebook.output(1)


def convert(path: Path, *options: str) -> Path:
    """The notebook as an HTML file beside it."""
    command = [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", *options, path.name]
    env = child_environment(path.parent / ".home", IPYTHONDIR=str(path.parent / ".ipython"))
    done = subprocess.run(command, cwd=path.parent, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return path.with_suffix(".html")


def expect_static_page(chromium: Browser, page: Path) -> None:
    """The HTML file shows its video with no network and no script."""
    context = chromium.new_context(offline=True, java_script_enabled=False)
    opened = context.new_page()
    opened.goto(page.as_uri())
    output = opened.locator(".jp-Cell").nth(1)
    expect(output.locator("video")).to_have_count(1)
    expect(output).to_contain_text(FACTS)
    expect(output.locator("video")).to_be_visible()
    context.close()
    context = chromium.new_context(offline=True)
    opened = context.new_page()
    opened.goto(page.as_uri())
    expect_static(opened.locator(".jp-Cell").nth(1))
    context.close()


@pytest.mark.parametrize("app", ["lab", pytest.param("notebook", marks=pytest.mark.slow)])
def test_a_notebook_without_its_kernel_shows_and_plays_its_video_trusted_untrusted_and_as_html(
    open_notebook, chromium, app
):
    notebook = open_notebook([LOAD, SHOW], app=app)
    notebook.run_all()
    job = shown(notebook, "Ready")
    saved(notebook)
    expect(job).to_be_visible()  # the live view, and it alone
    expect(notebook.output(1).locator("video:visible")).to_have_count(1)
    expect_static(reopened(notebook))
    expect(notebook.output(1).locator(".jp-mod-trusted")).to_have_count(1)

    changed = nbformat.read(notebook.path, as_version=4)
    changed.cells[0].source += "  # by somebody else"
    nbformat.write(changed, notebook.path)
    output = reopened(notebook)
    expect_static(output)
    expect(output.locator(".jp-mod-trusted, style, script")).to_have_count(0)

    if app == "lab":
        expect_static_page(chromium, convert(notebook.path))


@pytest.mark.slow
def test_a_notebook_that_is_run_again_differs_only_in_its_execution_counts(open_notebook):
    notebook = open_notebook([LOAD, SHOW, "fox.wait()"])
    notebook.run_all()
    shown(notebook, "Ready")
    notebook.wait_idle()
    before = saved(notebook)
    counts = re.compile(r'"execution_count": \d+')
    notebook.run_cell(1)
    notebook.wait_idle()
    shown(notebook, "Same request as")
    assert counts.sub("", saved(notebook)) == counts.sub("", before)
    notebook.restart_kernel()
    notebook.run_all()
    notebook.wait_idle()
    shown(notebook, "Same request as")
    assert counts.sub("", saved(notebook)) == counts.sub("", before)


@pytest.mark.slow
def test_a_page_reloaded_while_the_job_runs_offers_to_keep_the_video_at_no_cost(open_notebook, tmp_path):
    with running_sandbox(tmp_path / "service", "--speed", "20") as service:
        notebook = open_notebook([LOAD, SHOW], env={"SEEDANCE_BASE_URL": service.url, "SEEDANCE_API_KEY": KEY})
        service.control.add_fault("status", route="status", code=503)  # for as long as the page is reloaded
        notebook.run_all()
        shown(notebook, "Rendering")
        text = saved(notebook, "nothing is sent twice")
        assert "Generation ID" in text
        notebook.reload()
        service.control.clear_faults()
        job = shown(notebook, "Ready")
        offer = notebook.output(1).get_by_text("Run the cell again to keep it there: 0 credits.")
        expect(offer).to_be_visible()
        expect(job).to_be_visible()
        sent = service.stats()["requests"]["generate"]
        notebook.run_cell(1)
        notebook.wait_idle()
        shown(notebook, "Same request as")
        saved(notebook)
        expect(offer).not_to_be_visible()
        assert service.stats()["requests"]["generate"] == sent


@pytest.mark.slow
def test_takes_made_from_a_form_survive_too_with_a_poster_before_the_copy_in_the_folder(open_notebook):
    poster = f"{LOAD}\n%config SeedanceMagics.embed = 'poster'"
    notebook = open_notebook([poster, f"%seedance_form {PROMPT} --resolution 480p"])
    notebook.run_all()
    form = notebook.output(1).get_by_role("form", name="New video")
    form.get_by_role("button", name="Generate").click()
    shown(notebook, "Ready")
    assert "data:video" not in saved(notebook, "data:image/jpeg")
    output = reopened(notebook)
    expect_static(output)
    expect(output).to_contain_text("Run the cell for the form.")


@pytest.mark.slow
def test_a_notebook_executed_headless_keeps_its_video(open_notebook, jupyter, chromium):
    path = jupyter.write_notebook("executed-headless", [LOAD, SHOW, "fox.wait()"])
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    expect_static_page(chromium, convert(path, "--execute"))
