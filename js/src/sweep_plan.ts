/** A sweep before it starts: its axes and values, what all of it would cost, and the one button that spends. */
import { button, enable, showProblem } from "./controls.ts";
import { h, setText } from "./dom.ts";
import { Part } from "./part.ts";
import { SessionMeter } from "./session_meter.ts";
import { AxisRow } from "./sweep_axis.ts";
import type { Axis, CostLine, Plan } from "./sweep_protocol.ts";
import type { Content } from "./sweep_store.ts";
import { Switch } from "./switch.ts";

const PLACES = ["Across", "Down"];

export interface PlanEvents {
  /** One intent, once; its control waits. Says why it was not done, in its place, where `own`; empty where it was. */
  send(content: Content, element?: HTMLElement, own?: boolean): Promise<string>;
}

export class SweepPlan {
  readonly element: HTMLElement;
  readonly #rows = h("div", { class: "sdw-sweep-axes" });
  readonly #axes: AxisRow[] = [];
  readonly #reuse: Switch;
  readonly #amount = h("strong");
  readonly #qualifier = h("span", { class: "sdw-sweep-quiet" });
  readonly #source = h("p", { class: "sdw-sweep-quiet" });
  readonly #lines: Part<readonly CostLine[]>;
  readonly #session = new SessionMeter();
  readonly #problem = h("p", { class: "sdw-problem", role: "status" });
  readonly #rehearse: HTMLButtonElement;
  readonly #start: HTMLButtonElement;
  readonly #label = h("span");
  readonly #cost = h("span");
  readonly #note = h("p", { class: "sdw-hint" });
  #plan: Plan | null = null;
  #busy = false;
  #shown: readonly Axis[] = [];

  constructor(
    private readonly signal: AbortSignal,
    private readonly events: PlanEvents,
  ) {
    this.#reuse = new Switch("Reuse videos from history", "", signal, (on) => {
      void events.send({ kind: "reuse", on }).then((problem) => {
        if (problem && this.#plan) this.#reuse.set(this.#plan.reuse);
      });
    });
    this.#lines = new Part<readonly CostLine[]>("sdw-sweep-lines", (lines) => lines, drawLines);
    this.#rehearse = button({ label: "Try in sandbox, free" }, signal, (event) => {
      if (event.detail < 2) void events.send({ kind: "rehearse" }, this.#rehearse);
    });
    this.#start = h("button", { type: "button", class: "sdw-primary" }, this.#label, " ", this.#cost);
    this.#start.addEventListener(
      "click",
      (event) => {
        // What is shown is what is meant: with another price by now, nothing is sent.
        if (event.detail < 2 && this.#plan && !this.#plan.problem)
          void events.send({ kind: "start", seen: this.#plan.seen }, this.#start);
      },
      { signal },
    );
    this.#start.dataset.action = "start";
    const cost = h(
      "div",
      { class: "sdw-sweep-cost", role: "group", "aria-label": "Cost of sweep" },
      h("p", { class: "sdw-sweep-sum" }, this.#amount, " ", this.#qualifier),
      this.#source,
      this.#lines.element,
      this.#session.element,
      this.#problem,
      h("div", { class: "sdw-sweep-buttons" }, this.#rehearse, this.#start),
      this.#note,
    );
    this.element = h(
      "div",
      { class: "sdw-sweep-plan" },
      h("div", { class: "sdw-sweep-choice" }, this.#rows, this.#reuse.element),
      cost,
    );
  }

  show(plan: Plan): void {
    this.#plan = plan;
    this.#showAxes(plan.axes);
    this.#reuse.set(plan.reuse);
    this.#reuse.describe(plan.reused);
    setText(this.#amount, plan.amount);
    setText(this.#qualifier, plan.qualifier);
    setText(this.#source, plan.source);
    this.#source.hidden = !plan.source;
    this.#lines.show(plan.lines);
    this.#session.show(plan.session);
    showProblem(this.#problem, plan.problem);
    setText(this.#label, plan.label);
    setText(this.#cost, plan.label_cost);
    this.#rehearse.hidden = !plan.rehearsable;
    setText(this.#note, plan.note);
    this.#note.hidden = !plan.note;
    this.#able();
  }

  /** It is being started, and not known yet what came of it. */
  busy(on: boolean): void {
    this.#busy = on;
    this.#able();
  }

  #able(): void {
    const on = !this.#busy && !this.#plan?.problem;
    for (const element of [this.#start, this.#rehearse]) enable(element, on);
  }

  #showAxes(axes: readonly Axis[]): void {
    this.#shown = axes;
    for (const row of this.#axes.splice(axes.length)) row.end();
    axes.forEach((axis, place) => {
      let row = this.#axes[place];
      if (!row) {
        row = this.#open(place);
        this.#axes.push(row);
        this.#rows.append(row.element);
      }
      row.show(axis, place < PLACES.length ? axes : [axis]);
    });
  }

  #open(place: number): AxisRow {
    const row: AxisRow = new AxisRow(PLACES[place] ?? "More", this.signal, {
      choose: (name, element) => {
        const names = this.#shown.map((axis) => axis.name);
        const from = names.indexOf(name);
        [names[place], names[from]] = [name, names[place] ?? name]; // they change places
        void this.events.send({ kind: "set-axes", names }, element).then((problem) => problem && row.reset());
      },
      add: (axis, value) => this.events.send({ kind: "add-value", axis, value }, undefined, true),
      remove: (axis, index, value, element) =>
        void this.events.send({ kind: "remove-value", axis, index, value }, element),
    });
    return row;
  }
}

function drawLines(lines: readonly CostLine[]) {
  if (!lines.length) return null;
  const head = ["What", "Videos", "Each", "Credits"].map((name) => h("th", { scope: "col" }, name));
  const rows = lines.map(({ label, videos, each, sum }) =>
    h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, videos), h("td", {}, each), h("td", {}, sum)),
  );
  return {
    nodes: [h("table", {}, h("thead", { class: "sdw-sr" }, h("tr", {}, ...head)), h("tbody", {}, ...rows))],
  };
}
