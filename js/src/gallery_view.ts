/** One view of a gallery: what is selected, opened and asked lives here, in the page. */
import { copyText } from "./clipboard.ts";
import { openDialog } from "./confirm.ts";
import { button } from "./controls.ts";
import { every, h, setAttribute, setText, shieldKeys, uniqueId } from "./dom.ts";
import { download } from "./download.ts";
import type { Copied } from "./gallery_card.ts";
import { GalleryGrid } from "./gallery_grid.ts";
import { GalleryHead } from "./gallery_head.ts";
import type { Card, Filter, Shelf } from "./gallery_protocol.ts";
import { filesChoice, Undo } from "./gallery_removing.ts";
import type { GalleryStore } from "./gallery_store.ts";
import { icon } from "./icons.ts";
import type { Answer, Question } from "./protocol.ts";

const TICK_MS = 500;
/** After so many ticks without an answer the page says why nothing happens. */
const PATIENCE = 3;
const WAITING = "Waiting for the running cell. Was the kernel restarted? Then run this cell again.";
/** How many takes can be compared. */
const FEWEST = 2;
const MOST = 4;

export class GalleryView {
  readonly element: HTMLElement;
  readonly #card: HTMLElement;
  readonly #head: GalleryHead;
  readonly #grid: GalleryGrid;
  readonly #selected = new Map<string, Card>();
  readonly #count = h("strong");
  readonly #hint = h("span", { class: "sdw-shelf-hint", id: uniqueId() });
  readonly #compare: HTMLButtonElement;
  readonly #bar: HTMLElement;
  readonly #nothing = h("div", { class: "sdw-shelf-nothing", hidden: true });
  readonly #reset: HTMLButtonElement;
  readonly #problem = h("p", { class: "sdw-problem sdw-shelf-problem", role: "alert", hidden: true });
  readonly #waiting = h("p", { class: "sdw-hint sdw-shelf-waiting", role: "status" });
  readonly #undo: Undo;
  readonly #said = h("span", { class: "sdw-sr", role: "status" });
  #choosing = 0;
  #unanswered = 0;
  #comparing = false;

