/** The takes of a sweep as a grid, with the values of one axis across and of another down. */
import { atEnd, type Child, focusIn, h, setAttribute } from "./dom.ts";
import { type CellEvents, SweepCell } from "./sweep_cell.ts";
import type { Run } from "./sweep_protocol.ts";
import type { SweepStore } from "./sweep_store.ts";

export class SweepGrid {
  readonly element = h("div", { class: "sdw-sweep-scroll" });
  readonly #grid = h("div", { class: "sdw-sweep-grid", role: "grid" });
  readonly #cells = new Map<number, SweepCell>();
  readonly #inView: IntersectionObserver;
  #places: number[][] = [];
  #shape = "";
  #active = 0;
  #playing = false;

  constructor(
    private readonly store: SweepStore,
    private readonly signal: AbortSignal,
    private readonly events: CellEvents,
  ) {
    setAttribute(this.#grid, "aria-label", `${store.model.get("sweep").name} results`);
    this.element.append(this.#grid);
    this.#inView = new IntersectionObserver((entries) => this.#seen(entries), { rootMargin: "200px" });
    atEnd(signal, () => this.#inView.disconnect());
    this.#grid.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#grid.addEventListener("focusin", (event) => this.#focused(event.target as Element), { signal });
    store.subscribe(signal, () => {
      for (const cell of this.#cells.values()) cell.refresh();
    });
  }

  show(run: Run): void {
    const shape = JSON.stringify([run.columns, run.rows]);
    const takes = new Map(run.takes.map((take) => [take.number, take]));
    for (const [number, cell] of this.#cells) if (!takes.has(number)) this.#close(number, cell);
    for (const [number, take] of takes) (this.#cells.get(number) ?? this.#open(number)).show(take);
    if (shape !== this.#shape) this.#lay(run);
    this.#shape = shape;
  }

  tick(now: number): void {
    for (const cell of this.#cells.values()) cell.tick(now);
  }

  /** All videos that are there play in a loop while they are in view, or none. */
  set playing(on: boolean) {
    this.#playing = on;
    if (!on) this.store.stopVideos();
    for (const cell of this.#cells.values()) cell.playing = on;
  }

  /** Puts the focus on the active cell. */
  focus(): void {
    this.#cells.get(this.#active)?.element.focus();
  }

  #open(number: number): SweepCell {
    const cell = new SweepCell(this.store, this.signal, this.events);
    cell.element.dataset.number = String(number);
    cell.playing = this.#playing;
    this.#cells.set(number, cell);
    this.#inView.observe(cell.element);
    return cell;
  }

  #close(number: number, cell: SweepCell): void {
    this.#inView.unobserve(cell.element);
    cell.end();
    this.#cells.delete(number);
  }

  #lay({ columns, rows }: Run): void {
    // Takes of one axis have no columns: they follow each other, as many in a line as there is room for.
    const flows = columns.length < 2 && columns.every((label) => !label);
    this.#places = rows.map(({ takes }) => takes.filter((number) => this.#cells.has(number)));
    const held = focusIn(this.#grid);
    this.#grid.toggleAttribute("data-flows", flows);
    const labelled = rows.some(({ label }) => label);
    this.#grid.toggleAttribute("data-unlabelled", !labelled);
    this.#grid.style.setProperty("--sdw-across", String(columns.length));
    const corner = h(
      "span",
      { class: "sdw-sweep-label", role: "columnheader" },
      h("span", { class: "sdw-sr" }, "Value"),
    );
    const head = row(
      "sdw-sweep-columns",
      labelled && corner,
      ...columns.map((label) => h("span", { class: "sdw-sweep-column", role: "columnheader", title: label }, label)),
    );
    const drawn = rows.map(({ label, takes }) =>
      row(
        "",
        labelled && h("span", { class: "sdw-sweep-label", role: "rowheader", title: label }, label),
        ...takes.map((number) =>
          h("div", { class: "sdw-sweep-place", role: "gridcell" }, this.#cells.get(number)?.element),
        ),
      ),
    );
    this.#grid.replaceChildren(...(flows ? [] : [head]), ...drawn);
    if (!this.#cells.has(this.#active)) this.#active = this.#places.flat()[0] ?? 0;
    this.#drawActive();
    if (held) this.focus();
  }

  #drawActive(): void {
    for (const [number, cell] of this.#cells) cell.active = number === this.#active;
  }

  #seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const cell = this.#cellOf(target);
      if (cell) cell.inView = isIntersecting;
    }
  }

  #cellOf(element: Element): SweepCell | undefined {
    const cell = element.closest<HTMLElement>(".sdw-sweep-cell");
    return this.#cells.get(Number(cell?.dataset.number));
  }

  #focused(element: Element): void {
    const number = this.#cellOf(element)?.take?.number;
    if (number === undefined || number === this.#active) return;
    this.#active = number;
    this.#drawActive();
  }

  #key(event: KeyboardEvent): void {
    const cell = this.#cellOf(event.target as Element);
    if (!cell || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target !== cell.element) {
      if (event.key !== "Escape") return;
      cell.element.focus();
      event.preventDefault();
      return;
    }
    const to = this.#step(event.key, event.ctrlKey);
    if (to !== null) this.#cells.get(to)?.element.focus();
    else if (event.ctrlKey) return;
    else if (event.key === "Enter") cell.act();
    else if (event.key === "1") cell.toggleStar();
    else return;
    event.preventDefault();
  }

  /** Where a key leads from the active cell; null for another key. */
  #step(key: string, whole: boolean): number | null {
    const row = this.#places.findIndex((takes) => takes.includes(this.#active));
    const line = this.#places[row] ?? [];
    const column = line.indexOf(this.#active);
    const all = this.#places.flat();
    const beside = (by: number) => (this.#flows ? all[all.indexOf(this.#active) + by] : line[column + by]);
    const below = (by: number) => {
      const next = this.#places[row + (this.#flows ? by * this.#inLine() : by)];
      return next?.[Math.min(column, next.length - 1)];
    };
    const ends = whole || this.#flows ? all : line;
    const ways: Record<string, () => number | undefined> = {
      ArrowRight: () => beside(1),
      ArrowLeft: () => beside(-1),
      ArrowDown: () => below(1),
      ArrowUp: () => below(-1),
      Home: () => ends[0],
      End: () => ends.at(-1),
    };
    const way = ways[key];
    return way ? (way() ?? this.#active) : null;
  }

  get #flows(): boolean {
    return this.#grid.hasAttribute("data-flows");
  }

  /** How many takes stand beside each other where they follow each other. */
  #inLine(): number {
    const tops = [...this.#grid.children].map((row) => (row as HTMLElement).offsetTop);
    return Math.max(1, tops.filter((top) => top === tops[0]).length);
  }
}

function row(className: string, ...cells: Child[]): HTMLElement {
  return h("div", { class: `sdw-sweep-row ${className}`.trim(), role: "row" }, ...cells);
}
