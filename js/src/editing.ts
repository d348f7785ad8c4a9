/** Changes to a text field that its own undo takes back. */

/** Replaces a stretch of a text field as if it were typed: Ctrl+Z takes it back, and an `input` event tells of it. */
export function replaceText(field: HTMLTextAreaElement, start: number, end: number, text: string): void {
  field.focus();
  field.setSelectionRange(start, end);
  // Deprecated, and still the only edit that the browser's undo knows.
  const done = text ? document.execCommand?.("insertText", false, text) : document.execCommand?.("delete");
  if (done) return;
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Turns the text of a field into another by the smallest edit. */
export function rewrite(field: HTMLTextAreaElement, wanted: string): void {
  const now = field.value;
  let start = 0;
  while (start < now.length && start < wanted.length && now[start] === wanted[start]) start += 1;
  let tail = 0;
  const most = Math.min(now.length, wanted.length) - start;
  while (tail < most && now[now.length - 1 - tail] === wanted[wanted.length - 1 - tail]) tail += 1;
  if (start + tail < Math.max(now.length, wanted.length)) {
    replaceText(field, start, now.length - tail, wanted.slice(start, wanted.length - tail));
  }
}

/** Where a sentence goes in for a stretch of a text, and how: the one before it is ended, spaces part it. */
export function sentenceEdit(text: string, start: number, end: number, phrase: string) {
  const before = text.slice(0, start);
  const bare = before.trimEnd();
  const after = text.slice(end);
  const tail = after === "" || /^\s/.test(after) ? "" : " ";
  if (bare === "" || before.slice(bare.length).includes("\n")) return { start, end, text: phrase + tail };
  const ended = /[.!?…:;,(“{-]["”']?$/.test(bare);
  return { start: bare.length, end, text: `${ended ? "" : "."} ${phrase}${tail}` };
}

/** The place in a JavaScript string of a character counted as Python counts. */
export function placeOf(text: string, character: number): number {
  let place = 0;
  for (let left = character; left > 0 && place < text.length; left -= 1) {
    place += (text.codePointAt(place) ?? 0) > 0xffff ? 2 : 1;
  }
  return place;
}
