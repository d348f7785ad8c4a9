/** What the views of one sweep share: the conversation, pictures, and the videos that play. */
import type { AnyModel } from "@anywidget/types";
import { KernelClock } from "./clock.ts";
import { atEnd } from "./dom.ts";
import { Intents } from "./messages.ts";
import { Posters } from "./posters.ts";
import { type Answer, hasKind, type Question } from "./protocol.ts";
import type { SweepTake, SweepTraits } from "./sweep_protocol.ts";
import { VideoStore } from "./video_store.ts";

/** Videos that are kept: more than a browser plays at once. */
const MOST_VIDEOS = 60;

export type Content = { kind: string } & Record<string, unknown>;
export type Ask = (question: Question) => Promise<boolean>;

export interface Sheet {
  blob: Blob;
  name: string;
}

export class SweepStore {
  readonly posters: Posters;
  readonly clock = new KernelClock();
  readonly #intents: Intents;
  readonly #store: VideoStore;
  readonly #videos = new Map<string, Blob>();
  readonly #missing = new Set<string>();
  readonly #queue = new Set<string>();
  readonly #sheets = new Map<string, Sheet>();
  readonly #listeners = new Set<() => void>();
  #fetching = "";
  /** Whether pictures have come from the kernel: without one, what the saved notebook shows stays. */
  answered = false;

  constructor(
    readonly model: AnyModel<SweepTraits>,
    private readonly signal: AbortSignal,
  ) {
    this.#intents = new Intents(model, signal);
    this.#store = new VideoStore((message) => this.#intents.tell(message));
    this.posters = new Posters(
      (content) => this.#intents.tell(content),
      signal,
      () => {
        this.answered = true;
        this.#tell();
      },
    );
    const receive = (message: unknown, buffers: readonly DataView[] = []) => this.#receive(message, buffers);
    const look = () => this.clock.learn(model.get("sweep").now, true);
    model.on("msg:custom", receive);
    model.on("change:sweep", look);
    atEnd(signal, () => {
      model.off("msg:custom", receive);
      model.off("change:sweep", look);
    });
    this.clock.learn(model.get("sweep").now, false);
  }

  /** Calls back when pictures or videos have come, until the signal ends. */
  subscribe(signal: AbortSignal, callback: () => void): void {
    if (signal.aborted) return;
    this.#listeners.add(callback);
    atEnd(signal, () => this.#listeners.delete(callback));
  }

  /** Whether something that was asked for has no answer yet. */
  get waiting(): boolean {
    return this.#intents.waiting;
  }

  /** Null where the person said no to a question. */
  send(content: Content, ask: Ask): Promise<Answer | null> {
    return this.#intents.sendAsking(content, ask);
  }

  /** The PNG of all takes; or why there is none. */
  async sheet(): Promise<Sheet | string> {
    const answer = await this.#intents.send({ kind: "contact-sheet" });
    const sheet = this.#sheets.get(answer.id);
    this.#sheets.delete(answer.id);
    if (!answer.ok) return answer.message;
    return sheet ?? "The contact sheet did not come.";
  }

  /** The video of a take, of those that have come. */
  video(take: string): Blob | null {
    return this.#videos.get(take) ?? null;
  }

  /** Whether videos were asked for that did not come. */
  get missing(): boolean {
    return this.#missing.size > 0;
  }

  /** Asks for the video of a take; they come one after the other. */
  wantVideo(take: string): void {
    if (this.#fetching === take || this.#videos.has(take) || this.#missing.has(take)) return;
    this.#queue.add(take);
    if (!this.#fetching) void this.#fetch();
  }

  /** It is not looked at any more: what has not been asked for yet is not asked for. */
  releaseVideo(take: string): void {
    this.#queue.delete(take);
  }

  /** Nothing plays any more; what did not come may be asked for again. */
  stopVideos(): void {
    this.#queue.clear();
    this.#missing.clear();
  }

  async #fetch(): Promise<void> {
    for (let [take] = this.#queue; take !== undefined && !this.signal.aborted; [take] = this.#queue) {
      this.#queue.delete(take);
      this.#fetching = take;
      const blob = await this.#store.whole(take, this.signal);
      if (blob) this.#videos.set(take, blob);
      else this.#missing.add(take);
      for (const old of [...this.#videos.keys()].slice(0, -MOST_VIDEOS)) this.#videos.delete(old);
      this.#tell();
    }
    this.#fetching = "";
  }

  #receive(message: unknown, buffers: readonly DataView[]): void {
    const taken = this.#intents.receive(message) || this.posters.receive(message, buffers);
    if (taken || this.#store.receive(message, buffers) || !hasKind(message, ["sheet"])) return;
    const { id, name } = message as { kind: string; id?: unknown; name?: unknown };
    const bytes = buffers[0] as DataView<ArrayBuffer> | undefined;
    if (!bytes?.byteLength) return;
    this.#sheets.clear(); // one that another page asked for
    this.#sheets.set(String(id), { blob: new Blob([bytes], { type: "image/png" }), name: String(name) });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Whether a take has a picture of its video to be looked at. */
export function isThere({ kind }: SweepTake): boolean {
  return kind === "ready" || kind === "from history";
}
