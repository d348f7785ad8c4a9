import { expect, test, vi } from "vitest";
import { Children } from "../src/children.ts";

function host() {
  const rendered: string[] = [];
  const ended: string[] = [];
  const getWidget = vi.fn(async (reference: string) => ({
    exports: undefined,
    async render({ el, signal }: { el: HTMLElement; signal?: AbortSignal }) {
      rendered.push(reference);
      el.textContent = reference;
      signal?.addEventListener("abort", () => ended.push(reference));
    },
  }));
  return { host: { getWidget } as never, rendered, ended };
}

test("children are drawn in their order, kept while they stay, and ended when they go", async () => {
  const { host: fake, rendered, ended } = host();
  const props = { model: {} as never, host: fake, signal: new AbortController().signal };
  const children = new Children(props, "");
  children.show(["anywidget:a"]);
  children.show(["anywidget:b", "anywidget:a"]);
  await vi.waitFor(() => expect(children.element.textContent).toBe("anywidget:banywidget:a"));
  children.show(["anywidget:b"]);
  expect(rendered).toEqual(["anywidget:a", "anywidget:b"]);
  expect(ended).toEqual(["anywidget:a"]);
  expect(children.element.childElementCount).toBe(1);
});

test("where the host cannot find them, a line says where to look", async () => {
  const props = { model: {} as never, signal: new AbortController().signal };
  const children = new Children(props, "Run form.jobs[-1] in a cell.");
  children.show(["anywidget:a", 7, "other"]);
  await vi.waitFor(() => expect(children.element.textContent).toBe("Run form.jobs[-1] in a cell."));
});
