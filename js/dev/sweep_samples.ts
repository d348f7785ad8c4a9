/** Sweeps: before they start, while they run, paused, over; with two axes, one, three, and none. */
import type { Axis, Plan, Run, Sweep, SweepTake, TakeKind } from "../src/sweep_protocol.ts";

const MOVES = ["static", "slow dolly-in", "pan left", "orbit"];
const DURATIONS = ["4 s", "8 s", "12 s"];

export const MOVE: Axis = { name: "move", label: "Camera move", values: MOVES, offers: [], free: true };
export const DURATION: Axis = {
  name: "duration",
  label: "Duration",
  values: DURATIONS,
  offers: ["5 s", "6 s", "10 s"],
  free: false,
};
const RESOLUTION: Axis = {
  name: "resolution",
  label: "Resolution",
  values: ["480p", "720p"],
  offers: ["1080p"],
  free: false,
};

export function plan(changes: Partial<Plan> = {}): Plan {
  return {
    axes: [MOVE, { ...DURATION, offers: [] }],
    reuse: true,
    reused: "2 of 12 are the same request, 0 credits.",
    problem: "",
    seen: "what would be made",
    amount: "About 525 credits",
    qualifier: "490–560",
    source: "Estimate from your last 14 runs",
    lines: [
      { label: "4 s", videos: "3 videos", each: "25 each", sum: "75" },
      { label: "8 s", videos: "3 videos", each: "50 each", sum: "150" },
      { label: "12 s", videos: "4 videos", each: "75 each", sum: "300" },
    ],
    session: {
      text: "Session: 180 of 1,000 credits",
      after: "705 after",
      spent: 180,
      next: 705,
      budget: 1000,
      over: false,
    },
    label: "Render 10 videos",
    label_cost: "about 525 credits",
    rehearsable: true,
    note: "Pause stops new requests. Videos already rendering still finish and cost credits.",
    ...changes,
  };
}

type Look = Pick<SweepTake, "tone" | "icon" | "title" | "detail" | "credits" | "action">;

const LOOKS: Record<TakeKind, Look> = {
  ready: { tone: "good", icon: "check", title: "Ready", detail: "", credits: "25 credits", action: "open" },
  "from history": {
    tone: "good",
    icon: "again",
    title: "From 11:52",
    detail: "",
    credits: "0 credits",
    action: "open",
  },
  rendering: { tone: "busy", icon: "", title: "Rendering", detail: "", credits: "50 credits", action: "open" },
  sending: { tone: "busy", icon: "", title: "Sending", detail: "", credits: "about 50", action: "" },
  uncertain: {
    tone: "warn",
    icon: "question",
    title: "Uncertain",
    detail: "Reply lost, not sent again",
    credits: "maybe 50",
    action: "resolve",
  },
  failed: {
    tone: "bad",
    icon: "error",
    title: "Failed",
    detail: "Refund not known",
    credits: "25 credits",
    action: "send-again",
  },
  "not watched": {
    tone: "quiet",
    icon: "eye-off",
    title: "Not watched",
    detail: "It may still be ready, and cost credits",
    credits: "about 50",
    action: "open",
  },
  "not sent": { tone: "quiet", icon: "stop", title: "Not sent", detail: "Cancelled", credits: "0 credits", action: "" },
  waiting: { tone: "quiet", icon: "clock", title: "Waiting", detail: "Next", credits: "about 75", action: "" },
};

export function take(number: number, kind: TakeKind, place: string, changes: Partial<SweepTake> = {}): SweepTake {
  const there = kind === "ready" || kind === "from history";
  const busy = kind === "rendering" || kind === "sending";
  return {
    number,
    place,
    kind,
    ...LOOKS[kind],
    since: busy ? Date.now() / 1000 - 52 : null,
    usual: kind === "rendering" ? "usually 0:58–1:40" : "",
    starred: false,
    job: kind === "waiting" || kind === "not sent" ? "" : `take-${number}`,
    poster: there || kind === "rendering",
    video: there,
    ...changes,
  };
}

const KINDS: TakeKind[][] = [
  ["ready", "ready", "from history", "failed"],
  ["uncertain", "from history", "rendering", "rendering"],
  ["waiting", "waiting", "waiting", "waiting"],
];

function words(kind: TakeKind, count: number) {
  return { kind, count, words: `${count} ${kind}` };
}

