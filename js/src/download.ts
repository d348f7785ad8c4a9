import { atEnd, h, later } from "./dom.ts";

/** How long the address of a download lives: the browser reads it at once. */
const DOWNLOAD_MS = 60_000;

/** Hands bytes to the person as a file. */
export function download(blob: Blob, name: string, signal: AbortSignal): void {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  later(DOWNLOAD_MS, signal, () => URL.revokeObjectURL(url));
  atEnd(signal, () => URL.revokeObjectURL(url));
}
