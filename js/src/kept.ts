/**
 * The static companion of a live view: the output below it that stays in the saved notebook
 * (`seedance_widgets/rendering/static.py`). One of the two is shown.
 */
import { atEnd, every, h } from "./dom.ts";
import type { JobProtocol } from "./job_view.ts";

const LOOK_MS = 2000;

/** Says that a view shows all that its companion shows, which then hides: see the style of the companion. */
export function takeOver(el: HTMLElement): void {
  el.classList.add("sdw-live");
}

/**
 * Watches over what the saved notebook will hold of a job. A page that was reloaded while the job ran has lost the way
 * by which the kernel updates the companion: then this says what to do.
 */
export class Kept {
  readonly element = h("p", { class: "sdw sdw-hint", hidden: true });
  #missed = 0;

  constructor(
    private readonly protocol: JobProtocol,
    private readonly el: HTMLElement,
    signal: AbortSignal,
  ) {
    const { model, videos } = protocol;
    const look = () => this.#takeOver();
    model.on("change:snapshot", look);
    atEnd(signal, () => model.off("change:snapshot", look));
    videos.subscribe(signal, look);
    look();
    every(LOOK_MS, signal, () => this.#lookForCompanion());
  }

  /** Without a kernel the view of a finished job comes to no video, and never takes over. */
  #takeOver(): void {
    const { media } = this.protocol.model.get("snapshot");
    if (!media || this.protocol.videos.get(media.token)) takeOver(this.el);
  }

  #lookForCompanion(): void {
    const { media } = this.protocol.model.get("snapshot");
    const output = this.el.closest(".jp-OutputArea-child");
    const companion = output?.nextElementSibling?.querySelector(".sdw-static");
    const held = Array.from(companion?.querySelectorAll("[data-video]") ?? []);
    const missing =
      media !== null &&
      companion != null &&
      !companion.hasAttribute("data-table") && // a gallery's: its takes have cells of their own
      !held.some((take) => media.token.startsWith(take.getAttribute("data-video") || "-"));
    this.#missed = missing ? this.#missed + 1 : 0; // an update may be on its way: missed twice is missing
    const alone = this.el.parentElement?.closest(".sdw-live") == null;
    if (missing) {
      this.element.textContent = alone
        ? "The saved notebook does not hold this video yet. Run the cell again to keep it there: 0 credits."
        : "The saved notebook does not hold this video. Show its job in a cell of its own to keep it there: 0 credits.";
    }
    this.element.hidden = this.#missed < 2;
  }
}
