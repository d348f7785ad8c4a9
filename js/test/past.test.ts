import { afterEach, describe, expect, test } from "vitest";
import { formTraits } from "../dev/form_samples.ts";
import { PAST } from "../dev/past_samples.ts";
import widget from "../src/form.ts";
import type { FormTraits, PastPrompts } from "../src/protocol.ts";
import { heldIn } from "../src/restore.ts";
import { byName, mount } from "./helpers.ts";

afterEach(() => document.body.replaceChildren());

const turn = () => new Promise((done) => setTimeout(done));

function form(changes: Partial<FormTraits> = {}, answers: Partial<PastPrompts>[] = [{}]) {
  const view = mount(widget as never, formTraits(changes));
  const left = [...answers];
  view.model.onSend = (content) => {
    if (content.kind === "past-prompts") view.model.receive({ ...PAST, ...left.shift(), id: content.id });
  };
  const prompt = byName<HTMLTextAreaElement>(view.el, "Prompt");
  const press = async (key: string, on: Element = prompt) => {
    const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
    on.dispatchEvent(event);
    await turn();
    return event.defaultPrevented;
  };
  const type = (text: string) => {
    prompt.setRangeText(text, prompt.selectionStart, prompt.selectionEnd, "end");
    prompt.dispatchEvent(new InputEvent("input", { bubbles: true, data: text }));
  };
  const sent = (kind: string) => view.model.sent.map(({ content }) => content).filter((each) => each.kind === kind);
  const said = () => view.el.querySelector('.sdw-notice [role="status"]')?.textContent;
  prompt.focus();
  return { ...view, prompt, press, type, sent, said };
}

describe("the walk through past prompts", () => {
  test("Up and Down go through them, and what was typed comes back", async () => {
    const { prompt, press, type, sent, said } = form();
    type("A fox, unfinished");
    prompt.setSelectionRange(0, 0);
    expect(await press("ArrowUp")).toBe(true);
    expect(prompt.value).toBe(PAST.rows[0]?.insert);
    expect(prompt.selectionEnd).toBe(0);
    expect(said()).toBe("Prompt 1 of 41: What you had.");
    await press("ArrowUp");
    expect(prompt.value).toBe(PAST.rows[1]?.insert);
    expect(said()).toBe("Prompt 2 of 41");
    expect(await press("ArrowDown")).toBe(false); // the caret is at the start: it moves as ever
    for (const wanted of [PAST.rows[0]?.insert, "A fox, unfinished"]) {
      prompt.setSelectionRange(prompt.value.length, prompt.value.length);
      await press("ArrowDown");
      expect(prompt.value).toBe(wanted);
    }
    expect(said()).toBe("What you typed.");
    expect(await press("ArrowDown")).toBe(false);
    expect(sent("keep-draft")).toMatchObject([{ fields: { prompt: "A fox, unfinished" } }]);
    expect(sent("past-prompts")).toHaveLength(1);
  });

  test("more are fetched where the list ends, and the oldest is the last", async () => {
    const rows = PAST.rows.slice(1, 3);
    const { prompt, press, sent, said } = form({}, [
      { rows: rows.slice(0, 1), next: [1.5, "a"], count: null },
      { rows: rows.slice(1), next: null, count: null },
    ]);
    await press("ArrowUp");
    await press("ArrowUp");
    expect(prompt.value).toBe(rows[1]?.insert);
    expect(said()).toBe("Prompt 2");
    expect(sent("past-prompts").map(({ after }) => after)).toEqual([null, [1.5, "a"]]);
    await press("ArrowUp");
    expect([prompt.value, said()]).toEqual([rows[1]?.insert, "No older prompt."]);
  });

  test.each([
    ["in the middle", { start: 3, end: 3 }, {}],
    ["with a selection", { start: 0, end: 2 }, {}],
    ["with a modifier", { start: 0, end: 0 }, { shiftKey: true }],
    ["while composing", { start: 0, end: 0 }, { isComposing: true }],
  ])("Up %s is the caret's", (_where, { start, end }, more) => {
    const { prompt, sent } = form({ prompt: "A fox\nin snow" });
    prompt.setSelectionRange(start, end);
    const event = new KeyboardEvent("keydown", { key: "ArrowUp", bubbles: true, cancelable: true, ...more });
    prompt.dispatchEvent(event);
    expect(event.defaultPrevented).toBe(false);
    expect(sent("past-prompts")).toHaveLength(0);
  });

  test("who types on while the kernel is busy is not overtaken", async () => {
    const { model, prompt, press, type, sent } = form();
    model.onSend = () => {};
    await press("ArrowUp");
    type("Typed on");
    model.receive({ ...PAST, id: sent("past-prompts")[0]?.id });
    await turn();
    expect(prompt.value).toBe("Typed on");
  });

  test("the draft of the last form comes back with its settings", async () => {
    const [draft] = PAST.rows;
    const { press, sent } = form({}, [{ rows: [{ ...draft, whole: true } as never] }]);
    await press("ArrowUp");
    expect(sent("use-past")).toMatchObject([{ entry: draft?.id, walking: true }]);
  });
});

