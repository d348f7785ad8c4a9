/** One field with Save and Cancel, which says what came of it. */
import { button, ProblemLine } from "./controls.ts";
import { atEnd, childLife, h, later, setText, uniqueId } from "./dom.ts";
import type { Answer } from "./protocol.ts";

/** How long a kernel may take to answer before it is said why nothing happens. */
const PATIENCE_MS = 1500;

export interface EntryOptions {
  /** What it is for, as a heading. */
  title: string;
  label: string;
  /** What happens to what is entered; empty for nothing. */
  hint: string;
  input: HTMLInputElement;
  /** Sends what was entered, or says what is wrong with it. */
  send(input: HTMLInputElement): Promise<Answer> | string;
  /** It was done. */
  done(answer: Answer): void;
  cancel(): void;
}

export class Entry {
  readonly element: HTMLElement;
  readonly #life: ReturnType<typeof childLife>;
  readonly #input: HTMLInputElement;
  readonly #hint: HTMLElement;
  readonly #wait = h("p", { class: "sdw-hint", role: "status" });
  readonly #problem: ProblemLine;
  readonly #save: HTMLButtonElement;

  constructor(
    private readonly options: EntryOptions,
    signal: AbortSignal,
  ) {
    this.#life = childLife(signal);
    const life = this.#life.signal;
    const id = uniqueId();
    this.#input = options.input;
    this.#input.id = `${id}-input`;
    this.#input.classList.add("sdw-text-input");
    this.#hint = h("p", { class: "sdw-hint", id: `${id}-hint`, hidden: !options.hint }, options.hint);
    if (options.hint) this.#input.setAttribute("aria-describedby", this.#hint.id);
    this.#problem = new ProblemLine(`${id}-problem`, this.#input);
    this.#problem.element.setAttribute("role", "alert");
    this.#save = button({ label: "Save", className: "sdw-strong" }, life, () => void this.#send());
    const cancel = button({ label: "Cancel" }, life, () => options.cancel());
    this.element = h(
      "div",
      { class: "sdw-entry", role: "group", "aria-labelledby": `${id}-title` },
      h("p", { class: "sdw-title", id: `${id}-title` }, options.title),
      h("label", { for: this.#input.id }, options.label),
      this.#input,
      this.#hint,
      this.#problem.element,
      this.#wait,
      h("div", { class: "sdw-row sdw-entry-foot" }, cancel, this.#save),
    );
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal: life });
    atEnd(life, () => {
      this.#input.value = "";
      this.element.remove();
    });
  }

  focus(): void {
    this.#input.focus();
  }

  end(): void {
    this.#life.end();
  }

  #key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    const { key } = event;
    if (key === "Escape") this.options.cancel();
    else if (key === "Enter" && event.target === this.#input) void this.#send();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  async #send(): Promise<void> {
    if (this.#save.getAttribute("aria-disabled") === "true") return;
    const sent = this.options.send(this.#input);
    if (typeof sent === "string") {
      this.#refused(sent);
      return;
    }
    this.#problem.show([]);
    this.#save.setAttribute("aria-disabled", "true");
    const waiting = childLife(this.#life.signal);
    later(PATIENCE_MS, waiting.signal, () => setText(this.#wait, "Waiting for the running cell."));
    const answer = await sent;
    waiting.end();
    if (this.#life.signal.aborted) return;
    setText(this.#wait, "");
    this.#save.removeAttribute("aria-disabled");
    if (answer.ok) this.options.done(answer);
    else this.#refused(answer.message);
  }

  #refused(words: string): void {
    this.#problem.show([words]);
    this.#input.focus();
  }
}
