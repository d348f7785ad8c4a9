/** The icons that only the gallery draws; see `icons.ts`. */
export const GALLERY_ICONS = {
  shelf: "M4 10h16v9a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1zM6 7h12M8 4h8",
  stack: "M12 4l8 4-8 4-8-4zM4 12l8 4 8-4M4 16l8 4 8-4",
  columns: "M4 4h16v16H4zM12 4v16",
  calendar: "M5 6h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1zM4 10.500h16M8 3.500v4M16 3.500v4",
  plus: "M12 5v14M5 12h14",
  fork: "M7 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM17 4a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM12 16a2 2 0 1 0 0 4 2 2 0 0 0 0-4zM7 8v1a3 3 0 0 0 3 3h4a3 3 0 0 0 3-3V8M12 12v4",
} as const;