describe("the list", () => {
  test("it is filtered and fetched by Python, one question at a time", async () => {
    const { el, model, sent } = form({}, []);
    model.onSend = () => {};
    byName(el, "Prompt history").click();
    const filter = byName<HTMLInputElement>(el, "Filter prompts");
    for (const words of ["f", "fo", "fox"]) {
      filter.value = words;
      filter.dispatchEvent(new Event("input"));
    }
    expect(sent("past-prompts")).toMatchObject([{ find: "", after: null }]);
    model.receive({ ...PAST, id: sent("past-prompts")[0]?.id });
    await turn();
    expect(el.querySelectorAll('[role="option"]')).toHaveLength(0); // an answer to what is not asked any more
    expect(sent("past-prompts").map(({ find }) => find)).toEqual(["", "fox"]);
    model.receive({ ...PAST, rows: [], id: sent("past-prompts")[1]?.id });
    await turn();
    expect(el.querySelector(".sdw-past-menu [role=status]")?.textContent).toBe("No prompt has these words.");
  });

  test("choosing sends what the form shows, and what Python says is written", async () => {
    const { el, model, prompt, press, type, sent, said } = form({}, [{}]);
    type("Typed");
    byName(el, "Prompt history").click();
    await turn();
    const filter = byName<HTMLInputElement>(el, "Filter prompts");
    await press("ArrowDown", filter);
    await press("Enter", filter);
    expect(el.querySelector("[role=dialog]")).toBeNull();
    expect(sent("use-past")).toMatchObject([{ entry: PAST.rows[1]?.id, fields: { prompt: "Typed" } }]);
    type(" on"); // the kernel is busy
    const fields = { prompt: "A grey owl", duration: 12 };
    model.receive({
      kind: "filled",
      fields,
      typed_values: {},
      said: "Prompt and settings are in the form.",
      shown: false,
    });
    expect([prompt.value, model.get("duration")]).toEqual(["A grey owl", 12]);
    expect(said()).toBe("Prompt and settings are in the form.");
    expect(sent("keep-draft")).toMatchObject([{ fields: { prompt: "Typed on" } }]);
  });

  test("more rows come at the end, and none twice", async () => {
    const { el, press } = form({}, [{ next: [1, "a"] }, { rows: PAST.rows.slice(-1), next: null }]);
    byName(el, "Prompt history").click();
    await turn();
    const count = el.querySelectorAll('[role="option"]').length;
    expect(count).toBe(PAST.rows.length);
    const filter = byName<HTMLInputElement>(el, "Filter prompts");
    for (let step = 1; step < count; step += 1) await press("ArrowDown", filter);
    expect(el.querySelectorAll('[role="option"]')).toHaveLength(count);
    await press("ArrowDown", filter);
    expect(el.querySelector('[aria-selected="true"]')).toBe(el.querySelector('[role="option"]'));
  });

  test("an entry that is gone says so", async () => {
    const { el, model, press, sent, said } = form({}, [{}]);
    byName(el, "Prompt history").click();
    await turn();
    await press("Enter", byName(el, "Filter prompts"));
    model.receive({ kind: "answer", id: sent("use-past")[0]?.id, ok: false, message: "Not there any more." });
    await turn();
    expect(said()).toBe("Not there any more.");
    byName(el, "Dismiss message").click();
    expect(said()).toBe("");
  });
});

