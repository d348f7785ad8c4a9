"""Every state of both widgets on one page, without Jupyter: accessible, inside its frame, kept as pictures."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.support.environment import ARTIFACTS
from tests.support.states_page import JS

LIGHT_AND_DARK = ("light", "dark")
WIDTHS = (320, 480, 640, 1010)

OUTSIDE = """() => {
  const found = [];
  for (const card of document.querySelectorAll('.sdw-card')) {
    const frame = card.getBoundingClientRect();
    for (const part of card.querySelectorAll('*')) {
      if (part.closest('.sdw-sr, [hidden], svg, .sdw-scale-labels, .sdw-backdrop')) continue;
      const box = part.getBoundingClientRect();
      if (box.width && (box.right > frame.right + 1 || box.left < frame.left - 1)) {
        found.push(`${card.closest('section').dataset.sample}: ${part.tagName} ${part.className}`);
      }
    }
  }
  if (document.documentElement.scrollWidth > innerWidth) found.push('the page itself');
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


@pytest.mark.parametrize("opened", ["form_menu", "form_names"])
@pytest.mark.parametrize(("width", "theme"), [(1010, "light"), (1010, "dark"), (320, "light")])
def test_what_opens_over_the_form_is_accessible_and_inside_it(open_states, opened, width, theme):
    page = open_states(width, theme, only=opened)
    expect(page.locator(".sdw-popup:visible")).to_be_in_viewport()
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


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_stays_inside_its_frame(open_states, width):
    page = open_states(width)
    assert page.evaluate(OUTSIDE) == []
    (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / "states" / f"{width}.png", full_page=True)


def test_the_spinner_stands_still_where_motion_is_unwanted(open_states):
    page = open_states(640, only="sending", reduced_motion="reduce")
    name = page.locator(".sdw-spinner").evaluate("(ring) => getComputedStyle(ring).animationName")
    assert name == "none"
