/** A line under the header: what was done with the whole form, or why it was not. */
import { button } from "./controls.ts";
import { h, setAttribute } from "./dom.ts";

export type Look = "plain" | "bad" | "unseen";

export class Notice {
  readonly element: HTMLElement;
  readonly #words = h("bdi", { role: "status" });

  constructor(signal: AbortSignal) {
    const dismiss = button({ label: "Dismiss message", icon: "close", bare: true }, signal, () => this.clear());
    this.element = h("div", { class: "sdw-notice", "data-look": "unseen" }, this.#words, dismiss);
    this.clear();
  }

  /** `unseen`: for screen readers alone. */
  show(words: string, look: Look): void {
    this.#words.textContent = words;
    setAttribute(this.element, "data-look", look);
  }

  clear(): void {
    this.show("", "unseen");
  }
}
