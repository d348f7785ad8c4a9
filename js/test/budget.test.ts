import { build } from "esbuild";
import { expect, test } from "vitest";

/** Each saved notebook may hold one copy for each widget. */
const MOST_BYTES = { compare: 40 * 1024, form: 62 * 1024, gallery: 40 * 1024, job_view: 44 * 1024, sweep: 38 * 1024 };

test.each(["compare", "form", "gallery", "job_view", "sweep"] as const)(
  "the bundle of %s stays small",
  async (name) => {
    const built = await build({
      entryPoints: [`src/${name}.ts`],
      bundle: true,
      format: "esm",
      target: ["es2022"],
      minify: true,
      write: false,
    });
    const bytes = built.outputFiles[0]?.contents.byteLength ?? 0;
    expect(bytes).toBeGreaterThan(1000);
    expect(bytes).toBeLessThan(MOST_BYTES[name]);
  },
);

test("the styles of all widgets, which each of them brings, stay small", async () => {
  const built = await build({ entryPoints: ["src/widgets.css"], bundle: true, minify: true, write: false });
  expect(built.outputFiles[0]?.contents.byteLength).toBeLessThan(80 * 1024);
});
