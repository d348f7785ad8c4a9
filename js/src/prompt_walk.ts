/** Up and Down in the prompt walk through past prompts, as in a shell, where the caret can go no further. */
import { replaceText } from "./editing.ts";
import type { AskPast } from "./past_prompts.ts";
import type { PastRow, Place } from "./protocol.ts";

export interface WalkEvents {
  past: AskPast;
  /** What is typed gives way to a past prompt. */
  keep(): void;
  /** All of a row is wanted, not its words alone. */
  use(row: PastRow): void;
  say(words: string): void;
}

export class PromptWalk {
  #rows: PastRow[] = [];
  #next: Place | null = null;
  #count: number | null = null;
  /** Which row is in the field, from 1; 0 for what is typed. */
  #at = 0;
  #typed = "";
  #asking = false;
  #writing = false;

  constructor(
    private readonly field: HTMLTextAreaElement,
    private readonly events: WalkEvents,
  ) {}

  /** Whether a key was meant for the walk. What moves a caret or changes a selection is none. */
  key(event: KeyboardEvent): boolean {
    const { selectionStart, selectionEnd, value } = this.field;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return false;
    if (selectionStart !== selectionEnd) return false;
    if (event.key === "ArrowUp" && selectionStart === 0) void this.#older();
    else if (event.key === "ArrowDown" && selectionStart === value.length && this.#at > 0) this.#newer();
    else return false;
    return true;
  }

  /** Something was typed: it is the newest entry now. */
  changed(): void {
    if (!this.#writing) this.#at = 0;
  }

  async #older(): Promise<void> {
    if (this.#asking) return;
    const before = this.field.value;
    if (this.#at === 0 || (this.#at === this.#rows.length && this.#next)) {
      this.#asking = true;
      const past = await this.events.past("", this.#at ? this.#next : null);
      this.#asking = false;
      if (this.field.value !== before || this.field.selectionEnd !== 0) return; // somebody went on typing
      if (past.problem) return this.events.say(past.problem);
      this.#rows = this.#at ? [...this.#rows, ...past.rows] : past.rows;
      this.#next = past.next;
      this.#count = past.count ?? this.#count;
    }
    let to = this.#at + 1;
    if (this.#at === 0 && this.#rows[0]?.insert === before) to = 2; // the newest is there already
    const row = this.#rows[to - 1];
    if (!row) return this.events.say(this.#rows.length ? "No older prompt." : "No past prompts yet.");
    if (this.#at === 0) {
      this.#typed = before;
      this.events.keep();
    }
    this.#at = to;
    this.#write(row.insert, 0);
    this.#tell(row);
    if (row.whole) this.events.use(row);
  }

  #newer(): void {
    this.#at -= 1;
    const row = this.#rows[this.#at - 1];
    const text = row ? row.insert : this.#typed;
    this.#write(text, text.length);
    if (row) this.#tell(row);
    else this.events.say("What you typed.");
  }

  #write(text: string, caret: number): void {
    this.#writing = true;
    replaceText(this.field, 0, this.field.value.length, text);
    this.#writing = false;
    this.field.setSelectionRange(caret, caret);
  }

  #tell(row: PastRow): void {
    const which = `Prompt ${this.#at}${this.#count === null ? "" : ` of ${this.#count}`}`;
    this.events.say(row.tone === "draft" ? `${which}: ${row.title}.` : which);
  }
}
