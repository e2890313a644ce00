import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import type { Comm, CommMessage } from "../comms.js";
import { currentKernel } from "../kernel.js";
import { DISPLAY, type MimeBundle } from "../mime.js";
import { insertBuffers, isPlainObject, sameState } from "../wire/buffers.js";
import { handleMessage, throughout } from "./handling.js";
import { begin, wake } from "./lifetimes.js";
import { checkListener, type Event, type Listener, Listeners } from "./listeners.js";
import {
  echoes,
  mapLeaves,
  referenceTo,
  referred,
  VIEW_MIME,
  WIDGET_PROTOCOL,
  WIDGET_TARGET,
  widgetMessage,
} from "./widget-messages.js";
import { openWidgets, prepareWidgets } from "./widget-registry.js";
import type { AnyWidget, Change, PropertyRules, WidgetOptions, WidgetState } from "./widget-types.js";

export type {
  AnyWidget,
  Change,
  PropertyRules,
  WidgetClass,
  WidgetOptions,
  WidgetState,
} from "./widget-types.js";

/**
 * A widget model whose other half lives in the browser (Jupyter widget messaging protocol 2.1.0). Needs a notebook
 * kernel: constructing one in plain Node is an error.
 */
export class Widget<S extends object> implements AnyWidget {
  readonly id: string;
  readonly #state: WidgetState<S>;
  readonly #about: Record<string, unknown>;
  readonly #rules: Record<string, PropertyRules | undefined>;
  readonly #check: NonNullable<WidgetOptions<S>["check"]>;
  readonly #listeners = new Listeners();
  /** What a front end has just sent, or was sent since, as on the wire: not sent to it again. */
  #lastSent: Map<string, unknown> | null = null;
  #postponed: Set<string> | null = null;
  /** Null at rest, when no front end has it, and when it is closed. */
  #comm: Comm | null = null;
  #closed = false;

