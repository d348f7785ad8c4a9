/** Says that this page plays a video without its sound, or not at all, and what can be done. */
import { button } from "./controls.ts";
import { h } from "./dom.ts";
import { icon } from "./icons.ts";
import type { Snapshot } from "./protocol.ts";

type Lack = "sound" | "open";

const WORDS: Record<Lack, [string, string]> = {
  sound: ["This editor plays MP4 without sound.", "The file does have sound."],
  open: ["This editor does not play this video.", "The file is whole."],
};
const COPIED: Record<Lack, [string, string]> = {
  sound: ["The copy has no sound here either.", "The file does have sound."],
  open: ["The copy does not play here either.", "The file is whole."],
};

export class SoundBand {
  readonly element = h("div", { class: "sdw-alert sdw-silent", role: "note", hidden: true });
  #lack: Lack | null = null;
  #key = "";

  constructor(
    private readonly signal: AbortSignal,
    private readonly convert: (to: Lack, button: HTMLButtonElement) => void,
  ) {}

  /** What the page lacks for the file that is shown; null for nothing. */
  tell(lack: Lack | null, snapshot: Snapshot): void {
    this.#lack = lack;
    this.draw(snapshot);
  }

  draw({ copy, video_url }: Snapshot): void {
    const lack = this.#lack;
    const outside = /^https:/.test(video_url) ? video_url : "";
    const key = JSON.stringify([lack, copy !== null, outside]);
    if (key === this.#key) return;
    this.#key = key;
    this.element.hidden = lack === null;
    if (lack === null) return;
    const [lead, text] = (copy ? COPIED : WORDS)[lack];
    const open = h(
      "a",
      { class: "sdw-button", href: outside, target: "_blank", rel: "noopener noreferrer" },
      icon("outside"),
      h("span", {}, "Open in browser"),
    );
    const convert = button({ label: "Convert a copy" }, this.signal, () => this.convert(lack, convert));
    convert.dataset.action = "convert";
    const row = h("span", { class: "sdw-row" }, outside && open, !copy && convert);
    this.element.replaceChildren(icon("sound-off"), h("span", { class: "sdw-silent-words" }, `${lead} ${text}`), row);
  }
}
