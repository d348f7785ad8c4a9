/** The icons that a job draws; see `icons.ts`. */
import type { IconName } from "./icons.ts";
import { PLAY_ICONS } from "./play_icons.ts";
import type { Action } from "./protocol.ts";

const CIRCLE = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z";

export const JOB_ICONS = {
  ...PLAY_ICONS,
  image: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 17l5-5 8 8M8.5 8.5h.01",
  error: `${CIRCLE}M9 9l6 6M15 9l-6 6`,
  check: `${CIRCLE}M8 12l3 3 5-6`,
  question: `${CIRCLE}M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01`,
  offline:
    "M3 3l18 18M12 19h.01M8.5 15.5a5 5 0 0 1 6-.8M5 12a10 10 0 0 1 4-2.5M19 12a10 10 0 0 0-6-2.9M2 8.5A15 15 0 0 1 6 6M22 8.5A15 15 0 0 0 10.5 5",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  "eye-off":
    "M3 3l18 18M10 5.7A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.6 3.3M6.5 7A15 15 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 5-1.5M10 10a3 3 0 0 0 4 4",
  refresh: "M20 5v5h-5M4 19v-5h5M19.5 10A8 8 0 0 0 6 6.5L4.5 8M4.5 14A8 8 0 0 0 18 17.5l1.5-1.5",
  timer: "M12 5.5a7.7 7.7 0 1 0 0 15.4 7.7 7.7 0 0 0 0-15.4zM12 13l2.5-2.5M9.5 2.5h5M12 2.5v3",
  pencil: "M4 20l1-4.5L16.5 4a1.7 1.7 0 0 1 2.5 0l1 1a1.7 1.7 0 0 1 0 2.5L8.5 19zM14.5 6l3.5 3.5",
  link: "M9 15l6-6M10.5 6.5L12 5a5 5 0 0 1 7 7l-1.5 1.5M13.5 17.5L12 19a5 5 0 0 1-7-7l1.5-1.5",
  copy: "M9 4h6v3H9zM9 5.5H6a1 1 0 0 0-1 1V20a1 1 0 0 0 1 1h12a1 1 0 0 0 1-1V6.5a1 1 0 0 0-1-1h-3M9 12h6M9 16h4",
  disk: "M3.5 13L6.5 6h11l3 7v5a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1zM3.5 13h17M7 16h.01M10.5 16h.01",
  again: "M12 3.5a8.5 8.5 0 1 0 6 14.5M20 9.5A8.5 8.5 0 0 0 12 3.5M20.5 4v5.5H15",
  history: "M4 5v5h5M4.5 10A8 8 0 1 1 4 14M12 8v4.5l3 1.5",
  stop: `${CIRCLE}M5.6 5.6l12.8 12.8`,
  hourglass: "M6 3h12M6 21h12M7 3c0 5 5 6 5 9s-5 4-5 9M17 3c0 5-5 6-5 9s5 4 5 9",
  lens: "M4 7h3l1.5-2h7L17 7h3a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
  share: `${CIRCLE}M3 12h18M12 3c3 3 3.5 6 3.5 9s-.5 6-3.5 9c-3-3-3.5-6-3.5-9s.5-6 3.5-9z`,
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
