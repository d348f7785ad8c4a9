/** The controls both widgets are made of. */
import { h, setAttribute } from "./dom.ts";
import { type IconName, icon } from "./icons.ts";

interface ButtonOptions {
  label: string;
  icon?: IconName;
  /** Beside the label, quieter: what it costs. */
  hint?: string;
  /** Shows the icon alone; the label is still its name. */
  bare?: boolean;
  className?: string;
}

export function button(
  options: ButtonOptions,
  signal: AbortSignal,
  press: (event: MouseEvent) => void,
): HTMLButtonElement {
  const { label, hint, bare, className = "" } = options;
  const element = h("button", { type: "button", class: `sdw-button ${bare ? "sdw-bare" : ""} ${className}`.trim() });
  if (bare) {
    element.setAttribute("aria-label", label);
    element.title = label;
  }
  if (options.icon) element.append(icon(options.icon));
  if (!bare) element.append(h("span", {}, label));
  if (!bare && hint) element.append(" ", h("span", { class: "sdw-button-hint" }, hint));
  element.addEventListener("click", press, { signal });
  return element;
}

/** Whether a control can be used. It keeps its focus, so it is disabled by attribute for people, not taken away. */
export function enable(element: HTMLElement, on: boolean): void {
  setAttribute(element, "aria-disabled", on ? null : "true");
}

export function isEnabled(element: HTMLElement): boolean {
  return element.getAttribute("aria-disabled") !== "true";
}

/** Says what went wrong in a place for it, which hides where nothing did. */
export function showProblem(place: HTMLElement, text: string): void {
  place.hidden = !text;
  if (place.textContent !== text) place.replaceChildren(...(text ? [icon("alert"), h("span", {}, text)] : []));
}

/** Changes what a bare button shows and is called. */
export function rename(element: HTMLButtonElement, label: string, name: IconName): void {
  if (element.getAttribute("aria-label") === label) return;
  element.setAttribute("aria-label", label);
  element.title = label;
  element.replaceChildren(icon(name));
}

/** Where the problems of one field stand: shown under it, tied to it for screen readers. */
export class ProblemLine {
  readonly element: HTMLParagraphElement;

  constructor(
    id: string,
    private readonly field: HTMLElement,
  ) {
    this.element = h("p", { id, class: "sdw-problem", hidden: true });
  }

  show(messages: readonly string[]): void {
    const bad = messages.length > 0;
    showProblem(this.element, messages.join(" "));
    setAttribute(this.field, "aria-invalid", bad ? "true" : null);
    const others = (this.field.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .filter((id) => id !== this.element.id);
    const ids = [...others, bad ? this.element.id : ""].filter(Boolean).join(" ");
    setAttribute(this.field, "aria-describedby", ids || null);
  }
}
