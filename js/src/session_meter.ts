import { h, setText } from "./dom.ts";
import type { Session } from "./protocol.ts";

/** What the session has used of its budget, and what comes next would add. */
export class SessionMeter {
  readonly element: HTMLElement;
  readonly #spent = h("span", { class: "sdw-meter-spent" });
  readonly #next = h("span", { class: "sdw-meter-next" });
  readonly #bar = h(
    "div",
    { class: "sdw-meter", role: "meter", "aria-label": "Session budget", "aria-valuemin": 0 },
    this.#spent,
    this.#next,
  );
  readonly #text = h("span", {});
  readonly #after = h("span", { class: "sdw-meter-after" });

  constructor() {
    const words = h("div", { class: "sdw-meter-words sdw-hint" }, this.#text, this.#after);
    this.element = h("div", { class: "sdw-session", hidden: true }, this.#bar, words);
  }

  show(session: Session | null): void {
    this.element.hidden = !session;
    if (!session) return;
    const { spent, next, budget, over } = session;
    this.element.toggleAttribute("data-over", over);
    this.#bar.hidden = budget === null;
    const whole = Math.max(1, budget ?? 1);
    const used = Math.min(100, (spent / whole) * 100);
    this.#spent.style.width = `${used.toFixed(1)}%`;
    this.#next.style.width = `${(Math.min(100, (next / whole) * 100) - used).toFixed(1)}%`;
    this.#bar.setAttribute("aria-valuemax", String(whole));
    this.#bar.setAttribute("aria-valuenow", String(Math.min(spent, whole)));
    this.#bar.setAttribute("aria-valuetext", `${session.text}, ${session.after}`);
    setText(this.#text, session.text);
    setText(this.#after, session.after);
  }
}
