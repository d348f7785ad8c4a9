/** The gallery: full, with takes chosen, with one take, with nothing in it, filtered to nothing. */
import type { Card, Shelf } from "../src/gallery_protocol.ts";

const PIER = "A lighthouse keeper walks to the end of a wooden pier at dusk and slowly raises a brass lantern";

export function card(id: string, changes: Partial<Card> = {}): Card {
  return {
    key: `2026-11-22 ${id}`,
    id,
    ids: [id],
    prompt: PIER,
    brief: "",
    kind: "ready",
    tone: "good",
    icon: "check",
    title: "Ready",
    detail: "",
    since: null,
    usual: "",
    length: 8,
    meta: "12:06 · 720p · sound",
    credits: "50 credits",
    badge: "",
    starred: false,
    video: true,
    origin: null,
    ...changes,
  };
}

const remix = { link: "Remix of", take: "a", name: "A lighthouse keeper walks to the end of" };
const failed = { kind: "failed", tone: "bad", icon: "error", title: "Failed", video: false } as const;
const uncertain = { kind: "uncertain", tone: "warn", icon: "question", title: "Uncertain", video: false } as const;
const running = { kind: "running", tone: "busy", icon: "", title: "Rendering", video: false } as const;

function cards(now: number): Card[] {
  return [
    card("a", {
      brief: "A lighthouse keeper … lantern",
      ids: ["a", "a2", "a3"],
      credits: "150 credits",
      starred: true,
    }),
    card("b", {
      prompt: `${PIER}, at dawn`,
      brief: "A lighthouse keeper … lantern, at dawn",
      meta: "11:52 · 720p · sound",
      origin: remix,
    }),
    card("c", {
      prompt: `${PIER}, before a storm`,
      brief: "A lighthouse keeper … lantern, before a storm",
      meta: "11:40 · 720p",
      length: 12,
      origin: remix,
    }),
    card("d", {
      ...running,
      prompt: "A walker with a red umbrella crosses a neon street in the rain, reflections on wet asphalt",
      since: now - 44,
      usual: "usually 1:50–2:40",
      meta: "12:14 · 1080p",
      credits: "80 credits",
    }),
    card("e", { prompt: "A cinematic close-up of a chef flipping noodles in slow motion", starred: true }),
    card("f-tall", {
      prompt: "A walker with a red umbrella stops under a neon sign",
      origin: { link: "From last frame of", take: "d", name: "A walker with a red umbrella crosses" },
    }),
    card("g", {
      ...failed,
      prompt: "A woman turns from the window",
      detail: "First frame was refused",
      credits: "not known",
    }),
    card("h", {
      ...uncertain,
      prompt: "A caravan crosses a ridge",
      detail: "Reply lost, not sent again",
      credits: "not known",
    }),
    card("i", { ids: ["i", "i2"], prompt: "A whale glides under shafts of light, slow rise", credits: "100 credits" }),
    card("j-tall", { prompt: "An angler drifts on a misty lake, fixed lens", credits: "40 credits" }),
    card("k", { prompt: "<img src=x onerror=alert(1)> & <b>bold</b>", meta: "16:02 · 1080p", credits: "80 credits" }),
    card("l", { prompt: "A caravan crosses a ridge at golden hour, wide", badge: "Sandbox", credits: "Free" }),
  ];
}

export function shelf(changes: Partial<Shelf> = {}, now = Date.now() / 1000): Shelf {
  return {
    version: 1,
    title: "15 videos · 665 credits, 2 not known · 2 min 4 s",
    kinds: [
      { value: "", label: "All", count: 15 },
      { value: "ready", label: "Ready", count: 12 },
      { value: "running", label: "Running", count: 1 },
      { value: "failed", label: "Failed", count: 1 },
      { value: "uncertain", label: "Uncertain", count: 1 },
    ],
    days: [
      { label: "Today", detail: "10 videos · 445 credits, 2 not known", cards: 8 },
      { label: "Yesterday", detail: "5 videos · 220 credits", cards: 4 },
    ],
    dates: [
      { days: 1, label: "Today" },
      { days: 7, label: "Last 7 days" },
      { days: 30, label: "Last 30 days" },
      { days: 0, label: "All time" },
    ],
    filter: { search: "", state: "", starred: false, days: 7 },
    nothing: "",
    removed: null,
    first: cards(now),
    now,
    ...changes,
  };
}

const none = (kinds: Shelf["kinds"]) => kinds.map((kind) => ({ ...kind, count: 0 }));

export function galleries(): Record<string, Shelf> {
  const { kinds } = shelf();
  const empty = { title: "0 videos", days: [], first: [], kinds: none(kinds) };
  return {
    gallery: shelf(),
    gallery_chosen: shelf(),
    gallery_one: shelf({
      title: "1 video · 50 credits · 8 s",
      days: [{ label: "Today", detail: "1 video · 50 credits", cards: 1 }],
      first: [card("z")],
      removed: { text: "3 takes removed, and in the trash for 30 days.", takes: ["x", "y", "w"] },
      kinds: kinds.map((kind, index) => ({ ...kind, count: index < 2 ? 1 : 0 })),
    }),
    gallery_empty: shelf({ ...empty, nothing: "No takes yet. New video makes the first." }),
    gallery_nothing: shelf({
      ...empty,
      nothing: "No take is like that.",
      filter: { search: "zeppelin", state: "ready", starred: true, days: 0 },
    }),
  };
}

/** What a person has done in some of them. */
export const CHOSEN: Record<string, (place: Element) => void> = {
  gallery_chosen(place) {
    for (const box of [...place.querySelectorAll<HTMLInputElement>('[aria-label="Select"]')].slice(0, 3)) box.click();
  },
};
