import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { comparisons } from "../dev/compare_samples.ts";
import widget from "../src/compare.ts";
import type { CompareTraits } from "../src/compare_protocol.ts";
import { InStep } from "../src/in_step.ts";
import { LoopRange } from "../src/loop_range.ts";
import { byName, chunk, mount } from "./helpers.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_795_000_000_000 });
  vi.spyOn(HTMLMediaElement.prototype, "readyState", "get").mockReturnValue(4);
  vi.spyOn(HTMLMediaElement.prototype, "play").mockResolvedValue();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  document.body.replaceChildren();
});

const sample = (name: string) => comparisons()[name] as CompareTraits;

function view(traits: CompareTraits) {
  const made = mount(widget as never, { ...traits });
  const videos = [...made.el.querySelectorAll("video")] as HTMLVideoElement[];
  return { ...made, videos };
}

function load(made: ReturnType<typeof view>, lengths: readonly number[]) {
  for (const [index, video] of made.videos.entries()) {
    const bytes = chunk(`c${index}`, 0, 1, [1, 2, index], 3);
    made.model.receive(bytes.content, bytes.buffers);
    Object.defineProperty(video, "duration", { value: lengths[index], configurable: true });
    video.dispatchEvent(new Event("loadedmetadata"));
  }
}

const press = (element: Element, key: string, more: object = {}) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
const places = (made: ReturnType<typeof view>) => made.videos.map((video) => video.currentTime * 24);
const scrubber = (made: ReturnType<typeof view>) => byName<HTMLInputElement>(made.el, "Position in all takes");

test("each video comes with its own chunks, and a page that opens late asks for each", () => {
  const made = view(sample("compare_3"));
  vi.advanceTimersByTime(0);
  const wanted = made.model.sent.map(({ content }) => content).filter(({ kind }) => kind === "video-want");
  expect(wanted.map(({ token }) => token)).toEqual(["c0", "c1", "c2"]);
  const between = [chunk("c1", 0, 2, [1], 2), chunk("c0", 0, 1, [7], 1), chunk("c1", 1, 2, [2], 2)];
  for (const { content, buffers } of between) made.model.receive(content, buffers);
  expect(made.videos.map((video) => video.src !== "")).toEqual([true, true, false]);
  expect(made.el.classList.contains("sdw-live")).toBe(false);
});

test("one position moves all to the middle of the same frame; the shorter hold their last one and say so", () => {
  const made = view(sample("compare_3"));
  load(made, [8, 8, 12]);
  expect(made.el.textContent).toContain("frame 1 of 288");
  scrubber(made).value = "3.5";
  scrubber(made).dispatchEvent(new Event("input"));
  expect(places(made)).toEqual([84.5, 84.5, 84.5]);
  press(scrubber(made), ".");
  expect(places(made)).toEqual([85.5, 85.5, 85.5]);
  const held = () => [...made.el.querySelectorAll<HTMLElement>(".sdw-compare-take-held")].map(({ hidden }) => !hidden);
  expect(held()).toEqual([false, false, false]);
  scrubber(made).value = "10";
  scrubber(made).dispatchEvent(new Event("input"));
  expect(places(made)).toEqual([191.5, 191.5, 240.5]);
  expect(held()).toEqual([true, true, false]);
  expect(made.el.textContent).toContain("A and B end");
});

test("one at most is heard, and none before it is asked for", () => {
  const made = view(sample("compare_3"));
  load(made, [8, 8, 12]);
  const muted = () => made.videos.map((video) => video.muted);
  expect(muted()).toEqual([true, true, true]);
  byName(made.el, "Hear take B").click();
  expect(muted()).toEqual([true, false, true]);
  expect(byName(made.el, "Hear take B").getAttribute("aria-pressed")).toBe("true");
  const source = byName<HTMLSelectElement>(made.el, "Sound from B");
  source.value = "C";
  source.dispatchEvent(new Event("change"));
  expect(muted()).toEqual([true, true, false]);
  byName(made.el, "Sound").click();
  expect(muted()).toEqual([true, true, true]);
});

