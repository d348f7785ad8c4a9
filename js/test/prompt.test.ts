import { afterEach, describe, expect, test } from "vitest";
import { formTraits } from "../dev/form_samples.ts";
import { NAMES, OPENED, promptForms } from "../dev/prompt_samples.ts";
import { unfinishedName } from "../src/completion.ts";
import { placeOf, rewrite, sentenceEdit } from "../src/editing.ts";
import widget from "../src/form.ts";
import type { FormTraits } from "../src/protocol.ts";
import { pieces, Values, variableNames } from "../src/variables.ts";
import { byName, mount } from "./helpers.ts";
import SHARED from "./prompt_samples.json";

afterEach(() => document.body.replaceChildren());

const FORMS = promptForms(formTraits);

function form(name: keyof typeof FORMS, changes: Partial<FormTraits> = {}) {
  const view = mount(widget as never, { ...FORMS[name], ...changes });
  const prompt = byName<HTMLTextAreaElement>(view.el, "Prompt");
  const type = (text: string) => {
    prompt.focus();
    prompt.setRangeText(text, prompt.selectionStart, prompt.selectionEnd, "end");
    prompt.dispatchEvent(new InputEvent("input", { bubbles: true, data: text }));
  };
  const press = (key: string, on: Element | null = document.activeElement) =>
    on?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  return { ...view, prompt, type, press };
}

const text = (root: ParentNode, selector: string) => root.querySelector(selector)?.textContent;

describe("a prompt is read as Python reads it", () => {
  test.each(SHARED)("$prompt", ({ prompt, names, sent }) => {
    expect(variableNames(prompt)).toEqual(names);
    const filled = pieces(prompt).map((piece) => (piece.name === "subject" ? "FOX" : piece.text));
    expect(filled.join("")).toBe(sent);
    const values = new Values();
    values.typed = { subject: "FOX" };
    expect(values.sentLength(prompt)).toBe([...sent].length);
  });
});

describe("edits", () => {
  test.each([
    ["", "", "Slow pan.", "Slow pan."],
    ["A fox", "", "Slow pan.", "A fox. Slow pan."],
    ["A fox. ", "", "Slow pan.", "A fox. Slow pan."],
    ['He says "go."', "", "Slow pan.", 'He says "go." Slow pan.'],
    ["A fox,", "and snow", "Slow pan.", "A fox, Slow pan. and snow"],
    ["A fox\n\n", "", "Slow pan.", "A fox\n\nSlow pan."],
  ])("a sentence goes in between %j and %j", (before, after, phrase, wanted) => {
    const edit = sentenceEdit(before + after, before.length, before.length, phrase);
    const whole = before + after;
    expect(whole.slice(0, edit.start) + edit.text + whole.slice(edit.end)).toBe(wanted);
  });

  test("a text becomes another by the smallest edit, and says so", () => {
    const field = document.createElement("textarea");
    document.body.append(field);
    let told = 0;
    field.addEventListener("input", () => {
      told += 1;
    });
    for (const [from, to] of [
      ["A fox runs", "A red fox runs"],
      ["aaa", "aaaa"],
      ["A fox. No music.", "A fox."],
      ["", "x"],
      ["same", "same"],
    ] as const) {
      field.value = from;
      rewrite(field, to);
      expect(field.value).toBe(to);
    }
    expect(told).toBe(4);
  });

  test("characters are placed as Python counts them", () => {
    expect(placeOf("🦊 in 🦊 snow", 5)).toBe(6);
    expect(placeOf("ab", 9)).toBe(2);
  });

  test.each([
    ["A {su", "su"],
    ["A {", ""],
    ["A {{su", null],
    ["A {{{su", "su"],
    ["A {sub ject", null],
    ["A {su} b", null],
  ])("the unfinished name of %j is %j", (prompt, typed) => {
    expect(unfinishedName(prompt, prompt.length)?.typed ?? null).toBe(typed);
  });
});

