import { ProblemLine } from "./controls.ts";
import { h, setText, uniqueId } from "./dom.ts";

interface Options {
  label: string;
  /** "segments" in one bar, or "tiles" with a drawing each. */
  look: "segments" | "tiles";
  /** The words of a choice. */
  text(value: string): string;
  /** A drawing above the words. */
  drawing?(value: string): Element;
}

/** One of a few: native radio buttons, so that arrows, names and states come with them. */
export class ChoiceGroup {
  readonly element: HTMLElement;
  readonly problem: ProblemLine;
  readonly #group: HTMLFieldSetElement;
  readonly #aside = h("span", { class: "sdw-aside" });
  readonly #name = uniqueId();
  #values: readonly string[] = [];

  constructor(
    private readonly options: Options,
    private readonly signal: AbortSignal,
    private readonly choose: (value: string) => void,
  ) {
    const title = h("span", { class: "sdw-label", id: `${this.#name}-label` }, options.label);
    this.#group = h("fieldset", {
      class: `sdw-choices sdw-${options.look}`,
      role: "radiogroup",
      "aria-labelledby": `${this.#name}-label`,
    });
    this.problem = new ProblemLine(`${this.#name}-problem`, this.#group);
    this.element = h(
      "div",
      { class: "sdw-field" },
      h("div", { class: "sdw-field-head" }, title, this.#aside),
      this.#group,
      this.problem.element,
    );
  }

  /** The choices; drawn anew only when they differ. */
  offer(values: readonly string[]): void {
    if (values.join() === this.#values.join()) return;
    this.#values = [...values];
    this.#group.replaceChildren(...values.map((value) => this.#choice(value)));
  }

  select(value: string): void {
    for (const input of this.#inputs()) input.checked = input.value === value;
  }

  /** A word at the right of the title. */
  aside(text: string): void {
    setText(this.#aside, text);
  }

  focus(): void {
    const inputs = this.#inputs();
    (inputs.find((input) => input.checked) ?? inputs[0])?.focus();
  }

  #inputs(): HTMLInputElement[] {
    return Array.from(this.#group.querySelectorAll("input"));
  }

  #choice(value: string): HTMLElement {
    const input = h("input", { type: "radio", name: this.#name, value, class: "sdw-hidden-input" });
    input.addEventListener("change", () => this.choose(input.value), { signal: this.signal });
    const drawing = this.options.drawing?.(value);
    return h("label", { class: "sdw-choice" }, input, h("span", {}, drawing, this.options.text(value)));
  }
}
