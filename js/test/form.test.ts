import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { connection, formTraits, SANDBOX } from "../dev/form_samples.ts";
import widget from "../src/form.ts";
import { byName, mount } from "./helpers.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

function form(changes: Parameters<typeof formTraits>[0] = {}) {
  return mount(widget as never, formTraits(changes));
}

function type(element: HTMLTextAreaElement, text: string) {
  element.value = text;
  element.dispatchEvent(new Event("input", { bubbles: true }));
}

const sentKinds = (view: ReturnType<typeof form>) => view.model.sent.map((sent) => sent.content.kind);

test("the counter counts what Python counts, and says where it is outside the limits", () => {
  const view = form();
  const prompt = byName<HTMLTextAreaElement>(view.el, "Prompt");
  const counter = view.el.querySelector(".sdw-counter");
  type(prompt, "🦊🦊");
  expect(counter?.textContent).toBe("2 / 2,500");
  expect(counter?.hasAttribute("data-outside")).toBe(true);
  type(prompt, "🦊".repeat(2500));
  expect(counter?.textContent).toBe("2,500 / 2,500");
  expect(counter?.hasAttribute("data-outside")).toBe(false);
  type(prompt, "🦊".repeat(2501));
  expect(counter?.hasAttribute("data-outside")).toBe(true);
});

test("what is typed is a trait at once, and a change from Python shows at once", () => {
  const view = form();
  const prompt = byName<HTMLTextAreaElement>(view.el, "Prompt");
  type(prompt, "A fox");
  expect(view.model.get("prompt")).toBe("A fox");
  view.model.set("prompt", "A fox at dusk");
  expect(prompt.value).toBe("A fox at dusk");
});

test("choices are native radio buttons with the names of the design", () => {
  const view = form();
  const groups = [...view.el.querySelectorAll('[role="radiogroup"]')].map((group) => {
    const label = view.el.querySelector(`#${group.getAttribute("aria-labelledby")}`);
    return [label?.textContent, group.querySelectorAll('input[type="radio"]').length];
  });
  expect(groups).toEqual([
    ["Aspect ratio", 6],
    ["Resolution", 3],
    ["Duration", 3],
  ]);
  const names = new Set([...view.el.querySelectorAll("input[type=radio]")].map((input) => input.getAttribute("name")));
  expect(names.size).toBe(3); // so arrows stay inside a group
  byName<HTMLInputElement>(view.el, "12 s").click();
  expect(view.model.get("duration")).toBe(12);
});

test("the pixel size follows ratio and resolution", () => {
  const view = form();
  view.model.set("aspect_ratio", "9:16");
  expect(view.el.textContent).toContain("720 × 1280 px");
});

test("submit carries the fields as seen and goes out once however often it is pressed", () => {
  const view = form({ prompt: "A fox in snow" });
  const generate = byName<HTMLButtonElement>(view.el, "GenerateCtrlEnter");
  generate.click();
  generate.click();
  byName<HTMLTextAreaElement>(view.el, "Prompt").dispatchEvent(
    new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true }),
  );
  expect(sentKinds(view)).toEqual(["submit"]);
  const sent = view.model.sent[0]?.content as { id: string; fields: object };
  expect(sent.fields).toEqual({
    prompt: "A fox in snow",
    aspect_ratio: "16:9",
    resolution: "720p",
    duration: 8,
    fixed_lens: false,
    generate_audio: false,
    prompt_directory_optin: false,
  });
  expect(generate.getAttribute("aria-disabled")).toBe("true");
  view.model.receive({ kind: "answer", id: sent.id, ok: true, message: "" });
  return vi.waitFor(() => expect(generate.getAttribute("aria-disabled")).toBe("false"));
});

const QUESTION = {
  title: "Go over the budget of this session?",
  text: "About 50 credits. This session has used 480 of its 500 credits; with this it would be 530.",
  label: "Generate, about 50 credits",
  cancel: "Cancel",
};

/** A form whose first press was answered with a question. */
async function asked() {
  const view = form({ prompt: "A fox in snow" });
  const generate = byName<HTMLButtonElement>(view.el, "GenerateCtrlEnter");
  generate.click();
  const first = view.model.sent[0]?.content as { id: string; fields: object };
  view.model.receive({ kind: "answer", id: first.id, ok: false, message: "", question: QUESTION });
  await vi.waitFor(() => expect(view.el.querySelector("dialog")).not.toBeNull());
  return { view, generate, first };
}

