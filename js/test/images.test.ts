import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { formTraits } from "../dev/form_samples.ts";
import { TALL } from "../dev/image_samples.ts";
import widget from "../src/form.ts";
import type { Slot } from "../src/protocol.ts";
import { byName, mount } from "./helpers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const EMPTY: Slot = { state: "empty", name: "", detail: "", message: "" };

function form(slots: [Slot, Slot] = [TALL, EMPTY]) {
  return mount(widget as never, formTraits({ slots }));
}

function adjusting() {
  const view = form();
  byName(view.el, "Adjust crop of first frame").click();
  const crop = view.el.querySelector<HTMLElement>('[aria-label="Crop of first frame"]');
  if (!crop) throw new Error("The crop cannot be moved");
  const press = (key: string, more: KeyboardEventInit = {}) =>
    crop.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));
  const sent = () => view.model.sent.filter((each) => each.content.kind === "crop-image");
  return { view, crop, press, sent };
}

test("the crop moves by 1 px, with Shift by 10, and not out of the picture", () => {
  const { crop, press } = adjusting();
  expect(document.activeElement).toBe(crop);
  expect(crop.getAttribute("aria-valuetext")).toBe("120 of 240 px from the top");
  press("ArrowDown");
  press("ArrowDown", { shiftKey: true });
  press("ArrowRight"); // it has no room there
  expect(crop.getAttribute("aria-valuenow")).toBe("131");
  press("End");
  press("ArrowDown");
  expect(crop.getAttribute("aria-valuenow")).toBe("240");
  press("Home");
  press("ArrowUp", { shiftKey: true });
  expect(crop.getAttribute("aria-valuenow")).toBe("0");
});

test("many steps are few messages, and the last one counts", () => {
  const { press, sent } = adjusting();
  for (let step = 0; step < 20; step += 1) press("ArrowUp");
  expect(sent()).toHaveLength(0);
  vi.advanceTimersByTime(100);
  expect(sent()).toHaveLength(1);
  expect(sent()[0]?.content).toMatchObject({ slot: "first", at: [0.5, (100 + 360) / 960] });
});

test("where it was a moment ago does not move the crop back under the hand", () => {
  const { view, crop, press } = adjusting();
  press("Home");
  view.model.set("slots", [{ ...TALL }, EMPTY]);
  expect(crop.getAttribute("aria-valuenow")).toBe("0");
});

test.each(["Escape", "Enter"])("%s ends it, tells Python, and leaves the focus on the button", (key) => {
  const { view, crop, press, sent } = adjusting();
  press("ArrowUp");
  press(key);
  expect(sent()).toHaveLength(1);
  expect(crop.hasAttribute("role")).toBe(false);
  expect(document.activeElement).toBe(byName(view.el, "Adjust crop of first frame"));
  expect(document.activeElement?.getAttribute("aria-pressed")).toBe("false");
});

test("what the crop shows is told before the form is submitted", () => {
  const { view, press } = adjusting();
  press("ArrowUp");
  press("Enter", { ctrlKey: true });
  expect(view.model.sent.map((each) => each.content.kind)).toEqual(["crop-image", "submit"]);
});

test("a picture of the right shape has no crop to adjust", () => {
  const picture = { width: 1280, height: 720, crop: null, proposal: null };
  const view = form([{ ...TALL, picture }, EMPTY]);
  expect(byName(view.el, "Adjust crop of first frame").hidden).toBe(true);
});

test("the nearest ratio is one press away", () => {
  const view = form();
  expect(view.el.querySelector(".sdw-proposal")?.textContent).toBe("This picture is 4:3. Use 4:3");
  byName(view.el, "Use 4:3").click();
  expect(view.model.get("aspect_ratio")).toBe("4:3");
  expect(view.el.contains(document.activeElement)).toBe(true);
});

/** A drag or a clipboard with these data, as far as this page's DOM goes. */
function carrying(data: Record<string, string>, files: File[] = []) {
  const types = [...Object.keys(data), ...(files.length ? ["Files"] : [])];
  return { types, files, dropEffect: "none", getData: (type: string) => data[type] ?? "" };
}

function happen(target: Element | null | undefined, kind: string, data: object) {
  const event = new Event(kind, { bubbles: true, cancelable: true });
  Object.assign(event, { dataTransfer: data, clipboardData: data });
  target?.dispatchEvent(event);
  return event;
}

const PIXEL = "data:image/png;base64,iVBORw0KGgo=";

test.each([
  ["an output image", { "text/html": `<img src="${PIXEL}">`, "text/uri-list": PIXEL }, "image-chunk"],
  [
    "a picture in a link",
    { "text/html": '<a href="https://x/page"><img src="https://x/a.png?b=1&amp;c=2"></a>' },
    "image-address",
  ],
  ["an address", { "text/uri-list": "# from a page\r\nhttps://x/a.png?b=1&c=2" }, "image-address"],
])("%s can be dropped, and the notebook does not see it", async (_what, data, kind) => {
  vi.useRealTimers();
  const view = form([EMPTY, EMPTY]);
  const seen = vi.fn();
  document.body.addEventListener("drop", seen, { once: true });
  const event = happen(view.el.querySelector(".sdw-slot"), "drop", carrying(data));
  expect(event.defaultPrevented).toBe(true);
  expect(seen).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(view.model.sent).toHaveLength(1));
  expect(view.model.sent[0]?.content).toMatchObject({ kind, slot: "first" });
  if (kind === "image-address") expect(view.model.sent[0]?.content.url).toBe("https://x/a.png?b=1&c=2");
});

