/** What the views of one gallery share: the conversation, cards by their places, and pictures while they are in view. */
import type { AnyModel } from "@anywidget/types";
import { KernelClock } from "./clock.ts";
import { later } from "./dom.ts";
import type { Card, Filter, GalleryTraits } from "./gallery_protocol.ts";
import { Intents } from "./messages.ts";
import { type Answer, hasKind, type Question } from "./protocol.ts";
import { VideoStore } from "./video_store.ts";

/** Cards asked for at once; places are asked for in whole blocks. */
const BLOCK = 24;
/** Pictures that are kept: more than lie in view. */
const MOST_PICTURES = 120;
const MOST_STRIPS = 12;
/** How long posters that come into view together are gathered. */
const GATHER_MS = 40;
const ASK_AGAIN_MS = [0, 5000, 15_000];
const GIVE_UP_MS = 60_000;

export interface Strip {
  url: string;
  frames: number;
}

type Content = { kind: string } & Record<string, unknown>;

export class GalleryStore {
  readonly videos: VideoStore;
  readonly clock = new KernelClock();
  readonly #intents: Intents;
  readonly #cards = new Map<number, Card | null>();
  readonly #fresh = new Set<number>();
  readonly #asked = new Set<number>();
  readonly #posters = new Map<string, string>();
  readonly #strips = new Map<string, Strip>();
  readonly #wanted = new Set<string>();
  readonly #files = new Map<string, { token: string; name: string }[]>();
  readonly #listeners = new Set<() => void>();
  #filter = "";
  #gathering = false;

  constructor(
    readonly model: AnyModel<GalleryTraits>,
    private readonly signal: AbortSignal,
  ) {
    this.#intents = new Intents(model, signal);
    this.videos = new VideoStore((message) => this.#ask(message));
    const receive = (message: unknown, buffers: readonly DataView[] = []) => this.#receive(message, buffers);
    const look = () => this.#look(true);
    model.on("msg:custom", receive);
    model.on("change:shown", look);
    signal.addEventListener(
      "abort",
      () => {
        model.off("msg:custom", receive);
        model.off("change:shown", look);
        for (const url of this.#posters.values()) if (url) URL.revokeObjectURL(url);
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
      this.#ask({ kind: "cards", start, count: BLOCK });
    }
    // Far away cards are let go: what is in view is what is kept.
    for (const place of this.#cards.keys()) {
      if (place >= BLOCK && (place < from - 4 * BLOCK || place > to + 4 * BLOCK)) this.#forget(place);
    }
  }

  /** The picture of a take; empty while it has not come, or where there is none. */
  poster(take: string): string {
    return this.#posters.get(take) ?? "";
  }

  /** A card has come into view. */
  want(take: string): void {
    if (this.#posters.has(take)) return;
    this.#posters.set(take, "");
    this.#wanted.add(take);
    if (this.#gathering) return;
    this.#gathering = true;
    later(GATHER_MS, this.signal, () => {
      this.#gathering = false;
      this.#ask({ kind: "posters", takes: [...this.#wanted] });
      this.#wanted.clear();
    });
  }

  /** A card is far out of view, and drawn nowhere. */
  release(take: string): void {
    if (this.#posters.size <= MOST_PICTURES) return;
    const url = this.#posters.get(take);
    if (url) URL.revokeObjectURL(url);
    this.#posters.delete(take);
    this.#wanted.delete(take);
  }

  /** Asks for frames of a take side by side. */
  strip(take: string): void {
    if (!this.#strips.has(take)) this.#ask({ kind: "strip", take });
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
      const blob = await this.#whole(token);
      if (!blob) return `${name} did not come. The kernel may be busy; try again when it is free.`;
      save(blob, name);
    }
    return "";
  }

  /** For what comes without an answer. Where the kernel is gone, nothing comes: the next intent says so. */
  #ask(content: Content): void {
    try {
      this.model.send(content);
    } catch {}
  }

  #whole(token: string): Promise<Blob | null> {
    const life = new AbortController();
    const signal = AbortSignal.any([life.signal, this.signal]);
    return new Promise<Blob | null>((resolve) => {
      const look = () => {
        const blob = this.videos.get(token);
        if (blob) resolve(blob);
      };
      this.videos.subscribe(signal, look);
      for (const wait of ASK_AGAIN_MS) later(wait, signal, () => this.videos.want(token));
      later(GIVE_UP_MS, signal, () => resolve(null));
      look();
    }).finally(() => life.abort());
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
    for (const listener of [...this.#listeners]) listener();
  }

  #forget(place: number): void {
    this.#cards.delete(place);
    this.#fresh.delete(place);
    this.#asked.delete(place - (place % BLOCK));
  }

  #receive(message: unknown, buffers: readonly DataView[]): void {
    if (this.#intents.receive(message) || this.videos.receive(message, buffers)) return;
    if (!hasKind(message, ["cards", "posters", "strip", "files"])) return;
    const told = message as Record<string, unknown>;
    if (told.kind === "cards" && Array.isArray(told.cards) && Number.isSafeInteger(told.start)) {
      const start = Number(told.start);
      const fresh = Number(told.version) >= this.model.get("shown").version;
      if (!fresh) this.#asked.delete(start - (start % BLOCK));
      this.#take(start, told.cards, fresh);
    } else if (told.kind === "posters" && Array.isArray(told.takes)) {
      this.#takePosters(told.takes, buffers);
    } else if (told.kind === "strip") {
      this.#takeStrip(String(told.take), Number(told.frames), buffers[0]);
    } else if (told.kind === "files" && Array.isArray(told.files)) {
      this.#files.set(String(told.id), told.files);
    }
  }

  #takePosters(takes: readonly unknown[], buffers: readonly DataView[]): void {
    takes.forEach((take, index) => {
      const bytes = buffers[index];
      const id = String(take);
      if (!this.#posters.has(id) || !bytes?.byteLength) return; // let go meanwhile, or there is none
      const before = this.#posters.get(id);
      if (before) URL.revokeObjectURL(before);
      this.#posters.set(id, pictureUrl(bytes));
    });
    for (const listener of [...this.#listeners]) listener();
  }

  #takeStrip(take: string, frames: number, bytes: DataView | undefined): void {
    if (!bytes?.byteLength || !(frames > 0) || this.#strips.has(take)) return;
    this.#strips.set(take, { url: pictureUrl(bytes), frames });
    for (const [old, strip] of [...this.#strips].slice(0, -MOST_STRIPS)) {
      URL.revokeObjectURL(strip.url);
      this.#strips.delete(old);
    }
    for (const listener of [...this.#listeners]) listener();
  }
}

function pictureUrl(bytes: DataView): string {
  return URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/jpeg" }));
}
