/** One axis of a sweep that has not started: which it is, its values, and what can be added to them. */
import { button, enable, ProblemLine } from "./controls.ts";
import { focusIn, h, setAttribute, setText, uniqueId } from "./dom.ts";
import { icon } from "./icons.ts";
import { MoreMenu } from "./more_menu.ts";
import type { Axis } from "./sweep_protocol.ts";

const LONGEST_VALUE = 500;

export interface AxisEvents {
  /** Another axis is to be here. */
  choose(name: string, element: HTMLSelectElement): void;
  /** Says why it was not added; empty where it was. */
  add(axis: string, value: string): Promise<string>;
  remove(axis: string, index: number, value: string, element: HTMLElement): void;
}

/** A place for an axis: "Across", "Down", or one of "More". */
export class AxisRow {
  readonly element: HTMLElement;
  readonly #select: HTMLSelectElement;
  readonly #only = h("strong");
  readonly #values = h("div", { class: "sdw-sweep-values" });
  readonly #add: HTMLButtonElement;
  readonly #menu: MoreMenu<string>;
  readonly #field: HTMLInputElement;
  readonly #problem: ProblemLine;
  #axis: Axis | null = null;
  #drawn = "";
  #offered = "";
  #busy = false;

  constructor(
    label: string,
    private readonly signal: AbortSignal,
    private readonly events: AxisEvents,
  ) {
    const id = uniqueId();
    this.#select = h("select", { id, class: "sdw-select" });
    this.#select.addEventListener("change", () => events.choose(this.#select.value, this.#select), { signal });
    this.#values.addEventListener("click", (event) => this.#pressRemove(event), { signal });
    const title = h("label", { for: id }, label);
    this.#add = button({ label: "Add", icon: "plus", className: "sdw-plain" }, signal, () => this.#pressAdd());
    this.#menu = new MoreMenu<string>(
      [],
      signal,
      (value) => button({ label: value }, signal, () => void this.#send(value)),
      { label: "Add", icon: "plus", bare: false, action: "add-offer" },
    );
    this.#menu.button.classList.add("sdw-plain");
    this.#field = h("input", {
      class: "sdw-text-input sdw-sweep-new",
      maxlength: LONGEST_VALUE,
      autocomplete: "off",
      dir: "auto",
      hidden: true,
    });
    this.#problem = new ProblemLine(`${id}-problem`, this.#field);
    this.#problem.element.setAttribute("role", "alert");
    const adding = h("span", { class: "sdw-sweep-adding" }, this.#field, this.#add, this.#menu.button);
    adding.addEventListener("keydown", (event) => this.#key(event), { signal });
    adding.addEventListener("focusout", (event) => this.#left(event.relatedTarget, adding), { signal });
    this.element = h(
      "div",
      { class: "sdw-sweep-axis", role: "group" },
      h("div", { class: "sdw-sweep-axis-head" }, title, this.#select, this.#only),
      h("div", { class: "sdw-sweep-axis-values" }, this.#values, adding),
      this.#problem.element,
      this.#menu.element,
    );
  }

  /** `others`: all axes that can be here; one alone is not to be chosen. */
  show(axis: Axis, others: readonly Axis[]): void {
    const chosen = others.length > 1;
    this.#select.hidden = !chosen;
    this.#only.hidden = chosen;
    setText(this.#only, chosen ? "" : axis.label);
    setAttribute(this.element, "aria-label", axis.label);
    const offered = JSON.stringify(others.map(({ name, label }) => [name, label]));
    if (offered !== this.#offered) {
      this.#select.replaceChildren(...others.map(({ name, label }) => h("option", { value: name }, label)));
      this.#offered = offered;
    }
    this.#select.value = axis.name;
    if (this.#axis?.name !== axis.name) this.#close();
    this.#axis = axis;
    const drawn = JSON.stringify(axis);
    if (drawn !== this.#drawn) this.#draw(axis);
    this.#drawn = drawn;
  }

  /** What is chosen was not taken. */
  reset(): void {
    if (this.#axis) this.#select.value = this.#axis.name;
  }

  end(): void {
    this.#menu.close();
    this.element.remove();
  }

  #draw(axis: Axis): void {
    const held = focusIn(this.element);
    const at = this.#removers().indexOf(held as HTMLButtonElement);
    const wasMenu = held === this.#menu.button;
    this.#values.replaceChildren(...axis.values.map(chip));
    this.#add.hidden = !axis.free;
    setAttribute(this.#field, "aria-label", `Add to ${axis.label}`);
    setAttribute(this.#field, "placeholder", `Another ${axis.label.toLowerCase()}`);
    this.#menu.close();
    this.#menu.offer(axis.offers);
    this.#menu.button.hidden = axis.free || axis.offers.length === 0;
    // Where a value was taken away, the next one has the focus, or the one before.
    const left = this.#removers();
    if (at >= 0) (left[Math.min(at, left.length - 1)] ?? this.#adder())?.focus();
    else if (wasMenu) (this.#menu.button.hidden ? left.at(-1) : this.#menu.button)?.focus();
  }

  /** A value is to be taken away. The second half of a double click was not meant for the one that has come to be there. */
  #pressRemove(event: MouseEvent): void {
    const index = this.#removers().indexOf((event.target as Element).closest("button") as HTMLButtonElement);
    const value = this.#axis?.values[index];
    const element = this.#removers()[index];
    if (this.#axis && value !== undefined && element && event.detail < 2)
      this.events.remove(this.#axis.name, index, value, element);
  }

  #removers(): HTMLButtonElement[] {
    return [...this.#values.querySelectorAll("button")];
  }

  #adder(): HTMLElement | null {
    return [this.#add, this.#menu.button].find((each) => !each.hidden) ?? null;
  }

  #pressAdd(): void {
    if (!this.#field.hidden && this.#field.value.trim()) void this.#sendTyped();
    else this.#open();
  }

  #open(): void {
    this.#field.hidden = false;
    this.#field.focus();
  }

  #close(): void {
    this.#field.hidden = true;
    this.#field.value = "";
    this.#problem.show([]);
  }

  #left(to: EventTarget | null, adding: HTMLElement): void {
    if (!adding.contains(to as Node | null) && !this.#field.value.trim() && !this.#busy) this.#close();
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing || this.#field.hidden) return;
    if (event.key === "Escape") {
      this.#close();
      this.#add.focus();
    } else if (event.key === "Enter" && event.target === this.#field) {
      void this.#sendTyped();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async #sendTyped(): Promise<void> {
    const value = this.#field.value.trim();
    if (!value) return;
    const problem = await this.#send(value);
    if (this.signal.aborted || problem === null) return;
    if (!problem) this.#field.value = "";
    if (!this.#field.hidden) this.#field.focus(); // for the next one
  }

  /** Null where one is on its way. */
  async #send(value: string): Promise<string | null> {
    if (!this.#axis || this.#busy) return null;
    this.#busy = true;
    enable(this.#add, false);
    this.#problem.show([]);
    const { name } = this.#axis;
    const problem = await this.events.add(name, value);
    this.#busy = false;
    enable(this.#add, true);
    if (problem && this.#axis.name === name) this.#problem.show([problem]);
    return problem;
  }
}

function chip(value: string): HTMLElement {
  const label = `Remove ${value}`;
  const look = { type: "button", class: "sdw-button sdw-bare", "aria-label": label, title: label };
  return h("span", { class: "sdw-sweep-value" }, h("bdi", { title: value }, value), h("button", look, icon("close")));
}
