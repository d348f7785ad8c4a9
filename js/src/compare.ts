/** Compare in the page. `seedance_widgets/widgets/compare.py` is its other half. */
import type { AnyModel, AnyWidget, RenderProps } from "@anywidget/types";
import { Children } from "./children.ts";
import { COMPARE_ICONS } from "./compare_icons.ts";
import type { CompareTraits } from "./compare_protocol.ts";
import { CompareView } from "./compare_view.ts";
import { later } from "./dom.ts";
import { addIcons } from "./icons.ts";
import { Intents } from "./messages.ts";
import { type Answer, hasKind } from "./protocol.ts";
import { VideoStore } from "./video_store.ts";

addIcons(COMPARE_ICONS);

/** When a page that opened late asks for the videos, in case the kernel's own push does not come: after ms. */
const ASK_AGAIN_MS = [0, 1500, 5000, 15000];

/** What the views of one comparison share: the conversation, and the bytes of each video. */
export class CompareProtocol {
  readonly #stores = new Map<string, VideoStore>();
  readonly #listeners = new Set<() => void>();
  readonly #intents: Intents;
  #closed = false;

  constructor(
    readonly model: AnyModel<CompareTraits>,
    private readonly signal: AbortSignal,
  ) {
    this.#intents = new Intents(model, signal);
    const receive = (message: unknown, buffers: readonly DataView[] = []) => {
      if (this.#intents.receive(message) || !hasKind(message, ["video-chunk"])) return;
      const { token } = message as { kind: string; token?: unknown };
      if (typeof token === "string") this.#stores.get(token)?.receive(message, buffers);
    };
    const open = () => this.#openStores();
    const end = () => this.#end();
    model.on("msg:custom", receive);
    model.on("change:comparison", open);
    model.on("change:closed", end);
    signal.addEventListener(
      "abort",
      () => {
        model.off("msg:custom", receive);
        model.off("change:comparison", open);
        model.off("change:closed", end);
      },
      { once: true },
    );
    open();
  }

  /** Whether it was closed, in this page or another. */
  get closed(): boolean {
    return this.#closed || this.model.get("closed");
  }

  /** Closes it in every page, for good: here at once, elsewhere when the kernel is free. */
  close(): void {
    this.#tell({ kind: "close" });
    this.#closed = true;
    this.#end();
  }

  video(token: string): Blob | null {
    return this.#stores.get(token)?.get(token) ?? null;
  }

  /** Calls back when a video is whole, and when it is closed, until the signal ends. */
  subscribe(signal: AbortSignal, callback: () => void): void {
    this.#listeners.add(callback);
    signal.addEventListener("abort", () => this.#listeners.delete(callback), { once: true });
  }

  send(content: { kind: string } & Record<string, unknown>): Promise<Answer> {
    return this.#intents.send(content);
  }

  /** The takes that can be added may be others by now. */
  lookForTakes(): void {
    this.#tell({ kind: "look-for-takes" });
  }

  #tell(message: { kind: string }): void {
    try {
      this.model.send(message);
    } catch {
      // the kernel is gone: what is in the page goes on without it
    }
  }

  /** The videos are let go of. */
  #end(): void {
    this.#stores.clear();
    this.#say();
  }

  #say(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  /** One for each video of the comparison: they come at the same time. */
  #openStores(): void {
    if (this.closed) return;
    const tokens = this.model.get("comparison").takes.flatMap(({ media }) => (media ? [media.token] : []));
    for (const token of this.#stores.keys()) {
      if (!tokens.includes(token)) this.#stores.delete(token);
    }
    for (const token of tokens) {
      if (this.#stores.has(token)) continue;
      const store = new VideoStore((message) => this.#tell(message));
      this.#stores.set(token, store);
      store.subscribe(this.signal, () => this.#say());
      for (const wait of ASK_AGAIN_MS) {
        later(wait, this.signal, () => this.#stores.get(token) === store && store.want(token));
      }
    }
  }
}

const widget: AnyWidget<CompareTraits> = () => {
  let protocol: CompareProtocol | undefined;
  return {
    initialize({ model, signal }) {
      protocol = new CompareProtocol(model, signal);
    },
    render(props: RenderProps<CompareTraits>) {
      if (!protocol) return;
      const view = new CompareView(protocol, props.el, props.signal);
      const children = new Children(props, "To see it, display it in a cell of its own.");
      const show = () => children.show(props.model.get("views") ?? []);
      props.model.on("change:views", show);
      show();
      props.el.append(view.element, children.element);
      props.signal.addEventListener(
        "abort",
        () => {
          props.model.off("change:views", show);
          view.element.remove();
          children.element.remove();
        },
        { once: true },
      );
    },
  };
};

export default widget;
