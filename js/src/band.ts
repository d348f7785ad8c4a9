/** The parts of a job cell between the request and the actions. Each shows one field of the snapshot. */
import { h, setText } from "./dom.ts";
import { megabytes, minutes } from "./format.ts";
import { icon } from "./icons.ts";
import { Part } from "./part.ts";
import type { Sentence, Snapshot, Upload } from "./protocol.ts";

export function sentence({ lead, text }: Sentence): Node[] {
  return lead
    ? [h("strong", {}, lead), document.createTextNode(text ? ` ${text}` : "")]
    : [document.createTextNode(text)];
}

export function bandParts(): Part[] {
  return [
    new Part(
      "sdw-alert",
      (snapshot) => snapshot.alert,
      ({ alert }) => alert && { nodes: sentence(alert) },
    ),
    new Part(
      "sdw-band sdw-countdown",
      ({ countdown, reason }) => [countdown, reason],
      ({ countdown, reason }) => countdown && drawCountdown(countdown, reason === "offline"),
    ),
    new Part(
      "sdw-band sdw-usual",
      (snapshot) => [snapshot.usual, snapshot.clock],
      ({ usual, clock }) => usual && clock && drawUsual(usual, clock.since),
    ),
    new Part("sdw-band sdw-uploads", (snapshot) => snapshot.uploads, drawUploads),
    new Part(
      "sdw-band sdw-credits",
      (snapshot) => snapshot.credits,
      ({ credits }) => credits && { nodes: drawCredits(credits) },
    ),
    new Part(
      "sdw-band",
      (snapshot) => snapshot.facts,
      ({ facts }) => {
        const rows = facts.map((fact) => h("div", {}, h("dt", {}, fact.label), h("dd", {}, fact.text)));
        return rows.length ? { nodes: [h("dl", { class: "sdw-facts" }, ...rows)] } : null;
      },
    ),
  ];
}

/** Until it is sent or looked again: with a ring, or in one line for what is tried every few seconds. */
function drawCountdown({ since, until, label, text }: NonNullable<Snapshot["countdown"]>, inLine: boolean) {
  const ring = h("span", { class: "sdw-ring", "aria-hidden": "true", hidden: inLine });
  const lead = h("strong", {});
  const words = [lead, inLine ? " " : null, h(inLine ? "span" : "div", { class: "sdw-secondary" }, text)];
  return {
    nodes: [ring, h("div", {}, ...words)],
    tick(now: number) {
      const left = Math.max(0, Math.ceil(until - now));
      setText(lead, inLine && left < 60 ? `${label} ${left} s.` : `${label} ${minutes(left)}`);
      ring.style.setProperty("--sdw-part", String(Math.min(1, Math.max(0, 1 - left / Math.max(1, until - since)))));
    },
  };
}

/** The time since sending, against when such runs are usually ready. */
function drawUsual(usual: NonNullable<Snapshot["usual"]>, since: number) {
  const done = h("span", { class: "sdw-scale-done" });
  const band = h("span", { class: "sdw-scale-band" });
  const mark = h("span", { class: "sdw-scale-mark" });
  const labels = [0, usual.low, usual.high].map((seconds) => h("span", {}, minutes(seconds)));
  const late = h("span", { class: "sdw-scale-late" });
  const text = h("div", { class: "sdw-secondary" });
  return {
    nodes: [
      h("div", { class: "sdw-scale", "aria-hidden": "true" }, band, done, mark),
      h("div", { class: "sdw-scale-labels", "aria-hidden": "true" }, ...labels, late),
      text,
    ],
    tick(now: number) {
      const elapsed = Math.max(0, now - since);
      const end = Math.max(usual.high * 1.35, elapsed * 1.05, 1);
      const at = (seconds: number) => `${((seconds / end) * 100).toFixed(2)}%`;
      done.style.width = at(elapsed);
      mark.style.insetInlineStart = at(elapsed);
      band.style.insetInlineStart = at(usual.low);
      band.style.width = at(usual.high - usual.low);
      labels.forEach((label, index) => {
        label.style.insetInlineStart = at([0, usual.low, usual.high][index] ?? 0);
      });
      // Two labels that would touch become one.
      const close = (usual.high - usual.low) / end < 0.12;
      if (labels[1]) labels[1].hidden = close || usual.low / end < 0.08;
      const isLate = elapsed > usual.high;
      late.hidden = !isLate || (elapsed - usual.high) / end < 0.12;
      setText(late, minutes(elapsed));
      late.style.insetInlineStart = at(elapsed);
      setText(text, isLate ? usual.late : usual.text);
    },
  };
}

function drawUploads({ uploads }: Snapshot) {
  if (uploads.length === 0) return null;
  return { nodes: uploads.map(drawUpload) };
}

function drawUpload(upload: Upload): HTMLElement {
  const label = upload.label.toLowerCase();
  const size = upload.sent ? `${megabytes(upload.sent)} of ${megabytes(upload.size)}` : megabytes(upload.size);
  const state = upload.done ? h("span", { class: "sdw-good" }, icon("tick"), "Checked, uploaded") : h("span", {}, size);
  const bar = h("progress", {
    value: upload.sent,
    max: upload.sent === null ? null : Math.max(1, upload.size),
    "aria-label": `Uploading ${label}`,
    class: "sdw-progress",
  });
  return h(
    "div",
    { class: "sdw-upload" },
    h("span", { class: "sdw-secondary" }, upload.label),
    h(
      "div",
      {},
      h("div", { class: "sdw-upload-line" }, h("span", { class: "sdw-clip" }, upload.name), state),
      !upload.done && bar,
    ),
  );
}

function drawCredits(credits: NonNullable<Snapshot["credits"]>): Node[] {
  const figure = (label: string, value: number) =>
    h("div", {}, h("div", { class: "sdw-secondary" }, label), h("div", { class: "sdw-figure" }, String(value)));
  const bar = h("progress", {
    value: Math.min(credits.have, credits.needed),
    max: Math.max(1, credits.needed),
    "aria-label": "Credits you have of those needed",
    class: "sdw-progress sdw-ink-progress",
  });
  return [
    figure("Needed", credits.needed),
    figure("You have", credits.have),
    h("div", { class: "sdw-credits-bar" }, bar, h("div", { class: "sdw-secondary" }, credits.text)),
  ];
}

/** Lines under a finished video. */
export function drawSummary({ summary }: Snapshot) {
  if (summary.length === 0) return null;
  const line = ({ lead, text, kind }: Snapshot["summary"][number]) =>
    kind === "path"
      ? h(
          "span",
          { class: "sdw-path" },
          icon("disk"),
          h("span", {}, lead ? `${lead} ` : "", h("code", { class: "sdw-code" }, text)),
        )
      : h(
          "span",
          { class: `sdw-secondary sdw-${kind}-row`, dir: "auto" },
          lead ? h("strong", {}, `${lead} `) : null,
          text,
        );
  return { nodes: summary.map(line) };
}
