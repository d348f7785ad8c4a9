/** Plays a finished video from its bytes: own bar, frame by frame, nothing fetched. */
import { button, rename } from "./controls.ts";
import { atEnd, childLife, h, setText } from "./dom.ts";
import { position } from "./format.ts";
import { icon, spinner } from "./icons.ts";
import { LoopRange } from "./loop_range.ts";
import type { Snapshot } from "./protocol.ts";
import { watchSound } from "./silent.ts";

const SPEEDS = [0.25, 0.5, 1, 1.5, 2];

export interface PlayerEvents {
  /** What the file holds is not all heard, or not seen, in this page. */
  silent(): void;
  unplayable(): void;
  /** A file was loaded of which nothing is known yet. */
  heard(): void;
}

export class Player {
  readonly element: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly #stage: HTMLElement;
  readonly #big: HTMLElement;
  readonly #message = h("p", { class: "sdw-stage-message", hidden: true });
  readonly #play: HTMLButtonElement;
  readonly #sound: HTMLButtonElement;
  readonly #loop: HTMLButtonElement;
  readonly #speed: HTMLSelectElement;
  readonly #slider: HTMLInputElement;
  readonly #range: LoopRange;
  readonly #time = h("span", { class: "sdw-time-code" });
  #url = "";
  #token = "";
  #hasSound = false;
  #aac = true;
  #fps = 24;
  #length = 0;
  #frame = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly events: PlayerEvents,
  ) {
    // Muted at first: no sound without being asked for it.
    this.video = h("video", { playsinline: true, preload: "auto", class: "sdw-video" });
    this.video.muted = true;
    this.#big = h("span", { class: "sdw-big-play", "aria-hidden": "true" }, icon("play"));
    this.#stage = h("div", { class: "sdw-stage" }, this.video, this.#big, this.#message);
    const bare = (label: string, name: Parameters<typeof icon>[0], press: () => void) =>
      button({ label, icon: name, bare: true }, signal, press);
    this.#play = bare("Play", "play", () => this.toggle());
    const previous = bare("Previous frame", "previous", () => this.step(-1));
    const next = bare("Next frame", "next", () => this.step(1));
    this.#sound = bare("Sound", "sound-off", () => {
      this.video.muted = !this.video.muted;
    });
    this.#loop = bare("Loop", "loop", () => this.#toggleLoop());
    this.#speed = h("select", { class: "sdw-speed", "aria-label": "Speed", title: "Speed" });
    this.#speed.append(...SPEEDS.map((rate) => h("option", { value: rate, selected: rate === 1 }, `${rate}×`)));
    const full = bare("Full screen", "full", () => this.#fullScreen());
    this.#slider = h("input", { type: "range", class: "sdw-slider", "aria-label": "Position", min: 0, value: 0 });
    this.#range = new LoopRange(this.#slider);
    this.element = h(
      "div",
      { class: "sdw-player", "data-jp-suppress-context-menu": "true" },
      this.#stage,
      h(
        "div",
        { class: "sdw-bar" },
        this.#play,
        h("span", { class: "sdw-frames" }, previous, next),
        this.#slider,
        this.#time,
        this.#speed,
        this.#sound,
        this.#loop,
        full,
      ),
    );
    this.#sound.setAttribute("aria-pressed", "false");
    this.#loop.setAttribute("aria-pressed", "false");
    this.#listen();
    atEnd(signal, () => this.#release());
    this.#draw();
  }

  /** The shape and length are known before the bytes are here, so nothing moves when they come. */
  prepare(snapshot: Snapshot, posterUrl: string): void {
    this.#stage.style.aspectRatio = `${snapshot.width} / ${snapshot.height}`;
    this.#length ||= snapshot.duration;
    this.#fps = snapshot.media?.fps || 24;
    this.#hasSound = snapshot.media?.audio !== false;
    this.#slider.step = String(1 / this.#fps);
    this.#sound.hidden = !this.#hasSound;
    if (posterUrl) this.video.poster = posterUrl;
    if (!this.#url) this.#say([spinner(), "Loading the video"]);
    this.#draw();
  }

  /**
   * The bytes are here. Those of another file take the place of the ones before, at the same moment of the video.
   * `converted`: it is a copy of ours, whose sound is not AAC.
   */
  load(token: string, blob: Blob, converted = false): void {
    if (token === this.#token) return;
    this.#aac = !converted;
    const at = this.video.currentTime;
    const again = this.#url !== "";
    this.#release();
    this.#token = token;
    this.#url = URL.createObjectURL(blob);
    this.#say([]);
    this.events.heard();
    this.video.src = this.#url;
    if (again && at) this.video.currentTime = at;
    this.#draw();
  }

  get url(): string {
    return this.#url;
  }

  get playing(): boolean {
    return this.#url !== "" && !this.video.paused;
  }

  toggle(): void {
    if (!this.#url) return;
    if (this.video.paused) this.video.play().catch(() => this.#draw());
    else this.video.pause();
  }

  /** For whoever opens the player by pressing play: the focus is where it was, on Play. */
  focus(): void {
    this.#play.focus();
  }

  step(frames: number): void {
    if (!this.#url) return;
    this.video.pause();
    this.#show(Math.floor(this.video.currentTime * this.#fps + 1e-6) + frames);
  }

  /** To the middle of a frame, where no rounding shows its neighbour. */
  #show(frame: number): void {
    const last = Math.max(0, Math.round(this.#length * this.#fps) - 1);
    this.video.currentTime = (Math.min(Math.max(frame, 0), last) + 0.5) / this.#fps;
  }

  #toggleLoop(): void {
    this.video.loop = !this.video.loop;
    if (!this.video.loop) this.#range.clear();
    this.#draw();
  }

  #listen(): void {
    const { video, signal } = this;
    const draw = () => this.#draw();
    for (const name of ["timeupdate", "seeked", "play", "pause", "ended", "volumechange", "ratechange"]) {
      video.addEventListener(name, draw, { signal });
    }
    video.addEventListener("play", () => this.#follow(), { signal });
    video.addEventListener(
      "loadedmetadata",
      () => {
        if (Number.isFinite(video.duration)) this.#length = video.duration;
        video.playbackRate = Number(this.#speed.value);
        this.#draw();
      },
      { signal },
    );
    video.addEventListener(
      "error",
      () => {
        if (!this.#url) return;
        this.#say([icon("alert"), "This browser cannot play the file. Download it to play it elsewhere."]);
        this.events.unplayable();
      },
      { signal },
    );
    const silent = () => {
      if (this.#hasSound && this.#url) this.events.silent();
    };
    watchSound(video, signal, () => this.#aac, silent);
    this.#stage.addEventListener("click", () => this.toggle(), { signal });
    this.#speed.addEventListener("change", () => (video.playbackRate = Number(this.#speed.value)), { signal });
    this.#slider.addEventListener("input", () => this.#show(Math.round(Number(this.#slider.value) * this.#fps)), {
      signal,
    });
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal });
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (key === ",") this.step(-1);
    else if (key === ".") this.step(1);
    else if (key === "[" || key === "]") this.#loopFrom(key);
    else if (key === " " && !(target instanceof HTMLButtonElement || target instanceof HTMLSelectElement))
      this.toggle();
    else return;
    event.preventDefault();
  }

  /** The ends of what is looped: from the frame that is shown, or up to it. */
  #loopFrom(key: "[" | "]"): void {
    const frame = Math.floor(this.video.currentTime * this.#fps + 1e-6);
    this.video.loop = true;
    if (key === "[") this.#range.startAt(frame / this.#fps);
    else this.#range.endAt((frame + 1) / this.#fps);
    this.#draw();
  }

  /** While it plays, the slider moves with every frame drawn and not four times a second. */
  #follow(): void {
    const life = childLife(this.signal);
    const next = () => {
      if (life.signal.aborted) return;
      const back = this.video.loop ? this.#range.backFrom(this.video.currentTime) : null;
      if (back !== null) this.video.currentTime = back + 0.5 / this.#fps;
      this.#draw();
      if (this.video.paused || this.video.ended) life.end();
      else this.#frame = requestAnimationFrame(next);
    };
    cancelAnimationFrame(this.#frame);
    atEnd(life.signal, () => cancelAnimationFrame(this.#frame));
    this.#frame = requestAnimationFrame(next);
  }

  #draw(): void {
    const { video } = this;
    const ready = this.#url !== "";
    const playing = ready && !video.paused && !video.ended;
    rename(this.#play, playing ? "Pause" : "Play", playing ? "pause" : "play");
    this.#play.setAttribute("aria-disabled", String(!ready));
    this.#big.hidden = !ready || playing || video.currentTime > 0;
    const at = Math.min(video.currentTime, this.#length);
    this.#slider.max = String(this.#length);
    this.#slider.value = String(at);
    this.#slider.style.setProperty("--sdw-part", String(this.#length ? at / this.#length : 0));
    this.#slider.setAttribute("aria-valuetext", `${position(at)} of ${position(this.#length)}`);
    this.#range.draw(this.#length);
    setText(this.#time, `${position(at)} / ${position(this.#length)}`);
    this.#loop.setAttribute("aria-pressed", String(video.loop));
    const pressed = String(!video.muted);
    if (this.#sound.getAttribute("aria-pressed") !== pressed) {
      this.#sound.setAttribute("aria-pressed", pressed);
      this.#sound.replaceChildren(icon(video.muted ? "sound-off" : "sound"));
    }
  }

  #say(nodes: (Node | string)[]): void {
    this.#message.replaceChildren(...nodes);
    this.#message.hidden = nodes.length === 0;
  }

  #fullScreen(): void {
    const root = this.element.getRootNode() as Document | ShadowRoot;
    if (root.fullscreenElement) void document.exitFullscreen();
    else this.element.requestFullscreen?.().catch(() => {});
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
