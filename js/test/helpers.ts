import type { AnyWidget } from "@anywidget/types";
import { FakeModel } from "../dev/fake_model.ts";

/** A view of a widget in this page, and what ends it. */
export function mount(widget: AnyWidget, traits: object) {
  const model = new FakeModel(traits as Record<string, unknown>);
  const el = document.createElement("div");
  document.body.append(el);
  const life = new AbortController();
  const props = { model: model.asModel(), el, signal: life.signal, experimental: {} };
  const made = (widget as () => { initialize(props: object): void; render(props: object): void })();
  made.initialize(props);
  made.render(props);
  return { model, el, end: () => life.abort(), render: made.render.bind(made), life };
}

export function chunk(token: string, index: number, count: number, bytes: number[], size: number) {
  return {
    content: { kind: "video-chunk", token, index, count, size, type: "video/mp4" },
    buffers: [new DataView(new Uint8Array(bytes).buffer)],
  };
}

export function byName<T extends HTMLElement>(root: ParentNode, name: string): T {
  for (const element of root.querySelectorAll<T>("button, input, textarea, select, a")) {
    const label = element.labels?.[0]?.textContent ?? "";
    if ((element.getAttribute("aria-label") ?? (label || element.textContent))?.trim() === name) return element;
  }
  throw new Error(`There is no control named ${name}`);
}

declare global {
  interface HTMLElement {
    labels?: NodeListOf<HTMLLabelElement> | null;
  }
}
