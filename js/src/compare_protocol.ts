/** The part of the protocol that is about takes side by side; `COMPARE_` in `seedance_widgets/widgets/protocol.py`. */

import type { Media } from "./job_protocol.ts";
import type { Answer, Kinds } from "./protocol.ts";

/** A stretch of a prompt, held against the prompt of the first take. */
export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

export interface Cell {
  label: string;
  text: string;
  /** It differs from the first take. */
  changed: boolean;
}

/** One take of a comparison. */
export interface Take {
  /** What it is called here: "A". */
  letter: string;
  job_id: string;
  /** When it was ready, in words. */
  time: string;
  /** The one that the others are held against. */
  base: boolean;
  badge: string;
  starred: boolean;
  width: number;
  height: number;
  /** Seconds. */
  duration: number;
  media: Media | null;
  /** Why there is no video; else empty. */
  missing: string;
  prompt: Piece[];
  /** Rows of the same labels in all takes. */
  settings: Cell[];
}

/** All that a comparison shows, with every word made in Python. */
export interface Comparison {
  title: string;
  /** Which settings are the same in all takes; empty where none is. */
  same: string;
  takes: Take[];
}

/** A take of the history that can be added. */
export interface Offer {
  job_id: string;
  label: string;
  /** Its settings. */
  detail: string;
}

export interface CompareTraits {
  comparison: Comparison;
  /** JPEGs of the first frames, in the order of the takes. */
  posters: (DataView | null)[];
  /** Takes that can be added, newest first; empty where there is room for none. */
  offers: Offer[];
  /** It was closed, for good. */
  closed: boolean;
  /** References to the forms that were opened from here. */
  views: string[];
}

export const COMPARE_TRAITS = [
  "comparison",
  "posters",
  "offers",
  "closed",
  "views",
] as const satisfies readonly (keyof CompareTraits)[];

/** From a comparison to Python. `job`: the id of a take. `look-for-takes`: the menu of offers was opened. */
export type CompareSends =
  | { kind: "star"; id: string; job: string; on: boolean }
  | { kind: "remix"; id: string; job: string }
  | { kind: "use-last-frame"; id: string; job: string }
  | { kind: "add-take"; id: string; job: string }
  | { kind: "look-for-takes" }
  | { kind: "close" }
  | { kind: "video-want"; token: string }
  | { kind: "video-have"; token: string };

/** From Python to a comparison. */
export type CompareReceives =
  | Answer
  | { kind: "video-chunk"; token: string; index: number; count: number; size: number; type: string };

export const COMPARE_SENDS = [
  "star",
  "remix",
  "use-last-frame",
  "add-take",
  "look-for-takes",
  "close",
  "video-want",
  "video-have",
] as const satisfies Kinds<CompareSends>;
export const COMPARE_RECEIVES = ["answer", "video-chunk"] as const satisfies Kinds<CompareReceives>;
