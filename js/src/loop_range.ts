/** The part of a video that is played again and again, marked on its slider. Times are seconds. */
export class LoopRange {
  #start = 0;
  #end = Number.POSITIVE_INFINITY;

  constructor(private readonly slider: HTMLElement) {}

  /** From here; an end before it is given up. */
  startAt(time: number): void {
    this.#start = time;
    if (this.#end <= time) this.#end = Number.POSITIVE_INFINITY;
  }

  /** Up to here; a start after it is given up. */
  endAt(time: number): void {
    this.#end = time;
    if (this.#start >= time) this.#start = 0;
  }

  /** Its ends in seconds; null where all of the video is looped. The second may be infinite. */
  get ends(): readonly [number, number] | null {
    return this.#start > 0 || this.#end < Number.POSITIVE_INFINITY ? [this.#start, this.#end] : null;
  }

  clear(): void {
    this.#start = 0;
    this.#end = Number.POSITIVE_INFINITY;
  }

  /** Where to go on from a time that lies outside; null inside. */
  backFrom(time: number): number | null {
    return time >= this.#end || time < this.#start ? this.#start : null;
  }

  draw(length: number): void {
    const set = this.#start > 0 || this.#end < length;
    const part = (time: number) => String(length ? Math.min(1, time / length) : 0);
    this.slider.toggleAttribute("data-range", set);
    this.slider.style.setProperty("--sdw-from", part(this.#start));
    this.slider.style.setProperty("--sdw-to", part(this.#end));
  }
}
