/**
 * Where an API key is entered. It goes to the kernel as the buffer of a message, and is nowhere else in the page from then
 * on: not in the field, in no trait, in no content of a message.
 */
import { h } from "./dom.ts";
import { Entry } from "./entry.ts";
import type { Answer, KeepKey } from "./protocol.ts";

export interface KeyEvents {
  /** Sends an intent with its buffers. */
  send(content: KeepKey, buffers: ArrayBuffer[]): Promise<Answer>;
  done(answer: Answer): void;
  cancel(): void;
}

export function keyEntry(kept: string, signal: AbortSignal, events: KeyEvents): Entry {
  const input = h("input", { type: "password", autocomplete: "off", spellcheck: "false", autocapitalize: "off" });
  const send = () => {
    const bytes = new TextEncoder().encode(input.value.trim());
    input.value = "";
    if (!bytes.length) return "Paste your API key first.";
    return events.send({ kind: "keep-key" }, [bytes.buffer]).finally(() => bytes.fill(0));
  };
  const { done, cancel } = events;
  return new Entry({ title: "Use another key", label: "API key", hint: kept, input, send, done, cancel }, signal);
}
