/** The icons that a job draws; see `icons.ts`. */
import type { IconName } from "./icons.ts";
import { PLAY_ICONS } from "./play_icons.ts";
import type { Action } from "./protocol.ts";
import { TAKE_ICONS } from "./take_icons.ts";

export const JOB_ICONS = {
  ...PLAY_ICONS,
  ...TAKE_ICONS,
  share: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9z",
  offline:
    "M3 3l18 18M12 19h.01M8.5 15.5a5 5 0 0 1 6-.8M5 12a10 10 0 0 1 4-2.5M19 12a10 10 0 0 0-6-2.9M2 8.5A15 15 0 0 1 6 6M22 8.5A15 15 0 0 0 10.5 5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  refresh: "M20 5v5h-5M4 19v-5h5M19.5 10A8 8 0 0 0 6 6.5L4.5 8M4.5 14A8 8 0 0 0 18 17.5l1.5-1.5",
  pencil: "M4 20l1-4.5L16.5 4a1.7 1.7 0 0 1 2.5 0l1 1a1.7 1.7 0 0 1 0 2.5L8.5 19zM14.5 6l3.5 3.5",
  link: "M9 15l6-6M10.5 6.5L12 5a5 5 0 0 1 7 7l-1.5 1.5M13.5 17.5L12 19a5 5 0 0 1-7-7l1.5-1.5",
  copy: "M9 4h6v3H9zM9 5.5H6a1 1 0 0 0-1 1V20a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V6.5a1 1 0 0 0-1-1h-3M9 12h6M9 16h4",
  disk: "M3.5 13L6.5 6h11l3 7v5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1zM3.5 13h17M7 16h.01M10.5 16h.01",
  history: "M4 5v5h5M4.5 10A8 8 0 1 1 4 14M12 8v4.5l3 1.5",
  more: "M5 11.5v1M12 11.5v1M19 11.5v1M4.5 12h1M11.5 12h1M18.5 12h1",
  outside: "M19 13v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1h6M14 4h6v6M20 4l-9 9",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4M12 3v2",
} as const;

export const ACTION_ICONS: Partial<Record<Action["id"], IconName>> = {
  "stop-watching": "eye-off",
  "watch-again": "eye",
  "try-now": "refresh",
  "check-again": "refresh",
  "fetch-again": "refresh",
  remix: "remix",
  edit: "pencil",
  download: "drop",
  "copy-url": "link",
  "copy-report": "copy",
  "use-last-frame": "onward",
  "add-credits": "outside",
  "use-key": "key",
};

export const CHIP_ICONS: Record<string, IconName> = { sound: "sound", image: "image", lens: "lens", share: "share" };
