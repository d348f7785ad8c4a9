"""The static output beside a live widget, and the ids by which the file knows widgets."""

from __future__ import annotations

import io
import itertools
from collections.abc import Callable

import pytest
from PIL import Image

from seedance_widgets.batch import Batch
from seedance_widgets.models import GenerationRequest
from seedance_widgets.states import State
from seedance_widgets.widgets import Compare, JobView, SeedanceForm, base, companion, showing
from tests.support.faulty import FaultyServer, answer
from tests.widgets.conftest import settle, until
from tests.widgets.jobs import FakeJob
from tests.widgets.sweeps import FAILED, RENDERING, Page, Show

RUNS = itertools.count(1)
"""No two tests are in the same execution of a cell."""


class Notebook:
    """The outputs of the cell that runs now, as a front end keeps them: updates in their place, by display id."""

    def __init__(self) -> None:
        self.cell: str | None = "first"
        self.runs = next(RUNS)
        self.outputs: dict[str, list[tuple[object, dict]]] = {}
        self.updates = 0

    def run(self, cell: str) -> None:
        self.cell, self.runs = cell, next(RUNS)
        self.outputs[cell] = []

    def display(self, bundle, *, raw, display_id=None, update=False):
        assert raw
        if not update:
            self.outputs.setdefault(str(self.cell), []).append((display_id, bundle))
            return
        self.updates += 1
        for outputs in self.outputs.values():
            outputs[:] = [(known, bundle if known == display_id else shown) for known, shown in outputs]

    def html(self, cell: str = "first") -> str:
        settle()
        (_, (_, bundle)) = self.outputs[cell]
        return str(bundle["text/html"])

    @property
    def line(self) -> str:
        """What the table of a sweep says above its rows, as it is at this moment."""
        (_, (_, bundle)) = self.outputs["first"]
        return str(bundle["text/plain"]).split("\n", 1)[0]


@pytest.fixture
def notebook(monkeypatch):
    made = Notebook()
    monkeypatch.setattr(base, "display", made.display)
    monkeypatch.setattr(companion, "display", made.display)
    monkeypatch.setattr(showing, "cell", lambda: made.cell)
    monkeypatch.setattr(showing, "execution", lambda: made.runs)
    return made


