/** One view of a job: header, request, player, band, actions. All words come from the snapshot. */
import { bandParts, drawSummary, sentence } from "./band.ts";
import { copyText } from "./clipboard.ts";
import { askFirst } from "./confirm.ts";
import { button } from "./controls.ts";
import { atEnd, childLife, every, h, later, Picture, setAttribute, setText, shieldKeys } from "./dom.ts";
import { download } from "./download.ts";
import { keepFocus } from "./focus.ts";
import { minutes } from "./format.ts";
import { type IconName, icon, isIcon, spinner } from "./icons.ts";
import { ACTION_ICONS, CHIP_ICONS } from "./job_icons.ts";
import type { JobProtocol } from "./job_view.ts";
import { KeyBand } from "./key_band.ts";
import { MoreMenu } from "./more_menu.ts";
import { editNote } from "./note.ts";
import { notifyButton, notifyOf } from "./notify.ts";
import { Part } from "./part.ts";
import { Player } from "./player.ts";
import type { Action, Question, Snapshot } from "./protocol.ts";
import { report } from "./report.ts";
import { drawRescue } from "./rescue.ts";
import { SoundBand } from "./sound_band.ts";
import { Tile } from "./tile.ts";

const TICK_MS = 250;
/** Characters that two lines of a narrow card hold. */
const LONG_PROMPT = 120;
const ENDS: ReadonlySet<string> = new Set(["completed", "failed", "uncertain", "expired"]);

export class JobCard {
  readonly element: HTMLElement;
  readonly #card: HTMLElement;
  readonly #mark = h("span", { class: "sdw-mark" });
  readonly #title = h("strong", { class: "sdw-title" });
  readonly #said = h("span", { class: "sdw-sr" });
  readonly #detail = h("span", { class: "sdw-title-detail" });
  readonly #next = h("span", { class: "sdw-hint sdw-next" });
  readonly #badge = h("span", { class: "sdw-chip", hidden: true });
  readonly #thumbnail: Picture;
  readonly #poster: Picture;
  readonly #playerPlace = h("div", { class: "sdw-player-place", hidden: true });
  readonly #problem = h("p", { class: "sdw-problem sdw-band", role: "alert", hidden: true });
  readonly #parts: Part[];
  readonly #tile: Tile;
  readonly #soundBand: SoundBand;
  readonly #keyBand: KeyBand;
  #menu: MoreMenu | null = null;
  #player: Player | null = null;
  #playerLife: ReturnType<typeof childLife> | null = null;
  #markKey = "";
  #wasBusy = false;

