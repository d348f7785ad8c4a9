"""From a take to the next: remixes, and the tree of what was made from what."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedance_widgets import GenerationRequest, Studio
from seedance_widgets.errors import InvalidRequestError, OverBudgetError, SeedanceError
from seedance_widgets.lineage import tree
from seedance_widgets.models import GuideImage, Origin
from seedance_widgets.widgets.afterwards import next_shot
from tests.support.faulty import FaultyServer
from tests.widgets.jobs import FakeJob

from .test_job import WAIT

Kernels = Callable[[], Studio]


def set_parent(home: Path, job_id: str, parent: str) -> None:
    with sqlite3.connect(home / "ledger.db") as db:
        db.execute("UPDATE jobs SET parent = ? WHERE id = ?", (parent, job_id))
    db.close()


def test_a_remix_is_a_child_that_keeps_what_was_not_changed(
    kernel: Kernels, service: FaultyServer, fox: GenerationRequest, tmp_path: Path
) -> None:
    Image.new("RGB", (864, 496), "navy").save(tmp_path / "first.png")
    job = kernel().submit(fox.replace(images=["first.png"])).wait(WAIT)
    child = job.remix("A red fox sleeps", duration=8).wait(WAIT)
    assert (child.parent, child.request.prompt, child.request.duration) == (job.id, "A red fox sleeps", 8)
    assert child.request == job.request.replace(prompt="A red fox sleeps", duration=8)
    assert job.remix(prompt="A red fox sleeps", duration=8) is child  # the same again is the same take
    assert service.made == 2
    another = job.remix("A red fox sleeps", duration=8, new=True).wait(WAIT)
    assert (another.parent, another.take, service.made) == (job.id, 2, 3)


def test_a_remix_that_is_not_allowed_sends_nothing(
    kernel: Kernels, service: FaultyServer, fox: GenerationRequest
) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    with pytest.raises(TypeError, match="takes no seed"):
        job.remix(seed=7)
    with pytest.raises(InvalidRequestError, match="Duration 5 is not offered"):
        job.remix(duration=5)
    studio.budget = studio.spent
    with pytest.raises(OverBudgetError):
        job.remix(duration=8)
    studio.budget = None
    with pytest.raises(OverBudgetError):
        job.remix(duration=8, max_credits=1)
    assert service.made == 1


def test_a_forgotten_take_has_nothing_to_remix(kernel: Kernels, service: FaultyServer, fox: GenerationRequest) -> None:
    studio = kernel()
    job = studio.submit(fox).wait(WAIT)
    studio.forget(job)
    with pytest.raises(SeedanceError, match="forgotten"):
        job.remix("A red fox sleeps")
    assert service.made == 1


def test_a_lineage_tells_what_was_made_from_what_in_every_kernel(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    first = studio.submit(fox).wait(WAIT)
    assert first.path is not None
    longer = first.remix(duration=8).wait(WAIT)
    shot = next_shot(first)
    frame = studio.library.keep_image(shot.images[0])
    following = studio.submit(shot.replace(images=(frame,)), parent=first).wait(WAIT)
    of_that = following.remix("The fox <b>sleeps</b>").wait(WAIT)
    studio.submit(fox.replace(prompt="An owl")).wait(WAIT)
    following.star()
    later = kernel()
    for each in (studio, later):
        for asked in (first, longer, following, of_that):
            found = each.lineage(asked)
            assert [(node.job.id, node.link) for node in found] == [
                (first.id, ""),
                (longer.id, "remix of"),
                (following.id, "from last frame of"),
                (of_that.id, "remix of"),  # it began with that frame since the one before did
            ]
            assert [len(node.children) for node in found] == [2, 0, 1, 0]
    lines = str(later.lineage(first)).splitlines()
    assert lines[0] == f"{fox.prompt} · 16:9 · 480p · 4 s · Ready · {first.id}"
    assert lines[1].startswith("  Remix: A red fox")
    assert lines[2].startswith("  From last frame: A red fox")
    assert "★" in lines[2]
    assert lines[3].startswith("    Remix: The fox <b>sleeps</b>")
    shown = later.lineage(first)._repr_html_()
    assert "<b>" not in shown
    assert shown.count("<li") == 4


def test_a_forgotten_take_still_joins_those_made_from_it(kernel: Kernels, fox: GenerationRequest) -> None:
    studio = kernel()
    first = studio.submit(fox).wait(WAIT)
    middle = first.remix(duration=8).wait(WAIT)
    last = middle.remix(duration=12).wait(WAIT)
    studio.forget(middle)
    for each in (studio, kernel()):
        assert [node.job.id for node in each.lineage(last)] == [first.id, middle.id, last.id]
    assert "Forgotten" in str(studio.lineage(first))


def test_a_lineage_is_of_a_job(kernel: Kernels) -> None:
    with pytest.raises(TypeError, match=r"Pass a Job, as from studio\.job\(id\)"):
        kernel().lineage("20261122-1")  # type: ignore[arg-type]


def test_a_damaged_history_has_lineages_that_end(kernel: Kernels, fox: GenerationRequest, home: Path) -> None:
    studio = kernel()
    first = studio.submit(fox).wait(WAIT)
    second = first.remix(duration=8).wait(WAIT)
    third = second.remix(duration=12).wait(WAIT)
    studio.close()
    set_parent(home, first.id, third.id)
    for job in kernel().history():
        assert {node.job.id for node in kernel().lineage(job)} == {first.id, second.id, third.id}
    set_parent(home, first.id, "20200101-000000-nobody")
    found = kernel().lineage(third)
    assert [node.job.id for node in found] == [first.id, second.id, third.id]
    assert "of a take that is not in the history any more" in str(found).splitlines()[0]
    set_parent(home, second.id, second.id)
    assert [node.job.id for node in kernel().lineage(third)] == [second.id, third.id]


class Kin(FakeJob):
    """A take of which only its place among others counts."""

    def __init__(self, number: int, parent: int | None, **facts: Any) -> None:
        super().__init__(id=str(number), **facts)
        self.parent = None if parent is None else str(parent)


@given(st.lists(st.none() | st.integers(0, 12), min_size=1, max_size=10), st.data())
def test_whatever_the_parents_say_each_take_is_in_the_tree_once(parents: list[int | None], data: st.DataObject) -> None:
    jobs = [Kin(number, parent) for number, parent in enumerate(parents)]
    asked = data.draw(st.sampled_from(jobs))
    found = [node.job.id for node in tree(jobs, asked)]  # type: ignore[arg-type]
    assert asked.id in found
    assert len(found) == len(set(found))
    for node in tree(jobs, asked):  # type: ignore[arg-type]
        assert all(child.job.parent == node.job.id for child in node.children)
    assert len(str(tree(jobs, asked)).splitlines()) == len(found)  # type: ignore[arg-type]


def test_a_chain_of_thousands_is_told_to_its_end() -> None:
    jobs = [Kin(number, number - 1 if number else None) for number in range(3000)]
    found = tree(jobs, jobs[-1])  # type: ignore[arg-type]
    assert len(str(found).splitlines()) == len(list(found)) == 3000
    assert found._repr_html_().count("<li") == 3000


@pytest.mark.parametrize(
    ("origin", "link"),
    [
        (None, "remix of"),
        (Origin("x", "last", 4.0, "0"), "from last frame of"),
        (Origin("x", "first", 0.0, "0"), "remix of"),
        (Origin("x", "last", 4.0, "another"), "remix of"),
        (Origin("x.mp4", "last", 4.0), "remix of"),
    ],
)
def test_only_the_last_frame_of_its_own_parent_makes_a_shot_that_goes_on(origin: Origin | None, link: str) -> None:
    image = GuideImage("x.png", "image/png", size=1, sha256="f", width=400, height=400, origin=origin)
    jobs = [Kin(0, None), Kin(1, 0, request=GenerationRequest("A fox", images=(image,)))]
    assert [node.link for node in tree(jobs, jobs[0])] == ["", link]  # type: ignore[arg-type]
