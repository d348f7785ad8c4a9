"""Every state of a job's cell: what stands in it, from top to bottom, and what can be done there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.test_states import AXE, OUTSIDE, OVERLAPS
from tests.support.environment import ARTIFACTS
from tests.support.states_page import JS

MENU = ("Copy prompt", "Copy recipe", "Note…", "Erase this take…")
PLAYER = ("Play", "Previous frame", "Next frame", "Position", "Speed", "Sound", "Loop", "Full screen")
MADE = ("Download", "Copy URL", "New take", "Remix", "Use last frame as next first frame")
LOOKED_FOR = ("Notify me when it ends", "Check now")
LOST = ("Generation ID", "Attach", "Send again…")

STATES = {
    "uploading": ("Uploading images", "head request uploads foot", ("Cancel",)),
    "sending": ("Sending request", "head request foot", ()),
    "rate_limited": ("Too many requests", "head request countdown", ("Cancel", "Send now")),
    "offline": ("No connection", "head request countdown", ("Try now",)),
    "rendering": ("Rendering", "head request foot", (*LOOKED_FOR, "Stop watching")),
    "rendering_usual": ("Rendering", "head request usual foot", (*LOOKED_FOR, "Stop watching")),
    "rendering_late": ("Rendering", "head request usual foot", (*LOOKED_FOR, "Stop watching")),
    "resumed": ("Rendering", "head request foot", (*LOOKED_FOR, "Stop watching")),
    "not_watching": ("Not watching", "head request foot", ("Watch again",)),
    "ready": ("Ready", "head request player summary foot", ("Star", "More actions", *MENU, *PLAYER, *MADE)),
    "ready_rehearsed": (
        "Ready",
        "head request player summary foot",
        ("Star", "More actions", *MENU, *PLAYER, "Download", "Render on UlazAI", "Remix", MADE[-1]),
    ),
    "reused": (
        "Same request as 12:03",
        "head request foot",
        ("Star", "More actions", "Download", *MENU, "Play", "New take", "Remix"),
    ),
    "ready_silent": (
        "Ready",
        "head request silent player summary foot",
        ("Star", "More actions", *MENU, "Open in browser", "Convert a copy", *PLAYER, *MADE),
    ),
    "ready_not_saved": (
        "Ready",
        "head request player alert summary foot",
        ("Star", "More actions", *MENU, *PLAYER, *MADE),
    ),
    "rendering_not_saved": ("Rendering", "head request alert foot", (*LOOKED_FOR, "Stop watching")),
    "uncertain": ("Uncertain", "head request alert rescue", ("More actions", *MENU[:3], *LOST)),
    "uncertain_hint": ("Uncertain", "head request alert rescue", ("More actions", *MENU[:3], *LOST)),
    "no_credits": (
        "Not enough credits",
        "head request credits foot",
        (
            "More actions",
            *MENU,
            "Add credits",
            "Draft at 480p, 4 s",
            "Run in sandbox, free",
            "Edit and send",
            "Try again",
        ),
    ),
    "failed": ("Failed", "head request facts foot", ("More actions", *MENU, "Edit and send", "Copy report")),
    "bad_key": (
        "Key not accepted",
        "head request facts foot",
        ("More actions", *MENU, "Use another key", "Run in sandbox, free", "Try again"),
    ),
    "cancelled": ("Cancelled", "head request foot", ("More actions", *MENU, "Try again", "Edit and send")),
    "expired": ("Expired", "head request facts foot", ("More actions", *MENU, "Check again", "Edit and send")),
    "not_fetched": ("Rendered, not saved yet", "head request foot", ("Watch again", "Copy URL")),
    "gone": (
        "Video not on this machine",
        "head request summary foot",
        ("Star", "More actions", *MENU, "Fetch again", "New take"),
    ),
    "forgotten": ("Forgotten", "head request summary foot", ()),
}
"""Of each: its title, its parts from top to bottom, and its controls in the order of the Tab key. (The prompt is a long
one, and so has "Show all" as well.)"""

LOOK = """(name) => {
  const card = document.querySelector(`[data-sample="${name}"] .sdw-job`);
  const parts = ['head', 'request', 'silent', 'player', 'alert', 'countdown', 'usual', 'uploads', 'credits', 'facts',
    'rescue', 'summary', 'foot'];
  const [shown, tops] = [[], []];
  for (const part of card.children) {
    const box = part.getBoundingClientRect();
    if (!box.height) continue;
    const inside = [part, ...part.querySelectorAll('*')];
    shown.push(parts.find((name) => inside.some((one) => one.classList.contains(`sdw-${name}`))) ?? part.className);
    tops.push([box.top, box.bottom]);
  }
  const controls = [...card.querySelectorAll('button, a, input, select')].filter((one) =>
    (one.checkVisibility() || one.closest('.sdw-more')) && one.textContent !== 'Show all');
  const request = card.querySelector('.sdw-request').getBoundingClientRect();
  return {
    title: card.querySelector('.sdw-title').textContent,
    shown: shown.join(' '),
    ordered: tops.every(([top], index) => index === 0 || top >= tops[index - 1][1] - 1.5),
    request: request.top - card.getBoundingClientRect().top,
    controls: controls.map((one) => one.getAttribute('aria-label')
      ?? [...one.children].find((part) => part.tagName === 'SPAN').textContent),
  };
}"""


def test_every_state_has_its_parts_and_its_controls_in_their_order(open_states):
    page = open_states(1010)
    for name, (title, parts, controls) in STATES.items():
        seen = page.evaluate(LOOK, name)
        assert (name, seen["title"], seen["shown"]) == (name, title, parts)
        assert seen["ordered"], name
        assert tuple(seen["controls"]) == controls, name


@pytest.mark.parametrize(("width", "options"), [(1010, {}), (320, {}), (320, {"has_touch": True, "is_mobile": True})])
def test_the_request_stands_at_the_same_height_in_every_state(open_states, width, options):
    page = open_states(width, **options)
    heights = {name: page.evaluate(LOOK, name)["request"] for name in STATES}
    assert len(set(heights.values())) == 1, heights


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    ("name", "role", "title"),
    [
        ("ready_menu", "menu", "More actions"),
        ("ready_note", "dialog", "Note on this take"),
        ("ready_over_budget", "alertdialog", "Go over the budget of this session?"),
    ],
)
def test_what_opens_over_a_job_is_accessible_and_in_sight(open_states, name, role, title, theme):
    page = open_states(320, theme, only=name)
    opened = page.get_by_role(role, name=title)
    expect(opened).to_be_in_viewport(ratio=1)
    assert opened.evaluate("(element) => element.contains(document.activeElement)")
    page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
    found = page.evaluate(AXE)
    assert not found, "\n".join(found)
    (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "states" / f"{name}-{theme}.png")


def test_the_offer_to_keep_a_video_in_the_notebook_is_shown_below_its_cell(open_states):
    page = open_states(320, only="ready_kept")
    offer = page.get_by_text("The saved notebook does not hold this video yet.")
    expect(offer).to_be_visible()
    page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
    found = page.evaluate(AXE)
    assert not found, "\n".join(found)
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPS) == []
