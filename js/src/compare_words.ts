/** What differs between takes, in columns below them: prompts, settings, and what can be done with each. */
import type { Comparison, Piece, Take } from "./compare_protocol.ts";
import { button } from "./controls.ts";
import { h, uniqueId } from "./dom.ts";
import type { Drawn } from "./part.ts";

const SAID = { removed: "removed: ", added: "added: " } as const;

/** A heading, a word at its right, and a column for each take. */
function section(title: string, aside: string, cells: HTMLElement[]): Drawn {
  const id = uniqueId();
  const head = h("div", { class: "sdw-compare-section" }, h("strong", { id, class: "sdw-title" }, title));
  if (aside) head.append(h("span", { class: "sdw-secondary" }, aside));
  const columns = h("div", { class: "sdw-compare-columns", role: "group", "aria-labelledby": id }, ...cells);
  return { nodes: [head, columns] };
}

function column({ letter, job_id }: Take, ...content: Node[]): HTMLElement {
  const mark = h("strong", { class: "sdw-letter sdw-column-letter" }, h("span", { class: "sdw-sr" }, "Take "), letter);
  return h("div", { class: "sdw-compare-column", "data-take": job_id }, mark, h("div", {}, ...content));
}

export function drawPrompts({ takes }: Comparison): Drawn {
  const differ = takes.some(({ prompt }) => prompt.some(({ kind }) => kind !== "same"));
  const cells = takes.map((take) =>
    column(take, h("p", { class: "sdw-compare-prompt", dir: "auto" }, ...take.prompt.flatMap(drawPiece))),
  );
  return section("Prompt", differ ? `words that differ from ${takes[0]?.letter}` : "the same in all", cells);
}

/** Removed words are struck, added ones underlined; both are also said. Spaces around them are neither. */
function drawPiece({ kind, text }: Piece): (Node | string)[] {
  if (kind === "same") return [text];
  const [, before = "", words = "", after = ""] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  const tag = kind === "removed" ? "del" : "ins";
  if (!words) return [h(tag, { class: "sdw-piece" }, text)];
  const mark = h(tag, { class: "sdw-piece" }, h("span", { class: "sdw-sr" }, SAID[kind]), words);
  return [before, mark, after || (kind === "removed" ? " " : "")];
}

export function drawSettings({ takes, same }: Comparison): Drawn {
  const cells = takes.map((take) => {
    const rows = take.settings.map(({ label, text, changed }) => {
      const said = changed ? h("span", { class: "sdw-sr" }, `, not as in ${takes[0]?.letter}`) : null;
      const value = h("dd", {}, h("span", { class: changed ? "sdw-changed" : "" }, text, said));
      return h("div", {}, h("dt", {}, label), value);
    });
    return column(take, h("dl", { class: "sdw-compare-settings" }, ...rows));
  });
  return section("Settings", same, cells);
}

export type TakeAction = "remix" | "use-last-frame" | "download";

export function drawActions(
  { takes }: Comparison,
  signal: AbortSignal,
  act: (action: TakeAction, take: Take, button: HTMLButtonElement) => void,
): Drawn {
  const make = (take: Take, action: TakeAction, options: Parameters<typeof button>[0], name: string) => {
    const element = button(options, signal, (event) => {
      if (event.detail < 2 && element.getAttribute("aria-disabled") !== "true") act(action, take, element);
    });
    element.setAttribute("aria-label", name);
    element.title = name;
    element.dataset.action = `${action}-${take.job_id}`;
    return element;
  };
  const cells = takes.map((take) =>
    column(
      take,
      h(
        "div",
        { class: "sdw-row" },
        make(take, "remix", { label: "Remix", icon: "remix" }, `Remix take ${take.letter}`),
        make(
          take,
          "use-last-frame",
          { label: "Use last frame", icon: "onward" },
          `Use last frame of take ${take.letter}`,
        ),
        make(take, "download", { label: "Download", icon: "drop", bare: true }, `Download take ${take.letter}`),
      ),
    ),
  );
  return { nodes: [h("div", { class: "sdw-compare-columns" }, ...cells)] };
}
