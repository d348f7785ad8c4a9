/** Asks for past prompts, a screenful at a time. */
import type { AnyModel } from "@anywidget/types";
import { atEnd, uniqueId } from "./dom.ts";
import { hasKind, type PastPrompts, type Place } from "./protocol.ts";

export type AskPast = (find: string, after: Place | null) => Promise<PastPrompts>;

export class PastConversation {
  readonly #waiting = new Map<string, (past: PastPrompts) => void>();

  constructor(
    private readonly model: Pick<AnyModel, "send">,
    signal: AbortSignal,
  ) {
    atEnd(signal, () => this.#waiting.clear());
  }

  readonly ask: AskPast = (find, after) => {
    const id = uniqueId();
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.model.send({ kind: "past-prompts", id, find, after });
    });
  };

  /** Takes a message if it is one with past prompts. */
  receive(message: unknown): boolean {
    if (!hasKind(message, ["past-prompts"])) return false;
    const past = message as PastPrompts;
    this.#waiting.get(past.id)?.(past);
    this.#waiting.delete(past.id);
    return true;
  }
}
