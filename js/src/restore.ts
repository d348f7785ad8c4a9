/** Restoring from a file: a video made here, or the recipe beside it. Chosen, or dropped on the header or the prompt. */
import { button } from "./controls.ts";
import { h } from "./dom.ts";

/** Bytes of a recipe at most, and with it of its box; as in `recipes.py`. */
const RECIPE_MAX = 1 << 16;
const BOXES_MAX = 1000;
/** Boxes that are sent: the last is ours, unless another program has put some behind it. */
const SENT_MAX = 8;

/** What of a file may hold a recipe. */
export interface Held {
  bytes: ArrayBuffer;
  video: boolean;
  /** The video ends where its boxes say. */
  whole: boolean;
}

/**
 * Of an MP4 the boxes of a kind of their own (`uuid`), found by the headers at top level: the picture is neither read nor
 * sent, so a clip of 100 MB costs as little as one of 1 MB. Of any other file its beginning. The bytes decide, not names.
 */
export async function heldIn(file: Blob): Promise<Held> {
  const read = async (from: number, length: number) =>
    new DataView(await file.slice(from, from + length).arrayBuffer());
  if (kindOf(await read(0, 8)) !== "ftyp") {
    return { bytes: await file.slice(0, RECIPE_MAX).arrayBuffer(), video: false, whole: true };
  }
  const found: Blob[] = [];
  let place = 0;
  for (let count = 0; count < BOXES_MAX && place < file.size; count += 1) {
    const header = await read(place, 16);
    const size = sizeOf(header, file.size - place);
    if (size < 8 || place + size > file.size) break;
    if (kindOf(header) === "uuid" && size <= RECIPE_MAX) found.push(file.slice(place, place + size));
    place += size;
  }
  return { bytes: await new Blob(found.slice(-SENT_MAX)).arrayBuffer(), video: true, whole: place === file.size };
}

function kindOf(header: DataView): string {
  return header.byteLength < 8 ? "" : String.fromCharCode(...new Uint8Array(header.buffer, 4, 4));
}

/** Of a box; 0 there means: up to the end of the file. */
function sizeOf(header: DataView, rest: number): number {
  if (header.byteLength < 8) return -1;
  const size = header.getUint32(0);
  if (size === 1) return header.byteLength < 16 ? -1 : Number(header.getBigUint64(8));
  return size || rest;
}

export class Restore {
  readonly button: HTMLButtonElement;
  readonly file = h("input", {
    type: "file",
    hidden: true,
    tabindex: -1,
    "aria-hidden": "true",
    accept: "video/mp4,application/json,.mp4,.json",
  });

  constructor(
    private readonly signal: AbortSignal,
    private readonly take: (file: File) => void,
  ) {
    this.button = button({ label: "Restore from a video file", icon: "file-up", bare: true }, signal, () =>
      this.file.click(),
    );
    this.file.addEventListener(
      "change",
      () => {
        const file = this.file.files?.[0];
        this.file.value = "";
        if (file) take(file);
      },
      { signal },
    );
  }

  /** Takes files that are dropped on a part of the form; texts that are dragged go where they always go. */
  takeDrops(zone: HTMLElement): void {
    const { signal } = this;
    let inside = 0;
    const over = (count: number) => {
      inside = Math.max(0, count);
      zone.toggleAttribute("data-drop", inside > 0);
    };
    const ours = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return false;
      event.preventDefault();
      event.stopPropagation(); // or the notebook takes the file for itself
      event.dataTransfer.dropEffect = "copy";
      return true;
    };
    zone.addEventListener("dragenter", (event) => ours(event) && over(inside + 1), { signal });
    zone.addEventListener("dragover", ours, { signal });
    zone.addEventListener("dragleave", () => over(inside - 1), { signal });
    zone.addEventListener(
      "drop",
      (event) => {
        over(0);
        const file = ours(event) && event.dataTransfer?.files[0];
        if (file) this.take(file);
      },
      { signal },
    );
  }
}