  constructor({ model, view = null, state, properties = {}, check, comm }: WidgetOptions<S>) {
    this.#rules = properties as Record<string, PropertyRules | undefined>;
    this.#check = check ?? (() => ({}));
    this.#state = { _view_count: null, ...state };
    this.#about = {
      _model_module: model.module,
      _model_module_version: model.version,
      _model_name: model.name,
      _view_module: view?.module ?? null,
      _view_module_version: view?.version ?? "",
      _view_name: view?.name ?? null,
    };
    this.id = comm?.id ?? randomUUID();
    this.#open(comm);
    begin(this, { open: () => this.#open(), rest: () => this.#rest() });
  }

  /** Whether it was closed, here or by a front end. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Everything that is synced, as it travels: module names included, widgets as references. */
  fullState(): Record<string, unknown> {
    return { ...this.#about, ...this.#wire(Object.keys(this.#state)) };
  }

  get<K extends keyof WidgetState<S>>(key: K): WidgetState<S>[K] {
    return this.#state[key];
  }

  /**
   * Sets properties, sends those that changed in one message, and tells the listeners.
   * @throws RangeError or TypeError naming the property, before anything is changed
   */
  set(change: Partial<WidgetState<S>>): void {
    this.#apply(this.#checked(change));
  }

  /** Collects the changes that `work` makes, until it returns or its promise settles, into one message. */
  holdSync<T>(work: () => T): T {
    if (this.#postponed) return work();
    const postponed = new Set<string>();
    this.#postponed = postponed;
    return throughout(work, () => {
      this.#postponed = null;
      this.#send([...postponed]);
    });
  }

  /**
   * Listens to one property (`change:name`: new value, old value), to all (`change`: every change of one `set`), to
   * custom messages of a front end (`message`: content, buffers) or to the end (`close`). @returns how to stop
   */
  on<K extends keyof WidgetState<S> & string>(
    event: `change:${K}`,
    listener: (value: WidgetState<S>[K], old: WidgetState<S>[K]) => unknown,
  ): () => void;
  on(event: "change", listener: (changes: Change<unknown, this>[]) => unknown): () => void;
  on(event: "message", listener: (content: unknown, buffers: Uint8Array[]) => unknown): () => void;
  on(event: "close", listener: () => unknown): () => void;
  on(event: string, listener: Listener): () => void {
    this.#checkEvent("on", event, listener);
    return this.#listeners.add(event, listener);
  }

  /** As {@link on}, for one time. */
  once<K extends keyof WidgetState<S> & string>(
    event: `change:${K}`,
    listener: (value: WidgetState<S>[K], old: WidgetState<S>[K]) => unknown,
  ): () => void;
  once(event: "change", listener: (changes: Change<unknown, this>[]) => unknown): () => void;
  once(event: "message", listener: (content: unknown, buffers: Uint8Array[]) => unknown): () => void;
  once(event: "close", listener: () => unknown): () => void;
  once(event: string, listener: Listener): () => void {
    this.#checkEvent("once", event, listener);
    return this.#listeners.add(event, listener, { once: true });
  }

  /** Stops one listener; without it all of the event, without an event all. */
  off(event?: string, listener?: Listener): void {
    this.#listeners.remove(event, listener);
  }

  /**
   * As in ipywidgets: `listener` gets `{name, old, new, owner}` for the named properties, or for every one:
   * `slider.observe((change) => console.log(change.new), "value")`.
   * @returns how to stop
   * @throws TypeError for a listener that is no function, RangeError for a name that is no property
   */
  observe<K extends keyof WidgetState<S> & string>(
    listener: (change: Change<WidgetState<S>[K], this>) => unknown,
    names?: K | readonly K[],
  ): () => void {
    checkListener(listener, `${this.#name}.observe`, 'observe(listener, "value")');
    const wanted = names === undefined ? null : new Set(this.#properties([names].flat()));
    const tell = (changes: Change<never, this>[]) => {
      for (const change of changes) if (!wanted || wanted.has(change.name)) listener(change);
    };
    return this.#listeners.add("change", tell as Listener, { known: listener, names: wanted });
  }

  /** Stops a listener that {@link observe} was given: for the named properties, or wholly. */
  unobserve(
    listener: (change: never) => unknown,
    names?: (keyof WidgetState<S> & string) | readonly (keyof WidgetState<S> & string)[],
  ): void {
    checkListener(listener, `${this.#name}.unobserve`, 'unobserve(listener, "value")');
    if (names === undefined) this.#listeners.remove("change", listener);
    else this.#listeners.narrow("change", listener, this.#properties([names].flat()));
  }

  /** Listens to custom messages of the front end. @returns how to stop */
  onMessage(listener: (content: unknown, buffers: Uint8Array[]) => unknown): () => void {
    checkListener(listener, `${this.#name}.onMessage`, "onMessage(listener)");
    return this.on("message", listener);
  }

  /** Listens to an event of a subclass, which {@link emit} tells of. */
  protected listen(event: string, listener: Listener): () => void {
    return this.#listeners.add(event, listener);
  }

  protected emit(event: string, ...args: unknown[]): void {
    this.#listeners.emit([event, ...args]);
  }

  /** Sends a custom message to every view. */
  send(content: unknown, buffers: readonly (ArrayBuffer | ArrayBufferView)[] = []): void {
    this.#comm?.send({ method: "custom", content }, { buffers, metadata: { version: WIDGET_PROTOCOL } });
  }

  /** Sends properties again, all of them by default. For a value that was changed in place. */
  sendState(keys?: readonly (keyof WidgetState<S>)[]): void {
    if (!this.#comm) return;
    this.#wakeParts();
    const state = keys ? this.#wire(keys as readonly string[]) : this.fullState();
    for (const [key, value] of Object.entries(state))
      if (this.#lastSent?.has(key)) this.#lastSent.set(key, value);
    if (Object.keys(state).length > 0) this.#update(state);
  }

  /** Removes the widget from every front end. */
  close(): void {
    this.#comm?.close();
    this.#forget();
  }

  /** `using slider = new IntSlider()` closes it at the end of its block. */
  [Symbol.dispose](): void {
    this.close();
  }

  toString(): string {
    return `${this.#name}(${this.id})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  [DISPLAY](): MimeBundle | Promise<MimeBundle> {
    const text = this.toString();
    const plain = { "text/plain": text.length > 110 ? `${text.slice(0, 110)}…` : text };
    return this.#about._view_name === null || this.#closed ? plain : { ...this.viewBundle(), ...plain };
  }

  /** The part of a bundle that shows this widget. */
  viewBundle(): MimeBundle {
    wake(this);
    return { [VIEW_MIME]: { version_major: 2, version_minor: 0, model_id: this.id } };
  }

  /** Makes it known to the front ends, after the widgets that it holds; by default through a comm of its own. */
  #open(comm?: Comm): void {
    const kernel = currentKernel();
    if (!kernel) throw new Error("a widget needs a notebook: no Jupyter kernel runs in this process");
    prepareWidgets(kernel);
    this.#wakeParts();
    const [data, options] = widgetMessage("state", this.fullState());
    this.#comm = comm ?? kernel.openComm(WIDGET_TARGET, { id: this.id, data, ...options });
    this.#comm.onMessage = (message) => handleMessage(() => this.#receive(message));
    this.#comm.onClose = () => handleMessage(() => this.#forget());
    openWidgets.set(this.id, this);
  }

  #rest(): void {
    this.#comm?.close();
    this.#comm = null;
    openWidgets.delete(this.id);
  }

  /** A reference means something only to a front end that has the widget. */
  #wakeParts(): void {
    mapLeaves(this.#state, (leaf) => leaf instanceof Widget && wake(leaf));
  }

  get #name(): string {
    return String(this.#about._model_name).replace(/Model$/, "");
  }

  #checkEvent(method: string, event: unknown, listener: unknown): void {
    const property = /^change:(.*)/s.exec(String(event))?.[1];
    if (property !== undefined) this.#properties([property]);
    else if (!["change", "message", "close"].includes(event as string))
      throw new RangeError(
        `invalid event of ${this.#name}: ${String(event)}, expected change:PROPERTY, change, message or close`,
      );
    checkListener(listener, `${this.#name}.${method}`, `${method}("${event}", listener)`);
  }

  /** @throws RangeError for a name that is no property */
  #properties(names: readonly string[]): readonly string[] {
    const wrong = names.find((name) => !Object.hasOwn(this.#state, name));
    if (wrong !== undefined) throw unknownProperty(this.#name, wrong, this.#state);
    return names;
  }

  #wire(keys: readonly string[]): Record<string, unknown> {
    const synced = keys.filter((key) => Object.hasOwn(this.#state, key) && !this.#rules[key]?.local);
    const state = this.#state as Record<string, unknown>;
    return Object.fromEntries(synced.map((key) => [key, mapLeaves(state[key], refer)]));
  }

  #checked(change: Partial<WidgetState<S>>): Partial<WidgetState<S>> {
    const parsed: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(change)) {
      if (!Object.hasOwn(this.#state, key)) throw unknownProperty(this.#name, key, this.#state);
      const parse = this.#rules[key]?.parse ?? ((it: unknown) => it);
      parsed[key] = parse(value, `${this.#name}.${key}`);
    }
    const own = parsed as Partial<S>;
    return { ...parsed, ...this.#check({ ...this.#state, ...own }, own, this.#state) } as Partial<
      WidgetState<S>
    >;
  }

  #apply(next: Partial<WidgetState<S>>): void {
    const state = this.#state as Record<string, unknown>;
    const changes: Change<unknown, this>[] = [];
    for (const [name, value] of Object.entries(next)) {
      if (sameState({ it: mapLeaves(state[name], refer) }, { it: mapLeaves(value, refer) })) continue;
      changes.push({ type: "change", name, old: state[name], new: value, owner: this });
      state[name] = value;
    }
    if (changes.length === 0) return;
    this.#send(changes.map((change) => change.name));
    this.#listeners.emit(...changes.map((c): Event => [`change:${c.name}`, c.new, c.old]), [
      "change",
      changes,
    ]);
  }

  /** Sends properties unless the front end that is being listened to has just sent, or got, the same. */
  #send(keys: readonly string[]): void {
    const isKnown = (key: string) =>
      this.#lastSent?.has(key) === true && sameState(this.#wire([key]), { [key]: this.#lastSent.get(key) });
    const due = keys.filter((key) => !this.#rules[key]?.local && !isKnown(key));
    if (this.#postponed) {
      for (const key of keys) this.#postponed.delete(key);
      for (const key of due) this.#postponed.add(key);
    } else if (due.length > 0) this.sendState(due as (keyof WidgetState<S>)[]);
  }

  #update(state: Record<string, unknown>, method = "update"): void {
    this.#comm?.send(...widgetMessage("state", state, { method }));
  }

  #receive({ data, buffers }: CommMessage): void {
    if (data.method === "update") this.#receiveUpdate(data, buffers);
    else if (data.method === "request_state") this.sendState();
    else if (data.method === "custom") this.#listeners.emit(["message", data.content, buffers]);
    else
      throw new RangeError(
        `invalid method of a message to ${this.#name}: ${JSON.stringify(data.method)}, expected update, request_state or custom`,
      );
  }

  #receiveUpdate({ state, buffer_paths }: CommMessage["data"], buffers: Uint8Array[]): void {
    if (!isPlainObject(state))
      throw new TypeError(
        `invalid state in update of ${this.#name}: ${JSON.stringify(state)}, expected an object`,
      );
    insertBuffers(state, buffer_paths, buffers);
    const isOpen = ([key]: [string, unknown]) =>
      Object.hasOwn(this.#state, key) && !this.#rules[key]?.local && !this.#rules[key]?.owned;
    const sent = Object.entries(state).filter(isOpen);
    const echoed = sent.filter(([key]) => this.#rules[key]?.echo !== false);
    if (echoed.length > 0 && echoes()) this.#update(Object.fromEntries(echoed), "echo_update");
    this.#lastSent = new Map(sent);
    try {
      const change = sent.map(([key, value]) => [key, this.#rules[key]?.references ? resolve(value) : value]);
      this.#apply(this.#checked(Object.fromEntries(change)));
    } finally {
      // What was refused or corrected goes back, so that the front ends agree with the kernel.
      this.#send(sent.map(([key]) => key));
      this.#lastSent = null;
    }
  }

  #forget(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#comm = null;
    openWidgets.delete(this.id);
    this.#listeners.emit(["close"]);
  }
}

export function unknownProperty(owner: string, key: string, state: object): RangeError {
  const names = Object.keys(state).filter((name) => !name.startsWith("_"));
  const shown = typeof key === "string" ? key : inspect(key, { depth: 0 });
  return new RangeError(`invalid property of ${owner}: ${shown}, expected one of ${names.join(", ")}`);
}

function refer(leaf: unknown): unknown {
  return leaf instanceof Widget ? referenceTo(leaf.id) : leaf;
}

/** Puts open widgets in the place of the references to them. */
function resolve(value: unknown): unknown {
  return mapLeaves(value, (leaf) => openWidgets.get(referred(leaf) ?? "") ?? leaf);
}
