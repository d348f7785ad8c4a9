/** What Python tells of a prompt: variables, hints, menus. Part of `protocol.ts`; made in `widgets/prompt_help.py`. */
import type { Fields } from "./protocol.ts";

/** A variable of the prompt, `{name}`, and what the notebook has for it. */
export interface Variable {
  name: string;
  /** Empty where the notebook has no text or number of that name. */
  source: "notebook" | "";
  /** The value, short and on one line. */
  text: string;
  /** Characters of the whole value. */
  length: number;
  /** Whether `text` is all of it. */
  whole: boolean;
}

/** A hint on the prompt, which never blocks. */
export interface Check {
  id: string;
  severity: "warning" | "hint";
  message: string;
  /** What is marked, in characters of the prompt as Python counts them; nothing where both are the same. */
  start: number;
  end: number;
  fix: Fix | null;
}

export interface Fix {
  label: string;
  /** The label where there is little room. */
  short: string;
  changes: Partial<Fields>;
}

export interface Checks {
  /** The prompt they are about: what is typed since has not been looked at. */
  prompt: string;
  rows: Check[];
}

/** One word of a menu, and the sentence it inserts. */
export interface Entry {
  label: string;
  phrase: string;
  icon: string;
  /** Whether it moves the camera. */
  moves: boolean;
}

export interface Menu {
  id: "camera" | "sound" | "shots";
  label: string;
  groups: { label: string; entries: Entry[] }[];
}

/** A name of the notebook that can stand in braces, and its value, short. */
export interface Name {
  name: string;
  text: string;
}
