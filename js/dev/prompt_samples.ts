/** Forms whose prompt has variables, hints, an open menu or names on offer. */
import type { Check, FormTraits, Menu, Name } from "../src/protocol.ts";

const entry = (label: string, phrase: string, icon = "", moves = false) => ({ label, phrase, icon, moves });

const MENUS: Menu[] = [
  {
    id: "camera",
    label: "Camera",
    groups: [
      {
        label: "Move",
        entries: [
          entry("Dolly in", "Slow dolly-in, from a wide shot to a close view of the face.", "zoom-in", true),
          entry("Dolly out", "Slow dolly-out, from a close view until the whole place shows.", "zoom-out", true),
          entry("Pan left", "The camera pans left at a walking pace and comes to rest.", "left", true),
          entry("Pan right", "The camera pans right at a walking pace and comes to rest.", "right", true),
          entry("Track", "Tracking shot beside the subject, at the same speed and distance.", "track", true),
          entry("Orbit", "The camera orbits the subject by a quarter turn, always facing it.", "orbit", true),
          entry("Rise", "The camera rises from eye level until it looks down on the scene.", "up", true),
          entry("Handheld", "Handheld camera with a slight, natural sway.", "hand", true),
          entry("Still", "The camera stays still on a tripod.", "still"),
        ],
      },
      {
        label: "Shot size",
        entries: [
          entry("Wide shot", "Wide shot: the subject is small in the whole place."),
          entry("Medium shot", "Medium shot: the subject from the waist up."),
          entry("Close-up", "Close-up: the face fills the picture."),
        ],
      },
      {
        label: "Angle",
        entries: [
          entry("Eye level", "Seen at eye level."),
          entry("Low angle", "Low angle: seen from near the ground, so that the subject towers."),
          entry("Over the shoulder", "Over the shoulder of one person, with the other in focus."),
        ],
      },
    ],
  },
  {
    id: "sound",
    label: "Sound",
    groups: [{ label: "Around", entries: [entry("Rain", "The sound of steady rain on leaves.")] }],
  },
  {
    id: "shots",
    label: "Shots",
    groups: [{ label: "Together", entries: [entry("One take", "One continuous take without cuts.")] }],
  },
];

type PromptTraits = Pick<FormTraits, "prompt" | "typed_values" | "variables" | "checks" | "vocabulary">;

export const QUIET_PROMPT: PromptTraits = {
  prompt: "",
  typed_values: {},
  variables: [],
  checks: { prompt: "", rows: [] },
  vocabulary: MENUS,
};

const PROMPT =
  "A {subject} walks to the end of a wooden pier at dusk and slowly raises a brass lantern. {weather}. " +
  "Slow dolly-in from a wide shot to a medium shot, ending on the lantern. Low surf, a distant foghorn.";

export const NAMES: Name[] = [
  { name: "subject", text: "lighthouse keeper in a long coat" },
  { name: "sunset_time", text: "21:14" },
  { name: "place", text: "a wooden pier" },
];

function fromNotebook(name: string, text: string) {
  return { name, source: "notebook", text, length: text.length, whole: true } as const;
}

const unset = (name: string) => ({ name, source: "", text: "", length: 0, whole: true }) as const;

function check(id: string, message: string, words: string, label: string, changes: object, short = label): Check {
  const start = words ? PROMPT.indexOf(words) : 0;
  const severity = words ? "warning" : "hint";
  return { id, severity, message, start, end: start + words.length, fix: { label, short, changes } };
}

export function promptForms(form: (changes: Partial<FormTraits>) => FormTraits): Record<string, FormTraits> {
  const off = { fixed_lens: false };
  const rows = [
    check(
      "fixed-lens",
      "Fixed lens is on, but the prompt asks for a dolly-in.",
      "dolly-in",
      "Turn off Fixed lens",
      off,
      "Turn off",
    ),
    check("music", "The video may include music.", "", "Ask for no music", { prompt: `${PROMPT} No music.` }),
  ];
  const words = {
    prompt: PROMPT,
    fixed_lens: true,
    generate_audio: true,
    typed_values: { weather: "Thin drifting mist, cold teal light" },
    variables: [fromNotebook("subject", NAMES[0]?.text ?? ""), unset("weather")],
    checks: { prompt: PROMPT, rows },
  };
  const waiting = {
    prompt: "A {subject} crosses the {place} in the rain, {su",
    variables: [fromNotebook("subject", NAMES[0]?.text ?? ""), unset("place")],
  };
  return {
    form_words: form(words),
    form_value_missing: form({ ...waiting, prompt: "A {subject} crosses the {place} in the rain" }),
    form_menu: form(words),
    form_names: form(waiting),
    form_history: form(words),
  };
}

/** What a person did to see a state, for those that close when something else gets the focus. */
export const OPENED: Record<string, (place: HTMLElement, names: (names: Name[]) => void) => void> = {
  form_menu: (place) => place.querySelector<HTMLElement>('[data-menu="camera"]')?.click(),
  form_history: (place) => place.querySelector<HTMLElement>('[aria-label="Prompt history"]')?.click(),
  form_names: (place, names) => {
    const prompt = place.querySelector("textarea");
    prompt?.focus();
    prompt?.setSelectionRange(prompt.value.length, prompt.value.length);
    names(NAMES);
  },
};
