import { h, setText, uniqueId } from "./dom.ts";

/** On or off, with a sentence on what it does. */
export class Switch {
  readonly element: HTMLElement;
  readonly #input: HTMLInputElement;
  readonly #hint: HTMLElement;

  constructor(label: string, hint: string, signal: AbortSignal, change: (on: boolean) => void) {
    const id = uniqueId();
    this.#hint = h("span", { class: "sdw-hint", id: `${id}-hint` }, hint);
    this.#input = h("input", {
      type: "checkbox",
      role: "switch",
      id,
      class: "sdw-switch",
      "aria-describedby": `${id}-hint`,
    });
    this.#input.addEventListener("change", () => change(this.#input.checked), { signal });
    const words = h("div", {}, h("label", { for: id, class: "sdw-switch-label" }, label), this.#hint);
    this.element = h("div", { class: "sdw-switch-row" }, words, this.#input);
  }

  set(on: boolean): void {
    this.#input.checked = on;
  }

  /** Another sentence on what it does. */
  describe(hint: string): void {
    setText(this.#hint, hint);
  }

  focus(): void {
    this.#input.focus();
  }
}
