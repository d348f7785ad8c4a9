/** The bar below the takes: one position for all of them, play, frames, loop, speed, and whose sound is heard. */
import { button, rename } from "./controls.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { position } from "./format.ts";
import { icon } from "./icons.ts";
import type { InStep } from "./in_step.ts";
import type { LoopRange } from "./loop_range.ts";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];
/** Parts of the scale within which two words would touch. */
const APART = 0.16;

/** A take as the bar knows it. */
export interface Voice {
  letter: string;
  video: HTMLVideoElement;
  audio: boolean;
}

export class CompareBar {
  readonly element: HTMLElement;
  readonly slider: HTMLInputElement;
  readonly #play: HTMLButtonElement;
  readonly #loop: HTMLButtonElement;
  readonly #sound: HTMLButtonElement;
  readonly #source = h("select", { class: "sdw-select" });
  readonly #time = h("strong", { class: "sdw-compare-time" });
  readonly #frame = h("span", { class: "sdw-secondary sdw-compare-frame" });
  readonly #looped = h("span", { class: "sdw-secondary sdw-compare-looped" });
  readonly #scale = h("div", { class: "sdw-compare-scale", "aria-hidden": "true" });
  #voices: readonly Voice[] = [];
  /** Whose sound is heard once the sound is on. */
  #letter = "";
  #on = false;
  #drawn = "";

