import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { samples } from "../dev/samples.ts";
import widget from "../src/job_view.ts";
import { LoopRange } from "../src/loop_range.ts";
import type { JobViewTraits, Snapshot } from "../src/protocol.ts";
import { hears } from "../src/silent.ts";
import { byName, chunk, mount } from "./helpers.ts";

beforeEach(() => vi.useFakeTimers({ now: 1_795_000_000_000 }));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  localStorage.clear();
  document.body.replaceChildren();
});

const ready = () => samples().ready as Snapshot;

function view(shown: Snapshot) {
  const traits: JobViewTraits = { snapshot: shown, poster: null, thumbnail: null, views: [] };
  const made = mount(widget as never, traits);
  const video = made.el.querySelector("video") as HTMLVideoElement;
  return { ...made, video };
}

function load(made: ReturnType<typeof view>, token = "t1") {
  const bytes = chunk(token, 0, 1, [1, 2, 3], 3);
  made.model.receive(bytes.content, bytes.buffers);
}

const press = (element: Element, key: string) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

test("a step goes to the middle of the next frame, and none beyond the ends", () => {
  const made = view(ready());
  load(made);
  const player = made.el.querySelector(".sdw-player") as Element;
  press(player, ".");
  expect(made.video.currentTime).toBeCloseTo(1.5 / 24, 9);
  press(player, ".");
  expect(made.video.currentTime).toBeCloseTo(2.5 / 24, 9);
  for (let step = 0; step < 4; step++) press(player, ",");
  expect(made.video.currentTime).toBeCloseTo(0.5 / 24, 9);
  made.video.currentTime = 8.04;
  press(player, ".");
  expect(made.video.currentTime).toBeCloseTo(192.5 / 24, 9);
});

test("scrubbing shows a whole frame and its exact time", () => {
  const made = view(ready());
  load(made);
  const slider = byName<HTMLInputElement>(made.el, "Position");
  slider.value = String(49 / 24);
  slider.dispatchEvent(new Event("input"));
  expect(made.video.currentTime).toBeCloseTo(49.5 / 24, 9);
});

test("keys of the player do not reach the notebook", () => {
  const made = view(ready());
  load(made);
  const reached = vi.fn();
  document.body.addEventListener("keydown", reached);
  for (const key of [",", ".", " ", "[", "]", "a", "Enter"]) press(byName(made.el, "Position"), key);
  expect(reached).not.toHaveBeenCalled();
  document.body.removeEventListener("keydown", reached);
});

test("the speed is chosen and holds for the next file", () => {
  const made = view(ready());
  load(made);
  const speed = byName<HTMLSelectElement>(made.el, "Speed");
  speed.value = "0.5";
  speed.dispatchEvent(new Event("change"));
  expect(made.video.playbackRate).toBe(0.5);
});

test("brackets set the ends of the loop, and Loop takes them away", () => {
  const made = view(ready());
  load(made);
  const slider = byName<HTMLInputElement>(made.el, "Position");
  made.video.currentTime = 2;
  press(slider, "[");
  made.video.currentTime = 4;
  press(slider, "]");
  const loop = byName(made.el, "Loop");
  expect(loop.getAttribute("aria-pressed")).toBe("true");
  expect(slider.hasAttribute("data-range")).toBe(true);
  loop.click();
  expect(slider.hasAttribute("data-range")).toBe(false);
});

test("a loop goes back to its start from outside and stays inside", () => {
  const range = new LoopRange(document.createElement("input"));
  range.startAt(2);
  range.endAt(4);
  expect([1, 2, 3.99, 4].map((time) => range.backFrom(time))).toEqual([2, null, null, 2]);
  range.endAt(1);
  expect(range.backFrom(0.5)).toBeNull();
});

test("whether sound is heard is known by what is decoded, and not before", () => {
  const video = (bytes: number) => ({ webkitAudioDecodedByteCount: bytes }) as unknown as HTMLVideoElement;
  expect(hears(video(800), 0)).toBe(true);
  expect(hears(video(0), 0.1)).toBeNull();
  expect(hears(video(0), 0.3)).toBe(false);
});

