import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { DURATION, MOVE, plan, run, sweep, take } from "../dev/sweep_samples.ts";
import widget from "../src/sweep.ts";
import { changes } from "../src/sweep_news.ts";
import type { Run, Sweep, TakeKind } from "../src/sweep_protocol.ts";
import { byName, chunk, mount } from "./helpers.ts";

const watched: { tell: (entries: { target: Element; isIntersecting: boolean }[]) => void; targets: Element[] }[] = [];

/** Says what is in view when it is asked to. */
class Watcher {
  readonly targets: Element[] = [];
  constructor(readonly tell: (entries: { target: Element; isIntersecting: boolean }[]) => void) {
    watched.push(this);
  }
  observe(target: Element): void {
    this.targets.push(target);
  }
  unobserve(): void {}
  disconnect(): void {
    this.targets.length = 0;
  }
}

const allInView = (isIntersecting = true) => {
  for (const { tell, targets } of watched) tell(targets.map((target) => ({ target, isIntersecting })));
};

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_000_000_000 });
  vi.stubGlobal("IntersectionObserver", Watcher);
  watched.length = 0;
  HTMLDialogElement.prototype.showModal ??= () => {};
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

function view(shown: Sweep) {
  const made = mount(widget as never, { sweep: shown, views: [] });
  const sent = (kind: string) => made.model.sent.map(({ content }) => content).filter((each) => each.kind === kind);
  const key = (name: string, more: KeyboardEventInit = {}) =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more }),
    );
  const reply = async (kind: string, more: object = {}) => {
    made.model.receive({ kind: "answer", id: sent(kind).at(-1)?.id, ok: true, message: "", ...more });
    await vi.advanceTimersByTimeAsync(0);
  };
  const set = (changed: Partial<Sweep>) => made.model.set("sweep", sweep(changed));
  const alert = () => made.el.querySelector<HTMLElement>(".sdw-sweep-problem")?.textContent;
  const said = () => made.el.querySelector(".sdw-sr[role=status]")?.textContent;
  const cells = () => [...made.el.querySelectorAll<HTMLElement>(".sdw-sweep-cell")];
  return { ...made, sent, key, reply, set, alert, said, cells };
}

const before = (changed: Parameters<typeof plan>[0] = {}) => sweep({ plan: plan(changed) });
const running = (kinds?: TakeKind[][], changed: Partial<Run> = {}) => sweep({ run: run(kinds, changed) });
const PNG = new DataView(new Uint8Array([137, 80, 78, 71]).buffer);

test("before it starts everything has its name, and what came from outside is text", () => {
  const made = view(before({ axes: [{ ...MOVE, values: ["<b>bold</b>", "orbit"] }, DURATION] }));
  for (const name of ["Across", "Down", "Add", "Remove 4 s", "Remove <b>bold</b>", "Reuse videos from history"])
    expect(byName(made.el, name)).toBeTruthy();
  for (const name of ["Render 10 videos about 525 credits", "Try in sandbox, free"])
    expect(byName(made.el, name)).toBeTruthy();
  expect(made.el.querySelector('[aria-label="Cost of sweep"] [role="meter"]')).toBeTruthy();
  expect(made.el.querySelector("b")).toBeNull();
  expect(made.model.sent).toEqual([]);
});

test("a value that is typed is sent once by Enter, the field waits for the next, and Escape closes it", async () => {
  const made = view(before());
  const add = byName(made.el, "Add");
  add.click();
  const field = byName<HTMLInputElement>(made.el, "Add to Camera move");
  expect(document.activeElement).toBe(field);
  field.value = " tilt up ";
  made.key("Enter");
  made.key("Enter");
  expect(made.sent("add-value")).toMatchObject([{ axis: "move", value: "tilt up" }]);
  await made.reply("add-value", { ok: false, message: "It is there already." });
  expect(field.getAttribute("aria-invalid")).toBe("true");
  expect(made.el.textContent).toContain("It is there already.");
  expect(field.value).toBe(" tilt up ");
  made.key("Enter");
  await made.reply("add-value");
  made.set({ plan: plan({ axes: [{ ...MOVE, values: [...MOVE.values, "tilt up"] }, DURATION] }) });
  expect(document.activeElement).toBe(field);
  expect(field.value).toBe("");
  made.key("Escape");
  expect(field.hidden).toBe(true);
  expect(document.activeElement).toBe(add);
});

