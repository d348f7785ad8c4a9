/** One take of a comparison: its letter, its star, whether it is heard, and its picture. */
import type { Take } from "./compare_protocol.ts";
import { button } from "./controls.ts";
import { childLife, h, Picture, setAttribute, setText } from "./dom.ts";
import { icon, spinner } from "./icons.ts";

export interface PaneEvents {
  hear(): void;
  star(on: boolean, button: HTMLButtonElement): void;
  /** The picture was pressed. */
  press(): void;
}

const UNPLAYABLE = "This browser cannot play the file. Download it to play it elsewhere.";
const HOLDS = "Holds its last frame";

export class TakePane {
  readonly element: HTMLElement;
  readonly head: HTMLElement;
  readonly stage: HTMLElement;
  readonly video: HTMLVideoElement;
  /** Ends when the take leaves the comparison. */
  readonly life: ReturnType<typeof childLife>;
  readonly #message = h("p", { class: "sdw-stage-message", hidden: true });
  readonly #held = h("p", { class: "sdw-compare-take-held", hidden: true }, HOLDS);
  readonly #time = h("span", { class: "sdw-compare-take-time" });
  readonly #chips = h("span", { class: "sdw-row sdw-compare-take-chips" });
  readonly #hear: HTMLButtonElement;
  readonly #star: HTMLButtonElement;
  readonly #poster: Picture;
  #url = "";

  constructor(
    public take: Take,
    signal: AbortSignal,
    events: PaneEvents,
  ) {
    this.life = childLife(signal);
    const life = this.life.signal;
    const { letter } = take;
    this.#poster = new Picture("", life);
    // Muted at first: no sound without being asked for it.
    this.video = h("video", { playsinline: true, preload: "auto", class: "sdw-video" });
    this.video.muted = true;
    this.#hear = button({ label: `Hear take ${letter}`, icon: "sound-off", bare: true }, life, () => events.hear());
    this.#hear.dataset.action = `hear-${take.job_id}`;
    this.#star = button(
      { label: `Star take ${letter}`, icon: "star", bare: true, className: "sdw-star" },
      life,
      (event) => {
        if (event.detail < 2) events.star(!this.take.starred, this.#star);
      },
    );
    this.head = h(
      "div",
      { class: "sdw-compare-take-head" },
      h("strong", { class: "sdw-letter", "aria-hidden": "true" }, letter),
      this.#time,
      this.#chips,
      h("span", { class: "sdw-space" }),
      this.#hear,
      this.#star,
    );
    this.stage = h("div", { class: "sdw-stage sdw-compare-take-stage" }, this.video, this.#held, this.#message);
    this.element = h(
      "div",
      { class: "sdw-compare-take", role: "group", "aria-label": `Take ${letter}` },
      this.head,
      this.stage,
    );
    this.stage.addEventListener("click", () => events.press(), { signal: life });
    this.video.addEventListener(
      "error",
      () => {
        if (this.#url) this.#say([icon("alert"), UNPLAYABLE]);
      },
      { signal: life },
    );
    life.addEventListener("abort", () => this.#release(), { once: true });
    this.hold(false);
    this.heard(false);
    this.show(take);
  }

  get loaded(): boolean {
    return this.#url !== "";
  }

  show(take: Take): void {
    this.take = take;
    setText(this.#time, take.time);
    const words = [take.base ? "base" : "", take.badge].filter(Boolean);
    if (this.#chips.textContent !== words.join("")) {
      this.#chips.replaceChildren(...words.map((word) => h("span", { class: "sdw-chip" }, word)));
    }
    if (this.#star.getAttribute("aria-pressed") !== String(take.starred)) {
      this.#star.setAttribute("aria-pressed", String(take.starred));
      this.#star.replaceChildren(icon(take.starred ? "starred" : "star"));
    }
    this.#hear.hidden = take.media?.audio !== true;
    if (!this.#url) this.#say(take.missing ? [take.missing] : [spinner(), "Loading the video"]);
  }

  /** The picture that is there before the video is. */
  picture(bytes: DataView | null | undefined): void {
    this.#poster.show(bytes);
    setAttribute(this.video, "poster", this.#poster.url || null);
  }

  /** The bytes are here. */
  load(blob: Blob): void {
    if (this.#url) return;
    this.#url = URL.createObjectURL(blob);
    this.#say([]);
    this.video.src = this.#url;
  }

  heard(on: boolean): void {
    if (this.#hear.getAttribute("aria-pressed") === String(on)) return;
    this.#hear.setAttribute("aria-pressed", String(on));
    this.#hear.replaceChildren(icon(on ? "sound" : "sound-off"));
  }

  /** By its key: as if its star were pressed. */
  toggleStar(): void {
    this.#star.click();
  }

  /** Whether it has ended before the others. */
  hold(on: boolean): void {
    this.#held.hidden = !on;
  }

  end(): void {
    this.life.end();
    this.element.remove();
  }

  #say(nodes: (Node | string)[]): void {
    this.#message.replaceChildren(...nodes);
    this.#message.hidden = nodes.length === 0;
  }

  #release(): void {
    if (!this.#url) return;
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
    URL.revokeObjectURL(this.#url);
    this.#url = "";
  }
}
