/** The icons of whatever plays takes: the job and the comparison; see `icons.ts`. */

import { MARK_ICONS } from "./take_icons.ts";

export const PLAY_ICONS = {
  ...MARK_ICONS,
  "sound-off": "M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5",
  remix: "M3 6h9M16 6h5M14 4v4M3 12h4M11 12h10M9 10v4M3 18h9M16 18h5M14 16v4",
  previous: "M17 6.5v11L9 12zM5.5 6.5v11",
  next: "M7 6.5v11l8-5.5zM18.5 6.5v11",
  loop: "M4 11V9a3 3 0 0 1 3-3h13M17 3l3 3-3 3M20 13v2a3 3 0 0 1-3 3H4M7 21l-3-3 3-3",
  full: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  onward: "M5 4v7a3 3 0 0 0 3 3h11M15 10l4 4-4 4",
} as const;
