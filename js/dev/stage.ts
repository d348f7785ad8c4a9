/** Shows widgets without Jupyter: what a host does with them, and the answers of a kernel that does nothing. */
import { FakeModel } from "./fake_model.ts";
import { PAST } from "./past_samples.ts";

type Widget = () => { initialize(props: object): void; render(props: object): void };

const ANSWER_MS = 300;

/** A widget that stays while its views come and go. */
export class Staged {
  readonly model: FakeModel<Record<string, unknown>>;
  readonly #made: ReturnType<Widget>;
  readonly #life = new AbortController();

  /** `clip`: the bytes of the video with a token. */
  constructor(widget: unknown, traits: Record<string, unknown>, clip: (token: string) => DataView | null) {
    this.model = new FakeModel(traits);
    this.model.onSend = (content) => this.#answer(content, clip);
    this.#made = (widget as Widget)();
    this.#made.initialize(this.#props(this.#life.signal));
  }

  /** A view in a place of its own, and what closes it. */
  open(el: HTMLElement): () => void {
    const view = new AbortController();
    this.#made.render({ ...this.#props(view.signal), el });
    return () => view.abort();
  }

  end(): void {
    this.#life.abort();
  }

  #props(signal: AbortSignal) {
    return { model: this.model.asModel(), signal, experimental: {} };
  }

  #answer({ kind, id, token }: Record<string, unknown>, clip: (token: string) => DataView | null): void {
    const bytes = kind === "video-want" ? clip(String(token)) : null;
    if (bytes) {
      const { byteLength: size } = bytes;
      this.model.receive({ kind: "video-chunk", token, index: 0, count: 1, size, type: "video/mp4" }, [bytes]);
    }
    if (kind === "past-prompts") this.model.receive({ ...PAST, id });
    if (typeof id !== "string" || kind === "past-prompts" || kind === "image-chunk" || kind === "names") return;
    const answer = { kind: "answer", id, ok: false, message: "This page has no kernel." };
    setTimeout(() => this.model.receive(answer), ANSWER_MS);
  }
}
