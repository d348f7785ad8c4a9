/** The names of the notebook, offered while one is typed after a brace. */
import { childLife, h } from "./dom.ts";
import { Listbox } from "./listbox.ts";
import type { Name } from "./protocol.ts";

const MOST = 8;

/** A name that is being typed: what stands between the brace and the caret, and where the brace is. */
export interface Unfinished {
  brace: number;
  typed: string;
}

/** The unfinished `{name` that ends at the caret; a doubled brace begins none. */
export function unfinishedName(text: string, caret: number): Unfinished | null {
  const match = /(\{+)([\p{L}\p{N}_]*)$/u.exec(text.slice(Math.max(0, caret - 200), caret));
  if (!match || (match[1] ?? "").length % 2 === 0) return null;
  const typed = match[2] ?? "";
  return { brace: caret - typed.length - 1, typed };
}

export class Completion {
  readonly element: HTMLElement;
  readonly #list: Listbox;
  readonly #life: { signal: AbortSignal; end: () => void };
  #shown: Name[] = [];

  constructor(
    private readonly field: HTMLTextAreaElement,
    signal: AbortSignal,
    private readonly choose: (name: string) => void,
  ) {
    this.#life = childLife(signal);
    this.#list = new Listbox(field, this.#life.signal, { choose: (index) => this.#take(index) });
    this.#list.element.setAttribute("aria-label", "Variables of the notebook");
    this.element = h("div", { class: "sdw-popup sdw-completion", hidden: true }, this.#list.element);
  }

  get open(): boolean {
    return !this.element.hidden;
  }

  /** Shows the names that fit; closed where none does. */
  show(names: readonly Name[], typed: string, place: { left: number; top: number }): void {
    const wanted = typed.toLowerCase();
    const starts = names.filter(({ name }) => name.toLowerCase().startsWith(wanted));
    const holds = names.filter((each) => !starts.includes(each) && each.name.toLowerCase().includes(wanted));
    const shown = [...starts, ...holds].slice(0, MOST);
    if (shown.length === 0) {
      this.close();
      return;
    }
    if (
      this.element.hidden ||
      shown.some((each, index) => each !== this.#shown[index]) ||
      shown.length !== this.#shown.length
    ) {
      this.#shown = shown;
      const options = shown.map(({ name, text }) =>
        h("div", { class: "sdw-option" }, h("code", {}, name), h("span", { class: "sdw-hint" }, text)),
      );
      this.#list.element.replaceChildren(...options);
      this.#list.take(options);
    }
    this.element.hidden = false;
    this.element.style.left = `${Math.max(0, Math.min(place.left, (this.element.parentElement?.clientWidth ?? 0) - this.element.offsetWidth))}px`;
    this.element.style.top = `${place.top + 4}px`;
    this.field.setAttribute("aria-controls", this.#list.element.id);
  }

  close(): void {
    if (this.element.hidden) return;
    this.element.hidden = true;
    this.#list.take([]);
    this.field.removeAttribute("aria-activedescendant");
    this.field.removeAttribute("aria-controls");
  }

  /** Whether a key of the field was meant for the list. */
  key(event: KeyboardEvent): boolean {
    if (!this.open || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === "ArrowDown") this.#list.move(1);
    else if (event.key === "ArrowUp") this.#list.move(-1);
    else if (event.key === "Enter" || event.key === "Tab") this.#take(this.#list.active);
    else if (event.key === "Escape") this.close();
    else return false;
    return true;
  }

  #take(index: number): void {
    const name = this.#shown[index]?.name;
    if (name) this.choose(name);
  }
}
