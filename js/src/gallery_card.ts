/** One card of the gallery: a stack of takes by its newest. Drawn anew only where what it shows has changed. */
import { button } from "./controls.ts";
import { childLife, h, later, setAttribute, setText } from "./dom.ts";
import { minutes, position } from "./format.ts";
import type { Box } from "./gallery_layout.ts";
import type { Card } from "./gallery_protocol.ts";
import type { GalleryStore } from "./gallery_store.ts";
import { icon, isIcon, spinner } from "./icons.ts";
import { MoreMenu } from "./more_menu.ts";
import { posterImage, shapeOf } from "./posters.ts";

/** A pointer that only passes over wants no frames. */
const DWELL_MS = 120;
const SAID_MS = 2000;

/** What stands behind "More actions". Of what is copied a card holds the beginning at most: Python has all of it. */
const MENU = [
  { act: "open", label: "Open" },
  { act: "star", label: "Star" },
  { act: "prompt", label: "Copy prompt" },
  { act: "recipe", label: "Copy recipe" },
  { act: "path", label: "Copy file path" },
  { act: "remove", label: "Remove from history…" },
] as const;

export type Copied = "prompt" | "recipe" | "path";

export interface CardEvents {
  open(card: Card): void;
  select(card: Card, on: boolean): void;
  act(kind: "remix" | "next-shot", card: Card, element: HTMLElement): void;
  star(card: Card, element: HTMLElement): void;
  download(card: Card, element: HTMLElement): void;
  copy(what: Copied, card: Card, element: HTMLElement): void;
  remove(card: Card, element: HTMLElement): void;
  origin(take: string, element: HTMLElement): void;
}

export class CardView {
  readonly element = h("article", { class: "sdw-take" });
  readonly #signal: AbortSignal;
  readonly #end: () => void;
  readonly #picture = h("div", { class: "sdw-take-picture" });
  readonly #check = h("input", { type: "checkbox", "aria-label": "Select" });
  readonly #image: HTMLImageElement;
  readonly #frames = h("div", { class: "sdw-take-frames", hidden: true });
  readonly #code = h("span", { class: "sdw-take-code" });
  readonly #time = h("span");
  readonly #words = h("div", { class: "sdw-take-words" });
  readonly #star: HTMLButtonElement;
  readonly #more: MoreMenu<(typeof MENU)[number]>;
  #card: Card | null = null;
  #drawn = "";
  #hover: ReturnType<typeof childLife> | null = null;
  #at = 0;