test("a page without the sound says so and converts a copy, which then plays in place of the file", async () => {
  const made = view(ready());
  made.video.canPlayType = () => "";
  load(made);
  made.video.dispatchEvent(new Event("loadedmetadata"));
  expect(made.el.textContent).toContain("This editor plays MP4 without sound. The file does have sound.");
  const open = byName<HTMLAnchorElement>(made.el, "Open in browser");
  expect([open.target, open.href]).toEqual(["_blank", ready().video_url]);
  byName(made.el, "Convert a copy").click();
  expect(made.model.sent.at(-1)?.content).toMatchObject({ kind: "convert", to: "sound" });
  const copy = { ...(ready().media as NonNullable<Snapshot["media"]>), token: "t1-sound" };
  const before = made.video.src;
  made.model.set("snapshot", { ...ready(), copy });
  load(made, "t1-sound");
  expect(made.video.src).not.toBe(before);
  made.video.dispatchEvent(new Event("loadedmetadata"));
  expect(made.el.querySelector<HTMLElement>(".sdw-silent")?.hidden).toBe(true);
});

test("a take shown before is a picture to press, which opens the player and plays", () => {
  const made = view(samples().reused as Snapshot);
  const place = made.el.querySelector<HTMLElement>(".sdw-player-place");
  expect(place?.hidden).toBe(true);
  load(made);
  const play = vi.spyOn(made.video, "play").mockResolvedValue();
  byName(made.el, "Play").click();
  expect(place?.hidden).toBe(false);
  expect(play).toHaveBeenCalledOnce();
  byName(made.el, "Close the player").click();
  expect(place?.hidden).toBe(true);
});

test("the star says what it is and asks for the other", () => {
  const made = view(ready());
  const star = byName(made.el, "Star");
  expect(star.getAttribute("aria-pressed")).toBe("true");
  star.click();
  expect(made.model.sent.at(-1)?.content).toMatchObject({ kind: "star", on: false });
  made.model.set("snapshot", { ...ready(), starred: false });
  expect(byName(made.el, "Star").getAttribute("aria-pressed")).toBe("false");
});

test("more actions are a menu: arrows move, Escape closes and gives the focus back", () => {
  const made = view(ready());
  const more = byName(made.el, "More actions");
  more.click();
  expect(document.activeElement?.textContent).toBe("Copy prompt");
  press(document.activeElement as Element, "ArrowDown");
  expect(document.activeElement?.textContent).toBe("Copy recipe");
  press(document.activeElement as Element, "Escape");
  expect(document.activeElement).toBe(more);
  expect(more.getAttribute("aria-expanded")).toBe("false");
});

test("a note is read and written in a dialog; what is not saved is not sent", async () => {
  const made = view({ ...ready(), remark: "The calm one" });
  const open = () => {
    byName(made.el, "More actions").click();
    byName(made.el, "Note…").click();
    return byName<HTMLTextAreaElement>(made.el, "Note");
  };
  const notes = () =>
    made.model.sent.filter(({ content }) => content.kind === "note").map(({ content }) => content.text);
  const field = open();
  expect(field.value).toBe("The calm one");
  expect(document.activeElement).toBe(field);
  field.value = "Another";
  byName(made.el, "Cancel").click();
  await vi.waitFor(() => expect(made.el.querySelector("dialog")).toBeNull());
  expect(document.activeElement).toBe(byName(made.el, "More actions"));
  open();
  byName(made.el, "Save").click();
  await vi.waitFor(() => expect(made.el.querySelector("dialog")).toBeNull());
  expect(notes()).toEqual([]);
  open().value = " <b>Loud</b>, after the harbour \n";
  press(byName(made.el, "Note"), "Enter");
  expect(made.el.querySelector("dialog")).not.toBeNull();
  const sure = new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true });
  byName(made.el, "Note").dispatchEvent(sure);
  await vi.waitFor(() => expect(notes()).toEqual(["<b>Loud</b>, after the harbour"]));
});

