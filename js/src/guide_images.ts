/** The guide images of one view: two slots, and what goes into them however it comes. */
import { childLife, h, uniqueId } from "./dom.ts";
import type { FormProtocol } from "./form.ts";
import { megabytes } from "./format.ts";
import { Hints } from "./hints.ts";
import { icon } from "./icons.ts";
import { sendImage } from "./image_sender.ts";
import { ImageSlot } from "./image_slot.ts";
import { offered } from "./offered.ts";
import { type Fields, SLOTS, type SlotName, type SlotPicture } from "./protocol.ts";

const TYPE_NAMES: Record<string, string> = { "image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WebP" };

export class GuideImages {
  readonly element: HTMLElement;
  readonly #slots: Record<SlotName, ImageSlot>;
  readonly #problem = h("p", { class: "sdw-problem", hidden: true });
  readonly #proposal = h("p", { class: "sdw-proposal", hidden: true });
  readonly #swap: HTMLButtonElement;
  readonly #hints: Hints;
  /** The end of a file that is being sent, where another or none is wanted. */
  readonly #stop: Partial<Record<SlotName, () => void>> = {};
  /** Files refused here, before a byte was sent. */
  readonly #refused = new Map<SlotName, { name: string; message: string }>();

  constructor(
    private readonly protocol: FormProtocol,
    private readonly signal: AbortSignal,
    /** Puts the focus on the aspect ratio. */
    private readonly toRatio: () => void,
    set: (changes: Partial<Fields>) => void,
  ) {
    const actions = {
      add: (slot: SlotName, image: File | string | null) => this.#add(slot, image),
      crop: (slot: SlotName, at: [number, number]) => protocol.send({ kind: "crop-image", slot, at }),
      remove: (slot: SlotName) => this.#remove(slot),
    };
    this.#slots = { first: new ImageSlot("first", signal, actions), last: new ImageSlot("last", signal, actions) };
    this.#swap = h("button", { type: "button", class: "sdw-quiet" }, icon("swap"), "Swap");
    this.#swap.addEventListener("click", () => protocol.send({ kind: "swap-images" }), { signal });
    this.#hints = new Hints("Image check", signal, {
      fix: ({ changes }) => set(changes),
      changed: () => {},
      leave: () => this.focus(),
    });
    this.element = this.#group();
  }

  focus(): void {
    this.#slots.first.focus();
  }

  problem(messages: readonly string[]): void {
    this.#problem.replaceChildren(...(messages.length ? [icon("alert"), h("span", {}, messages.join(" "))] : []));
    this.#problem.hidden = messages.length === 0;
  }

  /** Takes what is pasted anywhere in the form, and keeps files that miss their slot from the browser. */
  takeFrom(form: HTMLElement): void {
    const { signal } = this;
    // A file that misses its slot: the browser would leave the notebook to show it.
    const missed = (event: DragEvent) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer.dropEffect = "none";
    };
    for (const name of ["dragenter", "dragover", "drop"] as const) form.addEventListener(name, missed, { signal });
    form.addEventListener(
      "paste",
      (event) => {
        const writing = (event.target as Element).matches("textarea, input");
        const image = offered(event.clipboardData);
        if (!image || (writing && event.clipboardData?.types.includes("text/plain"))) return;
        event.preventDefault();
        event.stopPropagation();
        this.#add(this.#freeSlot(event.target as Node | null), image);
      },
      { signal },
    );
  }

  draw(): void {
    const { model } = this.protocol;
    const limits = model.get("limits");
    const [first, last] = model.get("slots");
    const types = limits.image_types.map((type) => TYPE_NAMES[type] ?? type);
    const size = megabytes(limits.image_bytes_max);
    const most = {
      long: `${types.slice(0, -1).join(", ")} or ${types.at(-1)}, up to ${size}`,
      short: `${types.join(", ")} · ${size}`,
      video: !limits.no_video,
    };
    const accepted = limits.no_video ? limits.image_types : [...limits.image_types, ...limits.video_types];
    const states = { first, last };
    for (const name of SLOTS) {
      const refused = this.#refused.get(name);
      const state = refused ? ({ state: "refused", detail: "", ...refused } as const) : states[name];
      const locked = name === "last" && last.state === "empty" && !refused && first.state !== "filled";
      this.#slots[name].show(state, model.get(`${name}_preview`), locked, accepted, most);
    }
    this.#propose(first.picture?.proposal ?? null);
    this.#hints.show({ prompt: "", rows: [first.check, last.check].filter((check) => check !== undefined) });
    this.#swap.hidden = first.state !== "filled" || last.state !== "filled";
  }

  /** The ratio closest to the first frame, where another is chosen. */
  #propose(proposal: SlotPicture["proposal"]): void {
    this.#proposal.hidden = !proposal;
    this.#proposal.replaceChildren();
    if (!proposal) return;
    const use = h("button", { type: "button" }, `Use ${proposal.ratio}`);
    const press = () => {
      this.protocol.model.set("aspect_ratio", proposal.ratio);
      this.protocol.model.save_changes();
      this.toRatio();
    };
    use.addEventListener("click", press, { signal: this.signal });
    this.#proposal.append(proposal.text, " ", use);
  }

  #group(): HTMLElement {
    const title = uniqueId();
    return h(
      "div",
      { class: "sdw-field sdw-images", role: "group", "aria-labelledby": title },
      h(
        "div",
        { class: "sdw-field-head" },
        h("span", { class: "sdw-label", id: title }, "Guide images"),
        h("span", { class: "sdw-hint" }, "optional"),
        h("span", { class: "sdw-space" }),
        this.#swap,
      ),
      h("div", { class: "sdw-slots" }, this.#slots.first.element, this.#slots.last.element),
      this.#proposal,
      this.#hints.element,
      this.#problem,
    );
  }

  #add(slot: SlotName, image: File | string | null): void {
    const { image_bytes_max, video_bytes_max, no_video } = this.protocol.model.get("limits");
    const refuse = (message: string, name = "") => {
      this.#refused.set(slot, { name, message });
      this.draw();
    };
    const video = image instanceof File && isVideo(image);
    const most = video ? video_bytes_max : image_bytes_max;
    if (!image) {
      refuse("There is no picture in what was dropped. Save the picture and drop its file.");
    } else if (video && no_video) {
      refuse(`${image.name} is a video. ${no_video}`, image.name);
    } else if (typeof image !== "string" && image.size > most) {
      const todo = video ? "Cut it shorter, or save the frame as a picture." : "Save it smaller, or as JPG.";
      refuse(`${image.name} has ${megabytes(image.size)}; ${megabytes(most)} is the most. ${todo}`, image.name);
    } else {
      this.#stop[slot]?.();
      this.#refused.delete(slot);
      this.draw();
      if (typeof image === "string") this.protocol.send({ kind: "image-address", slot, url: image });
      else {
        const life = childLife(this.signal);
        this.#stop[slot] = life.end;
        sendImage(this.protocol.model, slot, image, life.signal).then(life.end, () =>
          refuse(`${image.name} could not be read. Choose it again.`, image.name),
        );
      }
    }
  }

  #remove(slot: SlotName): void {
    this.#stop[slot]?.();
    if (this.#refused.delete(slot)) this.draw();
    else this.protocol.send({ kind: "remove-image", slot });
  }

  /** Where a pasted image goes: the slot that has the focus, else the first that is free. */
  #freeSlot(target: Node | null): SlotName {
    const [first, last] = this.protocol.model.get("slots");
    if (target && this.#slots.last.element.contains(target) && first.state === "filled") return "last";
    if (target && this.#slots.first.element.contains(target)) return "first";
    return first.state === "filled" && last.state !== "filled" ? "last" : "first";
  }
}

/** By what the browser says, else by its name: systems that know no video types leave the first empty. */
function isVideo(file: File): boolean {
  return file.type.startsWith("video/") || /\.(mp4|m4v|mov|webm|mkv)$/i.test(file.name);
}
