import { afterEach, describe, expect, test } from "vitest";
import { formTraits } from "../dev/form_samples.ts";
import { PAST } from "../dev/past_samples.ts";
import widget from "../src/form.ts";
import type { FormTraits, PastPrompts } from "../src/protocol.ts";
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