/** Two axes; what a take is comes from a table. */
export function run(kinds: readonly TakeKind[][] = KINDS, changes: Partial<Run> = {}): Run {
  const [columns, labels] = [MOVES.slice(0, kinds[0]?.length), DURATIONS];
  let number = 0;
  let ahead = 0;
  const takes = kinds.flatMap((line, down) =>
    line.map((kind, across) => {
      number += 1;
      const waits = kind === "waiting" ? (ahead++ ? `${ahead} ahead` : "Next") : LOOKS[kind].detail;
      const later = number === 8 ? { since: Date.now() / 1000 - 18 } : {};
      const starred = number === 2;
      return take(number, kind, `${columns[across]}, ${labels[down]}`, { detail: waits, starred, ...later });
    }),
  );
  const counts = new Map<TakeKind, number>();
  for (const kind of kinds.flat()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const order = Object.keys(LOOKS) as TakeKind[];
  return {
    settled: "5 of 12 settled",
    used: "175 credits used",
    to_go: "50 uncertain · about 300 to go",
    tally: order.filter((kind) => counts.has(kind)).map((kind) => words(kind, counts.get(kind) ?? 0)),
    columns,
    rows: kinds.map((line, down) => ({
      label: labels[down] ?? "",
      takes: line.map((_, across) => down * line.length + across + 1),
    })),
    takes,
    paused: false,
    over: false,
    concurrency: 2,
    ...changes,
  };
}

export function sweep(changes: Partial<Sweep> = {}): Sweep {
  return {
    name: "Sweep",
    title: "camera move × duration",
    prompt: [
      { text: "A lighthouse keeper raises a brass lantern at the end of a pier at dusk. ", variable: false },
      { text: "{move}", variable: true },
    ],
    chips: [
      { icon: "", text: "16:9" },
      { icon: "", text: "720p" },
      { icon: "sound", text: "Sound" },
      { icon: "image", text: "First frame" },
    ],
    plan: null,
    run: null,
    not_saved: "",
    now: Date.now() / 1000,
    ...changes,
  };
}

/** Takes that follow each other, a label each. */
function inOneLine(labels: readonly string[], kinds: readonly TakeKind[]): Run {
  const takes = labels.map((label, index) => take(index + 1, kinds[index] ?? "waiting", label || `take ${index + 1}`));
  return {
    ...run([["ready"]]),
    takes,
    columns: [""],
    rows: labels.map((label, index) => ({ label, takes: [index + 1] })),
    tally: [words("ready", 3), words("rendering", 1), words("waiting", labels.length - 4)],
    settled: `3 of ${labels.length} settled`,
    used: "75 credits used",
    to_go: "about 250 to go",
  };
}

const before = (changes: Partial<Plan> = {}, more: Partial<Sweep> = {}) =>
  sweep({ title: "nothing sent yet", plan: plan(changes), ...more });

const long = "extremely slow orbit around the subject, counter-clockwise, from a low angle";
const hostile = "<img src=x onerror=alert(1)>";

export function sweeps(): Record<string, Sweep> {
  const over = run([
    ["ready", "ready", "ready", "failed"],
    ["ready", "from history", "ready", "uncertain"],
    ["ready", "not watched", "not sent", "ready"],
  ]);
  return {
    sweep_plan: before(),
    sweep_plan_more: before({
      axes: [{ ...MOVE, values: [long, hostile, "orbit"] }, DURATION, RESOLUTION],
      reuse: false,
      reused: "Every take is made anew.",
      problem: "In “orbit, 12 s” the prompt is too long: 2,512 of 2,500 characters. Take some words away.",
      session: {
        text: "Session: 480 of 500 credits",
        after: "1,005 after",
        spent: 480,
        next: 1005,
        budget: 500,
        over: true,
      },
    }),
    sweep_plan_free: before(
      {
        axes: [DURATION],
        amount: "Free",
        qualifier: "in the sandbox",
        source: "",
        lines: [],
        session: null,
        label: "Render 3 videos",
        label_cost: "free",
        rehearsable: false,
        reused: "",
      },
      { prompt: [{ text: "A red fox trots through fresh snow at first light.", variable: false }] },
    ),
    sweep: sweep({ run: run() }),
    sweep_paused: sweep({
      not_saved:
        "The disk is full. Takes are kept until this session ends. Free some space, then start the kernel anew.",
      run: run([["ready", "from history", "waiting"]], { paused: true, settled: "2 of 3 settled" }),
    }),
    sweep_over: sweep({
      run: { ...over, over: true, settled: "10 of 12 settled", used: "425 credits used", to_go: "50 uncertain" },
    }),
    sweep_one: sweep({
      title: "camera move",
      run: inOneLine([...MOVES, long, hostile], ["ready", "ready", "ready", "rendering"]),
      chips: [],
    }),
    sweep_list: sweep({
      name: "Batch",
      title: "4 videos",
      run: inOneLine(["", "", "", ""], ["ready", "failed", "sending", "waiting"]),
    }),
  };
}
