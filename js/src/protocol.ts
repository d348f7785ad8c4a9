/**
 * What the widgets and Python say to each other: every synced trait, every message.
 *
 * `seedance_widgets/widgets/protocol.py` is the other side, and a Python test compares the names. The rules: a trait that
 * redraws without a kernel has one writer (the fields of the form alone have two, the person and Python); an intent is a
 * message with an id and gets one `answer`; bytes travel only as buffers, in chunks.
 */

import type { Filled, PastPrompts, PastSends } from "./past_protocol.ts";
import type { Check, Checks, Menu, Name, Variable } from "./prompt_protocol.ts";

export * from "./job_protocol.ts";
export type * from "./past_protocol.ts";
export type * from "./prompt_protocol.ts";

/** Most bytes of one buffer: browsers' servers close a socket over messages of 10 MB. */
export const CHUNK_BYTES = 4 * 1024 * 1024;

// ---------------------------------------------------------------------------------------------------------------- form

/** The fields of the form, by the names of the settings. The page and Python both write them. */
export interface Fields {
  prompt: string;
  aspect_ratio: string;
  resolution: string;
  duration: number;
  fixed_lens: boolean;
  generate_audio: boolean;
  prompt_directory_optin: boolean;
}

export const FIELDS = [
  "prompt",
  "aspect_ratio",
  "resolution",
  "duration",
  "fixed_lens",
  "generate_audio",
  "prompt_directory_optin",
] as const satisfies readonly (keyof Fields)[];

/** What the model accepts. The page writes no limit itself. */
export interface Limits {
  model: string;
  aspect_ratios: string[];
  resolutions: string[];
  durations: number[];
  /** "720p 16:9" to [width, height]. */
  pixels: Record<string, [number, number]>;
  prompt_min: number;
  prompt_max: number;
  image_types: string[];
  image_bytes_max: number;
  /** Of which a frame can be taken. */
  video_types: string[];
  video_bytes_max: number;
  /** Why none can be taken here and what to do; empty where it can. */
  no_video: string;
}

/** Who makes the videos, and what the menu offers. */
export interface Connection {
  /** "UlazAI" or "Sandbox". */
  label: string;
  /** The same with what it means. */
  text: string;
  sandbox: boolean;
  choices: ConnectionChoice[];
  /** Where a key that is entered will be kept; empty where that is not known yet. */
  kept: string;
  /** Credits this session may use; null for no limit. */
  budget: number | null;
  /** "500 credits", "No limit". */
  budget_text: string;
}

export interface ConnectionChoice {
  id: "service" | "sandbox";
  label: string;
  text: string;
  /** There is all it needs; a key has to be entered first where not. */
  ready: boolean;
}

export interface Cost {
  /** "About 50 credits", "Free". */
  amount: string;
  /** "in the sandbox". */
  qualifier: string;
  /** Where the estimate comes from. */
  source: string;
  /** "Usually ready in 60-100 s"; empty where it is not known. */
  time: string;
  /** What of this session is not saved, why, and what to do; empty where all is. */
  not_saved: string;
  /** What this session has used at the paid service; null in the sandbox. */
  session: Session | null;
}

export interface Session {
  /** "Session: 96 of 500 credits used". */
  text: string;
  /** "146 after", with this take. */
  after: string;
  /** Credits: used, used with this take, and allowed (null for no limit). */
  spent: number;
  next: number;
  budget: number | null;
  /** With this take it is over its budget, and Generate asks first; or the take is over what one may use. */
  over: boolean;
}

export interface Problem {
  field: string;
  message: string;
  fix: string;
}

export type SlotName = "first" | "last";
export const SLOTS = ["first", "last"] as const satisfies readonly SlotName[];

export interface Slot {
  /** `missing`: of an earlier request, with no copy any more; `waiting`: for that one, the first frame. */
  state: "empty" | "checking" | "refused" | "filled" | "missing" | "waiting";
  name: string;
  /** "3.1 MB", "crops to 16:9". */
  detail: string;
  /** What is being done; or why it was refused and what to do. */
  message: string;
  /** What was judged; absent where there is nothing, or an address. */
  picture?: SlotPicture;
  /** Where a frame of a video is from: `From "Lighthouse pier"`, and which it is. */
  origin?: { title: string; text: string };
  /** A word of caution, which never blocks. */
  check?: Check;
}

