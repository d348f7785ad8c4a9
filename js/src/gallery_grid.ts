/** The cards of a gallery in a frame that scrolls: of thousands, those in view are in the page. */
import { h } from "./dom.ts";
import { type CardEvents, CardView } from "./gallery_card.ts";
import { Layout } from "./gallery_layout.ts";
import type { Card, Shelf } from "./gallery_protocol.ts";
import type { GalleryStore } from "./gallery_store.ts";

/** Wide enough for a page that is not laid out yet. */
const UNKNOWN_WIDTH = 900;

export interface GridEvents extends CardEvents {
  /** Escape, where nothing nearer takes it. */
  clear(): void;
  /** What is chosen, by its key. */
  isSelected(key: string): boolean;
}

export class GalleryGrid {
  readonly element = h("div", { class: "sdw-shelf-scroll" });
  readonly #all = h("div", { class: "sdw-shelf-all", role: "group", "aria-label": "Takes" });
  readonly #views = new Map<string, CardView>();
  readonly #heads = new Map<number, HTMLElement>();
  readonly #inView: IntersectionObserver;
  readonly #visible = new Set<Element>();
  #layout = new Layout([], UNKNOWN_WIDTH);
  #days: Shelf["days"] = [];
  #active = 0;
  #activeKey = "";

