/** What is drawn of a take wherever it stands: what became of it, its settings, its star; see `icons.ts`. */
const CIRCLE = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z";
const STAR = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9L12 16.9l-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z";

/** To play and to star. */
export const MARK_ICONS = {
  sound: "M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  star: STAR,
  starred: STAR,
} as const;

/** States and settings. */
export const TAKE_ICONS = {
  image: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM4 17l5-5 8 8M8.5 8.5h.01",
  error: `${CIRCLE}M9 9l6 6M15 9l-6 6`,
  check: `${CIRCLE}M8 12l3 3 5-6`,
  question: `${CIRCLE}M9.5 9.5a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7M12 16.5h.01`,
  "eye-off":
    "M3 3l18 18M10 5.7A9 9 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a16 16 0 0 1-2.6 3.3M6.5 7A15 15 0 0 0 2.5 12S6 18.5 12 18.5a9 9 0 0 0 5-1.5M10 10a3 3 0 0 0 4 4",
  timer: "M12 5.5a7.7 7.7 0 1 0 0 15.4 7.7 7.7 0 0 0 0-15.4zM12 13l2.5-2.5M9.5 2.5h5M12 2.5v3",
  again: "M12 3.5a8.5 8.5 0 1 0 6 14.5M20 9.5A8.5 8.5 0 0 0 12 3.5M20.5 4v5.5H15",
  stop: `${CIRCLE}M5.6 5.6l12.8 12.8`,
  hourglass: "M6 3h12M6 21h12M7 3c0 5 5 6 5 9s-5 4-5 9M17 3c0 5-5 6-5 9s5 4 5 9",
  lens: "M4 7h3l1.5-2h7L17 7h3a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zM12 9.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z",
} as const;
