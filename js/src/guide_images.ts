/** The guide images of one view: two slots, and what goes into them however it comes. */
import { h, uniqueId } from "./dom.ts";
import type { FormProtocol } from "./form.ts";
import { megabytes } from "./format.ts";
import { icon } from "./icons.ts";
import { sendImage } from "./image_sender.ts";
import { ImageSlot } from "./image_slot.ts";
import { offered } from "./offered.ts";
import { SLOTS, type SlotName, type SlotPicture } from "./protocol.ts";

const TYPE_NAMES: Record<string, string> = { "image/jpeg": "JPG", "image/png": "PNG", "image/webp": "WebP" };

export class GuideImages {
  readonly element: HTMLElement;
  readonly #slots: Record<SlotName, ImageSlot>;
  readonly #problem = h("p", { class: "sdw-problem", hidden: true });
  readonly #proposal = h("p", { class: "sdw-proposal", hidden: true });
  readonly #swap: HTMLButtonElement;
  /** Files refused here, before a byte was sent. */
  readonly #refused = new Map<SlotName, { name: string; message: string }>();

  constructor(
    private readonly protocol: FormProtocol,
    private readonly signal: AbortSignal,
    /** Puts the focus on the aspect ratio. */
    private readonly toRatio: () => void,
  ) {
    const actions = {
      add: (slot: SlotName, image: File | string | null) => this.#add(slot, image),
      crop: (slot: SlotName, at: [number, number]) => protocol.send({ kind: "crop-image", slot, at }),
      remove: (slot: SlotName) => this.#remove(slot),
    };
    this.#slots = { first: new ImageSlot("first", signal, actions), last: new ImageSlot("last", signal, actions) };
    this.#swap = h("button", { type: "button", class: "sdw-quiet" }, icon("swap"), "Swap");
    this.#swap.addEventListener("click", () => protocol.send({ kind: "swap-images" }), { signal });
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
    for (const name of ["dragover", "drop"] as const) form.addEventListener(name, missed, { signal });
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
    const most = `${types.slice(0, -1).join(", ")} or ${types.at(-1)}, up to ${megabytes(limits.image_bytes_max)}`;
    const states = { first, last };
    for (const name of SLOTS) {
      const refused = this.#refused.get(name);
      const state = refused ? ({ state: "refused", detail: "", ...refused } as const) : states[name];
      const locked = name === "last" && last.state === "empty" && !refused && first.state !== "filled";
      this.#slots[name].show(state, model.get(`${name}_preview`), locked, limits.image_types, most);
    }
    this.#propose(first.picture?.proposal ?? null);
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
      this.#problem,
    );
  }

  #add(slot: SlotName, image: File | string | null): void {
    const most = this.protocol.model.get("limits").image_bytes_max;
    const refuse = (message: string, name = "") => {
      this.#refused.set(slot, { name, message });
      this.draw();
    };
    if (!image) {
      refuse("There is no picture in what was dropped. Save the picture and drop its file.");
    } else if (typeof image !== "string" && image.size > most) {
      const size = `${megabytes(image.size)}; ${megabytes(most)} is the most`;
      refuse(`${image.name} has ${size}. Save it smaller, or as JPG.`, image.name);
    } else {
      this.#refused.delete(slot);
      this.draw();
      if (typeof image === "string") this.protocol.send({ kind: "image-address", slot, url: image });
      else
        sendImage(this.protocol.model, slot, image, this.signal).catch(() =>
          refuse(`${image.name} could not be read. Choose it again.`, image.name),
        );
    }
  }

  #remove(slot: SlotName): void {
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