  constructor(
    private readonly store: GalleryStore,
    private readonly signal: AbortSignal,
    private readonly events: GridEvents,
  ) {
    this.element.append(this.#all);
    this.#inView = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "200px" });
    const resized = new ResizeObserver(() => this.#measure());
    resized.observe(this.element);
    signal.addEventListener(
      "abort",
      () => {
        resized.disconnect();
        this.#inView.disconnect();
      },
      { once: true },
    );
    this.element.addEventListener("scroll", () => this.draw(), { signal, passive: true });
    this.#all.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#all.addEventListener("focusin", (event) => this.#focused(event), { signal });
    store.subscribe(signal, () => this.draw());
  }

  show(shown: Shelf): void {
    const days = JSON.stringify(shown.days);
    if (days !== JSON.stringify(this.#days)) {
      this.#days = shown.days;
      this.#measure();
    } else {
      this.draw();
    }
  }

  /** What was chosen is another: it is looked at from its beginning. */
  toTop(): void {
    this.element.scrollTop = 0;
    this.#active = 0;
    this.#activeKey = "";
  }

  /** A word on a card, for a moment. */
  say(key: string, words: string): void {
    this.#views.get(key)?.say(words);
  }

  tick(now: number): void {
    for (const view of this.#views.values()) view.tick(now);
  }

  /** Puts the focus on the active card. */
  focus(): void {
    this.#toActive();
  }

  draw(): void {
    if (this.signal.aborted) return;
    const { scrollTop, clientHeight } = this.element;
    const height = clientHeight || 600;
    const margin = this.#layout.rowHeight / 2;
    const { places, days } = this.#layout.between(scrollTop - margin, scrollTop + height + margin);
    this.store.need(places[0], places[1]);
    const moved = this.#activeKey ? this.store.placeOf(this.#activeKey) : undefined;
    this.#active = Math.max(0, Math.min(moved ?? this.#active, this.#layout.count - 1));
    const wanted = new Set(Array.from({ length: places[1] - places[0] }, (_, index) => places[0] + index));
    if (this.#layout.count) wanted.add(this.#active); // it has the focus, or is where Tab leads
    const hadFocus = this.#hasFocus();
    this.#drawHeads(days);
    this.#drawCards([...wanted].sort((a, b) => a - b));
    if (hadFocus && !this.#hasFocus()) this.#toActive(); // a place that was empty has its card now
  }

  #hasFocus(): boolean {
    return this.#all.contains((this.#all.getRootNode() as Document | ShadowRoot).activeElement);
  }

  #drawHeads([from, to]: readonly [number, number]): void {
    for (const [index, head] of this.#heads) {
      if (index >= from && index < to) continue;
      head.remove();
      this.#heads.delete(index);
    }
    for (let index = from; index < to; index += 1) {
      const day = this.#days[index];
      if (!day) continue;
      const head = this.#heads.get(index) ?? h("div", { class: "sdw-shelf-day", role: "heading", "aria-level": 3 });
      this.#heads.set(index, head);
      head.style.top = `${this.#layout.headTop(index)}px`;
      const text = `${day.label}${day.detail}`;
      if (head.textContent !== text) head.replaceChildren(h("strong", {}, day.label), h("span", {}, day.detail));
    }
  }

  #drawCards(places: readonly number[]): void {
    const drawn = new Set<string>();
    let before: Element | null = null;
    const place = (element: Element) => {
      const next: Element | null = before ? before.nextElementSibling : this.#all.firstElementChild;
      if (element !== next) this.#all.insertBefore(element, next);
      before = element;
    };
    const heads = [...this.#heads].sort(([a], [b]) => a - b);
    for (const at of places) {
      const box = this.#layout.box(at);
      while (heads[0] && this.#layout.headTop(heads[0][0]) <= box.top) place((heads.shift() as [number, Element])[1]);
      const card = this.store.card(at);
      const key = card ? card.key : `empty ${at}`;
      if (drawn.has(key)) continue; // it has moved, and its old place is not told yet
      drawn.add(key);
      const view = this.#views.get(key) ?? this.#open(key);
      if (card) view.show(card, box, this.events.isSelected(key), at === this.#active);
      else view.wait(box, card === null);
      this.#wantPicture(view);
      place(view.element);
    }
    for (const [key, view] of this.#views) {
      if (drawn.has(key)) continue;
      this.#inView.unobserve(view.element);
      this.#visible.delete(view.element);
      if (view.card) this.store.posters.release(view.card.id);
      view.end();
      this.#views.delete(key);
    }
  }

  #open(key: string): CardView {
    const view = new CardView(this.store, this.signal, this.events);
    this.#views.set(key, view);
    this.#inView.observe(view.element);
    return view;
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) this.#visible.add(target);
      else this.#visible.delete(target);
      const view = this.#viewOf(target);
      if (view) this.#wantPicture(view);
    }
  }

  #wantPicture({ card, element }: CardView): void {
    if (card?.kind === "ready" && this.#visible.has(element)) this.store.posters.want(card.id);
  }

  #viewOf(element: Element): CardView | undefined {
    return this.#views.get((element.closest("article") as HTMLElement | null)?.dataset.key ?? "");
  }

  #measure(): void {
    this.#layout = new Layout(this.#days, this.#all.clientWidth || UNKNOWN_WIDTH);
    this.#all.style.height = `${this.#layout.height}px`;
    this.draw();
  }

  #focused(event: FocusEvent): void {
    const key = this.#viewOf(event.target as Element)?.card?.key;
    const at = key ? this.store.placeOf(key) : undefined;
    if (key === undefined || at === undefined || key === this.#activeKey) return;
    this.#active = at;
    this.#activeKey = key;
    this.draw();
  }

  #key(event: KeyboardEvent): void {
    const on = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (on.localName !== "article") {
      if (event.key !== "Escape") return;
      on.closest<HTMLElement>("article")?.focus();
      event.preventDefault();
      return;
    }
    const card = this.#viewOf(on)?.card;
    const to = this.#layout.step(this.#active, event.key);
    if (to !== null) this.#go(to);
    else if (event.key.toLowerCase() === "x" && card) this.events.select(card, !this.events.isSelected(card.key));
    else if (event.key === "Enter" && card) this.events.open(card);
    else if (event.key === "ContextMenu" || (event.key === "F10" && event.shiftKey)) this.#viewOf(on)?.openMenu();
    else if (event.key === "Escape") this.events.clear();
    else return;
    event.preventDefault();
  }

  #go(to: number): void {
    const box = this.#layout.box(to);
    const { scrollTop, clientHeight } = this.element;
    if (box.top - 40 < scrollTop) this.element.scrollTop = Math.max(0, box.top - 40);
    else if (box.top + box.height > scrollTop + clientHeight)
      this.element.scrollTop = box.top + box.height - clientHeight;
    this.#active = to;
    this.#activeKey = this.store.card(to)?.key ?? "";
    this.draw();
    this.#toActive();
  }

  #toActive(): void {
    const card: Card | null | undefined = this.store.card(this.#active);
    if (card) this.#activeKey = card.key;
    const view = this.#views.get(card ? card.key : `empty ${this.#active}`);
    view?.element.focus({ preventScroll: true });
  }
}