  /** `opened` is called when what was asked for appears below. */
  constructor(
    private readonly store: GalleryStore,
    private readonly signal: AbortSignal,
    private readonly opened: () => void,
  ) {
    this.#head = new GalleryHead(signal, {
      choose: (filter) => void this.#choose(filter),
      attach: (generation_id) => void this.#attach(generation_id),
      make: () => void this.#ask({ kind: "new-video" }).then((ok) => ok && opened()),
    });
    this.#grid = new GalleryGrid(store, signal, {
      open: ({ ids }) => void this.#ask({ kind: "open", takes: ids.slice(0, 8) }).then((ok) => ok && opened()),
      select: (card, on) => this.#select(card, on),
      act: (kind, card, element) => void this.#ask({ kind, take: card.id }, element).then((ok) => ok && opened()),
      star: (card, element) => void this.#ask({ kind: "star", take: card.id, on: !card.starred }, element),
      download: (card, element) => void this.#download([card.id], element),
      copy: (what, card, element) => void this.#copy(what, card, element),
      remove: (card, element) => void this.#remove(card.ids, element),
      origin: (take, element) => void this.#ask({ kind: "open", takes: [take] }, element).then((ok) => ok && opened()),
      clear: () => this.#clear(),
      isSelected: (key) => this.#selected.has(key),
    });
    this.#reset = button({ label: "Show all takes" }, signal, () => this.#head.clear());
    const look = { label: "Compare", icon: "columns", className: "sdw-strong" } as const;
    this.#compare = button(look, signal, () => void this.#showCompare());
    this.#compare.setAttribute("aria-describedby", this.#hint.id);
    this.#bar = this.#selection();
    this.#undo = new Undo(signal, (element) => void this.#restore(element));
    this.#card = h(
      "div",
      { class: "sdw-card sdw-shelf", role: "region", "aria-label": "History" },
      this.#head.element,
      this.#problem,
      this.#waiting,
      this.#undo.element,
      this.#grid.element,
      this.#nothing,
      this.#bar,
      this.#said,
    );
    this.element = h("div", { class: "sdw" }, this.#card);
    shieldKeys(this.element, signal);
    const show = () => this.#show();
    store.model.on("change:shown", show);
    signal.addEventListener("abort", () => store.model.off("change:shown", show), { once: true });
    show();
    every(TICK_MS, signal, () => this.#tick());
  }

  /** Gives the focus back where something below had it. */
  focus(): void {
    if (this.#bar.hidden) this.#grid.focus();
    else this.#compare.focus();
  }

  #show(): void {
    const shown = this.store.model.get("shown");
    for (const key of this.#selected.keys()) {
      const card = this.store.card(this.store.placeOf(key) ?? -1);
      if (card) this.#selected.set(key, card);
    }
    this.#head.show(shown, this.#choosing > 0);
    this.#showNothing(shown);
    this.#undo.show(shown.removed);
    this.#grid.show(shown);
    this.#drawSelection();
    this.#grid.tick(this.store.clock.now());
  }

  #tick(): void {
    this.#grid.tick(this.store.clock.now());
    this.#unanswered = this.store.waiting ? this.#unanswered + 1 : 0;
    setText(this.#waiting, this.#unanswered > PATIENCE ? WAITING : "");
  }

  #showNothing({ nothing, filter }: Shelf): void {
    this.#nothing.hidden = !nothing;
    this.#grid.element.hidden = nothing !== "";
    if (!nothing) return;
    const narrowed = filter.search !== "" || filter.state !== "" || filter.starred || filter.days !== 0;
    this.#reset.hidden = !narrowed || nothing.startsWith("No takes yet");
    this.#nothing.replaceChildren(icon("shelf"), h("p", {}, nothing), this.#reset);
  }

  async #choose(filter: Filter): Promise<void> {
    this.#choosing += 1;
    this.#clear(); // what is not shown any more is not to be removed unseen
    this.#head.show({ ...this.store.model.get("shown"), filter }, false);
    this.#grid.element.setAttribute("aria-busy", "true");
    const answer = await this.store.choose(filter);
    this.#choosing -= 1;
    if (this.signal.aborted || this.#choosing) return;
    this.#grid.element.removeAttribute("aria-busy");
    this.#tell(answer?.ok ? "" : (answer?.message ?? ""));
    this.#grid.toTop();
    this.#show();
    const { title, nothing } = this.store.model.get("shown");
    setText(this.#said, nothing || title);
  }

  async #attach(generation_id: string): Promise<void> {
    if (!(await this.#ask({ kind: "attach", generation_id }))) return;
    this.#head.attached();
    this.opened();
  }

  #selection(): HTMLElement {
    const { signal } = this;
    const takes = () => [...this.#selected.values()].flatMap(({ ids }) => ids);
    const save = button({ label: "Download", icon: "drop" }, signal, () => void this.#download(takes(), save));
    const remove = button(
      { label: "Remove from history", className: "sdw-plain" },
      signal,
      () => void this.#remove(takes(), remove),
    );
    const clear = button({ label: "Clear", className: "sdw-plain" }, signal, () => {
      this.#clear();
      this.#grid.focus();
    });
    clear.append(h("kbd", { "aria-hidden": "true" }, "Esc"));
    const bar = h(
      "div",
      { class: "sdw-shelf-selection", role: "toolbar", "aria-label": "Selection", hidden: true },
      this.#count,
      this.#hint,
      h("span", { class: "sdw-space" }),
      save,
      remove,
      clear,
      this.#compare,
    );
    bar.addEventListener(
      "keydown",
      (event) => {
        if (event.key === "Escape") clear.click();
      },
      { signal },
    );
    return bar;
  }

  #select(card: Card, on: boolean): void {
    if (on) this.#selected.set(card.key, card);
    else this.#selected.delete(card.key);
    this.#drawSelection();
  }

  #clear(): void {
    this.#selected.clear();
    this.#drawSelection();
  }

  #drawSelection(): void {
    const chosen = [...this.#selected.values()];
    const cards = chosen.length;
    const takes = chosen.reduce((sum, { ids }) => sum + ids.length, 0);
    this.#bar.hidden = cards === 0;
    this.#card.toggleAttribute("data-selecting", cards > 0);
    setText(this.#count, takes > cards ? `${cards} selected, ${takes} takes` : `${cards} selected`);
    const { takes: compared, problem } = comparable(chosen);
    const [words] = this.#compare.getElementsByTagName("span");
    if (words) setText(words, compared.length < FEWEST ? "Compare" : `Compare ${compared.length}`);
    setText(this.#hint, problem || SOME);
    if (!this.#comparing) setAttribute(this.#compare, "aria-disabled", problem ? "true" : null);
    this.#grid.draw();
  }

  async #showCompare(): Promise<void> {
    const { takes, problem } = comparable([...this.#selected.values()]);
    if (problem || this.#comparing) return;
    this.#comparing = true;
    const shown = await this.#ask({ kind: "compare", takes }, this.#compare);
    this.#comparing = false;
    this.#drawSelection();
    if (shown) this.opened();
  }

  async #download(takes: readonly string[], element: HTMLElement): Promise<void> {
    await this.#busy(element, async () => {
      this.#tell("");
      this.#tell(await this.store.download(takes, (blob, name) => download(blob, name, this.signal)));
    });
  }

  async #copy(what: Copied, card: Card, element: HTMLElement): Promise<void> {
    await this.#busy(element, async () => {
      const answer = await this.store.send({ kind: "copy", take: card.id, what });
      if (this.signal.aborted || !answer) return;
      this.#tell(answer.ok ? "" : answer.message);
      if (!answer.ok) return;
      const done = await copyText(answer.message, this.element);
      this.#grid.say(card.key, done ? "Copied" : "Not copied");
      setText(this.#said, done ? "Copied" : "Not copied");
    });
  }

  async #restore(element: HTMLElement): Promise<void> {
    if (await this.#ask({ kind: "restore" }, element)) this.#grid.focus();
  }

  /** The question is Python's; what becomes of the files is asked beside it. */
  async #remove(takes: readonly string[], element: HTMLElement): Promise<void> {
    const choice = filesChoice(this.signal);
    const content = { kind: "remove", takes, ...choice.answer() };
    const done = await this.#ask(content, element, async ({ title, text, cancel, label }) => {
      const body = (id: string) => h("div", { class: "sdw-shelf-sure" }, h("p", { id }, text), choice.element);
      const asked = { role: "alertdialog", title, body, cancel, sure: label, answer: choice.answer } as const;
      const chosen = await openDialog(this.element, asked, this.signal, element);
      Object.assign(content, chosen);
      return chosen !== null;
    });
    if (!done) return;
    this.#clear();
    this.#grid.focus();
  }

  /** One intent, with its button waiting. Whether it was done. */
  async #ask(
    content: { kind: string } & Record<string, unknown>,
    element?: HTMLElement,
    ask: (question: Question) => Promise<boolean> = async () => false,
  ): Promise<boolean> {
    let answer: Answer | null = null;
    await this.#busy(element, async () => {
      answer = await this.store.send(content, ask);
    });
    const { ok, message } = (answer as Answer | null) ?? { ok: false, message: "" };
    this.#tell(ok ? "" : message);
    return ok && !this.signal.aborted;
  }

  async #busy(element: HTMLElement | undefined, work: () => Promise<void>): Promise<void> {
    if (element?.getAttribute("aria-disabled") === "true") return;
    element?.setAttribute("aria-disabled", "true");
    await work();
    element?.removeAttribute("aria-disabled");
  }

  #tell(problem: string): void {
    if (this.signal.aborted) return;
    this.#problem.hidden = !problem;
    this.#problem.replaceChildren(...(problem ? [icon("alert"), h("span", {}, problem)] : []));
  }
}

const SOME = `${FEWEST} to ${MOST} can be compared`;

/** Which takes are compared of the cards that are selected, and why they cannot be: the newest of each, or all of one. */
function comparable(cards: readonly Card[]): { takes: string[]; problem: string } {
  const [only] = cards;
  const takes = cards.length === 1 && only ? only.ids : cards.map(({ id }) => id);
  if (takes.length < FEWEST || takes.length > MOST) return { takes, problem: SOME };
  if (cards.some(({ kind }) => kind !== "ready"))
    return { takes, problem: "Only takes that are ready can be compared" };
  if (cards.some(({ video }) => !video)) return { takes, problem: "One of them has no video on this machine" };
  return { takes, problem: "" };
}
