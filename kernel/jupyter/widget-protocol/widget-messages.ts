import type { CommOptions } from "../comms.js";
import { isPlainObject, separateBuffers } from "../wire/buffers.js";

/** Versions of the widget messaging protocol; only the major one must agree with the front end's. */
export const WIDGET_PROTOCOL = "2.1.0";
export const CONTROL_PROTOCOL = "1.0.0";

export const WIDGET_TARGET = "jupyter.widget";
export const CONTROL_TARGET = "jupyter.widget.control";

/** The MIME type of a view of a widget. */
export const VIEW_MIME = "application/vnd.jupyter.widget-view+json";

const REFERENCE = "IPY_MODEL_";
const OFF = ["no", "n", "false", "off", "0", "0.0"];

/** Whether what one front end changed is told to all of them at once; JUPYTER_WIDGETS_ECHO turns it off, as in ipywidgets. */
export function echoes(): boolean {
  return !OFF.includes((process.env.JUPYTER_WIDGETS_ECHO ?? "").toLowerCase());
}

/** @throws Error when the other side speaks another major version, or does not say which */
export function checkVersion(what: string, own: string, metadata: Record<string, unknown>): void {
  const { version } = metadata;
  if (typeof version === "string" && version.split(".")[0] === own.split(".")[0]) return;
  throw new Error(`invalid ${what} version: ${JSON.stringify(version) ?? "none"}, expected ${own}`);
}

/** Arguments of a comm message whose binary leaves travel beside the JSON. */
export function widgetMessage(
  key: "state" | "states",
  state: Record<string, unknown>,
  rest: Record<string, unknown> = {},
): [Record<string, unknown>, CommOptions] {
  const { state: sent, paths, buffers } = separateBuffers(state);
  return [
    { ...rest, [key]: sent, buffer_paths: paths },
    { buffers, metadata: { version: WIDGET_PROTOCOL } },
  ];
}

/** A value as it travels: `replace` turns widgets, at any depth, into references. Binary leaves stay as they are. */
export function mapLeaves(value: unknown, replace: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => mapLeaves(item, replace));
  if (!isPlainObject(value)) return replace(value);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapLeaves(item, replace)]));
}

export function referenceTo(id: string): string {
  return REFERENCE + id;
}

/** Ids of the models that a value refers to, at any depth: by reference, or by a view of one in a stored output. */
export function referencedIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencedIn);
  if (!isPlainObject(value)) return referred(value) === null ? [] : [referred(value) as string];
  return Object.entries(value).flatMap(([key, item]) => {
    const view = key === VIEW_MIME && isPlainObject(item) ? item.model_id : undefined;
    return typeof view === "string" ? [view] : referencedIn(item);
  });
}

/** Id of the model that a string refers to, or null. */
export function referred(value: unknown): string | null {
  return typeof value === "string" && value.startsWith(REFERENCE) ? value.slice(REFERENCE.length) : null;
}