test("of a setting what can be added is offered, and the last of them leaves the focus beside it", async () => {
  const made = view(before({ axes: [{ ...DURATION, values: ["4 s"], offers: ["8 s"] }] }));
  const add = [...made.el.querySelectorAll<HTMLButtonElement>('[data-action="add-offer"]')].find(
    (each) => !each.hidden,
  );
  add?.focus();
  add?.click();
  byName(made.el, "8 s").click();
  expect(made.sent("add-value")).toMatchObject([{ axis: "duration", value: "8 s" }]);
  made.set({ plan: plan({ axes: [{ ...DURATION, values: ["4 s", "8 s"], offers: [] }] }) });
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Remove 8 s");
});

test("a value is taken away by its place and its words, and the focus goes to the next", async () => {
  const made = view(before());
  const remove = byName(made.el, "Remove 4 s");
  remove.focus();
  remove.click();
  remove.click();
  expect(made.sent("remove-value")).toMatchObject([{ axis: "duration", index: 0, value: "4 s" }]);
  made.set({ plan: plan({ axes: [MOVE, { ...DURATION, values: ["8 s", "12 s"] }] }) });
  await made.reply("remove-value");
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Remove 8 s");
  made.set({ plan: plan({ axes: [MOVE, { ...DURATION, values: ["8 s"] }] }) });
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Remove 8 s");
});

test("what is chosen across changes places with what was there, and goes back where that was not done", async () => {
  const made = view(before());
  const across = byName<HTMLSelectElement>(made.el, "Across");
  across.value = "duration";
  across.dispatchEvent(new Event("change"));
  expect(made.sent("set-axes")).toMatchObject([{ names: ["duration", "move"] }]);
  await made.reply("set-axes", { ok: false, message: "Not now." });
  expect(across.value).toBe("move");
  expect(made.alert()).toBe("Not now.");
});

test("what is sent carries the price that was seen, once, and a yes carries the same again", async () => {
  const made = view(before());
  const start = byName(made.el, "Render 10 videos about 525 credits");
  start.click();
  start.click();
  expect(made.sent("start")).toMatchObject([{ seen: "what would be made" }]);
  const question = { title: "Over the budget?", text: "705 of 500.", label: "Render anyway", cancel: "Cancel" };
  await made.reply("start", { ok: false, question });
  made.set({ plan: plan({ amount: "About 600 credits" }) }); // the price has changed meanwhile
  byName(made.el, "Render anyway").click();
  await vi.advanceTimersByTimeAsync(0);
  const [asked, sure] = made.sent("start");
  expect(sure).toMatchObject({ seen: "what would be made", consent: asked?.id });
  await made.reply("start", { ok: false, message: "The price has changed. Look at it again." });
  expect(made.alert()).toBe("The price has changed. Look at it again.");
  expect(start.getAttribute("aria-disabled")).toBeNull();
});

test("a no sends nothing, and nothing can be started while there is a problem", async () => {
  const made = view(before());
  const start = byName(made.el, "Render 10 videos about 525 credits");
  start.click();
  await made.reply("start", { ok: false, question: { title: "?", text: "", label: "Yes", cancel: "No" } });
  byName(made.el, "No").click();
  await vi.advanceTimersByTimeAsync(0);
  expect(made.sent("start").length).toBe(1);
  expect(document.activeElement).toBe(start);
  made.set({ plan: plan({ problem: "The prompt is too long." }) });
  start.click();
  byName(made.el, "Try in sandbox, free").click();
  expect(made.sent("start").length).toBe(1);
  expect(made.sent("rehearse")).toEqual([]);
  expect(made.el.textContent).toContain("The prompt is too long.");
});

