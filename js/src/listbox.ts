import { h, setAttribute, uniqueId } from "./dom.ts";

/**
 * The options of a popup, of which one is active while the focus stays in a text field: that field names it by
 * `aria-activedescendant`. Choosing is by Enter there, or by a click here.
 */
export class Listbox {
  readonly element: HTMLElement;
  #options: HTMLElement[] = [];
  #active = -1;

  constructor(
    private readonly field: HTMLElement,
    signal: AbortSignal,
    private readonly events: { activate?(index: number): void; choose(index: number): void },
  ) {
    this.element = h("div", { class: "sdw-listbox", id: uniqueId(), role: "listbox" });
    const at = (event: Event) => this.#options.findIndex((option) => option.contains(event.target as Node));
    // The focus stays in the field.
    this.element.addEventListener("mousedown", (event) => event.preventDefault(), { signal });
    this.element.addEventListener("pointermove", (event) => at(event) >= 0 && this.activate(at(event)), { signal });
    this.element.addEventListener("click", (event) => at(event) >= 0 && this.events.choose(at(event)), { signal });
  }

  get active(): number {
    return this.#active;
  }

  /** Takes over what was drawn into `element`: these are its options, in their order. */
  take(options: HTMLElement[]): void {
    this.#options = [];
    this.#active = -1;
    if (options.length === 0) setAttribute(this.field, "aria-activedescendant", null);
    this.add(options);
  }

  /** More options, behind those that are there; the active one stays. */
  add(options: HTMLElement[]): void {
    this.#options.push(...options);
    for (const option of options) {
      option.id = uniqueId();
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
    }
    if (this.#active < 0 && options.length) this.activate(0);
  }

  move(step: number): void {
    const { length } = this.#options;
    if (length) this.activate((this.#active + step + length) % length);
  }

  activate(index: number): void {
    if (index === this.#active) return;
    this.#options[this.#active]?.setAttribute("aria-selected", "false");
    this.#active = index;
    const option = this.#options[index];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView?.({ block: "nearest" });
    setAttribute(this.field, "aria-activedescendant", option?.id ?? null);
    this.events.activate?.(index);
  }
}
