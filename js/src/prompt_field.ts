/** The prompt: what is typed, its variables, the menus that insert words, and hints. */
import { Backdrop, type Mark } from "./backdrop.ts";
import { Completion, unfinishedName } from "./completion.ts";
import { ProblemLine } from "./controls.ts";
import { h, setAttribute, setText, uniqueId } from "./dom.ts";
import { placeOf, replaceText, rewrite, sentenceEdit } from "./editing.ts";
import { thousands } from "./format.ts";
import { Hints } from "./hints.ts";
import { type IconName, icon } from "./icons.ts";
import { type Caution, InsertMenu } from "./menu.ts";
import { PromptWalk, type WalkEvents } from "./prompt_walk.ts";
import type { Checks, Fields, Fix, Menu, Name, Variable } from "./protocol.ts";
import { pieces, Values, VariableChips } from "./variables.ts";

export interface PromptEvents {
  change(prompt: string): void;
  typeValues(values: Record<string, string>): void;
  /** A fix changes other fields than the prompt. */
  set(changes: Partial<Fields>): void;
  askNames(): void;
  caution: Caution;
  walk: WalkEvents;
}

const MENU_ICONS: Record<Menu["id"], IconName> = { camera: "camera", sound: "wave", shots: "shots" };

/** Typing is never overwritten by an echo of itself. */
export class PromptField {
  readonly element: HTMLElement;
  readonly problem: ProblemLine;
  readonly #input: HTMLTextAreaElement;
  readonly #counter: HTMLElement;
  readonly #box: HTMLElement;
  readonly #toolbar = h("div", { class: "sdw-prompt-tools" });
  readonly #backdrop: Backdrop;
  readonly #values = new Values();
  readonly #chips: VariableChips;
  readonly #hints: Hints;
  readonly #completion: Completion;
  readonly #walk: PromptWalk;
  #limits = { min: 0, max: Number.POSITIVE_INFINITY };
  #menus: readonly Menu[] = [];
  #menu: { id: string; opened: InsertMenu } | null = null;
  #names: readonly Name[] = [];
  /** The label of a fix that waits until what was typed since has been looked at. */
  #wanted = "";

