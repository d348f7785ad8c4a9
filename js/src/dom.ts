/** Small helpers over the DOM. Text is always text: nothing here parses HTML. */

export type Child = Node | string | null | undefined | false;
type Attributes = Record<string, string | number | boolean | null | undefined>;

/** An element with attributes (`class`, `aria-label`, ...) and children. False and null attributes are left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((child): child is Node | string => child != null && child !== false));
  return element;
}

/** Replace what is in an element, unless it is the same text already (which would be announced again). */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets an attribute to a value, or takes it away for null. */
export function setAttribute(element: Element, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** What has the focus within an element, or the element itself; null where neither has it. */
export function focusIn(element: HTMLElement): HTMLElement | null {
  const { activeElement } = element.getRootNode() as Document | ShadowRoot;
  return element.contains(activeElement) ? (activeElement as HTMLElement) : null;
}

/** An id that no other view on the page has. (`crypto.randomUUID` is missing where the page is not served over https.) */
export function uniqueId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `sdw-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** Calls back once, at the end of a life. */
export function atEnd(life: AbortSignal, callback: () => void): void {
  life.addEventListener("abort", callback, { once: true });
}

/** Calls back every `ms` milliseconds until the signal ends it. */
export function every(ms: number, signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) return;
  const timer = setInterval(callback, ms);
  atEnd(signal, () => clearInterval(timer));
}

/** Calls back once after `ms` milliseconds unless the signal ended before. */
export function later(ms: number, signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) return;
  const stop = () => clearTimeout(timer);
  const timer = setTimeout(() => {
    signal.removeEventListener("abort", stop);
    callback();
  }, ms);
  atEnd(signal, stop);
}

/** A signal that ends with its parent, or earlier by `end()`: the life of something shorter than its view. */
export function childLife(parent: AbortSignal): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const end = () => {
    parent.removeEventListener("abort", end);
    controller.abort();
  };
  if (parent.aborted) controller.abort();
  else atEnd(parent, end);
  return { signal: controller.signal, end };
}

/** Shows a picture from bytes; its address is given back when the picture changes or the view ends. */
export class Picture {
  readonly element = h("img", { alt: "", hidden: true, draggable: "false" });
  #bytes: DataView | null = null;
  #url = "";

  constructor(className: string, signal: AbortSignal) {
    this.element.className = className;
    atEnd(signal, () => this.#release());
  }

  get shown(): boolean {
    return this.#url !== "";
  }

  get url(): string {
    return this.#url;
  }

  show(bytes: DataView | null | undefined): void {
    if (bytes === this.#bytes) return;
    this.#release();
    this.#bytes = bytes ?? null;
    if (bytes && bytes.byteLength > 0) {
      this.#url = URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/jpeg" }));
      this.element.src = this.#url;
    } else {
      this.element.removeAttribute("src");
    }
    this.element.hidden = this.#url === "";
  }

  #release(): void {
    if (this.#url) URL.revokeObjectURL(this.#url);
    this.#url = "";
  }
}

const LETTERS_OF_EDITING = new Set(["a", "c", "v", "x", "y", "z"]);

/**
 * Keeps the notebook's own shortcuts from firing on keys meant for us. What is held with Ctrl or Cmd and is not editing
 * passes (Ctrl+S still saves the notebook); Ctrl+Enter and Shift+Enter do not run the cell.
 */
export function shieldKeys(root: HTMLElement, signal: AbortSignal): void {
  const shield = (event: KeyboardEvent) => {
    const command = event.ctrlKey || event.metaKey;
    const ours = event.key === "Enter" || event.key.length > 1 || LETTERS_OF_EDITING.has(event.key.toLowerCase());
    if (!command || ours) event.stopPropagation();
  };
  for (const name of ["keydown", "keypress", "keyup"] as const) root.addEventListener(name, shield, { signal });
}
