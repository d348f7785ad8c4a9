/** Who makes the videos: the button that says it, and its menu with the two choices, the key and the budget. */
import { childLife, h, later, setText, uniqueId } from "./dom.ts";
import { Entry } from "./entry.ts";
import { icon } from "./icons.ts";
import { keyEntry } from "./key_entry.ts";
import type { Answer, Connection, ConnectionChoice, ConnectionIntent } from "./protocol.ts";

const PATIENCE_MS = 1500;

/** Sends an intent, with a key as its buffer. */
export type SendIntent = (content: ConnectionIntent, buffers?: ArrayBuffer[]) => Promise<Answer>;

export class ConnectionMenu {
  /** The button, and the popup once it is open: that hangs on the next positioned box around it. */
  readonly element: HTMLElement;
  readonly #button: HTMLButtonElement;
  readonly #label = h("span", {});
  readonly #said = h("p", { class: "sdw-hint sdw-connection-said", role: "status" });
  readonly #body = h("div", {});
  readonly #popup: HTMLElement;
  #connection: Connection | null = null;
  #life: ReturnType<typeof childLife> | null = null;
  #entry: Entry | null = null;
  #waiting = false;

  constructor(
    private readonly send: SendIntent,
    private readonly signal: AbortSignal,
  ) {
    const id = uniqueId();
    this.#button = h(
      "button",
      {
        type: "button",
        class: "sdw-connection",
        "aria-haspopup": "menu",
        "aria-expanded": "false",
        "aria-controls": id,
      },
      h("span", { class: "sdw-dot" }),
      this.#label,
      icon("chevron"),
    );
    this.#popup = h("div", { class: "sdw-popup sdw-connection-menu", id, hidden: true }, this.#body, this.#said);
    this.element = h("div", {}, this.#button, this.#popup);
    this.#button.addEventListener("click", () => (this.#life ? this.#close() : this.#open()), { signal });
    this.#button.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "ArrowDown" || this.#life) return;
        event.preventDefault();
        this.#open();
      },
      { signal },
    );
    this.#popup.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#popup.addEventListener("focusout", (event) => this.#left(event), { signal });
  }

  show(connection: Connection): void {
    this.#connection = connection;
    const { label, text, sandbox } = connection;
    setText(this.#label, label);
    this.#button.setAttribute("aria-label", `Connection: ${label}`);
    this.#button.title = text;
    this.#button.toggleAttribute("data-sandbox", sandbox);
    if (this.#life && !this.#entry) this.#drawMenu(this.#focused());
  }

  #open(): void {
    if (!this.#connection) return;
    this.#life = childLife(this.signal);
    this.#popup.hidden = false;
    this.#button.setAttribute("aria-expanded", "true");
    const away = (event: Event) => {
      if (!event.composedPath().includes(this.element)) this.#end();
    };
    document.addEventListener("pointerdown", away, { signal: this.#life.signal, capture: true });
    this.#toMenu(this.#connection.sandbox ? "sandbox" : "service");
  }

  /** Ends it and gives the focus back. */
  #close(): void {
    this.#end();
    this.#button.focus();
  }

  #end(): void {
    this.#life?.end();
    this.#life = null;
    this.#endEntry();
    this.#popup.hidden = true;
    this.#body.replaceChildren();
    setText(this.#said, "");
    this.#button.setAttribute("aria-expanded", "false");
  }

  #endEntry(): void {
    const entry = this.#entry;
    this.#entry = null;
    entry?.end();
  }

  #toMenu(focus: string, said = ""): void {
    this.#endEntry();
    this.#drawMenu(focus);
    setText(this.#said, said);
  }

  /** Draws it, with the focus on an item by its name, or left where it is. */
  #drawMenu(focus: string | undefined): void {
    const connection = this.#connection;
    if (!connection) return;
    const name = uniqueId();
    const choices = connection.choices.map((choice) => this.#choice(choice, connection));
    this.#body.replaceChildren(
      h(
        "div",
        { role: "menu", "aria-label": "Connection" },
        h(
          "div",
          { class: "sdw-connection-choices", role: "group", "aria-labelledby": name },
          h("span", { class: "sdw-sr", id: name }, "Who makes the videos"),
          ...choices,
        ),
        this.#item("key", "key", "Use another key", "", () => this.#enterKey()),
        this.#item("budget", "wallet", "Session budget", connection.budget_text, () => this.#enterBudget()),
      ),
    );
    if (focus)
      this.#items()
        .find((item) => item.dataset.item === focus)
        ?.focus();
  }

  #choice(choice: ConnectionChoice, { sandbox }: Connection): HTMLButtonElement {
    const current = (choice.id === "sandbox") === sandbox;
    const text = h("span", { class: "sdw-hint", id: uniqueId() }, choice.text);
    const attributes = {
      class: "sdw-connection-item",
      role: "menuitemradio",
      "aria-checked": String(current),
      "aria-label": choice.label,
      "aria-describedby": text.id,
    };
    const words = h("span", { class: "sdw-connection-words" }, h("strong", {}, choice.label), text);
    return this.#pressed(choice.id, h("button", { type: "button", ...attributes }, icon("tick"), words), () => {
      if (current) this.#close();
      else if (!choice.ready) this.#enterKey();
      else void this.#use(choice.id);
    });
  }

  #item(id: string, mark: "key" | "wallet", label: string, value: string, press: () => void): HTMLButtonElement {
    const detail = value ? [" ", h("span", { class: "sdw-hint" }, value)] : [];
    const attributes = { type: "button", class: "sdw-connection-item", role: "menuitem" } as const;
    const button = h("button", attributes, icon(mark), h("span", {}, label), ...detail);
    return this.#pressed(id, button, press);
  }

  #pressed(id: string, button: HTMLButtonElement, press: () => void): HTMLButtonElement {
    button.dataset.item = id;
    button.tabIndex = -1;
    button.addEventListener("click", () => this.#waiting || press(), { signal: this.#life?.signal ?? this.signal });
    return button;
  }

  async #use(to: ConnectionChoice["id"]): Promise<void> {
    const life = this.#life;
    if (!life) return;
    this.#waiting = true;
    setText(this.#said, "");
    later(PATIENCE_MS, life.signal, () => this.#waiting && setText(this.#said, "Waiting for the running cell."));
    const answer = await this.send({ kind: "use-connection", to });
    this.#waiting = false;
    if (this.#life !== life) return;
    if (answer.ok) this.#close();
    else setText(this.#said, answer.message);
  }

  #enterKey(): void {
    this.#enter(
      keyEntry(this.#connection?.kept ?? "", this.signal, {
        send: (content, buffers) => this.send(content, buffers),
        done: (answer) => this.#toMenu("service", answer.message),
        cancel: () => this.#toMenu("key"),
      }),
    );
  }

  #enterBudget(): void {
    const budget = this.#connection?.budget ?? "";
    const input = h("input", { type: "number", min: 0, step: 1, inputmode: "numeric", value: budget });
    const entry = new Entry(
      {
        title: "Session budget",
        label: "Credits",
        hint: "What the takes of this session may use. Over it, you are asked first. Empty: no limit.",
        input,
        send: () => {
          // A field of numbers says nothing of what is none: that is not "no limit".
          if (input.validity.badInput) return "Write a whole number of credits, or nothing for no limit.";
          return this.send({ kind: "set-budget", budget: input.value === "" ? null : Number(input.value) });
        },
        done: (answer) => this.#toMenu("budget", answer.message),
        cancel: () => this.#toMenu("budget"),
      },
      this.signal,
    );
    this.#enter(entry);
    input.select();
  }

  #enter(entry: Entry): void {
    setText(this.#said, "");
    this.#entry = entry;
    this.#body.replaceChildren(entry.element);
    entry.focus();
  }

  #items(): HTMLElement[] {
    return [...this.#body.querySelectorAll<HTMLElement>("[data-item]")];
  }

  #focused(): string | undefined {
    const { activeElement } = this.#body.getRootNode() as Document | ShadowRoot;
    return this.#items().find((item) => item === activeElement)?.dataset.item;
  }

  #key(event: KeyboardEvent): void {
    if (this.#entry || event.isComposing) return;
    const items = this.#items();
    const at = items.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[(to + items.length) % items.length]?.focus();
    else if (event.key === "Escape") this.#close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** By Tab: what comes next has the focus already. */
  #left({ relatedTarget }: FocusEvent): void {
    if (relatedTarget && !this.element.contains(relatedTarget as Node)) this.#end();
  }
}
