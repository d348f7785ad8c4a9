/** What stands over the cards of a gallery: the sum, what is searched for, attaching by ID. */
import { button } from "./controls.ts";
import { childLife, h, later, setText, uniqueId } from "./dom.ts";
import type { Filter, Shelf } from "./gallery_protocol.ts";
import { icon } from "./icons.ts";
import { MoreMenu } from "./more_menu.ts";

const TYPING_MS = 200;

export interface HeadEvents {
  choose(filter: Filter): void;
  attach(generationId: string): void;
  make(): void;
}

type Kind = Filter["state"];

export class GalleryHead {
  readonly element: HTMLElement;
  readonly #title = h("span", { class: "sdw-title-detail" });
  readonly #search: HTMLInputElement;
  readonly #states = h("fieldset", {
    class: "sdw-choices sdw-segments sdw-shelf-states",
    role: "radiogroup",
    "aria-label": "State",
  });
  readonly #starred: HTMLButtonElement;
  readonly #dates: MoreMenu<Shelf["dates"][number]>;
  readonly #attach: HTMLFormElement;
  readonly #name = uniqueId();
  #filter: Filter = { search: "", state: "", starred: false, days: 0 };
  #typing: ReturnType<typeof childLife> | null = null;
  #kinds = "";
  #offered = "";

  constructor(
    private readonly signal: AbortSignal,
    private readonly events: HeadEvents,
  ) {
    this.#search = h("input", {
      type: "search",
      class: "sdw-shelf-search",
      "aria-label": "Search prompts",
      placeholder: "Search prompts",
      autocomplete: "off",
      spellcheck: "false",
    });
    this.#search.addEventListener("input", () => this.#typed(), { signal });
    this.#starred = button({ label: "Starred", icon: "star", className: "sdw-shelf-tool" }, signal, () =>
      this.#choose({ starred: !this.#filter.starred }),
    );
    const look = { label: "Date", icon: "calendar", bare: false, action: "date" } as const;
    this.#dates = new MoreMenu(
      [] as Shelf["dates"],
      signal,
      ({ days, label }) => button({ label }, signal, () => this.#choose({ days })),
      look,
    );
    this.#dates.button.classList.add("sdw-shelf-tool");
    this.#dates.button.append(icon("chevron"));
    const id = h("input", {
      class: "sdw-text-input",
      "aria-label": "Generation ID",
      placeholder: "Generation ID",
      maxlength: 300,
      autocomplete: "off",
      spellcheck: "false",
    });
    this.#attach = h(
      "form",
      { class: "sdw-shelf-attach", hidden: true },
      id,
      h("button", { class: "sdw-button" }, h("span", {}, "Attach")),
      h("span", { class: "sdw-hint" }, "From the service's dashboard. To look costs nothing."),
    );
    const opener = button({ label: "Attach by ID", icon: "link", className: "sdw-plain" }, signal, () => {
      this.#attach.hidden = !this.#attach.hidden;
      opener.setAttribute("aria-expanded", String(!this.#attach.hidden));
      if (!this.#attach.hidden) id.focus();
    });
    opener.setAttribute("aria-expanded", "false");
    this.#attach.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        events.attach(id.value.trim());
      },
      { signal },
    );
    const make = button({ label: "New video", icon: "plus" }, signal, () => events.make());
    this.element = h(
      "div",
      {},
      h(
        "div",
        { class: "sdw-head sdw-shelf-head" },
        icon("shelf"),
        h("h2", { class: "sdw-title" }, "History"),
        this.#title,
        h("span", { class: "sdw-space" }),
        opener,
        make,
      ),
      this.#attach,
      h(
        "div",
        { class: "sdw-shelf-filter" },
        h("span", { class: "sdw-shelf-field" }, icon("search"), this.#search),
        this.#states,
        h("span", { class: "sdw-shelf-tools" }, this.#starred, this.#dates.button, this.#dates.element),
      ),
    );
  }

  /** `pending`: what is chosen here is on its way, and what comes is older. */
  show(shown: Shelf, pending: boolean): void {
    setText(this.#title, shown.title);
    if (!pending) {
      this.#filter = { ...shown.filter };
      if (!this.#typing && this.#search.value !== shown.filter.search) this.#search.value = shown.filter.search;
    }
    const dates = JSON.stringify(shown.dates);
    if (dates !== this.#offered) this.#dates.offer(shown.dates);
    this.#offered = dates;
    this.#showStates(shown.kinds);
    this.#draw(shown.dates);
  }

  /** The ID was taken: the field is done with. */
  attached(): void {
    this.#attach.reset();
    this.#attach.hidden = true;
  }

  clear(): void {
    this.#search.value = "";
    this.#choose({ search: "", state: "", starred: false, days: 0 });
  }

  #draw(dates: Shelf["dates"]): void {
    const { starred, days, state } = this.#filter;
    this.#starred.setAttribute("aria-pressed", String(starred));
    const date = dates.find((each) => each.days === days)?.label ?? "";
    setText(this.#dates.button.querySelector("span") as Element, date);
    this.#dates.button.setAttribute("aria-label", `Date: ${date}`);
    for (const input of this.#states.querySelectorAll("input")) input.checked = input.value === state;
  }

  #showStates(kinds: Shelf["kinds"]): void {
    const names = kinds.map(({ value }) => value).join();
    if (names !== this.#kinds) this.#states.replaceChildren(...kinds.map((kind) => this.#state(kind.value)));
    this.#kinds = names;
    kinds.forEach(({ label, count }, index) => {
      const words = this.#states.children[index]?.lastElementChild;
      if (words) setText(words, `${label} ${count.toLocaleString("en")}`);
    });
  }

  #state(value: Kind): HTMLElement {
    const input = h("input", { type: "radio", name: this.#name, value, class: "sdw-hidden-input" });
    input.addEventListener("change", () => this.#choose({ state: value }), { signal: this.signal });
    return h("label", { class: "sdw-choice" }, input, h("span"));
  }

  #typed(): void {
    this.#typing?.end();
    const life = childLife(this.signal);
    this.#typing = life;
    later(TYPING_MS, life.signal, () => {
      this.#typing = null;
      this.#choose({ search: this.#search.value });
    });
  }

  #choose(part: Partial<Filter>): void {
    this.#filter = { ...this.#filter, search: this.#search.value, ...part };
    this.events.choose(this.#filter);
  }
}
