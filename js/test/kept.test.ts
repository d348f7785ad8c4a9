import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { samples } from "../dev/samples.ts";
import widget from "../src/job_view.ts";
import type { JobViewTraits, Snapshot } from "../src/protocol.ts";
import { chunk, mount } from "./helpers.ts";

beforeEach(() => vi.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

const ready = () => samples().ready as Snapshot;
const token = () => ready().media?.token ?? "";

/** A view in an output of JupyterLab, and its companion in the next. */
function inNotebook(shown: Snapshot, held: string) {
  const traits: JobViewTraits = { snapshot: shown, poster: null, thumbnail: null, views: [] };
  const made = mount(widget as never, traits);
  const [output, next, companion, take] = ["div", "div", "div", "div"].map((tag) => document.createElement(tag));
  if (!output || !next || !companion || !take) throw new Error("no elements");
  output.className = next.className = "jp-OutputArea-child";
  companion.className = "sdw-static";
  if (held) take.setAttribute("data-video", held);
  companion.append(take);
  next.append(companion);
  output.append(made.el);
  document.body.append(output, next);
  return { ...made, take, offer: () => made.el.querySelector<HTMLElement>(":scope > .sdw-hint") };
}

test("the view takes over from its companion once it can show as much: while it renders, and when the video is here", () => {
  const rendering = inNotebook(samples().rendering as Snapshot, "");
  expect(rendering.el.classList.contains("sdw-live")).toBe(true);
  const shown = ready();
  if (shown.media) shown.media.size = 1;
  const finished = inNotebook(shown, token());
  expect(finished.el.classList.contains("sdw-live")).toBe(false);
  const { content, buffers } = chunk(token(), 0, 1, [7], 1);
  finished.model.receive(content, buffers);
  expect(finished.el.classList.contains("sdw-live")).toBe(true);
});

test("what the saved notebook does not hold is said, and no more once it does", () => {
  const made = inNotebook(samples().rendering as Snapshot, "");
  vi.advanceTimersByTime(10_000);
  expect(made.offer()?.hidden).toBe(true); // nothing is there to be held yet
  made.model.set("snapshot", ready());
  vi.advanceTimersByTime(2_000);
  expect(made.offer()?.hidden).toBe(true); // the update may be on its way
  vi.advanceTimersByTime(4_000);
  expect(made.offer()?.hidden).toBe(false);
  expect(made.offer()?.textContent).toContain("0 credits");
  made.take.setAttribute("data-video", token());
  vi.advanceTimersByTime(2_000);
  expect(made.offer()?.hidden).toBe(true);
});

test("where there is no companion nothing is promised", () => {
  const traits: JobViewTraits = { snapshot: ready(), poster: null, thumbnail: null, views: [] };
  const made = mount(widget as never, traits);
  vi.advanceTimersByTime(10_000);
  expect(made.el.querySelector<HTMLElement>(":scope > .sdw-hint")?.hidden).toBe(true);
});