test("keys play, star, wipe and loop, and do not reach the notebook", () => {
  const made = view(sample("compare_3"));
  load(made, [8, 8, 12]);
  const reached = vi.fn();
  document.body.addEventListener("keydown", reached);
  press(scrubber(made), "3");
  expect(made.model.sent.at(-1)?.content).toMatchObject({ kind: "star", job: "k2", on: true });
  press(scrubber(made), "w");
  expect(byName<HTMLInputElement>(made.el, "Wipe").checked).toBe(true);
  press(scrubber(made), "W");
  expect(byName<HTMLInputElement>(made.el, "Side by side").checked).toBe(true);
  press(scrubber(made), "]");
  expect(byName(made.el, "Loop").getAttribute("aria-pressed")).toBe("true");
  press(scrubber(made), " ");
  expect(byName(made.el, "Pause")).toBeTruthy();
  expect(reached).not.toHaveBeenCalled();
  document.body.removeEventListener("keydown", reached);
});

test("the divider is moved by keys and says where it is", () => {
  const made = view(sample("compare_2"));
  press(scrubber(made), "w");
  const divider = made.el.querySelector('[role="slider"]') as HTMLElement;
  press(divider, "ArrowLeft");
  press(divider, "ArrowRight", { shiftKey: true });
  expect(divider.getAttribute("aria-valuetext")).toBe("A 59 %, B 41 %");
  press(divider, "End");
  expect(divider.getAttribute("aria-valuenow")).toBe("100");
});

test("words that were removed and added are said to be, and nothing in them is markup", () => {
  const traits = sample("compare_2");
  const bad = "<img src=x onerror=alert(1)>";
  const [first, second] = traits.comparison.takes;
  if (!first || !second) throw new Error("no takes");
  second.prompt = [
    { kind: "same", text: "A pier at " },
    { kind: "removed", text: "dusk" },
    { kind: "added", text: bad },
  ];
  const made = view(traits);
  expect(made.el.querySelector("del")?.textContent).toBe("removed: dusk");
  expect(made.el.querySelector("ins")?.textContent).toBe(`added: ${bad}`);
  expect(made.el.querySelector("img[onerror]")).toBeNull();
  expect(made.el.querySelectorAll(".sdw-changed")).toHaveLength(0);
  expect(view(sample("compare_3")).el.querySelector(".sdw-changed")?.textContent).toBe("12 s, not as in A");
});

test("a take is added from the menu, and there is room for four", async () => {
  const made = view(sample("compare_3"));
  byName(made.el, "Add take").click();
  expect(made.model.sent.at(-1)?.content).toEqual({ kind: "look-for-takes" });
  (document.activeElement as HTMLElement).click();
  expect(made.model.sent.at(-1)?.content).toMatchObject({ kind: "add-take", job: "o1" });
  const before = made.el.querySelector("video");
  made.model.set("comparison", sample("compare_4").comparison);
  expect(made.el.querySelectorAll("video")).toHaveLength(4);
  expect(made.el.querySelector("video")).toBe(before);
  expect(made.el.querySelector('[role="menu"]')?.textContent).toContain("Four takes at most");
});

test("what cannot be done is said", async () => {
  const made = view(sample("compare_2"));
  byName(made.el, "Remix take B").click();
  const id = made.model.sent.at(-1)?.content.id;
  made.model.receive({ kind: "answer", id, ok: false, message: "The kernel is tired." });
  await vi.waitFor(() => expect(made.el.querySelector('[role="alert"]')?.textContent).toBe("The kernel is tired."));
});

test("a comparison that is closed lets go of its videos in all its views, for good, and keeps the focus", () => {
  const made = view(sample("compare_2"));
  load(made, [8, 8]);
  const second = document.createElement("div");
  document.body.append(second);
  const props = { model: made.model.asModel(), el: second, signal: made.life.signal, experimental: {} };
  made.render(props);
  const given = vi.spyOn(URL, "revokeObjectURL");
  byName(made.el, "Close compare").focus();
  byName(made.el, "Close compare").click();
  expect(made.model.sent.at(-1)?.content).toEqual({ kind: "close" });
  for (const place of [made.el, second]) {
    expect(place.querySelector("video")).toBeNull();
    expect(place.textContent).toBe("Compare is closed. Run the cell to open it again: nothing is sent.");
    expect(place.classList.contains("sdw-live")).toBe(true);
  }
  expect(new Set(given.mock.calls.flat()).size).toBe(4);
  expect(made.el.contains(document.activeElement)).toBe(true);
  const before = made.model.sent.length;
  vi.advanceTimersByTime(20_000);
  expect(made.model.sent).toHaveLength(before);
});

