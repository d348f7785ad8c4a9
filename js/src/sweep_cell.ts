/** One take of a sweep in the grid. Drawn anew only where what it shows has changed. */
import { atEnd, childLife, focusIn, h, setAttribute, setText } from "./dom.ts";
import { minutes } from "./format.ts";
import { icon, isIcon, spinner } from "./icons.ts";
import { posterImage } from "./posters.ts";
import type { SweepTake } from "./sweep_protocol.ts";
import { isThere, type SweepStore } from "./sweep_store.ts";

/** What the button of a take that needs somebody says. */
const ACTIONS = { "send-again": "Send again…", resolve: "Resolve", open: "Open" } as const;

export interface CellEvents {
  /** What can be done about it: its view is opened, or it is sent once more. */
  act(take: SweepTake, element: HTMLElement): void;
  star(take: SweepTake, element: HTMLElement): void;
}

export class SweepCell {
  readonly element = h("div", { class: "sdw-sweep-cell", role: "group" });
  readonly #signal: AbortSignal;
  readonly #end: () => void;
  readonly #image: HTMLImageElement;
  readonly #time = h("strong");
  readonly #star = control("Star", "sdw-bare sdw-sweep-star", "star");
  #take: SweepTake | null = null;
  #drawn = "";
  #inView = false;
  #playing = false;
  #active = false;
  #video: { element: HTMLVideoElement; blob: Blob; url: string } | null = null;