describe("variables", () => {
  test("each has its value, from the notebook or typed, and the counter counts the text as sent", () => {
    const { el } = form("form_words");
    expect(byName<HTMLInputElement>(el, "Value for subject").value).toBe("lighthouse keeper in a long coat");
    expect(byName<HTMLInputElement>(el, "Value for weather").value).toBe("Thin drifting mist, cold teal light");
    expect(text(el, ".sdw-counter")).toBe("249 / 2,500");
    expect([...el.querySelectorAll(".sdw-var")].map((mark) => mark.textContent)).toEqual(["{subject}", "{weather}"]);
    expect(el.querySelectorAll(".sdw-var-missing")).toHaveLength(0);
  });

  test("one without a value says so until it is typed, and what is typed is sent", () => {
    const view = form("form_value_missing");
    expect(text(view.el, ".sdw-waits")).toBe("Generate waits for 1 value.");
    const chip = byName<HTMLInputElement>(view.el, "Value for place");
    chip.value = "pier";
    chip.dispatchEvent(new Event("input", { bubbles: true }));
    expect(view.model.get("typed_values")).toEqual({ place: "pier" });
    expect(text(view.el, ".sdw-waits")).toBe("");
    byName(view.el, "GenerateCtrlEnter").click();
    expect(view.model.sent.at(-1)?.content).toMatchObject({
      kind: "submit",
      typed_values: { place: "pier" },
      seen: { subject: "lighthouse keeper in a long coat" },
    });
  });

  test("a value typed over the notebook's goes back to it when it is emptied", () => {
    const view = form("form_value_missing");
    const chip = byName<HTMLInputElement>(view.el, "Value for subject");
    const enter = (value: string) => {
      chip.value = value;
      chip.dispatchEvent(new Event("input", { bubbles: true }));
    };
    enter("sailor");
    expect(view.model.get("typed_values")).toEqual({ subject: "sailor" });
    enter("");
    expect(view.model.get("typed_values")).toEqual({});
    chip.dispatchEvent(new Event("blur"));
    expect(chip.value).toBe("lighthouse keeper in a long coat");
  });

  test("a refused press leads to the value that is missing", async () => {
    const view = form("form_value_missing");
    byName(view.el, "GenerateCtrlEnter").click();
    view.model.set("problems", [{ field: "prompt", message: "{place} has no value.", fix: "" }]);
    const id = view.model.sent.at(-1)?.content.id;
    view.model.receive({ kind: "answer", id, ok: false, message: "no value" });
    await expect.poll(() => document.activeElement?.getAttribute("aria-label")).toBe("Value for place");
  });

  test("names are asked for at a brace and completed by keyboard", () => {
    const view = form("form_words", { prompt: "" });
    view.type("{");
    expect(view.model.sent.at(-1)?.content).toEqual({ kind: "names" });
    view.model.receive({ kind: "names", names: NAMES });
    const names = () => [...view.el.querySelectorAll(".sdw-completion code")].map((name) => name.textContent);
    expect(names()).toEqual(["subject", "sunset_time", "place"]);
    view.type("s");
    expect(names()).toEqual(["subject", "sunset_time"]);
    view.press("ArrowDown");
    const active = view.prompt.getAttribute("aria-activedescendant");
    expect(view.el.querySelector(`#${active}`)?.textContent).toContain("sunset_time");
    view.press("Enter");
    expect(view.prompt.value).toBe("{sunset_time}");
    expect(view.prompt.hasAttribute("aria-activedescendant")).toBe(false);
  });
});

