import { button } from "./controls.ts";
import { atEnd, childLife, h, uniqueId } from "./dom.ts";
import type { Question } from "./protocol.ts";

interface Dialog<Answer> {
  role: "dialog" | "alertdialog";
  title: string;
  /** What stands below the title; `id` is that of the text which describes the dialog. */
  body(id: string): HTMLElement;
  /** What has the focus at first; else the safe answer. */
  first?: HTMLElement;
  cancel: string;
  sure: string;
  /** What it comes to when the person is sure. Escape and the safe answer come to null. */
  answer(): Answer;
}

/** Opens a dialog over the page. Afterwards the focus goes to `back`. */
export function openDialog<Answer>(
  root: HTMLElement,
  { role, title, body, first, cancel, sure, answer }: Dialog<Answer>,
  parent: AbortSignal,
  back: HTMLElement,
): Promise<Answer | null> {
  const id = uniqueId();
  const { signal, end } = childLife(parent);
  return new Promise((resolve) => {
    const dialog = h("dialog", {
      class: "sdw-dialog",
      role,
      "aria-labelledby": `${id}-title`,
      "aria-describedby": `${id}-text`,
    });
    const close = (yes: boolean) => {
      resolve(yes ? answer() : null); // before the end, which is a "no" where nobody answered
      end();
      back.focus();
    };
    atEnd(signal, () => {
      dialog.remove();
      resolve(null);
    });
    const no = button({ label: cancel }, signal, () => close(false));
    const yes = button({ label: sure, className: "sdw-strong" }, signal, (event) => {
      // The second half of a double click was meant for the button that led here.
      if (event.detail < 2) close(true);
    });
    dialog.addEventListener("cancel", () => close(false), { signal });
    dialog.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) yes.click();
      },
      { signal },
    );
    dialog.append(
      h("h2", { id: `${id}-title`, class: "sdw-title" }, title),
      body(`${id}-text`),
      h("div", { class: "sdw-row sdw-end" }, no, yes),
    );
    root.append(dialog);
    dialog.showModal();
    (first ?? no).focus();
  });
}

/** Asks before something that costs. The safe answer has the focus; Escape is that answer too. */
export async function askFirst(
  root: HTMLElement,
  { title, text, cancel, label }: Question,
  signal: AbortSignal,
  back: HTMLElement,
): Promise<boolean> {
  const body = (id: string) => h("p", { id }, text);
  const asked = { role: "alertdialog", title, body, cancel, sure: label, answer: () => true } as const;
  return (await openDialog(root, asked, signal, back)) === true;
}
