/** A sweep that has started: how far it is, what can be done with all of it, and its takes. */
import { button, enable, isEnabled } from "./controls.ts";
import { h, setAttribute } from "./dom.ts";
import { download } from "./download.ts";
import { type IconName, icon } from "./icons.ts";
import { MoreMenu } from "./more_menu.ts";
import { Part } from "./part.ts";
import { SweepGrid } from "./sweep_grid.ts";
import type { Run, SweepTake } from "./sweep_protocol.ts";
import { type Content, isThere, type SweepStore } from "./sweep_store.ts";

const MOST_AT_A_TIME = 8;

export interface RunEvents {
  /** One intent, once; its control waits. Says why it was not done; empty where it was. */
  send(content: Content, element?: HTMLElement): Promise<string>;
  /** What one take was asked for. */
  act(take: SweepTake, element: HTMLElement): void;
  tell(problem: string): void;
}

export class SweepRun {
  readonly element: HTMLElement;
  /** What stands in the header. */
  readonly actions: HTMLElement;
  readonly grid: SweepGrid;
  readonly #progress: Part<Run>;
  readonly #play: HTMLButtonElement;
  readonly #sheet: HTMLButtonElement;
  readonly #most: MoreMenu<number>;
  readonly #pause: HTMLButtonElement;
  #run: Run | null = null;
  #playing = false;
  #saving = false;

  constructor(
    private readonly store: SweepStore,
    private readonly signal: AbortSignal,
    private readonly events: RunEvents,
  ) {
    this.grid = new SweepGrid(store, signal, {
      act: (take, element) => events.act(take, element),
      star: ({ job, starred }, element) => void events.send({ kind: "star", take: job, on: !starred }, element),
    });
    this.#progress = new Part<Run>(
      "sdw-sweep-progress",
      ({ settled, used, to_go, tally, paused, over }) => [settled, used, to_go, tally, paused, over],
      drawProgress,
    );
    this.#play = button({ label: "Play all", icon: "play", className: "sdw-plain" }, signal, () => this.#toggle());
    this.#sheet = button(
      { label: "Contact sheet", icon: "sheet", className: "sdw-plain" },
      signal,
      () => void this.#save(),
    );
    this.#most = new MoreMenu<number>(
      () => Array.from({ length: MOST_AT_A_TIME }, (_, index) => index + 1),
      signal,
      (most) => this.#choice(most),
      { label: atATime(1), icon: "chevron", bare: false, action: "concurrency" },
    );
    this.#most.button.classList.add("sdw-plain", "sdw-sweep-most");
    setAttribute(this.#most.element, "aria-label", "How many at a time");
    this.#pause = button({ label: "Pause", icon: "pause" }, signal, (event) => {
      if (event.detail < 2 && this.#run) void events.send({ kind: this.#run.paused ? "resume" : "pause" }, this.#pause);
    });
    this.actions = h(
      "div",
      { class: "sdw-row sdw-sweep-actions" },
      this.#play,
      this.#sheet,
      this.#most.button,
      this.#pause,
      this.#most.element,
    );
    this.element = h("div", {}, this.#progress.element, this.grid.element);
    store.subscribe(signal, () => this.#tellMissing());
  }

  show(run: Run): void {
    this.#run = run;
    this.#progress.show(run);
    this.grid.show(run);
    const there = run.takes.filter(isThere);
    enable(this.#play, this.#playing || there.some(({ video }) => video));
    enable(this.#sheet, !this.#saving && there.length > 0);
    this.#most.button.hidden = run.over;
    relabel(this.#most.button, atATime(run.concurrency), "chevron");
    this.#pause.hidden = run.over;
    relabel(this.#pause, run.paused ? "Resume" : "Pause", run.paused ? "play" : "pause");
  }

  /** Puts the focus on what comes after starting. */
  focus(): void {
    if (this.#pause.hidden) this.grid.focus();
    else this.#pause.focus();
  }

  #choice(most: number): HTMLElement {
    const chosen = most === this.#run?.concurrency;
    const element = button({ label: atATime(most) }, this.signal, () => {
      if (!chosen) void this.events.send({ kind: "concurrency", most }, this.#most.button);
    });
    setAttribute(element, "aria-current", chosen ? "true" : null);
    return element;
  }

  #toggle(): void {
    if (!isEnabled(this.#play)) return;
    this.#playing = !this.#playing;
    this.grid.playing = this.#playing;
    relabel(this.#play, this.#playing ? "Stop all" : "Play all", this.#playing ? "pause" : "play");
    this.events.tell("");
  }

  #tellMissing(): void {
    if (this.#playing && this.store.missing)
      this.events.tell("Some videos did not come. Play all again when the kernel is free.");
  }

  async #save(): Promise<void> {
    if (!isEnabled(this.#sheet)) return;
    this.#saving = true;
    enable(this.#sheet, false);
    const sheet = await this.store.sheet();
    if (this.signal.aborted) return;
    this.#saving = false;
    enable(this.#sheet, true);
    this.events.tell(typeof sheet === "string" ? sheet : "");
    if (typeof sheet !== "string") download(sheet.blob, sheet.name, this.signal);
  }
}

function relabel(element: HTMLElement, label: string, name: IconName): void {
  const [mark, words] = element.children;
  if (!words || words.textContent === label) return;
  words.textContent = label;
  mark?.replaceWith(icon(name));
}

function atATime(most: number): string {
  return `${most} at a time`;
}

/** How many takes are of each kind: a bar, and the same in words. */
function drawProgress({ settled, used, to_go, tally, paused, over }: Run) {
  const parts = tally.filter(({ count }) => count > 0);
  const bar = parts.map(({ kind, count }) => {
    const part = h("span", { class: "sdw-sweep-part", "data-kind": kind });
    part.style.flexGrow = String(count);
    return part;
  });
  const words = parts.map(({ kind, words }) =>
    h("li", {}, h("span", { class: "sdw-sweep-part", "data-kind": kind, "aria-hidden": "true" }), words),
  );
  const said = [settled, ...parts.map((each) => each.words)].join(", ");
  return {
    nodes: [
      h(
        "div",
        {},
        h("span", {}, h("strong", {}, settled), paused && !over && " · paused"),
        h("span", {}, h("strong", {}, used), to_go && ` · ${to_go}`),
      ),
      h("div", { class: "sdw-sweep-bar", role: "img", "aria-label": said }, ...bar),
      h("ul", {}, ...words),
    ],
  };
}
