/** The pictures of the takes: side by side, in a grid, over each other with a divider, or one at a time as tabs. */
import type { Voice } from "./compare_bar.ts";
import type { Take } from "./compare_protocol.ts";
import { h, setAttribute, uniqueId } from "./dom.ts";
import type { InStep } from "./in_step.ts";
import { TakePane } from "./take_pane.ts";
import { Wipe } from "./wipe.ts";

export type Layout = "Side by side" | "Grid" | "Wipe";

export interface TakesEvents {
  hear(letter: string): void;
  star(take: Take, on: boolean, button: HTMLButtonElement): void;
  /** Other takes are shown than before. */
  shown(): void;
}

export class CompareTakes {
  readonly element: HTMLElement;
  panes: TakePane[] = [];
  readonly #grid = h("div", { class: "sdw-compare-takes" });
  readonly #tabs = h("div", { class: "sdw-compare-tabs", role: "tablist", "aria-label": "Take", hidden: true });
  readonly #over = h("div", { class: "sdw-row sdw-compare-over", hidden: true });
  readonly #sides: readonly [HTMLSelectElement, HTMLSelectElement];
  readonly #wipe: Wipe;
  readonly #id = uniqueId();
  #chosen = "";

  constructor(
    private readonly signal: AbortSignal,
    private readonly engine: InStep,
    private readonly events: TakesEvents,
  ) {
    this.#wipe = new Wipe(this.#grid, signal);
    this.#grid.append(this.#wipe.element);
    this.#grid.id = this.#id;
    this.#sides = [this.#side("Left of the divider"), this.#side("Right of the divider")];
    this.#over.append(this.#sides[0], h("span", { class: "sdw-secondary" }, "over"), this.#sides[1]);
    this.element = h("div", {}, this.#tabs, this.#over, this.#grid);
    this.#tabs.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  get voices(): Voice[] {
    return this.panes.map(({ take, video }) => ({ letter: take.letter, video, audio: take.media?.audio === true }));
  }

  /** The id of the take that is shown where there is room for one. */
  get chosen(): string {
    return this.#chosen;
  }

  /** The takes, in their order; those that stay go on as they are. */
  show(takes: readonly Take[]): void {
    const before = new Map(this.panes.map((pane) => [pane.take.job_id, pane]));
    this.panes = takes.map((take) => {
      const pane = before.get(take.job_id);
      before.delete(take.job_id);
      pane?.show(take);
      return pane ?? this.#open(take);
    });
    for (const pane of before.values()) pane.end();
    let place: Element | null = this.#grid.firstElementChild;
    for (const { element } of this.panes) {
      // One that is moved would stop playing.
      if (element === place) place = place.nextElementSibling;
      else this.#grid.insertBefore(element, place);
    }
    const [first] = takes;
    if (first) this.#grid.style.setProperty("--sdw-ratio", `${first.width} / ${first.height}`);
    const letters = takes.map(({ letter }) => letter);
    if (!takes.some(({ job_id }) => job_id === this.#chosen)) this.#chosen = first?.job_id ?? "";
    for (const [index, side] of this.#sides.entries()) {
      if (side.childElementCount === letters.length) continue;
      side.replaceChildren(...letters.map((letter) => h("option", { value: letter }, `Take ${letter}`)));
      side.value = letters[index] ?? "";
    }
    this.#drawTabs();
  }

  pictures(posters: readonly (DataView | null)[]): void {
    for (const [index, pane] of this.panes.entries()) pane.picture(posters[index]);
  }

  heard(letter: string | null): void {
    for (const pane of this.panes) pane.heard(pane.take.letter === letter);
  }

  /** Says which takes have ended before the others. Gives back whether any does at some time. */
  hold(): boolean {
    for (const pane of this.panes) pane.hold(this.engine.holds(pane.video));
    const lengths = this.panes.map(({ video }) => this.engine.lengthOf(video)).filter((length) => length > 0);
    return Math.max(...lengths) - Math.min(...lengths) > 0.05;
  }

  arrange(layout: Layout, columns: number, tabs: boolean): void {
    const wipe = layout === "Wipe";
    const pair = this.#pair();
    this.#grid.dataset.layout = wipe ? "wipe" : "rows";
    this.#grid.style.setProperty("--sdw-across", String(wipe ? 2 : columns));
    this.#tabs.hidden = !tabs || wipe;
    this.#over.hidden = !wipe || this.panes.length < 3;
    this.#wipe.show(wipe && pair ? [pair[0].take.letter, pair[1].take.letter] : null);
    for (const [index, pane] of this.panes.entries()) {
      const side = pair?.indexOf(pane) ?? -1;
      pane.element.hidden = wipe ? side < 0 : tabs && pane.take.job_id !== this.#chosen;
      pane.stage.toggleAttribute("data-left", wipe && side === 0);
      const place = wipe ? Math.max(0, side) : tabs ? 0 : index;
      const row = 2 * Math.floor(place / columns) + 1;
      const column = (place % columns) + 1;
      pane.head.style.gridArea = wipe ? `1 / ${place + 1}` : `${row} / ${column}`;
      pane.stage.style.gridArea = wipe ? "2 / 1 / 3 / -1" : `${row + 1} / ${column}`;
    }
    this.#drawTabs();
  }

  #pair(): [TakePane, TakePane] | null {
    const [left, right] = this.#sides.map((side) => this.panes.find(({ take }) => take.letter === side.value));
    return left && right ? [left, right] : null;
  }

  #open(take: Take): TakePane {
    const pane = new TakePane(take, this.signal, {
      hear: () => this.events.hear(pane.take.letter),
      star: (on, element) => this.events.star(pane.take, on, element),
      press: () => this.engine.toggle(),
    });
    const { media, duration } = take;
    if (media) this.engine.add(pane.video, media.fps || 24, duration, pane.life.signal, media.audio);
    return pane;
  }

  /** Which take lies on one side of the divider. The other side gives way. */
  #side(label: string): HTMLSelectElement {
    const side = h("select", { class: "sdw-select", "aria-label": label });
    side.addEventListener(
      "change",
      () => {
        const other = this.#sides.find((each) => each !== side);
        const free = this.panes.find(({ take }) => take.letter !== side.value);
        if (other?.value === side.value && free) other.value = free.take.letter;
        this.events.shown();
      },
      { signal: this.signal },
    );
    return side;
  }

  #drawTabs(): void {
    const made = this.#tabs.children;
    if (made.length !== this.panes.length) {
      this.#tabs.replaceChildren(
        ...this.panes.map(({ take }) => {
          const tab = h("button", { type: "button", role: "tab", class: "sdw-tab" }, `Take ${take.letter}`);
          tab.addEventListener("click", () => this.#choose(take.job_id), { signal: this.signal });
          return tab;
        }),
      );
    }
    for (const [index, pane] of this.panes.entries()) {
      const tab = made[index];
      if (!tab) continue;
      const chosen = pane.take.job_id === this.#chosen;
      pane.element.id = `${this.#id}-${index}`;
      setAttribute(tab, "aria-selected", String(chosen));
      setAttribute(tab, "aria-controls", pane.element.id);
      setAttribute(tab, "tabindex", chosen ? "0" : "-1");
    }
  }

  #choose(jobId: string): void {
    this.#chosen = jobId;
    this.events.shown();
  }

  #key(event: KeyboardEvent): void {
    const tabs = [...this.#tabs.querySelectorAll("button")];
    const at = tabs.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    const next = (to + tabs.length) % tabs.length;
    const pane = this.panes[next];
    if (pane) this.#choose(pane.take.job_id);
    tabs[next]?.focus();
    event.preventDefault();
  }
}
