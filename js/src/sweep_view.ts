/** One view of a sweep: what is typed, asked and played lives here, in the page. */
import { askFirst } from "./confirm.ts";
import { enable, isEnabled, showProblem } from "./controls.ts";
import { atEnd, childLife, every, focusIn, h, setText, shieldKeys } from "./dom.ts";
import { icon, isIcon } from "./icons.ts";
import { takeOver } from "./kept.ts";
import { Part } from "./part.ts";
import type { Answer, Question } from "./protocol.ts";
import { changes } from "./sweep_news.ts";
import { SweepPlan } from "./sweep_plan.ts";
import type { Sweep } from "./sweep_protocol.ts";
import { SweepRun } from "./sweep_run.ts";
import type { Content, SweepStore } from "./sweep_store.ts";

const TICK_MS = 500;
/** How often it is looked for an answer before it is said why there is none. */
const PATIENCE = 3;
const WAITING = "Waiting for the running cell. Was the kernel restarted? Then run this cell again.";
/** What may take a while, and may cost; and what shows something below. */
const STARTS = ["start", "rehearse"];
const OPENS = ["open", "rehearse"];

export class SweepView {
  readonly element: HTMLElement;
  readonly #card: HTMLElement;
  readonly #title = h("span", { class: "sdw-title-detail" });
  readonly #actions = h("div", { class: "sdw-sweep-head-actions" });
  readonly #prompt: Part<Sweep>;
  readonly #body = h("div");
  readonly #problem = h("p", { class: "sdw-problem sdw-sweep-problem", role: "alert", hidden: true });
  readonly #notSaved = h("p", { class: "sdw-not-saved", role: "status", hidden: true });
  readonly #waiting = h("p", { class: "sdw-hint sdw-sweep-waiting", role: "status" });
  readonly #said = h("span", { class: "sdw-sr", role: "status" });
  #life: ReturnType<typeof childLife> | null = null;
  #plan: SweepPlan | null = null;
  #run: SweepRun | null = null;
  #before: Sweep | null = null;
  #unanswered = 0;

  /** `opened` is called when what was asked for appears below. */
  constructor(
    private readonly store: SweepStore,
    private readonly el: HTMLElement,
    private readonly signal: AbortSignal,
    private readonly opened: () => void,
  ) {
    this.#prompt = new Part<Sweep>("sdw-sweep-request", ({ prompt, chips }) => [prompt, chips], drawRequest);
    const { name } = store.model.get("sweep");
    this.#card = h(
      "div",
      { class: "sdw-card sdw-sweep", role: "region", "aria-label": name },
      h(
        "div",
        { class: "sdw-head sdw-sweep-head" },
        icon("grid"),
        h("h2", { class: "sdw-title" }, name),
        this.#title,
        h("span", { class: "sdw-space" }),
        this.#actions,
      ),
      this.#prompt.element,
      this.#problem,
      this.#notSaved,
      this.#waiting,
      this.#body,
      this.#said,
    );
    this.element = h("div", { class: "sdw" }, this.#card);
    shieldKeys(this.element, signal);
    const show = () => this.#show();
    store.model.on("change:sweep", show);
    atEnd(signal, () => store.model.off("change:sweep", show));
    store.subscribe(signal, () => this.#takeOver());
    show();
    every(TICK_MS, signal, () => this.#tick());
  }

  #tick(): void {
    this.#run?.grid.tick(this.store.clock.now());
    this.#unanswered = this.store.waiting ? this.#unanswered + 1 : 0;
    setText(this.#waiting, this.#unanswered > PATIENCE ? WAITING : "");
  }

  #show(): void {
    const sweep = this.store.model.get("sweep");
    const held = focusIn(this.#card);
    setText(this.#title, sweep.title);
    this.#prompt.show(sweep);
    setText(this.#notSaved, sweep.not_saved);
    this.#notSaved.hidden = !sweep.not_saved;
    if (sweep.run) this.#showRun(sweep.run);
    else if (sweep.plan) this.#showPlan(sweep.plan);
    // What had the focus has gone: what comes after it has it, and never the start of the page.
    if (held && focusIn(this.#card)?.closest("[hidden]") !== null) this.#focus();
    const news = this.#before ? changes(this.#before, sweep) : "";
    if (news) setText(this.#said, news);
    this.#before = sweep;
    this.#takeOver();
  }

  #showPlan(plan: NonNullable<Sweep["plan"]>): void {
    if (!this.#plan) {
      this.#plan = new SweepPlan(this.#begin(), { send: (...wish) => this.#send(...wish) });
      this.#fill(this.#plan.element);
    }
    this.#plan.show(plan);
  }

  #showRun(run: NonNullable<Sweep["run"]>): void {
    if (!this.#run) {
      this.#run = new SweepRun(this.store, this.#begin(), {
        send: (content, element) => this.#send(content, element),
        act: ({ action, job }, element) =>
          void this.#send({ kind: action === "send-again" ? action : "open", take: job }, element),
        tell: (problem) => this.#tell(problem),
      });
      this.#fill(this.#run.element, this.#run.actions);
    }
    this.#run.show(run);
    this.#run.grid.tick(this.store.clock.now());
  }

  /** The life of what is shown now: a plan, or what became of it. */
  #begin(): AbortSignal {
    this.#life?.end();
    this.#life = childLife(this.signal);
    this.#plan = null;
    this.#run = null;
    return this.#life.signal;
  }

  #fill(body: HTMLElement, ...actions: HTMLElement[]): void {
    this.#body.replaceChildren(body);
    this.#actions.replaceChildren(...actions);
    this.#tell("");
  }

  #focus(): void {
    if (this.#run) {
      this.#run.focus();
    } else {
      this.#card.tabIndex = -1;
      this.#card.focus();
    }
  }

