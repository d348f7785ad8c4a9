/** The menus of the prompt: words of camera, sound and shots, each with the sentence it inserts. */
import { atEnd, childLife, h, setText, uniqueId } from "./dom.ts";
import { icon, isIcon } from "./icons.ts";
import { Listbox } from "./listbox.ts";
import type { Entry, Menu } from "./protocol.ts";

/** What a setting says to an entry: "Fixed lens is on. A camera move may be ignored." */
export type Caution = (menu: Menu, entry: Entry) => string;

interface Option {
  menu: Menu;
  entry: Entry;
  group: number;
  element: HTMLElement;
}

/** One open menu: a filter, columns of words, and below them what the active one inserts. Ends when it loses the focus. */
export class InsertMenu {
  readonly element: HTMLElement;
  readonly #life: { signal: AbortSignal; end: () => void };
  readonly #filter: HTMLInputElement;
  readonly #list: Listbox;
  readonly #inserts = h("p", {}, h("span", { class: "sdw-hint-word" }, "Inserts "), h("span", { class: "sdw-phrase" }));
  readonly #caution = h("p", { class: "sdw-caution", hidden: true }, icon("warning"), h("span", {}));
  readonly #nothing = h("p", { class: "sdw-hint sdw-menu-nothing", hidden: true }, "No such word here.");
  #options: Option[] = [];

  constructor(
    title: string,
    private readonly menus: readonly Menu[],
    signal: AbortSignal,
    private readonly events: { caution: Caution; choose(phrase: string): void; close(): void; ended(): void },
  ) {
    this.#life = childLife(signal);
    const life = this.#life.signal;
    const words = title.toLowerCase() + (menus.length > 1 ? "" : " words");
    this.#filter = h("input", {
      class: "sdw-menu-filter",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-label": `Filter ${words}`,
      placeholder: `Filter ${words}`,
      "aria-expanded": "true",
      "aria-autocomplete": "list",
    });
    this.#list = new Listbox(this.#filter, life, {
      activate: () => this.#tell(),
      choose: (index) => this.#choose(index),
    });
    this.#list.element.classList.add("sdw-menu-groups");
    this.#list.element.setAttribute("aria-label", title);
    this.#filter.setAttribute("aria-controls", this.#list.element.id);
    this.#inserts.id = uniqueId();
    this.#filter.setAttribute("aria-describedby", this.#inserts.id);
    this.element = h(
      "div",
      { class: "sdw-popup sdw-menu", role: "dialog", "aria-label": title },
      h("div", { class: "sdw-menu-head" }, icon("search"), this.#filter, h("kbd", { "aria-hidden": "true" }, "Esc")),
      this.#list.element,
      this.#nothing,
      h("div", { class: "sdw-menu-foot" }, this.#inserts, this.#caution),
    );
    this.#filter.addEventListener("input", () => this.#draw(), { signal: life });
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal: life });
    this.element.addEventListener("focusout", (event) => this.#left(event), { signal: life });
    atEnd(life, () => {
      this.element.remove();
      this.events.ended();
    });
    this.#draw();
  }

  focus(): void {
    this.#filter.focus();
  }

  end(): void {
    this.#life.end();
  }

  #draw(): void {
    const wanted = this.#filter.value.trim().toLowerCase();
    this.#options = [];
    const columns: HTMLElement[] = [];
    for (const menu of this.menus) {
      for (const { label, entries } of menu.groups) {
        const found = entries.filter((entry) => `${entry.label} ${label} ${menu.label}`.toLowerCase().includes(wanted));
        if (!found.length) continue;
        const id = uniqueId();
        const made = found.map((entry) => {
          const mark = entry.icon && isIcon(entry.icon) ? icon(entry.icon) : null;
          return { menu, entry, group: columns.length, element: h("div", { class: "sdw-option" }, mark, entry.label) };
        });
        this.#options.push(...made);
        const head = h("div", { class: "sdw-menu-label", id, role: "presentation" }, label);
        const elements = made.map((option) => option.element);
        columns.push(h("div", { class: "sdw-menu-group", role: "group", "aria-labelledby": id }, head, ...elements));
      }
    }
    this.#list.element.replaceChildren(...columns);
    this.#list.take(this.#options.map((option) => option.element));
    const none = this.#options.length === 0;
    this.#nothing.hidden = !none;
    this.#list.element.hidden = none;
    if (none) this.#tell();
  }

  #tell(): void {
    const option = this.#options[this.#list.active];
    this.#inserts.hidden = !option;
    setText(this.#inserts.lastElementChild as Element, option?.entry.phrase ?? "");
    const caution = option ? this.events.caution(option.menu, option.entry) : "";
    setText(this.#caution.lastElementChild as Element, caution);
    this.#caution.hidden = !caution;
  }

  #choose(index: number): void {
    const option = this.#options[index];
    if (option) this.events.choose(option.entry.phrase);
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const sideways = this.#filter.value === "" && { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "ArrowDown") this.#list.move(1);
    else if (event.key === "ArrowUp") this.#list.move(-1);
    else if (sideways) this.#toColumn(sideways);
    else if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) this.#choose(this.#list.active);
    else if (event.key === "Escape") this.events.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** The same row of the column beside, or its last. */
  #toColumn(step: number): void {
    const now = this.#options[this.#list.active];
    if (!now) return;
    const groups = Math.max(...this.#options.map((option) => option.group)) + 1;
    const inGroup = (group: number) => this.#options.filter((option) => option.group === group);
    const row = inGroup(now.group).indexOf(now);
    const column = inGroup((now.group + step + groups) % groups);
    const target = column[Math.min(row, column.length - 1)];
    if (target) this.#list.activate(this.#options.indexOf(target));
  }

  #left(event: FocusEvent): void {
    const next = event.relatedTarget as Node | null;
    if (!next || !this.element.contains(next)) this.end();
  }
}
