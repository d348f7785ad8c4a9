/** Line icons on a grid of 24, drawn for this package. They repeat what a label says, so they are hidden from readers. */
import type { COMPARE_ICONS } from "./compare_icons.ts";
import type { FORM_ICONS } from "./form_icons.ts";
import type { GALLERY_ICONS } from "./gallery_icons.ts";
import type { JOB_ICONS } from "./job_icons.ts";
import type { SWEEP_ICONS } from "./sweep_icons.ts";

const SVG = "http://www.w3.org/2000/svg";

/** Each icon is one path of strokes; those in `SOLID` are filled as well. */
const SHARED = {
  drop: "M12 3v12M7 10l5 5 5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
  close: "M6 6l12 12M18 6L6 18",
  warning: "M12 4L2.5 20h19zM12 10v4M12 17h.01",
  tick: "M5 13l4 4L19 7",
  key: "M9 11a5 5 0 1 0 0 8 5 5 0 0 0 0-8zM10 13L20 3M16 7l3 3M7.5 16.5h.01",
  wallet:
    "M5 6h13a1 1 0 0 1 1 1v3M5 6a1.5 1.5 0 0 1 0-3h12v3M3.5 4.5V19a1 1 0 0 0 1 1H19a1 1 0 0 0 1-1v-4M16 10h5v5h-5a2.5 2.5 0 0 1 0-5z",
  alert: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8v4.5M12 16h.01",
  chevron: "M7 10l5 5 5-5",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM15.5 15.5L21 21",
} as const;

export type IconName =
  | keyof typeof SHARED
  | keyof typeof GALLERY_ICONS
  | keyof typeof FORM_ICONS
  | keyof typeof JOB_ICONS
  | keyof typeof COMPARE_ICONS
  | keyof typeof SWEEP_ICONS;

const paths = new Map<string, string>(Object.entries(SHARED));

/** A widget adds the icons that it alone draws, so that the bundle of the other goes without. */
export function addIcons(more: Readonly<Record<string, string>>): void {
  for (const [name, path] of Object.entries(more)) paths.set(name, path);
}

const SOLID: ReadonlySet<IconName> = new Set(["play", "starred"]);

/** Whether a name that came from outside is one of ours. */
export function isIcon(name: string): name is IconName {
  return paths.has(name);
}

export function icon(name: IconName, className = ""): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `sdw-icon ${className}`.trim());
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", paths.get(name) ?? "");
  if (SOLID.has(name)) path.setAttribute("fill", "currentColor");
  svg.append(path);
  return svg;
}

/** The turning ring of something under way. */
export function spinner(): HTMLSpanElement {
  const ring = document.createElement("span");
  ring.className = "sdw-spinner";
  ring.setAttribute("aria-hidden", "true");
  return ring;
}
