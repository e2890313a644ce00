import { isDeepStrictEqual } from "node:util";
import { insertBuffers, separateBuffers } from "./buffers.js";
import type { Comm, CommMessage } from "./comms.js";
import { currentKernel } from "./kernel.js";
import { DISPLAY, type MimeBundle } from "./mime.js";

const PROTOCOL = { version: "2.1.0" };
const TARGET = "jupyter.widget";
const CONTROL = "jupyter.widget.control";

/** Where a front end finds the code of a model or a view: an npm package with a semantic version range. */
export interface WidgetClass {
  module: string;
  version: string;
  name: string;
}

export interface WidgetOptions<S extends object> {
  model: WidgetClass;
  /** Left out for a model that is not shown by itself. */
  view?: WidgetClass | null;
  /** First value of every synced property. Binary leaves may stand anywhere. */
  state: S;
}

type Listener = (...args: never[]) => void;

/** Every open widget, strongly held: a front end may speak to it at any time. */
const widgets = new Map<string, Widget<object>>();
const prepared = new WeakSet<object>();

/**
 * A widget model whose other half lives in the browser (Jupyter widget messaging protocol 2.1.0). Needs a notebook
 * kernel: constructing one in plain Node is an error.
 */
export class Widget<S extends object> {
  readonly id: string;
  readonly #comm: Comm;
  readonly #state: S;
  readonly #about: Record<string, unknown>;
  readonly #viewed: boolean;
  readonly #listeners = new Map<string, Set<Listener>>();
  /** What a front end has just sent: not sent back unless it was changed meanwhile. */
  #received: Map<string, unknown> | null = null;
  #held: Set<keyof S> | null = null;
  #closed = false;