test("over budget a yes sends the same fields again with the question it answers", async () => {
  const { view, generate, first } = await asked();
  expect(view.el.querySelector('[role="alertdialog"]')?.textContent).toContain(QUESTION.text);
  expect(document.activeElement?.textContent).toBe("Cancel");
  view.model.set("prompt", "A wolf, set from Python meanwhile");
  const yes = byName<HTMLButtonElement>(view.el, QUESTION.label);
  yes.dispatchEvent(new MouseEvent("click", { detail: 2 })); // the second half of a double click on Generate
  expect(view.model.sent).toHaveLength(1);
  yes.click();
  await vi.waitFor(() => expect(view.model.sent).toHaveLength(2));
  expect(view.model.sent[1]?.content).toMatchObject({ kind: "submit", fields: first.fields, consent: first.id });
  expect(view.model.sent[1]?.content.id).not.toBe(first.id);
  expect(document.activeElement).toBe(generate);
});

test("over budget a no leaves everything as it was, with the focus on Generate", async () => {
  const { view, generate } = await asked();
  generate.click(); // while the question is open
  vi.advanceTimersByTime(5000);
  expect(view.el.textContent).not.toContain("Waiting for the running cell");
  byName<HTMLButtonElement>(view.el, "Cancel").click();
  await vi.waitFor(() => expect(view.el.querySelector("dialog")).toBeNull());
  expect(document.activeElement).toBe(generate);
  expect(sentKinds(view)).toEqual(["submit"]);
  expect(view.el.querySelector('[role="alert"]:not([hidden])')).toBeNull();
  await vi.waitFor(() => {
    generate.click();
    expect(sentKinds(view)).toEqual(["submit", "submit"]);
  });
  expect(view.model.sent[1]?.content.consent).toBeUndefined();
});

test("a view that ends with its question open answers no", async () => {
  const { view } = await asked();
  view.end();
  await vi.advanceTimersByTimeAsync(10);
  expect(view.model.sent).toHaveLength(1);
});

test("two views of one form send once", () => {
  const view = form({ prompt: "A fox in snow" });
  const second = document.createElement("div");
  view.render({ model: view.model.asModel(), el: second, signal: view.life.signal, experimental: {} });
  for (const root of [view.el, second]) byName<HTMLButtonElement>(root, "GenerateCtrlEnter").click();
  expect(sentKinds(view)).toEqual(["submit"]);
});

test("the meter shows what the session has used, and is not there in the sandbox", () => {
  const view = form();
  const meter = view.el.querySelector('[role="meter"][aria-label="Session budget"]');
  expect(meter?.getAttribute("aria-valuenow")).toBe("180");
  expect(meter?.getAttribute("aria-valuemax")).toBe("500");
  expect(view.el.textContent).toContain("Session: 180 of 500 credits used");
  expect(view.el.textContent).toContain("230 after");
  view.model.set("cost", SANDBOX.cost);
  expect(view.el.querySelector<HTMLElement>(".sdw-session")?.hidden).toBe(true);
});

test("sharing the prompt is off, and says that on means public", () => {
  const share = byName<HTMLInputElement>(form().el, "Share prompt");
  expect(share.checked).toBe(false);
  expect(document.getElementById(share.getAttribute("aria-describedby") ?? "")?.textContent).toContain("public");
});

test("a refused submit shows each problem at its field and puts the focus on the first", async () => {
  const view = form({ prompt: "A" });
  byName<HTMLButtonElement>(view.el, "GenerateCtrlEnter").click();
  const id = view.model.sent[0]?.content.id;
  view.model.set("problems", [
    { field: "prompt", message: "Write a prompt of at least 3 characters.", fix: "" },
    { field: "duration", message: "Duration 5 s is not offered.", fix: "Choose 4 s, 8 s or 12 s." },
  ]);
  view.model.receive({ kind: "answer", id, ok: false, message: "2 things to change" });
  const prompt = byName<HTMLTextAreaElement>(view.el, "Prompt");
  await vi.waitFor(() => expect(document.activeElement).toBe(prompt));
  expect(prompt.getAttribute("aria-invalid")).toBe("true");
  const described = (prompt.getAttribute("aria-describedby") ?? "").split(" ");
  const told = described.map((part) => view.el.querySelector(`#${part}`)?.textContent).join(" ");
  expect(told).toContain("Write a prompt of at least 3 characters.");
  expect(view.el.textContent).toContain("Choose 4 s, 8 s or 12 s.");
  view.model.set("problems", []);
  expect(prompt.hasAttribute("aria-invalid")).toBe(false);
});

