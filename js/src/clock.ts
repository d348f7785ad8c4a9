/**
 * The kernel's clock, read in the browser.
 *
 * A snapshot says what time the kernel had when it was made. One that just arrived gives the difference of the two clocks;
 * one found on the page (a reload) may be old, so it only counts when it lies in the future, which age cannot explain.
 */
export class KernelClock {
  #offset = 0;

  constructor(private readonly read: () => number = () => Date.now() / 1000) {}

  /** Learn from a snapshot's `now`, in epoch seconds. `live`: it has just arrived. */
  learn(now: number, live: boolean): void {
    const offset = now - this.read();
    if (!Number.isFinite(offset)) return;
    // Under a second is the time of travel, not a difference of clocks.
    if (live) this.#offset = Math.abs(offset) < 1 ? 0 : offset;
    else this.#offset = Math.max(0, offset);
  }

  /** Epoch seconds on the kernel's clock. */
  now(): number {
    return this.read() + this.#offset;
  }
}
