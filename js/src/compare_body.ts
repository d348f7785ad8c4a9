/** All that an open comparison shows: header, takes, the bar, what differs. */
import { ChoiceGroup } from "./choice_group.ts";
import type { CompareProtocol } from "./compare.ts";
import { CompareBar } from "./compare_bar.ts";
import type { Comparison, Offer, Take } from "./compare_protocol.ts";
import { CompareTakes, type Layout } from "./compare_takes.ts";
import { drawActions, drawPrompts, drawSettings, type TakeAction } from "./compare_words.ts";
import { button } from "./controls.ts";
import { h, setAttribute, setText } from "./dom.ts";
import { download } from "./download.ts";
import { keepFocus } from "./focus.ts";
import { icon } from "./icons.ts";
import { InStep } from "./in_step.ts";
import { LoopRange } from "./loop_range.ts";
import { MoreMenu } from "./more_menu.ts";
import { Part } from "./part.ts";

/** Widths of the container in pixels: below them takes are tabs, and more than two stand in two columns. */
const TABS_BELOW = 480;
const TWO_COLUMNS_BELOW = 720;
const MOST_TAKES = 4;
const KEYS: readonly (readonly [string[], string])[] = [
  [["Space"], "play"],
  [[",", "."], "frame"],
  [["1", "2", "3", "4"], "star"],
  [["[", "]"], "loop ends"],
  [["W"], "wipe"],
];

export class CompareBody {
  readonly nodes: Node[];
  readonly #engine: InStep;
  readonly #range: LoopRange;
  readonly #takes: CompareTakes;
  readonly #bar: CompareBar;
  readonly #layouts: ChoiceGroup;
  readonly #title = h("span", { class: "sdw-title-detail" });
  readonly #add: MoreMenu<Offer>;
  readonly #problem = h("p", { class: "sdw-problem sdw-compare-problem", role: "alert", hidden: true });
  readonly #parts: Part<Comparison>[];
  readonly #keys = h("span", { class: "sdw-row sdw-compare-keys" });
  readonly #hold = h("span", {}, "Shorter takes hold their last frame");
  #layout: Layout = "Side by side";
  #before: Layout = "Side by side";
  #width = 1000;

