/** What is said to those who do not see it when a sweep has changed: what became of takes, not that time passes. */
import type { Run, Sweep, TakeKind } from "./sweep_protocol.ts";

/** What is worth an interruption. That a take waits or is on its way is seen where somebody looks. */
const TOLD: ReadonlySet<TakeKind> = new Set(["ready", "from history", "uncertain", "failed", "not watched"]);
const MOST_TOLD = 3;

/** In words; empty where nothing is to be said. */
export function changes(before: Sweep, { run, plan }: Sweep): string {
  if (!run) return plan && plan.amount !== before.plan?.amount ? `${plan.amount}. ${plan.label}.` : "";
  if (!before.run) return `Started. ${run.settled}.`;
  const said = takes(before.run, run);
  if (run.over && !before.run.over) said.push(run.settled, run.used);
  else if (said.length) said.push(run.settled);
  if (run.paused !== before.run.paused && !run.over) said.unshift(run.paused ? "Paused" : "Resumed");
  return said.length ? `${said.join(". ")}.` : "";
}

function takes(before: Run, { takes }: Run): string[] {
  const kinds = new Map(before.takes.map(({ number, kind }) => [number, kind]));
  const changed = takes.filter(({ number, kind }) => TOLD.has(kind) && kinds.get(number) !== kind);
  const said = changed.slice(0, MOST_TOLD).map(({ place, title, kind, detail }) => {
    const why = detail && kind !== "ready" && kind !== "from history" ? `, ${detail}` : "";
    return `${place}: ${title}${why}`;
  });
  const more = changed.length - MOST_TOLD;
  return more > 0 ? [...said, `${more} more`] : said;
}
