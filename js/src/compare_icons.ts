/** The icons that a comparison draws; see `icons.ts`. */
import { PLAY_ICONS } from "./play_icons.ts";

export const COMPARE_ICONS = {
  ...PLAY_ICONS,
  columns: "M4 4h16v16H4zM12 4v16",
  plus: "M12 5v14M5 12h14",
  halves: "M9 7l-5 5 5 5M15 7l5 5-5 5",
} as const;
