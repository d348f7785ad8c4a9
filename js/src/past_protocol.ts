/** Past prompts, and what is put into the form as a whole. Part of `protocol.ts`; made in `widgets/past_prompts.py`. */
import type { Fields } from "./protocol.ts";

/** A prompt that was asked for before, or what was in a form and not sent. */
export interface PastRow {
  id: string;
  /** The prompt, short and on one line. */
  text: string;
  /** All of it, as it is typed. */
  insert: string;
  /** "Ready", "What you had". */
  title: string;
  tone: "good" | "bad" | "warn" | "busy" | "quiet" | "draft";
  /** "12:06 · 16:9 · 720p · 8 s". */
  about: string;
  /** The label of the connection; empty for what was not sent. */
  connection: string;
  /** Walking to it brings back its settings and pictures too: the form is empty, and this was in the last one. */
  whole: boolean;
}

/** A place in the history: the time of a take, and its id. */
export type Place = [number, string];

export interface PastPrompts {
  kind: "past-prompts";
  id: string;
  rows: PastRow[];
  /** What the next rows are asked for with; null behind the last. */
  next: Place | null;
  /** How many there are; null where there are too many to count. */
  count: number | null;
  problem: string;
}

/** What is in the form now. The page writes these fields itself, so that nothing it has still to send undoes them. */
export interface Filled {
  kind: "filled";
  fields: Partial<Fields>;
  typed_values: Record<string, string>;
  said: string;
  /** Whether that is shown, and not only read out. */
  shown: boolean;
}

/** What the form shows at this moment: what was typed last may not be in Python yet. */
export interface Shown {
  fields: Fields;
  typed_values: Record<string, string>;
}

/** Intents that put something into the form, or keep what is in it. The recipe of a file is the buffer of its message. */
export type Refill =
  | { kind: "use-past"; entry: string; walking: boolean }
  | { kind: "keep-draft" }
  /** `whole`: the video ends where its boxes say. */
  | { kind: "restore"; name: string; video: boolean; whole: boolean };

export type PastSends =
  | { kind: "past-prompts"; id: string; find: string; after: Place | null }
  | (Refill & Shown & { id: string });