const bytes = (...parts: (string | number)[]) =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : [part])));
const box = (kind: string, content: Uint8Array<ArrayBuffer>, size = content.length + 8) =>
  new Blob([bytes(0, 0, (size >> 8) & 255, size & 255, kind), content]);
const FTYP = box("ftyp", bytes("isom", 0, 0, 0, 0));
const RECIPE = box("uuid", bytes("0123456789abcdef", "{}"));
const text = async (blob: Blob) => new TextDecoder().decode(await blob.arrayBuffer());

describe("what of a file may hold a recipe", () => {
  test.each([
    ["behind the picture", [FTYP, box("mdat", new Uint8Array(5000)), RECIPE], true],
    ["before the picture, whose box reaches to the end", [FTYP, RECIPE, box("mdat", new Uint8Array(9), 0)], true],
    ["before a box that is cut off", [FTYP, RECIPE, box("mdat", new Uint8Array(9), 900)], false],
    ["before bytes that are no box", [FTYP, RECIPE, new Blob([bytes("tail")])], false],
    ["behind a long box", [FTYP, new Blob([bytes(0, 0, 0, 1, "mdat", 0, 0, 0, 0, 0, 0, 0, 17, 7)]), RECIPE], true],
  ])("%s", async (_where, parts, whole) => {
    const held = await heldIn(new Blob(parts));
    expect([held.video, held.whole]).toEqual([true, whole]);
    expect(new TextDecoder().decode(held.bytes)).toBe(await text(RECIPE));
  });

  test("nothing of a video without one, and no more than a recipe of any other file", async () => {
    expect((await heldIn(new Blob([FTYP, box("mdat", new Uint8Array(5000))]))).bytes.byteLength).toBe(0);
    const other = await heldIn(new Blob([new Uint8Array(200_000)]));
    expect([other.video, other.bytes.byteLength]).toEqual([false, 65536]);
    expect((await heldIn(new Blob([]))).bytes.byteLength).toBe(0);
  });

  test("it is sent with what the form shows, and a sentence comes back", async () => {
    const { el, model, prompt, type, sent, said } = form();
    type("Typed");
    const data = { types: ["Files"], files: [new File([FTYP, RECIPE], "fox.mp4")], dropEffect: "none" };
    const drop = Object.assign(new Event("drop", { bubbles: true, cancelable: true }), { dataTransfer: data });
    prompt.dispatchEvent(drop);
    expect(drop.defaultPrevented).toBe(true);
    while (sent("restore").length === 0) await turn();
    expect(sent("restore")).toMatchObject([{ name: "fox.mp4", video: true, whole: true, fields: { prompt: "Typed" } }]);
    const { buffers } = model.sent.find(({ content }) => content.kind === "restore") ?? { buffers: [] };
    expect(new TextDecoder().decode(buffers[0])).toBe(await text(RECIPE));
    model.receive({ kind: "answer", id: sent("restore")[0]?.id, ok: false, message: "fox.mp4 holds no recipe." });
    await turn();
    expect(said()).toBe("fox.mp4 holds no recipe.");
    expect(el.querySelector(".sdw-notice")?.getAttribute("data-look")).toBe("bad");
  });
});