  constructor(
    private readonly store: SweepStore,
    signal: AbortSignal,
    private readonly events: CellEvents,
  ) {
    const life = childLife(signal);
    this.#signal = life.signal;
    this.#end = life.end;
    this.#image = posterImage(life.signal);
    this.element.addEventListener("click", (event) => this.#press(event), { signal: life.signal });
    atEnd(life.signal, () => this.#stop());
  }

  get take(): SweepTake | null {
    return this.#take;
  }

  show(take: SweepTake): void {
    const before = this.#take;
    this.#take = take;
    const drawn = JSON.stringify(take);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    if (before && before.job === take.job && isThere(take) && !isThere(before)) this.store.posters.again(take.job);
    if (before?.job !== take.job) this.#stop();
    this.#draw(take);
    this.refresh();
  }

  /** Whether it is where Tab leads. */
  set active(on: boolean) {
    this.#active = on;
    this.element.tabIndex = on ? 0 : -1;
    for (const control of this.element.querySelectorAll("button"))
      control.tabIndex = control.classList.contains("sdw-sweep-open") ? -1 : this.element.tabIndex;
  }

  set inView(on: boolean) {
    this.#inView = on;
    this.refresh();
  }

  /** Whether its video plays, if it has one, while it is in view. */
  set playing(on: boolean) {
    this.#playing = on;
    this.refresh();
  }

  /** What has come of its picture and its video. */
  refresh(): void {
    const take = this.#take;
    if (!take || this.#signal.aborted) return;
    if (this.#inView && take.poster && take.job) this.store.posters.want(take.job);
    const url = take.poster ? this.store.posters.get(take.job) : "";
    if (url && this.#image.getAttribute("src") !== url) this.#image.src = url;
    if (!url) this.#image.removeAttribute("src");
    this.#image.hidden = !url;
    this.#refreshVideo(take);
  }

  tick(now: number): void {
    const since = this.#take?.since ?? null;
    if (since !== null) setText(this.#time, minutes(now - since));
  }

  toggleStar(): void {
    if (this.#take && isThere(this.#take)) this.#star.click();
  }

  act(): void {
    if (this.#take?.action) this.events.act(this.#take, this.element);
  }

  end(): void {
    this.#end();
    this.element.remove();
  }

  #refreshVideo(take: SweepTake): void {
    if (!this.#playing || !take.video || !isThere(take)) {
      this.#stop();
      return;
    }
    if (!this.#inView) {
      this.store.releaseVideo(take.job);
      this.#video?.element.pause();
      return;
    }
    this.store.wantVideo(take.job);
    const blob = this.store.video(take.job);
    if (blob && blob !== this.#video?.blob) this.#start(blob);
    else if (this.#video?.element.paused) play(this.#video.element);
  }

  #start(blob: Blob): void {
    this.#stop();
    const url = URL.createObjectURL(blob);
    // Without sound: nobody asked to hear them all.
    const element = h("video", { muted: true, loop: true, playsinline: true, "aria-hidden": "true", tabindex: "-1" });
    element.muted = true;
    element.src = url;
    this.#video = { element, blob, url };
    this.#image.after(element);
    play(element);
  }

  #stop(): void {
    if (!this.#video) return;
    const { element, url } = this.#video;
    this.#video = null;
    element.pause();
    element.removeAttribute("src");
    element.load();
    element.remove();
    URL.revokeObjectURL(url);
  }

  #draw(take: SweepTake): void {
    const held = focusIn(this.element);
    const { place, title, detail, credits, usual } = take;
    this.element.dataset.kind = take.kind;
    this.element.dataset.tone = take.tone;
    const said = [title, detail, take.since === null ? "" : usual, credits, take.starred ? "starred" : ""];
    setAttribute(this.element, "aria-label", `${place}: ${said.filter(Boolean).join(", ")}`);
    this.#star.replaceChildren(icon(take.starred ? "starred" : "star"));
    setAttribute(this.#star, "aria-label", `Star: ${place}`);
    this.#star.setAttribute("aria-pressed", String(take.starred));
    this.element.replaceChildren(this.#picture(take), caption(take));
    this.active = this.#active;
    // A control that is drawn anew keeps the focus; where it has gone, the cell has it.
    const again = `[data-action="${held?.dataset.action}"]`;
    if (held) (this.element.querySelector<HTMLElement>(again) ?? this.element).focus();
  }

  #picture(take: SweepTake): HTMLElement {
    const busy = take.since !== null;
    if (!isThere(take) && !busy) return this.#state(take);
    const over = busy
      ? h("div", { class: "sdw-sweep-busy" }, spinner(), this.#time, take.usual && h("span", {}, take.usual))
      : null;
    setText(this.#time, "");
    const video = isThere(take) ? (this.#video?.element ?? null) : null;
    // All of the picture opens its take. The cell itself does for keys.
    const open = take.action === "open" && control(`Open: ${take.place}`, "sdw-sweep-open", "open");
    return h("div", { class: "sdw-sweep-media" }, this.#image, video, over, open, busy ? null : this.#star);
  }

  /** A double click is one press: its second half may come when the first has been answered already. */
  #press(event: MouseEvent): void {
    const element = (event.target as Element).closest("button");
    if (!element || !this.#take || event.detail > 1) return;
    if (element === this.#star) this.events.star(this.#take, element);
    else this.events.act(this.#take, element.tabIndex < 0 ? this.element : element);
  }

  #state(take: SweepTake): HTMLElement {
    const { action, place, title, detail } = take;
    const press = action && control(`${ACTIONS[action].replace("…", "")}: ${place}`, "", "act");
    if (press) press.textContent = ACTIONS[action];
    const quiet = take.kind === "waiting" || take.kind === "not sent"; // its title stands below
    return h(
      "div",
      { class: "sdw-sweep-state" },
      !quiet && h("strong", {}, title),
      h("span", { class: "sdw-sweep-why", title: detail }, detail),
      press || null,
    );
  }
}

/** The state of a take in a word and a sign, and what it costs. */
function caption({ icon: name, since, title, credits }: SweepTake): HTMLElement {
  const sign = isIcon(name) ? icon(name) : since === null ? icon("alert") : icon("ring", "sdw-sweep-ring");
  return h(
    "div",
    { class: "sdw-sweep-caption" },
    h("span", { class: "sdw-sweep-title" }, sign, h("span", {}, title)),
    h("span", {}, credits),
  );
}

function play(element: HTMLVideoElement): void {
  element.play()?.catch(() => {}); // a page in the background, or a file that this browser does not play
}

function control(label: string, className: string, action: string): HTMLButtonElement {
  const look = { type: "button", class: `sdw-button ${className}`, "aria-label": label, "data-action": action };
  return h("button", look);
}
