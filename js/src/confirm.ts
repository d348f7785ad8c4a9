import { button } from "./controls.ts";
import { childLife, h, uniqueId } from "./dom.ts";
import type { Question } from "./protocol.ts";

/**
 * Asks before something that costs. The safe answer has the focus; Escape is that answer too. Afterwards the focus goes
 * to `back`.
 */
export function askFirst(
  root: HTMLElement,
  question: Question,
  signal: AbortSignal,
  back: HTMLElement,
): Promise<boolean> {
  const id = uniqueId();
  const life = childLife(signal);
  return new Promise((resolve) => {
    const dialog = h("dialog", {
      class: "sdw-dialog",
      role: "alertdialog",
      "aria-labelledby": `${id}-title`,
      "aria-describedby": `${id}-text`,
    });
    const close = (sure: boolean) => {
      resolve(sure); // before the end, which is a "no" where nobody answered
      life.end();
      back.focus();
    };
    life.signal.addEventListener("abort", () => {
      dialog.remove();
      resolve(false);
    });
    const no = button({ label: question.cancel }, life.signal, () => close(false));
    const yes = button({ label: question.label, className: "sdw-strong" }, life.signal, (event) => {
      // The second half of a double click was meant for the button that led here.
      if (event.detail < 2) close(true);
    });
    dialog.addEventListener("cancel", () => close(false), { signal: life.signal });
    dialog.append(
      h("h2", { id: `${id}-title`, class: "sdw-title" }, question.title),
      h("p", { id: `${id}-text` }, question.text),
      h("div", { class: "sdw-row sdw-end" }, no, yes),
    );
    root.append(dialog);
    dialog.showModal();
    no.focus();
  });
}