  constructor(
    signal: AbortSignal,
    private readonly engine: () => InStep,
    private readonly range: () => LoopRange,
    events: { full(): void; heard(letter: string | null): void },
  ) {
    const bare = (label: string, name: Parameters<typeof icon>[0], press: () => void) =>
      button({ label, icon: name, bare: true }, signal, press);
    this.slider = h("input", {
      type: "range",
      class: "sdw-slider sdw-scrub",
      "aria-label": "Position in all takes",
      min: 0,
      value: 0,
    });
    const previous = bare("Previous frame", "previous", () => engine().step(-1));
    this.#play = bare("Play", "play", () => engine().toggle());
    this.#play.classList.add("sdw-compare-play");
    this.#play.dataset.action = "play";
    const next = bare("Next frame", "next", () => engine().step(1));
    this.#loop = bare("Loop", "loop", () => this.#toggleLoop());
    this.#sound = bare("Sound", "sound-off", () => this.hear(this.#letter, !this.#on));
    const speed = h("select", { class: "sdw-select", "aria-label": "Speed", title: "Speed" });
    speed.append(...SPEEDS.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    const full = bare("Full screen", "full", () => events.full());
    this.element = h(
      "div",
      { class: "sdw-compare-bar" },
      h(
        "div",
        { class: "sdw-compare-controls" },
        h("span", { class: "sdw-row sdw-compare-steps" }, previous, this.#play, next),
        this.#time,
        this.#frame,
        h("span", { class: "sdw-space" }),
        h("span", { class: "sdw-row sdw-compare-steps" }, this.#looped, this.#loop),
        speed,
        h("span", { class: "sdw-row sdw-compare-steps sdw-compare-sound" }, this.#sound, this.#source),
        full,
      ),
      this.slider,
      this.#scale,
    );
    this.tell = events.heard;
    this.slider.addEventListener("input", () => engine().show(Math.round(Number(this.slider.value) * engine().fps)), {
      signal,
    });
    speed.addEventListener(
      "change",
      () => {
        engine().speed = Number(speed.value);
      },
      { signal },
    );
    this.#source.addEventListener("change", () => this.hear(this.#source.value, true), { signal });
  }

  private readonly tell: (letter: string | null) => void;

  /** The takes there are; the sound stays with the one it was with, while that is there. */
  offer(voices: readonly Voice[]): void {
    this.#voices = voices;
    const heard = voices.filter(({ audio }) => audio).map(({ letter }) => letter);
    if (!heard.includes(this.#letter)) this.#letter = heard[0] ?? "";
    if (this.#source.childElementCount !== heard.length) {
      this.#source.replaceChildren(...heard.map((letter) => h("option", { value: letter }, `Sound from ${letter}`)));
    }
    const place = this.#sound.parentElement;
    if (place) place.hidden = heard.length === 0;
    this.hear(this.#letter, this.#on && heard.length > 0);
  }

  /** By a take's own button: heard, or not any more. */
  toggleHearing(letter: string): void {
    this.hear(letter, !(this.#on && this.#letter === letter));
  }

  hear(letter: string, on: boolean): void {
    this.#letter = letter;
    this.#on = on;
    this.#source.value = letter;
    setAttribute(this.#source, "aria-label", `Sound from ${letter}`);
    if (this.#sound.getAttribute("aria-pressed") !== String(on)) {
      this.#sound.setAttribute("aria-pressed", String(on));
      this.#sound.replaceChildren(icon(on ? "sound" : "sound-off"));
    }
    this.engine().hear(on ? (this.#voices.find((voice) => voice.letter === letter)?.video ?? null) : null);
    this.tell(on ? letter : null);
  }

  /** The ends of what is looped: from the frame that is shown, or up to it. */
  loopFrom(key: "[" | "]"): void {
    const engine = this.engine();
    engine.loop = true;
    if (key === "[") this.range().startAt(engine.frame / engine.fps);
    else this.range().endAt((engine.frame + 1) / engine.fps);
    this.draw();
  }

  draw(): void {
    const engine = this.engine();
    const { length, fps, frame, frames, playing } = engine;
    rename(this.#play, playing ? "Pause" : "Play", playing ? "pause" : "play");
    this.#play.setAttribute("aria-disabled", String(!engine.ready));
    const at = frame / fps;
    setText(this.#time, position(at));
    setText(this.#frame, `frame ${frame + 1} of ${frames}`);
    const last = (frames - 1) / fps;
    setAttribute(this.slider, "step", String(1 / fps));
    setAttribute(this.slider, "max", String(last));
    this.slider.value = String(at);
    this.slider.style.setProperty("--sdw-part", String(last ? at / last : 0));
    setAttribute(
      this.slider,
      "aria-valuetext",
      `${position(at)} of ${position(length)}, frame ${frame + 1} of ${frames}`,
    );
    this.range().draw(length);
    setAttribute(this.#loop, "aria-pressed", String(engine.loop));
    const ends = engine.loop ? this.range().ends : null;
    setText(this.#looped, ends ? `Loop ${short(ends[0])}–${short(Math.min(ends[1], length))} s` : "");
    this.#drawScale(length);
  }

  #toggleLoop(): void {
    const engine = this.engine();
    engine.loop = !engine.loop;
    if (!engine.loop) this.range().clear();
    this.draw();
  }

  /** A tick for each second, and where the shorter takes end. */
  #drawScale(length: number): void {
    const ends = new Map<number, string[]>();
    for (const { letter, video } of this.#voices) {
      const own = this.engine().lengthOf(video);
      if (own > 0 && own < length - 0.05) ends.set(own, [...(ends.get(own) ?? []), letter]);
    }
    const key = JSON.stringify([length, [...ends]]);
    if (key === this.#drawn || length === 0) return;
    this.#drawn = key;
    const place = (time: number, className: string, text = "") => {
      const mark = h("span", { class: className }, text);
      mark.style.left = `${(100 * time) / length}%`;
      return mark;
    };
    const ticks = Array.from({ length: Math.floor(length) + 1 }, (_, second) => place(second, "sdw-tick"));
    const taken = [0, 1, ...[...ends.keys()].map((time) => time / length)];
    const middle = Math.round(length / 3);
    const free = taken.every((part) => Math.abs(part - middle / length) > APART);
    this.#scale.replaceChildren(
      ...ticks,
      h("span", { class: "sdw-scale-first" }, "0 s"),
      ...(free ? [place(middle, "sdw-scale-word", `${middle} s`)] : []),
      ...[...ends].flatMap(([time, letters]) => [
        place(time, "sdw-scale-end"),
        place(time, `sdw-scale-word${1 - time / length < APART / 2 ? " sdw-scale-before" : ""}`, ending(letters)),
      ]),
      ...([...ends.keys()].every((time) => 1 - time / length > APART)
        ? [h("span", { class: "sdw-scale-last" }, `${Math.round(length * 10) / 10} s`)]
        : []),
    );
  }
}

/** "A and B end" */
function ending(letters: readonly string[]): string {
  const [last = "", ...others] = [...letters].reverse();
  return others.length ? `${others.reverse().join(", ")} and ${last} end` : `${last} ends`;
}

/** Seconds, to the hundredth: 2, 6.04 */
function short(seconds: number): string {
  return String(Math.round(seconds * 100) / 100);
}
