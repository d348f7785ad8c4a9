/** How long what a frame told is of use: at quarter speed the next one comes after 170 ms. */
const FRESH_MS = 400;

/**
 * Where a video stands while it plays, by the frames that are drawn: `currentTime` moves in steps of a frame in some
 * browsers. Where frames are not told, there is only `currentTime`.
 */
export class FrameClock {
  #media = 0;
  #shown = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly video: HTMLVideoElement,
    signal: AbortSignal,
  ) {
    if (!("requestVideoFrameCallback" in video)) return;
    let asked = 0;
    const next: VideoFrameRequestCallback = (_now, frame) => {
      this.#media = frame.mediaTime;
      this.#shown = frame.expectedDisplayTime;
      asked = video.requestVideoFrameCallback(next);
    };
    asked = video.requestVideoFrameCallback(next);
    const forget = () => {
      this.#shown = Number.NEGATIVE_INFINITY;
    };
    for (const name of ["seeking", "pause"]) video.addEventListener(name, forget, { signal });
    signal.addEventListener("abort", () => video.cancelVideoFrameCallback(asked), { once: true });
  }

  /** Seconds of the video at a time of `performance.now()`; null where no frame has told of late. */
  at(now: number): number | null {
    const age = now - this.#shown;
    return age > FRESH_MS ? null : this.#media + (age / 1000) * this.video.playbackRate;
  }
}
