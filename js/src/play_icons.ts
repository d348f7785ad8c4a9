/** The icons of whatever plays takes: the job and the comparison; see `icons.ts`. */
const SPEAKER = "M4 9.5v5h3.5L12 19V5L7.5 9.5z";
const STAR = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z";

export const PLAY_ICONS = {
  sound: `${SPEAKER}M15.5 9a4.2 4.2 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11`,
  "sound-off": `${SPEAKER}M16 9.5l5 5M21 9.5l-5 5`,
  remix: "M3 6h9M16 6h5M14 4v4M3 12h4M11 12h10M9 10v4M3 18h9M16 18h5M14 16v4",
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  previous: "M17 6.5v11L9 12zM5.5 6.5v11",
  next: "M7 6.5v11l8-5.5zM18.5 6.5v11",
  loop: "M4 11V9a3 3 0 0 1 3-3h13M17 3l3 3-3 3M20 13v2a3 3 0 0 1-3 3H4M7 21l-3-3 3-3",
  full: "M4 9V5a1 1 0 0 1 1-1h4M15 4h4a1 1 0 0 1 1 1v4M20 15v4a1 1 0 0 1-1 1h-4M9 20H5a1 1 0 0 1-1-1v-4",
  star: STAR,
  starred: STAR,
  onward: "M5 4v7a3 3 0 0 0 3 3h11M15 10l4 4-4 4",
} as const;
