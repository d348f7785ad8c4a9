/** The divider between two takes that lie over each other: left of it the one, right of it the other. */
import { h } from "./dom.ts";
import { icon } from "./icons.ts";

/** Percent that an arrow key moves it, and with Shift. */
const STEP = 1;
const LARGE_STEP = 10;

export class Wipe {
  readonly element: HTMLElement;
  readonly #handle: HTMLElement;
  #at = 50;
  #letters: readonly [string, string] = ["A", "B"];

  /** `root` gets the place of the divider as `--sdw-wipe`. */
  constructor(
    private readonly root: HTMLElement,
    signal: AbortSignal,
  ) {
    this.#handle = h(
      "div",
      {
        class: "sdw-wipe-handle",
        role: "slider",
        tabindex: 0,
        "aria-label": "Wipe",
        "aria-orientation": "horizontal",
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
      icon("halves"),
    );
    this.element = h("div", { class: "sdw-wipe", hidden: true }, this.#handle);
    const drag = (event: PointerEvent) => {
      const box = this.element.getBoundingClientRect();
      if (box.width) this.#move((100 * (event.clientX - box.left)) / box.width);
    };
    this.element.addEventListener(
      "pointerdown",
      (event) => {
        if (event.button !== 0) return;
        event.preventDefault();
        this.element.setPointerCapture?.(event.pointerId);
        this.#handle.focus();
        drag(event);
      },
      { signal },
    );
    this.element.addEventListener(
      "pointermove",
      (event) => {
        if (this.element.hasPointerCapture?.(event.pointerId)) drag(event);
      },
      { signal },
    );
    this.#handle.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#move(this.#at);
  }

  /** Shows it between two takes; hides it for null. */
  show(letters: readonly [string, string] | null): void {
    this.element.hidden = letters === null;
    if (letters) this.#letters = letters;
    this.#move(this.#at);
  }

  focus(): void {
    this.#handle.focus();
  }

  #move(percent: number): void {
    this.#at = Math.min(100, Math.max(0, percent));
    const [left, right] = this.#letters;
    const part = Math.round(this.#at);
    this.root.style.setProperty("--sdw-wipe", `${this.#at}%`);
    this.#handle.setAttribute("aria-valuenow", String(part));
    this.#handle.setAttribute("aria-valuetext", `${left} ${part} %, ${right} ${100 - part} %`);
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? LARGE_STEP : STEP;
    const to = {
      ArrowLeft: this.#at - step,
      ArrowDown: this.#at - step,
      ArrowRight: this.#at + step,
      ArrowUp: this.#at + step,
      PageDown: this.#at - LARGE_STEP,
      PageUp: this.#at + LARGE_STEP,
      Home: 0,
      End: 100,
    }[event.key];
    if (to === undefined) return;
    this.#move(to);
    event.preventDefault();
  }
}
