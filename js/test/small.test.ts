import { describe, expect, test } from "vitest";
import { KernelClock } from "../src/clock.ts";
import { codePoints, megabytes, minutes, position, thousands } from "../src/format.ts";
import { posterImage, shapeOf } from "../src/posters.ts";
import { hasKind } from "../src/protocol.ts";

describe("numbers are written as people read them", () => {
  test("characters are counted as Python counts them", () => {
    expect(codePoints("A 🦊 in snow")).toBe(11);
    expect(codePoints("e\u0301")).toBe(2); // e and its accent, apart
  });
  test.each([
    [2500, "2,500"],
    [999, "999"],
    [1234567, "1,234,567"],
  ])("%d is %s", (value, text) => expect(thousands(value)).toBe(text));
  test.each([
    [0, "0:00"],
    [72.9, "1:12"],
    [3723, "1:02:03"],
    [-4, "0:00"],
  ])("%d seconds are %s", (value, text) => expect(minutes(value)).toBe(text));
  test.each([
    [0, "0:00.00"],
    [3.375, "0:03.38"],
    [59.999, "1:00.00"],
    [Number.NaN, "0:00.00"],
  ])("%d seconds into a video are %s", (value, text) => expect(position(value)).toBe(text));
  test.each([
    [1, "1 kB"],
    [1887437, "1.8 MB"],
    [10 * 1024 * 1024, "10 MB"],
  ])("%d bytes are %s", (value, text) => expect(megabytes(value)).toBe(text));
});

describe("the kernel's clock", () => {
  test("a live snapshot tells the difference of the clocks", () => {
    const clock = new KernelClock(() => 1000);
    clock.learn(1100, true);
    expect(clock.now()).toBe(1100);
    clock.learn(900, true);
    expect(clock.now()).toBe(900);
  });
  test("an old snapshot is taken for old, not for a slow clock", () => {
    const clock = new KernelClock(() => 1000);
    clock.learn(400, false);
    expect(clock.now()).toBe(1000);
    clock.learn(1300, false);
    expect(clock.now()).toBe(1300);
  });
  test("the time a message travels is no difference", () => {
    const clock = new KernelClock(() => 1000);
    clock.learn(999.6, true);
    expect(clock.now()).toBe(1000);
  });
});

test("only known kinds of message are looked at", () => {
  expect(hasKind({ kind: "answer" }, ["answer"])).toBe(true);
  for (const junk of [null, undefined, 4, "answer", [], {}, { kind: 4 }, { kind: "other" }]) {
    expect(hasKind(junk, ["answer"])).toBe(false);
  }
});

test("a picture of about the shape of its place fills it, and any other is seen whole", () => {
  const life = new AbortController();
  const image = posterImage(life.signal);
  const load = (naturalWidth: number, naturalHeight: number) => {
    Object.defineProperties(image, {
      naturalWidth: { value: naturalWidth, configurable: true },
      naturalHeight: { value: naturalHeight, configurable: true },
    });
    image.dispatchEvent(new Event("load"));
    return [image.hasAttribute("data-fills"), shapeOf(image)];
  };
  expect(load(1280, 720)).toEqual([true, 1]);
  expect(load(864, 496)).toEqual([true, 1]);
  expect(load(496, 864)[0]).toBe(false);
  expect(load(992, 432)[0]).toBe(false);
  expect(load(752, 560)[1]).toBeCloseTo(0.755, 2);
  life.abort();
});
