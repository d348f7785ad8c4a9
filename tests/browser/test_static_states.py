"""The card that stays in a saved notebook, in every state, where it is read: in a page without our script."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from seedance_widgets import states
from seedance_widgets.models import GenerationRequest
from seedance_widgets.rendering import Kept, static_html
from seedance_widgets.states import State
from tests.support.clips import tiny_clip
from tests.support.environment import ARTIFACTS
from tests.support.states_page import JS
from tests.widgets.jobs import FakeJob

from .test_states import AXE, LIGHT_AND_DARK

PAGE = """<!doctype html><html lang="en"><title>Saved</title><style>
:root {{ color-scheme: light dark; font-family: sans-serif; color: CanvasText; background: Canvas }}
</style><main>{}</main></html>"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def every_state() -> str:
    cards, clip = [], tiny_clip()
    for state, reason in states.rows():
        job = FakeJob(
            request=GenerationRequest(f"A pier at dusk, {state} {reason or ''}", generate_audio=True),
            generation_id="gen-7",
            credits_used=50 if state is State.COMPLETED else None,
        )
        job.go(state, reason)
        cards.append(
            static_html([Kept(job, video=clip if state is State.COMPLETED else b"", path="seedance/pier.mp4")])
        )
    return PAGE.format("".join(cards))


@pytest.mark.parametrize("theme", LIGHT_AND_DARK)
def test_the_saved_card_of_every_state_is_accessible_and_as_wide_as_its_page(chromium: Browser, theme: str):
    page = chromium.new_page(viewport={"width": 320, "height": 900}, color_scheme=theme)
    try:
        page.set_content(every_state())
        assert page.locator(".sdw-static").count() == len(list(states.rows()))
        assert page.evaluate(WIDER) <= 0
        page.evaluate("() => document.getAnimations().forEach((one) => one.finish())")
        page.add_script_tag(path=JS / "node_modules/axe-core/axe.min.js")
        found = page.evaluate(AXE)
        (ARTIFACTS / "states").mkdir(parents=True, exist_ok=True)
        page.screenshot(path=ARTIFACTS / "states" / f"saved-{theme}.png", full_page=True)
        assert not found, "\n".join(found)
    finally:
        page.close()
