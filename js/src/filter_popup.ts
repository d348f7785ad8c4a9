/** A popup with a filter, and below it a list to choose from. The focus stays in the filter; without it, it ends. */
import { atEnd, childLife, h } from "./dom.ts";
import { icon } from "./icons.ts";
import { Listbox } from "./listbox.ts";

export interface PopupEvents {
  /** The words of the filter have changed. */
  filter(): void;
  activate(index: number): void;
  choose(index: number): void;
  /** Whether a key means something else here than in any list. */
  key?(event: KeyboardEvent): boolean;
  /** Escape was pressed. */
  close(): void;
  ended(): void;
}

export class FilterPopup {
  readonly element: HTMLElement;
  readonly filter: HTMLInputElement;
  readonly list: Listbox;
  readonly signal: AbortSignal;
  readonly end: () => void;

  /** `words`: what is filtered. */
  constructor(
    title: string,
    words: string,
    signal: AbortSignal,
    private readonly events: PopupEvents,
    ...below: Node[]
  ) {
    const life = childLife(signal);
    this.signal = life.signal;
    this.end = life.end;
    const label = `Filter ${words}`;
    this.filter = h("input", {
      class: "sdw-menu-filter",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      maxlength: 80,
      "aria-label": label,
      placeholder: label,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
    });
    this.list = new Listbox(this.filter, life.signal, events);
    this.list.element.setAttribute("aria-label", title);
    this.filter.setAttribute("aria-controls", this.list.element.id);
    this.element = h(
      "div",
      { class: "sdw-popup sdw-menu", role: "dialog", "aria-label": title },
      h("div", { class: "sdw-menu-head" }, icon("search"), this.filter, h("kbd", { "aria-hidden": "true" }, "Esc")),
      this.list.element,
      ...below,
    );
    this.filter.addEventListener("input", () => events.filter(), life);
    this.element.addEventListener("keydown", (event) => this.#key(event), life);
    this.element.addEventListener(
      "focusout",
      (event) => this.element.contains(event.relatedTarget as Node | null) || this.end(),
      life,
    );
    atEnd(life.signal, () => {
      this.element.remove();
      events.ended();
    });
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const { key } = event;
    if (!this.events.key?.(event)) {
      if (key === "ArrowDown") this.list.move(1);
      else if (key === "ArrowUp") this.list.move(-1);
      else if (key === "Enter" && !event.ctrlKey && !event.metaKey) this.events.choose(this.list.active);
      else if (key === "Escape") this.events.close();
      else return;
    }
    event.preventDefault();
    event.stopPropagation();
  }
}
