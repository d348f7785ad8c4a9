/**
 * Every state of every widget on one page, without Jupyter: `npm run states`, then serve `js/` and open dev/states.html.
 * `?theme=dark` for dark, `?only=rendering` for one of them; what opens over a form, `?only=form_menu`, is shown alone.
 * `?clip=clip.mp4` is the video of those that are ready, a second `clip` that of the longest of compared takes;
 * `stage("ready")` makes one more that a test can open and close.
 */
import compareWidget from "../src/compare.ts";
import formWidget from "../src/form.ts";
import galleryWidget from "../src/gallery.ts";
import jobWidget from "../src/job_view.ts";
import type { FormTraits, JobViewTraits } from "../src/protocol.ts";
import sweepWidget from "../src/sweep.ts";
import { COMPARED, comparisons, LONGER } from "./compare_samples.ts";
import { CONNECTED, connectionForms } from "./connection_samples.ts";
import { forms, formTraits } from "./form_samples.ts";
import { CHOSEN, galleries } from "./gallery_samples.ts";
import { HANDLED, imageForms } from "./image_samples.ts";
import { moreSamples, OVER, SEEN } from "./more_samples.ts";
import { OPENED, promptForms } from "./prompt_samples.ts";
import { samples } from "./samples.ts";
import { Staged } from "./stage.ts";
import { sweeps } from "./sweep_samples.ts";

/** A dusk over water, drawn here so that the page needs no file. */
async function picture(width: number, height: number): Promise<DataView> {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("No canvas");
  const sky = context.createLinearGradient(0, 0, 0, height);
  for (const [at, colour] of [
    [0, "#14304a"],
    [0.5, "#3c6d86"],
    [0.62, "#f0b27a"],
    [0.64, "#274a5e"],
    [1, "#10242f"],
  ] as const) {
    sky.addColorStop(at, colour);
  }
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = "#1b1512";
  context.fillRect(width * 0.44, height * 0.62, width * 0.1, height * 0.38);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg"));
  return new DataView(await (blob ?? new Blob()).arrayBuffer());
}

const options = new URLSearchParams(location.search);
const [clip = null, longer = clip] = await Promise.all(
  options
    .getAll("clip")
    .filter(Boolean)
    .map(async (address) => new DataView(await (await fetch(address)).arrayBuffer())),
);
const only = options.get("only");
const makers = new Map<string, () => Staged>();

function show(widget: unknown, traits: object, name: string): Staged {
  const make = () =>
    new Staged(widget, traits as Record<string, unknown>, (token) => (token === LONGER ? longer : clip));
  makers.set(name, make);
  const place = document.createElement("section");
  place.dataset.sample = name;
  const title = Object.assign(document.createElement("h1"), { textContent: name });
  const el = document.createElement("div");
  place.append(title, el);
  document.querySelector("main")?.append(place);
  const staged = make();
  staged.open(el);
  HANDLED[name]?.(place);
  CONNECTED[name]?.(place);
  SEEN[name]?.(place, staged);
  COMPARED[name]?.(place);
  OPENED[name]?.(place, (names) => staged.model.receive({ kind: "names", names }));
  CHOSEN[name]?.(place);
  return staged;
}

/** Answers what is asked for as it comes into view. */
function withPosters({ model }: Staged): void {
  const answer = model.onSend;
  model.onSend = (content) => {
    const takes = content.kind === "posters" ? (content.takes as string[]) : [];
    if (takes.length)
      model.receive(
        { kind: "posters", takes },
        takes.map((take) => (take.endsWith("tall") ? tall : wide)),
      );
    else if (content.kind !== "cards") answer(content);
  };
}

if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done)); // the styles

document.documentElement.dataset.theme = options.get("theme") ?? "light";
const wide = await picture(1280, 720);
const tall = await picture(1280, 960);
const all = { ...forms(), ...promptForms(formTraits), ...imageForms(formTraits), ...connectionForms(formTraits) };
for (const [name, traits] of Object.entries(all)) {
  if (only ? only !== name : name in OPENED || name in CONNECTED || name === "form_crop_adjusting") continue; // one alone: only one place has the focus
  const [{ state, picture: facts }] = traits.slots;
  const first_preview = state !== "filled" ? null : facts?.height === 960 ? tall : wide;
  const filled: FormTraits = { ...traits, first_preview };
  show(formWidget, filled, name);
}
for (const [name, snapshot] of Object.entries({ ...samples(), ...moreSamples() })) {
  if (only ? only !== name : name in CONNECTED || OVER.has(name)) continue;
  const poster = snapshot.media ? await picture(snapshot.width, snapshot.height) : null;
  const traits: JobViewTraits = { snapshot, poster, thumbnail: wide, views: [] };
  show(jobWidget, traits, name);
}
for (const [name, shown] of Object.entries(galleries())) {
  if (only && only !== name) continue;
  withPosters(show(galleryWidget, { shown, views: [] }, name));
}
for (const [name, shown] of Object.entries(sweeps())) {
  if (only && only !== name) continue;
  withPosters(show(sweepWidget, { sweep: shown, views: [] }, name));
}
for (const [name, traits] of Object.entries(comparisons())) {
  if (only && only !== name) continue;
  const pictures = traits.comparison.takes.map(({ width, height }) => picture(width, height));
  show(compareWidget, { ...traits, posters: await Promise.all(pictures) }, name);
}
Object.assign(window, { stage: (name: string) => makers.get(name)?.() });
document.documentElement.dataset.drawn = "yes";