test("a page that opens after it was closed asks for no video and shows none", () => {
  const made = view({ ...sample("compare_2"), closed: true });
  vi.advanceTimersByTime(20_000);
  expect(made.model.sent).toEqual([]);
  expect(made.el.textContent).toContain("Compare is closed.");
  expect(made.el.querySelector("video")).toBeNull();
});

test("it is said where the kernel is gone, and the button is free again", async () => {
  const made = view(sample("compare_2"));
  made.model.onSend = () => {
    throw new Error("Cannot send");
  };
  const remix = byName(made.el, "Remix take B");
  remix.click();
  await vi.waitFor(() => expect(made.el.querySelector('[role="alert"]')?.textContent).toContain("Run this cell again"));
  expect(remix.getAttribute("aria-disabled")).toBeNull();
  byName(made.el, "Add take").click();
  byName(made.el, "Close compare").click();
  expect(made.el.querySelector("video")).toBeNull();
});

/** Two videos whose clocks a test moves, or lets go: `pace` is how fast a decoder's own clock is. */
function engine(audio: readonly boolean[] = []) {
  const life = new AbortController();
  const range = new LoopRange(document.createElement("input"));
  const made = new InStep(life.signal, range, () => {});
  const [leader, follower] = [document.createElement("video"), document.createElement("video")];
  const state = new Map<
    HTMLVideoElement,
    { paused: boolean; time: number; rate: number; rates: number; pace: number; seeks: number[] }
  >();
  for (const [index, video] of [leader, follower].entries()) {
    const own = { paused: true, time: 0, rate: 1, rates: 0, pace: 1, seeks: [] as number[] };
    state.set(video, own);
    Object.defineProperties(video, {
      duration: { value: 10 },
      paused: { get: () => own.paused },
      ended: { get: () => false },
      seeking: { get: () => false },
      currentTime: {
        get: () => own.time,
        set: (time: number) => {
          own.time = time;
          own.seeks.push(time);
        },
      },
      playbackRate: {
        get: () => own.rate,
        set: (rate: number) => {
          own.rates += 1;
          own.rate = rate;
        },
      },
    });
    video.play = async () => {
      own.paused = false;
    };
    video.pause = () => {
      own.paused = true;
    };
    made.add(video, 24, 10, life.signal, audio[index]);
  }
  const of = (video: HTMLVideoElement) => state.get(video) as NonNullable<ReturnType<typeof state.get>>;
  /** Lets them play for so many looks; gives by how many seconds they were apart at most. */
  const run = (looks: number) => {
    let apart = 0;
    for (let look = 0; look < looks; look++) {
      for (const own of state.values()) if (!own.paused) own.time += 0.016 * own.rate * own.pace;
      vi.advanceTimersByTime(16);
      apart = Math.max(apart, Math.abs(of(leader).time - of(follower).time));
    }
    return apart;
  };
  return { made, life, range, leader: of(leader), follower: of(follower), video: follower, run };
}

test("who is behind plays a little faster and who is ahead a little slower; the leader keeps its speed", () => {
  const { made, leader, follower } = engine();
  made.play();
  vi.advanceTimersByTime(50);
  leader.time = 2;
  follower.time = 1.96;
  vi.advanceTimersByTime(200);
  expect(follower.rate).toBeGreaterThan(1.02);
  expect(follower.rate).toBeLessThanOrEqual(1.25);
  expect(leader.rate).toBe(1);
  follower.time = 2.04;
  vi.advanceTimersByTime(400);
  expect(follower.rate).toBeLessThan(0.98);
  expect(follower.seeks.filter((time) => time > 1)).toEqual([]);
});

test("what players are apart when they start is made up for from the first look on", () => {
  const { made, leader, follower } = engine();
  made.play();
  vi.advanceTimersByTime(17);
  leader.time = 0.1;
  follower.time = 0.04;
  vi.advanceTimersByTime(17);
  expect(follower.rate).toBeGreaterThan(1.15);
});

