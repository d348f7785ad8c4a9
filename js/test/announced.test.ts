import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { moreSamples } from "../dev/more_samples.ts";
import { samples } from "../dev/samples.ts";
import widget from "../src/job_view.ts";
import type { JobViewTraits, Snapshot } from "../src/protocol.ts";
import { byName, chunk, mount } from "./helpers.ts";

beforeEach(() => vi.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const LIVE = '[role="status"], [role="alert"], [aria-live]';

/** A view, and all that a screen reader would be told of it, in order. */
function heard(shown: Snapshot) {
  const traits: JobViewTraits = { snapshot: shown, poster: null, thumbnail: null, views: [] };
  const made = mount(widget as never, traits);
  const said: string[] = [];
  const words = () =>
    [...made.el.querySelectorAll(LIVE)]
      .map((region) => region.textContent ?? "")
      .join(" ")
      .trim();
  const listen = () => {
    if (words() !== said.at(-1)) said.push(words());
  };
  listen();
  const wait = (seconds: number) => {
    for (let step = 0; step < seconds * 4; step++) {
      vi.advanceTimersByTime(250);
      listen();
    }
  };
  return { ...made, said, wait };
}

test("over a whole run every change of state is announced, and nothing else: no second, no check, no byte", () => {
  const run = [
    "uploading",
    "sending",
    "rate_limited",
    "sending",
    "rendering_usual",
    "offline",
    "rendering_late",
    "ready",
  ];
  const now = Date.now() / 1000;
  const all = samples(now);
  const made = heard(all.uploading as Snapshot);
  for (const name of run) {
    made.model.set("snapshot", all[name] as Snapshot);
    made.wait(6);
    made.model.set("snapshot", { ...(all[name] as Snapshot), next_check: now + 60 });
    made.wait(6);
  }
  expect(made.said).toEqual([
    "Uploading images",
    "Sending request",
    "Too many requests",
    "Sending request",
    "Rendering",
    "No connection",
    "Rendering",
    "Ready",
  ]);
});

test("a failure is announced with its reason, once", () => {
  const made = heard(samples().rendering as Snapshot);
  made.model.set("snapshot", samples().failed as Snapshot);
  made.wait(4);
  expect(made.said).toEqual(["Rendering", "Failed. UlazAI said “input image not allowed”."]);
});

test("the focus is in the cell after any change from any state to any other, wherever it was", () => {
  const all: Record<string, Snapshot> = { ...samples(), ...moreSamples() };
  const made = heard(all.uploading as Snapshot);
  const every = () => [...made.el.querySelectorAll<HTMLElement>(".sdw-job :is(button, a, input, select)")];
  const places = () => every().filter((control) => !control.closest("[hidden]"));
  for (const [name, from] of Object.entries(all)) {
    for (const to of ["rendering", "ready", "forgotten"]) {
      made.model.set("snapshot", from);
      const count = places().length;
      for (let index = 0; index < count; index += Math.max(1, Math.floor(count / 3))) {
        made.model.set("snapshot", from);
        places()[index]?.focus();
        made.model.set("snapshot", all[to] as Snapshot);
        const { activeElement } = document;
        expect(made.el.contains(activeElement), `${name} to ${to}, from ${index}`).toBe(true);
        expect(activeElement?.closest("[hidden]"), `${name} to ${to}, from ${index}`).toBeNull();
      }
    }
  }
}, 60_000);

test("the address of the video at the service is a link and nothing that is fetched", () => {
  const ready = samples().ready as Snapshot;
  const made = heard(ready);
  const bytes = chunk("t1", 0, 1, [1, 2, 3], 3);
  made.model.receive(bytes.content, bytes.buffers);
  const video = made.el.querySelector("video") as HTMLVideoElement;
  video.canPlayType = () => "";
  video.dispatchEvent(new Event("loadedmetadata"));
  expect(byName<HTMLAnchorElement>(made.el, "Open in browser").href).toBe(ready.video_url);
  for (const element of made.el.querySelectorAll("*")) {
    for (const { name, value } of element.attributes) {
      if (name !== "href") expect(value).not.toContain("https:");
    }
  }
  expect(video.src).toMatch(/^blob:/);
});