  constructor(
    private readonly protocol: JobProtocol,
    private readonly signal: AbortSignal,
  ) {
    this.#thumbnail = new Picture("sdw-thumbnail", signal);
    this.#poster = new Picture("", signal);
    this.#tile = new Tile(signal, () => this.#openPlayer());
    this.#soundBand = new SoundBand(signal, (to, element) => this.#send({ kind: "convert", to }, element));
    const header = new Part(
      "sdw-row sdw-head-actions",
      ({ actions, next_check, starred }) => [
        actions.filter((action) => !inFooter(action)),
        next_check === null,
        starred,
      ],
      (snapshot) => this.#drawHeaderActions(snapshot),
    );
    const request = new Part(
      "sdw-request",
      ({ prompt, chips, small }) => [prompt, chips, small],
      (snapshot) => ({ nodes: this.#drawRequest(snapshot) }),
    );
    const band = bandParts();
    const rescue = new Part(
      "sdw-band sdw-rescue",
      ({ attach, resend, actions }) => [attach, resend, actions.filter((action) => action.id === "send-again")],
      (snapshot) =>
        drawRescue(snapshot, signal, {
          attach: (generation_id, element) => this.#send({ kind: "attach", generation_id }, element),
          make: (action) => this.#action(action),
        }),
    );
    const summary = new Part("sdw-summary", (snapshot) => snapshot.summary, drawSummary);
    const footer = new Part(
      "sdw-band sdw-foot",
      ({ actions, note, generation_id, tone, reason }) => [actions.filter(inFooter), note, generation_id, tone, reason],
      (snapshot) => this.#drawFooter(snapshot),
    );
    this.#parts = [header, request, ...band, rescue, summary, footer];
    const status = h(
      "span",
      { role: "status", "aria-label": "Job status", class: "sdw-status" },
      this.#title,
      this.#said,
    );
    this.#card = h(
      "div",
      { class: "sdw-card sdw-job", role: "group", "aria-label": "Video job" },
      h(
        "div",
        { class: "sdw-head" },
        this.#mark,
        status,
        this.#detail,
        this.#badge,
        h("span", { class: "sdw-space" }),
        header.element,
      ),
      request.element,
      this.#soundBand.element,
      this.#playerPlace,
      ...band.map((part) => part.element),
      rescue.element,
      summary.element,
      this.#problem,
      footer.element,
    );
    this.#keyBand = new KeyBand(this.#card, (content, key) => protocol.tell(content, key), signal);
    footer.element.before(this.#keyBand.element);
    this.element = h("div", { class: "sdw" }, this.#card);
    shieldKeys(this.element, signal);
    this.#follow();
    every(TICK_MS, signal, () => this.#tick());
  }

  get #snapshot(): Snapshot {
    return this.protocol.model.get("snapshot");
  }

  #follow(): void {
    const { model, videos } = this.protocol;
    const show = () => this.#show();
    const pictures = () => this.#showPictures();
    const names = { "change:snapshot": show, "change:poster": pictures, "change:thumbnail": pictures };
    for (const [name, callback] of Object.entries(names)) {
      model.on(name, callback);
      atEnd(this.signal, () => model.off(name as `change:${keyof Snapshot}`, callback));
    }
    videos.subscribe(this.signal, () => this.#loadVideo());
    pictures();
    show();
  }

  #show(): void {
    const snapshot = this.#snapshot;
    this.#card.dataset.tone = snapshot.tone;
    this.#card.dataset.state = snapshot.state;
    this.#card.toggleAttribute("data-ready", snapshot.media !== null);
    this.#showMark(snapshot);
    setText(this.#title, snapshot.title);
    setText(this.#badge, snapshot.badge);
    this.#badge.hidden = !snapshot.badge;
    setText(this.#said, snapshot.announcement ? `. ${snapshot.announcement}` : "");
    keepFocus(this.#card, () => {
      for (const part of this.#parts) part.show(snapshot);
      if (snapshot.media) this.#showPlayer(snapshot);
      else this.#dropPlayer();
      this.#soundBand.draw(snapshot);
      this.#keyBand.draw(snapshot);
    });
    const busy = snapshot.clock !== null || snapshot.uploads.length > 0;
    if (this.#wasBusy && !busy && ENDS.has(snapshot.state)) notifyOf(snapshot);
    this.#wasBusy = busy;
    this.#tick();
  }

  #showMark({ tone, icon: name }: Snapshot): void {
    const key = `${tone} ${name}`;
    if (key === this.#markKey) return;
    this.#markKey = key;
    this.#mark.replaceChildren(tone === "busy" && !isIcon(name) ? spinner() : icon(isIcon(name) ? name : "alert"));
  }

  #showPlayer(snapshot: Snapshot): void {
    if (!this.#player) {
      this.#playerLife = childLife(this.signal);
      const tell = (lack: "sound" | "open") => this.#soundBand.tell(lack, this.#snapshot);
      this.#player = new Player(this.#playerLife.signal, {
        silent: () => tell("sound"),
        unplayable: () => tell("open"),
        heard: () => this.#soundBand.tell(null, this.#snapshot),
      });
      this.#playerPlace.append(this.#player.element);
      this.#playerPlace.hidden = snapshot.small;
    }
    if (!snapshot.small) this.#playerPlace.hidden = false;
    this.#player.prepare(snapshot, this.#poster.url);
    this.#loadVideo();
  }

  /** The take was forgotten, or its file is not there any more. */
  #dropPlayer(): void {
    this.#playerLife?.end();
    this.#player?.element.remove();
    this.#player = this.#playerLife = null;
    this.#playerPlace.hidden = true;
    this.#tile.show(false);
    this.#soundBand.tell(null, this.#snapshot);
  }

  /** By the picture of a small card: it opens the player and plays, and closes it again. */
  #openPlayer(): void {
    const open = this.#playerPlace.hidden !== false;
    this.#playerPlace.hidden = !open;
    this.#tile.show(open);
    if (open) this.#player?.focus();
    if (open || this.#player?.playing) this.#player?.toggle();
  }

  #loadVideo(): void {
    const { media, copy } = this.#snapshot;
    const { videos } = this.protocol;
    const blob = videos.get(media?.token ?? "");
    const converted = videos.get(copy?.token ?? "");
    if (copy && converted) this.#player?.load(copy.token, converted, true);
    else if (media && blob) this.#player?.load(media.token, blob);
    for (const element of this.element.querySelectorAll('[data-action="download"], [data-action="open-player"]')) {
      element.setAttribute("aria-disabled", String(!blob));
    }
  }

  #showPictures(): void {
    this.#thumbnail.show(this.protocol.model.get("thumbnail"));
    this.#poster.show(this.protocol.model.get("poster"));
    this.#tile.picture.show(this.protocol.model.get("poster"));
    if (this.#player && this.#poster.url) this.#player.video.poster = this.#poster.url;
  }

  #tick(): void {
    const snapshot = this.#snapshot;
    const now = this.protocol.clock.now();
    const { clock, next_check } = snapshot;
    const elapsed = clock ? Math.max(0, now - clock.since) : 0;
    const counted = clock ? (clock.style === "minutes" ? minutes(elapsed) : `${Math.floor(elapsed)} s`) : "";
    setText(this.#detail, [counted, snapshot.detail].filter(Boolean).join(" · "));
    if (next_check !== null) {
      const left = Math.ceil(next_check - now);
      setText(this.#next, left > 0 ? `Next check in ${left} s` : "Checking");
    }
    for (const part of this.#parts) part.tick(now);
  }

  #drawHeaderActions({ actions, next_check, starred, clock }: Snapshot) {
    const buttons = actions.filter(inHeader).map((action) => {
      if (action.id === "check-now") return this.#action(action, { icon: "refresh", bare: true });
      if (action.id === "cancel") return this.#action(action, { className: "sdw-plain" });
      if (action.id === "star") {
        const star = this.#action(action, { icon: starred ? "starred" : "star", bare: true, className: "sdw-star" });
        star.setAttribute("aria-pressed", String(starred));
        return star;
      }
      return this.#action(action, { icon: ACTION_ICONS[action.id] });
    });
    const tucked = actions.filter((action) => action.place === "menu");
    this.#menu?.close();
    this.#menu = tucked.length ? new MoreMenu(tucked, this.signal, (action) => this.#action(action)) : null;
    const next = next_check === null ? [] : [this.#next];
    return {
      nodes: [
        ...next,
        clock && next_check !== null ? notifyButton(this.signal) : null,
        ...buttons,
        this.#menu?.button,
        this.#menu?.element,
      ].filter(isNode),
    };
  }

  #drawRequest({ prompt, chips, small, duration }: Snapshot): Node[] {
    const text = h("p", { class: "sdw-request-prompt", dir: "auto" }, prompt);
    const drawn = chips.map((chip) => {
      const name = CHIP_ICONS[chip.icon];
      return h("span", { class: "sdw-chip" }, name ? icon(name) : null, chip.text);
    });
    const row = h("div", { class: "sdw-chips" }, ...drawn);
    if (prompt.length > LONG_PROMPT || prompt.split("\n").length > 2) {
      const more = button({ label: "Show all", className: "sdw-link" }, this.signal, () => {
        const open = text.toggleAttribute("data-open");
        more.textContent = open ? "Show less" : "Show all";
        more.setAttribute("aria-expanded", String(open));
      });
      more.setAttribute("aria-expanded", "false");
      row.append(more);
    }
    const words = h("div", { class: "sdw-request-words" }, text, row);
    this.#tile.length = duration;
    return [small ? this.#tile.element : this.#thumbnail.element, words];
  }

  #drawFooter({ actions, note, generation_id, tone, reason }: Snapshot) {
    const buttons = actions.filter(inFooter).map((action) => this.#action(action, { icon: ACTION_ICONS[action.id] }));
    const found = reason === "resumed" ? icon("history") : null;
    const text = note ? h("p", { class: "sdw-note" }, found, h("span", {}, ...sentence(note))) : null;
    const id = tone === "bad" && generation_id ? h("code", { class: "sdw-code" }, generation_id) : null;
    const nodes = [text, buttons.length ? h("div", { class: "sdw-row" }, ...buttons) : null, id].filter(isNode);
    return nodes.length ? { nodes } : null;
  }

  #action(
    action: Action,
    look: { icon?: IconName | undefined; bare?: boolean; className?: string } = {},
  ): HTMLButtonElement {
    if (action.href) return linkTo(action, look.icon) as unknown as HTMLButtonElement;
    const element = button({ label: action.label, hint: action.cost, ...look }, this.signal, (event) => {
      // A double click is one press: its second half may come when the first has been answered already.
      if (event.detail < 2 && element.getAttribute("aria-disabled") !== "true") void this.#act(action, element);
    });
    element.dataset.action = action.id;
    if (action.name) element.setAttribute("aria-label", action.name);
    if (action.id === "download" && !this.#player?.url) element.setAttribute("aria-disabled", "true");
    return element;
  }

  async #act(action: Action, element: HTMLButtonElement): Promise<void> {
    const snapshot = this.#snapshot;
    const copied: Partial<Record<Action["id"], string>> = {
      "copy-url": snapshot.video_url,
      "copy-report": report(snapshot),
      "copy-prompt": snapshot.prompt,
      "copy-recipe": snapshot.recipe,
    };
    const text = copied[action.id];
    // A menu has closed behind its item: the focus is on its button.
    const back = action.place === "menu" ? (this.#menu?.button ?? element) : element;
    if (text !== undefined) this.#copied(element, await copyText(text, this.element));
    else if (action.id === "download") this.#download(snapshot);
    else if (action.id === "use-key") this.#keyBand.open(snapshot.key_kept, element);
    else if (action.id === "star") this.#send({ kind: "star", on: !snapshot.starred }, element);
    else if (action.id === "note")
      this.#keepNote(await editNote(this.element, snapshot.remark, this.signal, back), back);
    else if (!action.confirm || (await askFirst(this.element, action.confirm, this.signal, back)))
      this.#send({ kind: action.id, cost: action.cost }, element);
  }

  #keepNote(text: string | null, element: HTMLButtonElement): void {
    if (text !== null && text !== this.#snapshot.remark) this.#send({ kind: "note", text }, element);
  }

  /** The file as it was saved, whatever is played here. */
  #download({ media }: Snapshot): void {
    const blob = this.protocol.videos.get(media?.token ?? "");
    if (blob) download(blob, media?.name ?? "video.mp4", this.signal);
  }

  /** An intent is sent once; its button waits for the answer. */
  #send(content: { kind: string } & Record<string, unknown>, element: HTMLButtonElement): void {
    if (element.getAttribute("aria-disabled") === "true") return;
    element.setAttribute("aria-disabled", "true");
    this.#problem.hidden = true;
    const ask = (question: Question) => askFirst(this.element, question, this.signal, element);
    void this.protocol.send(content, ask).then((answer) => {
      if (this.signal.aborted) return;
      setAttribute(element, "aria-disabled", null);
      const problem = answer?.ok === false ? [icon("alert"), h("span", {}, answer.message)] : [];
      this.#problem.hidden = problem.length === 0;
      this.#problem.replaceChildren(...problem);
    });
  }

  #copied(element: HTMLButtonElement, done: boolean): void {
    const label = element.querySelector("span");
    if (!label) return;
    const before = label.textContent ?? "";
    label.textContent = done ? "Copied" : "Not copied";
    later(2000, this.signal, () => {
      label.textContent = before;
    });
  }
}

/** An action that is done on another page. */
function linkTo(action: Action, name: IconName | undefined): HTMLAnchorElement {
  const attributes = { class: "sdw-button", href: action.href, target: "_blank", rel: "noopener noreferrer" };
  return h("a", { ...attributes, "data-action": action.id }, name ? icon(name) : null, h("span", {}, action.label));
}

const inHeader = (action: Action) => action.place === "header";
const inFooter = (action: Action) => action.place === "footer" && action.id !== "send-again";
const isNode = <T>(node: T | null | undefined | "" | false): node is T => Boolean(node);