test("erasing asks first; the safe answer sends nothing", async () => {
  const confirm = { title: "Erase this take?", text: "For good.", label: "Erase", cancel: "Keep it" };
  const actions = ready().actions.map((action) => (action.id === "forget" ? { ...action, confirm } : action));
  const made = view({ ...ready(), actions });
  byName(made.el, "More actions").click();
  byName(made.el, "Erase this take…").click();
  byName(made.el, "Keep it").click();
  await vi.waitFor(() => expect(made.el.querySelector("dialog")).toBeNull());
  expect(made.model.sent.map((message) => message.content.kind)).not.toContain("forget");
  expect(document.activeElement).toBe(byName(made.el, "More actions"));
});

test("who stops watching has the focus on Watch again, and never loses it", () => {
  const made = view(samples().rendering as Snapshot);
  byName(made.el, "Stop watching").focus();
  made.model.set("snapshot", samples().not_watching as Snapshot);
  expect(document.activeElement?.textContent).toBe("Watch again");
  made.model.set("snapshot", samples().failed as Snapshot);
  expect(document.activeElement?.getAttribute("aria-label")).toBe("Video job");
});

test("a notification comes only to who asked for it and looks elsewhere", async () => {
  const shown = vi.fn();
  class Fake {
    static permission = "default";
    static requestPermission = async () => {
      Fake.permission = "granted";
      return "granted";
    };
    onclick = null;
    constructor(title: string) {
      shown(title);
    }
  }
  vi.stubGlobal("Notification", Fake);
  vi.stubGlobal("isSecureContext", true);
  vi.spyOn(document, "hasFocus").mockReturnValue(false);
  const first = view(samples().rendering as Snapshot);
  first.model.set("snapshot", ready());
  expect(shown).not.toHaveBeenCalled();
  const second = view(samples().rendering as Snapshot);
  const bell = byName(second.el, "Notify me when it ends");
  bell.click();
  await vi.waitFor(() => expect(bell.getAttribute("aria-pressed")).toBe("true"));
  second.model.set("snapshot", ready());
  expect(shown).toHaveBeenCalledExactlyOnceWith("Ready · 12:06");
});

test("fifty views that were opened, played, and closed leave no timer, handler, frame or address behind", () => {
  const timers = vi.getTimerCount();
  const made = vi.spyOn(URL, "createObjectURL");
  const given = vi.spyOn(URL, "revokeObjectURL");
  const count = { added: 0, removed: 0 };
  for (const target of [document, window]) {
    const add = target.addEventListener.bind(target);
    vi.spyOn(target, "addEventListener").mockImplementation(((type: string, listener: never, options: never) => {
      count.added += 1;
      const { signal } = (options ?? {}) as { signal?: AbortSignal };
      signal?.addEventListener("abort", () => {
        count.removed += 1;
      });
      add(type, listener, options);
    }) as never);
  }
  const picture = new DataView(new Uint8Array([255, 216, 255]).buffer);
  for (let number = 0; number < 50; number++) {
    const traits: JobViewTraits = { snapshot: ready(), poster: picture, thumbnail: picture, views: [] };
    const shown = mount(widget as never, traits);
    const bytes = chunk("t1", 0, 1, [1], 1);
    shown.model.receive(bytes.content, bytes.buffers);
    shown.el.querySelector("video")?.dispatchEvent(new Event("play"));
    byName(shown.el, "More actions").click();
    if (number % 2) byName(shown.el, "Download").click();
    shown.end();
    expect(shown.model.listeners).toBe(0);
    expect(shown.el.childElementCount).toBe(0);
  }
  expect(vi.getTimerCount()).toBe(timers);
  expect(new Set(given.mock.calls.map(([url]) => url)).size).toBe(made.mock.calls.length);
  expect(made.mock.calls.length).toBeGreaterThan(100);
  expect(count.added).toBeGreaterThan(0);
  expect(count.removed).toBe(count.added);
});
