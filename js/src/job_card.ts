/** One view of a job: header, player, request, band, actions. All words come from the snapshot. */
import { bandParts, sentence } from "./band.ts";
import { copyText } from "./clipboard.ts";
import { askFirst } from "./confirm.ts";
import { button } from "./controls.ts";
import { childLife, every, h, later, Picture, setAttribute, setText, shieldKeys, uniqueId } from "./dom.ts";
import { minutes } from "./format.ts";
import { type IconName, icon, isIcon, spinner } from "./icons.ts";
import type { JobProtocol } from "./job_view.ts";
import { Part } from "./part.ts";
import { Player } from "./player.ts";
import type { Action, Question, Snapshot } from "./protocol.ts";

const TICK_MS = 250;
const LONG_PROMPT = 360;

const ACTION_ICONS: Partial<Record<Action["id"], IconName>> = {
  "stop-watching": "eye-off",
  "watch-again": "eye",
  "try-now": "refresh",
  "check-again": "refresh",
  "fetch-again": "refresh",
  remix: "remix",
  edit: "pencil",
  download: "drop",
  "copy-url": "link",
  "copy-report": "copy",
};
const CHIP_ICONS: Record<string, IconName> = { sound: "sound", image: "image", lens: "lens", share: "share" };

export class JobCard {
  readonly element: HTMLElement;
  readonly #card: HTMLElement;
  readonly #mark = h("span", { class: "sdw-mark" });
  readonly #title = h("strong", { class: "sdw-title" });
  readonly #said = h("span", { class: "sdw-sr" });
  readonly #detail = h("span", { class: "sdw-title-detail" });
  readonly #next = h("span", { class: "sdw-hint" });
  readonly #thumbnail: Picture;
  readonly #poster: Picture;
  readonly #playerPlace = h("div", { class: "sdw-player-place", hidden: true });
  readonly #problem = h("p", { class: "sdw-problem sdw-band", role: "alert", hidden: true });
  readonly #parts: Part[];
  #player: Player | null = null;
  #playerLife: ReturnType<typeof childLife> | null = null;
  #markKey = "";