  /** `card` is the frame around it, which keys and widths are of. */
  constructor(
    private readonly protocol: CompareProtocol,
    private readonly card: HTMLElement,
    private readonly signal: AbortSignal,
    close: () => void,
  ) {
    this.#bar = new CompareBar(
      signal,
      () => this.#engine,
      () => this.#range,
      { full: () => this.#fullScreen(), heard: (letter) => this.#takes.heard(letter) },
    );
    this.#range = new LoopRange(this.#bar.slider);
    this.#engine = new InStep(signal, this.#range, () => this.#draw());
    this.#takes = new CompareTakes(signal, this.#engine, {
      hear: (letter) => this.#bar.toggleHearing(letter),
      star: (take, on, element) => this.#send({ kind: "star", job: take.job_id, on }, element),
      shown: () => this.#arrange(),
    });
    this.#layouts = new ChoiceGroup({ label: "Layout", look: "segments", text: (value) => value }, signal, (value) =>
      this.#choose(value === "Tabs" ? "Side by side" : (value as Layout)),
    );
    this.#layouts.element.classList.add("sdw-compare-layouts");
    this.#layouts.element.firstElementChild?.classList.add("sdw-sr"); // its title, which the choices speak for
    this.#add = new MoreMenu<Offer>([], signal, (offer) => this.#drawOffer(offer), {
      label: "Add take",
      icon: "plus",
      bare: false,
      action: "add-take",
    });
    this.#add.button.classList.add("sdw-plain");
    this.#add.button.addEventListener("click", () => protocol.lookForTakes(), { signal });
    const shut = button({ label: "Close compare", icon: "close", bare: true }, signal, close);
    const prompts = new Part<Comparison>("sdw-compare-part", ({ takes }) => takes.map(words), drawPrompts);
    const settings = new Part<Comparison>(
      "sdw-compare-part",
      ({ takes, same }) => [takes.map((take) => [take.job_id, take.settings]), same],
      drawSettings,
    );
    const actions = new Part<Comparison>(
      "sdw-compare-actions",
      ({ takes }) => takes.map(({ job_id, letter }) => [job_id, letter]),
      (shown) => drawActions(shown, signal, (action, take, element) => this.#act(action, take, element)),
    );
    this.#parts = [prompts, settings, actions];
    this.nodes = [
      h(
        "div",
        { class: "sdw-head sdw-compare-head" },
        icon("columns"),
        h("strong", { class: "sdw-title" }, "Compare"),
        this.#title,
        h("span", { class: "sdw-space" }),
        h("div", { class: "sdw-row sdw-compare-head-actions" }, this.#layouts.element, this.#add.button, shut),
        this.#add.element,
      ),
      h(
        "div",
        { class: "sdw-compare-body" },
        this.#takes.element,
        this.#bar.element,
        this.#problem,
        ...this.#parts.map((part) => part.element),
      ),
      h("div", { class: "sdw-compare-foot sdw-secondary" }, this.#keys, this.#hold),
    ];
    card.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.#follow();
    const seen = new ResizeObserver(([entry]) => this.#measure(entry?.contentRect.width ?? 0));
    seen.observe(card);
    signal.addEventListener("abort", () => seen.disconnect(), { once: true });
  }

  get #comparison(): Comparison {
    return this.protocol.model.get("comparison");
  }

  #follow(): void {
    const { model } = this.protocol;
    const show = () => this.#show();
    const pictures = () => this.#takes.pictures(model.get("posters") ?? []);
    const offers = () => this.#offer();
    for (const [name, callback] of [
      ["change:comparison", show],
      ["change:posters", pictures],
      ["change:offers", offers],
    ] as const) {
      model.on(name, callback);
      this.signal.addEventListener("abort", () => model.off(name, callback), { once: true });
    }
    this.protocol.subscribe(this.signal, () => this.#load());
    show();
    pictures();
  }

  #show(): void {
    const shown = this.#comparison;
    setText(this.#title, shown.title);
    this.#takes.show(shown.takes);
    this.#bar.offer(this.#takes.voices);
    keepFocus(this.card, () => {
      for (const part of this.#parts) part.show(shown);
    });
    const keys = KEYS.map(
      ([names, text]) => [text === "star" ? names.slice(0, shown.takes.length) : names, text] as const,
    );
    this.#keys.replaceChildren(
      ...keys.map(([names, text]) => h("span", {}, ...names.map((name) => h("kbd", {}, name)), ` ${text}`)),
    );
    this.#load();
    this.#offer();
    this.#arrange();
    this.#draw();
  }

  #load(): void {
    for (const pane of this.#takes.panes) {
      const blob = this.protocol.video(pane.take.media?.token ?? "");
      if (blob) pane.load(blob);
      const found = this.card.querySelector(`[data-action="download-${CSS.escape(pane.take.job_id)}"]`);
      setAttribute(found ?? h("i"), "aria-disabled", blob ? null : "true");
    }
  }

  #offer(): void {
    const full = this.#comparison.takes.length >= MOST_TAKES;
    const offers = full ? [] : (this.protocol.model.get("offers") ?? []);
    const none = { job_id: "", label: full ? "Four takes at most" : "No other finished take", detail: "" };
    this.#add.offer(offers.length ? offers : [none]);
  }

  #drawOffer(offer: Offer): HTMLElement {
    const element = button({ label: offer.label, hint: offer.detail }, this.signal, () => {
      if (offer.job_id) this.#send({ kind: "add-take", job: offer.job_id }, this.#add.button);
    });
    if (!offer.job_id) element.setAttribute("aria-disabled", "true");
    return element;
  }

  #measure(width: number): void {
    if (!width || width === this.#width) return;
    this.#width = width;
    this.#arrange();
  }

  #choose(layout: Layout): void {
    if (this.#layout !== "Wipe") this.#before = this.#layout;
    this.#layout = layout;
    this.#arrange();
  }

  #arrange(): void {
    const count = this.#takes.panes.length;
    const tabs = this.#width < TABS_BELOW;
    const sideways = tabs ? ["Tabs"] : count > 2 ? ["Side by side", "Grid"] : ["Side by side"];
    this.#layouts.offer([...sideways, "Wipe"]);
    if (count < 3 && this.#layout === "Grid") this.#layout = "Side by side";
    this.#layouts.select(this.#layout !== "Wipe" && tabs ? "Tabs" : this.#layout);
    const two = this.#layout === "Grid" || (this.#width < TWO_COLUMNS_BELOW && count > 2);
    const columns = tabs ? 1 : two ? 2 : count;
    this.card.style.setProperty("--sdw-columns", String(columns));
    const lettered = columns < count && !tabs; // where it does not stand below its take
    for (const letter of this.card.querySelectorAll(".sdw-column-letter")) letter.classList.toggle("sdw-sr", !lettered);
    this.#takes.arrange(this.#layout, columns, tabs);
    const only = tabs ? this.#takes.chosen : null;
    for (const cell of this.card.querySelectorAll<HTMLElement>("[data-take]")) {
      cell.hidden = only !== null && cell.dataset.take !== only;
    }
  }

  #draw(): void {
    this.#bar.draw();
    const held = this.#takes.hold();
    setAttribute(this.#hold, "hidden", held ? null : "");
  }

  #act(action: TakeAction, take: Take, element: HTMLButtonElement): void {
    if (action !== "download") {
      this.#send({ kind: action, job: take.job_id }, element);
      return;
    }
    const blob = this.protocol.video(take.media?.token ?? "");
    if (blob) download(blob, take.media?.name ?? "video.mp4", this.signal);
  }

  /** An intent is sent once; its button waits for the answer. */
  #send(content: { kind: string } & Record<string, unknown>, element: HTMLButtonElement): void {
    if (element.getAttribute("aria-disabled") === "true") return;
    element.setAttribute("aria-disabled", "true");
    this.#problem.hidden = true;
    void this.protocol.send(content).then((answer) => {
      if (this.signal.aborted) return;
      setAttribute(element, "aria-disabled", null);
      this.#problem.hidden = answer.ok;
      this.#problem.replaceChildren(...(answer.ok ? [] : [icon("alert"), h("span", {}, answer.message)]));
    });
  }

  #key(event: KeyboardEvent): void {
    const { target, key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || target instanceof HTMLSelectElement) return;
    const own = target instanceof HTMLButtonElement || (target instanceof HTMLInputElement && target.type === "radio");
    if (key === ",") this.#engine.step(-1);
    else if (key === ".") this.#engine.step(1);
    else if (key === "[" || key === "]") this.#bar.loopFrom(key);
    else if (key === " " && !own) this.#engine.toggle();
    else if (key.toLowerCase() === "w") this.#choose(this.#layout === "Wipe" ? this.#before : "Wipe");
    else if (/^[1-4]$/.test(key)) this.#takes.panes[Number(key) - 1]?.toggleStar();
    else return;
    event.preventDefault();
  }

  #fullScreen(): void {
    const root = this.card.getRootNode() as Document | ShadowRoot;
    if (root.fullscreenElement) void document.exitFullscreen();
    else this.card.requestFullscreen?.().catch(() => {});
  }
}

const words = ({ job_id, letter, prompt }: Take) => [job_id, letter, prompt];
