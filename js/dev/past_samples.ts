/** Past prompts to look at. */
import type { PastPrompts, PastRow } from "../src/protocol.ts";

function row(id: string, text: string, more: Partial<PastRow> = {}): PastRow {
  return {
    id,
    text,
    insert: text,
    title: "Ready",
    tone: "good",
    about: "12:06 · 16:9 · 720p · 8 s",
    connection: "UlazAI",
    whole: false,
    ...more,
  };
}

export const PAST: PastPrompts = {
  kind: "past-prompts",
  id: "",
  rows: [
    row("draft-1", "A lighthouse keeper in a long coat, unfinished", {
      title: "What you had",
      tone: "draft",
      about: "12:31 · 16:9 · 480p · 4 s · First frame",
      connection: "",
    }),
    row(
      "take-5",
      "A lighthouse keeper in a long coat walks to the end of a wooden pier at dusk and slowly raises a brass lantern. " +
        "Slow dolly-in from a wide shot to a medium shot, ending on the lantern. Low surf, a distant foghorn.",
      { about: "12:24 · 16:9 · 720p · 8 s · Sound · First and last frame" },
    ),
    row("take-4", "A red fox trots through fresh snow", { title: "Rendering", tone: "busy", connection: "Sandbox" }),
    row("take-3", "<b>An owl</b> \u202eturned around, \u0000 and on", { title: "Uncertain", tone: "warn" }),
    row("take-2", "A heron stands in a misty pond", {
      title: "Failed",
      tone: "bad",
      about: "21 Nov, 18:40 · 1:1 · 4 s",
    }),
    row("take-1", "An old tram climbs a steep street", { title: "Cancelled", tone: "quiet", connection: "Sandbox" }),
  ],
  next: null,
  count: 41,
  problem: "",
};
