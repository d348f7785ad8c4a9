/** One snapshot for every state of a job. */
import type { Action, ActionId, Snapshot } from "../src/protocol.ts";

const PROMPT =
  "A lighthouse keeper in a long coat walks to the end of a wooden pier at dusk and slowly raises a brass lantern. " +
  "Thin drifting mist, cold teal light. Slow dolly-in from a wide shot to a medium shot, ending on the lantern.";

export function action(
  id: ActionId,
  label: string,
  place: Action["place"] = "footer",
  more: Partial<Action> = {},
): Action {
  return { id, label, name: "", place, cost: "", confirm: null, href: "", ...more };
}

export function snapshot(changes: Partial<Snapshot> = {}, now = Date.now() / 1000): Snapshot {
  return {
    job_id: "k3f9",
    state: "processing",
    reason: "",
    tone: "busy",
    icon: "",
    title: "Rendering",
    detail: "",
    announcement: "",
    clock: null,
    next_check: null,
    now,
    badge: "",
    prompt: PROMPT,
    chips: [
      { text: "16:9", icon: "" },
      { text: "720p", icon: "" },
      { text: "8 s", icon: "" },
      { text: "Sound", icon: "sound" },
      { text: "First frame", icon: "image" },
    ],
    width: 1280,
    height: 720,
    duration: 8.04,
    alert: null,
    countdown: null,
    usual: null,
    uploads: [],
    credits: null,
    facts: [],
    attach: null,
    resend: null,
    note: null,
    summary: [],
    actions: [],
    key_kept: "",
    media: null,
    copy: null,
    small: false,
    starred: false,
    remark: "",
    recipe: "",
    video_url: "",
    generation_id: "",
    ...changes,
  };
}

