import { afterEach, expect, test, vi } from "vitest";
import { connection, formTraits } from "../dev/form_samples.ts";
import { samples } from "../dev/samples.ts";
import form from "../src/form.ts";
import job from "../src/job_view.ts";
import { byName, mount } from "./helpers.ts";

const KEY = "sk-marked-0123456789abcdef";

afterEach(() => document.body.replaceChildren());

type View = ReturnType<typeof mount>;

const badge = (view: View) => view.el.querySelector<HTMLButtonElement>(".sdw-connection") as HTMLButtonElement;
const items = (view: View) => [...view.el.querySelectorAll<HTMLElement>("[data-item]")];
const item = (view: View, id: string) => items(view).find((each) => each.dataset.item === id) as HTMLElement;
const press = (target: Element, key: string) =>
  target.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const focused = () => (document.activeElement as HTMLElement).dataset.item;

function opened(changes: Parameters<typeof connection>[0] = {}): View {
  const view = mount(form as never, formTraits({ connection: connection(changes) }));
  badge(view).click();
  return view;
}

/** Answers the last intent. */
function answer(view: View, ok: boolean, message = ""): void {
  view.model.receive({ kind: "answer", id: view.model.sent.at(-1)?.content.id, ok, message });
}

function enter(view: View, text: string): HTMLInputElement {
  const field = byName<HTMLInputElement>(view.el, "API key");
  field.value = text;
  press(field, "Enter");
  return field;
}

test("the button says who makes the videos, and its menu which choice that is", () => {
  const view = opened();
  expect(badge(view).getAttribute("aria-label")).toBe("Connection: UlazAI");
  expect(badge(view).getAttribute("aria-expanded")).toBe("true");
  const choices = [...view.el.querySelectorAll('[role="menuitemradio"]')];
  expect(choices.map((each) => [each.getAttribute("aria-label"), each.getAttribute("aria-checked")])).toEqual([
    ["UlazAI", "true"],
    ["Sandbox", "false"],
  ]);
  expect(view.el.querySelector(".sdw-connection-menu")?.textContent).toContain("500 credits");
});

test("arrows move in the menu, and Escape closes it and gives the focus back", () => {
  const view = opened();
  const seen = [focused()];
  for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Home", "End"]) {
    press(document.activeElement as Element, key);
    seen.push(focused());
  }
  expect(seen).toEqual(["service", "sandbox", "key", "budget", "service", "budget", "service", "budget"]);
  press(document.activeElement as Element, "Escape");
  expect(document.activeElement).toBe(badge(view));
  expect(items(view)).toHaveLength(0);
  expect(view.model.sent).toHaveLength(0);
});

test("choosing the sandbox asks nothing, goes out once, and closes the menu when it is done", async () => {
  const view = opened();
  item(view, "sandbox").click();
  item(view, "sandbox").click();
  expect(view.model.sent.map(({ content }) => [content.kind, content.to])).toEqual([["use-connection", "sandbox"]]);
  view.model.set("connection", connection({ label: "Sandbox", sandbox: true }));
  expect(badge(view).getAttribute("aria-label")).toBe("Connection: Sandbox");
  answer(view, true);
  await vi.waitFor(() => expect(items(view)).toHaveLength(0));
  expect(document.activeElement).toBe(badge(view));
});

test("what cannot be chosen says why, and the menu stays", async () => {
  const view = opened();
  item(view, "sandbox").click();
  answer(view, false, "The sandbox is not installed.");
  await vi.waitFor(() => expect(view.el.querySelector(".sdw-connection-said")?.textContent).toContain("not installed"));
  expect(items(view)).toHaveLength(4);
});

test("a service without a key asks for one first", () => {
  const [service, sandbox] = connection().choices;
  if (!service || !sandbox) throw new Error("two choices");
  const view = opened({ label: "Sandbox", sandbox: true, choices: [{ ...service, ready: false }, sandbox] });
  item(view, "service").click();
  expect(document.activeElement).toBe(byName(view.el, "API key"));
  expect(view.model.sent).toHaveLength(0);
});

test("a key goes out as a buffer alone, and is nowhere in the page from then on", async () => {
  const view = opened();
  item(view, "key").click();
  const field = enter(view, ` ${KEY}\t`);
  expect([field.type, field.autocomplete, field.value]).toEqual(["password", "off", ""]);
  const [sent] = view.model.sent;
  expect(new TextDecoder().decode(sent?.buffers[0])).toBe(KEY);
  expect(JSON.stringify(sent?.content)).not.toContain(KEY);
  expect(Object.keys(sent?.content ?? {}).sort()).toEqual(["id", "kind"]);
  press(field, "Enter");
  answer(view, true, "The key is kept in the keyring of this computer.");
  await vi.waitFor(() => expect(view.el.textContent).toContain("The key is kept in the keyring"));
  expect(focused()).toBe("service");
  expect(new Uint8Array(sent?.buffers[0] as ArrayBuffer).every((byte) => byte === 0)).toBe(true);
  expect(document.documentElement.outerHTML).not.toContain(KEY);
  expect(view.model.sent).toHaveLength(1);
});

