import { button } from "./controls.ts";
import { CropFrame } from "./crop_frame.ts";
import { h, Picture, uniqueId } from "./dom.ts";
import { icon, spinner } from "./icons.ts";
import { mayHold, offered } from "./offered.ts";
import type { Slot, SlotName } from "./protocol.ts";

export interface SlotActions {
  /** A file or an address; null where what was dropped is neither. */
  add(slot: SlotName, image: File | string | null): void;
  /** The middle of the crop, in fractions of the picture. */
  crop(slot: SlotName, at: [number, number]): void;
  remove(slot: SlotName): void;
}

/** What may go into a slot, in words, and where there is little room. */
export interface Most {
  long: string;
  short: string;
  /** Whether a video may, for one of its frames. */
  video: boolean;
}

const NAMES: Record<SlotName, string> = { first: "first frame", last: "last frame" };

/** One guide image: empty, checking, refused or filled. Takes files by browsing, files and addresses by dropping. */
export class ImageSlot {
  readonly element: HTMLElement;
  readonly #picture: Picture;
  readonly #crop: CropFrame;
  readonly #adjust: HTMLButtonElement;
  readonly #file: HTMLInputElement;
  readonly #title: string;
  readonly #name: string;
  readonly #wordsId = uniqueId();
  #accept = "";
  #drawn = "";
  #locked = false;

