import { currentKernel, type DisplayOptions, type KernelApi } from "./jupyter/kernel.js";
import { DISPLAY, isBundle, type MimeBundle, plainText } from "./jupyter/mime.js";

/**
 * Shows a value below the cell, as the last value of a cell is shown: a widget, a lens, an object keyed by MIME type,
 * or anything else as text. What can be shown at once is on its way when this returns.
 */
export async function display(value: unknown, options?: DisplayOptions): Promise<void> {
  const bundle = bundleOf(value);
  await notebook().display(bundle instanceof Promise ? await bundle : bundle, options);
}

/** Removes what the cell has shown; with `wait` only when something new comes, so that nothing flickers. */
export function clearOutput(wait = false): void {
  notebook().clearOutput(wait);
}

/** Content by MIME type; a promise only where the value itself takes time to describe. */
export function bundleOf(value: unknown): MimeBundle | Promise<MimeBundle> {
  const method = (value as Record<symbol, unknown> | null | undefined)?.[DISPLAY];
  const own: unknown = typeof method === "function" ? method.call(value) : value;
  const orText = (described: unknown) =>
    isBundle(described) ? described : { "text/plain": plainText(value) };
  return own instanceof Promise ? own.then(orText) : orText(own);
}

function notebook(): KernelApi {
  const kernel = currentKernel();
  if (!kernel) throw new Error("nothing can be shown: no Jupyter kernel runs in this process");
  return kernel;
}
