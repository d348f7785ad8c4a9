/** How numbers are written, the same in every view. */

/** Characters as Python counts them: Unicode code points. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** 2,500 */
export function thousands(value: number): string {
  return Math.trunc(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ",");
}

/** 1:12, 1:02:03 */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const tail = `${Math.floor((whole % 3600) / 60)
    .toString()
    .padStart(hours ? 2 : 1, "0")}:${(whole % 60).toString().padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** 0:03.38: a place in a video, to the hundredth. */
export function position(seconds: number): string {
  const hundredths = Math.max(0, Math.round((Number.isFinite(seconds) ? seconds : 0) * 100));
  const rest = (hundredths % 6000).toString().padStart(4, "0");
  return `${Math.floor(hundredths / 6000)}:${rest.slice(0, 2)}.${rest.slice(2)}`;
}

/** 1.8 MB, 640 kB */
export function megabytes(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} kB`;
  return `${(bytes / (1024 * 1024)).toFixed(1)} MB`.replace(".0 MB", " MB");
}
