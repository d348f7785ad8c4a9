import { h, setText } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Cost } from "./protocol.ts";
import { SessionMeter } from "./session_meter.ts";

/** What it will cost, and the one primary button. */
export class CostPanel {
  readonly element: HTMLElement;
  readonly #amount = h("span", { class: "sdw-amount" });
  readonly #qualifier = h("span", { class: "sdw-qualifier" });
  readonly #source = h("p", { class: "sdw-hint" });
  readonly #session = new SessionMeter();
  readonly #notSaved = h("p", { class: "sdw-not-saved", role: "status", hidden: true });
  readonly #time = h("p", { class: "sdw-hint sdw-time" });
  readonly #waiting = h("p", { class: "sdw-hint sdw-time", role: "status" });
  readonly #problem = h("p", { class: "sdw-problem", role: "alert", hidden: true });
  readonly generate: HTMLButtonElement;

  constructor(signal: AbortSignal, generate: () => void) {
    const apple = /Mac|iPhone|iPad/.test(navigator.userAgent);
    this.generate = h(
      "button",
      { type: "button", class: "sdw-primary", "aria-keyshortcuts": "Control+Enter Meta+Enter" },
      h("span", {}, "Generate"),
      h(
        "span",
        { class: "sdw-keys", "aria-hidden": "true" },
        h("kbd", {}, apple ? "⌘" : "Ctrl"),
        h("kbd", {}, "Enter"),
      ),
    );
    this.generate.addEventListener("click", generate, { signal });
    this.element = h(
      "div",
      { class: "sdw-cost", role: "group", "aria-label": "Cost" },
      h("p", { class: "sdw-cost-head" }, this.#amount, " ", this.#qualifier),
      this.#source,
      this.#session.element,
      this.#notSaved,
      this.#problem,
      this.generate,
      this.#waiting,
      this.#time,
    );
  }

  show(cost: Cost): void {
    setText(this.#amount, cost.amount);
    setText(this.#qualifier, cost.qualifier);
    setText(this.#source, cost.source);
    setText(this.#time, cost.time);
    this.#source.hidden = !cost.source;
    this.#session.show(cost.session);
    setText(this.#notSaved, cost.not_saved);
    this.#notSaved.hidden = !cost.not_saved;
  }

  /** While a request is on its way. The button keeps its focus, so it is disabled by attribute for people, not taken away. */
  busy(busy: boolean): void {
    this.generate.setAttribute("aria-disabled", String(busy));
    if (!busy) this.waiting("");
  }

  /** Said under the button when the kernel takes long to answer. */
  waiting(text: string): void {
    setText(this.#waiting, text);
    this.#time.hidden = text !== "";
  }

  /** A problem that belongs to no field. */
  problem(text: string): void {
    this.#problem.replaceChildren(...(text ? [icon("alert"), h("span", {}, text)] : []));
    this.#problem.hidden = !text;
  }
}
