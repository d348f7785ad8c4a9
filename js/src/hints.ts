/** Checks of the prompt, or of the images: at most two rows, each with its fix, none of which blocks. */
import { button } from "./controls.ts";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Check, Checks, Fix } from "./protocol.ts";

const MOST = 2;
const ICONS = { music: "music", warning: "warning", hint: "bulb" } as const;

export class Hints {
  readonly element: HTMLElement;
  readonly #dismissed = new Set<string>();
  #checks: Checks = { prompt: "", rows: [] };
  #drawn = "[]";

  constructor(
    label: string,
    private readonly signal: AbortSignal,
    private readonly events: { fix(fix: Fix): void; changed(): void; leave(): void },
  ) {
    this.element = h("div", { class: "sdw-checks", role: "status", "aria-label": label });
  }

  show(checks: Checks): void {
    this.#checks = checks;
    this.#draw();
  }

  /** Whether this is the prompt that was looked at. */
  isAbout(prompt: string): boolean {
    return this.#checks.prompt === prompt;
  }

  /** What of a prompt is to be marked. */
  marks(prompt: string): Check[] {
    return this.isAbout(prompt) ? this.#shown().filter(({ start, end }) => start < end) : [];
  }

  #shown(): Check[] {
    return this.#checks.rows.filter((check) => !this.#dismissed.has(check.message)).slice(0, MOST);
  }

  /** Drawn anew only when something differs: it is announced each time. */
  #draw(): void {
    const shown = this.#shown();
    const key = JSON.stringify(shown.map(({ id, message, fix }) => [id, message, fix?.label]));
    if (key === this.#drawn) return;
    this.#drawn = key;
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const hadFocus = this.element.contains(root.activeElement ?? null);
    this.element.replaceChildren(...shown.map((check) => this.#row(check)));
    if (hadFocus) this.#refocus();
  }

  #row(check: Check): HTMLElement {
    const mark = ICONS[check.id as keyof typeof ICONS] ?? ICONS[check.severity];
    return h(
      "div",
      { class: "sdw-check", "data-severity": check.severity },
      icon(mark),
      h("span", { class: "sdw-check-text" }, check.message),
      check.fix && this.#fix(check.fix, check.id),
      button({ label: "Dismiss hint", icon: "close", bare: true }, this.signal, () => {
        this.#dismissed.add(check.message);
        this.#draw();
        this.events.changed();
      }),
    );
  }

  /** The fix of the row as it is when pressed: the prompt may have grown since it was drawn. */
  #fix(drawn: Fix, id: string): HTMLButtonElement {
    const element = h(
      "button",
      { type: "button", class: "sdw-link", "aria-label": drawn.label },
      h("span", { class: "sdw-wide" }, drawn.label),
      h("span", { class: "sdw-narrow" }, drawn.short),
    );
    element.addEventListener(
      "click",
      () => {
        const now = this.#checks.rows.find((row) => row.id === id);
        if (now?.fix) this.events.fix(now.fix);
      },
      { signal: this.signal },
    );
    return element;
  }

  #refocus(): void {
    const next = this.element.querySelector<HTMLElement>("button");
    if (next) next.focus();
    else this.events.leave();
  }
}
