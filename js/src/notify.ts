/** A notification of the browser when a job ends that somebody waits for elsewhere. Only for those who asked for it. */
import { button } from "./controls.ts";
import type { Snapshot } from "./protocol.ts";

const KEPT = "seedance-notify";
const PROMPT_LENGTH = 90;

/** Whether this page may notify and the person wants it. Kept in the browser, for all jobs. */
function isWanted(): boolean {
  try {
    return Notification.permission === "granted" && localStorage.getItem(KEPT) === "yes";
  } catch {
    return false;
  }
}

function keep(wanted: boolean): void {
  try {
    localStorage.setItem(KEPT, wanted ? "yes" : "no");
  } catch {
    // A page without storage asks again next time.
  }
}

const isPossible = () => typeof Notification === "function" && isSecureContext && Notification.permission !== "denied";

/** A switch for the header of a job that is under way; null where the browser notifies nobody. */
export function notifyButton(signal: AbortSignal): HTMLButtonElement | null {
  if (!isPossible()) return null;
  const draw = () => element.setAttribute("aria-pressed", String(isWanted()));
  const element = button({ label: "Notify me when it ends", icon: "bell", bare: true }, signal, () => {
    if (isWanted()) {
      keep(false);
      draw();
      return;
    }
    void Notification.requestPermission().then((answer) => {
      keep(answer === "granted");
      draw();
    });
  });
  element.dataset.action = "notify";
  draw();
  return element;
}

/** Tells of a job that has ended while the person was elsewhere. Views of one job notify once. */
export function notifyOf({ job_id, title, detail, prompt }: Snapshot): void {
  if (typeof Notification !== "function" || !isWanted()) return;
  if (!document.hidden && document.hasFocus()) return;
  const text = prompt.length > PROMPT_LENGTH ? `${prompt.slice(0, PROMPT_LENGTH)}…` : prompt;
  try {
    const shown = new Notification([title, detail].filter(Boolean).join(" · "), {
      body: text,
      tag: `seedance-${job_id}`,
    });
    shown.onclick = () => window.focus();
  } catch {
    // Some systems notify only from a service worker.
  }
}
