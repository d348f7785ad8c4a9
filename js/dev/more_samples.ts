/** Jobs in what else may be seen of them, and what a person did to see it. */
import type { Snapshot } from "../src/protocol.ts";
import { action, samples, snapshot } from "./samples.ts";
import type { Staged } from "./stage.ts";

const OVER_BUDGET = {
  title: "Go over the budget of this session?",
  text:
    "About 50 credits. Estimate from your last 3 runs. This session has used 480 of its 500 credits; with this it " +
    "would be 530.",
  label: "New take, about 50 credits",
  cancel: "Cancel",
};

export function moreSamples(now = Date.now() / 1000): Record<string, Snapshot> {
  const { ready, rendering, uncertain } = samples(now);
  if (!ready || !rendering || !uncertain) throw new Error("These samples are made from others.");
  const alert = {
    lead: "The history at /home/ada/.local/share/seedance/history.sqlite cannot be written: the disk is full.",
    text:
      "Takes made in this session are kept in memory: after a kernel restart they are not in the history, and Run All " +
      "may pay for them again. Make room on the disk, then restart the kernel.",
  };
  const asking = (item: Snapshot["actions"][number]) =>
    item.id === "new-take" ? { ...item, confirm: OVER_BUDGET } : item;
  return {
    ready_silent: ready,
    ready_unplayable: ready,
    ready_kept: ready,
    ready_menu: { ...ready, remark: "The calm one" },
    ready_note: { ...ready, remark: "The calm one" },
    ready_over_budget: { ...ready, actions: ready.actions.map(asking) },
    ready_noted: {
      ...ready,
      remark: "The calm one. Use it after the harbour.",
      summary: [...ready.summary, { lead: "Note:", text: "The calm one. Use it after the harbour.", kind: "note" }],
    },
    ready_not_saved: {
      ...ready,
      alert,
      summary: [
        { lead: "50 credits", text: "used", kind: "credits" },
        { lead: "Saved to", text: "/tmp/seedance-1000/lighthouse-pier-1206.mp4", kind: "path" },
        { lead: "Not saved to", text: "seedance: the folder cannot be written", kind: "path" },
      ],
    },
    rendering_not_saved: {
      ...rendering,
      alert,
      note: { lead: "", text: "Runs on UlazAI. Not in the history: keep this kernel running until it is ready." },
    },
    not_fetched: {
      ...rendering,
      reason: "not_saved",
      tone: "warn",
      icon: "warning",
      title: "Rendered, not saved yet",
      clock: null,
      next_check: null,
      note: { lead: "", text: "The video is ready at UlazAI, and could not be fetched." },
      actions: [action("watch-again", "Watch again"), action("copy-url", "Copy URL")],
    },
    gone: {
      ...ready,
      reason: "gone",
      tone: "quiet",
      icon: "hourglass",
      title: "Video not on this machine",
      media: null,
      note: {
        lead: "",
        text: "Its file was removed here. It can be fetched again, at no cost, for as long as UlazAI has it.",
      },
      summary: [{ lead: "50 credits", text: "used", kind: "credits" }],
      actions: [
        action("fetch-again", "Fetch again"),
        action("new-take", "New take", "footer", { cost: "about 50" }),
        ...ready.actions.filter(({ place }) => place !== "footer"),
      ],
    },
    forgotten: snapshot(
      {
        state: "completed",
        reason: "forgotten",
        tone: "quiet",
        icon: "stop",
        title: "Forgotten",
        prompt: "",
        note: {
          lead: "",
          text: "Its prompt, images and video were erased from this machine. What it cost is kept.",
        },
        summary: [{ lead: "50 credits", text: "used", kind: "credits" }],
      },
      now,
    ),
  };
}

const press = (place: HTMLElement, words: string) => {
  for (const one of place.querySelectorAll<HTMLElement>("button")) {
    if ((one.getAttribute("aria-label") ?? one.textContent ?? "").startsWith(words)) one.click();
  }
};

/** The bytes of a video, of which the page is told that they play, without their sound. */
function playSilently(place: HTMLElement, staged: Staged): void {
  const video = place.querySelector("video");
  if (!video) return;
  video.canPlayType = () => "";
  place.addEventListener("error", (event) => event.stopImmediatePropagation(), { capture: true });
  const content = { kind: "video-chunk", token: "t1", index: 0, count: 1, size: 1, type: "video/mp4" };
  staged.model.receive(content, [new DataView(new ArrayBuffer(1))]);
  video.dispatchEvent(new Event("loadedmetadata"));
}

/** The output below, as JupyterLab has it, that holds another video. */
function standOver(place: HTMLElement): void {
  const [output, below, companion] = ["div", "div", "div"].map((tag) => document.createElement(tag));
  if (!output || !below || !companion) return;
  output.className = below.className = "jp-OutputArea-child";
  companion.className = "sdw-static";
  below.append(companion);
  output.append(...place.querySelectorAll(":scope > div"));
  place.append(output, below);
}

export const SEEN: Record<string, (place: HTMLElement, staged: Staged) => void> = {
  ready_silent: playSilently,
  ready_unplayable: (_place, { model }) =>
    model.receive({ kind: "video-chunk", token: "t1", index: 0, count: 1, size: 1, type: "video/mp4" }, [
      new DataView(new ArrayBuffer(1)),
    ]),
  ready_kept: standOver,
  ready_menu: (place) => press(place, "More actions"),
  ready_note: (place) => {
    press(place, "More actions");
    press(place, "Note…");
  },
  ready_over_budget: (place) => press(place, "New take"),
};

/** What lies over the page is shown alone: only one place has the focus. */
export const OVER = new Set(["ready_menu", "ready_note", "ready_over_budget"]);
