import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { card, shelf } from "../dev/gallery_samples.ts";
import widget from "../src/gallery.ts";
import { Layout } from "../src/gallery_layout.ts";
import type { Shelf } from "../src/gallery_protocol.ts";
import { byName, mount } from "./helpers.ts";

/** Says that every card is in view as soon as it is watched. */
class AllInView {
  constructor(private readonly tell: (entries: { target: Element; isIntersecting: boolean }[]) => void) {}
  observe(target: Element): void {
    queueMicrotask(() => this.tell([{ target, isIntersecting: true }]));
  }
  unobserve(): void {}
  disconnect(): void {}
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_000_000_000 });
  vi.stubGlobal("IntersectionObserver", AllInView);
  vi.stubGlobal("ResizeObserver", AllInView);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function view(changes: Partial<Shelf> = {}) {
  const made = mount(widget as never, { shown: shelf(changes), views: [] });
  const sent = (kind: string) => made.model.sent.map(({ content }) => content).filter((each) => each.kind === kind);
  const articles = () => [...made.el.querySelectorAll<HTMLElement>("article")];
  const key = (name: string) =>
    document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
  const reply = async (kind: string, more: object = {}) => {
    const id = sent(kind).at(-1)?.id;
    made.model.receive({ kind: "answer", id, ok: true, message: "", ...more });
    await vi.advanceTimersByTimeAsync(0);
  };
  return { ...made, sent, articles, key, reply };
}

test("a card shows what tells its take apart, and is named by the whole prompt", () => {
  const made = view({ first: [card("a", { brief: "A lighthouse keeper … slow dolly in" })] });
  const [first] = made.articles();
  const words = first?.querySelector<HTMLElement>(".sdw-take-prompt");
  expect(words?.textContent).toBe("A lighthouse keeper … slow dolly in");
  expect(words?.title).toBe(first?.getAttribute("aria-label"));
  expect(words?.title).toContain("to the end of a wooden pier");
});

const many = (count: number) => ({
  days: [
    { label: "Today", detail: "", cards: 30 },
    { label: "Yesterday", detail: "", cards: count - 30 },
  ],
  first: Array.from({ length: 24 }, (_, index) => card(`t${index}`, { prompt: `Take ${index}` })),
});

test("takes are articles named by their prompts, under their days, and a hostile prompt is text", () => {
  const made = view();
  expect(made.articles().map((each) => each.getAttribute("aria-label"))).toContain(
    "<img src=x onerror=alert(1)> & <b>bold</b>",
  );
  expect(made.el.querySelector("b, img[onerror]")).toBeNull();
  expect([...made.el.querySelectorAll('[role="heading"]')].map((each) => each.textContent)).toEqual([
    "Today10 videos · 445 credits, 2 not known",
    "Yesterday5 videos · 220 credits",
  ]);
  for (const name of ["Search prompts", "Starred", "Date: Last 7 days", "Attach by ID", "New video", "All 15"]) {
    expect(byName(made.el, name)).toBeTruthy();
  }
});

test("of five thousand takes a screenful is in the page, wherever it is scrolled to", () => {
  const made = view(many(5000));
  expect(made.articles().length).toBeLessThan(40);
  const frame = made.el.querySelector(".sdw-shelf-scroll") as HTMLElement;
  frame.scrollTop = 100_000;
  frame.dispatchEvent(new Event("scroll"));
  expect(made.articles().length).toBeLessThan(40);
  const asked = made.sent("cards");
  expect(asked.length).toBeLessThan(4);
  const { start, count } = asked[0] as unknown as { start: number; count: number };
  expect(start).toBeGreaterThan(1000);
  const cards = Array.from({ length: count }, (_, index) => card(`far${index}`, { prompt: `Far ${start + index}` }));
  made.model.receive({ kind: "cards", version: 1, start, cards });
  expect(made.el.textContent).toContain(`Far ${start + 12}`);
  frame.dispatchEvent(new Event("scroll"));
  expect(made.sent("cards").length).toBe(asked.length);
});

test("pictures are asked for together as they come into view, and let go with the page", async () => {
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const made = view();
  await vi.advanceTimersByTimeAsync(100);
  const [{ takes } = { takes: [] }] = made.sent("posters") as unknown as { takes: string[] }[];
  expect(made.sent("posters").length).toBe(1);
  expect(takes).toContain("a");
  expect(takes).not.toContain("g"); // it failed
  const bytes = new DataView(new Uint8Array([1, 2]).buffer);
  made.model.receive({ kind: "posters", takes: ["a"] }, [bytes]);
  expect(made.articles()[0]?.querySelector("img")?.src).toMatch(/^blob:/);
  made.end();
  expect(revoked).toHaveBeenCalledTimes(1);
  expect(made.model.listeners).toBe(0);
});

