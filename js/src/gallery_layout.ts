/** Where every card of a gallery lies. Pure: thousands of cards are arithmetic, and only those in view are drawn. */

export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

interface Section {
  /** Place of its first card among all. */
  first: number;
  cards: number;
  top: number;
}

const GAP = 14;
const ROW_GAP = 18;
const HEAD = 40;
/** What stands below a picture: two lines of prompt, one of facts, one of where it is from. */
export const WORDS = 88;
/** From which width on how many columns; beyond, one for each so many pixels. */
const COLUMNS: readonly (readonly [number, number])[] = [
  [0, 2],
  [480, 3],
  [720, 4],
];
const WIDE = 290;

export class Layout {
  readonly columns: number;
  readonly height: number;
  readonly count: number;
  readonly rowHeight: number;
  readonly #sections: Section[] = [];
  readonly #width: number;

  constructor(days: readonly { cards: number }[], width: number) {
    const least = COLUMNS.findLast(([from]) => width >= from)?.[1] ?? 2;
    this.columns = Math.max(least, Math.floor(width / WIDE));
    this.#width = Math.max(1, (width - GAP * (this.columns - 1)) / this.columns);
    this.rowHeight = Math.round((this.#width * 9) / 16) + WORDS + ROW_GAP;
    let top = 0;
    let first = 0;
    for (const { cards } of days) {
      this.#sections.push({ first, cards, top });
      top += HEAD + Math.ceil(cards / this.columns) * this.rowHeight;
      first += cards;
    }
    this.height = top;
    this.count = first;
  }

  box(place: number): Box {
    const section = this.#sections[this.#sectionOf(place)];
    if (!section) return { left: 0, top: 0, width: this.#width, height: 0 };
    const within = place - section.first;
    const column = within % this.columns;
    const row = Math.floor(within / this.columns);
    return {
      left: column * (this.#width + GAP),
      top: section.top + HEAD + row * this.rowHeight,
      width: this.#width,
      height: this.rowHeight - ROW_GAP,
    };
  }

  headTop(day: number): number {
    return this.#sections[day]?.top ?? 0;
  }

  /** The cards and days that lie between two heights: from the first to before the last. */
  between(from: number, to: number): { places: [number, number]; days: [number, number] } {
    const days: [number, number] = [0, 0];
    const places: [number, number] = [0, 0];
    const sections = this.#sections;
    let start = 0;
    while (start < sections.length && this.#end(start) <= from) start += 1;
    let stop = start;
    while (stop < sections.length && (sections[stop]?.top ?? 0) < to) stop += 1;
    days[0] = start;
    days[1] = stop;
    places[0] = this.#placeAt(start, from, Math.floor);
    places[1] = stop > start ? this.#placeAt(stop - 1, to, Math.ceil) : places[0];
    return { places, days };
  }

  /** Where an arrow leads from a card. The same column in the next row, also of another day, or its last card. */
  step(place: number, key: string): number | null {
    const last = this.count - 1;
    if (last < 0) return null;
    if (key === "ArrowLeft") return Math.max(0, place - 1);
    if (key === "ArrowRight") return Math.min(last, place + 1);
    if (key === "Home") return 0;
    if (key === "End") return last;
    if (key !== "ArrowDown" && key !== "ArrowUp") return null;
    const index = this.#sectionOf(place);
    const section = this.#sections[index];
    if (!section) return null;
    const column = (place - section.first) % this.columns;
    const down = key === "ArrowDown";
    const rowStart = place - column + (down ? this.columns : -this.columns);
    if (rowStart >= section.first && rowStart < section.first + section.cards) {
      return Math.min(rowStart + column, section.first + section.cards - 1);
    }
    const next = this.#sections[index + (down ? 1 : -1)];
    if (!next || next.cards === 0) return place;
    const start = down ? 0 : Math.floor((next.cards - 1) / this.columns) * this.columns;
    return Math.min(next.first + start + column, next.first + next.cards - 1);
  }

  #sectionOf(place: number): number {
    let low = 0;
    let high = this.#sections.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#sections[middle]?.first ?? 0) <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #end(section: number): number {
    return this.#sections[section + 1]?.top ?? this.height;
  }

  #placeAt(index: number, height: number, round: (rows: number) => number): number {
    const section = this.#sections[index];
    if (!section) return this.count;
    const rows = round((height - section.top - HEAD) / this.rowHeight);
    return section.first + Math.min(section.cards, Math.max(0, rows) * this.columns);
  }
}