  constructor({ model, view = null, state }: WidgetOptions<S>) {
    const kernel = currentKernel();
    if (!kernel) throw new Error("a widget needs a notebook: no Jupyter kernel runs in this process");
    if (!prepared.has(kernel)) {
      prepared.add(kernel);
      kernel.registerTarget(CONTROL, (comm) => {
        comm.onMessage = (message) => answerControl(comm, message);
      });
    }
    this.#state = { ...state };
    this.#viewed = view !== null;
    this.#about = {
      _model_module: model.module,
      _model_module_version: model.version,
      _model_name: model.name,
      _view_module: view?.module ?? null,
      _view_module_version: view?.version ?? "",
      _view_name: view?.name ?? null,
      _view_count: null,
    };
    const { state: sent, paths, buffers } = separateBuffers(this.fullState());
    this.#comm = kernel.openComm(TARGET, {
      data: { state: sent, buffer_paths: paths },
      metadata: PROTOCOL,
      buffers,
    });
    this.#comm.onMessage = (message) => this.#receive(message);
    this.#comm.onClose = () => this.#forget();
    this.id = this.#comm.id;
    widgets.set(this.id, this as unknown as Widget<object>);
  }

  /** Everything that is synced, the module names included. */
  fullState(): Record<string, unknown> {
    return { ...this.#about, ...this.#state };
  }

  get<K extends keyof S>(key: K): S[K] {
    return this.#state[key];
  }

  /** Sets properties and sends those that changed in one message. */
  set(change: Partial<S>): void {
    const changed: (keyof S)[] = [];
    const old: Partial<S> = {};
    for (const key of Object.keys(change) as (keyof S)[]) {
      if (isDeepStrictEqual(this.#state[key], change[key])) continue;
      old[key] = this.#state[key];
      this.#state[key] = change[key] as S[keyof S];
      changed.push(key);
    }
    if (changed.length === 0) return;
    this.#send(changed.filter((key) => !this.#received?.has(key as string)));
    for (const key of changed) this.#emit(`change:${String(key)}`, this.#state[key], old[key]);
    this.#emit("change", changed);
  }

  /** Collects the changes that `work` makes into one message. */
  holdSync<T>(work: () => T): T {
    if (this.#held) return work();
    this.#held = new Set();
    try {
      return work();
    } finally {
      const keys = [...this.#held];
      this.#held = null;
      this.#send(keys);
    }
  }

  /** Listens to one property (`change:key`: new value, old value) or to all (`change`: changed keys). @returns how to stop */
  on<K extends keyof S & string>(
    event: `change:${K}`,
    listener: (value: S[K], old: S[K]) => void,
  ): () => void;
  on(event: "change", listener: (keys: (keyof S)[]) => void): () => void;
  on(event: "close", listener: () => void): () => void;
  on(event: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** Listens to custom messages of the front end. @returns how to stop */
  onMessage(listener: (content: unknown, buffers: Uint8Array[]) => void): () => void {
    return this.on("message" as "close", listener as () => void);
  }

  /** Sends a custom message to every view. */
  send(content: unknown, buffers: readonly ArrayBufferView[] = []): void {
    this.#comm.send({ method: "custom", content }, { buffers, metadata: PROTOCOL });
  }

  /** Sends properties again, all of them by default. */
  sendState(keys?: readonly (keyof S)[]): void {
    const full = this.fullState();
    this.#update(keys ? Object.fromEntries(keys.map((k) => [k, this.#state[k]])) : full);
  }

  /** Removes the widget from every front end. */
  close(): void {
    if (this.#closed) return;
    this.#comm.close();
    this.#forget();
  }

  [DISPLAY](): MimeBundle | Promise<MimeBundle> {
    const text = { "text/plain": `${String(this.#about._model_name)}(${this.id})` };
    return this.#viewed ? { ...this.viewBundle(), ...text } : text;
  }

  /** The part of a bundle that shows this widget. */
  viewBundle(): MimeBundle {
    return {
      "application/vnd.jupyter.widget-view+json": { version_major: 2, version_minor: 0, model_id: this.id },
    };
  }

  #send(keys: readonly (keyof S)[]): void {
    if (keys.length === 0 || this.#closed) return;
    if (this.#held) for (const key of keys) this.#held.add(key);
    else this.sendState(keys);
  }

  #update(state: Record<string, unknown>, method = "update"): void {
    const { state: sent, paths, buffers } = separateBuffers(state);
    this.#comm.send({ method, state: sent, buffer_paths: paths }, { buffers, metadata: PROTOCOL });
  }

  #receive({ data, buffers }: CommMessage): void {
    if (data.method === "request_state") this.sendState();
    else if (data.method === "custom") this.#emit("message", data.content, buffers);
    else if (data.method === "update") this.#receiveUpdate(data, buffers);
  }

  #receiveUpdate(data: CommMessage["data"], buffers: Uint8Array[]): void {
    const { state } = data;
    if (typeof state !== "object" || state === null || Array.isArray(state))
      throw new TypeError(
        `invalid state in update of ${String(this.#about._model_name)}: expected an object`,
      );
    insertBuffers(state, data.buffer_paths, buffers);
    const known = Object.entries(state).filter(([key]) => Object.hasOwn(this.#state, key));
    const change = Object.fromEntries(known) as Partial<S>;
    if (echoes()) this.#update(change as Record<string, unknown>, "echo_update");
    this.#received = new Map(known);
    try {
      this.set(change);
    } finally {
      const changedMeanwhile = known
        .filter(([key, value]) => !isDeepStrictEqual(this.#state[key as keyof S], value))
        .map(([key]) => key as keyof S);
      this.#received = null;
      this.#send(changedMeanwhile);
    }
  }

  #emit(event: string, ...args: unknown[]): void {
    for (const listener of this.#listeners.get(event) ?? [])
      (listener as (...args: unknown[]) => void)(...args);
  }

  #forget(): void {
    this.#closed = true;
    widgets.delete(this.id);
    this.#emit("close");
  }
}

/** Echoes tell other front ends what one of them changed; JUPYTER_WIDGETS_ECHO turns them off, as in ipywidgets. */
function echoes(): boolean {
  return !["0", "0.0", "n", "no", "f", "false", "off"].includes(
    (process.env.JUPYTER_WIDGETS_ECHO ?? "").toLowerCase(),
  );
}

/** Every widget's state in one message: how a page that was reloaded finds its widgets. */
function answerControl(comm: Comm, { data }: CommMessage): void {
  if (data.method !== "request_states") return;
  const states = Object.fromEntries(
    [...widgets].map(([id, widget]) => {
      const state = widget.fullState();
      return [
        id,
        {
          model_name: state._model_name,
          model_module: state._model_module,
          model_module_version: state._model_module_version,
          state,
        },
      ];
    }),
  );
  const { state, paths, buffers } = separateBuffers(states);
  comm.send({ method: "update_states", states: state, buffer_paths: paths }, { buffers });
}
