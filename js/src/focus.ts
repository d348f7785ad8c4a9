import { setAttribute } from "./dom.ts";

/** What takes the place of an action that has been done. */
const SUCCESSORS: Record<string, string[]> = {
  "stop-watching": ["watch-again"],
  "watch-again": ["stop-watching"],
  "check-again": ["watch-again", "stop-watching"],
  attach: ["stop-watching"],
  "send-now": ["cancel", "stop-watching"],
  "try-now": ["check-now", "stop-watching"],
};

/**
 * Draws, and keeps the focus: on the same action where it is drawn anew, else on what takes its place, else on the cell
 * itself. It never falls back to the start of the page.
 */
export function keepFocus(cell: HTMLElement, draw: () => void): void {
  const root = cell.getRootNode() as Document | ShadowRoot;
  const before = root.activeElement;
  const held = before instanceof HTMLElement && cell.contains(before) ? before : null;
  draw();
  if (!held || (held.isConnected && !held.closest("[hidden]"))) return;
  const action = held.dataset.action ?? "";
  for (const id of action ? [action, ...(SUCCESSORS[action] ?? [])] : []) {
    const next = cell.querySelector<HTMLElement>(`[data-action="${CSS.escape(id)}"]`);
    if (next && !next.closest("[hidden]")) {
      next.focus();
      return;
    }
  }
  setAttribute(cell, "tabindex", "-1");
  cell.focus();
}
