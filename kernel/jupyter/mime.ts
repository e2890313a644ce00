import { inspect } from "node:util";
import { isPlainObject } from "./wire/buffers.js";

/** Content by MIME type, as `display_data` and `execute_result` carry it. */
export type MimeBundle = Record<string, unknown>;

export interface Displayed {
  data: MimeBundle;
  metadata: Record<string, unknown>;
}

/**
 * Method by which a value describes itself to a notebook: a bundle, a promise of one, or an async iterable of several, of
 * which the first is shown at once and each later one takes its place.
 */
export const DISPLAY = Symbol.for("Jupyter.display");

/** Shows nothing: takes an output's place without leaving a line. */
export const NOTHING = { [DISPLAY]: (): MimeBundle => ({}) };

/** The bundle of any value: its own when it has one, else what Node prints for it. In steps where the value has several. */
export function describe(value: unknown): Promise<Displayed> | AsyncIterable<Displayed> {
  const method = (value as Record<symbol, unknown> | null | undefined)?.[DISPLAY];
  const own = typeof method === "function" ? method.call(value) : undefined;
  return hasSteps<unknown>(own) ? each(value, own) : displayed(value, own);
}

async function* each(value: unknown, own: AsyncIterable<unknown>): AsyncGenerator<Displayed> {
  for await (const bundle of own) yield displayed(value, bundle);
}

async function displayed(value: unknown, own: unknown): Promise<Displayed> {
  const bundle = await own;
  if (isBundle(bundle) || isEmpty(bundle)) return { data: encodeBinary(bundle), metadata: {} };
  if (bundle != null) {
    throw new TypeError(
      `invalid result of [Symbol.for("Jupyter.display")](): ${inspect(bundle, { depth: 0 })}, expected an object keyed by MIME type`,
    );
  }
  return { data: { "text/plain": plainText(value) }, metadata: {} };
}

/**
 * What is printed of a value that does not describe itself: what Node prints, and text of several lines as it is, to be
 * read and copied, unless it holds characters that would steer the terminal.
 */
export function plainText(value: unknown): string {
  const isLines = typeof value === "string" && value.includes("\n") && !STEERING.test(value);
  return isLines ? value : inspect(value, { depth: 4 });
}

/** Control characters, except tabs and the ends of lines. */
const STEERING = /[^\P{Cc}\t\n\r]|\r(?!\n)/u;

export function hasSteps<T>(value: unknown): value is AsyncIterable<T> {
  return typeof (value as AsyncIterable<T> | null | undefined)?.[Symbol.asyncIterator] === "function";
}

/** What is shown in the end. */
export async function lastStep<T>(value: T | Promise<T> | AsyncIterable<T>): Promise<T> {
  if (!hasSteps<T>(value)) return value;
  let last: T | undefined;
  for await (const step of value) last = step;
  return last as T;
}

function isEmpty(value: unknown): value is MimeBundle {
  return isPlainObject(value) && Object.keys(value).length === 0;
}

/** Whether a value is a bundle: a plain object whose keys are all MIME types. */
export function isBundle(value: unknown): value is MimeBundle {
  if (!isPlainObject(value)) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[\w.+-]+\/[\w.+-]+$/.test(key));
}

/** Bytes travel as base64 in a bundle. */
export function encodeBinary(bundle: MimeBundle): MimeBundle {
  const entries = Object.entries(bundle).map(([type, content]) => {
    if (!ArrayBuffer.isView(content)) return [type, content];
    const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
    return [type, bytes.toString(type.endsWith("svg+xml") || type.startsWith("text/") ? "utf8" : "base64")];
  });
  return Object.fromEntries(entries);
}
