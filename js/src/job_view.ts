/** JobView in the page. `seedance_widgets/widgets/job_view.py` is its other half. */
import type { AnyModel, AnyWidget, RenderProps } from "@anywidget/types";
import { Children } from "./children.ts";
import { KernelClock } from "./clock.ts";
import { atEnd, later } from "./dom.ts";
import { addIcons } from "./icons.ts";
import { JobCard } from "./job_card.ts";
import { JOB_ICONS } from "./job_icons.ts";
import { Kept } from "./kept.ts";
import { Intents } from "./messages.ts";
import type { Answer, JobViewTraits, Question } from "./protocol.ts";
import { VideoStore } from "./video_store.ts";

addIcons(JOB_ICONS);

/** When a page that opened late asks for the video, in case the kernel's own push does not come: after ms. */
const ASK_AGAIN_MS = [0, 1500, 5000, 15000];

/** What the views of one job share: the conversation, the kernel's clock, the bytes of the video. */
export class JobProtocol {
  readonly clock = new KernelClock();
  readonly videos: VideoStore;
  readonly #intents: Intents;

  constructor(
    readonly model: AnyModel<JobViewTraits>,
    private readonly signal: AbortSignal,
  ) {
    this.#intents = new Intents(model, signal);
    this.videos = new VideoStore((message) => model.send(message));
    const receive = (message: unknown, buffers: readonly DataView[] = []) => {
      if (!this.#intents.receive(message)) this.videos.receive(message, buffers);
    };
    const learn = () => this.clock.learn(model.get("snapshot").now, true);
    model.on("msg:custom", receive);
    model.on("change:snapshot", learn);
    atEnd(signal, () => {
      model.off("msg:custom", receive);
      model.off("change:snapshot", learn);
    });
    this.clock.learn(model.get("snapshot").now, false);
    this.#askForVideo();
  }

  /** Null where the person said no to a question. */
  send(
    content: { kind: string } & Record<string, unknown>,
    ask: (question: Question) => Promise<boolean>,
  ): Promise<Answer | null> {
    return this.#intents.sendAsking(content, ask);
  }

  /** An intent that costs nothing and asks nothing, with its buffers. */
  tell(content: { kind: string } & Record<string, unknown>, buffers: ArrayBuffer[]): Promise<Answer> {
    return this.#intents.send(content, buffers);
  }

  /** A page opened after the video was ready: the push has passed, or its first half has. */
  #askForVideo(): void {
    const { media, copy } = this.model.get("snapshot");
    for (const { token } of [media, copy].filter((file) => file !== null)) {
      for (const wait of ASK_AGAIN_MS) {
        later(wait, this.signal, () => this.videos.want(token));
      }
    }
  }
}

const widget: AnyWidget<JobViewTraits> = () => {
  let protocol: JobProtocol | undefined;
  return {
    initialize({ model, signal }) {
      protocol = new JobProtocol(model, signal);
    },
    render(props: RenderProps<JobViewTraits>) {
      if (!protocol) return;
      const card = new JobCard(protocol, props.signal);
      const children = new Children(props, "To see it, display it in a cell of its own.");
      const show = () => children.show(props.model.get("views") ?? []);
      props.model.on("change:views", show);
      show();
      const kept = new Kept(protocol, props.el, props.signal);
      props.el.append(card.element, kept.element, children.element);
      atEnd(props.signal, () => {
        props.model.off("change:views", show);
        card.element.remove();
        kept.element.remove();
        children.element.remove();
      });
    },
  };
};

export default widget;
