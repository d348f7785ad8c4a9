/** Forms to look at. */
import type { Connection, FormTraits } from "../src/protocol.ts";
import { TALL } from "./image_samples.ts";
import { QUIET_PROMPT } from "./prompt_samples.ts";

const PIXELS: FormTraits["limits"]["pixels"] = {
  "720p 16:9": [1280, 720],
  "720p 9:16": [720, 1280],
  "1080p 16:9": [1920, 1080],
};

export function connection(changes: Partial<Connection> = {}): Connection {
  return {
    label: "UlazAI",
    text: "UlazAI",
    sandbox: false,
    choices: [
      {
        id: "service",
        label: "UlazAI",
        text: "Spends credits. Key from SEEDANCE_API_KEY, never saved in the notebook.",
        ready: true,
      },
      {
        id: "sandbox",
        label: "Sandbox",
        text: "Free and offline. Renders an animatic with the same timing and settings.",
        ready: true,
      },
    ],
    kept: "Kept in memory until the kernel ends, never in the notebook: this computer has no keyring.",
    budget: 500,
    budget_text: "500 credits",
    ...changes,
  };
}

export function formTraits(changes: Partial<FormTraits> = {}): FormTraits {
  const empty = { state: "empty", name: "", detail: "", message: "" } as const;
  return {
    ...QUIET_PROMPT,
    aspect_ratio: "16:9",
    resolution: "720p",
    duration: 8,
    fixed_lens: false,
    generate_audio: false,
    prompt_directory_optin: false,
    limits: {
      model: "Seedance 1.5 Pro",
      aspect_ratios: ["21:9", "16:9", "4:3", "1:1", "3:4", "9:16"],
      resolutions: ["480p", "720p", "1080p"],
      durations: [4, 8, 12],
      pixels: PIXELS,
      prompt_min: 3,
      prompt_max: 2500,
      image_types: ["image/jpeg", "image/png", "image/webp"],
      image_bytes_max: 10 * 1024 * 1024,
      video_types: ["video/mp4", "video/quicktime", "video/webm"],
      video_bytes_max: 100 * 1024 * 1024,
      no_video: "",
    },
    connection: connection(),
    cost: {
      amount: "About 50 credits",
      qualifier: "",
      source: "Estimate from your last 3 runs",
      time: "Usually ready in 60–100 s",
      not_saved: "",
      session: {
        text: "Session: 180 of 500 credits used",
        after: "230 after",
        spent: 180,
        next: 230,
        budget: 500,
        over: false,
      },
    },
    problems: [],
    slots: [empty, empty],
    first_preview: null,
    last_preview: null,
    views: [],
    ...changes,
  };
}

export const SANDBOX: Partial<FormTraits> = {
  connection: connection({ label: "Sandbox", text: "Sandbox — free, renders an animatic", sandbox: true }),
  cost: {
    amount: "Free",
    qualifier: "in the sandbox",
    source: "On UlazAI about 50 credits · a guess: the service publishes no prices",
    time: "",
    not_saved: "",
    session: null,
  },
};

function overBudget(prompt: string): FormTraits {
  const traits = formTraits({ prompt });
  const text = "Session: 480 of 500 credits used";
  const session = { text, after: "530 after, over budget", spent: 480, next: 530, budget: 500, over: true };
  return { ...traits, cost: { ...traits.cost, session } };
}

export function forms(): Record<string, FormTraits> {
  const prompt =
    "A lighthouse keeper in a long coat walks to the end of a wooden pier at dusk and slowly raises a brass lantern. " +
    "Slow dolly-in from a wide shot to a medium shot, ending on the lantern. Low surf, a distant foghorn.";
  const empty = { state: "empty", name: "", detail: "", message: "" } as const;
  const picture = { width: 1280, height: 720, crop: null, proposal: null };
  const filled = { state: "filled", name: "pier_dusk.png", detail: "fits 16:9", message: "", picture } as const;
  const heic = "IMG_2041.heic is a HEIC file. Use JPG, PNG or WebP.";
  return {
    form: formTraits({ prompt, generate_audio: true, slots: [TALL, empty] }),
    form_sandbox: formTraits(SANDBOX),
    form_over_budget: overBudget(prompt),
    form_problems: formTraits({
      prompt: "A",
      slots: [{ ...empty, state: "refused", name: "IMG_2041.heic", message: heic }, empty],
      problems: [
        { field: "prompt", message: "Write a prompt of at least 3 characters.", fix: "" },
        { field: "duration", message: "Duration 5 s is not offered.", fix: "Choose 4 s, 8 s or 12 s." },
      ],
    }),
    form_missing: formTraits({
      prompt,
      slots: [
        {
          ...empty,
          state: "missing",
          name: "pier.png",
          message: "pier.png is not on this machine any more. Add it again.",
        },
        { ...empty, state: "waiting", name: "sea.png", message: "sea.png comes back with the first frame" },
      ],
    }),
    form_checking: formTraits({
      prompt,
      slots: [filled, { state: "checking", name: "harbour.webp", detail: "3.1 MB", message: "Checking image" }],
    }),
  };
}
