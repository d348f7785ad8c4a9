/** The picture on a small card: it opens the player, which is not there until it is wanted. */
import { button } from "./controls.ts";
import { h, Picture } from "./dom.ts";
import { minutes } from "./format.ts";
import { icon } from "./icons.ts";

export class Tile {
  readonly element: HTMLButtonElement;
  readonly picture: Picture;
  readonly #length = h("span", { class: "sdw-tile-length", "aria-hidden": "true" });
  readonly #mark = h("span", { class: "sdw-big-play" }, icon("play"));

  constructor(signal: AbortSignal, press: () => void) {
    this.picture = new Picture("sdw-tile-picture", signal);
    this.element = button({ label: "Play", bare: true, className: "sdw-tile" }, signal, press);
    this.element.append(this.picture.element, this.#mark, this.#length);
    this.element.dataset.action = "open-player";
    this.show(false);
  }

  /** Whether the player is open. */
  show(open: boolean): void {
    const label = open ? "Close the player" : "Play";
    this.element.setAttribute("aria-label", label);
    this.element.title = label;
    this.element.setAttribute("aria-expanded", String(open));
    this.#mark.hidden = open;
  }

  /** Seconds. */
  set length(seconds: number) {
    this.#length.dataset.text = minutes(seconds); // drawn by its style: it is no part of the button's name
    this.#length.hidden = seconds === 0;
  }
}