test("a kernel that is busy is said, and while it is nothing else is started", async () => {
  const made = view(before());
  byName(made.el, "Render 10 videos about 525 credits").click();
  await vi.advanceTimersByTimeAsync(2000);
  expect(made.el.textContent).toContain("Waiting for the running cell.");
  made.set({ plan: plan({ source: "Another" }) });
  byName(made.el, "Try in sandbox, free").click();
  expect(made.sent("rehearse")).toEqual([]);
  await made.reply("start");
  await vi.advanceTimersByTimeAsync(1000);
  expect(made.el.textContent).not.toContain("Waiting for the running cell.");
});

test("once it has started the focus is on Pause, and pausing is one intent", async () => {
  const made = view(before());
  byName(made.el, "Render 10 videos about 525 credits").focus();
  made.set({ run: run() });
  const pause = byName(made.el, "Pause");
  expect(document.activeElement).toBe(pause);
  expect(made.said()).toBe("Started. 5 of 12 settled.");
  pause.click();
  pause.click();
  expect(made.sent("pause").length).toBe(1);
  await made.reply("pause");
  made.set({ run: run(undefined, { paused: true }) });
  expect(made.said()).toBe("Paused.");
  expect(made.el.textContent).toContain("5 of 12 settled · paused");
  expect(document.activeElement).toBe(pause);
  byName(made.el, "Resume").click();
  expect(made.sent("resume").length).toBe(1);
  byName(made.el, "2 at a time").click();
  expect(made.el.querySelector('[aria-current="true"]')?.textContent).toBe("2 at a time");
  byName(made.el, "4 at a time").click();
  expect(made.sent("concurrency")).toMatchObject([{ most: 4 }]);
});

test("what became of takes is announced, and what is not saved, and neither seconds nor what waits", () => {
  const old = running([["waiting", "rendering", "rendering", "rendering"]]);
  const told = (kinds: TakeKind[], changed: Partial<Run> = {}) => changes(old, running([kinds], changed));
  expect(told(["rendering", "rendering", "rendering", "rendering"])).toBe("");
  expect(told(["waiting", "ready", "rendering", "failed"])).toBe(
    "slow dolly-in, 4 s: Ready. orbit, 4 s: Failed, Refund not known. 5 of 12 settled.",
  );
  expect(told(["ready", "ready", "ready", "ready"])).toContain("1 more");
  expect(told(["waiting", "rendering", "rendering", "rendering"], { over: true })).toBe(
    "5 of 12 settled. 175 credits used.",
  );
  const made = view(old);
  vi.advanceTimersByTime(5000);
  expect(made.said()).toBe("");
  expect(made.el.textContent).toContain("0:57");
  const warning = () => made.el.querySelector<HTMLElement>(".sdw-not-saved");
  expect(warning()?.hidden).toBe(true);
  made.set({ run: run(), not_saved: "The disk is full." });
  expect([warning()?.hidden, warning()?.textContent]).toEqual([false, "The disk is full."]);
});

