// Builds one bundle for each widget into the Python package, and the developer's page of states into dev/dist; with
// --states-in=FOLDER the page alone, into that folder.
import { build, context } from "esbuild";

const watch = process.argv.includes("--watch");
const states = process.argv.includes("--states") || watch;
const elsewhere = process.argv.find((argument) => argument.startsWith("--states-in="))?.split("=")[1];

/** @type {import("esbuild").BuildOptions} */
const common = {
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: !watch,
  sourcemap: watch ? "inline" : false,
  legalComments: "none",
  charset: "utf8",
  logLevel: "info",
};

const widgets = {
  ...common,
  entryPoints: [
    ...["compare", "form", "gallery", "job_view", "sweep"].map((name) => `src/${name}.ts`),
    "src/widgets.css", // one for all: see there
  ],
  outdir: "../seedance_widgets/static",
};
const page = { ...common, entryPoints: ["dev/states.ts", "dev/states.css"], outdir: elsewhere ?? "dev/dist" };

for (const options of elsewhere ? [page] : states ? [widgets, page] : [widgets]) {
  if (watch) await (await context(options)).watch();
  else await build(options);
}