export function samples(now = Date.now() / 1000): Record<string, Snapshot> {
  const make = (changes: Partial<Snapshot>) => snapshot(changes, now);
  const menu = [
    action("copy-prompt", "Copy prompt", "menu"),
    action("copy-recipe", "Copy recipe", "menu"),
    action("note", "Note…", "menu"),
    action("forget", "Erase this take…", "menu"),
  ];
  const badKey = make({
    state: "failed",
    reason: "bad_key",
    tone: "bad",
    icon: "key",
    title: "Key not accepted",
    facts: [
      { label: "Reason", text: "UlazAI did not accept the key in SEEDANCE_API_KEY." },
      { label: "Credits", text: "Nothing was created or charged." },
      { label: "What to do", text: "Use another key, then try again." },
    ],
    key_kept: "Kept in memory until the kernel ends, never in the notebook: this computer has no keyring.",
    actions: [
      action("use-key", "Use another key"),
      action("rehearse", "Run in sandbox, free"),
      action("try-again", "Try again"),
      ...menu,
    ],
  });
  const rendering = {
    actions: [action("check-now", "Check now", "header"), action("stop-watching", "Stop watching")],
    note: { lead: "", text: "Runs on UlazAI. Safe to restart the kernel or close the notebook." },
    generation_id: "abc12345-1234",
  };
  const usual = {
    low: 58,
    high: 100,
    text: "Usually 0:58–1:40 for 720p, 8 s, sound. From your last 14 runs.",
    late: "Longer than your last 14 runs. Still rendering; nothing for you to do.",
  };
  const star = action("star", "Star", "header");
  const lastFrame = action("use-last-frame", "Use last frame", "footer", {
    name: "Use last frame as next first frame",
  });
  const ready: Partial<Snapshot> = {
    state: "completed",
    tone: "good",
    icon: "check",
    title: "Ready",
    detail: "12:06",
    media: { token: "t1", name: "lighthouse-pier-1206.mp4", size: 1, type: "video/mp4", audio: true, fps: 24 },
    video_url: "https://api.ulazai.com/media/abc12345-1234.mp4",
    generation_id: "abc12345-1234",
    summary: [
      { lead: "50 credits", text: "used", kind: "credits" },
      { lead: "", text: "Rendered in 1:21", kind: "time" },
      { lead: "Saved to", text: "seedance/lighthouse-pier-1206.mp4", kind: "path" },
    ],
    actions: [
      action("download", "Download"),
      action("copy-url", "Copy URL"),
      action("new-take", "New take", "footer", { cost: "about 50" }),
      action("remix", "Remix"),
      lastFrame,
      star,
      ...menu,
    ],
  };
  const uncertain: Partial<Snapshot> = {
    state: "uncertain",
    tone: "warn",
    icon: "question",
    title: "Uncertain",
    detail: "sent 12:11:40, no reply",
    alert: { lead: "The reply was lost.", text: "A job may have been created and charged. Not sent again." },
    attach: { title: "If the job is in your UlazAI dashboard", suggestion: "", hint: "" },
    resend: { title: "If it is not there", text: "Sending again may charge about 50 credits a second time." },
    actions: [
      action("send-again", "Send again…", "footer", {
        confirm: {
          title: "Send again?",
          text:
            "The first request may have been accepted. Sending again may charge about 50 credits a second time. " +
            "Estimate from your last 3 runs. This session has used 480 of its 500 credits; with this it would be 530.",
          label: "Send again, about 50 credits",
          cancel: "Do not send",
        },
      }),
      ...menu.filter(({ id }) => id !== "forget"),
    ],
  };
  return {
    uploading: make({
      state: "uploading",
      title: "Uploading images",
      detail: "1 of 2",
      actions: [action("cancel", "Cancel", "header")],
      uploads: [
        { label: "First frame", name: "pier_dusk.png", sent: 2e6, size: 2e6, done: true },
        { label: "Last frame", name: "pier_close.png", sent: 1153434, size: 1887437, done: false },
      ],
      note: { lead: "", text: "Nothing is charged yet." },
    }),
    sending: make({
      state: "submitting",
      title: "Sending request",
      clock: { since: now - 2, style: "seconds" },
      note: { lead: "", text: "Saved to history first, then sent once. It cannot be stopped from here after this." },
    }),
    rate_limited: make({
      state: "submitting",
      reason: "rate_limited",
      tone: "warn",
      icon: "timer",
      title: "Too many requests",
      detail: "try 2 of 5",
      countdown: {
        since: now - 6,
        until: now + 24,
        label: "Sends again in",
        text: "UlazAI asked for a pause. The request was not accepted, so nothing was charged.",
      },
      actions: [action("cancel", "Cancel", "header"), action("send-now", "Send now", "header")],
    }),
    offline: make({
      reason: "offline",
      tone: "warn",
      icon: "offline",
      title: "No connection",
      detail: "last seen rendering at 12:04",
      countdown: {
        since: now - 1,
        until: now + 8,
        label: "Trying again in",
        text: "Nothing is lost: the job runs on UlazAI and its ID is saved.",
      },
      actions: [action("try-now", "Try now", "header")],
    }),
    rendering: make({
      ...rendering,
      clock: { since: now - 72, style: "minutes" },
      next_check: now + 4,
    }),
    rendering_usual: make({
      ...rendering,
      clock: { since: now - 72, style: "minutes" },
      next_check: now + 4,
      usual,
    }),
    rendering_late: make({
      ...rendering,
      clock: { since: now - 161, style: "minutes" },
      next_check: now + 10,
      usual,
    }),
    resumed: make({
      ...rendering,
      reason: "resumed",
      clock: { since: now - 190, style: "minutes" },
      next_check: now + 2,
      note: { lead: "", text: "Picked up from history. Nothing was sent again." },
    }),
    not_watching: make({
      reason: "not_watching",
      tone: "quiet",
      icon: "eye-off",
      title: "Not watching",
      detail: "stopped at 1:20",
      note: { lead: "", text: "The job may still finish and cost credits." },
      actions: [action("watch-again", "Watch again")],
    }),
    ready: make({ ...ready, starred: true }),
    ready_rehearsed: make({
      ...ready,
      badge: "Sandbox",
      actions: [
        action("download", "Download"),
        action("render", "Render on UlazAI", "footer", { cost: "about 50 credits" }),
        action("remix", "Remix"),
        lastFrame,
        star,
        ...menu,
      ],
    }),
    ready_sandbox: make({
      ...ready,
      badge: "Sandbox",
      summary: [
        {
          lead: "Free.",
          text: "An animatic with the same timing and settings. Not a Seedance render.",
          kind: "credits",
        },
        { lead: "", text: "Rendered in 0:02", kind: "time" },
        { lead: "Saved to", text: "seedance/lighthouse-pier-1206.mp4", kind: "path" },
      ],
      actions: ready.actions?.map((item) => ({ ...item, cost: item.id === "new-take" ? "free" : "" })) ?? [],
    }),
    reused: make({
      ...ready,
      reason: "reused",
      tone: "info",
      icon: "again",
      title: "Same request as 12:03",
      detail: "shown again",
      summary: [],
      note: { lead: "0 credits.", text: "Nothing was sent." },
      small: true,
      starred: true,
      actions: [
        action("new-take", "New take", "footer", { cost: "about 50 credits" }),
        action("remix", "Remix"),
        action("download", "Download", "menu"),
        star,
        ...menu,
      ],
    }),
    portrait: make({ ...ready, width: 720, height: 1280, chips: [{ text: "9:16", icon: "" }] }),
    uncertain: make(uncertain),
    uncertain_hint: make({
      ...uncertain,
      attach: {
        title: "If the job is in your UlazAI dashboard",
        suggestion: "abc12345-1234",
        hint: "From the reply. Look whether your dashboard shows it before you attach it.",
      },
    }),
    no_credits: make({
      state: "failed",
      reason: "no_credits",
      tone: "bad",
      icon: "wallet",
      title: "Not enough credits",
      credits: { needed: 50, have: 7, text: "Not created, not charged. Welcome credits do not count for API use." },
      actions: [
        action("add-credits", "Add credits", "footer", { href: "https://ulazai.com" }),
        action("draft", "Draft at 480p, 4 s", "footer", { cost: "about 9 credits" }),
        action("rehearse", "Run in sandbox, free"),
        action("edit", "Edit and send"),
        action("try-again", "Try again", "footer", { cost: "about 50 credits" }),
        ...menu,
      ],
    }),
    failed: make({
      state: "failed",
      tone: "bad",
      icon: "error",
      title: "Failed",
      detail: "after 1:04",
      announcement: "UlazAI said “input image not allowed”.",
      facts: [
        { label: "Reason", text: "UlazAI said “input image not allowed”." },
        { label: "Credits", text: "50 taken at the start. The reply does not say whether they come back." },
        { label: "What to do", text: "Use another first frame, or remove it. Faces of real people are often refused." },
      ],
      generation_id: "abc12345-1234",
      actions: [action("edit", "Edit and send"), action("copy-report", "Copy report"), ...menu],
    }),
    bad_key: badKey,
    bad_key_entry: badKey,
    cancelled: make({
      state: "cancelled",
      tone: "quiet",
      icon: "stop",
      title: "Cancelled",
      note: { lead: "", text: "Nothing was sent or charged." },
      actions: [action("try-again", "Try again"), action("edit", "Edit and send"), ...menu],
    }),
    expired: make({
      state: "expired",
      tone: "warn",
      icon: "hourglass",
      title: "Expired",
      facts: [
        { label: "Reason", text: "The video was made, but its address has expired and it was not saved here." },
        { label: "Credits", text: "Its credits are spent." },
      ],
      generation_id: "abc12345-1234",
      actions: [action("check-again", "Check again"), action("edit", "Edit and send"), ...menu],
    }),
  };
}
