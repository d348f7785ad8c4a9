/** The icons that a sweep draws; see `icons.ts`. */
import { MARK_ICONS, TAKE_ICONS } from "./take_icons.ts";

export const SWEEP_ICONS = {
  ...MARK_ICONS,
  ...TAKE_ICONS,
  grid: "M4 4h16v16H4zM4 9.300h16M4 14.700h16M9.300 4v16M14.700 4v16",
  plus: "M12 5v14M5 12h14",
  clock: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17zM12 7.500V12l3 2",
  /** Dashed by its style: it is under way. */
  ring: "M12 3.500a8.500 8.500 0 1 0 0 17 8.500 8.500 0 0 0 0-17z",
  sheet: "M4 4h16v16H4zM4 12h16M12 4v16",
} as const;
