/** One view of a sweep: what is being typed, asked and played lives here, in the page. */
import type { AnyModel } from "@anywidget/types";
import { h, setText, shieldKeys } from "./dom.ts";
import { icon } from "./icons.ts";
import type { SweepTraits } from "./sweep_protocol.ts";

export class SweepView {
  readonly element: HTMLElement;
  readonly #title = h("span", { class: "sdw-title-detail" });

  constructor(
    private readonly model: AnyModel<SweepTraits>,
    signal: AbortSignal,
  ) {
    const head = h(
      "div",
      { class: "sdw-head sdw-sweep-head" },
      icon("grid"),
      h("h2", { class: "sdw-title" }, "Sweep"),
      this.#title,
    );
    this.element = h(
      "div",
      { class: "sdw" },
      h("div", { class: "sdw-card sdw-sweep", role: "region", "aria-label": "Sweep" }, head),
    );
    shieldKeys(this.element, signal);
    const show = () => this.#show();
    model.on("change:sweep", show);
    signal.addEventListener("abort", () => model.off("change:sweep", show), { once: true });
    show();
  }

  #show(): void {
    setText(this.#title, this.model.get("sweep").title);
  }
}
