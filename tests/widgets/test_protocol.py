"""Python and the page speak one protocol."""

from __future__ import annotations

import re

import anywidget
import pytest

from seedance_widgets import rendering
from seedance_widgets.capabilities import SETTINGS
from seedance_widgets.estimate import Estimate, Session
from seedance_widgets.rendering import Surroundings, snapshot
from seedance_widgets.settings import SANDBOX_CONNECTION
from seedance_widgets.widgets import Compare, Gallery, JobView, SeedanceForm, Sweep, prompt_help, protocol
from seedance_widgets.widgets.batch_view import BatchView
from seedance_widgets.widgets.costs import cost
from tests.support.environment import ROOT
from tests.widgets.jobs import FakeJob

SOURCE = "".join(
    (ROOT / f"js/src/{name}.ts").read_text("utf-8")
    for name in ("protocol", "job_protocol", "gallery_protocol", "compare_protocol", "sweep_protocol")
)
BASE = set(anywidget.AnyWidget.class_trait_names(sync=True))  # what every anywidget has


def strings(name: str) -> list[str]:
    """The strings of an exported array, with arrays spread into it."""
    body = re.search(rf"export const {name} = \[(.*?)\]", SOURCE, re.DOTALL)
    assert body, f"protocol.ts has no {name}"
    found: list[str] = []
    for spread, literal in re.findall(r'\.\.\.(\w+)|"([^"]+)"', body[1]):
        found += strings(spread) if spread else [literal]
    return found


def members(name: str, source: str = SOURCE) -> set[str]:
    """The names of an exported interface, without those it inherits."""
    body = re.search(rf"export interface {name} (?:extends \w+ )?{{(.*?)^}}", source, re.DOTALL | re.MULTILINE)
    assert body, f"protocol.ts has no {name}"
    return set(re.findall(r"^  (\w+):", body[1], re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "here"),
    [
        ("FIELDS", tuple(protocol.FIELDS)),
        ("FORM_TRAITS", protocol.FORM_TRAITS),
        ("FORM_SENDS", protocol.FORM_TAKES),
        ("FORM_RECEIVES", protocol.FORM_SENDS),
        ("JOB_VIEW_TRAITS", protocol.JOB_VIEW_TRAITS),
        ("JOB_VIEW_SENDS", protocol.JOB_VIEW_TAKES),
        ("JOB_VIEW_RECEIVES", protocol.JOB_VIEW_SENDS),
        ("GALLERY_TRAITS", protocol.GALLERY_TRAITS),
        ("GALLERY_SENDS", protocol.GALLERY_TAKES),
        ("GALLERY_RECEIVES", protocol.GALLERY_SENDS),
        ("COMPARE_TRAITS", protocol.COMPARE_TRAITS),
        ("COMPARE_SENDS", protocol.COMPARE_TAKES),
        ("COMPARE_RECEIVES", protocol.COMPARE_SENDS),
        ("SWEEP_TRAITS", protocol.SWEEP_TRAITS),
        ("SWEEP_SENDS", protocol.SWEEP_TAKES),
        ("SWEEP_RECEIVES", protocol.SWEEP_SENDS),
        ("SLOTS", protocol.SLOTS),
    ],
)
def test_both_sides_name_the_same_traits_and_messages(name, here):
    assert sorted(strings(name)) == sorted(here)


@pytest.mark.parametrize(
    ("widget", "names"),
    [
        (SeedanceForm, protocol.FORM_TRAITS),
        (JobView, protocol.JOB_VIEW_TRAITS),
        (Gallery, protocol.GALLERY_TRAITS),
        (Compare, protocol.COMPARE_TRAITS),
        (Sweep, protocol.SWEEP_TRAITS),
        (BatchView, protocol.SWEEP_TRAITS),
    ],
)
def test_a_widget_syncs_what_the_protocol_names_and_nothing_else(widget, names):
    assert set(widget.class_trait_names(sync=True)) - BASE == set(names)


def test_every_widget_brings_the_same_styles_so_that_the_one_that_comes_last_changes_nothing():
    assert len({str(widget._css) for widget in (SeedanceForm, JobView, Gallery, Compare, Sweep)}) == 1


def test_every_sheet_stands_once_in_the_one_order_and_brings_no_other():
    folder = ROOT / "js/src"
    brought = {
        sheet.name: re.findall(r'@import "\./(.*?)"', sheet.read_text("utf-8")) for sheet in folder.glob("*.css")
    }
    assert sorted(brought.pop("widgets.css")) == sorted(brought)
    assert not any(brought.values())


def test_both_sides_cut_bytes_alike():
    assert "CHUNK_BYTES = 4 * 1024 * 1024" in SOURCE
    assert protocol.CHUNK_BYTES == 4 * 1024 * 1024


def test_the_fields_are_the_settings_without_the_images():
    assert set(protocol.FIELDS) == set(SETTINGS) - {"images"}


def test_a_question_and_the_session_have_the_members_the_page_reads():
    paid = Estimate(50, "A guess")
    assert set(rendering.one_more(paid, Session(0, 500))) == members("Question")
    shown = cost(paid, None, Session(0, 500), there=False, service=SANDBOX_CONNECTION)
    assert set(shown) == members("Cost")
    assert set(shown["session"]) == members("Session")


def test_a_snapshot_has_the_members_the_page_reads():
    assert set(snapshot(FakeJob(), Surroundings(now=0.0))) == members("Snapshot")


def test_a_comparison_has_the_members_the_page_reads():
    told = rendering.comparison([FakeJob(id="a"), FakeJob(id="b")], [None, None], 0.0)
    take = told["takes"][0]
    assert set(told) == members("Comparison")
    assert set(take) == members("Take")
    assert set(take["prompt"][0]) == members("Piece")
    assert set(take["settings"][0]) == members("Cell")
    assert set(rendering.offer(FakeJob(), 0.0)) == members("Offer")


def test_what_is_told_of_a_prompt_has_the_members_the_page_reads():
    source = (ROOT / "js/src/prompt_protocol.ts").read_text("utf-8")
    words = prompt_help.look("A {fox}. Slow dolly-in.", {})
    checks = words.checks(fixed_lens=True)
    menu = prompt_help.VOCABULARY[0]
    told = {
        "Variable": words.variables[0],
        "Checks": checks,
        "Check": checks["rows"][0],
        "Fix": checks["rows"][0]["fix"],
        "Menu": menu,
        "Entry": menu["groups"][0]["entries"][0],
    }
    for name, value in told.items():
        assert set(value) == members(name, source), name