test("the grid has its headers and names, arrows move in it, and Tab has one way in", () => {
  const made = view(running());
  expect(made.el.querySelector('[role="grid"]')?.getAttribute("aria-label")).toBe("Sweep results");
  expect([...made.el.querySelectorAll('[role="columnheader"]')].map((each) => each.textContent)).toEqual(
    expect.arrayContaining(["static", "orbit"]),
  );
  expect([...made.el.querySelectorAll('[role="rowheader"]')].map((each) => each.textContent)).toEqual([
    "4 s",
    "8 s",
    "12 s",
  ]);
  const [first, second] = made.cells();
  expect(made.cells().filter(({ tabIndex }) => tabIndex === 0)).toEqual([first]);
  expect(second?.getAttribute("aria-label")).toBe("slow dolly-in, 4 s: Ready, 25 credits, starred");
  first?.focus();
  made.key("ArrowRight");
  expect(document.activeElement).toBe(second);
  made.key("ArrowDown");
  expect(document.activeElement).toBe(made.cells()[5]);
  made.key("End");
  made.key("ArrowRight");
  expect(document.activeElement).toBe(made.cells()[7]);
  made.key("Home", { ctrlKey: true });
  expect(document.activeElement).toBe(first);
  made.key("Enter");
  expect(made.sent("open")).toMatchObject([{ take: "take-1" }]);
  made.key("1");
  expect(made.sent("star")).toMatchObject([{ take: "take-1", on: true }]);
});

test("takes of one axis are one column, and all arrows lead through them", () => {
  const takes = ["a", "b", "c"].map((place, index) => take(index + 1, "ready", place));
  const rows = takes.map(({ place, number }) => ({ label: place, takes: [number] }));
  const made = view(sweep({ run: { ...run(), takes, rows, columns: [""] } }));
  expect(made.el.querySelector('[role="columnheader"]')).toBeNull();
  made.cells()[0]?.focus();
  made.key("ArrowRight");
  expect(document.activeElement).toBe(made.cells()[1]);
  made.key("End");
  expect(document.activeElement).toBe(made.cells()[2]);
});

test("no key that is pressed here reaches the notebook", () => {
  const made = view(running());
  const heard = vi.fn();
  document.body.addEventListener("keydown", heard);
  made.cells()[0]?.focus();
  for (const name of ["Enter", "1", "ArrowDown", "x", "Escape"]) made.key(name);
  document.body.removeEventListener("keydown", heard);
  expect(heard).not.toHaveBeenCalled();
});

test("what failed is sent again only after the question, and what is uncertain is opened", async () => {
  const made = view(running());
  byName(made.el, "Resolve: static, 8 s").click();
  expect(made.sent("open")).toMatchObject([{ take: "take-5" }]);
  const again = byName(made.el, "Send again: orbit, 4 s");
  again.focus();
  again.click();
  const question = { title: "Send again?", text: "About 25 credits.", label: "Send again", cancel: "Leave it" };
  await made.reply("send-again", { ok: false, question });
  byName(made.el, "Send again").click();
  await vi.advanceTimersByTimeAsync(0);
  const [asked, sure] = made.sent("send-again");
  expect(sure).toMatchObject({ take: "take-4", consent: asked?.id });
  made.set({ run: run([["ready", "ready", "from history", "sending"]]) });
  await made.reply("send-again");
  expect(document.activeElement).toBe(made.cells()[3]);
});

test("posters are asked for once they are in view, and again when a take is ready", async () => {
  const made = view(running([["ready", "rendering", "waiting"]]));
  await vi.advanceTimersByTimeAsync(100);
  expect(made.sent("posters")).toEqual([{ kind: "posters", takes: ["take-1"] }]); // by which it knows of a kernel
  allInView();
  await vi.advanceTimersByTimeAsync(100);
  expect(made.sent("posters").at(-1)).toEqual({ kind: "posters", takes: ["take-2"] });
  made.model.receive({ kind: "posters", takes: ["take-1", "take-2"] }, [PNG, PNG]);
  const pictures = () => [...made.el.querySelectorAll<HTMLImageElement>("img:not([hidden])")];
  expect(pictures().map(({ src }) => src.slice(0, 5))).toEqual(["blob:", "blob:"]);
  made.set({ run: run([["ready", "ready", "waiting"]]) });
  await vi.advanceTimersByTimeAsync(100);
  expect(made.sent("posters").at(-1)).toEqual({ kind: "posters", takes: ["take-2"] });
  expect(pictures().length).toBe(2); // that of before, until the other is there
});

