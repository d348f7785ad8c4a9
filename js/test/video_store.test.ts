import { expect, test } from "vitest";
import { VideoStore } from "../src/video_store.ts";
import { chunk } from "./helpers.ts";

function store() {
  const told: { kind: string; token: string }[] = [];
  return { videos: new VideoStore((message) => told.push(message)), told };
}

const give = (videos: VideoStore, sent: ReturnType<typeof chunk>) => videos.receive(sent.content, sent.buffers);

test("chunks make one video, whatever their order and however often they come", async () => {
  const { videos, told } = store();
  let whole = 0;
  videos.subscribe(new AbortController().signal, () => {
    whole += 1;
  });
  for (const sent of [
    chunk("t", 2, 3, [5], 5),
    chunk("t", 0, 3, [1, 2], 5),
    chunk("t", 2, 3, [5], 5),
    chunk("t", 1, 3, [3, 4], 5),
  ]) {
    give(videos, sent);
  }
  const blob = videos.get("t");
  expect(new Uint8Array((await blob?.arrayBuffer()) ?? new ArrayBuffer(0))).toEqual(new Uint8Array([1, 2, 3, 4, 5]));
  expect(blob?.type).toBe("video/mp4");
  expect(told).toEqual([{ kind: "video-have", token: "t" }]);
  expect(whole).toBe(1);
});

test("a second push of a video that is here is answered and not kept", () => {
  const { videos, told } = store();
  give(videos, chunk("t", 0, 1, [1], 1));
  const first = videos.get("t");
  give(videos, chunk("t", 0, 1, [1], 1));
  expect(videos.get("t")).toBe(first);
  expect(told).toHaveLength(2);
});

test("chunks that contradict themselves are dropped", () => {
  const { videos, told } = store();
  const good = chunk("t", 0, 1, [1], 1);
  for (const wrong of [
    { index: 1 },
    { index: -1 },
    { count: 0 },
    { count: 5 },
    { size: Number.NaN },
    { size: 2 ** 40 },
    { token: 7 },
    { type: null },
  ]) {
    videos.receive({ ...good.content, ...wrong }, good.buffers);
  }
  videos.receive(good.content, []);
  videos.receive({ ...good.content, size: 3 }, good.buffers); // whole, but of another size
  expect(videos.get("t")).toBeNull();
  expect(told).toEqual([]);
});

test("what is missing is asked for, what is here is not", () => {
  const { videos, told } = store();
  videos.want("t");
  give(videos, chunk("t", 0, 1, [1], 1));
  videos.want("t");
  expect(told.map((message) => message.kind)).toEqual(["video-want", "video-have"]);
});