describe("menus", () => {
  test("a button opens one, the filter narrows it, Enter inserts the phrase", () => {
    const view = form("form_words", { prompt: "A fox trots" });
    view.prompt.setSelectionRange(11, 11);
    const button = byName(view.el, "Camera");
    button.click();
    expect(button.getAttribute("aria-expanded")).toBe("true");
    const filter = byName<HTMLInputElement>(view.el, "Filter camera words");
    expect(document.activeElement).toBe(filter);
    expect(text(view.el, ".sdw-caution")).toBe("Fixed lens is on. A camera move may be ignored.");
    view.press("ArrowRight");
    expect(text(view.el, '[aria-selected="true"]')).toBe("Wide shot");
    expect(view.el.querySelector<HTMLElement>(".sdw-caution")?.hidden).toBe(true);
    filter.value = "orb";
    filter.dispatchEvent(new Event("input", { bubbles: true }));
    expect(view.el.querySelectorAll('[role="option"]:not(.sdw-completion *)')).toHaveLength(1);
    view.press("Enter");
    expect(view.prompt.value).toMatch(/^A fox trots\. The camera orbits .*\.$/);
    expect(view.model.get("prompt")).toBe(view.prompt.value);
    expect(document.activeElement).toBe(view.prompt);
    expect(button.getAttribute("aria-expanded")).toBe("false");
  });

  test("a slash at the start of a word opens all of them; Escape leaves the slash", () => {
    const view = form("form_words", { prompt: "A fox " });
    view.prompt.setSelectionRange(6, 6);
    view.type("/");
    expect(view.el.querySelectorAll(".sdw-menu-group").length).toBeGreaterThan(4);
    view.press("Escape");
    expect(view.el.querySelector(".sdw-menu")).toBeNull();
    expect(view.prompt.value).toBe("A fox /");
    view.type("3");
    view.type("/");
    expect(view.el.querySelector(".sdw-menu")).toBeNull();
  });

  test("what was typed after a slash is not left behind", () => {
    const view = form("form_words", { prompt: "" });
    view.type("/");
    view.press("Enter");
    expect(view.prompt.value).toMatch(/^Slow dolly-in/);
  });
});

describe("hints", () => {
  test("at most two, each dismissed or fixed, and their words are marked", () => {
    const view = form("form_words");
    const status = view.el.querySelector('[role="status"][aria-label="Prompt check"]');
    expect(status?.querySelectorAll(".sdw-check")).toHaveLength(2);
    expect(text(view.el, ".sdw-mark-warning")).toBe("dolly-in");
    byName(view.el, "Dismiss hint").click();
    expect(status?.textContent).not.toContain("Fixed lens is on");
    expect(view.el.querySelector(".sdw-mark-warning")).toBeNull();
    byName(view.el, "Ask for no music").click();
    expect(view.prompt.value).toMatch(/No music\.$/);
    expect(document.activeElement).toBe(view.prompt);
  });

  test("a fix of a setting sets it", () => {
    const view = form("form_words");
    byName(view.el, "Turn off Fixed lens").click();
    expect(view.model.get("fixed_lens")).toBe(false);
  });

  test("a fix of a prompt that has changed since waits until it was looked at again", () => {
    const view = form("form_words");
    const prompt = `${view.prompt.value} Gulls.`;
    view.prompt.setSelectionRange(view.prompt.value.length, view.prompt.value.length);
    view.type(" Gulls.");
    expect(view.el.querySelector(".sdw-mark-warning")).toBeNull();
    byName(view.el, "Ask for no music").click();
    expect(view.prompt.value).toBe(prompt);
    const rows = (FORMS.form_words as FormTraits).checks.rows.map((row) => ({
      ...row,
      fix: row.fix && { ...row.fix, changes: { prompt: `${prompt} No music.` } },
    }));
    view.model.set("checks", { prompt, rows });
    expect(view.prompt.value).toBe(`${prompt} No music.`);
  });

  test("markup in values, names and hints stays text", () => {
    const hostile = "<img src=x onerror=alert(1)>";
    const view = form("form_words", {
      variables: [{ name: "subject", source: "notebook", text: hostile, length: 5, whole: true }],
      checks: {
        prompt: FORMS.form_words?.prompt ?? "",
        rows: [{ id: "x", severity: "hint", message: hostile, start: 0, end: 1, fix: null }],
      },
    });
    OPENED.form_names?.(view.el, (names) =>
      view.model.receive({ kind: "names", names: [...names, { name: hostile, text: hostile }] }),
    );
    expect(view.el.querySelector("img[src=x]")).toBeNull();
  });
});
