/** What a person wants to remember of a take: read and written in a dialog, as plain text. */
import { openDialog } from "./confirm.ts";
import { h } from "./dom.ts";

/** Most characters of a note, as in `widgets/protocol.py`. */
const LONGEST_NOTE = 10_000;

/** The text as it was saved, empty to take the note away; null where it is left as it was. */
export function editNote(
  root: HTMLElement,
  text: string,
  signal: AbortSignal,
  back: HTMLElement,
): Promise<string | null> {
  const field = h("textarea", {
    class: "sdw-note-field",
    "aria-label": "Note",
    rows: 4,
    maxlength: LONGEST_NOTE,
    dir: "auto",
  });
  field.value = text;
  const hint = "Kept in your history, and sent nowhere.";
  const dialog = {
    role: "dialog",
    title: "Note on this take",
    body: (id: string) => h("div", {}, field, h("p", { id, class: "sdw-hint" }, hint)),
    first: field,
    cancel: "Cancel",
    sure: "Save",
    answer: () => field.value.trim(),
  } as const;
  return openDialog(root, dialog, signal, back);
}
