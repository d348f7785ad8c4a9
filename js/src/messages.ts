/** The page's side of the conversation: intents that wait for their answer. */
import type { AnyModel } from "@anywidget/types";
import { atEnd, uniqueId } from "./dom.ts";
import { type Answer, hasKind, type Question } from "./protocol.ts";

/** Said where the page itself knows that nobody listens: its kernel was started anew, or ended. */
const LOST = "The kernel has ended or was restarted. Run this cell again; your videos are in the history.";

/** Sends intents, each with an id of its own, and hands back the answer to each. */
export class Intents {
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  constructor(
    private readonly model: Pick<AnyModel, "send">,
    signal: AbortSignal,
  ) {
    atEnd(signal, () => this.#waiting.clear());
  }

  get waiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** The answer comes when the kernel is free: that may be after a long cell. */
  send(content: { kind: string } & Record<string, unknown>, buffers?: ArrayBuffer[]): Promise<Answer> {
    const id = uniqueId();
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      try {
        this.model.send({ ...content, id }, undefined, buffers);
      } catch {
        this.receive({ kind: "answer", id, ok: false, message: LOST });
      }
    });
  }

  /** For what comes without an answer. Where the kernel is gone, nothing comes: the next intent says so. */
  tell(content: { kind: string } & Record<string, unknown>): void {
    try {
      this.model.send(content);
    } catch {}
  }

  /**
   * Sends an intent that may cost. Where the answer is a question, `ask` puts it to the person; a yes sends the same
   * again, and may be asked about again. Null for a no: nothing was done.
   */
  async sendAsking(
    content: { kind: string } & Record<string, unknown>,
    ask: (question: Question) => Promise<boolean>,
  ): Promise<Answer | null> {
    let answer = await this.send(content);
    while (answer.question) {
      if (!(await ask(answer.question))) return null;
      answer = await this.send({ ...content, consent: answer.id });
    }
    return answer;
  }

  /** Takes a message if it is an answer to one of ours. */
  receive(message: unknown): boolean {
    if (!hasKind(message, ["answer"])) return false;
    const { id, ok, message: text, question } = message as Partial<Answer>;
    const resolve = this.#waiting.get(String(id));
    if (resolve) {
      this.#waiting.delete(String(id));
      const asked = question && typeof question === "object" ? { question } : {};
      const said = typeof text === "string" ? text : "";
      resolve({ kind: "answer", id: String(id), ok: ok === true, message: said, ...asked });
    }
    return true;
  }
}