/** Everything in pixels of the picture, upright. */
export interface SlotPicture {
  width: number;
  height: number;
  /** Left, top, width, height of what is sent; null where that is all of it. */
  crop: [number, number, number, number] | null;
  /** Another ratio, which keeps more of it. */
  proposal: { text: string; ratio: string } | null;
}

export interface FormTraits extends Fields {
  /** Values typed for variables, by name. The page writes them; they go before the notebook's. */
  typed_values: Record<string, string>;
  variables: Variable[];
  checks: Checks;
  vocabulary: Menu[];
  limits: Limits;
  connection: Connection;
  cost: Cost;
  problems: Problem[];
  slots: [Slot, Slot];
  /** Small JPEGs of what is in the slots. */
  first_preview: DataView | null;
  last_preview: DataView | null;
  /** References to the job views made from this form, newest first. */
  views: string[];
}

/** Spelled out: what is spread stays in every bundle. */
export const FORM_TRAITS = [
  "prompt",
  "aspect_ratio",
  "resolution",
  "duration",
  "fixed_lens",
  "generate_audio",
  "prompt_directory_optin",
  "typed_values",
  "variables",
  "checks",
  "vocabulary",
  "limits",
  "connection",
  "cost",
  "problems",
  "slots",
  "first_preview",
  "last_preview",
  "views",
] as const satisfies readonly (keyof FormTraits)[];

/** What `submit` carries: all as it was seen, so that what is shown is what is sent. */
export interface Wish {
  fields: Fields;
  typed_values: Record<string, string>;
  /** What was shown for the variables of the notebook. */
  seen: Record<string, string>;
  /** The label of the connection that was shown, and with it the cost. */
  connection: string;
}

/** From the connection menu. The key is the buffer of its message, in no content and no trait. */
export type ConnectionIntent =
  | { kind: "use-connection"; to: ConnectionChoice["id"] }
  | KeepKey
  | { kind: "set-budget"; budget: number | null };

/**
 * From the form to Python. Where the answer to `submit` was a question, the yes to it is the same again with the id of
 * the first as its `consent`. `names` asks what can stand in braces.
 */
export type FormSends =
  | ({ kind: "submit"; id: string; consent?: string } & Wish)
  | { kind: "names" }
  | { kind: "image-chunk"; id: string; slot: SlotName; name: string; index: number; count: number; size: number }
  | { kind: "image-address"; id: string; slot: SlotName; url: string }
  /** `at`: the middle of the crop, across and down, in fractions of the picture. */
  | { kind: "crop-image"; id: string; slot: SlotName; at: [number, number] }
  | { kind: "remove-image"; id: string; slot: SlotName }
  | { kind: "swap-images"; id: string }
  | (ConnectionIntent & { id: string })
  | PastSends;

/** From Python to the form. */
export type FormReceives =
  | Answer
  | { kind: "focus"; field: string }
  | { kind: "names"; names: Name[] }
  | PastPrompts
  | Filled;

export const FORM_SENDS = [
  "submit",
  "image-chunk",
  "image-address",
  "crop-image",
  "remove-image",
  "swap-images",
  "names",
  "use-connection",
  "keep-key",
  "set-budget",
  "past-prompts",
  "use-past",
  "keep-draft",
  "restore",
] as const satisfies Kinds<FormSends>;
export const FORM_RECEIVES = [
  "answer",
  "focus",
  "names",
  "past-prompts",
  "filled",
] as const satisfies Kinds<FormReceives>;

// -------------------------------------------------------------------------------------------------------------- shared

/** The key is the buffer of the message. */
export type KeepKey = { kind: "keep-key" };

/** To one intent. `message` says why it was not done, or what was; with a `question` nothing was done yet. */
export interface Answer {
  kind: "answer";
  id: string;
  ok: boolean;
  message: string;
  question?: Question;
}

/** Asked before something that costs, with every word made in Python. */
export interface Question {
  title: string;
  text: string;
  /** The button that spends, with the cost on it. */
  label: string;
  /** The safe answer. */
  cancel: string;
}

/** The kinds of some messages. */
export type Kinds<Message extends { kind: string }> = readonly Message["kind"][];

/** Whether a message from outside has a kind we know; its further fields are checked where they are read. */
export function hasKind<Kind extends string>(message: unknown, kinds: readonly Kind[]): message is { kind: Kind } {
  if (typeof message !== "object" || message === null || !("kind" in message)) return false;
  return kinds.includes(message.kind as Kind);
}
