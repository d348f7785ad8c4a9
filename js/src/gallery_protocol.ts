/**
 * What the gallery and Python say to each other; `seedance_widgets/widgets/protocol.py` is the other side. What is chosen
 * to be seen goes to the kernel, which finds it; scroll, selection and open menus stay here.
 */
import type { Tone } from "./job_protocol.ts";
import type { Answer, Kinds } from "./protocol.ts";

export type TakeKind = "ready" | "running" | "failed" | "uncertain";

/** A stack of takes of one request and day, as its newest shows it. */
export interface Card {
  /** Stays the same while takes are added to the stack. */
  key: string;
  /** The newest take. */
  id: string;
  /** All takes, newest first. */
  ids: string[];
  prompt: string;
  /** What tells it apart from others that begin alike, in two lines; empty where its beginning does. */
  brief: string;
  kind: TakeKind;
  tone: Tone;
  /** Which icon stands for its state; empty while it is under way. */
  icon: string;
  title: string;
  /** Why, where it went wrong. */
  detail: string;
  /** Since when it is under way, in epoch seconds; null where it is not. */
  since: number | null;
  /** "usually 1:50–2:40". */
  usual: string;
  /** Seconds. */
  length: number;
  /** "12:06 · 720p · sound". */
  meta: string;
  /** "150 credits", "not known", "Free". */
  credits: string;
  /** "Sandbox"; empty at a service. */
  badge: string;
  starred: boolean;
  /** Whether its video is on the kernel's machine. */
  video: boolean;
  /** What it was made from. */
  origin: Origin | null;
}

export interface Origin {
  /** "Remix of". */
  link: string;
  take: string;
  /** That take's prompt, short. */
  name: string;
}

export interface Filter {
  search: string;
  /** Empty for all. */
  state: TakeKind | "";
  starred: boolean;
  /** Days up to today; 0 for all time. */
  days: number;
}

export interface Day {
  /** "Today". */
  label: string;
  /** "10 videos · 445 credits, 2 not known". */
  detail: string;
  /** How many stacks. */
  cards: number;
}

export interface Removed {
  /** "3 takes removed, and in the trash for 30 days." */
  text: string;
  takes: string[];
}

/** All that was found, counted, and the first cards of it, with every word made in Python. */
export interface Shelf {
  /** Higher at every look: what was shown before may have moved. */
  version: number;
  /** "42 videos · 1,960 credits · 5 min 12 s". */
  title: string;
  kinds: { value: TakeKind | ""; label: string; count: number }[];
  days: Day[];
  /** What can be chosen as the date. */
  dates: { days: number; label: string }[];
  filter: Filter;
  /** Why there is nothing; empty where there is something. */
  nothing: string;
  /** What was removed last, and can be put back. */
  removed: Removed | null;
  /** Null where a row is damaged. */
  first: (Card | null)[];
  /** The kernel's time, in epoch seconds. */
  now: number;
}

export interface GalleryTraits {
  shown: Shelf;
  /** References to what was opened: a form, takes. */
  views: string[];
}

export const GALLERY_TRAITS = ["shown", "views"] as const satisfies readonly (keyof GalleryTraits)[];

/** From the gallery to Python. `take` and `takes` are ids; a take is also the token of its video here. */
export type GallerySends =
  | ({ kind: "filter"; id: string } & Filter)
  | { kind: "open"; id: string; takes: string[] }
  | { kind: "compare"; id: string; takes: string[] }
  | { kind: "remix" | "next-shot"; id: string; take: string }
  | { kind: "new-video"; id: string }
  /** Its answer's message is the text. */
  | { kind: "copy"; id: string; take: string; what: "prompt" | "recipe" | "path" }
  | { kind: "star"; id: string; take: string; on: boolean }
  | { kind: "download"; id: string; takes: string[] }
  | { kind: "remove"; id: string; takes: string[]; files: "trash" | "stay"; keep_copy: boolean; consent?: string }
  /** Those that were removed last. */
  | { kind: "restore"; id: string }
  | { kind: "attach"; id: string; generation_id: string }
  | { kind: "cards"; start: number; count: number }
  | { kind: "posters"; takes: string[] }
  | { kind: "strip"; take: string }
  | { kind: "video-want"; token: string }
  | { kind: "video-have"; token: string };

/** From Python to the gallery. */
export type GalleryReceives =
  | Answer
  | { kind: "cards"; version: number; start: number; cards: (Card | null)[] }
  | { kind: "posters"; takes: string[] }
  | { kind: "strip"; take: string; frames: number }
  | { kind: "files"; id: string; files: { token: string; name: string }[] }
  | { kind: "video-chunk"; token: string; index: number; count: number; size: number; type: string };

export const GALLERY_SENDS = [
  "filter",
  "open",
  "compare",
  "remix",
  "next-shot",
  "new-video",
  "copy",
  "star",
  "download",
  "remove",
  "restore",
  "attach",
  "cards",
  "posters",
  "strip",
  "video-want",
  "video-have",
] as const satisfies Kinds<GallerySends>;
export const GALLERY_RECEIVES = [
  "answer",
  "cards",
  "posters",
  "strip",
  "files",
  "video-chunk",
] as const satisfies Kinds<GalleryReceives>;
