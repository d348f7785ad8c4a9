/** Takes side by side: two, three, four, over each other, of different length and shape. */
import type { CompareTraits, Comparison, Piece, Take } from "../src/compare_protocol.ts";

const PROMPT =
  "A lighthouse keeper in a long coat walks to the end of a wooden pier at {} and slowly raises a brass lantern. ";

const same = (text: string): Piece => ({ kind: "same", text });
const removed = (text: string): Piece => ({ kind: "removed", text });
const added = (text: string): Piece => ({ kind: "added", text });
const [START = "", END = ""] = PROMPT.split("{}");

const PROMPTS: readonly Piece[][] = [
  [same(`${START}dusk${END}Thin drifting mist, cold teal light. Slow dolly-in from a wide shot to a medium shot.`)],
  [
    same(START),
    removed("dusk"),
    added("dawn"),
    same(`${END}Thin drifting mist, `),
    removed("cold teal"),
    added("soft violet"),
    same(" light. Slow dolly-in from a wide shot to a medium shot."),
  ],
  [
    same(START),
    removed("dusk"),
    added("noon, before a storm"),
    same(END),
    removed("Thin drifting mist, cold teal"),
    added("Heavy sky, flat grey"),
    same(" light. Slow "),
    removed("dolly-in"),
    added("orbit"),
    same(" from a wide shot to a medium shot."),
  ],
  [same(`${START}dusk${END}Thin drifting mist, cold teal light. `), added("Rain. "), same("Slow dolly-in.")],
];
/** The token of the take that is longer than the others. */
export const LONGER = "c2";
const TIMES = ["12:06", "11:52", "11:40", "9 Nov, 18:30"];

function take(index: number, changes: Partial<Take> = {}): Take {
  const long = index === 2;
  return {
    letter: "ABCD"[index] ?? "",
    job_id: `k${index}`,
    time: TIMES[index] ?? "",
    base: index === 0,
    badge: index === 3 ? "Sandbox" : "",
    starred: index === 0,
    width: 1280,
    height: 720,
    duration: long ? 12.04 : 8.04,
    media: { token: `c${index}`, name: `pier-${index}.mp4`, size: 1, type: "video/mp4", audio: true, fps: 24 },
    missing: "",
    prompt: PROMPTS[index] ?? [],
    settings: [
      { label: "Duration", text: long ? "12 s" : "8 s", changed: long },
      { label: "First frame", text: long ? "pier_noon.png" : "pier_dusk.png", changed: long },
      { label: "Credits", text: long ? "75" : "50", changed: long },
      { label: "Rendered in", text: ["1:21", "1:34", "2:07", "0:04"][index] ?? "", changed: false },
    ],
    ...changes,
  };
}

const SAME = "4 are the same: 16:9 · 720p · sound · fixed lens off";

function comparison(takes: Take[], changes: Partial<Comparison> = {}): Comparison {
  return { title: `${takes.length} takes of A lighthouse keeper in a long coat`, same: SAME, takes, ...changes };
}

export function comparisons(): Record<string, CompareTraits> {
  const make = (takes: Take[], changes?: Partial<Comparison>): CompareTraits => ({
    comparison: comparison(takes, changes),
    posters: takes.map(() => null),
    closed: false,
    offers: [
      { job_id: "o1", label: "12:01 · A lighthouse keeper in a long coat walks", detail: "16:9 · 720p · 8 s" },
      { job_id: "o2", label: "★ 11:20 · A red fox trots through fresh snow", detail: "9:16 · 480p · 4 s · Sound" },
    ],
    views: [],
  });
  const gone = take(1, { media: null, missing: "The video is not on this machine any more." });
  return {
    compare_2: make([take(0), take(1)]),
    compare_3: make([take(0), take(1), take(2)]),
    compare_4: make([take(0), take(1), take(2), take(3)]),
    compare_wipe: make([take(0), take(1), take(2)]),
    compare_shapes: make([take(0), take(1, { width: 720, height: 1280 })], { same: "" }),
    compare_gone: make([take(0), gone]),
  };
}

/** What is done once one is shown. */
export const COMPARED: Readonly<Record<string, (place: HTMLElement) => void>> = {
  compare_wipe: (place) => place.querySelector<HTMLInputElement>('input[value="Wipe"]')?.click(),
};
