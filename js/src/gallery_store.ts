/** What the views of one gallery share: the conversation, cards by their places, and pictures while they are in view. */
import type { AnyModel } from "@anywidget/types";
import { KernelClock } from "./clock.ts";
import type { Card, Filter, GalleryTraits } from "./gallery_protocol.ts";
import { Intents } from "./messages.ts";
import { Posters, pictureUrl } from "./posters.ts";
import { type Answer, hasKind, type Question } from "./protocol.ts";
import { VideoStore } from "./video_store.ts";

/** Cards asked for at once; places are asked for in whole blocks. */
const BLOCK = 24;
const MOST_STRIPS = 12;

export interface Strip {
  url: string;
  frames: number;
}

type Content = { kind: string } & Record<string, unknown>;

export class GalleryStore {
  readonly videos: VideoStore;
  readonly posters: Posters;
  readonly clock = new KernelClock();
  readonly #intents: Intents;
  readonly #cards = new Map<number, Card | null>();
  readonly #fresh = new Set<number>();
  readonly #asked = new Set<number>();
  readonly #strips = new Map<string, Strip>();
  readonly #files = new Map<string, { token: string; name: string }[]>();
  readonly #listeners = new Set<() => void>();
  #filter = "";

  constructor(
    readonly model: AnyModel<GalleryTraits>,
    private readonly signal: AbortSignal,
  ) {
    this.#intents = new Intents(model, signal);
    this.videos = new VideoStore((message) => this.#intents.tell(message));
    this.posters = new Posters(
      (content) => this.#intents.tell(content),
      signal,
      () => this.#tell(),
    );
    const receive = (message: unknown, buffers: readonly DataView[] = []) => this.#receive(message, buffers);
    const look = () => this.#look(true);
    model.on("msg:custom", receive);
    model.on("change:shown", look);
    signal.addEventListener(
      "abort",
      () => {
        model.off("msg:custom", receive);
        model.off("change:shown", look);
        for (const strip of this.#strips.values()) URL.revokeObjectURL(strip.url);
      },
      { once: true },
    );
    this.#look(false);
  }

  /** Calls back when cards or pictures have come, until the signal ends. */
  subscribe(signal: AbortSignal, callback: () => void): void {
    if (signal.aborted) return;
    this.#listeners.add(callback);
    signal.addEventListener("abort", () => this.#listeners.delete(callback), { once: true });
  }

  /** Whether something that was asked for has no answer yet. */
  get waiting(): boolean {
    return this.#intents.waiting;
  }

  /** The card at a place: null for one that is damaged, undefined while it has not come. */
  card(place: number): Card | null | undefined {
    return this.#cards.get(place);
  }

  /** Where a card is, of those that have come. */
  placeOf(key: string): number | undefined {
    for (const [place, card] of this.#cards) if (card?.key === key) return place;
    return undefined;
  }

  /** Asks for the cards from one place to before another that are not here, or may have changed. */
  need(from: number, to: number): void {
    for (let start = from - (from % BLOCK); start < to; start += BLOCK) {
      const whole = Array.from({ length: BLOCK }, (_, index) => start + index);
      if (this.#asked.has(start) || !whole.some((at) => at >= from && at < to && !this.#fresh.has(at))) continue;
      this.#asked.add(start);
      this.#intents.tell({ kind: "cards", start, count: BLOCK });
    }
    // Far away cards are let go: what is in view is what is kept.
    for (const place of this.#cards.keys()) {
      if (place >= BLOCK && (place < from - 4 * BLOCK || place > to + 4 * BLOCK)) this.#forget(place);
    }
  }

  /** Asks for frames of a take side by side. */
  strip(take: string): void {
    if (!this.#strips.has(take)) this.#intents.tell({ kind: "strip", take });
  }

  /** These frames; null while they have not come. */
  kept(take: string): Strip | null {
    return this.#strips.get(take) ?? null;
  }

  /** Null where the person said no to a question. */
  send(content: Content, ask: (question: Question) => Promise<boolean> = async () => false): Promise<Answer | null> {
    return this.#intents.sendAsking(content, ask);
  }

  /** Choose what is shown. */
  choose(filter: Filter): Promise<Answer | null> {
    return this.send({ kind: "filter", ...filter });
  }

  /** The videos of some takes, one after the other, each handed on as it is whole. Says what went wrong. */
  async download(takes: readonly string[], save: (blob: Blob, name: string) => void): Promise<string> {
    const answer = await this.send({ kind: "download", takes });
    if (!answer?.ok) return answer?.message ?? "";
    const files = this.#files.get(answer.id) ?? [];
    this.#files.delete(answer.id);
    if (!files.length) return "None of these has a video on this machine.";
    for (const { token, name } of files) {
      const blob = await this.videos.whole(token, this.signal);
      if (!blob) return `${name} did not come. The kernel may be busy; try again when it is free.`;
      save(blob, name);
    }
    return "";
  }

  /** What was shown before may have moved; it stays until what is there now has come. */
  #look(live: boolean): void {
    const shown = this.model.get("shown");
    const filter = JSON.stringify(shown.filter);
    if (filter !== this.#filter) this.#cards.clear();
    this.#filter = filter;
    this.#fresh.clear();
    this.#asked.clear();
    const count = shown.days.reduce((sum, day) => sum + day.cards, 0);
    for (const place of this.#cards.keys()) if (place >= count) this.#cards.delete(place);
    this.clock.learn(shown.now, live);
    this.#take(0, shown.first, true);
  }

  #take(start: number, cards: readonly (Card | null)[], fresh: boolean): void {
    cards.forEach((card, index) => {
      if (!fresh && this.#fresh.has(start + index)) return;
      this.#cards.set(start + index, card);
      if (fresh) this.#fresh.add(start + index);
    });
    this.#tell();
  }

  #forget(place: number): void {
    this.#cards.delete(place);
    this.#fresh.delete(place);
    this.#asked.delete(place - (place % BLOCK));
  }

  #receive(message: unknown, buffers: readonly DataView[]): void {
    const taken = this.#intents.receive(message) || this.videos.receive(message, buffers);
    if (taken || this.posters.receive(message, buffers)) return;
    if (!hasKind(message, ["cards", "strip", "files"])) return;
    const told = message as Record<string, unknown>;
    if (told.kind === "cards" && Array.isArray(told.cards) && Number.isSafeInteger(told.start)) {
      const start = Number(told.start);
      const fresh = Number(told.version) >= this.model.get("shown").version;
      if (!fresh) this.#asked.delete(start - (start % BLOCK));
      this.#take(start, told.cards, fresh);
    } else if (told.kind === "strip") {
      this.#takeStrip(String(told.take), Number(told.frames), buffers[0]);
    } else if (told.kind === "files" && Array.isArray(told.files)) {
      this.#files.set(String(told.id), told.files);
    }
  }

  #takeStrip(take: string, frames: number, bytes: DataView | undefined): void {
    if (!bytes?.byteLength || !(frames > 0) || this.#strips.has(take)) return;
    this.#strips.set(take, { url: pictureUrl(bytes), frames });
    for (const [old, strip] of [...this.#strips].slice(0, -MOST_STRIPS)) {
      URL.revokeObjectURL(strip.url);
      this.#strips.delete(old);
    }
    this.#tell();
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
