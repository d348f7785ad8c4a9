/** What lies behind the text of a prompt: its words once more, with variables tinted and complaints underlined. */
import { atEnd, h } from "./dom.ts";

export interface Mark {
  start: number;
  end: number;
  className: string;
}

/**
 * A copy of a text field's text, drawn under it and scrolled with it. The field's own letters are not painted (they stay
 * there for carets, selections and readers); these are what the eye sees.
 */
export class Backdrop {
  readonly element: HTMLElement;
  readonly #text = h("div", { class: "sdw-backdrop-text" });

  constructor(
    private readonly field: HTMLTextAreaElement,
    signal: AbortSignal,
  ) {
    this.element = h("div", { class: "sdw-backdrop", "aria-hidden": "true" }, this.#text);
    field.addEventListener("scroll", () => this.#follow(), { signal });
    if (typeof ResizeObserver === "undefined") return;
    const sizes = new ResizeObserver(() => this.#follow());
    sizes.observe(field);
    atEnd(signal, () => sizes.disconnect());
  }

  /** Marks are in order; one that overlaps the one before is left out. */
  draw(marks: readonly Mark[]): void {
    const text = this.field.value;
    const parts: (string | Node)[] = [];
    let done = 0;
    for (const { start, end, className } of marks) {
      if (start < done || end > text.length) continue;
      parts.push(text.slice(done, start), h("span", { class: className }, text.slice(start, end)));
      done = end;
    }
    parts.push(text.slice(done), "\u200b"); // so that an empty last line has its height
    this.#text.replaceChildren(...parts);
    this.#follow();
  }

  /** Where a character stands, below its line, in the frame of the field. */
  below(place: number): { left: number; top: number } {
    this.#follow(); // what was drawn before it was in the page had no width
    const range = document.createRange();
    const walker = document.createTreeWalker(this.#text, NodeFilter.SHOW_TEXT);
    let left = place;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { length } = node as Text;
      if (left < length) {
        range.setStart(node, left);
        range.setEnd(node, left + 1);
        break;
      }
      left -= length;
    }
    const [letter, frame] = [range.getBoundingClientRect(), this.element.getBoundingClientRect()];
    return { left: letter.left - frame.left, top: letter.bottom - frame.top };
  }

  #follow(): void {
    this.#text.style.width = `${this.field.clientWidth}px`;
    this.#text.style.transform = `translateY(${-this.field.scrollTop}px)`;
  }
}
