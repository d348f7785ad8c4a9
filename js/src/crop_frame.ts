/** A whole picture, dimmed outside its crop; the crop is moved with the pointer or the keys. */
import { h, later, type Picture, setAttribute } from "./dom.ts";
import type { SlotPicture } from "./protocol.ts";

const SEND_EVERY_MS = 100;

interface CropActions {
  /** The middle of the crop, in fractions of the picture. */
  move(at: [number, number]): void;
  end(): void;
}

export class CropFrame {
  readonly element: HTMLElement;
  readonly #whole = h("div", { class: "sdw-crop" });
  readonly #frame = h("div", { class: "sdw-crop-frame" });
  #facts: SlotPicture | null = null;
  #adjusting = false;
  /** It was moved, and Python has not been told. */
  #moved = false;
  #waiting = false;

  constructor(
    private readonly name: string,
    picture: Picture,
    private readonly signal: AbortSignal,
    private readonly actions: CropActions,
  ) {
    const shade = h("div", { class: "sdw-crop-shade" }, h("div"));
    for (let line = 0; line < 4; line += 1) this.#frame.append(h("i"));
    this.#whole.append(picture.element, shade, this.#frame);
    this.element = h("div", { class: "sdw-slot-matte" }, h("div", { class: "sdw-crop-room" }, this.#whole));
    this.#frame.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#frame.addEventListener("blur", () => this.end(), { signal });
    this.#frame.addEventListener("pointerdown", (event) => this.#drag(event), { signal });
  }

  get adjusting(): boolean {
    return this.#adjusting;
  }

  show(facts: SlotPicture | null): void {
    const [, , width, height] = facts?.crop ?? [];
    const [, , shownWidth, shownHeight] = this.#facts?.crop ?? [];
    // While somebody moves it, what comes from Python is where it was a moment ago.
    if (this.#adjusting && width === shownWidth && height === shownHeight) return;
    this.#facts = structuredClone(facts);
    this.#draw();
  }

  adjust(): void {
    if (!this.#facts?.crop) return;
    this.#adjusting = true;
    this.#draw();
    this.#frame.focus();
  }

  end(): void {
    if (!this.#adjusting) return;
    this.#adjusting = false;
    this.#tell();
    this.actions.end(); // first: what cannot have the focus any more loses it
    this.#draw();
  }

  #draw(): void {
    const { width = 1, height = 1, crop = null } = this.#facts ?? {};
    const [left, top, across, down] = crop ?? [0, 0, width, height];
    const { style } = this.#whole;
    style.setProperty("--ratio", String(width / height));
    for (const [name, part] of [
      ["left", left / width],
      ["top", top / height],
      ["width", across / width],
      ["height", down / height],
    ] as const) {
      style.setProperty(`--${name}`, `${100 * part}%`);
    }
    this.#whole.toggleAttribute("data-known", this.#facts !== null);
    this.#whole.toggleAttribute("data-adjusting", this.#adjusting);
    const tall = down < height;
    const room = tall ? height - down : width - across;
    const place = tall ? top : left;
    const said = {
      tabindex: "0",
      role: "slider",
      "aria-label": `Crop of ${this.name}`,
      "aria-orientation": tall ? "vertical" : "horizontal",
      "aria-valuemin": "0",
      "aria-valuemax": String(room),
      "aria-valuenow": String(place),
      "aria-valuetext": `${place} of ${room} px from the ${tall ? "top" : "left"}`,
    };
    for (const [name, value] of Object.entries(said)) setAttribute(this.#frame, name, this.#adjusting ? value : null);
  }

  /** Moves the crop along the side on which it has room. */
  #to(place: number): void {
    const { width, height, crop } = this.#facts ?? {};
    if (!width || !height || !crop) return;
    const tall = crop[3] < height;
    const room = tall ? height - crop[3] : width - crop[2];
    const index = tall ? 1 : 0;
    const next = Math.min(room, Math.max(0, Math.round(place)));
    if (next === crop[index]) return;
    crop[index] = next;
    this.#moved = true;
    this.#draw();
    if (this.#waiting) return;
    this.#waiting = true;
    later(SEND_EVERY_MS, this.signal, () => {
      this.#waiting = false;
      this.#tell();
    });
  }

  #tell(): void {
    const { width, height, crop } = this.#facts ?? {};
    if (!this.#moved || !width || !height || !crop) return;
    this.#moved = false;
    this.actions.move([(crop[0] + crop[2] / 2) / width, (crop[1] + crop[3] / 2) / height]);
  }

  #key(event: KeyboardEvent): void {
    const { height = 0, crop } = this.#facts ?? {};
    if (!this.#adjusting || !crop) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      this.#tell(); // before the form is submitted
      return;
    }
    const tall = crop[3] < height;
    const [back, on] = tall ? ["ArrowUp", "ArrowDown"] : ["ArrowLeft", "ArrowRight"];
    const place = crop[tall ? 1 : 0];
    const step = event.shiftKey ? 10 : 1;
    if (event.key === back) this.#to(place - step);
    else if (event.key === on) this.#to(place + step);
    else if (event.key === "Home") this.#to(0);
    else if (event.key === "End") this.#to(Number.MAX_SAFE_INTEGER);
    else if (event.key === "Escape" || event.key === "Enter") this.end();
    else if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
  }

  #drag(event: PointerEvent): void {
    const { width = 0, height = 0, crop } = this.#facts ?? {};
    if (!this.#adjusting || !crop || event.button !== 0) return;
    event.preventDefault();
    this.#frame.focus();
    this.#frame.setPointerCapture(event.pointerId);
    const tall = crop[3] < height;
    const shown = this.#whole.getBoundingClientRect();
    const scale = tall ? height / shown.height : width / shown.width;
    const from = crop[tall ? 1 : 0];
    const life = new AbortController();
    const options = { signal: AbortSignal.any([life.signal, this.signal]) };
    this.#frame.addEventListener(
      "pointermove",
      (now) => this.#to(from + scale * (tall ? now.clientY - event.clientY : now.clientX - event.clientX)),
      options,
    );
    for (const end of ["pointerup", "pointercancel"] as const) {
      this.#frame.addEventListener(end, () => life.abort(), options);
    }
  }
}
