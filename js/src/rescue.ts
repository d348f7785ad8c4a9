/** What to do where a reply was lost: attach the job if it is there, else send again, after a warning. */
import { button } from "./controls.ts";
import { h, uniqueId } from "./dom.ts";
import type { Drawn } from "./part.ts";
import type { Action, Snapshot } from "./protocol.ts";

export interface RescueEvents {
  attach(generationId: string, button: HTMLButtonElement): void;
  /** The button of an action. */
  make(action: Action): HTMLButtonElement;
}

export function drawRescue(
  { attach, resend, actions }: Snapshot,
  signal: AbortSignal,
  events: RescueEvents,
): Drawn | null {
  const nodes: Node[] = [];
  if (attach) nodes.push(drawAttach(attach, signal, events));
  const again = actions.find((action) => action.id === "send-again");
  if (resend && again) {
    const words = h("div", {}, h("strong", {}, resend.title), h("div", { class: "sdw-secondary" }, resend.text));
    nodes.push(h("div", { class: "sdw-resend" }, words, events.make(again)));
  }
  return nodes.length ? { nodes } : null;
}

function drawAttach(attach: NonNullable<Snapshot["attach"]>, signal: AbortSignal, events: RescueEvents): HTMLElement {
  const id = uniqueId();
  const input = h("input", {
    type: "text",
    id,
    class: "sdw-text-input",
    "aria-label": "Generation ID",
    placeholder: "Paste its generation ID",
    autocomplete: "off",
    spellcheck: "false",
    "data-action": "attach-id",
  });
  input.value = attach.suggestion;
  const press = () => {
    const generationId = input.value.trim();
    if (generationId) events.attach(generationId, attachButton);
    else input.focus();
  };
  const attachButton = button({ label: "Attach", icon: "link" }, signal, press);
  attachButton.dataset.action = "attach";
  input.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Enter" && !event.isComposing) press();
    },
    { signal },
  );
  const hint = attach.hint ? h("p", { class: "sdw-hint", id: `${id}-hint` }, attach.hint) : null;
  if (hint) input.setAttribute("aria-describedby", hint.id);
  const row = h("div", { class: "sdw-attach" }, input, attachButton);
  return h("div", {}, h("strong", {}, attach.title), row, hint);
}