  constructor(
    private readonly signal: AbortSignal,
    private readonly events: PromptEvents,
  ) {
    const id = uniqueId();
    this.#input = h("textarea", {
      id,
      class: "sdw-prompt",
      rows: 5,
      spellcheck: "true",
      placeholder: "What happens, where, and how the camera moves",
      "aria-describedby": `${id}-count`,
    });
    this.#counter = h("span", { class: "sdw-aside sdw-counter", id: `${id}-count` });
    this.problem = new ProblemLine(`${id}-problem`, this.#input);
    this.#backdrop = new Backdrop(this.#input, signal);
    this.#completion = new Completion(this.#input, signal, (name) => this.#insertName(name));
    this.#walk = new PromptWalk(this.#input, events.walk);
    this.#chips = new VariableChips(this.#values, signal, () => {
      this.#draw();
      events.typeValues(this.#values.typed);
    });
    this.#hints = new Hints("Prompt check", signal, {
      fix: (fix) => this.#press(fix),
      changed: () => this.#draw(),
      leave: () => this.#input.focus(),
    });
    const area = h("div", { class: "sdw-prompt-area" }, this.#backdrop.element, this.#input, this.#completion.element);
    this.#box = h("div", { class: "sdw-prompt-box" }, area, this.#toolbar);
    this.element = h(
      "div",
      { class: "sdw-field sdw-prompt-field" },
      h("div", { class: "sdw-field-head" }, h("label", { for: id, class: "sdw-label" }, "Prompt"), this.#counter),
      this.#box,
      this.problem.element,
      this.#chips.element,
      this.#hints.element,
    );
    this.#listen();
  }

  get value(): string {
    return this.#input.value;
  }

  get typedValues(): Record<string, string> {
    return this.#values.typed;
  }

  /** What is shown for the variables of the notebook. */
  get seen(): Record<string, string> {
    const shown: Record<string, string> = {};
    for (const { name } of pieces(this.value)) {
      const theirs = name && !this.#values.isTyped(name) ? this.#values.fromNotebook(name) : null;
      if (theirs) shown[name] = theirs.text;
    }
    return shown;
  }

  limit(min: number, max: number): void {
    this.#limits = { min, max };
    this.#draw();
  }

  /** From Python. The caret stays where it was as far as the text allows. */
  set(text: string): void {
    if (text === this.#input.value) return;
    const { selectionStart, selectionEnd } = this.#input;
    const focused = this.#input.ownerDocument.activeElement === this.#input;
    this.#input.value = text;
    if (focused) this.#input.setSelectionRange(selectionStart, selectionEnd);
    this.#draw();
  }

  setTypedValues(values: Record<string, string>): void {
    this.#values.typed = values;
    this.#draw();
  }

  know(variables: readonly Variable[]): void {
    this.#values.know(variables);
    this.#draw();
  }

  advise(checks: Checks): void {
    this.#hints.show(checks);
    this.#draw();
    const wanted = this.#wanted;
    if (wanted === "" || !this.#hints.isAbout(this.value)) return;
    this.#wanted = "";
    const fix = checks.rows.find((row) => row.fix?.label === wanted)?.fix;
    if (fix) this.#press(fix);
  }

  /** The names of the notebook, which were asked for when a brace was typed. */
  offerNames(names: readonly Name[]): void {
    this.#names = names;
    this.#complete();
  }

  offerMenus(menus: readonly Menu[]): void {
    if (menus === this.#menus) return;
    this.#menus = menus;
    this.#toolbar.replaceChildren(
      ...menus.map((menu) => this.#menuButton(menu)),
      h("span", { class: "sdw-hint sdw-slash", "aria-hidden": "true" }, "Type ", h("kbd", {}, "/"), " to insert"),
    );
  }

  focus(): void {
    if (!this.#chips.focusMissing()) this.#input.focus();
  }

  #listen(): void {
    const { signal } = this;
    const input = this.#input;
    input.addEventListener(
      "input",
      (event) => {
        this.#walk.changed();
        this.#draw();
        this.events.change(input.value);
        const typed = (event as InputEvent).data;
        if (typed === "{") this.events.askNames();
        if (typed === "/" && /(^|\s)\/$/.test(input.value.slice(0, input.selectionStart))) this.#openAtSlash();
        this.#complete();
      },
      { signal },
    );
    input.addEventListener(
      "keydown",
      (event) => {
        if (!this.#completion.key(event) && !this.#walk.key(event)) return;
        event.preventDefault();
        event.stopPropagation();
      },
      { signal },
    );
    input.addEventListener("blur", () => this.#completion.close(), { signal });
    for (const name of ["focus", "click"]) input.addEventListener(name, () => this.#complete(), { signal });
  }

  /** Everything that follows from the text, the values and the hints. */
  #draw(): void {
    const text = this.#input.value;
    const count = this.#values.sentLength(text);
    setText(this.#counter, `${thousands(count)} / ${thousands(this.#limits.max)}`);
    const short = text !== "" && this.#values.sentLength(text.trim()) < this.#limits.min;
    setAttribute(this.#counter, "data-outside", short || count > this.#limits.max ? "" : null);
    this.#chips.show(text);
    this.#backdrop.draw(this.#marks(text));
  }

  #marks(text: string): Mark[] {
    const marks: Mark[] = [];
    for (const { start, end, name } of pieces(text)) {
      if (name)
        marks.push({ start, end, className: this.#values.isMissing(name) ? "sdw-var sdw-var-missing" : "sdw-var" });
    }
    for (const check of this.#hints.marks(text)) {
      marks.push({
        start: placeOf(text, check.start),
        end: placeOf(text, check.end),
        className: `sdw-mark-${check.severity}`,
      });
    }
    return marks.sort((a, b) => a.start - b.start || b.end - a.end);
  }

  #press(fix: Fix): void {
    const { prompt, ...settings } = fix.changes;
    this.#input.focus();
    if (prompt !== undefined && this.#hints.isAbout(this.value)) rewrite(this.#input, prompt);
    else if (prompt !== undefined) this.#wanted = fix.label;
    if (Object.keys(settings).length) this.events.set(settings);
  }

  // ---- menus

  #menuButton(menu: Menu): HTMLElement {
    const mark = icon(MENU_ICONS[menu.id] ?? "camera");
    const button = h(
      "button",
      { type: "button", class: "sdw-menu-button", "aria-haspopup": "dialog", "aria-expanded": "false" },
      mark,
      h("span", {}, menu.label),
      icon("chevron"),
    );
    button.dataset.menu = menu.id;
    // Pressing it while its menu is open closes that: the press itself must not take the focus first.
    button.addEventListener("mousedown", (event) => this.#menu?.id === menu.id && event.preventDefault(), {
      signal: this.signal,
    });
    button.addEventListener(
      "click",
      () => {
        if (this.#menu?.id === menu.id) this.#closeMenu();
        else this.#openMenu(menu.id, menu.label, [menu], this.#input.selectionStart, this.#input.selectionEnd);
      },
      { signal: this.signal },
    );
    return button;
  }

  #openAtSlash(): void {
    const caret = this.#input.selectionStart;
    this.#openMenu("", "Camera, sound and shots", this.#menus, caret - 1, caret);
  }

  /** `start` to `end` is what the chosen phrase takes the place of. */
  #openMenu(id: string, title: string, menus: readonly Menu[], start: number, end: number): void {
    if (menus.length === 0) return;
    this.#menu?.opened.end();
    const opened = new InsertMenu(title, menus, this.signal, {
      caution: this.events.caution,
      choose: (phrase) => {
        opened.end();
        const edit = sentenceEdit(this.value, start, end, phrase);
        replaceText(this.#input, edit.start, edit.end, edit.text);
      },
      close: () => this.#closeMenu(),
      ended: () => {
        if (this.#menu?.opened === opened) this.#menu = null;
        this.#expand("");
      },
    });
    this.#menu = { id, opened };
    this.#box.append(opened.element);
    this.#expand(id);
    opened.focus();
  }

  #closeMenu(): void {
    this.#menu?.opened.end();
    this.#input.focus();
  }

  #expand(id: string): void {
    for (const button of this.#toolbar.querySelectorAll<HTMLElement>("button")) {
      button.setAttribute("aria-expanded", String(id !== "" && button.dataset.menu === id));
    }
  }

  // ---- completion

  #complete(): void {
    const caret = this.#input.selectionStart;
    const found = caret === this.#input.selectionEnd ? unfinishedName(this.value, caret) : null;
    const focused = this.#input.ownerDocument.activeElement === this.#input;
    if (found && focused && this.#names.length) {
      this.#completion.show(this.#names, found.typed, this.#backdrop.below(found.brace));
    } else this.#completion.close();
  }

  #insertName(name: string): void {
    const caret = this.#input.selectionStart;
    const found = unfinishedName(this.value, caret);
    if (!found) return;
    const rest = /^[\p{L}\p{N}_]*\}/u.exec(this.value.slice(caret))?.[0] ?? "";
    replaceText(this.#input, found.brace, caret + rest.length, `{${name}}`);
  }
}
