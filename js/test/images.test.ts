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