  constructor(
    private readonly protocol: JobProtocol,
    private readonly signal: AbortSignal,
  ) {
    this.#thumbnail = new Picture("sdw-thumbnail", signal);
    this.#poster = new Picture("", signal);
    const header = new Part(
      "sdw-row sdw-head-actions",
      ({ actions, next_check }) => [actions.filter(inHeader), next_check === null],
      (snapshot) => this.#drawHeaderActions(snapshot),
    );
    const request = new Part(
      "sdw-request",
      ({ prompt, chips, media }) => [prompt, chips, media !== null],
      (snapshot) => ({ nodes: this.#drawRequest(snapshot) }),
    );
    const band = bandParts();
    const rescue = new Part(
      "sdw-band sdw-rescue",
      ({ attach, resend, actions }) => [attach, resend, actions.filter((action) => action.id === "send-again")],
      (snapshot) => this.#drawRescue(snapshot),
    );
    const summary = new Part("sdw-summary", (snapshot) => snapshot.summary, drawSummary);
    const footer = new Part(
      "sdw-band sdw-foot",
      ({ actions, note, generation_id, tone }) => [actions.filter(inFooter), note, generation_id, tone],
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
        h("span", { class: "sdw-space" }),
        header.element,
      ),
      this.#playerPlace,
      request.element,
      ...band.map((part) => part.element),
      rescue.element,
      summary.element,
      this.#problem,
      footer.element,
    );
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
      this.signal.addEventListener("abort", () => model.off(name as `change:${keyof Snapshot}`, callback), {
        once: true,
      });
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
    setText(this.#said, snapshot.announcement ? `. ${snapshot.announcement}` : "");
    for (const part of this.#parts) part.show(snapshot);
    if (snapshot.media) this.#showPlayer(snapshot);
    else this.#dropPlayer();
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
      this.#player = new Player(this.#playerLife.signal);
      this.#playerPlace.append(this.#player.element);
      this.#playerPlace.hidden = false;
    }
    this.#player.prepare(snapshot, this.#poster.url);
    this.#loadVideo();
  }

  /** The take was forgotten, or its file is not there any more. */
  #dropPlayer(): void {
    this.#playerLife?.end();
    this.#player?.element.remove();
    this.#player = this.#playerLife = null;
    this.#playerPlace.hidden = true;
  }

  #loadVideo(): void {
    const blob = this.protocol.videos.get(this.#snapshot.media?.token ?? "");
    if (blob && this.#player && !this.#player.url) this.#player.load(blob);
    for (const element of this.element.querySelectorAll('[data-action="download"]')) {
      element.setAttribute("aria-disabled", String(!blob));
    }
  }

  #showPictures(): void {
    this.#thumbnail.show(this.protocol.model.get("thumbnail"));
    this.#poster.show(this.protocol.model.get("poster"));
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

  #drawHeaderActions(snapshot: Snapshot) {
    const buttons = snapshot.actions.filter(inHeader).map((action) => {
      if (action.id === "check-now") return this.#action(action, { icon: "refresh", bare: true });
      if (action.id === "cancel") return this.#action(action, { className: "sdw-plain" });
      return this.#action(action, { icon: ACTION_ICONS[action.id] });
    });
    const next = snapshot.next_check === null ? [] : [this.#next];
    return {
      nodes: [snapshot.badge && h("span", { class: "sdw-chip" }, snapshot.badge), ...next, ...buttons].filter(isNode),
    };
  }

  #drawRequest({ prompt, chips, media }: Snapshot): Node[] {
    const text = h("p", { class: "sdw-request-prompt", dir: "auto" }, prompt);
    const words = h("div", { class: "sdw-request-words" }, text);
    if (prompt.length > LONG_PROMPT || prompt.split("\n").length > 6) {
      const more = button({ label: "Show all", className: "sdw-link" }, this.signal, () => {
        const open = text.toggleAttribute("data-open");
        more.textContent = open ? "Show less" : "Show all";
        more.setAttribute("aria-expanded", String(open));
      });
      more.setAttribute("aria-expanded", "false");
      words.append(more);
    } else if (media) text.toggleAttribute("data-open", true);
    const drawn = chips.map((chip) => {
      const name = CHIP_ICONS[chip.icon];
      return h("span", { class: "sdw-chip" }, name ? icon(name) : null, chip.text);
    });
    words.append(h("div", { class: "sdw-chips" }, ...drawn));
    return media ? [words] : [this.#thumbnail.element, words];
  }

  /** For a lost reply: attach the job if it is there, else send again, after a warning. */
  #drawRescue({ attach, resend, actions }: Snapshot) {
    if (!attach && !resend) return null;
    const nodes: Node[] = [];
    if (attach) {
      const id = uniqueId();
      const input = h("input", {
        type: "text",
        id,
        class: "sdw-text-input",
        "aria-label": "Generation ID",
        placeholder: "Paste its generation ID",
        autocomplete: "off",
        spellcheck: "false",
        "data-action": "attach-id",
      });
      input.value = attach.suggestion;
      const press = () => {
        const generation_id = input.value.trim();
        if (generation_id) this.#send({ kind: "attach", generation_id }, attachButton);
        else input.focus();
      };
      const attachButton = button({ label: "Attach", icon: "link" }, this.signal, press);
      attachButton.dataset.action = "attach";
      input.addEventListener(
        "keydown",
        (event) => {
          if (event.key === "Enter" && !event.isComposing) press();
        },
        { signal: this.signal },
      );
      const hint = attach.hint ? h("p", { class: "sdw-hint", id: `${id}-hint` }, attach.hint) : null;
      if (hint) input.setAttribute("aria-describedby", hint.id);
      const row = h("div", { class: "sdw-attach" }, input, attachButton);
      nodes.push(h("div", {}, h("strong", {}, attach.title), row, hint));
    }
    const again = actions.find((action) => action.id === "send-again");
    if (resend && again) {
      const words = h("div", {}, h("strong", {}, resend.title), h("div", { class: "sdw-secondary" }, resend.text));
      nodes.push(h("div", { class: "sdw-resend" }, words, this.#action(again)));
    }
    return { nodes };
  }

  #drawFooter({ actions, note, generation_id, tone }: Snapshot) {
    const buttons = actions.filter(inFooter).map((action) => this.#action(action, { icon: ACTION_ICONS[action.id] }));
    const text = note ? h("p", { class: "sdw-note" }, ...sentence(note)) : null;
    const id = tone === "bad" && generation_id ? h("code", { class: "sdw-code" }, generation_id) : null;
    const nodes = [text, buttons.length ? h("div", { class: "sdw-row" }, ...buttons) : null, id].filter(isNode);
    return nodes.length ? { nodes } : null;
  }

  #action(
    action: Action,
    look: { icon?: IconName | undefined; bare?: boolean; className?: string } = {},
  ): HTMLButtonElement {
    const element = button({ label: action.label, hint: action.cost, ...look }, this.signal, (event) => {
      // A double click is one press: its second half may come when the first has been answered already.
      if (event.detail < 2 && element.getAttribute("aria-disabled") !== "true") void this.#act(action, element);
    });
    element.dataset.action = action.id;
    if (action.id === "download" && !this.#player?.url) element.setAttribute("aria-disabled", "true");
    return element;
  }

  async #act(action: Action, element: HTMLButtonElement): Promise<void> {
    const { media, video_url } = this.#snapshot;
    if (action.id === "download") {
      if (this.#player?.url) h("a", { href: this.#player.url, download: media?.name ?? "video.mp4" }).click();
    } else if (action.id === "copy-url") {
      this.#copied(element, await copyText(video_url, this.element));
    } else if (action.id === "copy-report") {
      this.#copied(element, await copyText(report(this.#snapshot), this.element));
    } else if (!action.confirm || (await askFirst(this.element, action.confirm, this.signal, element))) {
      this.#send({ kind: action.id }, element);
    }
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

function drawSummary({ summary }: Snapshot) {
  if (summary.length === 0) return null;
  const line = ({ lead, text, kind }: Snapshot["summary"][number]) =>
    kind === "path"
      ? h(
          "span",
          { class: "sdw-path" },
          icon("disk"),
          h("span", {}, lead ? `${lead} ` : "", h("code", { class: "sdw-code" }, text)),
        )
      : h("span", { class: "sdw-secondary" }, lead ? h("strong", {}, `${lead} `) : null, text);
  return { nodes: summary.map(line) };
}

/** What to put into a bug report or a mail to the service. */
function report(snapshot: Snapshot): string {
  const rows: [string, string][] = [
    ["Job", snapshot.job_id],
    ["Generation ID", snapshot.generation_id],
    ["State", [snapshot.state, snapshot.reason].filter(Boolean).join(", ")],
    ...snapshot.facts.map((fact): [string, string] => [fact.label, fact.text]),
    ["Settings", snapshot.chips.map((chip) => chip.text).join(", ")],
    ["Prompt", snapshot.prompt],
  ];
  return rows
    .filter(([, text]) => text)
    .map(([label, text]) => `${label}: ${text}`)
    .join("\n");
}

const inHeader = (action: Action) => action.place === "header";
const inFooter = (action: Action) => action.place === "footer" && action.id !== "send-again";
const isNode = <T>(node: T | null | undefined | "" | false): node is T => Boolean(node);