test("videos are asked for when they are to play, one after the other, and only those in view", async () => {
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  const made = view(running([["ready", "ready", "failed"]]));
  const videos = () => [...made.el.querySelectorAll("video")];
  const [first] = watched[0]?.targets ?? [];
  watched[0]?.tell([{ target: first as Element, isIntersecting: true }]);
  expect(made.sent("video-want")).toEqual([]);
  byName(made.el, "Play all").click();
  await vi.advanceTimersByTimeAsync(0);
  expect(made.sent("video-want")).toEqual([{ kind: "video-want", token: "take-1" }]);
  const { content, buffers } = chunk("take-1", 0, 1, [1, 2], 2);
  made.model.receive(content, buffers);
  await vi.advanceTimersByTimeAsync(0);
  expect(videos().map(({ muted, loop }) => [muted, loop])).toEqual([[true, true]]);
  expect(made.sent("video-want").length).toBe(1); // the other is out of view
  const paused = vi.spyOn(HTMLMediaElement.prototype, "pause");
  allInView(false);
  expect(paused).toHaveBeenCalledTimes(1);
  allInView();
  await vi.advanceTimersByTimeAsync(0);
  expect(made.sent("video-want").at(-1)).toEqual({ kind: "video-want", token: "take-2" });
  byName(made.el, "Stop all").click();
  expect(videos()).toEqual([]);
  expect(revoked).toHaveBeenCalledTimes(1);
});

test("videos that do not come are said", async () => {
  const made = view(running([["ready"]]));
  allInView();
  byName(made.el, "Play all").click();
  await vi.advanceTimersByTimeAsync(70_000);
  expect(made.alert()).toContain("Some videos did not come.");
});

test("the contact sheet is saved under the name Python gave it", async () => {
  const made = view(running());
  const saved: string[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    saved.push(this.download);
  });
  const press = byName(made.el, "Contact sheet");
  press.click();
  press.click();
  const [asked] = made.sent("contact-sheet");
  expect(made.sent("contact-sheet").length).toBe(1);
  made.model.receive({ kind: "sheet", id: asked?.id, name: "sweep.png" }, [PNG]);
  await made.reply("contact-sheet");
  expect(saved).toEqual(["sweep.png"]);
  press.click();
  await made.reply("contact-sheet", { ok: false, message: "No take is ready yet." });
  expect(made.alert()).toBe("No take is ready yet.");
});

test("nothing of a view is left when it ends", async () => {
  const made_ = vi.spyOn(URL, "createObjectURL");
  const revoked = vi.spyOn(URL, "revokeObjectURL");
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
  const made = view(before());
  made.set({ run: run() });
  allInView();
  byName(made.el, "Play all").click();
  await vi.advanceTimersByTimeAsync(100);
  made.model.receive({ kind: "posters", takes: ["take-1"] }, [PNG]);
  const { content, buffers } = chunk("take-1", 0, 1, [1, 2], 2);
  made.model.receive(content, buffers);
  await vi.advanceTimersByTimeAsync(0);
  expect(made_).toHaveBeenCalledTimes(2);
  made.end();
  await vi.advanceTimersByTimeAsync(0);
  expect(revoked).toHaveBeenCalledTimes(2);
  expect(made.model.listeners).toBe(0);
  expect(made.el.childElementCount).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

test("without a kernel what the saved notebook shows stays, and with one it gives way", () => {
  const made = view(running());
  vi.advanceTimersByTime(100);
  expect(made.el.classList.contains("sdw-live")).toBe(false);
  expect(made.sent("posters").length).toBe(1); // while it is hidden, and no take in view
  made.model.receive({ kind: "posters", takes: ["take-1"] }, [PNG]);
  expect(made.el.classList.contains("sdw-live")).toBe(true);
  expect(view(before()).el.classList.contains("sdw-live")).toBe(true);
});