test("a kernel that is busy is named as the reason for waiting", () => {
  const view = form({ prompt: "A fox" });
  byName<HTMLButtonElement>(view.el, "GenerateCtrlEnter").click();
  vi.advanceTimersByTime(2000);
  expect(view.el.textContent).toContain("Waiting for the running cell");
});

test("a file over the limit is refused before a byte is sent, others go in chunks", async () => {
  vi.useRealTimers();
  const view = form();
  const input = view.el.querySelector<HTMLInputElement>('input[type="file"]');
  const choose = (file: File) => {
    Object.defineProperty(input, "files", { value: [file], configurable: true });
    input?.dispatchEvent(new Event("change"));
  };
  choose(new File([new Uint8Array(10 * 1024 * 1024 + 1)], "big.png"));
  expect(view.el.textContent).toContain("10 MB is the most");
  expect(view.model.sent).toHaveLength(0);
  choose(new File([new Uint8Array(9 * 1024 * 1024)], "fine.png"));
  await vi.waitFor(() => expect(view.model.sent).toHaveLength(3));
  expect(view.model.sent.map((sent) => sent.buffers[0]?.byteLength)).toEqual([4194304, 4194304, 1048576]);
  expect(view.model.sent[2]?.content).toMatchObject({ kind: "image-chunk", slot: "first", index: 2, count: 3 });
});

test("the last frame is locked until there is a first", () => {
  const view = form();
  expect(view.el.textContent).toContain("Add a first frame to use this");
  const filled = { state: "filled", name: "a.png", detail: "", message: "" } as const;
  const empty = { ...filled, state: "empty", name: "" } as const;
  view.model.set("slots", [filled, empty]);
  expect(byName(view.el, "Add last frame")).toBeTruthy();
  expect(byName(view.el, "Remove first frame")).toBeTruthy();
});

test("markup in names and problems stays text", () => {
  const hostile = "<img src=x onerror=alert(1)>";
  const view = form({
    prompt: hostile,
    slots: [
      { state: "refused", name: hostile, detail: "", message: hostile },
      { state: "empty", name: "", detail: "", message: "" },
    ],
    problems: [{ field: "prompt", message: hostile, fix: hostile }],
    connection: connection({ label: hostile, text: hostile, kept: hostile, budget_text: hostile }),
  });
  expect(view.el.querySelector("img[src=x]")).toBeNull();
});

test("keys meant for the form do not reach the notebook, and saving still does", () => {
  const view = form();
  const heard: string[] = [];
  const listen = (event: KeyboardEvent) => heard.push(event.key);
  document.addEventListener("keydown", listen);
  const press = (key: string, more: KeyboardEventInit = {}) =>
    byName(view.el, "16:9").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, ...more }));
  for (const key of ["d", "ArrowRight", "Enter", "Escape", " "]) press(key);
  press("Enter", { shiftKey: true });
  press("v", { ctrlKey: true });
  press("s", { ctrlKey: true });
  document.removeEventListener("keydown", listen);
  expect(heard).toEqual(["s"]);
});

test("nothing of a view is left when it ends", () => {
  const before = vi.getTimerCount();
  for (let i = 0; i < 50; i += 1) {
    const view = form();
    view.end();
    expect(view.model.listeners).toBe(0);
    expect(view.el.childElementCount).toBe(0);
  }
  expect(vi.getTimerCount()).toBe(before);
});

test("what is not saved stands above the button, and nothing does where all is", () => {
  const view = form();
  const said = view.el.querySelector<HTMLElement>(".sdw-not-saved");
  expect(said?.hidden).toBe(true);
  const not_saved = "The history at /home/me/ledger.db cannot be written: the disk is full.";
  view.model.set("cost", { ...formTraits().cost, not_saved });
  expect(said?.textContent).toBe(not_saved);
  expect(said?.hidden).toBe(false);
});