test("what players are apart is made up for within a second, and then they are left alone", () => {
  const { made, leader, follower, run } = engine();
  made.play();
  run(3);
  follower.time = leader.time - 0.05;
  run(60);
  expect(Math.abs(leader.time - follower.time)).toBeLessThan(0.01);
  const rates = follower.rates;
  expect(run(120)).toBeLessThan(0.01);
  expect(follower.rates - rates).toBeLessThanOrEqual(1);
  expect(follower.rate).toBe(1);
});

test("a video whose clock runs 4 % faster stays within half a frame", () => {
  const { made, follower, run } = engine();
  follower.pace = 1.04;
  made.play();
  run(60);
  expect(run(300)).toBeLessThan(0.5 / 24);
});

test("right after a start, where sound and pictures still look for each other, nothing is made up for", () => {
  const { made, leader, follower, run } = engine([true, true]);
  made.play();
  run(3);
  follower.time = leader.time + 0.04;
  const rates = follower.rates;
  run(25);
  follower.time = leader.time;
  run(60);
  expect(follower.rates).toBe(rates);
});

test("videos without sound start a moment after those with; of these the longest leads, though not heard", () => {
  const { made, leader: silent, follower: voiced, run } = engine([false, true]);
  made.play();
  run(2);
  expect([silent.paused, voiced.paused]).toEqual([true, false]);
  run(2);
  expect(silent.paused).toBe(false);
  silent.time = voiced.time - 0.06;
  run(50);
  expect(voiced.rate).toBe(1);
  expect(silent.rates).toBeGreaterThan(1);
});

test("a video with sound is not bent for less than it would lose by it", () => {
  const { made, leader, follower, run } = engine([true, true]);
  made.play();
  run(3);
  follower.time = leader.time - 0.016;
  const rates = follower.rates;
  run(100);
  expect(follower.rates).toBe(rates);
  follower.time = leader.time - 0.04;
  expect(run(100)).toBeLessThan(0.042);
  expect(Math.abs(leader.time - follower.time)).toBeLessThan(0.03);
});

test("who is far off is sent to its place, and not again while it is on its way", () => {
  const { made, leader, follower } = engine();
  made.play();
  vi.advanceTimersByTime(1000);
  leader.time = 4;
  follower.time = 1;
  vi.advanceTimersByTime(40);
  expect(follower.seeks.at(-1)).toBeCloseTo(4.05, 5);
  follower.time = 1;
  vi.advanceTimersByTime(300);
  expect(follower.seeks.filter((time) => time > 1)).toHaveLength(1);
});

test("the one that is heard leads, so that its sound is never bent", () => {
  const { made, leader, follower, video } = engine();
  made.hear(video);
  made.play();
  vi.advanceTimersByTime(50);
  leader.time = 2;
  follower.time = 1.96;
  vi.advanceTimersByTime(200);
  expect(follower.rate).toBe(1);
  expect(leader.rate).toBeLessThan(0.98);
});

test("a loop goes back to its start in all, and goes on from there", () => {
  const { made, range, leader, follower } = engine();
  range.startAt(2);
  range.endAt(4);
  made.loop = true;
  made.play();
  vi.advanceTimersByTime(50);
  leader.time = 4.01;
  vi.advanceTimersByTime(20);
  expect([leader.time, follower.time].map((time) => time * 24)).toEqual([48.5, 48.5]);
  vi.advanceTimersByTime(50);
  expect([leader.paused, follower.paused]).toEqual([false, false]);
});

test("ten views that were opened, played, wiped and closed leave nothing behind", () => {
  const timers = vi.getTimerCount();
  const made = vi.spyOn(URL, "createObjectURL");
  const given = vi.spyOn(URL, "revokeObjectURL");
  for (let number = 0; number < 10; number++) {
    const picture = new DataView(new Uint8Array([255, 216, 255]).buffer);
    const shown = view({ ...sample("compare_3"), posters: [picture, picture, picture] });
    load(shown, [8, 8, 12]);
    byName(shown.el, "Play").click();
    press(scrubber(shown), "w");
    byName(shown.el, "Download take A").click();
    if (number % 2) byName(shown.el, "Close compare").click();
    shown.end();
    expect(shown.model.listeners).toBe(0);
    expect(shown.el.childElementCount).toBe(0);
  }
  expect(vi.getTimerCount()).toBe(timers);
  expect(made.mock.calls.length).toBeGreaterThan(60);
  expect(new Set(given.mock.calls.flat()).size).toBe(made.mock.calls.length);
});
