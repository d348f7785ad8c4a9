/** The menus of the prompt: words of camera, sound and shots, each with the sentence it inserts. */
import { h, setText, uniqueId } from "./dom.ts";
import { FilterPopup, type PopupEvents } from "./filter_popup.ts";
import { icon, isIcon } from "./icons.ts";
import type { Entry, Menu } from "./protocol.ts";

/** What a setting says to an entry: "Fixed lens is on. A camera move may be ignored." */
export type Caution = (menu: Menu, entry: Entry) => string;

interface Option {
  menu: Menu;
  entry: Entry;
  group: number;
  element: HTMLElement;
}

/** One open menu: a filter, columns of words, and below them what the active one inserts. */
export class InsertMenu {
  readonly #popup: FilterPopup;
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
    const on: PopupEvents = {
      ...events,
      filter: () => this.#draw(),
      activate: () => this.#tell(),
      choose: (index) => this.#choose(index),
      key: (event) => this.#sideways(event),
    };
    const words = title.toLowerCase() + (menus.length > 1 ? "" : " words");
    const foot = h("div", { class: "sdw-menu-foot" }, this.#inserts, this.#caution);
    this.#popup = new FilterPopup(title, words, signal, on, this.#nothing, foot);
    this.#popup.list.element.classList.add("sdw-menu-groups");
    this.#inserts.id = uniqueId();
    this.#popup.filter.setAttribute("aria-describedby", this.#inserts.id);
    this.#draw();
  }

  get element(): HTMLElement {
    return this.#popup.element;
  }

  focus(): void {
    this.#popup.filter.focus();
  }

  end(): void {
    this.#popup.end();
  }

  #draw(): void {
    const wanted = this.#popup.filter.value.trim().toLowerCase();
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
    this.#popup.list.element.replaceChildren(...columns);
    this.#popup.list.take(this.#options.map((option) => option.element));
    const none = this.#options.length === 0;
    this.#nothing.hidden = !none;
    this.#popup.list.element.hidden = none;
    if (none) this.#tell();
  }

  #tell(): void {
    const option = this.#options[this.#popup.list.active];
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

  /** Whether a key goes to another column: only while nothing is typed, in which it moves the caret. */
  #sideways({ key }: KeyboardEvent): boolean {
    const step = this.#popup.filter.value === "" && { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (step) this.#toColumn(step);
    return !!step;
  }

  /** The same row of the column beside, or its last. */
  #toColumn(step: number): void {
    const now = this.#options[this.#popup.list.active];
    if (!now) return;
    const groups = Math.max(...this.#options.map((option) => option.group)) + 1;
    const inGroup = (group: number) => this.#options.filter((option) => option.group === group);
    const row = inGroup(now.group).indexOf(now);
    const column = inGroup((now.group + step + groups) % groups);
    const target = column[Math.min(row, column.length - 1)];
    if (target) this.#popup.list.activate(this.#options.indexOf(target));
  }
}
