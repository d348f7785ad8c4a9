/** One view of the form: fields from traits, intents to the protocol. */
import { ChoiceGroup } from "./choice_group.ts";
import { askFirst } from "./confirm.ts";
import { ConnectionMenu } from "./connection_menu.ts";
import { CostPanel } from "./cost_panel.ts";
import { atEnd, h, later, setText, shieldKeys, uniqueId } from "./dom.ts";
import type { FormProtocol } from "./form.ts";
import { GuideImages } from "./guide_images.ts";
import { HistoryMenu } from "./history_menu.ts";
import { icon } from "./icons.ts";
import { type Look, Notice } from "./notice.ts";
import { PromptField } from "./prompt_field.ts";
import type { Answer, Entry, Fields, FormTraits, Menu, Name, Problem, Refill, Shown } from "./protocol.ts";
import { heldIn, Restore } from "./restore.ts";
import { Switch } from "./switch.ts";

/** How long a kernel may take to answer before the form says why nothing happens. */
const PATIENCE_MS = 1500;

export class FormView {
  readonly element: HTMLElement;
  readonly #title = h("span", { class: "sdw-title-detail" });
  readonly #connection: ConnectionMenu;
  readonly #history: HistoryMenu;
  readonly #restore: Restore;
  readonly #notice: Notice;
  readonly #prompt: PromptField;
  readonly #ratio: ChoiceGroup;
  readonly #resolution: ChoiceGroup;
  readonly #duration: ChoiceGroup;
  readonly #switches: Record<"fixed_lens" | "generate_audio" | "prompt_directory_optin", Switch>;
  readonly #images: GuideImages;
  readonly #cost: CostPanel;
  constructor(
    private readonly protocol: FormProtocol,
    private readonly signal: AbortSignal,
  ) {
    const set = <Name extends keyof Fields>(name: Name, value: Fields[Name]) => this.#set(name, value);
    this.#notice = new Notice(signal);
    this.#history = new HistoryMenu(signal, {
      past: protocol.past.ask,
      choose: ({ id }) => {
        this.#prompt.focus();
        void this.#refill({ kind: "use-past", entry: id, walking: false });
      },
    });
    this.#restore = new Restore(signal, (file) => void this.#restoreFrom(file));
    this.#prompt = new PromptField(signal, {
      change: (text) => {
        this.#notice.clear();
        set("prompt", text);
      },
      typeValues: (values) => this.#write({ typed_values: values }),
      set: (changes) => this.#write(changes),
      askNames: () => protocol.askNames(),
      caution: (menu, entry) => this.#caution(menu, entry),
      walk: {
        past: protocol.past.ask,
        keep: () => void this.#refill({ kind: "keep-draft" }),
        use: ({ id }) => void this.#refill({ kind: "use-past", entry: id, walking: true }),
        say: (words) => this.say(words, "unseen"),
      },
    });
    this.#ratio = new ChoiceGroup(
      { label: "Aspect ratio", look: "tiles", text: (value) => value, drawing: ratioShape },
      signal,
      (value) => set("aspect_ratio", value),
    );
    this.#resolution = new ChoiceGroup(
      { label: "Resolution", look: "segments", text: (value) => value },
      signal,
      (value) => set("resolution", value),
    );
    this.#duration = new ChoiceGroup(
      { label: "Duration", look: "segments", text: (value) => `${value} s` },
      signal,
      (value) => set("duration", Number(value)),
    );
    this.#switches = {
      fixed_lens: new Switch("Fixed lens", "Asks for a still camera. Not guaranteed.", signal, (on) =>
        set("fixed_lens", on),
      ),
      generate_audio: new Switch("Native audio", "Adds speech and sound. Costs more.", signal, (on) =>
        set("generate_audio", on),
      ),
      prompt_directory_optin: new Switch(
        "Share prompt",
        "Makes the prompt public on UlazAI. May lower the cost.",
        signal,
        (on) => set("prompt_directory_optin", on),
      ),
    };
    this.#images = new GuideImages(
      protocol,
      signal,
      () => this.#ratio.focus(),
      (changes) => this.#write(changes),
    );
    this.#cost = new CostPanel(signal, () => this.#submit());
    this.#connection = new ConnectionMenu((content, buffers) => protocol.ask(content, buffers), signal);
    this.element = this.#root();
    shieldKeys(this.element, signal);
    this.#images.takeFrom(this.element);
    for (const zone of this.element.querySelectorAll<HTMLElement>(".sdw-head, .sdw-prompt-box")) {
      this.#restore.takeDrops(zone);
    }
    this.#listen();
    this.#follow();
  }

  /** Puts the focus on a field by its name. */
  focus(field: string): void {
    const target = {
      prompt: this.#prompt,
      images: this.#images,
      aspect_ratio: this.#ratio,
      resolution: this.#resolution,
      duration: this.#duration,
      ...this.#switches,
    }[field];
    (target ?? this.#cost.generate).focus();
    if (target) this.element.scrollIntoView?.({ block: "nearest" });
  }

  /** Says what was done with the form as a whole. */
  say(words: string, look: Look): void {
    this.#notice.show(words, look);
  }

  offerNames(names: readonly Name[]): void {
    this.#prompt.offerNames(names);
  }

  busy(busy: boolean): void {
    this.#cost.busy(busy);
    if (busy) {
      this.#cost.problem("");
      later(PATIENCE_MS, this.signal, () => {
        if (this.protocol.waiting) this.#cost.waiting("Waiting for the running cell; sent when it ends.");
      });
    }
  }

  answered(answer: Answer): void {
    if (answer.ok) return;
    const problems = this.protocol.model.get("problems") ?? [];
    const first = problems[0];
    if (first) this.focus(first.field);
    else this.#cost.problem(answer.message);
  }

  #root(): HTMLElement {
    const name = uniqueId();
    const header = h(
      "div", // a header would be a landmark of the page
      { class: "sdw-head" },
      icon("clapper"),
      h("h2", { id: name, class: "sdw-title" }, "New video"),
      this.#title,
      h("span", { class: "sdw-space" }),
      this.#history.button,
      this.#restore.button,
      this.#connection.element,
    );
    const left = h("div", { class: "sdw-column" }, this.#prompt.element, this.#images.element);
    const right = h(
      "div",
      { class: "sdw-column sdw-settings" },
      this.#ratio.element,
      this.#resolution.element,
      this.#duration.element,
      h("div", { class: "sdw-switches" }, ...Object.values(this.#switches).map((item) => item.element)),
      this.#cost.element,
    );
    return h(
      "div",
      { class: "sdw" },
      h(
        "form",
        { class: "sdw-card sdw-form", "aria-labelledby": name, novalidate: true },
        header,
        this.#notice.element,
        h("div", { class: "sdw-columns" }, left, right),
        this.#restore.file,
      ),
    );
  }

  #listen(): void {
    const { element, signal } = this;
    element.addEventListener(
      "keydown",
      (event) => {
        if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return;
        event.preventDefault();
        this.#submit();
      },
      { signal },
    );
    element.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault(), { signal });
  }

  /** Draws each trait, now and when it changes. */
  #follow(): void {
    const { model } = this.protocol;
    const parts: [readonly (keyof FormTraits)[], () => void][] = [
      [["limits"], () => this.#drawLimits()],
      [["vocabulary"], () => this.#prompt.offerMenus(model.get("vocabulary"))],
      [["typed_values"], () => this.#prompt.setTypedValues(model.get("typed_values"))],
      [["variables"], () => this.#prompt.know(model.get("variables"))],
      [["prompt"], () => this.#prompt.set(model.get("prompt") ?? "")],
      [["checks"], () => this.#prompt.advise(model.get("checks"))],
      [["aspect_ratio", "resolution", "limits"], () => this.#drawShape()],
      [["duration", "limits"], () => this.#duration.select(String(model.get("duration")))],
      [["fixed_lens"], () => this.#switches.fixed_lens.set(model.get("fixed_lens"))],
      [["generate_audio"], () => this.#switches.generate_audio.set(model.get("generate_audio"))],
      [
        ["prompt_directory_optin"],
        () => this.#switches.prompt_directory_optin.set(model.get("prompt_directory_optin")),
      ],
      [["slots", "first_preview", "last_preview", "limits"], () => this.#images.draw()],
      [["connection"], () => this.#connection.show(model.get("connection"))],
      [["cost"], () => this.#cost.show(model.get("cost"))],
      [["problems"], () => this.#drawProblems()],
    ];
    for (const [names, draw] of parts) {
      draw();
      for (const name of names) {
        model.on(`change:${name}`, draw);
        atEnd(this.signal, () => model.off(`change:${name}`, draw));
      }
    }
    this.#cost.busy(this.protocol.waiting);
  }

  #set<Name extends keyof Fields>(name: Name, value: Fields[Name]): void {
    this.#write({ [name]: value });
  }

  #write(changes: Partial<FormTraits>): void {
    const { model } = this.protocol;
    for (const name of Object.keys(changes) as (keyof FormTraits)[]) model.set(name, changes[name] as never);
    model.save_changes();
  }

  #caution(menu: Menu, entry: Entry): string {
    const { model } = this.protocol;
    if (entry.moves && model.get("fixed_lens")) return "Fixed lens is on. A camera move may be ignored.";
    if (menu.id === "sound" && !model.get("generate_audio")) return "Native audio is off. The video will be silent.";
    return "";
  }

  #drawLimits(): void {
    const limits = this.protocol.model.get("limits");
    setText(this.#title, limits.model);
    this.#prompt.limit(limits.prompt_min, limits.prompt_max);
    this.#ratio.offer(limits.aspect_ratios);
    this.#resolution.offer(limits.resolutions);
    this.#duration.offer(limits.durations.map(String));
  }

  #drawShape(): void {
    const { model } = this.protocol;
    const [ratio, resolution] = [model.get("aspect_ratio"), model.get("resolution")];
    this.#ratio.select(ratio);
    this.#resolution.select(resolution);
    const size = model.get("limits").pixels[`${resolution} ${ratio}`];
    this.#ratio.aside(size ? `${size[0]} × ${size[1]} px` : "");
  }

  #drawProblems(): void {
    const byField = new Map<string, string[]>();
    for (const problem of this.protocol.model.get("problems") ?? []) {
      byField.set(problem.field, [...(byField.get(problem.field) ?? []), sentence(problem)]);
    }
    const take = (field: string) => {
      const found = byField.get(field) ?? [];
      byField.delete(field);
      return found;
    };
    this.#prompt.problem.show(take("prompt"));
    this.#ratio.problem.show(take("aspect_ratio"));
    this.#resolution.problem.show(take("resolution"));
    this.#duration.problem.show(take("duration"));
    this.#images.problem(take("images"));
    this.#cost.problem([...byField.values()].flat().join(" "));
  }

  async #refill(content: Refill, buffers?: ArrayBuffer[]): Promise<void> {
    const answer = await this.protocol.refill(content, () => this.#shown(), buffers);
    if (!answer.ok) this.say(answer.message, "bad");
  }

  async #restoreFrom(file: File): Promise<void> {
    const held = await heldIn(file).catch(() => null);
    if (!held) return this.say(`${file.name} could not be read. Choose it again.`, "bad");
    this.say(`Reading ${file.name}.`, "unseen");
    const { bytes, video, whole } = held;
    const done = this.#refill({ kind: "restore", name: file.name, video, whole }, [bytes]).then(() => true);
    later(PATIENCE_MS, this.signal, async () => {
      if (!(await Promise.race([done, false]))) this.say(`${file.name} waits for the running cell.`, "plain");
    });
  }

  #shown(): Shown {
    const { model } = this.protocol;
    const fields: Fields = {
      prompt: this.#prompt.value,
      aspect_ratio: model.get("aspect_ratio"),
      resolution: model.get("resolution"),
      duration: model.get("duration"),
      fixed_lens: model.get("fixed_lens"),
      generate_audio: model.get("generate_audio"),
      prompt_directory_optin: model.get("prompt_directory_optin"),
    };
    return { fields, typed_values: this.#prompt.typedValues };
  }

  #submit(): void {
    const connection = this.protocol.model.get("connection").label;
    const wish = { ...this.#shown(), seen: this.#prompt.seen, connection };
    void this.protocol.submit(wish, (question) => askFirst(this.element, question, this.signal, this.#cost.generate));
  }
}

function sentence(problem: Problem): string {
  return [problem.message, problem.fix].filter(Boolean).join(" ");
}

/** The outline of a picture with this ratio: about the same area for each, so that none looks like the biggest. */
function ratioShape(ratio: string): Element {
  const [across = 1, down = 1] = ratio.split(":").map(Number);
  const height = Math.min(22, Math.sqrt((400 * down) / across));
  const shape = h("span", { class: "sdw-shape", "aria-hidden": "true" });
  shape.style.width = `${Math.round((height * across) / down)}px`;
  shape.style.height = `${Math.round(height)}px`;
  return shape;
}
