/** Forms whose guide images are in each of their states. */
import type { FormTraits, Slot } from "../src/protocol.ts";

const EMPTY: Slot = { state: "empty", name: "", detail: "", message: "" };
export const TALL: Slot = {
  ...EMPTY,
  state: "filled",
  name: "pier_dusk.png",
  detail: "crops to 16:9",
  picture: {
    width: 1280,
    height: 960,
    crop: [0, 120, 1280, 720],
    proposal: { text: "This picture is 4:3.", ratio: "4:3" },
  },
};

type Make = (changes: Partial<FormTraits>) => FormTraits;

export function imageForms(make: Make): Record<string, FormTraits> {
  const fits: Slot = { ...TALL, detail: "fits 4:3", picture: { width: 1280, height: 960, crop: null, proposal: null } };
  return {
    form_crop: make({ slots: [TALL, EMPTY] }),
    form_crop_wide: make({
      aspect_ratio: "9:16",
      slots: [
        {
          ...TALL,
          detail: "crops to 9:16",
          picture: {
            width: 1280,
            height: 960,
            crop: [100, 0, 540, 960],
            proposal: { text: "This picture is 4:3.", ratio: "4:3" },
          },
        },
        { ...EMPTY, state: "checking", name: "harbour.webp", detail: "3.1 MB", message: "Checking image" },
      ],
    }),
    form_crop_none: make({
      aspect_ratio: "4:3",
      slots: [fits, { ...EMPTY, state: "filled", name: "an-address.png", detail: "from the web" }],
    }),
    form_from_video: make({
      resolution: "1080p",
      slots: [
        {
          ...TALL,
          name: "From “Lighthouse pier”",
          origin: { title: "From “Lighthouse pier”", text: "Its last frame, taken at 8.04 s" },
          check: {
            id: "first-frame",
            severity: "hint",
            message: "The first frame is 864 × 486 px. Enlarged to 1920 × 1080 it may look soft.",
            start: 0,
            end: 0,
            fix: { label: "Use 720p", short: "Use 720p", changes: { resolution: "720p" } },
          },
        },
        { ...EMPTY, state: "checking", name: "harbour.mp4", detail: "12.4 MB", message: "Taking its first frame" },
      ],
    }),
    form_crop_adjusting: make({ slots: [TALL, EMPTY] }),
    form_drop: make({ slots: [TALL, EMPTY] }),
  };
}

/** What a person did to see a state. */
export const HANDLED: Record<string, (place: HTMLElement) => void> = {
  form_crop_adjusting: (place) =>
    place.querySelector<HTMLElement>('[aria-label="Adjust crop of first frame"]')?.click(),
  form_drop: (place) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File(["x"], "pier.png"));
    place.querySelectorAll(".sdw-slot")[1]?.dispatchEvent(new DragEvent("dragenter", { dataTransfer }));
  },
};