test("what holds no picture is refused in words", () => {
  const view = form([EMPTY, EMPTY]);
  happen(view.el.querySelector(".sdw-slot"), "drop", carrying({ "text/html": "<b onclick=alert(1)>words</b>" }));
  expect(view.el.querySelector('[role="alert"]')?.textContent).toContain("There is no picture in what was dropped.");
  expect(view.model.sent).toHaveLength(0);
});

test("a file that misses its slot does not leave the notebook", () => {
  const view = form();
  const file = new File(["x"], "a.png");
  expect(happen(view.el.querySelector(".sdw-head"), "drop", carrying({}, [file])).defaultPrevented).toBe(true);
  expect(view.model.sent).toHaveLength(0);
});

test("an address is pasted into a slot, and as text into the prompt", () => {
  const view = form([EMPTY, EMPTY]);
  const data = carrying({ "text/plain": "https://x/a.png" });
  expect(happen(view.el.querySelector("textarea"), "paste", data).defaultPrevented).toBe(false);
  expect(view.model.sent).toHaveLength(0);
  happen(byName(view.el, "Add first frame"), "paste", data);
  expect(view.model.sent[0]?.content).toMatchObject({ kind: "image-address", url: "https://x/a.png" });
});

function file(name: string, bytes: number, type = ""): File {
  const made = new File(["x"], name, { type });
  Object.defineProperty(made, "size", { value: bytes });
  return made;
}

const MB = 1024 * 1024;
const EIGHTY = { video: 80 * MB, image: 11 * MB };

test.each([
  ["a video of 80 MB", file("pier.mp4", EIGHTY.video, "video/mp4"), ""],
  ["a video whose type the system does not know", file("PIER.MKV", EIGHTY.video), ""],
  ["a video of 101 MB", file("pier.mp4", 101 * MB, "video/mp4"), "pier.mp4 has 101 MB; 100 MB is the most."],
  ["an image of 11 MB", file("pier.png", EIGHTY.image, "image/png"), "pier.png has 11 MB; 10 MB is the most."],
])("%s is sent or refused before it is", async (_what, given, refusal) => {
  vi.useRealTimers();
  const view = form([EMPTY, EMPTY]);
  happen(view.el.querySelector(".sdw-slot"), "drop", carrying({}, [given]));
  if (refusal) expect(view.el.querySelector('[role="alert"]')?.textContent).toContain(refusal);
  else await vi.waitFor(() => expect(view.model.sent.length).toBeGreaterThan(0));
});

test("where no frame can be taken, a video is refused with what to do, and is not on offer", () => {
  const traits = formTraits({ slots: [EMPTY, EMPTY] });
  const limits = { ...traits.limits, no_video: "Install PyAV." };
  const view = mount(widget as never, { ...traits, limits });
  happen(view.el.querySelector(".sdw-slot"), "drop", carrying({}, [file("pier.mp4", 100, "video/mp4")]));
  expect(view.el.querySelector('[role="alert"]')?.textContent).toContain("pier.mp4 is a video. Install PyAV.");
  expect(view.model.sent).toHaveLength(0);
  expect(view.el.querySelector<HTMLInputElement>('input[type="file"]')?.accept).not.toContain("video");
});

test("a file that is taken away while it is sent is sent no further", async () => {
  vi.useRealTimers();
  const view = form([EMPTY, EMPTY]);
  const big = file("pier.mp4", EIGHTY.video, "video/mp4");
  const gates: (() => void)[] = [];
  big.slice = () => {
    const gate = new Promise<ArrayBuffer>((open) => gates.push(() => open(new ArrayBuffer(1))));
    return { arrayBuffer: () => gate } as Blob;
  };
  happen(view.el.querySelector(".sdw-slot"), "drop", carrying({}, [big]));
  gates.shift()?.();
  await vi.waitFor(() => expect(gates).toHaveLength(1));
  view.model.set("slots", [{ ...EMPTY, state: "checking", name: "pier.mp4", message: "Sending" }, EMPTY]);
  byName(view.el, "Remove first frame").click();
  gates.shift()?.();
  await new Promise((done) => setTimeout(done));
  expect(gates).toHaveLength(0);
  expect(view.model.sent.map((each) => each.content.kind)).toEqual(["image-chunk", "remove-image"]);
});

test("where a frame is from is said as text", () => {
  const origin = { title: "From “<img src=x onerror=alert(1)>”", text: "Its last frame, taken at 8.04 s" };
  const view = form([{ ...TALL, name: origin.title, origin }, EMPTY]);
  const said = view.el.querySelector(".sdw-slot-from");
  expect(said?.textContent).toBe(origin.title + origin.text);
  expect(said?.querySelector("img")).toBeNull();
});

test("a word of caution on an image is one press from its remedy, and can be dismissed", () => {
  const fix = { label: "Use 480p", short: "Use 480p", changes: { resolution: "480p" } };
  const check = { id: "first-frame", severity: "hint", message: "It is small.", start: 0, end: 0, fix } as const;
  const view = form([{ ...TALL, check }, EMPTY]);
  const status = view.el.querySelector('[aria-label="Image check"]');
  expect(status?.textContent).toContain("It is small.");
  byName(view.el, "Use 480p").click();
  expect(view.model.get("resolution")).toBe("480p");
  status?.querySelector<HTMLElement>('[aria-label="Dismiss hint"]')?.click();
  expect(status?.textContent).toBe("");
});
