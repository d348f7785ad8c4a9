/** The bytes of a video as they arrive: pushed by the kernel in chunks, in any order, some of them twice. */
import { atEnd, childLife, later } from "./dom.ts";
import { hasKind } from "./protocol.ts";

/** Largest video taken, and so most memory a kernel can make the page hold. */
const MOST_BYTES = 512 * 1024 * 1024;

interface Arriving {
  chunks: (DataView<ArrayBuffer> | undefined)[];
  missing: number;
  size: number;
  type: string;
}

/** Whole videos that are kept: a file, and a copy of it that plays where it does not. */
const MOST_KEPT = 2;

/** When what was asked for and does not come is asked for again, and when that ends. */
const ASK_AGAIN_MS = [0, 5000, 15_000];
const GIVE_UP_MS = 60_000;

/** One per widget, shared by its views. Keeps the last whole videos. */
export class VideoStore {
  readonly #arriving = new Map<string, Arriving>();
  readonly #listeners = new Set<() => void>();
  readonly #whole = new Map<string, Blob>();

  constructor(private readonly tell: (message: { kind: "video-have" | "video-want"; token: string }) => void) {}

  /** The video with this token, or null while it is not all here. */
  get(token: string): Blob | null {
    return this.#whole.get(token) ?? null;
  }

  /** Whether parts of it have come. */
  started(token: string): boolean {
    return this.#arriving.has(token);
  }

  want(token: string): void {
    if (!this.get(token)) this.tell({ kind: "video-want", token });
  }

  /** The video with this token once it is whole; null where it does not come. */
  whole(token: string, parent: AbortSignal): Promise<Blob | null> {
    const { signal, end } = childLife(parent);
    return new Promise<Blob | null>((resolve) => {
      const look = () => {
        const blob = this.get(token);
        if (blob) resolve(blob);
      };
      this.subscribe(signal, look);
      for (const wait of ASK_AGAIN_MS) later(wait, signal, () => this.want(token));
      later(GIVE_UP_MS, signal, () => resolve(null));
      atEnd(signal, () => resolve(null));
      look();
    }).finally(end);
  }

  /** Calls back when a video is whole, until the signal ends. */
  subscribe(signal: AbortSignal, callback: () => void): void {
    if (signal.aborted) return;
    this.#listeners.add(callback);
    atEnd(signal, () => this.#listeners.delete(callback));
  }

  /** Takes a message if it is a chunk. A chunk that contradicts itself or the others is dropped. */
  receive(message: unknown, buffers: readonly DataView[]): boolean {
    if (!hasKind(message, ["video-chunk"])) return false;
    const { token, index, count, size, type } = message as Record<string, unknown>;
    const buffer = buffers[0];
    if (typeof token !== "string" || !isCount(index) || !isCount(count) || !isCount(size) || !buffer) return true;
    if (index >= count || count > size || size > MOST_BYTES || typeof type !== "string") return true;
    if (this.get(token)) {
      this.tell({ kind: "video-have", token });
      return true;
    }
    let arriving = this.#arriving.get(token);
    if (!arriving || arriving.chunks.length !== count || arriving.size !== size) {
      arriving = { chunks: new Array(count).fill(undefined), missing: count, size, type };
      this.#arriving.clear(); // an older file is of no use any more
      this.#arriving.set(token, arriving);
    }
    if (arriving.chunks[index]) return true;
    arriving.chunks[index] = buffer as DataView<ArrayBuffer>;
    arriving.missing -= 1;
    if (arriving.missing === 0) this.#finish(token, arriving);
    return true;
  }

  #finish(token: string, arriving: Arriving): void {
    this.#arriving.delete(token);
    const parts = arriving.chunks.filter((chunk) => chunk !== undefined);
    const blob = new Blob(parts, { type: /^video\/[\w.+-]+$/.test(arriving.type) ? arriving.type : "video/mp4" });
    if (blob.size !== arriving.size) return;
    this.#whole.set(token, blob);
    for (const old of [...this.#whole.keys()].slice(0, -MOST_KEPT)) this.#whole.delete(old);
    this.tell({ kind: "video-have", token });
    for (const listener of [...this.#listeners]) listener();
  }
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
