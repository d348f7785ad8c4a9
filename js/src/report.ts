import type { Snapshot } from "./protocol.ts";

/** What to put into a bug report or a mail to the service. */
export function report(snapshot: Snapshot): string {
  const rows: [string, string][] = [
    ["Job", snapshot.job_id],
    ["Generation ID", snapshot.generation_id],
    ["State", [snapshot.state, snapshot.reason].filter(Boolean).join(", ")],
    ...snapshot.facts.map((fact): [string, string] => [fact.label, fact.text]),
    ["Settings", snapshot.chips.map((chip) => chip.text).join(", ")],
    ["Prompt", snapshot.prompt],
  ];
  return rows
    .filter(([, text]) => text)
    .map(([label, text]) => `${label}: ${text}`)
    .join("\n");
}
