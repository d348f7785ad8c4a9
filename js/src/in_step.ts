/** Several videos as one: one position, one play, and less than a frame between them while they play. */
import { FrameClock } from "./frame_clock.ts";
import type { LoopRange } from "./loop_range.ts";

/** Seconds of drift from which a video is sent to its place; below it catches up by playing faster or slower. */
const FAR = 0.2;
/** Seconds of drift that are left alone. */
const CLOSE = 0.006;
/** The same of a video with sound: each change of its speed, and there are two, costs it some 8 ms. */
const CLOSE_AUDIO = 0.018;
/** In how many seconds a drift is made up for, at a changed speed. */
const WITHIN = 0.2;
/** Most of its speed that a video gains or loses by that. */
const MOST = 0.25;
/** How much of a new reading counts at least, beside those before it: a frame is drawn up to 17 ms late, and 24 of them
 *  a second fall unevenly on the 60 of a screen. */
const SMOOTH = 0.15;
/** How long a video that was sent or started has before it is again. */
const PATIENCE_MS = 700;
/** How long sound and pictures may take after a start to find each other: till then nothing tells what will be. */
const START_MS = 500;
/** How much later those without sound start: sound takes that long to begin, muted or not, and its pictures wait for it. */
const HEAD_START_MS = 25;
/** How much a video that is sent to its place aims ahead, in seconds: it takes that long. */
const AHEAD = 0.05;

interface Track {
  readonly video: HTMLVideoElement;
  readonly clock: FrameClock;
  readonly fps: number;
  /** Whether it has sound, heard or not. */
  readonly audio: boolean;
  /** Seconds. */
  length: number;
  /** Where it shall go once it has come to where it was sent before. */
  wanted: number | null;
  /** Seconds that it is ahead, out of so many readings since it was started or sent. */
  drift: number;
  readings: number;
  /** When the last of them was; of `performance.now()`, as below. */
  read: number;
  /** When it was last sent to its place, or started. */
  moved: number;
}

/**
 * Keeps videos in step. One of them leads: the one that is heard, so that its sound is never bent, else the longest of
 * those with sound, which change their speed with difficulty, else the longest.
 * The others follow its clock. Shorter ones hold their last frame. Ends with its signal.
 */
