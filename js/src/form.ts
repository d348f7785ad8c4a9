/** SeedanceForm in the page. `seedance_widgets/widgets/form.py` is its other half. */

import type { AnyModel, AnyWidget, RenderProps } from "@anywidget/types";
import { Children } from "./children.ts";
import { atEnd } from "./dom.ts";
import { FORM_ICONS } from "./form_icons.ts";
import { FormView } from "./form_view.ts";
import { addIcons } from "./icons.ts";
import { takeOver } from "./kept.ts";
import { Intents } from "./messages.ts";
import { PastConversation } from "./past_prompts.ts";
import {
  type Answer,
  type ConnectionIntent,
  type Filled,
  FORM_RECEIVES,
  type FormReceives,
  type FormTraits,
  hasKind,
  type Question,
  type Refill,
  type Shown,
  type Wish,
} from "./protocol.ts";

addIcons(FORM_ICONS);

/** What the views of one form share: the conversation, and whether a request is on its way. */
export class FormProtocol {
  readonly past: PastConversation;
  readonly #intents: Intents;
  readonly #views = new Set<FormView>();
  #submitting = false;
  #waiting = false;
  /** What the form shows, and what it showed when it was last asked to be filled. */
  #refilling: { now(): Shown; before: Shown } | null = null;

  constructor(
    readonly model: AnyModel<FormTraits>,
    signal: AbortSignal,
  ) {
    this.#intents = new Intents(model, signal);
    this.past = new PastConversation(model, signal);
    const receive = (message: unknown) => {
      if (this.#intents.receive(message) || this.past.receive(message) || !hasKind(message, FORM_RECEIVES)) return;
      const told = message as Exclude<FormReceives, { kind: "answer" | "past-prompts" }>;
      if (told.kind === "filled") this.#fill(told);
      for (const view of this.#views) {
        if (told.kind === "names") view.offerNames(told.names);
        else if (told.kind === "filled") view.say(told.said, told.shown ? "plain" : "unseen");
        else view.focus(String(told.field));
      }
    };
    model.on("msg:custom", receive);
    atEnd(signal, () => model.off("msg:custom", receive));
  }

  /** A request is at the kernel, whose answer has not come. */
  get waiting(): boolean {
    return this.#waiting;
  }

  join(view: FormView, signal: AbortSignal): void {
    this.#views.add(view);
    atEnd(signal, () => this.#views.delete(view));
  }

  /** Once at a time, whatever is clicked and wherever, also while a question waits for its answer. */
  async submit(wish: Wish, ask: (question: Question) => Promise<boolean>): Promise<void> {
    if (this.#submitting) return;
    this.#submitting = true;
    this.#wait(true);
    const answer = await this.#intents.sendAsking({ kind: "submit", ...wish }, async (question) => {
      this.#wait(false);
      const sure = await ask(question);
      this.#wait(sure);
      return sure;
    });
    this.#submitting = false;
    this.#wait(false);
    if (answer) for (const view of this.#views) view.answered(answer);
  }

  /** An intent about the guide images. */
  send(content: {
    kind: "image-address" | "crop-image" | "remove-image" | "swap-images";
    [more: string]: unknown;
  }): void {
    void this.#intents.send(content);
  }

  /** An intent of the connection menu; a key is its buffer. */
  ask(content: ConnectionIntent, buffers?: ArrayBuffer[]): Promise<Answer> {
    return this.#intents.send(content, buffers);
  }

  /** An intent that puts something else into the form, which shows `now()`. */
  refill(content: Refill, now: () => Shown, buffers?: ArrayBuffer[]): Promise<Answer> {
    const before = now();
    if (content.kind !== "keep-draft") this.#refilling = { now, before };
    return this.#intents.send({ ...content, ...before }, buffers);
  }

  /** The names of the notebook, which come to every view. */
  askNames(): void {
    this.model.send({ kind: "names" });
  }

  /** Written here too: what was typed before and is still to be sent would come after what Python has written. */
  #fill({ fields, typed_values }: Filled): void {
    const { model } = this;
    const asked = this.#refilling;
    this.#refilling = null;
    const typed = asked?.now().fields.prompt ?? "";
    if (asked && "prompt" in fields && !asked.before.fields.prompt.startsWith(typed)) {
      void this.refill({ kind: "keep-draft" }, asked.now); // typed while the kernel was busy
    }
    for (const [name, value] of Object.entries(fields)) model.set(name as keyof FormTraits, value as never);
    model.set("typed_values", typed_values);
    model.save_changes();
  }

  #wait(waiting: boolean): void {
    this.#waiting = waiting;
    for (const view of this.#views) view.busy(waiting);
  }
}

const widget: AnyWidget<FormTraits> = () => {
  let protocol: FormProtocol | undefined;
  return {
    initialize({ model, signal }) {
      protocol = new FormProtocol(model, signal);
    },
    render(props: RenderProps<FormTraits>) {
      if (!protocol) return;
      const view = new FormView(protocol, props.signal);
      protocol.join(view, props.signal);
      const children = new Children(props, "To see this job, run form.jobs[-1] in a cell.");
      const show = () => children.show(props.model.get("views") ?? []);
      props.model.on("change:views", show);
      show();
      props.el.append(view.element, children.element);
      takeOver(props.el);
      atEnd(props.signal, () => {
        props.model.off("change:views", show);
        view.element.remove();
        children.element.remove();
      });
    },
  };
};

export default widget;