test("arrows move, X selects, Enter opens and Escape clears, with one way in by Tab", () => {
  const made = view();
  expect(made.articles().filter((each) => each.tabIndex === 0).length).toBe(1);
  made.articles()[0]?.focus();
  made.key("ArrowRight");
  expect(document.activeElement).toBe(made.articles()[1]);
  made.key("x");
  made.key("ArrowLeft");
  made.key("X");
  const bar = made.el.querySelector<HTMLElement>('[role="toolbar"]');
  expect(bar?.hidden).toBe(false);
  expect(bar?.textContent).toContain("2 selected, 4 takes");
  made.key("Enter");
  expect(made.sent("open").at(-1)).toMatchObject({ takes: ["a", "a2", "a3"] });
  made.key("Escape");
  expect(bar?.hidden).toBe(true);
  made.key("End");
  expect(document.activeElement?.getAttribute("aria-label")).toContain("A caravan");
});

test.each([
  ["one", [1], "Compare", "2 to 4 can be compared", null],
  ["the takes of one stack", [0], "Compare 3", "2 to 4 can be compared", ["a", "a2", "a3"]],
  ["the newest of each, the first that was selected first", [2, 0], "Compare 2", "2 to 4 can be compared", ["c", "a"]],
  ["five", [0, 1, 2, 4, 5], "Compare 5", "2 to 4 can be compared", null],
  ["one that is not ready", [0, 3], "Compare 2", "Only takes that are ready can be compared", null],
] as const)("what is selected is compared, or it is said why not: %s", async (_what, places, name, hint, takes) => {
  const made = view();
  for (const at of places) made.articles()[at]?.querySelector<HTMLInputElement>('[aria-label="Select"]')?.click();
  const compare = byName(made.el, name);
  const described = document.getElementById(compare.getAttribute("aria-describedby") ?? "");
  expect(described?.textContent).toBe(hint);
  expect(compare.getAttribute("aria-disabled")).toBe(takes ? null : "true");
  compare.click();
  compare.click();
  expect(made.sent("compare").map((each) => each.takes)).toEqual(takes ? [takes] : []);
  if (!takes) return;
  await made.reply("compare", { ok: false, message: "Take B was removed." });
  expect(made.el.querySelector('[role="alert"]')?.textContent).toBe("Take B was removed.");
  expect(compare.getAttribute("aria-disabled")).toBeNull();
});

test("a take that is ready meanwhile can be compared", () => {
  const made = view();
  for (const at of [0, 3]) made.articles()[at]?.querySelector<HTMLInputElement>('[aria-label="Select"]')?.click();
  expect(byName(made.el, "Compare 2").getAttribute("aria-disabled")).toBe("true");
  const first = shelf().first.map((each) => (each?.id === "d" ? { ...each, kind: "ready", video: true } : each));
  made.model.set("shown", shelf({ version: 2, first: first as Shelf["first"] }));
  expect(byName(made.el, "Compare 2").getAttribute("aria-disabled")).toBeNull();
});

test("the focus goes back to the button when what it opened is closed below", async () => {
  const made = view();
  for (const at of [0, 1]) made.articles()[at]?.querySelector<HTMLInputElement>('[aria-label="Select"]')?.click();
  made.model.set("views", ["anywidget:x"]);
  const child = made.el.querySelector<HTMLElement>(".sdw-child");
  const inside = document.createElement("button");
  child?.append(inside);
  inside.focus();
  made.model.set("views", []);
  expect(document.activeElement).toBe(byName(made.el, "Compare 2"));
});

test("a take that is added in front moves the others and keeps the focus and what is selected", () => {
  const made = view();
  const owl = made.articles()[4];
  owl?.focus();
  made.key("x");
  const first = [card("new", { prompt: "A new one" }), ...(shelf().first ?? [])];
  const days = [{ label: "Today", detail: "", cards: 9 }, ...shelf().days.slice(1)];
  made.model.set("shown", shelf({ version: 2, first, days }));
  expect(made.articles()[5]).toBe(owl);
  expect(document.activeElement).toBe(owl);
  expect(owl?.hasAttribute("data-selected")).toBe(true);
});

