/** Removing takes from the history: what becomes of their files, and the way back. */
import { button } from "./controls.ts";
import { h, setText, uniqueId } from "./dom.ts";
import type { Removed } from "./gallery_protocol.ts";

const WAYS = [
  ["trash", "Move the files to the trash"],
  ["stay", "Leave the files where they are"],
] as const;

interface Chosen {
  files: (typeof WAYS)[number][0];
  keep_copy: boolean;
}

/** Asked with the removal. Copies beside the notebook are the person's: they stay unless that is taken away. */
export function filesChoice(signal: AbortSignal): { element: HTMLElement; answer(): Chosen } {
  const name = uniqueId();
  const keep = h("input", { type: "checkbox", checked: true });
  const ways = WAYS.map(([value]) => h("input", { type: "radio", name, value, checked: value === "trash" }));
  const stay = () => ways[1]?.checked === true;
  const labelled = (input: HTMLElement, words: string) => h("label", { class: "sdw-shelf-keep" }, input, words);
  const choices = WAYS.map(([, words], index) => labelled(ways[index] as HTMLElement, words));
  const files = h("div", { role: "radiogroup", "aria-label": "Files" }, ...choices);
  const element = h("div", {}, files, labelled(keep, "Keep the copies beside the notebook"));
  const follow = () => {
    keep.disabled = stay();
    if (stay()) keep.checked = true;
  };
  element.addEventListener("change", follow, { signal });
  return { element, answer: () => ({ files: stay() ? "stay" : "trash", keep_copy: keep.checked }) };
}

/** Says what was removed last, and puts it back. */
export class Undo {
  readonly element: HTMLElement;
  readonly #text = h("span", { role: "status" });
  #shown = "";

  constructor(signal: AbortSignal, undo: (element: HTMLElement) => void) {
    const back = button({ label: "Undo" }, signal, () => undo(back));
    const close = button({ label: "Dismiss message", icon: "close", bare: true }, signal, () => {
      this.element.hidden = true;
    });
    this.element = h("div", { class: "sdw-shelf-undo", hidden: true }, this.#text, back, close);
  }

  show(removed: Removed | null): void {
    const takes = removed?.takes.join() ?? "";
    if (takes !== this.#shown) this.element.hidden = !removed;
    this.#shown = takes;
    setText(this.#text, removed?.text ?? "");
  }
}
