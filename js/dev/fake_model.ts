/** A model without Jupyter: traits in memory, what the page sends kept in a list. For tests and the page of states. */
import type { AnyModel } from "@anywidget/types";

type Callback = (...args: unknown[]) => void;

export class FakeModel<Traits extends Record<string, unknown>> {
  readonly sent: { content: Record<string, unknown>; buffers: ArrayBuffer[] }[] = [];
  readonly #listeners = new Map<string, Set<Callback>>();
  onSend: (content: Record<string, unknown>) => void = () => {};
  readonly widget_manager = {} as AnyModel["widget_manager"];

  constructor(private readonly traits: Traits) {}

  get = <Name extends keyof Traits>(name: Name): Traits[Name] => this.traits[name];

  set = <Name extends keyof Traits>(name: Name, value: Traits[Name]): void => {
    if (this.traits[name] === value) return;
    this.traits[name] = value;
    this.#call(`change:${String(name)}`);
  };

  save_changes = (): void => {};

  on = (name: string, callback: Callback): void => {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(callback));
  };

  off = (name?: string | null, callback?: Callback | null): void => {
    if (name && callback) this.#listeners.get(name)?.delete(callback);
  };

  send = (content: Record<string, unknown>, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void => {
    this.sent.push({ content, buffers });
    this.onSend(content);
  };

  /** A message from Python. */
  receive(content: unknown, buffers: DataView[] = []): void {
    this.#call("msg:custom", content, buffers);
  }

  /** How many callbacks are still there. */
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0);
  }

  asModel<T extends Record<string, unknown>>(): AnyModel<T> {
    return this as unknown as AnyModel<T>;
  }

  #call(name: string, ...args: unknown[]): void {
    for (const callback of [...(this.#listeners.get(name) ?? [])]) callback(...args);
  }
}
