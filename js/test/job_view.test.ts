import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { samples, snapshot } from "../dev/samples.ts";
import widget from "../src/job_view.ts";
import type { JobViewTraits, Snapshot } from "../src/protocol.ts";
import { byName, chunk, mount } from "./helpers.ts";

beforeEach(() => vi.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function view(shown: Snapshot = snapshot()) {
  const traits: JobViewTraits = { snapshot: shown, poster: null, thumbnail: null, views: [] };
  return mount(widget as never, traits);
}

const sent = (shown: ReturnType<typeof view>) => shown.model.sent.map((message) => message.content.kind);
const status = (shown: ReturnType<typeof view>) => shown.el.querySelector('[role="status"][aria-label="Job status"]');

test.each(Object.keys(samples()))("%s shows its title, its prompt and its settings", (name) => {
  const shown = samples()[name] as Snapshot;
  const made = view(shown);
  expect(status(made)?.textContent).toContain(shown.title);
  expect(made.el.textContent).toContain(shown.prompt);
  for (const chip of shown.chips) expect(made.el.textContent).toContain(chip.text);
  for (const action of shown.actions)
    expect(byName(made.el, action.name || action.label + action.cost.replace(/^/, action.cost && " "))).toBeTruthy();
});

test("seconds are counted in the page and not announced", () => {
  const now = Date.now() / 1000;
  const made = view(snapshot({ clock: { since: now - 72, style: "minutes" }, next_check: now + 4 }, now));
  const before = status(made)?.textContent;
  expect(made.el.textContent).toContain("1:12");
  expect(made.el.textContent).toContain("Next check in 4 s");
  vi.advanceTimersByTime(3000);
  expect(made.el.textContent).toContain("1:15");
  expect(made.el.textContent).toContain("Next check in 1 s");
  expect(status(made)?.textContent).toBe(before);
});

test("a kernel whose clock is off does not bend the time", () => {
  const made = view();
  const kernel = Date.now() / 1000 - 500;
  made.model.set("snapshot", snapshot({ clock: { since: kernel - 10, style: "minutes" } }, kernel));
  expect(made.el.textContent).toContain("0:10");
});

test("a change of state keeps the focus on the action that is still there", () => {
  const now = Date.now() / 1000;
  const made = view(samples(now).rendering as Snapshot);
  const stop = byName<HTMLButtonElement>(made.el, "Stop watching");
  stop.focus();
  made.model.set("snapshot", { ...(samples(now).resumed as Snapshot) });
  expect(document.activeElement?.textContent).toBe("Stop watching");
  made.model.set("snapshot", { ...(samples(now).ready as Snapshot) });
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Video job");
});

test("an intent is sent once, and its answer shows why it was not done", async () => {
  const made = view(samples().rendering as Snapshot);
  const stop = byName<HTMLButtonElement>(made.el, "Stop watching");
  stop.click();
  stop.click();
  expect(sent(made)).toEqual(["stop-watching"]);
  made.model.receive({ kind: "answer", id: made.model.sent[0]?.content.id, ok: false, message: "Too late." });
  await vi.waitFor(() => expect(made.el.querySelector('[role="alert"]')?.textContent).toBe("Too late."));
  stop.click();
  expect(sent(made)).toEqual(["stop-watching", "stop-watching"]);
});

test("sending again asks first and names the cost; the safe answer sends nothing", async () => {
  const made = view(samples().uncertain as Snapshot);
  byName<HTMLButtonElement>(made.el, "Send again…").click();
  const dialog = made.el.querySelector('[role="alertdialog"]');
  expect(dialog?.textContent).toContain("about 50 credits a second time");
  expect(document.activeElement?.textContent).toBe("Do not send");
  byName<HTMLButtonElement>(made.el, "Do not send").click();
  await vi.waitFor(() => expect(made.el.querySelector("dialog")).toBeNull());
  expect(sent(made)).toEqual([]);
  byName<HTMLButtonElement>(made.el, "Send again…").click();
  byName<HTMLButtonElement>(made.el, "Send again, about 50 credits").click();
  await vi.waitFor(() => expect(sent(made)).toEqual(["send-again"]));
});

test("a double click is one press, and a question in answer to it is asked before anything is made", async () => {
  const made = view({ ...(samples().ready as Snapshot), media: null });
  const press = byName<HTMLButtonElement>(made.el, "New take about 50");
  press.click();
  const id = made.model.sent.at(-1)?.content.id;
  const question = {
    title: "Make one more take?",
    text: "One is on its way.",
    label: "New take, about 50",
    cancel: "Cancel",
  };
  made.model.receive({ kind: "answer", id, ok: false, message: "", question });
  await vi.waitFor(() => expect(made.el.querySelector("dialog")).not.toBeNull());
  byName<HTMLButtonElement>(made.el, "New take, about 50").click();
  await vi.waitFor(() => expect(sent(made)).toEqual(["new-take", "new-take"]));
  expect(made.model.sent[1]?.content).toMatchObject({ consent: id, cost: "about 50" });
  made.model.receive({ kind: "answer", id: made.model.sent[1]?.content.id, ok: true, message: "" });
  await vi.waitFor(() => expect(press.getAttribute("aria-disabled")).toBeNull());
  press.dispatchEvent(new MouseEvent("click", { detail: 2 }));
  expect(sent(made)).toEqual(["new-take", "new-take"]);
});

test("an id from the reply is suggested, not attached", () => {
  const made = view(samples().uncertain_hint as Snapshot);
  const input = byName<HTMLInputElement>(made.el, "Generation ID");
  expect(input.value).toBe("abc12345-1234");
  expect(document.getElementById(input.getAttribute("aria-describedby") ?? "")?.textContent).toContain(
    "From the reply",
  );
  expect(sent(made)).toEqual([]);
});

test("a lost job is attached by its id", () => {
  const made = view(samples().uncertain as Snapshot);
  byName<HTMLInputElement>(made.el, "Generation ID").value = "  abc-123 ";
  byName<HTMLButtonElement>(made.el, "Attach").click();
  expect(made.model.sent[0]?.content).toMatchObject({ kind: "attach", generation_id: "abc-123" });
});

test("a video that is forgotten is shown no more, and is shown again once it is fetched again", () => {
  const shown = samples().ready as Snapshot;
  const made = view(shown);
  const bytes = chunk(shown.media?.token ?? "", 0, 1, [1, 2, 3], 3);
  made.model.receive(bytes.content, bytes.buffers);
  expect(made.el.querySelector("video")?.src).toMatch(/^blob:/);
  const given = vi.spyOn(URL, "revokeObjectURL");
  made.model.set("snapshot", { ...shown, media: null, title: "Forgotten", prompt: "", actions: [] });
  expect(made.el.querySelector("video")).toBeNull();
  expect(given).toHaveBeenCalledOnce();
  made.model.set("snapshot", shown);
  expect(made.el.querySelector("video")?.src).toMatch(/^blob:/);
});

test("the video is asked for by a page that opened late, and plays from its bytes", async () => {
  const made = view(samples().ready as Snapshot);
  vi.advanceTimersByTime(0);
  expect(sent(made)).toEqual(["video-want"]);
  const play = byName<HTMLButtonElement>(made.el, "Play");
  expect(play.getAttribute("aria-disabled")).toBe("true");
  const bytes = chunk("t1", 0, 1, [1, 2, 3], 3);
  made.model.receive(bytes.content, bytes.buffers);
  expect(sent(made)).toEqual(["video-want", "video-have"]);
  expect(made.el.querySelector("video")?.src).toMatch(/^blob:/);
  expect(made.el.querySelector("video")?.muted).toBe(true);
  expect(made.el.querySelector("video")?.autoplay).toBe(false);
  expect(play.getAttribute("aria-disabled")).toBe("false");
  vi.advanceTimersByTime(20_000);
  expect(sent(made)).toEqual(["video-want", "video-have"]);
});

test("two views of one job share the bytes, and each gives back its own address", () => {
  const make = vi.spyOn(URL, "createObjectURL");
  const revoke = vi.spyOn(URL, "revokeObjectURL");
  const made = view(samples().ready as Snapshot);
  const second = document.createElement("div");
  const life = new AbortController();
  made.render({ model: made.model.asModel(), el: second, signal: life.signal, experimental: {} });
  const bytes = chunk("t1", 0, 1, [1, 2, 3], 3);
  made.model.receive(bytes.content, bytes.buffers);
  expect(make).toHaveBeenCalledTimes(2);
  life.abort();
  made.end();
  expect(revoke).toHaveBeenCalledTimes(2);
});

test("markup in prompts, names and messages of servers stays text", () => {
  const hostile = "<img src=x onerror=alert(1)>";
  const made = view(
    snapshot({
      prompt: hostile,
      title: hostile,
      detail: hostile,
      facts: [{ label: hostile, text: hostile }],
      note: { lead: hostile, text: hostile },
      icon: "constructor",
    }),
  );
  expect(made.el.querySelector("img[src=x]")).toBeNull();
});

test("nothing of a view is left when it ends", () => {
  const before = vi.getTimerCount();
  const added = vi.spyOn(document, "addEventListener");
  for (const shown of Object.values(samples())) {
    const made = view(shown);
    const bytes = chunk("t1", 0, 1, [1], 1);
    made.model.receive(bytes.content, bytes.buffers);
    made.end();
    expect(made.model.listeners).toBe(0);
    expect(made.el.childElementCount).toBe(0);
  }
  expect(vi.getTimerCount()).toBe(before);
  expect(added).not.toHaveBeenCalled();
});
