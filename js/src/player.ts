/** Plays a finished video from its bytes: own bar, frame by frame, nothing fetched. */
import { button, rename } from "./controls.ts";
import { childLife, h, setText } from "./dom.ts";
import { position } from "./format.ts";
import { icon, spinner } from "./icons.ts";
import type { Media, Snapshot } from "./protocol.ts";

export class Player {
  readonly element: HTMLElement;
  readonly video: HTMLVideoElement;
  readonly #stage: HTMLElement;
  readonly #big: HTMLElement;
  readonly #message = h("p", { class: "sdw-stage-message", hidden: true });
  readonly #play: HTMLButtonElement;
  readonly #sound: HTMLButtonElement;
  readonly #loop: HTMLButtonElement;
  readonly #slider: HTMLInputElement;
  readonly #time = h("span", { class: "sdw-time-code" });
  #url = "";
  #media: Media | null = null;
  #length = 0;
  #frame = 0;

  constructor(private readonly signal: AbortSignal) {
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
    this.#loop = bare("Loop", "loop", () => {
      this.video.loop = !this.video.loop;
      this.#loop.setAttribute("aria-pressed", String(this.video.loop));
    });
    const full = bare("Full screen", "full", () => this.#fullScreen());
    this.#slider = h("input", { type: "range", class: "sdw-slider", "aria-label": "Position", min: 0, value: 0 });
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
        this.#sound,
        this.#loop,
        full,
      ),
    );
    this.#sound.setAttribute("aria-pressed", "false");
    this.#loop.setAttribute("aria-pressed", "false");
    this.#listen();
    signal.addEventListener("abort", () => this.#release(), { once: true });
    this.#draw();
  }

  /** The shape and length are known before the bytes are here, so nothing moves when they come. */
  prepare(snapshot: Snapshot, posterUrl: string): void {
    this.#media = snapshot.media;
    this.video.style.aspectRatio = `${snapshot.width} / ${snapshot.height}`;
    this.#length ||= snapshot.duration;
    this.#slider.step = String(1 / (snapshot.media?.fps || 24));
    this.#sound.hidden = snapshot.media?.audio === false;
    if (posterUrl) this.video.poster = posterUrl;
    if (!this.#url) this.#say([spinner(), "Loading the video"]);
    this.#draw();
  }

  /** The bytes are here. */
  load(blob: Blob): void {
    this.#release();
    this.#url = URL.createObjectURL(blob);
    this.#say([]);
    this.video.src = this.#url;
    this.#draw();
  }

  get url(): string {
    return this.#url;
  }

  toggle(): void {
    if (!this.#url) return;
    if (this.video.paused) this.video.play().catch(() => this.#draw());
    else this.video.pause();
  }

  /** Forward or back by frames, to the middle of the frame, where no rounding shows its neighbour. */
  step(frames: number): void {
    const fps = this.#media?.fps || 24;
    this.video.pause();
    const index = Math.floor(this.video.currentTime * fps + 1e-6) + frames;
    const last = Math.max(0, Math.ceil(this.#length * fps) - 1);
    this.video.currentTime = (Math.min(Math.max(index, 0), last) + 0.5) / fps;
  }

  #listen(): void {
    const { video, signal } = this;
    const draw = () => this.#draw();
    for (const name of ["timeupdate", "seeked", "play", "pause", "ended", "volumechange"]) {
      video.addEventListener(name, draw, { signal });
    }
    video.addEventListener("play", () => this.#follow(), { signal });
    video.addEventListener(
      "loadedmetadata",
      () => {
        if (Number.isFinite(video.duration)) this.#length = video.duration;
        this.#draw();
      },
      { signal },
    );
    video.addEventListener(
      "error",
      () => {
        if (this.#url)
          this.#say([icon("alert"), "This browser cannot play the file. Download it to play it elsewhere."]);
      },
      { signal },
    );
    this.#stage.addEventListener("click", () => this.toggle(), { signal });
    this.#slider.addEventListener(
      "input",
      () => {
        video.currentTime = Number(this.#slider.value);
        this.#draw();
      },
      { signal },
    );
    this.element.addEventListener(
      "keydown",
      (event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === ",") this.step(-1);
        else if (event.key === ".") this.step(1);
        else if (event.key === " " && !(event.target instanceof HTMLButtonElement)) this.toggle();
        else return;
        event.preventDefault();
      },
      { signal },
    );
  }

  /** While it plays, the slider moves with every frame drawn and not four times a second. */
  #follow(): void {
    const life = childLife(this.signal);
    const next = () => {
      if (life.signal.aborted) return;
      this.#draw();
      if (this.video.paused || this.video.ended) life.end();
      else this.#frame = requestAnimationFrame(next);
    };
    cancelAnimationFrame(this.#frame);
    life.signal.addEventListener("abort", () => cancelAnimationFrame(this.#frame), { once: true });
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
    setText(this.#time, `${position(at)} / ${position(this.#length)}`);
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
