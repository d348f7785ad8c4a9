"""Every state of both widgets on one page, without Jupyter: accessible, inside its frame, kept as pictures."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.environment import ARTIFACTS
from tests.support.states_page import JS

LIGHT_AND_DARK = ("light", "dark")
ZOOMED = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}
"""A window of 1280 x 900 at 200 %."""

OUTSIDE = """() => {
  const found = [];
  for (const card of document.querySelectorAll('.sdw-card')) {
    const frame = card.getBoundingClientRect();
    for (const part of card.querySelectorAll('*')) {
      if (part.closest('.sdw-sr, [hidden], svg, .sdw-scale-labels, .sdw-backdrop, .sdw-sweep-grid')) continue;
      const box = part.getBoundingClientRect();
      if (box.width && (box.right > frame.right + 1 || box.left < frame.left - 1)) {
        found.push(`${card.closest('section').dataset.sample}: ${part.tagName} ${part.className}`);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page itself');
  return found;
}"""

# What lies over something else, or is cut off by a frame: controls, and the words beside them.
OVERLAPS = """() => {
  const found = [];
  const round = ({ left, top, right, bottom }) => ({ left, top, right, bottom });
  const over = ['sr', 'hidden-input', 'stage', 'tile', 'backdrop', 'slot-matte', 'scale-labels',
    'take-picture', 'sweep-media', 'sweep-label'];  // on purpose
  const shown = (element) => element.checkVisibility({ visibilityProperty: true })
    && !element.closest(over.map((name) => `.sdw-${name}`).join());
  const nameOf = (element) => `${element.closest('section').dataset.sample}: ${element.tagName} `
    + (element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40));
  const isSideways = (frame) => frame.scrollWidth > frame.clientWidth + 1
    && ['auto', 'scroll'].includes(getComputedStyle(frame).overflowX);
  for (const card of document.querySelectorAll('.sdw-card')) {
    const boxes = [];
    for (const control of card.querySelectorAll(':is(button, a, input, select, textarea):not(.sdw-slot-add)')) {
      if (!shown(control)) continue;
      const box = round(control.getBoundingClientRect());
      for (let frame = control.parentElement; frame !== card; frame = frame.parentElement) {
        if (!['auto', 'scroll'].includes(getComputedStyle(frame).overflowY)) continue;
        const clip = frame.getBoundingClientRect();  // what is scrolled out of it is not seen
        box.top = Math.max(box.top, clip.top);
        box.bottom = Math.min(box.bottom, clip.bottom);
        if (!isSideways(frame)) continue;
        box.left = Math.max(box.left, clip.left);
        box.right = Math.min(box.right, clip.right);
      }
      boxes.push({ owner: control, control, ...box });
    }
    const words = document.createTreeWalker(card, NodeFilter.SHOW_TEXT);
    for (let text = words.nextNode(); text; text = words.nextNode()) {
      const owner = text.parentElement;
      if (!text.data.trim() || !shown(owner) || owner.closest('select, textarea')) continue;
      const range = document.createRange();
      range.selectNodeContents(text);
      const clips = [];
      for (let frame = owner; frame !== card; frame = frame.parentElement) {
        if (getComputedStyle(frame).overflowX !== 'visible') clips.push(frame.getBoundingClientRect());
      }
      for (const line of range.getClientRects()) {
        boxes.push({
          owner,
          left: Math.max(line.left, ...clips.map((clip) => clip.left)),
          top: Math.max(line.top, ...clips.map((clip) => clip.top)),
          right: Math.min(line.right, ...clips.map((clip) => clip.right)),
          bottom: Math.min(line.bottom, ...clips.map((clip) => clip.bottom)),
        });
      }
    }
    for (const one of boxes.filter((box) => box.control)) {
      for (const other of boxes) {
        if (other.owner === one.owner || one.owner.contains(other.owner) || other.owner.contains(one.owner)) continue;
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
        if (across > 1 && down > 1) found.push(`${nameOf(one.owner)} lies over ${nameOf(other.owner)}`);
      }
      if (one.owner.matches('button, a') && one.owner.scrollWidth > one.owner.clientWidth + 1) {
        found.push(`${nameOf(one.owner)} is too narrow for its words`);
      }
      let scrolls = false;
      for (let frame = one.owner.parentElement; frame && frame !== card.parentElement; frame = frame.parentElement) {
        if (getComputedStyle(frame).overflowY === 'visible') continue;
        const box = frame.getBoundingClientRect();
        scrolls ||= ['auto', 'scroll'].includes(getComputedStyle(frame).overflowY);
        if (one.left < box.left - 1 || one.right > box.right + 1
            || (!scrolls && (one.top < box.top - 1 || one.bottom > box.bottom + 1))) {
          found.push(`${nameOf(one.owner)} is cut off by ${frame.className}`);
        }
      }
    }
  }
  return [...new Set(found)];
}"""

# What is pressed, and lower than a finger needs. A link within a sentence is as high as its line.
LOW_TARGETS = """() => {
  const found = [];
  for (const one of document.querySelectorAll('.sdw :is(button, a, select, input, textarea, label, [role=option])')) {
    if (!one.checkVisibility({ visibilityProperty: true }) || one.closest('.sdw-hidden-input, .sdw-sr')) continue;
    if (one.matches('p *') || (one.tagName === 'LABEL' && !one.querySelector('input'))) continue;
    const { height } = (one.closest('label') ?? one).getBoundingClientRect();
    one.scrollIntoView({ block: 'center' });
    const { left, right, top } = one.getBoundingClientRect();
    const around = [-18, 18].map((off) => document.elementFromPoint((left + right) / 2, top + height / 2 + off));
    if (height && height < 40 && !around.every((hit) => hit === one)) {
      found.push(`${one.closest('section').dataset.sample}: ${one.tagName} ${one.className} ${Math.round(height)} `
        + (one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 40)));
    }
  }
  return found;
}"""

# Rules about a whole page: this one has neither landmarks nor an order of headings, and several forms of one name.
AXE = """async () => {
  const ofPages = ['region', 'page-has-heading-one', 'heading-order', 'landmark-unique'];
  const rules = Object.fromEntries(ofPages.map((rule) => [rule, { enabled: false }]));
  const { violations } = await axe.run('main', { rules });
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => [
    id, node.target.join(' '), ...[...node.any, ...node.all, ...node.none].map((check) => check.message),
  ].join(' | ')));
}"""


@pytest.mark.parametrize("theme", LIGHT_AND_DARK)
def test_axe_finds_nothing_in_any_state(open_states, theme):
    page = open_states(1010, theme)
    page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
    found = page.evaluate(AXE)
    assert not found, "\n".join(found)
    (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "states" / f"{theme}.png", full_page=True)


OPENED = (
    "form_menu",
    "form_names",
    "form_history",
    "form_connection",
    "form_connection_no_key",
    "form_key",
    "form_budget",
    "bad_key_entry",
)
WITH_FIELDS = {"form_key", "form_budget", "bad_key_entry"}


@pytest.mark.parametrize("opened", OPENED)
@pytest.mark.parametrize(("width", "theme"), [(1010, "light"), (1010, "dark"), (320, "light")])
def test_what_opens_over_a_view_is_accessible_and_inside_it(open_states, opened, width, theme):
    page = open_states(width, theme, only=opened)
    expect(page.locator(".sdw-popup:visible, .sdw-key-band:visible")).to_be_in_viewport()
    if opened in WITH_FIELDS:
        expect(page.locator(".sdw-entry input")).to_be_focused()
    page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
    found = page.evaluate(AXE)
    assert not found, "\n".join(found)
    assert page.evaluate(OUTSIDE) == []
    (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "states" / f"{opened}-{width}-{theme}.png", full_page=True)


@pytest.mark.parametrize("theme", LIGHT_AND_DARK)
def test_a_crop_that_is_being_moved_is_accessible_and_inside_its_picture(open_states, theme):
    page = open_states(640, theme, only="form_crop_adjusting")
    expect(page.get_by_role("slider", name="Crop of first frame")).to_be_focused()
    page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
    found = page.evaluate(AXE)
    assert not found, "\n".join(found)
    assert page.evaluate(OUTSIDE) == []


SAME_PLACES = """(field) => {
  const text = field.parentElement.querySelector('.sdw-backdrop-text');
  const style = (element) => ['font', 'letterSpacing', 'padding', 'whiteSpace', 'overflowWrap', 'tabSize']
    .map((name) => getComputedStyle(element)[name]).join();
  field.value = 'wide '.repeat(90) + 'x'.repeat(300) + '\\n\\n\ttab and a last line';
  field.dispatchEvent(new Event('input'));
  field.scrollTop = 60;
  field.dispatchEvent(new Event('scroll'));
  return [style(field) === style(text), field.scrollHeight, text.scrollHeight, field.clientWidth, text.offsetWidth,
          text.style.transform];
}"""


@pytest.mark.parametrize("width", [320, 1010])
def test_the_painted_letters_lie_where_the_field_has_them(open_states, width):
    page = open_states(width, only="form_words")
    same, height, painted, across, drawn, moved = page.locator("textarea").evaluate(SAME_PLACES)
    assert same
    assert height == painted
    assert across == drawn
    assert moved == "translateY(-60px)"


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
@pytest.mark.parametrize(("name", "options"), [("320", {}), ("zoomed", ZOOMED)])
def test_nothing_overflows_overlaps_or_is_cut_off_at_320_px_and_at_200_percent(open_states, name, options, theme):
    page = open_states(320, theme, **options)
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPS) == []
    (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "states" / f"{name}-{theme}.png", full_page=True)


@pytest.mark.parametrize("width", [375, 1010, *(pytest.param(width, marks=pytest.mark.slow) for width in (260, 480))])
def test_everything_stays_inside_its_frame(open_states, width):
    page = open_states(width)
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPS) == []


@pytest.mark.parametrize("width", [320, 430, 640])
def test_what_is_touched_is_40_px_high(open_states, width):
    page = open_states(width, has_touch=True, is_mobile=True)
    assert page.evaluate("() => matchMedia('(pointer: coarse)').matches")
    assert page.evaluate(LOW_TARGETS) == []
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPS) == []
    (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "states" / f"touch-{width}.png", full_page=True)


def test_the_spinner_stands_still_where_motion_is_unwanted(open_states):
    page = open_states(640, only="sending", reduced_motion="reduce")
    name = page.locator(".sdw-spinner").evaluate("(ring) => getComputedStyle(ring).animationName")
    assert name == "none"