  constructor(
    private readonly slot: SlotName,
    private readonly signal: AbortSignal,
    private readonly actions: SlotActions,
  ) {
    this.#name = NAMES[slot];
    this.#title = this.#name.charAt(0).toUpperCase() + this.#name.slice(1);
    this.#picture = new Picture("sdw-slot-picture", signal);
    this.#adjust = this.#button("Adjust crop of", "crop", () => {
      if (this.#crop.adjusting) this.#crop.end();
      else this.#crop.adjust();
      this.#showPressed();
    });
    this.#adjust.addEventListener("pointerdown", (event) => event.preventDefault(), { signal }); // it keeps the focus
    this.#crop = new CropFrame(this.#name, this.#picture, signal, {
      move: (at) => actions.crop(slot, at),
      end: () => this.#endCrop(),
    });
    this.#file = h("input", { type: "file", hidden: true, tabindex: -1, "aria-hidden": "true" });
    this.#file.addEventListener(
      "change",
      () => {
        const file = this.#file.files?.[0];
        this.#file.value = "";
        if (file) this.actions.add(this.slot, file);
      },
      { signal },
    );
    this.element = h("div", { class: "sdw-slot" });
    this.#takeDrops();
  }

  show(state: Slot, preview: DataView | null, locked: boolean, types: readonly string[], most: Most): void {
    this.#picture.show(preview);
    this.#locked = locked;
    if (types.join() !== this.#accept) {
      this.#accept = types.join();
      this.#file.accept = this.#accept;
    }
    this.#crop.show(state.picture ?? null);
    this.#adjust.hidden = !state.picture?.crop;
    const key = JSON.stringify([{ ...state, picture: null }, locked, most]);
    if (key === this.#drawn) return;
    this.#drawn = key;
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const hadFocus = this.element.contains(root.activeElement ?? null);
    this.element.dataset.state = locked ? "locked" : state.state;
    this.element.replaceChildren(this.#file, ...this.#draw(state, locked, most));
    if (hadFocus) this.focus();
    this.#showPressed();
  }

  focus(): void {
    this.element.querySelector("button")?.focus();
  }

  #showPressed(): void {
    this.#adjust.setAttribute("aria-pressed", String(this.#crop.adjusting));
  }

  /** The focus goes back to the button only where it would be lost. */
  #endCrop(): void {
    this.#showPressed();
    const root = this.element.getRootNode() as Document | ShadowRoot;
    if (this.element.contains(root.activeElement)) this.#adjust.focus();
  }

  #draw(state: Slot, locked: boolean, most: Most): Node[] {
    if (locked) return [this.#words(icon("lock"), this.#title, "Add a first frame to use this")];
    if (state.state === "checking") return this.#checking(state);
    if (state.state === "refused" || state.state === "missing") return this.#refused(state);
    if (state.state === "waiting") return [this.#words(icon("lock"), this.#title, state.message)];
    if (state.state === "filled") return this.#filled(state);
    return this.#empty(most);
  }

  #words(mark: Element, title: string, text: string): HTMLElement {
    return h("div", { class: "sdw-slot-words" }, mark, h("strong", {}, title), h("span", { class: "sdw-hint" }, text));
  }

  /** The button lies over the whole slot; the words under it are for the eye, and describe it. */
  #empty(most: Most): HTMLElement[] {
    const words = h(
      "div",
      { class: "sdw-slot-words", id: this.#wordsId },
      icon("image-add"),
      h("strong", {}, this.#title),
      h("span", {}, "Drop, paste or ", h("u", {}, "browse")),
      h("span", { class: "sdw-hint sdw-slot-roomy" }, most.long),
      h("span", { class: "sdw-hint sdw-slot-tight" }, most.short),
    );
    const add = h("button", {
      type: "button",
      class: "sdw-slot-add",
      "aria-label": `Add ${this.#name}`,
      "aria-describedby": this.#wordsId,
      title: most.video && `A video gives its ${this.slot === "first" ? "last" : "first"} frame`,
    });
    add.addEventListener("click", () => this.#browse(), { signal: this.signal });
    return [words, add];
  }

  #checking(state: Slot): HTMLElement[] {
    const stop = this.#button("Remove", "close", () => this.actions.remove(this.slot));
    const corner = h("div", { class: "sdw-slot-corner" }, stop);
    return [this.#words(spinner(), state.message, joined(state.name, state.detail)), corner];
  }

  #refused(state: Slot): HTMLElement[] {
    const missing = state.state === "missing";
    const another = button({ label: missing ? "Add again" : "Choose another" }, this.signal, () => this.#browse());
    another.setAttribute("aria-label", missing ? `Add again as ${this.#name}` : `Choose another ${this.#name}`);
    const remove = this.#button("Dismiss", "close", () => this.actions.remove(this.slot));
    return [
      h(
        "div",
        { class: "sdw-slot-words", role: "alert" },
        h("strong", { class: "sdw-slot-bad" }, icon("alert"), missing ? "Missing" : "Not added"),
        h("span", {}, state.message),
        h("span", { class: "sdw-row" }, another, remove),
      ),
    ];
  }

  #filled(state: Slot): HTMLElement[] {
    this.#picture.element.alt = joined(this.#title, state.name);
    const name = state.origin ? "" : state.name;
    const detail = h(
      "span",
      { class: name ? "sdw-slot-roomy" : "" },
      `${name && state.detail ? " · " : ""}${state.detail}`,
    );
    const words = h(
      "div",
      { class: "sdw-slot-facts" },
      h("strong", {}, this.#title),
      h("span", { class: "sdw-hint", title: state.name }, name, detail),
    );
    const buttons = h(
      "div",
      { class: "sdw-row" },
      this.#adjust,
      this.#button("Replace", "replace", () => this.#browse()),
      this.#button("Remove", "close", () => this.actions.remove(this.slot)),
    );
    const line = h("div", { class: "sdw-slot-line" }, words, buttons);
    return [this.#crop.element, h("div", { class: "sdw-slot-foot" }, line, state.origin && from(state.origin))];
  }

  #button(verb: string, name: "crop" | "replace" | "close", press: () => void): HTMLButtonElement {
    return button({ label: `${verb} ${this.#name}`, icon: name, bare: true }, this.signal, press);
  }

  #browse(): void {
    this.#file.click();
  }

  #takeDrops(): void {
    const { element, signal } = this;
    const words = h("div", { class: "sdw-slot-drop" }, icon("drop"), `Drop to use as ${this.#name}`);
    const over = (on: boolean) => {
      const shown = on && !this.#locked;
      element.toggleAttribute("data-drop", shown);
      if (!shown) words.remove();
      else if (words.parentElement !== element) element.append(words);
    };
    const ours = (event: DragEvent) => {
      if (!event.dataTransfer || !mayHold(event.dataTransfer)) return false;
      event.preventDefault();
      event.stopPropagation(); // or the notebook takes the file for itself
      event.dataTransfer.dropEffect = this.#locked ? "none" : "copy";
      return true;
    };
    for (const kind of ["dragenter", "dragover"] as const) {
      element.addEventListener(kind, (event) => ours(event) && over(true), { signal });
    }
    element.addEventListener(
      "dragleave",
      (event) => {
        // Not counted against what was entered: what is drawn anew under the pointer is never left.
        if (!element.contains(event.relatedTarget as Node | null)) over(false);
      },
      { signal },
    );
    element.addEventListener(
      "drop",
      (event) => {
        over(false);
        if (!ours(event) || this.#locked) return;
        this.actions.add(this.slot, offered(event.dataTransfer));
      },
      { signal },
    );
  }
}

/** Where a frame of a video is from. */
function from({ title, text }: NonNullable<Slot["origin"]>): HTMLElement {
  const words = h(
    "span",
    { class: "sdw-slot-facts" },
    h("span", { title }, title),
    h("span", { class: "sdw-hint" }, text),
  );
  return h("div", { class: "sdw-slot-from" }, icon("film"), words);
}

function joined(...parts: string[]): string {
  return parts.filter(Boolean).join(" · ");
}
