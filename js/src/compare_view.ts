/** A comparison in its cell, until it is closed: then a line in its place, which holds no video. */
import type { CompareProtocol } from "./compare.ts";
import { CompareBody } from "./compare_body.ts";
import { childLife, h, shieldKeys } from "./dom.ts";
import { takeOver } from "./kept.ts";

const CLOSED = "Compare is closed. Run the cell to open it again: nothing is sent.";
/** Below another widget, which opens it anew. */
const CLOSED_BELOW = "Compare is closed.";

export class CompareView {
  readonly element: HTMLElement;
  readonly #card = h("div", { class: "sdw-card sdw-compare", role: "region", "aria-label": "Compare" });
  readonly #life: ReturnType<typeof childLife>;

  constructor(
    private readonly protocol: CompareProtocol,
    private readonly el: HTMLElement,
    signal: AbortSignal,
  ) {
    this.element = h("div", { class: "sdw" });
    this.#life = childLife(signal);
    protocol.subscribe(this.#life.signal, () => (protocol.closed ? this.#close() : this.#takeOver()));
    if (protocol.closed) {
      this.#close();
      return;
    }
    shieldKeys(this.#card, this.#life.signal);
    this.#card.append(...new CompareBody(protocol, this.#card, this.#life.signal, () => protocol.close()).nodes);
    this.element.append(this.#card);
    this.#takeOver();
  }

  #close(): void {
    this.#life.end();
    const held = this.#card.contains((this.#card.getRootNode() as Document | ShadowRoot).activeElement);
    const words = this.el.closest(".sdw-child") ? CLOSED_BELOW : CLOSED;
    const line = h("p", { class: "sdw-hint", tabindex: -1 }, words);
    this.element.replaceChildren(line);
    if (held) line.focus(); // not to the start of the page
    takeOver(this.el);
  }

  /** Without a kernel it comes to no videos, and what the saved notebook shows of it stays. */
  #takeOver(): void {
    const { takes } = this.protocol.model.get("comparison");
    if (takes.every(({ media }) => !media || this.protocol.video(media.token))) takeOver(this.el);
  }
}
