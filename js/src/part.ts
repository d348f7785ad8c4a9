import type { Snapshot } from "./protocol.ts";

/** What one part of a job cell shows, and how it moves with the clock. */
export interface Drawn {
  nodes: Node[];
  /** Called a few times a second with the kernel's time in epoch seconds. */
  tick?: (now: number) => void;
}

/**
 * A part of the cell that is drawn anew only when what it shows has changed, so that focus, text selection and screen
 * readers are left alone by every other update.
 */
export class Part {
  readonly element: HTMLElement;
  tick: (now: number) => void = () => {};
  #key = "";

  constructor(
    className: string,
    private readonly select: (snapshot: Snapshot) => unknown,
    private readonly draw: (snapshot: Snapshot) => Drawn | null,
  ) {
    this.element = document.createElement("div");
    this.element.className = className;
    this.element.hidden = true;
  }

  show(snapshot: Snapshot): void {
    const key = JSON.stringify(this.select(snapshot) ?? null);
    if (key === this.#key) return;
    this.#key = key;
    const drawn = this.draw(snapshot);
    this.tick = drawn?.tick ?? (() => {});
    this.element.replaceChildren(...(drawn?.nodes ?? []));
    this.element.hidden = !drawn || drawn.nodes.length === 0;
  }
}
