/** The place in a job's cell where another key is entered, when the service did not accept the one it got. */
import { childLife, h, setText } from "./dom.ts";
import { type KeyEvents, keyEntry } from "./key_entry.ts";
import type { Snapshot } from "./protocol.ts";

export class KeyBand {
  readonly element = h("div", { class: "sdw-band sdw-key-band", hidden: true });
  readonly #said = h("p", { class: "sdw-note", role: "status" });
  #life: ReturnType<typeof childLife> | null = null;

  constructor(
    private readonly card: HTMLElement,
    private readonly send: KeyEvents["send"],
    private readonly signal: AbortSignal,
  ) {
    this.element.append(this.#said);
  }

  /** `back` gets the focus of who cancels. */
  open(kept: string, back: HTMLElement): void {
    this.#end();
    this.#life = childLife(this.signal);
    const entry = keyEntry(kept, this.#life.signal, {
      send: this.send,
      done: (answer) => {
        this.#end();
        this.element.hidden = false;
        setText(this.#said, answer.message);
        // Nothing is sent by itself: the next press is the person's.
        this.#action("try-again", "watch-again")?.focus();
      },
      cancel: () => {
        this.#end();
        (this.#action("use-key") ?? back).focus();
      },
    });
    setText(this.#said, "");
    this.element.append(entry.element);
    this.element.hidden = false;
    entry.focus();
  }

  /** Where no key can be entered any more, it goes. */
  draw({ key_kept }: Snapshot): void {
    if (key_kept) return;
    this.#end();
    setText(this.#said, "");
  }

  #end(): void {
    this.#life?.end();
    this.#life = null;
    this.element.hidden = true;
  }

  #action(...ids: string[]): HTMLElement | null {
    return this.card.querySelector(ids.map((id) => `[data-action="${id}"]`).join());
  }
}
