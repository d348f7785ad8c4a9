/** The first frames of takes, asked for as they come into view, and let go when many others have. */
import { atEnd, h, later } from "./dom.ts";
import { hasKind } from "./protocol.ts";

/** Pictures that are kept: more than lie in view. */
const MOST_PICTURES = 120;
/** How long posters that come into view together are gathered. */
const GATHER_MS = 40;
/** Width to height of the place of a picture. */
const WIDE = 16 / 9;
/** How far the shape of a picture that fills its place may be from that: 864 x 496 is, and loses a hair. */
const ALIKE = 0.04;

/** One per widget, shared by its views. */
export class Posters {
  readonly #urls = new Map<string, string>();
  readonly #wanted = new Set<string>();
  #gathering = false;

  constructor(
    private readonly ask: (content: { kind: "posters"; takes: string[] }) => void,
    private readonly signal: AbortSignal,
    private readonly changed: () => void,
  ) {
    atEnd(signal, () => {
      for (const url of this.#urls.values()) if (url) URL.revokeObjectURL(url);
    });
  }

  /** The picture of a take; empty while it has not come, or where there is none. */
  get(take: string): string {
    return this.#urls.get(take) ?? "";
  }

  /** It has come into view. */
  want(take: string): void {
    if (this.#urls.has(take)) return;
    this.#urls.set(take, "");
    this.#gather(take);
  }

  /** There may be another by now; that of before stays until it has come. */
  again(take: string): void {
    if (this.#urls.has(take)) this.#gather(take);
  }

  /** It is far out of view, and drawn nowhere. */
  release(take: string): void {
    if (this.#urls.size > MOST_PICTURES) this.#forget(take);
  }

  /** Takes a message if it holds posters. */
  receive(message: unknown, buffers: readonly DataView[]): boolean {
    if (!hasKind(message, ["posters"])) return false;
    const { takes } = message as { kind: string; takes?: unknown };
    if (!Array.isArray(takes)) return true;
    takes.forEach((take, index) => {
      const bytes = buffers[index];
      const id = String(take);
      if (!this.#urls.has(id) || !bytes?.byteLength) return; // let go meanwhile, or there is none
      const before = this.get(id);
      if (before) URL.revokeObjectURL(before);
      this.#urls.set(id, pictureUrl(bytes));
    });
    this.changed();
    return true;
  }

  #gather(take: string): void {
    this.#wanted.add(take);
    if (this.#gathering) return;
    this.#gathering = true;
    later(GATHER_MS, this.signal, () => {
      this.#gathering = false;
      this.ask({ kind: "posters", takes: [...this.#wanted] });
      this.#wanted.clear();
    });
  }

  #forget(take: string): void {
    const url = this.get(take);
    if (url) URL.revokeObjectURL(url);
    this.#urls.delete(take);
    this.#wanted.delete(take);
  }
}

/** The place of a poster. One of about its shape fills it, any other is seen whole. */
export function posterImage(signal: AbortSignal): HTMLImageElement {
  const image = h("img", { alt: "", draggable: "false", hidden: true });
  image.addEventListener("load", () => image.toggleAttribute("data-fills", shapeOf(image) === 1), { signal });
  return image;
}

/** Width to height of a picture, to that of its place; 1 where it fills it. */
export function shapeOf({ naturalWidth, naturalHeight }: HTMLImageElement): number {
  const shape = (naturalWidth / (naturalHeight || 1) || WIDE) / WIDE;
  return Math.abs(shape - 1) < ALIKE ? 1 : shape;
}

/** The address of a JPEG, to be revoked. */
export function pictureUrl(bytes: DataView): string {
  return URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/jpeg" }));
}
