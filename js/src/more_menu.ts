/** The menu behind "More actions": what is needed now and then. It lies over the page, so that no frame cuts it off. */
import { button } from "./controls.ts";
import { childLife, h, uniqueId } from "./dom.ts";
import type { IconName } from "./icons.ts";
import type { Action } from "./protocol.ts";

/** What the button of a menu shows, and what it and the menu are called. */
interface Look {
  label: string;
  icon: IconName;
  bare: boolean;
  /** How the button is found again when it is drawn anew. */
  action: string;
}

const MORE: Look = { label: "More actions", icon: "more", bare: true, action: "more" };

/** The button, and the menu it opens. The items stay while it is closed, so that they can be found. */
export class MoreMenu<Item = Action> {
  readonly button: HTMLButtonElement;
  readonly element: HTMLElement;
  readonly #id = uniqueId();
  #life: ReturnType<typeof childLife> | null = null;

  /** `items` as a function: they are made when the menu opens, for a page that holds many menus. */
  constructor(
    private readonly items: readonly Item[] | (() => readonly Item[]),
    private readonly signal: AbortSignal,
    private readonly make: (item: Item) => HTMLElement,
    look = MORE,
  ) {
    this.element = h("div", {
      class: "sdw-more",
      role: "menu",
      id: this.#id,
      "aria-label": look.label,
      hidden: true,
    });
    if (typeof items !== "function") this.offer(items);
    this.button = button(look, signal, () => this.#toggle());
    this.button.dataset.action = look.action;
    this.button.setAttribute("aria-haspopup", "menu");
    this.button.setAttribute("aria-expanded", "false");
    this.button.setAttribute("aria-controls", this.#id);
    this.element.addEventListener("keydown", (event) => this.#key(event), { signal });
    // After the action: a question it asks gives the focus back to the button that is there then.
    this.element.addEventListener("click", () => this.close(), { signal });
  }

  /** The items, in place of those before. */
  offer(items: readonly Item[]): void {
    const made = items.map((item) => this.make(item));
    for (const element of made) {
      element.setAttribute("role", "menuitem");
      element.tabIndex = -1;
    }
    this.element.replaceChildren(...made);
  }

  close(): void {
    if (!this.#life) return;
    const inside = this.element.contains((this.element.getRootNode() as Document | ShadowRoot).activeElement);
    this.#life.end();
    this.#life = null;
    if (this.element.isConnected) this.element.hidePopover?.();
    this.element.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (inside) this.button.focus();
  }

  #toggle(): void {
    if (this.#life) this.close();
    else this.#open();
  }

  #open(): void {
    this.#life = childLife(this.signal);
    const { signal } = this.#life;
    if (typeof this.items === "function") this.offer(this.items());
    this.element.hidden = false;
    this.element.popover = "manual";
    this.element.showPopover?.();
    this.#place();
    this.button.setAttribute("aria-expanded", "true");
    this.#items()[0]?.focus();
    const away = (event: Event) => {
      const path = event.composedPath();
      if (!path.includes(this.element) && !path.includes(this.button)) this.close();
    };
    document.addEventListener("pointerdown", away, { signal, capture: true });
    document.addEventListener("scroll", () => this.close(), { signal, capture: true, passive: true });
    this.element.addEventListener(
      "focusout",
      (event) => {
        const next = event.relatedTarget as Node | null;
        if (next && !this.element.contains(next) && next !== this.button) this.close();
      },
      { signal },
    );
  }

  #place(): void {
    const from = this.button.getBoundingClientRect();
    const own = this.element.getBoundingClientRect();
    const below = from.bottom + 4;
    const top = below + own.height > window.innerHeight ? Math.max(4, from.top - 4 - own.height) : below;
    this.element.style.top = `${top}px`;
    this.element.style.left = `${Math.max(4, from.right - own.width)}px`;
  }

  #key(event: KeyboardEvent): void {
    const items = this.#items();
    const at = items.indexOf(event.target as HTMLElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) items[(to + items.length) % items.length]?.focus();
    else if (event.key === "Escape" || event.key === "Tab") this.close();
    else return;
    if (event.key !== "Tab") event.preventDefault();
    event.stopPropagation();
  }

  #items(): HTMLElement[] {
    return [...this.element.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  }
}
