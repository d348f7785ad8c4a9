"""Views that come and go leave nothing behind in a real page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as TooLate

from tests.support.states_page import CLIP

VIEWS = 50
KEPT = {"sweep": 12, "gallery": 12}
"""Pictures that a widget keeps for all its views, at most: one a take."""

# Counts what is alive: each handler, timer, frame, observer and address, from its making until whatever ends it.
COUNT = """() => {
  const alive = new Map();
  const born = (kind, what) => { const one = {}; alive.set(one, `${kind} ${what}`); return () => alive.delete(one); };
  window.alive = () => {
    const sums = {};
    for (const name of alive.values()) sums[name] = (sums[name] ?? 0) + 1;
    return sums;
  };

  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const ends = new WeakMap(); // target: Map of type, listener and capture: what ends it
  const keyOf = (type, listener, options) => {
    const own = ends.get(listener) ?? { id: Math.random() };
    ends.set(listener, own);
    return `${type} ${own.id} ${Boolean(typeof options === 'object' ? options?.capture : options)}`;
  };
  const handlers = new WeakMap();
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    const { signal, once } = typeof options === 'object' && options ? options : {};
    if (!listener || signal?.aborted) return add.call(this, type, listener, options);
    const own = handlers.get(this) ?? new Map();
    handlers.set(this, own);
    const key = keyOf(type, listener, options);
    if (!own.has(key)) {
      const name = this instanceof Element ? this.tagName.toLowerCase() : this.constructor.name;
      const end = born('handler', `${type} of ${name}`);
      own.set(key, end);
      const over = () => { own.delete(key); end(); };
      if (signal) add.call(signal, 'abort', over, { once: true });
      if (once) add.call(this, type, over, { once: true });
      if (this instanceof AbortSignal) add.call(this, 'abort', over, { once: true }); // it fires no second time
    }
    return add.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    if (listener) {
      const key = keyOf(type, listener, options);
      handlers.get(this)?.get(key)?.();
      handlers.get(this)?.delete(key);
    }
    return remove.call(this, type, listener, options);
  };

  for (const [start, stop, again] of [
    ['setTimeout', 'clearTimeout', false],
    ['setInterval', 'clearInterval', true],
    ['requestAnimationFrame', 'cancelAnimationFrame', false],
  ]) {
    const begun = new Map();
    const [original, halt] = [window[start].bind(window), window[stop].bind(window)];
    window[start] = (callback, ...rest) => {
      const id = original((...facts) => { if (!again) begun.get(id)?.(); return callback(...facts); }, ...rest);
      begun.set(id, born('timer', start));
      return id;
    };
    window[stop] = (id) => { begun.get(id)?.(); halt(id); };
  }

  for (const name of ['ResizeObserver', 'MutationObserver', 'IntersectionObserver']) {
    const Original = window[name];
    window[name] = class extends Original {
      observe(...what) { this.over ??= born('observer', name); super.observe(...what); }
      disconnect() { this.over?.(); this.over = undefined; super.disconnect(); }
    };
  }

  const addresses = new Map();
  const { createObjectURL, revokeObjectURL } = URL;
  URL.createObjectURL = (blob) => {
    const url = createObjectURL.call(URL, blob);
    addresses.set(url, born('address', blob.type));
    return url;
  };
  URL.revokeObjectURL = (url) => { addresses.get(url)?.(); revokeObjectURL.call(URL, url); };
}"""

NO_MORE_THAN = """(before) => Object.entries(alive()).every(([kind, sum]) => sum <= (before[kind] ?? 0))"""

OPEN_AND_CLOSE = """async ([times, use]) => {
  const act = eval(use);
  for (let number = 0; number < times; number++) {
    const el = document.createElement('div');
    document.querySelector('main').append(el);
    const close = held.open(el);
    await act(el, number);
    for (const [kind, sum] of Object.entries(alive())) most[kind] = Math.max(most[kind] ?? 0, sum);
    close();
    if (el.childElementCount) throw new Error(`The view left ${el.innerHTML.slice(0, 200)}`);
    el.remove();
  }
}"""

# What a person does in a view, so that all is there that could stay.
JOB_USED = """async (el, number) => {
  const named = (name) => el.querySelector(`[aria-label="${name}"]`);
  const video = el.querySelector('video');
  while (!video.src) await new Promise((done) => setTimeout(done, 5));
  const playing = new Promise((done) => video.addEventListener('playing', done, { once: true }));
  named('Loop').click();
  named('Play').click();
  await playing;
  if (number % 2) el.querySelector('[data-action="download"]').click();
  el.querySelector('[data-action="remix"]').click();
  named('More actions').click();
}"""
FORM_USED = """async (el) => {
  const prompt = el.querySelector('textarea');
  prompt.focus();
  prompt.setRangeText('{', 0, 0, 'end');
  prompt.dispatchEvent(new Event('input', { bubbles: true }));
  [...el.querySelectorAll('button')].find((button) => button.textContent.trim() === 'Camera').click();
  el.querySelector('[aria-label="Adjust crop of first frame"]').click();
  el.querySelector('.sdw-primary').click();
  await new Promise((done) => requestAnimationFrame(done));
}"""

SWEEP_USED = """async (el) => {
  const named = (name) => [...el.querySelectorAll('button')].find((button) => button.textContent.trim() === name);
  named('Play all').click();
  while (!el.querySelector('video')?.src) await new Promise((done) => setTimeout(done, 5));
  named('Pause').click();
  el.querySelector('.sdw-sweep-cell').focus();
}"""
PLAN_USED = """async (el) => {
  const named = (name) => [...el.querySelectorAll('button')].find((button) => button.textContent.trim() === name);
  named('Add').click();
  el.querySelector('[data-action="start"]').click();
  await new Promise((done) => requestAnimationFrame(done));
}"""
GALLERY_USED = """async (el) => {
  el.querySelector('input[type="search"]').focus();
  for (const more of [...el.querySelectorAll('[aria-label^="More"]')].slice(0, 2)) more.click();
  await new Promise((done) => requestAnimationFrame(done));
}"""
COMPARE_USED = """async (el) => {
  const videos = [...el.querySelectorAll('video')];
  while (videos.some((video) => !video.src)) await new Promise((done) => setTimeout(done, 5));
  el.querySelector('[aria-label="Play"]').click();
  el.querySelector('input[value="Wipe"]').click();
  await new Promise((done) => requestAnimationFrame(done));
}"""


def memory(page: Page) -> dict[str, int]:
    """Nodes and handlers that the browser holds once it has thrown away what nothing refers to."""
    client = page.context.new_cdp_session(page)
    client.send("HeapProfiler.enable")
    for _ in range(3):  # what a finalizer lets go is found by the next
        client.send("HeapProfiler.collectGarbage")
    counters: dict[str, Any] = client.send("Memory.getDOMCounters")
    client.detach()
    return {"nodes": counters["nodes"], "handlers": counters["jsEventListeners"]}


def nothing_left(page: Page, before: dict[str, int]) -> None:
    """What has been sent is still answered, and then no more is alive than was before."""
    try:
        page.wait_for_function(NO_MORE_THAN, arg=before, polling=100)  # by frames it would count its own
    except TooLate:
        now = page.evaluate("() => alive()")
        more = {kind: count for kind, count in now.items() if count > before.get(kind, 0)}
        pytest.fail(f"Left behind: {more}")


@pytest.mark.parametrize(
    ("name", "used", "counted"),
    [
        ("ready", JOB_USED, {"timer setInterval", "timer requestAnimationFrame", "address video/mp4"}),
        ("form", FORM_USED, {"observer ResizeObserver", "handler input of textarea", "address image/jpeg"}),
        pytest.param(
            "sweep", SWEEP_USED, {"observer IntersectionObserver", "address video/mp4"}, marks=pytest.mark.slow
        ),
        pytest.param("sweep_plan", PLAN_USED, {"timer setInterval", "handler click of button"}, marks=pytest.mark.slow),
        pytest.param("gallery", GALLERY_USED, {"observer IntersectionObserver"}, marks=pytest.mark.slow),
        pytest.param("compare_2", COMPARE_USED, {"address video/mp4"}, marks=pytest.mark.slow),
    ],
)
def test_fifty_views_that_come_and_go_leave_no_handler_timer_observer_address_or_node(open_states, name, used, counted):
    page = open_states(640, only=name, clip=CLIP, init_script=f"({COUNT})();")
    page.evaluate("(name) => Object.assign(window, { held: stage(name), most: {} })", name)
    before = page.evaluate("() => alive()")
    before["address image/jpeg"] = before.get("address image/jpeg", 0) + KEPT.get(name, 0)
    page.evaluate(OPEN_AND_CLOSE, [2, used])  # what a browser makes once, it has made then
    nothing_left(page, before)
    held = memory(page)
    page.evaluate(OPEN_AND_CLOSE, [VIEWS, used])
    most = page.evaluate("() => most")
    assert all(most.get(kind, 0) > before.get(kind, 0) for kind in counted), most
    nothing_left(page, before)
    if name in KEPT:  # all of these have come by now: as many views more keep none
        before["address image/jpeg"] = page.evaluate("() => alive()['address image/jpeg'] ?? 0")
        page.evaluate(OPEN_AND_CLOSE, [VIEWS, used])
        nothing_left(page, before)
    for _ in range(60):  # a player goes some time after its video
        left = memory(page)
        if all(left[kind] < held[kind] + VIEWS for kind in held):
            break
        page.wait_for_timeout(500)
    else:
        pytest.fail(f"The browser held {held}, and now {left}.")
    page.evaluate("() => held.end()")