export class InStep {
  loop = false;
  readonly #tracks = new Map<HTMLVideoElement, Track>();
  #mode: "still" | "waiting" | "running" = "still";
  #at = 0;
  #speed = 1;
  #heard: HTMLVideoElement | null = null;
  #asked = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly range: LoopRange,
    private readonly changed: () => void,
  ) {
    signal.addEventListener("abort", () => this.#stop(), { once: true });
  }

  /** A video to keep in step until its signal ends. `length` in seconds, until the file says it. */
  add(video: HTMLVideoElement, fps: number, length: number, signal: AbortSignal, audio = false): void {
    if (this.#tracks.has(video)) return;
    const clock = new FrameClock(video, signal);
    const track: Track = { video, clock, fps, audio, length, wanted: null, drift: 0, readings: 0, read: 0, moved: 0 };
    this.#tracks.set(video, track);
    video.addEventListener("loadedmetadata", () => this.#loaded(track), { signal });
    video.addEventListener("seeked", () => this.#arrived(track), { signal });
    const leave = () => {
      this.#tracks.delete(video);
      this.changed();
    };
    signal.addEventListener("abort", leave, { once: true });
    if (video.readyState > 0) this.#loaded(track);
  }

  /** Seconds: of the longest. */
  get length(): number {
    return Math.max(0, ...this.#all().map((track) => track.length));
  }

  /** Seconds: of one; 0 where it has no video. */
  lengthOf(video: HTMLVideoElement): number {
    return this.#tracks.get(video)?.length ?? 0;
  }

  get fps(): number {
    return Math.max(24, ...this.#all().map((track) => track.fps));
  }

  get frames(): number {
    return Math.max(1, Math.round(this.length * this.fps));
  }

  /** The frame that is shown, from 0. */
  get frame(): number {
    return Math.min(this.frames - 1, Math.floor(this.#at * this.fps + 1e-6));
  }

  get playing(): boolean {
    return this.#mode !== "still";
  }

  /** Whether there is something to play. */
  get ready(): boolean {
    return this.#all().some(({ video }) => video.readyState > 0);
  }

  /** Whether a video has come to its end and the others have not. */
  holds(video: HTMLVideoElement): boolean {
    const track = this.#tracks.get(video);
    return track !== undefined && track.length < this.length - 0.5 / track.fps && this.#at >= lastOf(track);
  }

  set speed(rate: number) {
    this.#speed = rate;
    for (const { video } of this.#all()) video.playbackRate = rate;
  }

  /** Which one is heard; null for none. It is the only one with its sound on. */
  hear(heard: HTMLVideoElement | null): void {
    this.#heard = heard;
    for (const { video } of this.#all()) video.muted = video !== heard;
    this.changed();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  play(): void {
    if (!this.ready || this.playing) return;
    if (this.frame >= this.frames - 1) this.#at = 0;
    const back = this.loop ? this.range.backFrom(this.#at) : null;
    if (back !== null) this.#at = back;
    this.#aimAll();
    this.#mode = "waiting";
    this.#next();
    this.changed();
  }

  pause(): void {
    if (!this.playing) return;
    this.#stop();
    this.show(this.frame);
  }

  step(frames: number): void {
    if (!this.ready) return;
    const frame = this.frame;
    this.#stop();
    this.show(frame + frames);
  }

  /** Shows a frame in all; goes on playing from there where it plays. */
  show(frame: number): void {
    if (!this.ready) return;
    // To the middle of a frame, where no rounding shows its neighbour.
    this.#at = (Math.min(Math.max(frame, 0), this.frames - 1) + 0.5) / this.fps;
    this.#aimAll();
    if (this.playing) this.#mode = "waiting";
    this.changed();
  }

  #all(): Track[] {
    return [...this.#tracks.values()];
  }

  #stop(): void {
    this.#mode = "still";
    cancelAnimationFrame(this.#asked);
    for (const { video } of this.#all()) video.pause();
  }

  #next(): void {
    cancelAnimationFrame(this.#asked);
    if (!this.signal.aborted) this.#asked = requestAnimationFrame((now) => this.#tick(now));
  }

  #tick(now: number): void {
    if (this.#mode === "waiting" && this.#all().every(isThere)) this.#run(now);
    else if (this.#mode === "running") this.#keepInStep(now);
    this.changed();
    if (this.playing) this.#next();
  }

  /** All stand where they shall, and start together: those with sound, and beside them the others a moment later. */
  #run(now: number): void {
    this.#mode = "running";
    const running = this.#all().filter((track) => !this.#isOver(track));
    const voiced = running.some(({ audio }) => audio);
    for (const track of running) {
      if (voiced && !track.audio) track.moved = now - PATIENCE_MS + HEAD_START_MS;
      else this.#start(track, now);
    }
  }

  #leader(running: readonly Track[]): Track | undefined {
    const voices = running.filter(({ audio }) => audio);
    return running.find(({ video }) => video === this.#heard) ?? longest(voices.length ? voices : running);
  }

  #start(track: Track, now: number): void {
    track.moved = now;
    track.readings = 0;
    track.video.playbackRate = this.#speed;
    track.video.play().catch((error: unknown) => {
      // "AbortError": it was paused before it began. Anything else: this page lets nothing play.
      if ((error as DOMException | null)?.name !== "AbortError" && this.#mode === "running") this.pause();
    });
  }

  #keepInStep(now: number): void {
    const running = this.#all().filter((track) => !this.#isOver(track));
    const leader = this.#leader(running);
    if (!leader) {
      this.#atEnd();
      return;
    }
    this.#at = leader.video.currentTime;
    const back = this.loop ? this.range.backFrom(this.#at) : null;
    if (back !== null) {
      this.#goTo(back);
      return;
    }
    for (const track of running) {
      // Not started yet, or stopped by the browser.
      if (track.video.paused && now - track.moved > PATIENCE_MS) this.#start(track, now);
      if (track === leader) setRate(track.video, this.#speed);
      else this.#correct(track, leader, now);
    }
  }

  #correct(track: Track, leader: Track, now: number): void {
    const off = driftOf(track, leader, now);
    if (off === null) return;
    if (Math.abs(off) > FAR) {
      if (now - track.moved < PATIENCE_MS || track.video.seeking) return;
      track.moved = now;
      track.readings = 0;
      track.video.currentTime = Math.min(leader.video.currentTime + AHEAD * this.#speed, lastOf(track));
      return;
    }
    // What its changed speed has made up for is known before it is read: it is not made up for twice.
    const known = track.drift + ((track.video.playbackRate - this.#speed) * (now - track.read)) / 1000;
    track.read = now;
    track.readings += 1;
    const drift = known + (off - known) * Math.max(SMOOTH, 1 / track.readings);
    track.drift = drift;
    const close = Math.abs(drift) < (track.audio ? CLOSE_AUDIO : CLOSE);
    const turn = close ? 0 : Math.min(MOST, Math.max(-MOST, drift / WITHIN));
    setRate(track.video, this.#speed * (1 - turn));
  }

  #atEnd(): void {
    if (this.loop) {
      this.#goTo(this.range.backFrom(Number.POSITIVE_INFINITY) ?? 0);
      return;
    }
    this.#stop();
    this.show(this.frames - 1);
  }

  /** From a place on, once all are there. */
  #goTo(time: number): void {
    for (const { video } of this.#all()) video.pause();
    this.#mode = "waiting";
    this.show(Math.round(time * this.fps));
  }

  #isOver(track: Track): boolean {
    const { video } = track;
    return video.readyState === 0 || video.ended || (video.paused && this.#at > lastOf(track));
  }

  #loaded(track: Track): void {
    if (Number.isFinite(track.video.duration)) track.length = track.video.duration;
    track.video.muted = track.video !== this.#heard;
    track.video.playbackRate = this.#speed;
    this.#aim(track);
    this.changed();
  }

  #aimAll(): void {
    for (const track of this.#all()) this.#aim(track);
  }

  /** To where all are, or to its last frame. While it is on its way elsewhere, it goes there afterwards. */
  #aim(track: Track): void {
    const to = Math.min(this.#at, lastOf(track));
    if (track.video.readyState === 0) return; // it is sent when it is loaded
    if (track.video.seeking) track.wanted = to;
    else if (track.video.currentTime !== to) track.video.currentTime = to;
  }

  #arrived(track: Track): void {
    const to = track.wanted;
    track.wanted = null;
    if (to !== null && track.video.currentTime !== to) track.video.currentTime = to;
  }
}

/** Seconds that one video is ahead of another: by their frames where both tell of them. Null where that says nothing. */
function driftOf(track: Track, leader: Track, now: number): number | null {
  if ((track.audio || leader.audio) && now - Math.max(track.moved, leader.moved) < START_MS) return null;
  const [own, led] = [track.clock.at(now), leader.clock.at(now)];
  return own !== null && led !== null ? own - led : track.video.currentTime - leader.video.currentTime;
}

/** The middle of its last frame. */
function lastOf({ length, fps }: Track): number {
  return (Math.max(1, Math.round(length * fps)) - 0.5) / fps;
}

/** Whether it stands where it was sent and can start. One without a file is not waited for. */
function isThere({ video, wanted }: Track): boolean {
  return video.readyState === 0 || (!video.seeking && wanted === null && video.readyState >= 2);
}

function longest(tracks: readonly Track[]): Track | undefined {
  return tracks.reduce<Track | undefined>(
    (most, track) => (track.length > (most?.length ?? -1) ? track : most),
    undefined,
  );
}

function setRate(video: HTMLVideoElement, rate: number): void {
  if (Math.abs(video.playbackRate - rate) > 0.001) video.playbackRate = rate;
}
