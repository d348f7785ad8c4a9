/** `{name}` in a prompt, as `seedance_widgets/prompts/template.py` reads it, and the chips with their values. */
import { h, setAttribute, setText } from "./dom.ts";
import { codePoints } from "./format.ts";
import type { Variable } from "./protocol.ts";

/** Python's `\{([^\W\d]\w*)\}`, and the doubled braces. */
const TOKEN = /\{\{|\}\}|\{([\p{L}\p{Nl}\p{No}_][\p{L}\p{N}_]*)\}/gu;

/** A stretch of a prompt, in places of a JavaScript string. */
export interface Piece {
  start: number;
  end: number;
  /** The variable it is, or empty. */
  name: string;
  /** What is sent for it; the braces and the name for a variable. */
  text: string;
}

export function pieces(prompt: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  const plain = (end: number) => {
    if (end > done) found.push({ start: done, end, name: "", text: prompt.slice(done, end) });
  };
  for (const match of prompt.matchAll(TOKEN)) {
    plain(match.index);
    const [text, name = ""] = match;
    done = match.index + text.length;
    found.push({ start: match.index, end: done, name, text: name ? text : text.slice(1) });
  }
  plain(prompt.length);
  return found;
}

/** The variables of a prompt, each once, in order. */
export function variableNames(prompt: string): string[] {
  return [...new Set(pieces(prompt).flatMap((piece) => piece.name || []))];
}

/** What is known of values: those typed here go before those of the notebook. */
export class Values {
  typed: Record<string, string> = {};
  #known = new Map<string, Variable>();

  know(variables: readonly Variable[]): void {
    this.#known = new Map(variables.map((variable) => [variable.name, variable]));
  }

  fromNotebook(name: string): Variable | null {
    const known = this.#known.get(name);
    return known?.source === "notebook" ? known : null;
  }

  isTyped(name: string): boolean {
    return Object.hasOwn(this.typed, name) && this.typed[name] !== "";
  }

  /** Python has looked, and there is no value. What it has not looked at yet is not missing. */
  isMissing(name: string): boolean {
    return this.#known.has(name) && !this.isTyped(name) && !this.fromNotebook(name);
  }

  /** Characters of the prompt as sent, as Python counts them. */
  sentLength(prompt: string): number {
    return pieces(prompt).reduce((sum, { name, text }) => sum + this.#lengthOf(name, text), 0);
  }

  #lengthOf(name: string, text: string): number {
    if (name && this.isTyped(name)) return codePoints(this.typed[name] ?? "");
    return this.fromNotebook(name)?.length ?? codePoints(text);
  }
}

/** The value of each variable, below the prompt: shown, and typed over. */
export class VariableChips {
  readonly element: HTMLElement;
  readonly #list = h("div", { class: "sdw-values" });
  readonly #waits = h("span", { class: "sdw-waits" });
  readonly #chips = new Map<string, { element: HTMLElement; input: HTMLInputElement; mark: HTMLElement }>();

  constructor(
    private readonly values: Values,
    private readonly signal: AbortSignal,
    private readonly change: () => void,
  ) {
    this.element = h("div", { class: "sdw-variables", hidden: true }, this.#list);
  }

  show(prompt: string): void {
    const names = variableNames(prompt);
    for (const [name, { element }] of this.#chips) {
      if (names.includes(name)) continue;
      element.remove();
      this.#chips.delete(name);
    }
    for (const name of names) {
      const chip = this.#chips.get(name) ?? this.#chip(name);
      this.#chips.set(name, chip);
      if (this.#list.children[names.indexOf(name)] !== chip.element) {
        this.#list.insertBefore(chip.element, this.#list.children[names.indexOf(name)] ?? null);
      }
      this.#draw(name);
    }
    const missing = names.filter((name) => this.values.isMissing(name)).length;
    setText(this.#waits, missing ? `Generate waits for ${missing} ${missing === 1 ? "value" : "values"}.` : "");
    if (this.#list.lastElementChild !== this.#waits) this.#list.append(this.#waits);
    this.element.hidden = names.length === 0;
  }

  /** Puts the focus on the first variable without a value; false where there is none. */
  focusMissing(): boolean {
    const chip = [...this.#chips].find(([name]) => this.values.isMissing(name))?.[1];
    chip?.input.focus();
    return chip !== undefined;
  }

  #draw(name: string): void {
    const chip = this.#chips.get(name);
    if (!chip) return;
    const { element, input, mark } = chip;
    const theirs = this.values.fromNotebook(name);
    const typed = this.values.isTyped(name);
    const focused = (input.getRootNode() as Document | ShadowRoot).activeElement === input;
    const value = typed ? (this.values.typed[name] ?? "") : (theirs?.text ?? "");
    if (!focused && input.value !== value) input.value = value;
    input.size = Math.min(40, Math.max(theirs || typed ? 2 : 11, input.value.length));
    input.readOnly = theirs !== null && !theirs.whole;
    setAttribute(input, "title", theirs && !theirs.whole ? `${theirs.length} characters, from the notebook` : null);
    setText(mark, theirs && !typed ? "notebook" : "");
    element.toggleAttribute("data-missing", this.values.isMissing(name));
  }

  #chip(name: string) {
    const input = h("input", {
      class: "sdw-value",
      "aria-label": `Value for ${name}`,
      placeholder: "Set a value",
      autocomplete: "off",
      spellcheck: "true",
    });
    input.addEventListener(
      "input",
      () => {
        const { [name]: _, ...others } = this.values.typed;
        const same = input.value === this.values.fromNotebook(name)?.text;
        this.values.typed = input.value && !same ? { ...others, [name]: input.value } : others;
        this.change();
      },
      { signal: this.signal },
    );
    input.addEventListener("blur", () => this.#draw(name), { signal: this.signal });
    const mark = h("span", { class: "sdw-hint" });
    const braces = h("code", { class: "sdw-value-name", "aria-hidden": "true" }, `{${name}}`);
    return { element: h("span", { class: "sdw-value-chip" }, braces, input, mark), input, mark };
  }
}
