import type { Snapshot } from "./protocol.ts";

/** What one part of a cell shows, and how it moves with the clock. */
export interface Drawn {
  nodes: Node[];
  /** Called a few times a second with the kernel's time in epoch seconds. */
  tick?: (now: number) => void;
}

/**
 * A part of a cell that is drawn anew only when what it shows has changed, so that focus, text selection and screen
 * readers are left alone by every other update.
 */
export class Part<Shown = Snapshot> {
  readonly element: HTMLElement;
  tick: (now: number) => void = () => {};
  #key = "";

  constructor(
    className: string,
    private readonly select: (snapshot: Shown) => unknown,
    private readonly draw: (snapshot: Shown) => Drawn | null,
  ) {
    this.element = document.createElement("div");
    this.element.className = className;
    this.element.hidden = true;
  }

  show(snapshot: Shown): void {
    const key = JSON.stringify(this.select(snapshot) ?? null);
    if (key === this.#key) return;
    this.#key = key;
    const drawn = this.draw(snapshot);
    this.tick = drawn?.tick ?? (() => {});
    this.element.replaceChildren(...(drawn?.nodes ?? []));
    this.element.hidden = !drawn || drawn.nodes.length === 0;
  }
}
