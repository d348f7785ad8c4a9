import { ProblemLine } from "./controls.ts";
import { h, setAttribute, setText, uniqueId } from "./dom.ts";
import { codePoints, thousands } from "./format.ts";

/** The prompt and its counter. Typing is never overwritten by an echo of itself. */
export class PromptField {
  readonly element: HTMLElement;
  readonly problem: ProblemLine;
  readonly #input: HTMLTextAreaElement;
  readonly #counter: HTMLElement;
  #limits = { min: 0, max: Number.POSITIVE_INFINITY };

  constructor(signal: AbortSignal, change: (text: string) => void) {
    const id = uniqueId();
    this.#input = h("textarea", {
      id,
      class: "sdw-prompt",
      rows: 5,
      spellcheck: "true",
      placeholder: "What happens, where, and how the camera moves",
      "aria-describedby": `${id}-count`,
    });
    this.#counter = h("span", { class: "sdw-aside sdw-counter", id: `${id}-count` });
    this.problem = new ProblemLine(`${id}-problem`, this.#input);
    this.#input.addEventListener(
      "input",
      () => {
        this.#count();
        change(this.#input.value);
      },
      { signal },
    );
    this.element = h(
      "div",
      { class: "sdw-field sdw-prompt-field" },
      h("div", { class: "sdw-field-head" }, h("label", { for: id, class: "sdw-label" }, "Prompt"), this.#counter),
      h("div", { class: "sdw-prompt-box" }, this.#input),
      this.problem.element,
    );
  }

  get value(): string {
    return this.#input.value;
  }

  limit(min: number, max: number): void {
    this.#limits = { min, max };
    this.#count();
  }

  /** From Python. The caret stays where it was as far as the text allows. */
  set(text: string): void {
    if (text === this.#input.value) return;
    const { selectionStart, selectionEnd } = this.#input;
    const focused = this.#input.ownerDocument.activeElement === this.#input;
    this.#input.value = text;
    if (focused) this.#input.setSelectionRange(selectionStart, selectionEnd);
    this.#count();
  }

  focus(): void {
    this.#input.focus();
  }

  #count(): void {
    const count = codePoints(this.#input.value);
    setText(this.#counter, `${thousands(count)} / ${thousands(this.#limits.max)}`);
    const short = count > 0 && codePoints(this.#input.value.trim()) < this.#limits.min;
    setAttribute(this.#counter, "data-outside", short || count > this.#limits.max ? "" : null);
  }
}