test("what is no key is said at its field, and Escape goes back to the menu", async () => {
  const view = opened();
  item(view, "key").click();
  const field = enter(view, "  ");
  expect(view.model.sent).toHaveLength(0);
  expect(view.el.querySelector('[role="alert"]:not([hidden])')?.textContent).toContain("Paste your API key first.");
  enter(view, "ä b");
  answer(view, false, "The API key is empty or holds characters no key has.");
  await vi.waitFor(() => expect(field.getAttribute("aria-invalid")).toBe("true"));
  expect(document.activeElement).toBe(field);
  press(field, "Escape");
  expect(focused()).toBe("key");
  expect(field.value).toBe("");
});

test("a key that was typed and not saved goes with its menu", () => {
  const view = opened();
  item(view, "key").click();
  const field = byName<HTMLInputElement>(view.el, "API key");
  field.value = KEY;
  document.body.dispatchEvent(new Event("pointerdown", { bubbles: true, composed: true }));
  expect(field.isConnected).toBe(false);
  expect(field.value).toBe("");
  expect(view.model.sent).toHaveLength(0);
});

test("Enter in a field of the menu generates nothing", () => {
  const view = opened();
  item(view, "key").click();
  const field = byName<HTMLInputElement>(view.el, "API key");
  field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true, bubbles: true, cancelable: true }));
  expect(view.model.sent).toHaveLength(0);
});

test.each([
  ["800", 800],
  ["0", 0],
  ["", null],
])("a budget of %j goes out as %j", async (text, budget) => {
  const view = opened();
  item(view, "budget").click();
  const field = byName<HTMLInputElement>(view.el, "Credits");
  expect(field.value).toBe("500");
  field.value = text;
  byName<HTMLButtonElement>(view.el, "Save").click();
  expect(view.model.sent[0]?.content).toMatchObject({ kind: "set-budget", budget });
  answer(view, true, "Done.");
  await vi.waitFor(() => expect(focused()).toBe("budget"));
});

test("what is no number is never taken for no limit", () => {
  const view = opened();
  item(view, "budget").click();
  const field = byName<HTMLInputElement>(view.el, "Credits");
  Object.defineProperty(field, "validity", { value: { badInput: true } });
  field.value = "";
  press(field, "Enter");
  expect(view.model.sent).toHaveLength(0);
  expect(view.el.textContent).toContain("Write a whole number of credits");
});

test("a change of the connection while its menu is open is drawn, and the focus stays on its item", () => {
  const view = opened();
  press(document.activeElement as Element, "ArrowDown");
  view.model.set("connection", connection({ budget_text: "No limit", budget: null }));
  expect(focused()).toBe("sandbox");
  expect(item(view, "budget").textContent).toContain("No limit");
  badge(view).focus();
  view.model.set("connection", connection());
  expect(document.activeElement).toBe(badge(view));
});

test("the cell of a job that was refused takes another key, and leaves sending to the person", async () => {
  const view = mount(job as never, { snapshot: samples().bad_key, poster: null, thumbnail: null, views: [] });
  byName<HTMLButtonElement>(view.el, "Use another key").click();
  const field = enter(view, KEY);
  expect(field.value).toBe("");
  expect(view.model.sent.map(({ content }) => content.kind)).toEqual(["keep-key"]);
  answer(view, true, "The key is kept in the keyring of this computer.");
  await vi.waitFor(() => expect(document.activeElement).toBe(byName(view.el, "Try again")));
  expect(view.el.textContent).toContain("The key is kept in the keyring");
  expect(view.model.sent).toHaveLength(1);
  expect(document.documentElement.outerHTML).not.toContain(KEY);
});

test("in the cell of a job Cancel gives the focus back, and where no key can be entered any more the field goes", () => {
  const view = mount(job as never, { snapshot: samples().bad_key, poster: null, thumbnail: null, views: [] });
  const button = byName<HTMLButtonElement>(view.el, "Use another key");
  button.click();
  byName<HTMLButtonElement>(view.el, "Cancel").click();
  expect(document.activeElement).toBe(button);
  button.click();
  view.model.set("snapshot", { ...samples().bad_key, key_kept: "", actions: [] });
  expect(view.el.querySelector("input")).toBeNull();
});
