/** Connection menus to look at. */
import type { Connection, FormTraits } from "../src/protocol.ts";
import { connection, SANDBOX } from "./form_samples.ts";

const NO_KEY = "No key yet. Choose this to enter one; videos then spend credits.";

function withoutKey(): Partial<Connection> {
  const [service, sandbox] = connection().choices as [Connection["choices"][0], Connection["choices"][0]];
  return { choices: [{ ...service, text: NO_KEY, ready: false }, sandbox] };
}

export function connectionForms(form: (changes: Partial<FormTraits>) => FormTraits): Record<string, FormTraits> {
  const free = { ...SANDBOX, connection: connection({ ...SANDBOX.connection, ...withoutKey(), kept: "" }) };
  return {
    form_connection: form({}),
    form_connection_no_key: form(free),
    form_key: form({}),
    form_budget: form({}),
  };
}

function press(place: HTMLElement, ...selectors: string[]): void {
  for (const selector of selectors) place.querySelector<HTMLElement>(selector)?.click();
}

/** What a person did to see each. */
export const CONNECTED: Record<string, (place: HTMLElement) => void> = {
  form_connection: (place) => press(place, ".sdw-connection"),
  form_connection_no_key: (place) => press(place, ".sdw-connection"),
  form_key: (place) => press(place, ".sdw-connection", '[data-item="key"]'),
  form_budget: (place) => press(place, ".sdw-connection", '[data-item="budget"]'),
  bad_key_entry: (place) => press(place, '[data-action="use-key"]'),
};