  constructor(
    private readonly store: GalleryStore,
    signal: AbortSignal,
    private readonly events: CardEvents,
  ) {
    const life = childLife(signal);
    this.#signal = life.signal;
    this.#end = life.end;
    this.#image = posterImage(life.signal);
    this.#check.addEventListener("change", () => this.#card && events.select(this.#card, this.#check.checked), {
      signal: this.#signal,
    });
    this.#star = button({ label: "Star", icon: "star", bare: true, className: "sdw-take-star" }, this.#signal, () => {
      if (this.#card) this.events.star(this.#card, this.#star);
    });
    const offered = () => MENU.filter(({ act }) => act !== "path" || this.#card?.video);
    this.#more = new MoreMenu(offered, this.#signal, ({ act, label }) => this.#item(act, label));
    this.#listen();
  }

  get card(): Card | null {
    return this.#card;
  }

  show(card: Card, box: Box, selected: boolean, active: boolean): void {
    place(this.element, box);
    this.element.tabIndex = active ? 0 : -1;
    for (const control of this.element.querySelectorAll<HTMLElement>("button:not([role]), input")) {
      control.tabIndex = active ? 0 : -1;
    }
    this.element.toggleAttribute("data-selected", selected);
    this.#check.checked = selected;
    const drawn = JSON.stringify(card);
    if (drawn !== this.#drawn) this.#draw(card);
    this.#drawn = drawn;
    this.pictures();
  }

  /** Nothing has come for its place yet; or its row is damaged. */
  wait(box: Box, damaged: boolean): void {
    place(this.element, box);
    this.element.tabIndex = -1;
    this.element.toggleAttribute("data-waiting", true);
    setAttribute(this.element, "aria-label", damaged ? "A damaged take" : "Loading");
    if (damaged) this.element.textContent = "This take is damaged in the history and cannot be shown.";
  }

  /** What has come of the pictures. */
  pictures(): void {
    const card = this.#card;
    if (!card) return;
    const url = this.store.posters.get(card.id);
    if (url && this.#image.getAttribute("src") !== url) this.#image.src = url;
    if (!url) this.#image.removeAttribute("src");
    this.#image.hidden = !url;
    if (this.#hover && this.#frames.hidden) this.#scrub();
  }

  tick(now: number): void {
    const card = this.#card;
    if (card?.since == null) return;
    setText(this.#time, [minutes(now - card.since), card.usual].filter(Boolean).join(", "));
  }

  /** Says a word where its time stands, for a moment. */
  say(words: string): void {
    setText(this.#code, words);
    later(SAID_MS, this.#signal, () => setText(this.#code, ""));
  }

  openMenu(): void {
    this.#more.button.click();
  }

  end(): void {
    this.#more.close();
    this.#end();
    this.element.remove();
  }

  #item(act: (typeof MENU)[number]["act"], label: string): HTMLButtonElement {
    const { events } = this;
    const { button: from } = this.#more; // the item is gone when what it asked for is done
    const words = act === "star" && this.#card?.starred ? "Remove star" : label;
    return button({ label: words }, this.#signal, () => {
      const card = this.#card;
      if (!card) return;
      if (act === "open") events.open(card);
      else if (act === "star") events.star(card, from);
      else if (act === "remove") events.remove(card, from);
      else events.copy(act, card, from);
    });
  }

  #draw(card: Card): void {
    const before = this.#card;
    this.#more.close();
    this.#card = card;
    this.element.dataset.key = card.key;
    this.element.dataset.kind = card.kind;
    this.element.dataset.tone = card.tone;
    setAttribute(this.element, "aria-label", card.prompt);
    if (before?.id !== card.id) this.#leave();
    this.#star.replaceChildren(icon(card.starred ? "starred" : "star"));
    this.#star.setAttribute("aria-pressed", String(card.starred));
    this.#star.toggleAttribute("data-on", card.starred);
    const held = document.activeElement as HTMLElement | null;
    const again = held && this.element.contains(held) ? (held.dataset.action ?? "") : "";
    this.#drawPicture(card);
    this.#drawWords(card);
    if (again) this.element.querySelector<HTMLElement>(`[data-action="${again}"]`)?.focus();
  }

  #drawPicture(card: Card): void {
    const takes = card.ids.length;
    const ready = card.kind === "ready";
    const nodes: (Node | null)[] = [
      ready ? this.#image : null,
      ready && card.video ? this.#frames : null,
      ready ? null : this.#state(card),
      h("label", { class: "sdw-take-check" }, this.#check, h("span", { "aria-hidden": "true" }, icon("tick"))),
      this.#star,
      h(
        "div",
        { class: "sdw-take-chips" },
        takes > 1 && h("span", { class: "sdw-take-chip" }, icon("stack"), `${takes} takes`),
        card.badge && h("span", { class: "sdw-take-chip" }, card.badge),
        h("span", { class: "sdw-space" }),
        ready && card.length > 0 && h("span", { class: "sdw-take-chip" }, minutes(card.length)),
      ),
      this.#bar(card),
    ];
    this.#picture.replaceChildren(...nodes.filter((node) => node !== null));
    if (!this.#picture.isConnected) this.element.prepend(this.#picture);
  }

  #state(card: Card): HTMLElement {
    const mark = isIcon(card.icon) ? icon(card.icon) : card.since === null ? icon("alert") : spinner();
    setText(this.#time, "");
    return h(
      "div",
      { class: "sdw-take-state" },
      mark,
      h("strong", {}, card.title),
      card.since === null ? h("span", {}, card.detail) : this.#time,
    );
  }

  /** What is done with a take most, over its picture while it is pointed at or has the focus. */
  #bar(card: Card): HTMLElement {
    const act = (kind: "remix" | "next-shot", label: string, name: "remix" | "onward") => {
      const element = button({ label, icon: name, bare: true }, this.#signal, () => {
        if (this.#card) this.events.act(kind, this.#card, element);
      });
      element.dataset.action = kind;
      return element;
    };
    const save = button({ label: "Download", icon: "drop", bare: true }, this.#signal, () => {
      if (this.#card) this.events.download(this.#card, save);
    });
    save.dataset.action = "download";
    const onward = act("next-shot", "Use last frame as next first frame", "onward");
    return h(
      "div",
      { class: "sdw-take-bar" },
      this.#code,
      h("span", { class: "sdw-space" }),
      card.video ? onward : null,
      act("remix", "Remix", "remix"),
      card.video ? save : null,
      this.#more.button,
      this.#more.element,
    );
  }

  #drawWords(card: Card): void {
    const { origin } = card;
    let from: HTMLButtonElement | null = null;
    if (origin) {
      const way = origin.link === "Remix of" ? "fork" : "onward";
      from = button({ label: `${origin.link} ${origin.name}`, icon: way, className: "sdw-link" }, this.#signal, () =>
        this.events.origin(origin.take, from as HTMLElement),
      );
      from.dataset.action = "origin";
    }
    this.#words.replaceChildren(
      h("p", { class: "sdw-take-prompt", dir: "auto", title: card.prompt }, card.brief || card.prompt),
      h("div", { class: "sdw-take-facts" }, h("span", {}, card.meta), h("span", {}, card.credits)),
      ...(from ? [from] : []),
    );
    if (!this.#words.isConnected) this.element.append(this.#words);
  }

  #listen(): void {
    const { element, events } = this;
    const signal = this.#signal;
    const picture = this.#picture;
    const press = (event: MouseEvent) => {
      if (!this.#card || (event.target as Element).closest("button, label, input")) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) {
        events.select(this.#card, !this.#check.checked);
      } else {
        events.open(this.#card);
      }
    };
    element.addEventListener("click", press, { signal });
    picture.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && this.#enter(), { signal });
    picture.addEventListener("pointerleave", () => this.#leave(), { signal });
    picture.addEventListener(
      "pointermove",
      (event) => {
        const box = picture.getBoundingClientRect();
        this.#at = Math.min(0.999, Math.max(0, (event.clientX - box.left) / (box.width || 1)));
        this.#scrub();
      },
      { signal },
    );
  }

  #enter(): void {
    if (!this.#card?.video || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    this.#hover?.end();
    this.#hover = childLife(this.#signal);
    later(DWELL_MS, this.#hover.signal, () => {
      if (this.#card) this.store.strip(this.#card.id);
      this.#scrub();
    });
  }

  #leave(): void {
    this.#hover?.end();
    this.#hover = null;
    this.#frames.hidden = true;
    setText(this.#code, "");
  }

  /** The frame under the pointer, of those that have come. */
  #scrub(): void {
    const strip = this.#card && this.#hover ? this.store.kept(this.#card.id) : null;
    if (!strip || !this.#card) return;
    const frame = Math.floor(this.#at * strip.frames);
    const { style } = this.#frames;
    style.backgroundImage = `url("${strip.url}")`;
    style.backgroundSize = `${strip.frames * 100}% 100%`;
    style.backgroundPosition = `${strip.frames > 1 ? (frame / (strip.frames - 1)) * 100 : 0}% 0`;
    const shape = shapeOf(this.#image);
    style.width = `${Math.min(1, shape) * 100}%`;
    style.height = `${Math.min(1, 1 / shape) * 100}%`;
    style.setProperty("--sdw-at", `${this.#at * 100}%`);
    setText(this.#code, position((this.#card.length * frame) / strip.frames));
    this.#frames.hidden = false;
  }
}

function place({ style }: HTMLElement, box: Box): void {
  style.left = `${box.left}px`;
  style.top = `${box.top}px`;
  style.width = `${box.width}px`;
  style.height = `${box.height}px`;
}
