/**
 * The part of the protocol that is about a sweep; `SWEEP_` in `seedance_widgets/widgets/protocol.py`. Every word is made
 * in Python; scroll, focus, what plays and which menu is open stay here.
 */
import type { Tone } from "./job_protocol.ts";
import type { Answer, Kinds, Session } from "./protocol.ts";

/** A stretch of the prompt: plain words, or a placeholder with its braces. */
export interface PromptPiece {
  text: string;
  variable: boolean;
}

/** A placeholder or a setting with its values. */
export interface Axis {
  /** "move", "duration". */
  name: string;
  /** "Camera move", "Duration". */
  label: string;
  /** As they are shown: "static", "4 s". */
  values: string[];
  /** What can still be added; empty where any text can be. */
  offers: string[];
  /** Whether any text can be added. */
  free: boolean;
}

/** One line of the cost: "4 s", "3 videos", "25 each", "75". */
export interface CostLine {
  label: string;
  videos: string;
  each: string;
  sum: string;
}

/** Before it starts: the axes, and what all of it would cost. */
export interface Plan {
  /** First across, then down, then those that make more rows. */
  axes: Axis[];
  /** "Reuse videos from history". */
  reuse: boolean;
  /** "2 of 12 are the same request, 0 credits."; empty where none is. */
  reused: string;
  /** Says what is shown here: what would be made, where, and for how much. */
  seen: string;
  /** Why it cannot be started as it is; else empty. */
  problem: string;
  /** "About 525 credits", "Free". */
  amount: string;
  /** "490–560", "in the sandbox". */
  qualifier: string;
  /** "Estimate from your last 14 runs". */
  source: string;
  lines: CostLine[];
  session: Session | null;
  /** "Render 10 videos", "Follow 2 videos", "Show 12 videos"; with its cost beside it: "about 525 credits", "free". */
  label: string;
  label_cost: string;
  /** Whether "Try in sandbox, free" is offered. */
  rehearsable: boolean;
  /** "Pause stops new requests. Videos already rendering still finish and cost credits." */
  note: string;
}

/** What has become of a take: one of `rendering.batch.KINDS`. */
export type TakeKind =
  | "ready"
  | "from history"
  | "rendering"
  | "sending"
  | "uncertain"
  | "failed"
  | "not watched"
  | "not sent"
  | "waiting";

/** One take of the sweep. */
export interface SweepTake {
  /** From 1. */
  number: number;
  /** Its place, for its accessible names: "orbit, 4 s". */
  place: string;
  kind: TakeKind;
  tone: Tone;
  /** Which icon stands for its state; empty while it is under way. */
  icon: string;
  /** Beside the icon: "Ready", "From 11:52", "Waiting". */
  title: string;
  /** In the tile where there is no picture: "Refund not known", "Reply lost, not sent again", "Next", "2 ahead". */
  detail: string;
  /** "25 credits", "0 credits", "maybe 50", "about 75", "Free". */
  credits: string;
  /** Since when it is under way, in epoch seconds; null where it is not. */
  since: number | null;
  /** "usually 0:58–1:40". */
  usual: string;
  starred: boolean;
  /** The id of its job; empty while it has none. */
  job: string;
  /** Whether a poster, and a video, can be asked for with that id. */
  poster: boolean;
  video: boolean;
  /** What can be done about it: "send-again" ("Send again…"), "resolve" ("Resolve"), "open"; empty for nothing. */
  action: "" | "send-again" | "resolve" | "open";
}

/** Once it has started; and of a batch that is begun in Python, also before. */
export interface Run {
  /** "5 of 12 settled", "Nothing is sent yet". */
  settled: string;
  /** "175 credits used", "About 525 credits". */
  used: string;
  /** "50 uncertain · about 300 to go", "start() begins it"; may be empty. */
  to_go: string;
  tally: { kind: TakeKind; count: number; words: string }[];
  /** Labels of the columns; one empty label where there is one axis or none. */
  columns: string[];
  /** Rows with the numbers of their takes, one a column; 0 where there is none. */
  rows: { label: string; takes: number[] }[];
  takes: SweepTake[];
  paused: boolean;
  /** Nothing is left to be sent, or nothing is before it is begun. */
  over: boolean;
  /** "2 at a time". */
  concurrency: number;
}

export interface Sweep {
  /** "Sweep"; "Batch" for videos that were begun in another way. */
  name: string;
  /** "camera move × duration", "nothing sent yet". */
  title: string;
  prompt: PromptPiece[];
  /** "16:9", "720p", "Sound", "First frame": the settings that are the same in all. */
  chips: { icon: string; text: string }[];
  plan: Plan | null;
  run: Run | null;
  /** What is not kept beyond this session, and what to do; else empty. */
  not_saved: string;
  /** The clock of the kernel, in epoch seconds. */
  now: number;
}

export interface SweepTraits {
  sweep: Sweep;
  /** References to the takes and forms that were opened from here. */
  views: string[];
}

export const SWEEP_TRAITS = ["sweep", "views"] as const satisfies readonly (keyof SweepTraits)[];

/**
 * From a sweep to Python. `take` is the id of a job. Where the answer to `start` or `send-again` was a question, the yes
 * is the same again with the id of the first as its `consent`. `seen` is that of the plan as it was shown: where it is
 * another by now, nothing is sent.
 */
export type SweepSends =
  | { kind: "set-axes"; id: string; names: string[] }
  | { kind: "add-value"; id: string; axis: string; value: string }
  | { kind: "remove-value"; id: string; axis: string; index: number; value: string }
  | { kind: "reuse"; id: string; on: boolean }
  | { kind: "start"; id: string; seen: string; consent?: string }
  | { kind: "rehearse"; id: string }
  | { kind: "pause"; id: string }
  | { kind: "resume"; id: string }
  | { kind: "concurrency"; id: string; most: number }
  | { kind: "open"; id: string; take: string }
  | { kind: "send-again"; id: string; take: string; consent?: string }
  | { kind: "star"; id: string; take: string; on: boolean }
  | { kind: "contact-sheet"; id: string }
  | { kind: "posters"; takes: string[] }
  | { kind: "video-want"; token: string }
  | { kind: "video-have"; token: string };

/** From Python to a sweep. `posters`: JPEGs in the order of `takes`. `sheet`: the PNG is the buffer. */
export type SweepReceives =
  | Answer
  | { kind: "posters"; takes: string[] }
  | { kind: "sheet"; id: string; name: string }
  | { kind: "video-chunk"; token: string; index: number; count: number; size: number; type: string };

export const SWEEP_SENDS = [
  "set-axes",
  "add-value",
  "remove-value",
  "reuse",
  "start",
  "rehearse",
  "pause",
  "resume",
  "concurrency",
  "open",
  "send-again",
  "star",
  "contact-sheet",
  "posters",
  "video-want",
  "video-have",
] as const satisfies Kinds<SweepSends>;
export const SWEEP_RECEIVES = ["answer", "posters", "sheet", "video-chunk"] as const satisfies Kinds<SweepReceives>;
