import type { Comm, CommMessage } from "../comms.js";
import type { KernelApi } from "../kernel.js";
import { isPlainObject } from "../wire/buffers.js";
import {
  CONTROL_PROTOCOL,
  CONTROL_TARGET,
  checkVersion,
  WIDGET_PROTOCOL,
  WIDGET_TARGET,
  widgetMessage,
} from "./widget-messages.js";
import type { AnyWidget } from "./widget-types.js";

/** Makes the kernel's half of a widget on a comm that a front end has opened. */
export type WidgetMaker = (comm: Comm) => AnyWidget;

/** Every open widget by its id, strongly held: a front end may speak to it at any time. */
export const openWidgets = new Map<string, AnyWidget>();

const makers = new Map<string, WidgetMaker>();
const prepared = new WeakSet<object>();

/** Lets front ends make widgets of this model. */
export function registerWidget(module: string, model: string, make: WidgetMaker): void {
  makers.set(`${module}/${model}`, make);
}

/** Closes all widgets, here and in every front end. */
export function closeAllWidgets(): void {
  for (const widget of [...openWidgets.values()]) widget.close();
}

/** What `make` gives; when it throws, the widgets that it has opened are closed. */
export function allOrNone<T>(make: () => T): T {
  const before = openWidgets.size;
  try {
    return make();
  } catch (error) {
    for (const widget of openedSince(before)) widget.close();
    throw error;
  }
}

/** What was opened since `openWidgets` had this size: the map keeps the order of opening. */
function openedSince(size: number): AnyWidget[] {
  return [...openWidgets.values()].slice(size);
}

/** Makes the kernel answer what front ends ask about widgets. */
export function prepareWidgets(kernel: KernelApi): void {
  if (prepared.has(kernel)) return;
  prepared.add(kernel);
  kernel.registerTarget(CONTROL_TARGET, (comm, { metadata }) => {
    checkVersion("widget control protocol", CONTROL_PROTOCOL, metadata);
    comm.onMessage = (message) => answerControl(comm, message);
  });
  kernel.registerTarget(WIDGET_TARGET, (comm, message) => accept(comm, message));
}

/** Every widget's state in one message: how a page that was reloaded finds its widgets. */
function answerControl(comm: Comm, { data }: CommMessage): void {
  if (data.method !== "request_states")
    throw new RangeError(
      `invalid method of a widget control message: ${JSON.stringify(data.method)}, expected request_states`,
    );
  const states = [...openWidgets].map(([id, widget]) => {
    const state = widget.fullState();
    const { _model_name: model_name, _model_module: model_module } = state;
    const model_module_version = state._model_module_version;
    return [id, { model_name, model_module, model_module_version, state }];
  });
  comm.send(...widgetMessage("states", Object.fromEntries(states), { method: "update_states" }));
}

async function accept(comm: Comm, message: CommMessage): Promise<void> {
  checkVersion("widget protocol", WIDGET_PROTOCOL, message.metadata);
  const { state } = message.data;
  if (!isPlainObject(state))
    throw new TypeError(`invalid state of a new widget: ${JSON.stringify(state)}, expected an object`);
  const name = `${state._model_module}/${state._model_name}`;
  const make = makers.get(name);
  if (!make) throw new RangeError(`invalid widget model: ${name}, expected one that this kernel knows`);
  const before = openWidgets.size;
  make(comm);
  const opened = openedSince(before);
  try {
    await comm.onMessage({ ...message, data: { ...message.data, method: "update" } });
  } catch (error) {
    for (const widget of opened) widget.close();
    throw error;
  }
}