test("a card that comes for a place with the focus takes it, and a take that is ready gets its picture", async () => {
  const made = view(many(200));
  made.articles()[0]?.focus();
  made.key("End");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Loading");
  const { start, count } = made.sent("cards").at(-1) as unknown as { start: number; count: number };
  const far = Array.from({ length: Math.min(count, 200 - start) }, (_, at) =>
    card(`far${at}`, { prompt: `Far ${start + at}`, kind: "running" }),
  );
  made.model.receive({ kind: "cards", version: 1, start, cards: far });
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Far 199");
  await vi.advanceTimersByTimeAsync(100);
  const before = made.sent("posters").length;
  made.model.receive({ kind: "cards", version: 1, start, cards: far.map((each) => ({ ...each, kind: "ready" })) });
  await vi.advanceTimersByTimeAsync(100);
  expect(made.sent("posters").length).toBe(before + 1);
});

test("words are sent once typing pauses; what is selected is cleared with what is chosen", async () => {
  const made = view();
  made.articles()[0]?.focus();
  made.key("x");
  const field = byName<HTMLInputElement>(made.el, "Search prompts");
  for (const text of ["f", "fo", "fox"]) {
    field.value = text;
    field.dispatchEvent(new Event("input"));
    vi.advanceTimersByTime(50);
  }
  expect(made.sent("filter")).toEqual([]);
  vi.advanceTimersByTime(300);
  expect(made.sent("filter")).toMatchObject([{ search: "fox", state: "", starred: false, days: 7 }]);
  expect(made.el.querySelector<HTMLElement>('[role="toolbar"]')?.hidden).toBe(true);
  made.model.set("shown", shelf({ version: 2, filter: { search: "fox", state: "", starred: false, days: 7 } }));
  await made.reply("filter");
  byName(made.el, "Starred").click();
  expect(made.sent("filter").at(-1)).toMatchObject({ search: "fox", starred: true });
});

test("removing asks with Python's words, and the yes says what becomes of the files", async () => {
  const made = view();
  made.articles()[1]?.focus();
  made.key("x");
  byName(made.el, "Remove from history").click();
  const question = { title: "Remove this take?", text: "For good.", label: "Remove", cancel: "Keep it" };
  await made.reply("remove", { ok: false, question });
  const dialog = made.el.querySelector("dialog");
  expect(dialog?.textContent).toContain("For good.");
  const field = (name: string) => byName<HTMLInputElement>(dialog as HTMLElement, name);
  const keep = field("Keep the copies beside the notebook");
  expect(keep.checked).toBe(true);
  expect(field("Move the files to the trash").checked).toBe(true);
  keep.click();
  field("Leave the files where they are").click();
  expect([keep.checked, keep.disabled]).toEqual([true, true]);
  field("Move the files to the trash").click();
  keep.click();
  byName(dialog as HTMLElement, "Remove").click();
  await vi.advanceTimersByTimeAsync(0);
  const [asked, sure] = made.sent("remove");
  expect(sure).toMatchObject({ takes: ["b"], files: "trash", keep_copy: false, consent: asked?.id });
  await made.reply("remove");
  expect(made.el.querySelector<HTMLElement>('[role="toolbar"]')?.hidden).toBe(true);
});

test("what could not be done is said", async () => {
  const made = view();
  byName(made.el, "New video").click();
  await made.reply("new-video", { ok: false, message: "The key is not accepted." });
  expect(made.el.querySelector('[role="alert"]')?.textContent).toBe("The key is not accepted.");
});

test("where nothing is found it says why, and shows all takes again on request", () => {
  const made = view({
    nothing: "No take is like that.",
    days: [],
    first: [],
    filter: { search: "z", state: "failed", starred: true, days: 7 },
  });
  expect(made.el.textContent).toContain("No take is like that.");
  byName(made.el, "Show all takes").click();
  expect(made.sent("filter")).toMatchObject([{ search: "", state: "", starred: false, days: 0 }]);
});

test.each([320, 500, 900, 1400])("at %i pixels every card has its place, and no two the same", (width) => {
  const days = [{ cards: 7 }, { cards: 1 }, { cards: 12 }];
  const layout = new Layout(days, width);
  expect(layout.columns).toBeGreaterThanOrEqual(2);
  const boxes = Array.from({ length: layout.count }, (_, at) => layout.box(at));
  expect(new Set(boxes.map(({ left, top }) => `${left} ${top}`)).size).toBe(20);
  for (const { left, top, width: wide, height } of boxes) {
    expect(left + wide).toBeLessThanOrEqual(width + 0.01);
    expect(top + height).toBeLessThanOrEqual(layout.height);
  }
  for (let from = 0; from < layout.height; from += 37) {
    const { places } = layout.between(from, from + 400);
    const shown = boxes.flatMap(({ top, height }, at) => (top < from + 400 && top + height > from ? [at] : []));
    if (shown.length) {
      expect(places[0]).toBeLessThanOrEqual(shown[0] as number);
      expect(places[1]).toBeGreaterThan(shown.at(-1) as number);
    }
    expect(places[1] - places[0]).toBeLessThanOrEqual(shown.length + 2 * layout.columns);
  }
  for (let at = 0; at < layout.count; at += 1) {
    const down = layout.step(at, "ArrowDown") as number;
    if (down !== at) expect(layout.box(down).top).toBeGreaterThan(layout.box(at).top);
  }
});

