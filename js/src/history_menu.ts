/** The prompts that were asked for before, behind the button in the header: filtered, and fetched a screenful at a time. */
import { button } from "./controls.ts";
import { h, later, setText } from "./dom.ts";
import { FilterPopup } from "./filter_popup.ts";
import type { AskPast } from "./past_prompts.ts";
import type { PastPrompts, PastRow, Place } from "./protocol.ts";

/** How long a kernel may take before the list says why it is empty. */
const PATIENCE_MS = 1000;
/** Pixels from the end of the list at which more is fetched. */
const NEAR = 120;

interface HistoryEvents {
  past: AskPast;
  choose(row: PastRow): void;
}

export class HistoryMenu {
  readonly button: HTMLButtonElement;
  #list: FilterPopup | null = null;

  constructor(
    private readonly signal: AbortSignal,
    private readonly events: HistoryEvents,
  ) {
    this.button = button({ label: "Prompt history", icon: "history", bare: true }, signal, () => this.#toggle());
    // Pressing it while the list is open closes that: the press itself must not take the focus first.
    this.button.addEventListener("mousedown", (event) => this.#list && event.preventDefault(), { signal });
    this.button.setAttribute("aria-haspopup", "dialog");
    this.#expand();
  }

  #toggle(): void {
    if (this.#list) {
      this.#list.end();
      this.button.focus();
      return;
    }
    const ended = () => {
      this.#list = null;
      this.#expand();
    };
    this.#list = new PastList(this.signal, this.events, () => this.#toggle(), ended).popup;
    this.#expand();
    this.button.parentElement?.append(this.#list.element);
    this.#list.filter.focus();
  }

  #expand(): void {
    this.button.setAttribute("aria-expanded", String(this.#list !== null));
  }
}

/** The rows of the open list. */
class PastList {
  readonly popup: FilterPopup;
  readonly #status = h("p", { class: "sdw-hint sdw-menu-nothing", role: "status" });
  #rows: PastRow[] = [];
  #next: Place | null = null;
  #asking = false;
  #stale = false;

  constructor(
    signal: AbortSignal,
    private readonly events: HistoryEvents,
    close: () => void,
    ended: () => void,
  ) {
    const on = {
      filter: () => this.#load(null),
      activate: (index: number) => index >= this.#rows.length - 1 && this.#more(),
      choose: (index: number) => this.#choose(index),
      // At the end of what is here it waits for what comes, and does not go round.
      key: ({ key }: KeyboardEvent) => key === "ArrowDown" && !!this.#next && this.#atLast(),
      close,
      ended,
    };
    this.popup = new FilterPopup("Prompt history", "prompts", signal, on, this.#status);
    const { element, list } = this.popup;
    element.classList.add("sdw-past-menu");
    list.element.classList.add("sdw-past-list");
    const near = ({ scrollTop, clientHeight, scrollHeight }: Element) => scrollTop + clientHeight > scrollHeight - NEAR;
    list.element.addEventListener("scroll", () => near(list.element) && this.#more(), this.popup);
    this.#load(null);
  }

  #atLast(): boolean {
    return this.popup.list.active === this.#rows.length - 1;
  }

  #more(): void {
    if (this.#next && !this.#asking) this.#load(this.#next);
  }

  /** One question at a time: what is typed meanwhile is asked for next. */
  async #load(after: Place | null): Promise<void> {
    this.#stale = this.#asking;
    if (this.#asking) return;
    this.#asking = true;
    const { filter, signal } = this.popup;
    later(PATIENCE_MS, signal, () => this.#asking && setText(this.#status, "Waiting for the running cell."));
    const past = await this.events.past(filter.value.trim(), after);
    if (signal.aborted) return;
    this.#asking = false;
    if (this.#stale) this.#load(null);
    else this.#show(past, after === null);
  }

  #show(past: PastPrompts, fresh: boolean): void {
    const { filter, list } = this.popup;
    if (fresh) {
      this.#rows = [];
      list.element.replaceChildren();
      list.take([]);
    }
    const added = past.rows.filter(({ id }) => !this.#rows.some((row) => row.id === id));
    const options = added.map(option);
    this.#rows.push(...added);
    this.#next = past.next;
    list.element.append(...options);
    list.add(options);
    const none = this.#rows.length === 0;
    list.element.hidden = none;
    const nothing = filter.value.trim() ? "No prompt has these words." : "No prompts yet.";
    setText(this.#status, past.problem || (none ? nothing : ""));
  }

  #choose(index: number): void {
    const row = this.#rows[index];
    if (!row) return;
    this.popup.end();
    this.events.choose(row);
  }
}

/** Prompts may hold marks that turn the direction of a line: each is kept to itself. */
function option(row: PastRow): HTMLElement {
  return h(
    "div",
    { class: "sdw-option sdw-past", "data-tone": row.tone },
    h("bdi", { class: "sdw-past-text" }, row.text || "No words, pictures alone"),
    h(
      "span",
      { class: "sdw-past-about" },
      h("span", { class: "sdw-dot" }),
      h("span", { class: "sdw-past-state" }, row.title),
      ` ${row.about} `,
      h("bdi", {}, row.connection),
    ),
  );
}
