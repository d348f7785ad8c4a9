/** The part of the protocol that is about one take: what its view shows, and what can be asked of it. */

import type { Answer, KeepKey, Kinds, Question } from "./protocol.ts";

export type Tone = "busy" | "good" | "info" | "warn" | "bad" | "quiet";

/** A sentence whose beginning carries the weight: "The reply was lost. A job may have been created." */
export interface Sentence {
  lead: string;
  text: string;
}

export interface Chip {
  text: string;
  icon: "" | "sound" | "image" | "lens" | "share";
}

export interface Upload {
  /** "First frame". */
  label: string;
  name: string;
  /** Bytes; null while they are on their way and nobody counts. */
  sent: number | null;
  /** Bytes. */
  size: number;
  done: boolean;
}

export interface Fact {
  label: string;
  text: string;
}

/** What the page does by itself. */
type OwnAction = "download" | "copy-url" | "copy-report" | "copy-prompt" | "copy-recipe" | "add-credits" | "use-key";
export type ActionId = Intent | OwnAction | "star" | "note";

/** What a person can ask of a job with one press. */
export const INTENTS = [
  "cancel",
  "check-now",
  "try-now",
  "send-now",
  "stop-watching",
  "watch-again",
  "check-again",
  "fetch-again",
  "send-again",
  "try-again",
  "new-take",
  "remix",
  "edit",
  "use-last-frame",
  "render",
  "draft",
  "rehearse",
  "forget",
  "restore",
] as const;

export type Intent = (typeof INTENTS)[number];

export interface Action {
  id: ActionId;
  label: string;
  /** What it is called where that is longer than its label; else empty. */
  name: string;
  /** What it costs, beside the label. */
  cost: string;
  /** `menu`: under More actions. */
  place: "header" | "footer" | "menu";
  /** Asked before what costs, or cannot be taken back. */
  confirm: Question | null;
  /** Where it leads, for what is done elsewhere; else empty. */
  href: string;
}

/** A saved video. */
export interface Media {
  /** Says which file it is: views with the same token show the same bytes. */
  token: string;
  /** A readable file name. */
  name: string;
  size: number;
  type: string;
  audio: boolean;
  fps: number;
}

/** All that a view shows: a fold of the job's events, with every word made in Python. Times are epoch seconds. */
export interface Snapshot {
  job_id: string;
  state: string;
  reason: string;
  tone: Tone;
  /** Which icon stands for it. */
  icon: string;
  title: string;
  detail: string;
  /** Added to the title for screen readers when the state changes. */
  announcement: string;
  /** A clock beside the title: counted in the browser. */
  clock: { since: number; style: "seconds" | "minutes" } | null;
  /** When the service is asked next. */
  next_check: number | null;
  /** The kernel's time when this was made, for clocks that differ. */
  now: number;
  badge: string;
  prompt: string;
  chips: Chip[];
  width: number;
  height: number;
  duration: number;
  alert: Sentence | null;
  countdown: { since: number; until: number; label: string; text: string } | null;
  uploads: Upload[];
  credits: { needed: number; have: number; text: string } | null;
  facts: Fact[];
  /** When earlier runs with these settings were ready, in seconds; null below three runs. */
  usual: { low: number; high: number; text: string; late: string } | null;
  /** Shown where a lost job may be found by its id. `suggestion` is what reads like its id in the reply; `hint` says so. */
  attach: { title: string; suggestion: string; hint: string } | null;
  /** What to weigh before sending once more; `send-again` stands beside it. */
  resend: { title: string; text: string } | null;
  note: Sentence | null;
  /** Lines under a finished video: credits, time, where it lies. */
  summary: { lead: string; text: string; kind: "credits" | "time" | "note" | "path" }[];
  actions: Action[];
  /** Where another key would be kept; empty where none can be entered here. */
  key_kept: string;
  media: Media | null;
  /** A copy that plays where the video itself does not. */
  copy: Media | null;
  /** A picture to press stands for the player until it is opened. */
  small: boolean;
  starred: boolean;
  /** What its owner wants to remember of it. */
  remark: string;
  /** All that is needed to make it again, as JSON; empty while it is under way. */
  recipe: string;
  video_url: string;
  generation_id: string;
}

export interface JobViewTraits {
  snapshot: Snapshot;
  /** JPEG of the video's first frame. */
  poster: DataView | null;
  /** JPEG of the first guide image. */
  thumbnail: DataView | null;
  /** References to what was opened from this view: new takes, a form to remix. */
  views: string[];
}

export const JOB_VIEW_TRAITS = [
  "snapshot",
  "poster",
  "thumbnail",
  "views",
] as const satisfies readonly (keyof JobViewTraits)[];

/** From a job view to Python. An intent whose answer was a question comes again with the yes, as in the form. */
export type JobViewSends =
  /** `cost`: what its button said. */
  | { kind: Intent; id: string; cost: string; consent?: string }
  | { kind: "attach"; id: string; generation_id: string }
  | { kind: "star"; id: string; on: boolean }
  | { kind: "note"; id: string; text: string }
  | { kind: "convert"; id: string; to: "sound" | "open" }
  | (KeepKey & { id: string })
  | { kind: "video-want"; token: string }
  | { kind: "video-have"; token: string };

/** From Python to a job view. */
export type JobViewReceives =
  | Answer
  | { kind: "video-chunk"; token: string; index: number; count: number; size: number; type: string };

/** Spelled out: what is spread stays in every bundle. */
export const JOB_VIEW_SENDS = [
  "cancel",
  "check-now",
  "try-now",
  "send-now",
  "stop-watching",
  "watch-again",
  "check-again",
  "fetch-again",
  "send-again",
  "try-again",
  "new-take",
  "remix",
  "edit",
  "use-last-frame",
  "render",
  "draft",
  "rehearse",
  "forget",
  "restore",
  "attach",
  "star",
  "note",
  "convert",
  "keep-key",
  "video-want",
  "video-have",
] as const satisfies Kinds<JobViewSends>;
export const JOB_VIEW_RECEIVES = ["answer", "video-chunk"] as const satisfies Kinds<JobViewReceives>;