test("a kernel that is busy, or gone, is said to be so", async () => {
  const made = view();
  const waiting = made.el.querySelector(".sdw-shelf-waiting");
  byName(made.el, "Starred").click();
  await vi.advanceTimersByTimeAsync(1000);
  expect(waiting?.textContent).toBe("");
  await vi.advanceTimersByTimeAsync(2000);
  expect(waiting?.textContent).toContain("Waiting for the running cell");
  await made.reply("filter");
  await vi.advanceTimersByTimeAsync(600);
  expect(waiting?.textContent).toBe("");

  made.model.send = () => {
    throw new Error("Cannot send");
  };
  byName(made.el, "Starred").click();
  await vi.advanceTimersByTimeAsync(600);
  expect(made.el.querySelector('[role="alert"]')?.textContent).toContain("Run this cell again");
  expect(byName(made.el, "Starred").getAttribute("aria-pressed")).toBe("false");
  expect(waiting?.textContent).toBe("");
});

test("more can be done with any card, by its menu: what is copied comes from Python", async () => {
  const written = vi.fn(async () => {});
  vi.stubGlobal("navigator", { clipboard: { writeText: written } });
  const made = view();
  for (const card of made.articles()) expect(byName(card, "More actions")).toBeTruthy();
  const [card] = made.articles() as [HTMLElement];
  card.focus();
  made.key("ContextMenu");
  const menu = card.querySelector('[role="menu"]') as HTMLElement;
  const items = () => [...menu.querySelectorAll("button")].map((each) => each.textContent);
  expect(items()).toEqual([
    "Open",
    "Remove star",
    "Copy prompt",
    "Copy recipe",
    "Copy file path",
    "Remove from history…",
  ]);
  expect(document.activeElement?.textContent).toBe("Open");
  made.key("ArrowDown");
  made.key("ArrowDown");
  expect(document.activeElement?.textContent).toBe("Copy prompt");
  (document.activeElement as HTMLElement).click();
  expect(menu.hidden).toBe(true);
  expect(made.sent("copy")).toMatchObject([{ take: "a", what: "prompt" }]);
  await made.reply("copy", { message: "A lighthouse keeper, whole" });
  expect(written).toHaveBeenCalledWith("A lighthouse keeper, whole");
  await vi.advanceTimersByTimeAsync(0);
  expect(card.querySelector(".sdw-take-code")?.textContent).toBe("Copied");

  byName(card, "More actions").click();
  byName(menu, "Remove from history…").click();
  expect(made.sent("remove")).toMatchObject([{ takes: ["a", "a2", "a3"] }]);
  const failed = made.articles().find((each) => each.dataset.kind === "failed") as HTMLElement;
  byName(failed, "More actions").click();
  expect(failed.querySelector('[role="menu"]')?.textContent).not.toContain("Copy file path");
});

test("what was removed last can be put back, until something else is removed or the word is dismissed", async () => {
  const made = view();
  const line = made.el.querySelector(".sdw-shelf-undo") as HTMLElement;
  expect(line.hidden).toBe(true);
  const removed = { text: "1 take removed, and in the trash for 30 days.", takes: ["b"] };
  made.model.set("shown", shelf({ version: 2, removed }));
  expect(line.hidden).toBe(false);
  expect(line.querySelector('[role="status"]')?.textContent).toBe(removed.text);
  byName(line, "Undo").click();
  expect(made.sent("restore").length).toBe(1);
  made.model.set("shown", shelf({ version: 3 }));
  await made.reply("restore");
  expect(line.hidden).toBe(true);
  made.model.set("shown", shelf({ version: 4, removed }));
  byName(line, "Dismiss message").click();
  made.model.set("shown", shelf({ version: 5, removed }));
  expect(line.hidden).toBe(true);
  made.model.set("shown", shelf({ version: 6, removed: { ...removed, takes: ["c"] } }));
  expect(line.hidden).toBe(false);
});