@pytest.fixture
def view(studio):
    """Makes views that are closed at the end."""
    made = []

    def make(job, **options):
        made.append(JobView(job, studio=studio, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def media(tmp_path, monkeypatch):
    """Facts of a finished job with a video of so many bytes, a poster, and a copy beside the notebook."""
    monkeypatch.chdir(tmp_path)
    poster = io.BytesIO()
    Image.new("RGB", (960, 540), "navy").save(poster, "JPEG")

    def make(size=6):
        (tmp_path / "seedance").mkdir(exist_ok=True)
        facts = {"media_sha256": "ab" * 32, "path": tmp_path / "v.mp4", "poster": tmp_path / "v.jpg"}
        facts["placed"] = tmp_path / "seedance" / "fox.mp4"
        for name in ("path", "placed"):
            facts[name].write_bytes(b"v" * size)
        facts["poster"].write_bytes(poster.getvalue())
        return facts

    return make


def test_a_cell_has_the_live_view_and_a_companion_that_is_updated_when_the_job_ends(notebook, view, media):
    job = FakeJob()
    shown = view(job)
    shown._ipython_display_()
    (_, live), _ = notebook.outputs["first"]
    assert live["application/vnd.jupyter.widget-view+json"]["model_id"] == shown.model_id
    assert live["text/html"] == ""  # an untrusted notebook shows HTML rather than widgets
    assert "<video" not in notebook.html()
    job.go(State.COMPLETED, **media())
    assert "data:video/mp4;base64,dnZ2dnZ2" in notebook.html()


def test_what_has_not_changed_is_not_sent_again(notebook, view, media):
    job = FakeJob()
    view(job)._ipython_display_()
    for _ in range(5):
        job.go(State.PROCESSING)
    job.go(State.COMPLETED, **media())
    job.go(State.COMPLETED)
    settle()
    assert notebook.updates == 1


@pytest.mark.parametrize(
    ("embed", "size", "embedded", "poster"),
    [
        ("auto", 6, True, False),
        ("auto", companion.EMBED_BYTES + 1, False, True),
        ("full", companion.EMBED_BYTES + 1, True, False),
        ("poster", 6, False, True),
        ("off", 6, False, False),
    ],
)
def test_how_much_of_the_video_the_file_holds(notebook, view, media, embed, size, embedded, poster):
    job = FakeJob()
    job.go(State.COMPLETED, **media(size))
    view(job, embed=embed)._ipython_display_()
    html = notebook.html()
    assert ("data:video" in html) is embedded
    assert ("data:image" in html) is poster
    assert ('src="seedance/fox.mp4"' in html) is not embedded


def test_the_studio_says_how_much_where_the_view_does_not(notebook, view, studio, media):
    studio.embed = "off"
    job = FakeJob()
    job.go(State.COMPLETED, **media())
    view(job)._ipython_display_()
    assert "data:" not in notebook.html()


def test_a_poster_is_small(tmp_path):
    noise = Image.effect_noise((1920, 1080), 90).convert("RGB")
    noise.save(tmp_path / "v.jpg", "JPEG", quality=95)
    kept = companion.library.small_poster(tmp_path / "v.jpg", 100_000)
    assert 1000 < len(kept) <= 100_000
    assert companion.library.small_poster(tmp_path / "none.jpg", 100_000) == b""


def test_no_path_of_this_machine_is_in_the_file(notebook, view, media, tmp_path, monkeypatch):
    job = FakeJob()
    job.go(State.COMPLETED, **media())
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    view(job, embed="poster")._ipython_display_()
    assert "data:image" in notebook.html()
    assert str(tmp_path) not in str(notebook.outputs)
    assert "<a " not in notebook.html()


def test_a_copy_or_a_video_that_is_gone_is_left_out(notebook, view, media):
    facts = media()
    facts["placed"].unlink()
    facts["path"].unlink()
    job = FakeJob()
    job.go(State.COMPLETED, **facts)
    view(job)._ipython_display_()
    html = notebook.html()
    assert "<video" not in html
    assert '<img alt="First frame"' in html


def test_takes_made_below_a_view_stay_too_and_share_the_room(notebook, view, studio, media, monkeypatch):
    monkeypatch.setattr(companion, "EMBED_BYTES", 10)
    first, second = FakeJob(id="j1"), FakeJob(id="j2")
    shown = view(first)
    shown._ipython_display_()
    shown.views = [view(second)]
    facts = media()
    first.go(State.COMPLETED, **facts)
    assert notebook.html().count("data:video") == 1
    second.go(State.COMPLETED, **facts)
    html = notebook.html()
    assert html.count("<video") == 2
    assert html.count("data:video") == 1


def test_a_form_keeps_the_takes_made_from_it(notebook, studio, media):
    form = SeedanceForm(studio=studio)
    form._ipython_display_()
    assert "Run the cell for the form." in notebook.html()
    job = FakeJob()
    form.show(job)
    job.go(State.COMPLETED, **media())
    assert "data:video" in notebook.html()
    form.close()


def test_a_take_that_was_given_back_is_in_the_file_once(notebook, studio, media):
    form = SeedanceForm(studio=studio)
    form._ipython_display_()
    job = FakeJob()
    form.show(job)
    job.go(State.COMPLETED, **media())
    form.show(job)
    assert len(form.views) == 2
    assert notebook.html().count("<video") == 1
    form.close()


def test_a_closed_view_leaves_the_file_as_it_is(notebook, view, media):
    job = FakeJob()
    shown = view(job)
    shown._ipython_display_()
    before = notebook.html()
    shown.close()
    job.go(State.COMPLETED, **media())
    assert notebook.html() == before


def test_a_cell_that_is_run_again_shows_a_widget_of_the_same_id(notebook, view):
    first = view(FakeJob())
    first._ipython_display_()
    name = first.model_id
    assert view(FakeJob()).model_id != name
    notebook.run("first")
    again = view(FakeJob())
    assert again.model_id == name
    assert first.comm is None  # its output is gone, and its id is free


def test_a_widget_that_is_shown_elsewhere_too_is_not_taken_away(notebook, view):
    first = view(FakeJob())
    first._ipython_display_()
    notebook.run("second")
    first._ipython_display_()
    notebook.run("first")
    assert view(FakeJob()).model_id != first.model_id
    unseen = view(FakeJob())
    notebook.run("first")
    view(FakeJob())
    assert view(FakeJob()).model_id != unseen.model_id
    assert unseen.comm is not None


def test_where_there_is_no_notebook_a_view_is_one_line_of_text(notebook, view):
    shown = view(FakeJob())
    notebook.cell = None
    shown._ipython_display_()
    assert notebook.outputs == {"None": [(None, {"text/plain": repr(shown)})]}


def test_a_comparison_stays_as_posters_with_what_differs_and_grows_with_it(notebook, studio, media):
    facts = {**media(), "finished": 1.0, "credits_used": 50}
    prompts = ("A pier at dusk", "A pier at dawn", "A pier at noon")
    jobs = [
        FakeJob(State.COMPLETED, id=name, request=GenerationRequest(prompt), **{**facts, "media_sha256": name * 64})
        for name, prompt in zip("abc", prompts, strict=True)
    ]
    compare = Compare(*jobs[:2], studio=studio)
    compare._ipython_display_()
    html = notebook.html()
    assert html.count("data:image/jpeg") == 2
    assert "<del>dusk</del> <ins>dawn</ins>" in html
    assert "<video" not in html
    compare.add(jobs[2])
    assert "<del>dusk</del> <ins>noon</ins>" in notebook.html()
    studio.embed = "off"
    jobs[0].go(State.COMPLETED, media_sha256="d" * 64)
    assert "data:image" not in notebook.html()
    compare.close()


# ---- of many takes

LONG = 10_000.0
"""Seconds that no test waits for."""


@pytest.fixture
def begin(notebook, show: Show, monkeypatch) -> Callable[..., Page]:
    """A function that shows a sweep of so many takes in the notebook and begins it. By itself its table is renewed
    every so many seconds."""

    def make(takes: int, behind: float = LONG, **options: object) -> Page:
        monkeypatch.setattr(companion, "_BEHIND", behind)
        moves = [f"move {number}" for number in range(takes)]
        page = show("A keeper, {move}", {}, move=moves, **options)
        page.widget._ipython_display_()
        assert notebook.line.endswith("Nothing is sent yet.")
        page.widget.start(over_budget=True)
        return page

    return make


def batch_of(page: Page) -> Batch:
    batch = page.widget.batch
    assert batch is not None
    return batch


def test_a_table_of_many_takes_is_not_renewed_with_each_of_them(notebook, begin):
    takes = 24
    batch_of(begin(takes, concurrency=8)).wait(60)
    assert notebook.line.startswith(f"{takes} of {takes} settled: {takes} ready. 960 credits used")
    # It begins, the first one is ready, it ends, and what had changed meanwhile; each may be seen in two steps.
    assert notebook.updates <= 8


def test_whoever_waits_for_the_batch_or_its_last_take_finds_the_end_in_the_file(notebook, begin, service: FaultyServer):
    service.always("status", RENDERING)
    batch = batch_of(begin(3, concurrency=3))
    until(lambda: batch.tally["rendering"] == 3, "them to be rendered")
    told: list[str] = []
    for job in batch.jobs:  # as a waiter is told, on the background loop
        job.subscribe(lambda _job: told.append(notebook.line) if batch.over else None)
    service.always("status", answer)
    batch.wait(60)
    told.append(notebook.line)
    assert len(told) >= 2
    assert all(line.startswith("3 of 3 settled: 3 ready.") for line in told)


def test_a_pause_and_a_take_that_fails_are_in_the_file_at_once(notebook, begin, service: FaultyServer):
    service.always("status", RENDERING)
    page = begin(4, concurrency=1)
    until(lambda: batch_of(page).tally["rendering"], "the first")
    page.widget.pause()
    until(lambda: notebook.line.endswith("Paused."), "the pause")
    service.always("status", FAILED)
    until(lambda: "1 failed, 3 waiting" in notebook.line, "the failure")
    page.widget.resume()
    until(lambda: not notebook.line.endswith("Paused."), "its end")
    batch_of(page).cancel()
    until(lambda: notebook.line.startswith("4 of 4 settled"), "the end of it all")


@pytest.mark.parametrize("is_closed", [False, True])
def test_what_it_is_behind_by_is_made_up_for_later_and_when_it_is_closed(
    notebook, begin, service: FaultyServer, is_closed
):
    service.always("status", RENDERING)
    service.plan("status", *[answer] * 5)
    page = begin(8, LONG if is_closed else 0.05)
    until(lambda: batch_of(page).tally == {"ready": 5, "rendering": 2, "waiting": 1}, "five")
    if is_closed:
        page.widget.close()
    until(lambda: notebook.line.startswith("5 of 8 settled: 5 ready, 2 rendering, 1 waiting"), "them in the file")
    service.always("status", answer)
    batch_of(page).wait(60)
    assert notebook.line.startswith("5 of 8" if is_closed else "8 of 8")
