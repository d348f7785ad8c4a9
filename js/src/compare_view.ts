/** A comparison in its cell: open, or folded to one line, which lets go of the videos. */
import type { CompareProtocol } from "./compare.ts";
import { CompareBody } from "./compare_body.ts";
import { button } from "./controls.ts";
import { childLife, h, shieldKeys } from "./dom.ts";
import { icon } from "./icons.ts";
import { takeOver } from "./kept.ts";

export class CompareView {
  readonly element: HTMLElement;
  readonly #card = h("div", { class: "sdw-card sdw-compare", role: "region", "aria-label": "Compare" });

  constructor(
    private readonly protocol: CompareProtocol,
    private readonly el: HTMLElement,
    private readonly signal: AbortSignal,
  ) {
    this.element = h("div", { class: "sdw" }, this.#card);
    shieldKeys(this.element, signal);
    protocol.subscribe(signal, () => this.#takeOver());
    this.#takeOver();
    this.#open();
  }

  #open(): void {
    const life = childLife(this.signal);
    const body = new CompareBody(this.protocol, this.#card, life.signal, () => {
      life.end();
      this.#fold().focus();
    });
    this.#card.replaceChildren(...body.nodes);
    this.#card.toggleAttribute("data-folded", false);
  }

  #fold(): HTMLButtonElement {
    const open = button({ label: "Open compare" }, this.signal, () => {
      this.#open();
      this.#card.querySelector<HTMLElement>('[data-action="play"]')?.focus();
    });
    const words = h("span", { class: "sdw-title-detail" }, this.protocol.model.get("comparison").title);
    const title = h("strong", { class: "sdw-title" }, "Compare");
    this.#card.replaceChildren(
      h(
        "div",
        { class: "sdw-head sdw-compare-head" },
        icon("columns"),
        title,
        words,
        h("span", { class: "sdw-space" }),
        open,
      ),
    );
    this.#card.toggleAttribute("data-folded", true);
    return open;
  }

  /** Without a kernel it comes to no videos, and what the saved notebook shows of it stays. */
  #takeOver(): void {
    const { takes } = this.protocol.model.get("comparison");
    if (takes.every(({ media }) => !media || this.protocol.video(media.token))) takeOver(this.el);
  }
}
