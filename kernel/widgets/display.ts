import { currentKernel, type DisplayOptions, type KernelApi } from "../jupyter/kernel.js";
import { DISPLAY, hasSteps, isBundle, lastStep, type MimeBundle, plainText } from "../jupyter/mime.js";

/**
 * Shows a value below the cell, as the last value of a cell is shown: a widget, a lens, an object keyed by MIME type,
 * or anything else as text. What can be shown at once is on its way when this returns.
 */
export async function display(value: unknown, options?: DisplayOptions): Promise<void> {
  const own = ownBundle(value);
  // The kernel shows steps one after the other.
  if (inSteps(value, own)) return notebook().display({ [DISPLAY]: () => own }, options);
  const bundle = orText(value, own);
  await notebook().display(bundle instanceof Promise ? await bundle : bundle, options);
}

/** Removes what the cell has shown; with `wait` only when something new comes, so that nothing flickers. */
export function clearOutput(wait = false): void {
  notebook().clearOutput(wait);
}

/** Content by MIME type; a promise only where the value itself takes time to describe. */
export function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  const own = ownBundle(value);
  return orText(value, inSteps(value, own) ? lastStep(own) : own);
}

function ownBundle(value: unknown): unknown {
  const method = (value as Record<symbol, unknown> | null | undefined)?.[DISPLAY];
  return typeof method === "function" ? method.call(value) : value;
}

/** A value that is iterable itself is not asked for its steps. */
function inSteps(value: unknown, own: unknown): own is AsyncIterable<unknown> {
  return own !== value && hasSteps(own);
}

function orText(value: unknown, own: unknown): MimeBundle | Promise<MimeBundle> {
  const bundle = (described: unknown) =>
    isBundle(described) ? described : { "text/plain": plainText(value) };
  return own instanceof Promise ? own.then(bundle) : bundle(own);
}

function notebook(): KernelApi {
  const kernel = currentKernel();
  if (!kernel) throw new Error("nothing can be shown: no Jupyter kernel runs in this process");
  return kernel;
}
