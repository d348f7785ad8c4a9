/** Line icons on a grid of 24, drawn for this package. They repeat what a label says, so they are hidden from readers. */

const SVG = "http://www.w3.org/2000/svg";

/** Each icon is one path of strokes; those in `SOLID` are filled as well. */
const PATHS = {
  clapper: "M4 10h16v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM4 10l-.7-3.4 15.6-3.2.7 3.4zM8 5.7l2.6 3.5M13 4.6l2.6 3.6",
  "image-add":
    "M13 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-8M16 6h6M19 3v6M4 17l4-4 4 4M11 16l3-3 6 6M9 9h.01",
  image: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 17l5-5 8 8M8.5 8.5h.01",
  replace: "M13 4H5a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-7M19 9V3M16 5.500l3-3 3 3M4 17l5-5 8 8",
  swap: "M3 8h13M7 4L3 8l4 4M21 16H8M17 12l4 4-4 4",
  close: "M6 6l12 12M18 6L6 18",
  lock: "M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8 11V8a4 4 0 0 1 8 0v3",
  drop: "M12 3v12M7 10l5 5 5-5M4 16v3a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-3",
  warning: "M12 4L2.500 20h19zM12 10v4M12 17h.01",
  error: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 9l6 6M15 9l-6 6",
  alert: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8v4.500M12 16h.01",
  check: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8 12l3 3 5-6",
  tick: "M5 13l4 4L19 7",
  question:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9.500 9.500a2.500 2.500 0 1 1 3.500 2.300c-.7.3-1 .8-1 1.700M12 16.500h.01",
  key: "M9 11a5 5 0 1 0 0 8 5 5 0 0 0 0-8zM10 13L20 3M16 7l3 3M7.500 16.500h.01",
  wallet:
    "M5 6h13a1 1 0 0 1 1 1v3M5 6a1.500 1.500 0 0 1 0-3h12v3M3.500 4.500V19a1 1 0 0 0 1 1H19a1 1 0 0 0 1-1v-4M16 10h5v5h-5a2.500 2.500 0 0 1 0-5z",
  offline:
    "M3 3l18 18M12 19h.01M8.500 15.500a5 5 0 0 1 6-.8M5 12a10 10 0 0 1 4-2.500M19 12a10 10 0 0 0-6-2.900M2 8.500A15 15 0 0 1 6 6M22 8.500A15 15 0 0 0 10.500 5",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  "eye-off":
    "M3 3l18 18M10 5.700A9 9 0 0 1 12 5.500c6 0 9.500 6.500 9.500 6.500a16 16 0 0 1-2.600 3.300M6.500 7A15 15 0 0 0 2.500 12S6 18.500 12 18.500a9 9 0 0 0 5-1.500M10 10a3 3 0 0 0 4 4",
  refresh: "M20 5v5h-5M4 19v-5h5M19.500 10A8 8 0 0 0 6 6.500L4.500 8M4.500 14A8 8 0 0 0 18 17.500l1.500-1.500",
  timer: "M12 5.500a7.700 7.700 0 1 0 0 15.400 7.700 7.700 0 0 0 0-15.400zM12 13l2.500-2.500M9.500 2.500h5M12 2.500v3",
  sound: "M4 9.500v5h3.500L12 19V5L7.500 9.500zM15.500 9a4.200 4.200 0 0 1 0 6M18.500 6.500a8 8 0 0 1 0 11",
  "sound-off": "M4 9.500v5h3.500L12 19V5L7.500 9.500zM16 9.500l5 5M21 9.500l-5 5",
  pencil:
    "M4 20l1-4.500L16.500 4a1.700 1.700 0 0 1 2.500 0l1 1a1.700 1.700 0 0 1 0 2.500L8.500 19zM14.500 6l3.500 3.500",
  remix: "M3 6h9M16 6h5M14 4v4M3 12h4M11 12h10M9 10v4M3 18h9M16 18h5M14 16v4",
  link: "M9 15l6-6M10.500 6.500L12 5a5 5 0 0 1 7 7l-1.500 1.500M13.500 17.500L12 19a5 5 0 0 1-7-7l1.500-1.500",
  copy: "M9 4h6v3H9zM9 5.500H6a1 1 0 0 0-1 1V20a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V6.500a1 1 0 0 0-1-1h-3M9 12h6M9 16h4",
  play: "M7 4.500v15l12-7.500z",
  pause: "M8 5v14M16 5v14",
  previous: "M17 6.500v11L9 12zM5.500 6.500v11",
  next: "M7 6.500v11l8-5.500zM18.500 6.500v11",
  loop: "M4 11V9a3 3 0 0 1 3-3h13M17 3l3 3-3 3M20 13v2a3 3 0 0 1-3 3H4M7 21l-3-3 3-3",
  full: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  disk: "M3.500 13L6.500 6h11l3 7v5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1zM3.500 13h17M7 16h.01M10.500 16h.01",
  again: "M12 3.500a8.500 8.500 0 1 0 6 14.500M20 9.500A8.500 8.500 0 0 0 12 3.500M20.500 4v5.500H15",
  history: "M4 5v5h5M4.500 10A8 8 0 1 1 4 14M12 8v4.500l3 1.500",
  stop: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM5.600 5.600l12.800 12.800",
  hourglass: "M6 3h12M6 21h12M7 3c0 5 5 6 5 9s-5 4-5 9M17 3c0 5-5 6-5 9s5 4 5 9",
  lens: "M4 7h3l1.500-2h7L17 7h3a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM12 9.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7z",
  share:
    "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3.500 6 3.500 9s-.5 6-3.500 9c-3-3-3.500-6-3.500-9s.5-6 3.500-9z",
} as const;

export type IconName = keyof typeof PATHS;

const SOLID: ReadonlySet<IconName> = new Set(["play"]);

/** Whether a name that came from outside is one of ours. */
export function isIcon(name: string): name is IconName {
  return Object.hasOwn(PATHS, name);
}

export function icon(name: IconName, className = ""): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `sdw-icon ${className}`.trim());
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
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