  /** One intent, once, with its control waiting. Why it was not done; empty where it was, or is not wanted any more. */
  async #send(content: Content, element?: HTMLElement, own = false): Promise<string> {
    if (element && !isEnabled(element)) return "";
    const starts = STARTS.includes(content.kind);
    const wait = (on: boolean) => {
      if (element) enable(element, !on);
      if (starts) this.#plan?.busy(on);
    };
    wait(true);
    if (!own) this.#tell("");
    const ask = (question: Question) => askFirst(this.element, question, this.signal, element ?? this.#card);
    const answer: Answer | null = await this.store.send(content, ask);
    wait(false);
    const problem = answer?.ok === false ? answer.message || "It was not done." : "";
    if (!own && problem) this.#tell(problem);
    if (answer?.ok && OPENS.includes(content.kind) && !this.signal.aborted) this.opened();
    return problem;
  }

  #tell(problem: string): void {
    if (!this.signal.aborted) showProblem(this.#problem, problem);
  }

  /**
   * Without a kernel it comes to no pictures, and what the saved notebook shows of it stays. Until then it is hidden, and
   * no take comes into view: so the first picture is asked for here.
   */
  #takeOver(): void {
    const first = this.store.model.get("sweep").run?.takes.find(({ poster }) => poster);
    if (first) this.store.posters.want(first.job);
    if (this.store.answered || !first) takeOver(this.el);
  }
}

/** The prompt with its placeholders, and the settings that are the same in all takes. */
function drawRequest({ prompt, chips }: Sweep) {
  const words = prompt.map(({ text, variable }) =>
    variable ? h("span", { class: "sdw-sweep-variable" }, text) : text,
  );
  const drawn = chips.map((chip) =>
    h("span", { class: "sdw-chip" }, isIcon(chip.icon) ? icon(chip.icon) : null, chip.text),
  );
  if (!words.length && !drawn.length) return null;
  return {
    nodes: [h("p", { dir: "auto" }, ...words), h("div", { class: "sdw-row", hidden: drawn.length === 0 }, ...drawn)],
  };
}
