/** Widgets inside widgets: the views a form or a job has opened, drawn below it. */
import type { AnyModel, Host } from "@anywidget/types";
import { atEnd, childLife, h } from "./dom.ts";

const PREFIX = "anywidget:";

/** What hosts older than the `host` object offer. */
interface OldManager {
  get_model(id: string): Promise<unknown>;
  create_view?(model: unknown): Promise<{ el: HTMLElement; remove(): void }>;
}

/**
 * Draws the widgets named by references, in their order, and keeps those that stay. Where the host cannot find widgets
 * by reference, `fallback` says where to look instead.
 */
export class Children {
  readonly element = h("div", { class: "sdw-children" });
  readonly #shown = new Map<string, { slot: HTMLElement; end: () => void }>();
  #latest: Promise<HTMLElement> | null = null;

  constructor(
    private readonly props: { model: Pick<AnyModel, "widget_manager">; host?: Host; signal: AbortSignal },
    private readonly fallback: string,
  ) {}

  show(references: readonly unknown[]): void {
    const wanted = references.filter((ref): ref is string => typeof ref === "string" && ref.startsWith(PREFIX));
    for (const [reference, child] of this.#shown) {
      if (wanted.includes(reference)) continue;
      child.end();
      child.slot.remove();
      this.#shown.delete(reference);
    }
    let before: Element | null = this.element.firstElementChild;
    for (const reference of wanted) {
      const slot = this.#shown.get(reference)?.slot ?? this.#open(reference);
      if (slot === before) before = before.nextElementSibling;
      else this.element.insertBefore(slot, before);
    }
  }

  /** What was opened since the last call, once it is drawn; null for nothing. */
  async opened(): Promise<HTMLElement | null> {
    const latest = this.#latest;
    this.#latest = null;
    return latest;
  }

  #open(reference: string): HTMLElement {
    const slot = h("div", { class: "sdw-child" });
    const life = childLife(this.props.signal);
    this.#shown.set(reference, { slot, end: life.end });
    this.#latest = this.#draw(reference, slot, life.signal)
      .catch(() => {
        if (!life.signal.aborted) slot.replaceChildren(h("p", { class: "sdw sdw-hint" }, this.fallback));
      })
      .then(() => slot);
    return slot;
  }

  async #draw(reference: string, el: HTMLElement, signal: AbortSignal): Promise<void> {
    if (this.props.host?.getWidget) {
      const widget = await this.props.host.getWidget(reference);
      if (!signal.aborted) await widget.render({ el, signal });
      return;
    }
    const manager = this.props.model.widget_manager as unknown as OldManager | undefined;
    if (!manager?.create_view) throw new Error("This host cannot show a widget inside another.");
    const view = await manager.create_view(await manager.get_model(reference.slice(PREFIX.length)));
    atEnd(signal, () => view.remove());
    if (signal.aborted) view.remove();
    else el.append(view.el);
  }
}
